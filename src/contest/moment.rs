//! Moments as people write them, and the instants they mean.

use entity::instant::Instant;
use jiff::civil::{Date, Time};
use jiff::tz::{self, TimeZone};

use super::definition::Moment;

/// Why a moment means nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Not written as `2026-04-30` or `2026-04-30 17:00`.
    #[error("`{0}` is not a moment")]
    Unreadable(String),
    /// The month has no such day; the last that it has.
    #[error("there is no such day; the month ends on the {0}")]
    NoSuchDay(i8),
}

/// The instant at which something opens: a day alone means its first moment.
///
/// # Errors
/// When the moment means nothing.
pub fn opens(moment: &Moment) -> Result<Instant, Error> {
    let (date, time) = parts(moment)?;
    instant(moment, date, time.unwrap_or((0, 0)))
}

/// The instant at which something closes, itself not included: a day alone means all of it.
///
/// # Errors
/// When the moment means nothing.
pub fn closes(moment: &Moment) -> Result<Instant, Error> {
    let (date, time) = parts(moment)?;
    instant(moment, date, time.unwrap_or((24, 0)))
}

/// Whether it is written as the 24th hour, which is the first moment of the next day.
#[must_use]
pub fn is_midnight_of_next_day(moment: &Moment) -> bool {
    matches!(parts(moment), Ok((_, Some((24, 0)))))
}

/// Whether it is written as the first moment of its day, which as an end leaves that day out.
#[must_use]
pub fn is_start_of_its_day(moment: &Moment) -> bool {
    matches!(parts(moment), Ok((_, Some((0, 0)))))
}

/// The day that is written, `YYYY-MM-DD`.
///
/// # Errors
/// When there is no such day.
pub fn day(written: &str) -> Result<Date, Error> {
    let unreadable = || Error::Unreadable(written.to_owned());
    let mut numbers = written.split('-').map(str::parse::<i16>);
    let (Some(Ok(year)), Some(Ok(month)), Some(Ok(day)), None) =
        (numbers.next(), numbers.next(), numbers.next(), numbers.next())
    else {
        return Err(unreadable());
    };
    let (month, day) = (month.try_into(), day.try_into());
    let (month, day): (i8, i8) = (month.map_err(|_| unreadable())?, day.map_err(|_| unreadable())?);
    let first = Date::new(year, month, 1).map_err(|_| unreadable())?;
    if !(1000..=9999).contains(&year) || !(1..=31).contains(&day) {
        return Err(unreadable());
    }
    Date::new(year, month, day).map_err(|_| Error::NoSuchDay(first.days_in_month()))
}

fn parts(moment: &Moment) -> Result<(Date, Option<(i8, i8)>), Error> {
    let unreadable = || Error::Unreadable(moment.0.clone());
    let mut words = moment.0.split_whitespace();
    let date = day(words.next().unwrap_or_default())?;
    let Some(time) = words.next() else { return Ok((date, None)) };
    let (hour, minute) = time.split_once([':', 'h']).ok_or_else(unreadable)?;
    let hour: i8 = hour.parse().map_err(|_| unreadable())?;
    let minute: i8 =
        if minute.is_empty() { 0 } else { minute.parse().map_err(|_| unreadable())? };
    let fits = (0..24).contains(&hour) && (0..60).contains(&minute) || (hour, minute) == (24, 0);
    if !fits || words.next().is_some() {
        return Err(unreadable());
    }
    Ok((date, Some((hour, minute))))
}

fn instant(moment: &Moment, date: Date, (hour, minute): (i8, i8)) -> Result<Instant, Error> {
    let unreadable = |_| Error::Unreadable(moment.0.clone());
    let date = if hour == 24 { date.tomorrow().map_err(unreadable)? } else { date };
    let time = Time::new(hour % 24, minute, 0, 0).map_err(unreadable)?;
    let local = date.to_datetime(time).to_zoned_datetime(TimeZone::fixed(tz::offset(7)));
    Ok(local.map_err(unreadable)?.timestamp().into())
}
