//! Ruling about cases: hold in silence, propose with a reason, confirm by a second person, appeal,
//! restore.
//!
//! A ruling is a row, and a promise to bring the log to it: [`Votes::carry_out`] writes the NOTE,
//! as often as it takes, because what it writes follows from the case's state alone.

use std::collections::BTreeMap;

use entity::id::{ContestId, UserId, VoteCaseId};
use entity::instant::Instant;
use entity::vote_case::{self, Model, State};
use sea_orm::{ConnectionTrait, DatabaseTransaction, EntityTrait, Set};
use serde_json::json;

use super::cases::{STRUCK, by_code, change, findings, leaves, note_ruling, of_contest};
use super::keys::{APPROVER, DESK};
use super::{Error, Votes};
use crate::audit::{self, Act};
use crate::contest::{self, Approver, Organiser};
use crate::jobs::{self, Job};
use crate::ledger::{MOST_NAMED, Verdict};

/// Days after a disqualification for which appeals are taken at least.
const APPEALS: i64 = 7;

/// Reasons for which votes are disqualified, with the numbers that stand in the log.
pub const REASONS: [(&str, u16); 5] = [
    ("vote-reason-program", 1),
    ("vote-reason-few", 2),
    ("vote-reason-leaked", 3),
    ("vote-reason-bought", 4),
    ("vote-reason-other", 9),
];

/// What an organiser rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ruling<'a> {
    /// Set the votes aside, in silence.
    Hold,
    /// They are people's: they always counted.
    Dismiss,
    /// They are people's: they count again.
    Release,
    /// Disqualify them, for this one of [`REASONS`].
    Propose(&'a str),
    /// Somebody appealed, at this moment.
    Appeal(Instant),
}

/// What an approver rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Approval {
    /// The votes are disqualified.
    Confirm,
    /// They stay set aside for now.
    Refuse,
    /// The appeal is right, or the disqualification was wrong: they count again.
    Restore,
    /// The appeal is not right.
    Uphold,
}

/// Rules about a case as an organiser.
///
/// # Errors
/// [`Error::NoCase`]; [`Error::RuledAlready`] where the case is not at this step;
/// [`Error::NoWords`] without a reason; [`Error::TooLate`] for an appeal after its day.
pub async fn rule(
    tx: &DatabaseTransaction,
    by: &Organiser,
    code: &str,
    (ruling, words): (Ruling<'_>, &str),
    now: Instant,
) -> Result<Model, Error> {
    contest::lock(tx, by.contest()).await?;
    let case = by_code(tx, by.contest(), code).await?;
    let (from, state, act) = match ruling {
        Ruling::Hold => (State::Open, State::Held, "votes-held"),
        Ruling::Dismiss => (State::Open, State::Dismissed, "votes-dismissed"),
        Ruling::Release => (State::Held, State::Released, "votes-released"),
        Ruling::Propose(_) => (State::Held, State::Proposed, "votes-proposed"),
        Ruling::Appeal(_) => (State::Struck, State::Appealed, "votes-appealed"),
    };
    if case.state != from {
        return Err(Error::RuledAlready);
    }
    if ruling != Ruling::Hold && words.trim().is_empty() {
        return Err(Error::NoWords);
    }
    let mut reason = None;
    match ruling {
        Ruling::Propose(key) => {
            let known = REASONS.iter().find(|(known, _)| *known == key);
            reason = Some(known.ok_or(Error::NoWords)?.0.to_owned());
        }
        Ruling::Appeal(at) if at > now => return Err(Error::TooEarly),
        Ruling::Appeal(at) if case.appeal_until.is_some_and(|until| at >= until) => {
            return Err(Error::TooLate);
        }
        _ => {}
    }
    let proposes = reason.is_some();
    let case = change(tx, case, |row| {
        row.state = Set(state);
        if proposes {
            row.reason = Set(reason);
            row.proposed_by = Set(Some(by.user()));
        }
    })
    .await?;
    let who = (by.user(), "organiser");
    done(tx, by.contest(), (&case, from), (who, act, words), now).await?;
    Ok(case)
}

/// Rules about a case as an approver: about what another has proposed, or about an appeal.
///
/// # Errors
/// [`Error::NoCase`]; [`Error::RuledAlready`] where the case is not at this step;
/// [`Error::SamePerson`] to whoever proposed it; [`Error::NoWords`] without a reason.
pub async fn approve(
    tx: &DatabaseTransaction,
    by: &Approver,
    code: &str,
    (approval, words): (Approval, &str),
    now: Instant,
) -> Result<Model, Error> {
    let contest = contest::lock(tx, by.contest()).await?;
    let case = by_code(tx, by.contest(), code).await?;
    let (state, act) = match (approval, case.state) {
        (Approval::Confirm, State::Proposed) => (State::Struck, STRUCK),
        (Approval::Refuse, State::Proposed) => (State::Held, "votes-refused"),
        (Approval::Restore, State::Struck | State::Appealed) => (State::Restored, "votes-restored"),
        (Approval::Uphold, State::Appealed) => (State::Struck, "votes-upheld"),
        _ => return Err(Error::RuledAlready),
    };
    if case.proposed_by == Some(by.user()) {
        return Err(Error::SamePerson);
    }
    if approval != Approval::Confirm && words.trim().is_empty() {
        return Err(Error::NoWords);
    }
    let complaints = contest.complaints().map(|window| window.closes).max();
    let least = now.plus_seconds(APPEALS * 24 * 3600);
    let until = complaints.map_or(least, |closes| closes.max(least));
    let from = case.state;
    let case = change(tx, case, |row| {
        row.state = Set(state);
        if approval == Approval::Confirm {
            row.appeal_until = Set(Some(until));
        }
    })
    .await?;
    let who = (by.user(), "approver");
    done(tx, by.contest(), (&case, from), (who, act, words), now).await?;
    Ok(case)
}

type Ruled<'a> = ((UserId, &'static str), &'static str, &'a str);

