//! Dates, and what may not happen at the same time.

use entity::instant::Instant;

use super::Findings;
use crate::contest::definition::{Definition, Gate, Moment, PhaseKind, Source, VotedOn};
use crate::contest::moment::{self, Error};

pub(super) fn check(definition: &Definition, found: &mut Findings) {
    let mut read = Vec::new();
    for (index, phase) in definition.phases.iter().enumerate() {
        let path = format!("/phases/{index}");
        let opens = one(&phase.opens, moment::opens, format!("{path}/opens"), found);
        let closes = one(&phase.closes, moment::closes, format!("{path}/closes"), found);
        if moment::is_start_of_its_day(&phase.closes) {
            let finding = found.advice(format!("{path}/closes"), "lint-hour-0");
            finding.with("written", phase.closes.0.as_str());
        }
        let (Some(opens), Some(closes)) = (opens, closes) else { continue };
        if closes <= opens {
            found.error(format!("{path}/closes"), "lint-closes-before-it-opens");
        }
        read.push((index, phase.kind, opens, closes));
    }
    if definition.phases_of(PhaseKind::Intake).next().is_none() {
        found.error("/phases", "lint-no-intake");
    }
    beside_intake(&read, found);
    let ends = |kind| read.iter().filter(move |part| part.1 == kind);
    if ends(PhaseKind::Announcement).next().is_none() {
        found.warning("/phases", "lint-no-announcement");
    }
    in_turn(definition, &read, found);
    after_the_count(definition, &read, found);
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
        for award in ends(PhaseKind::Award).filter(|part| part.2 < announcement.2) {
            let path = format!("/phases/{}/opens", award.0);
            found.error(path, "lint-award-before-announcement");
        }
    }
    checked_in_time(&read, found);
    if let Some(date) = definition.plan.as_ref().and_then(|plan| plan.date.as_ref()) {
        one(&Moment(date.clone()), moment::opens, "/plan/date".to_owned(), found);
    }
    unused(definition, found);
}

/// What may not begin before works have come in.
fn beside_intake(read: &[Read], found: &mut Findings) {
    let ends = |kind| read.iter().filter(move |part| part.1 == kind);
    for intake in ends(PhaseKind::Intake) {
        for round in ends(PhaseKind::Round).filter(|round| meet(intake, round)) {
            found.error(format!("/phases/{}/opens", round.0), "lint-judging-before-intake-ends");
        }
        for vote in ends(PhaseKind::Voting).filter(|vote| meet(intake, vote)) {
            found.warning(format!("/phases/{}/opens", vote.0), "lint-voting-during-intake");
        }
        for count in ends(PhaseKind::OutsideCount).filter(|count| meet(intake, count)) {
            found.warning(format!("/phases/{}/opens", count.0), "lint-counting-during-intake");
        }
        for other in ends(PhaseKind::Intake).filter(|other| other.0 > intake.0) {
            if meet(intake, other) {
                found.error(format!("/phases/{}/opens", other.0), "lint-intakes-overlap");
            }
        }
        for check in ends(PhaseKind::Screening).filter(|check| check.3 < intake.3) {
            found.warning(format!("/phases/{}/closes", check.0), "lint-screening-ends-early");
        }
        let early = ends(PhaseKind::Announcement).filter(|part| part.2 < intake.3);
        for announcement in early {
            let path = format!("/phases/{}/opens", announcement.0);
            found.error(path, "lint-announced-before-intake-ends");
        }
    }
}

/// What is checked or mended has to be in time for those who judge or vote.
fn checked_in_time(read: &[Read], found: &mut Findings) {
    let ends = |kind| read.iter().filter(move |part| part.1 == kind);
    let judged = |part: &&Read| matches!(part.1, PhaseKind::Round | PhaseKind::Voting);
    for check in ends(PhaseKind::Screening) {
        if read.iter().filter(judged).any(|part| meet(check, part)) {
            found.warning(format!("/phases/{}/closes", check.0), "lint-screening-runs-on");
        }
    }
    let last = ends(PhaseKind::Round).map(|round| round.3).max();
    for repair in ends(PhaseKind::Repair).filter(|repair| last.is_some_and(|end| repair.3 > end)) {
        found.warning(format!("/phases/{}/closes", repair.0), "lint-repair-after-judging");
    }
}

/// Phases in which nothing can happen, because no part of the definition names them.
fn unused(definition: &Definition, found: &mut Findings) {
    for (index, phase) in definition.phases.iter().enumerate() {
        let named = match phase.kind {
            PhaseKind::Round => definition.rounds.iter().any(|round| round.phase == phase.key),
            PhaseKind::Voting => {
                definition.voting.as_ref().is_some_and(|voting| voting.phase == phase.key)
            }
            PhaseKind::OutsideCount => {
                definition.outside_counts.as_ref().is_some_and(|one| one.phase == phase.key)
            }
            _ => true,
        };
        if !named {
            let finding = found.warning(format!("/phases/{index}/key"), "lint-phase-unused");
            finding.with("key", phase.key.as_str());
        }
    }
}

/// What works on that which another round sends on must not begin before that round ends.
fn in_turn(definition: &Definition, read: &[Read], found: &mut Findings) {
    let window = |key: &str| {
        read.iter().find(|part| definition.phases.get(part.0).is_some_and(|own| own.key == key))
    };
    let mut sending: Option<&Read> = None;
    for (index, round) in definition.rounds.iter().enumerate() {
        let Some(own) = window(&round.phase) else { continue };
        if sending.is_some_and(|before| own.2 < before.3) {
            found.error(format!("/rounds/{index}/phase"), "lint-round-before-the-last-ends");
        }
        sending = round.goes_on.map(|_| own);
    }
    let Some(voting) = &definition.voting else { return };
    if let VotedOn::WentOnFrom(key) = &voting.on
        && let Some(round) = definition.round(key).and_then(|round| window(&round.phase))
        && let Some(vote) = window(&voting.phase)
        && vote.2 < round.3
    {
        found.error("/voting/phase", "lint-voting-before-the-round-ends");
    }
    if let Some(vote) = window(&voting.phase) {
        let hours = (vote.3.micros() - vote.2.micros()) / 3_600_000_000;
        if i64::from(voting.hidden_last_hours) > hours {
            found.error("/voting/hidden_last_hours", "lint-hidden-longer-than-the-vote");
        }
    }
}

/// A round whose gate counts something must not begin before that is counted.
fn after_the_count(definition: &Definition, read: &[Read], found: &mut Findings) {
    let window = |key: &str| {
        read.iter().find(|part| definition.phases.get(part.0).is_some_and(|own| own.key == key))
    };
    for (index, round) in definition.rounds.iter().enumerate() {
        let count = match round.gate.as_ref().and_then(Gate::counts) {
            Some(Source::Votes) => definition.voting.as_ref().map(|one| &one.phase),
            Some(_) => definition.outside_counts.as_ref().map(|one| &one.phase),
            None => None,
        };
        if let Some(count) = count.and_then(|key| window(key))
            && window(&round.phase).is_some_and(|own| own.2 < count.3)
        {
            found.error(format!("/rounds/{index}/phase"), "lint-round-before-the-count-ends");
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
