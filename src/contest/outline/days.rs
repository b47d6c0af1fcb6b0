//! The days between which a contest runs, and how its phases move along with them.

use jiff::civil::Date;

use crate::contest::definition::{Definition, Moment, PhaseKind};
use crate::contest::moment::{self, Error};
use crate::refusal::{Kind, Refused};

/// The days between which a contest runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Days {
    /// First day of intake.
    pub(super) from: Option<Date>,
    /// Last day of intake.
    pub(super) to: Option<Date>,
    /// Last day of the vote.
    pub(super) vote: Option<Date>,
    /// Day of the announcement.
    pub(super) announce: Option<Date>,
}

fn day_of(moment: &Moment) -> Option<Date> {
    moment::day(moment.0.split_whitespace().next()?).ok()
}

impl Days {
    pub(super) fn of(definition: &Definition) -> Self {
        let of = |kind| definition.phases_of(kind);
        Self {
            from: of(PhaseKind::Intake).filter_map(|phase| day_of(&phase.opens)).min(),
            to: of(PhaseKind::Intake).filter_map(|phase| day_of(&phase.closes)).max(),
            vote: of(PhaseKind::Voting).filter_map(|phase| day_of(&phase.closes)).max(),
            announce: of(PhaseKind::Announcement).filter_map(|phase| day_of(&phase.opens)).min(),
        }
    }

    /// Reads the days as typed, and refuses an order in which no contest runs.
    pub(super) fn read(written: &[String; 4], refused: &mut Vec<Refused>) -> Option<Self> {
        let before = refused.len();
        let mut one = |name: &str, text: &str, may_be_absent: bool| {
            if may_be_absent && text.is_empty() {
                return None;
            }
            let said = match moment::day(text) {
                Ok(day) => return Some(day),
                Err(Error::NoSuchDay(last)) => {
                    Refused::new(Kind::Invalid, "lint-no-such-day").with("last", i64::from(last))
                }
                Err(Error::Unreadable(_)) => Refused::new(Kind::Invalid, "lint-moment-unreadable"),
            };
            refused.push(said.with("written", text).at(name));
            None
        };
        let [from, to, vote, announce] = written;
        let days = Self {
            from: one("from", from, false),
            to: one("to", to, false),
            vote: one("vote", vote, true),
            announce: one("announce", announce, false),
        };
        let mut order = |broken: bool, name: &str, code: &'static str| {
            if broken {
                refused.push(Refused::new(Kind::Invalid, code).at(name));
            }
        };
        let late = |one: Option<Date>, other: Option<Date>| {
            one.is_some() && other.is_some() && one > other
        };
        order(late(days.from, days.to), "to", "lint-closes-before-it-opens");
        let told = late(days.announce, days.to) || days.announce.is_none() || days.to.is_none();
        order(!told, "announce", "lint-announced-before-intake-ends");
        order(late(days.vote, days.announce), "vote", "lint-ends-after-announcement");
        let voted = late(days.vote, days.to) || days.vote.is_none() || days.to.is_none();
        order(!voted, "vote", "lint-voting-during-intake");
        (refused.len() == before).then_some(days)
    }

    /// Moves every phase along, so that what lay between two of the days before lies between the
    /// same two now.
    pub(super) fn spread(self, definition: &mut Definition) {
        let old = Self::of(definition);
        let next = |day: Option<Date>| day.and_then(|day| day.tomorrow().ok());
        let mut marks: Vec<(Date, Date)> = [
            (old.from, self.from),
            (next(old.to), next(self.to)),
            (next(old.vote), next(self.vote)),
            (old.announce, self.announce),
        ]
        .into_iter()
        .filter_map(|(old, new)| old.zip(new))
        .collect();
        marks.sort_unstable();
        let moved = |moment: &Moment, days: i64| {
            let on = day_of(moment)?;
            let to = along(&marks, add(on, days)?, days > 0)?;
            let rest = moment.0.split_once(' ').map(|(_, time)| format!(" {time}"));
            Some(Moment(format!("{}{}", add(to, -days)?, rest.unwrap_or_default())))
        };
        for phase in &mut definition.phases {
            let opens = moved(&phase.opens, 0).unwrap_or_else(|| phase.opens.clone());
            phase.closes = moved(&phase.closes, 1).unwrap_or_else(|| phase.closes.clone());
            phase.opens = opens;
        }
    }
}

fn add(day: Date, days: i64) -> Option<Date> {
    day.checked_add(jiff::Span::new().try_days(days).ok()?).ok()
}

fn between(one: Date, other: Date) -> i64 {
    one.until(other).map_or(0, |span| i64::from(span.get_days()))
}

/// Where a day comes to lie when the marks are moved: in proportion between two marks, at the same
/// distance outside of them. Of marks on one day, an end goes with the first and a beginning with
/// the last.
fn along(marks: &[(Date, Date)], day: Date, is_end: bool) -> Option<Date> {
    let mut same = marks.iter().filter(|mark| mark.0 == day);
    let same = if is_end { same.next() } else { same.next_back() };
    if let Some(mark) = same {
        return Some(mark.1);
    }
    let before = marks.iter().rfind(|mark| mark.0 < day);
    let after = marks.iter().find(|mark| mark.0 > day);
    match (before, after) {
        (Some(before), Some(after)) => {
            let (whole, part) = (between(before.0, after.0), between(before.0, day));
            add(before.1, part * between(before.1, after.1) / whole.max(1))
        }
        (Some(one), None) | (None, Some(one)) => add(one.1, between(one.0, day)),
        (None, None) => Some(day),
    }
}