async fn done(
    tx: &DatabaseTransaction,
    contest: ContestId,
    (case, from): (&Model, State),
    ((actor, role), act, words): Ruled<'_>,
    now: Instant,
) -> Result<(), Error> {
    note_ruling(tx, case, (act, words), actor, now).await?;
    let act = Act {
        actor: Some(actor),
        role,
        act,
        subject: format!("vote_case:{}", case.code),
        contest: Some(contest),
        before: Some(json!({ "state": from })),
        after: Some(json!({
            "state": case.state,
            "votes": leaves(case).len(),
            "reason": case.reason,
            "words": words,
        })),
    };
    audit::record(tx, act, now).await?;
    jobs::enqueue(tx, &Job::Settle { case: case.id }, now).await?;
    Ok(())
}

impl Votes {
    /// Brings the log of votes to what was ruled about a case and about others that hold some of the
    /// same ballots: a ballot stays set aside as long as one of them wants that. Done before, it does
    /// nothing. What is ruled meanwhile is heeded too.
    ///
    /// # Errors
    /// [`Error::Elsewhere`] where another node leads; [`Error::Busy`] when it cannot be written now.
    pub async fn carry_out(
        &self,
        db: &impl ConnectionTrait,
        case: VoteCaseId,
    ) -> Result<(), Error> {
        let mut done = None;
        loop {
            let case = vote_case::Entity::find_by_id(case).one(db).await?.ok_or(Error::NoCase)?;
            let wanted = wanted(db, &case).await?;
            if done.as_ref() == Some(&wanted) {
                return Ok(());
            }
            self.bring(&case, &wanted).await?;
            done = Some(wanted);
        }
    }

    /// Writes the notes that bring each of these votes to its verdict.
    async fn bring(&self, case: &Model, wanted: &[(u64, Option<Verdict>)]) -> Result<(), Error> {
        let number = REASONS.iter().find(|(key, _)| Some(*key) == case.reason.as_deref());
        let number = number.map_or(0, |(_, number)| *number);
        let report = json!({
            "case": case.code,
            "findings": findings(case),
            "reason": case.reason,
            "state": case.state,
        });
        let frees = if case.state == State::Restored { APPROVER } else { DESK };
        let (held, struck) = (Verdict::Quarantine, Verdict::Disqualify);
        let steps = [
            (None, (Verdict::Restore, None, vec![frees])),
            (Some(held), (Verdict::Restore, Some(struck), vec![APPROVER])),
            (Some(held), (held, None, vec![DESK])),
            (Some(struck), (struck, None, vec![DESK, APPROVER])),
        ];
        for (want, note) in steps {
            let of: Vec<u64> = wanted
                .iter()
                .filter(|(_, verdict)| *verdict == want)
                .map(|(leaf, _)| *leaf)
                .collect();
            for some in of.chunks(MOST_NAMED) {
                let found = (number, report.to_string());
                match self.note(case.contest_id, note.clone(), some.to_vec(), found).await {
                    Ok(_) | Err(Error::Decided) => {}
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(())
    }
}

/// What has to be decided about each vote of a case: the gravest that any case wants.
async fn wanted(
    db: &impl ConnectionTrait,
    case: &Model,
) -> Result<Vec<(u64, Option<Verdict>)>, Error> {
    if matches!(case.state, State::Open | State::Dismissed) {
        return Ok(Vec::new());
    }
    let mut wanted: BTreeMap<u64, Option<Verdict>> =
        leaves(case).into_iter().map(|leaf| (leaf, None)).collect();
    for other in of_contest(db, case.contest_id).await? {
        let verdict = match other.state {
            State::Held | State::Proposed => Verdict::Quarantine,
            State::Struck | State::Appealed => Verdict::Disqualify,
            _ => continue,
        };
        for leaf in leaves(&other) {
            if let Some(known) = wanted.get_mut(&leaf) {
                *known = Ord::max(*known, Some(verdict));
            }
        }
    }
    Ok(wanted.into_iter().collect())
}
