//! How entries come in, day by day from the first of the intake, beside an earlier contest.

use std::collections::BTreeMap;

use entity::entry;
use entity::id::ContestId;
use entity::instant::Instant;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter};

use super::{AHEAD, DAY, MOST_DAYS, entries_by_day};
use crate::contest::Contest;
use crate::contest::definition::PhaseKind;

/// What came in since the first day of an intake.
#[derive(Clone, Debug)]
pub struct Arrivals {
    contest: ContestId,
    first: i64,
    /// Days until the deadline, the first and the last included.
    pub until: u32,
    length: i64,
    counts: BTreeMap<i64, i64>,
}

/// A day of an intake, and the same day of an earlier one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pace {
    /// Which day, from 1.
    pub number: u32,
    /// Its first moment.
    pub begins: Instant,
    /// Entries of the day, and of all days until then; none for a day that has not begun.
    pub own: Option<(u32, u32)>,
    /// The same of the earlier contest; none where there is none.
    pub before: Option<(u32, u32)>,
}

/// Entries that a contest had at a moment, and those that an earlier one had as long after its
/// first day began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Abreast {
    /// The day, from 1.
    pub number: u32,
    /// Entries.
    pub own: u32,
    /// Entries of the earlier contest.
    pub before: u32,
}

/// What came in since the first day of a contest's intake; none where it takes nothing in.
///
/// # Errors
/// When the database fails.
pub async fn arrivals(
    db: &impl ConnectionTrait,
    contest: &Contest,
) -> Result<Option<Arrivals>, DbErr> {
    let opens = contest.windows(PhaseKind::Intake).map(|window| window.opens).min();
    let closes = contest.windows(PhaseKind::Intake).map(|window| window.closes).max();
    let (Some(opens), Some(closes)) = (opens, closes) else { return Ok(None) };
    let first = day(opens);
    // An end at midnight belongs to the day before.
    let until = (day(closes.plus_seconds(-1)) - first + 1).clamp(1, MOST_DAYS);
    let mut counts: BTreeMap<i64, i64> = BTreeMap::new();
    for (day, count) in entries_by_day(db, contest.id()).await? {
        *counts.entry((day - first).max(0)).or_default() += count;
    }
    let last = counts.keys().next_back().map_or(0, |last| last + 1);
    Ok(Some(Arrivals {
        contest: contest.id(),
        first,
        until: u32::try_from(until).unwrap_or(u32::MAX),
        length: Ord::max(until, last).min(MOST_DAYS),
        counts,
    }))
}

impl Arrivals {
    fn begins(&self) -> i64 {
        self.first * DAY - AHEAD
    }

    /// Of the day with this number from 0: its entries, and those until its end.
    fn at(&self, day: i64) -> (u32, u32) {
        let own = self.counts.get(&day).copied().unwrap_or(0);
        let all: i64 = self.counts.range(..=day).map(|(_, count)| count).sum();
        (u32::try_from(own).unwrap_or(u32::MAX), u32::try_from(all).unwrap_or(u32::MAX))
    }
}

/// The days of an intake beside the same days of an earlier one, until both are over.
#[must_use]
pub fn pace(own: &Arrivals, before: Option<&Arrivals>, now: Instant) -> Vec<Pace> {
    let length = before.map_or(own.length, |before| before.length.max(own.length));
    let row = |at: i64| {
        let begins = Instant::from_micros((own.begins() + at * DAY) * 1_000_000).ok()?;
        Some(Pace {
            number: u32::try_from(at + 1).ok()?,
            begins,
            own: (begins <= now).then(|| own.at(at)),
            before: before.map(|before| before.at(at)),
        })
    };
    (0..length).filter_map(row).collect()
}

/// What a contest and an earlier one had as long after their first days began; none before the
/// first day. After the last day of the intake it stays as it was then.
///
/// # Errors
/// When the database fails.
pub async fn abreast(
    db: &impl ConnectionTrait,
    (own, before): (&Arrivals, &Arrivals),
    now: Instant,
) -> Result<Option<Abreast>, DbErr> {
    let since = now.micros() - own.begins() * 1_000_000;
    if since < 0 {
        return Ok(None);
    }
    let since = since.min(own.length * DAY * 1_000_000 - 1);
    let had = async |of: &Arrivals| {
        let moment = Instant::from_micros(of.begins() * 1_000_000 + since).unwrap_or(now);
        let count = entry::Entity::find()
            .filter(entry::Column::ContestId.eq(of.contest))
            .filter(entry::Column::SubmittedAt.lte(moment))
            .count(db)
            .await?;
        Ok::<u32, DbErr>(u32::try_from(count).unwrap_or(u32::MAX))
    };
    let number = u32::try_from(since / (DAY * 1_000_000) + 1).unwrap_or(u32::MAX);
    Ok(Some(Abreast { number, own: had(own).await?, before: had(before).await? }))
}

/// Number of the day in Vietnam on which a moment lies.
fn day(moment: Instant) -> i64 {
    (moment.micros() + AHEAD * 1_000_000).div_euclid(DAY * 1_000_000)
}
