//! Opening and closing a round.

use std::collections::{BTreeSet, HashMap};

use entity::candidate;
use entity::id::EntryId;
use entity::instant::Instant;
use entity::round::State;
use sea_orm::{ActiveModelTrait, ConnectionTrait, DatabaseTransaction, IntoActiveModel, Set};
use serde_json::json;

use super::comparisons;
use super::deal::Deal;
use super::eligible::eligible;
use super::error::{Error, Fault};
use super::field::name;
use super::give::give;
use super::judge::sitting;
use super::plan::{Before, Plan, planned};
use super::preside::Presiding;
use super::reckon::{cut, reckon};
use super::record::{definition_of, record};
use crate::contest::definition::RoundKind;
use crate::contest::{self, Contest, Organiser};

/// Opens a round: names its candidates, gives them aliases, deals the work to the panel. `counted`
/// is what the round's gate counts, in millionths; nobody looks at it where there is none.
///
/// # Errors
/// [`Error::TooEarly`] before the round before is closed; [`Error::Nothing`] without a panel or
/// without entries.
pub async fn open(
    tx: &DatabaseTransaction,
    by: &Organiser,
    (key, counted): (&str, &HashMap<EntryId, i64>),
    seed: u64,
    now: Instant,
) -> Result<(), Error> {
    let contest = contest::lock(tx, by.contest()).await?;
    let row = contest::round_by_key(tx, contest.id(), key).await?;
    let definition = definition_of(&contest, &row)?;
    if row.state != State::Waiting {
        return Err(Error::NotWaiting);
    }
    if let Some(window) = contest.window(&definition.phase).filter(|window| now < window.opens) {
        return Err(Error::NotYet(window.opens));
    }
    let (entries, kept_out) = eligible(tx, &contest, (&row, definition), counted).await?;
    let entries: Vec<EntryId> = entries.into_iter().map(|(id, _)| id).collect();
    let seats = sitting(tx, row.id).await?;
    let nobody = seats.is_empty() && definition.kind != RoundKind::Deliberate;
    if entries.is_empty() || nobody {
        return Err(Error::Nothing);
    }
    name(tx, &row, &entries, seed).await?;
    let mut opened = row.clone().into_active_model();
    opened.state = Set(State::Open);
    opened.seed = Set(i64::from_ne_bytes(seed.to_ne_bytes()));
    opened.opened_at = Set(Some(now));
    let opened = opened.update(tx).await?;
    give(tx, &opened, definition, now).await?;
    let mut opened = json!({ "entries": entries.len(), "judges": seats.len() });
    if let Some(gate) = &definition.gate {
        opened["gate"] = json!(gate);
        opened["kept_out"] = json!(kept_out);
    }
    record(tx, by, row.id, "round-opened", opened, now).await
}

/// What people decided where numbers do not: who goes on among equals, or by deliberation.
#[derive(Clone, Copy, Debug, Default)]
pub struct Decision<'a> {
    /// Entries that go on.
    pub on: &'a [EntryId],
    /// Why, for the record.
    pub reason: &'a str,
}

/// Closes a round: reckons every candidate and says who goes on. The chair of a panel closes it only
/// where people have to decide that: by deliberation, or among equals at the cut.
///
/// # Errors
/// [`Error::Faults`] with everything that stands in the way; [`Error::DecidedWithoutReason`];
/// [`Error::NothingToDecide`] to a chair where numbers say who goes on.
pub async fn close(
    tx: &DatabaseTransaction,
    by: impl Into<Presiding>,
    key: &str,
    decided: Decision<'_>,
    now: Instant,
) -> Result<(), Error> {
    let by = by.into();
    if !decided.on.is_empty() && decided.reason.trim().is_empty() {
        return Err(Error::DecidedWithoutReason);
    }
    let contest = contest::lock(tx, by.contest()).await?;
    let row = contest::round_by_key(tx, contest.id(), key).await?;
    by.over(&row)?;
    if row.state != State::Open {
        return Err(Error::NotOpen);
    }
    let definition = definition_of(&contest, &row)?;
    let reckoned = reckon(tx, row.id, definition, decided.on).await?;
    if by.is_chair() && cut(&reckoned, definition, &[]).1.is_none() {
        return Err(Error::NothingToDecide);
    }
    let quorum = if definition.kind == RoundKind::Deliberate { 0 } else { definition.quorum };
    let alone = match definition.kind {
        RoundKind::Pairwise => comparisons::alone(tx, reckoned.iter().map(|one| one.entry)).await?,
        _ => BTreeSet::new(),
    };
    let mut faults: Vec<Fault> = reckoned
        .iter()
        .filter(|one| one.sheets < quorum as usize && !alone.contains(&one.entry))
        .map(|one| Fault::UnderQuorum(one.alias.clone(), one.sheets))
        .collect();
    let (on, fault) = cut(&reckoned, definition, decided.on);
    faults.extend(fault);
    if !faults.is_empty() {
        return Err(Error::Faults(faults));
    }
    for one in &reckoned {
        let candidate = candidate::ActiveModel {
            round_id: Set(row.id),
            entry_id: Set(one.entry),
            alias: Set(one.alias.clone()),
            sheets: Set(Some(i32::try_from(one.sheets).unwrap_or(i32::MAX))),
            millionths: Set(Some(one.millionths)),
            went_on: Set(Some(on.contains(&one.entry))),
            worksheet: Set(Some(one.worksheet.clone())),
        };
        candidate.update(tx).await?;
    }
    let mut closed = row.clone().into_active_model();
    closed.state = Set(State::Closed);
    closed.closed_at = Set(Some(now));
    closed.closed_by = Set(Some(by.user()));
    closed.update(tx).await?;
    // Who went on may decide who is voted for.
    contest::touched(tx, contest.id()).await?;
    let mut after = json!({ "went_on": on.len(), "of": reckoned.len() });
    if !decided.on.is_empty() {
        after["decided"] = json!(decided.on);
        after["reason"] = json!(decided.reason);
    }
    record(tx, by, row.id, "round-closed", after, now).await
}

