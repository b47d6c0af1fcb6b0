//! Dates, and what may not happen at the same time.

use entity::instant::Instant;

use super::Findings;
use crate::contest::definition::{Definition, Moment, PhaseKind};
use crate::contest::moment::{self, Error};

pub(super) fn check(definition: &Definition, found: &mut Findings) {
    let mut read = Vec::new();
    for (index, phase) in definition.phases.iter().enumerate() {
        let path = format!("/phases/{index}");
        let opens = one(&phase.opens, moment::opens, format!("{path}/opens"), found);
        let closes = one(&phase.closes, moment::closes, format!("{path}/closes"), found);
        let (Some(opens), Some(closes)) = (opens, closes) else { continue };
        if closes <= opens {
            found.error(format!("{path}/closes"), "lint-closes-before-it-opens");
        }
        read.push((index, phase.kind, opens, closes));
    }
    if definition.phases_of(PhaseKind::Intake).next().is_none() {
        found.error("/phases", "lint-no-intake");
    }
    let ends = |kind| read.iter().filter(move |part| part.1 == kind);
    for intake in ends(PhaseKind::Intake) {
        for round in ends(PhaseKind::Round).filter(|round| meet(intake, round)) {
            found.error(format!("/phases/{}/opens", round.0), "lint-judging-before-intake-ends");
        }
        for vote in ends(PhaseKind::Voting).filter(|vote| meet(intake, vote)) {
            found.warning(format!("/phases/{}/opens", vote.0), "lint-voting-during-intake");
        }
        let early = ends(PhaseKind::Announcement).filter(|part| part.2 < intake.3);
        for announcement in early {
            let path = format!("/phases/{}/opens", announcement.0);
            found.error(path, "lint-announced-before-intake-ends");
        }
    }
    for announcement in ends(PhaseKind::Announcement) {
        let late = read.iter().filter(|part| {
            matches!(part.1, PhaseKind::Voting | PhaseKind::Round | PhaseKind::OutsideCount)
                && part.3 > announcement.3
        });
        for part in late {
            found.error(format!("/phases/{}/closes", part.0), "lint-ends-after-announcement");
        }
        for complaint in ends(PhaseKind::Complaint).filter(|part| part.3 <= announcement.2) {
            let path = format!("/phases/{}/closes", complaint.0);
            found.error(path, "lint-complaint-before-announcement");
        }
    }
    for (index, plan) in definition.plan.iter().enumerate() {
        if let Some(date) = &plan.date {
            let path = if index == 0 { "/plan/date" } else { "/plan" };
            one(&Moment(date.clone()), moment::opens, path.to_owned(), found);
        }
    }
}

type Read = (usize, PhaseKind, Instant, Instant);

fn meet(one: &Read, other: &Read) -> bool {
    one.2 < other.3 && other.2 < one.3
}

fn one(
    written: &Moment,
    read: impl Fn(&Moment) -> Result<Instant, Error>,
    path: String,
    found: &mut Findings,
) -> Option<Instant> {
    if moment::is_midnight_of_next_day(written) {
        found.advice(path.clone(), "lint-hour-24").with("written", written.0.as_str());
    }
    match read(written) {
        Ok(instant) => Some(instant),
        Err(Error::NoSuchDay(last)) => {
            let finding = found.error(path, "lint-no-such-day");
            finding.with("written", written.0.as_str()).with("last", i64::from(last));
            None
        }
        Err(Error::Unreadable(text)) => {
            found.error(path, "lint-moment-unreadable").with("written", text);
            None
        }
    }
}