/// What would be dealt if a round were opened now.
#[derive(Clone, Debug)]
pub struct Preview {
    /// How many entries.
    pub entries: usize,
    /// How many the round's gate keeps out.
    pub kept_out: usize,
    /// Numbers of the judges, as the deal counts them.
    pub judges: Vec<i32>,
    /// Who gets how many.
    pub deal: Deal,
    /// How many entries everybody gets first; fewer than the definition wants where every other
    /// one has a judge who may not judge it.
    pub shared: usize,
    /// Titles of entries that get fewer judges than they should, with how many are missing.
    pub short: Vec<(String, usize)>,
}

/// Previews a deal. It is dealt by another seed when it comes to it. `counted` is as for [`open`].
///
/// # Errors
/// As [`open`].
pub async fn preview(
    db: &impl ConnectionTrait,
    contest: &Contest,
    (key, counted): (&str, &HashMap<EntryId, i64>),
) -> Result<Preview, Error> {
    let row = contest::round_by_key(db, contest.id(), key).await?;
    let definition = definition_of(contest, &row)?;
    let (entries, kept_out) = eligible(db, contest, (&row, definition), counted).await?;
    let seats = sitting(db, row.id).await?;
    if entries.is_empty() || seats.is_empty() {
        return Err(Error::Nothing);
    }
    let ids: Vec<EntryId> = entries.iter().map(|(id, _)| *id).collect();
    let Plan { deal, shared } =
        planned(db, definition, &ids, &seats, &Before::default(), 0).await?;
    let short = deal.short.iter().map(|(at, missing)| (entries[*at].1.clone(), *missing));
    Ok(Preview {
        entries: entries.len(),
        kept_out,
        judges: seats.iter().map(|seat| seat.number).collect(),
        short: short.collect(),
        shared: shared.len(),
        deal,
    })
}

/// Opens a closed round again, with a reason for the record. A result that was published stays until
/// a correction of it is proposed and approved.
///
/// # Errors
/// [`Error::DecidedWithoutReason`] without one; [`Error::StaysClosed`] when it is not closed, a later
/// round has begun, or the contest is closed or cancelled.
pub async fn reopen(
    tx: &DatabaseTransaction,
    by: &Organiser,
    key: &str,
    reason: &str,
    now: Instant,
) -> Result<(), Error> {
    if reason.trim().is_empty() {
        return Err(Error::DecidedWithoutReason);
    }
    let contest = contest::lock(tx, by.contest()).await?;
    let row = contest::round_by_key(tx, contest.id(), key).await?;
    let later = contest::rounds(tx, contest.id()).await?;
    let begun =
        later.iter().any(|other| other.position > row.position && other.state != State::Waiting);
    if row.state != State::Closed || begun || !contest.takes_corrections() {
        return Err(Error::StaysClosed);
    }
    let mut opened = row.clone().into_active_model();
    opened.state = Set(State::Open);
    opened.closed_at = Set(None);
    opened.update(tx).await?;
    contest::touched(tx, contest.id()).await?;
    record(tx, by, row.id, "round-reopened", json!({ "reason": reason }), now).await
}
