//! Publishing: proposed by one person, approved by another, all true together or not at all.

use entity::award::{self, State as AwardState};
use entity::contest::State as ContestState;
use entity::id::{AwardId, PublicationId, StandingId};
use entity::instant::Instant;
use entity::publication::State;
use entity::{publication, standing};
use sea_orm::{ActiveModelTrait, DatabaseTransaction, EntityTrait, IntoActiveModel, Set};
use serde_json::json;

use super::award::{keep_passes, recipient, split, winner};
use super::error::Error;
use super::gather::gather;
use super::inputs::{Inputs, Problem};
use super::outcome::Outcome;
use super::promote::{entries_of, reckon};
use super::rank::{self, Candidate, Who};
use super::record::record;
use super::rows::{awards, history};
use super::same::is_same;
use crate::contest::definition::Source;
use crate::contest::{self, Approver, Contest, Organiser};
use crate::jobs::{self, Job};
use crate::voting;

/// Proposes the result as it stands; a correction of a published one needs a reason.
///
/// # Errors
/// [`Error::Problems`] with everything that stands in the way; [`Error::Same`] for a correction that
/// corrects nothing.
pub async fn propose(
    tx: &DatabaseTransaction,
    by: &Organiser,
    reason: &str,
    now: Instant,
) -> Result<PublicationId, Error> {
    let contest = contest::lock(tx, by.contest()).await?;
    if !matches!(contest.row.state, ContestState::Announced | ContestState::Published) {
        return Err(Error::NotNow);
    }
    let all = history(tx, contest.id()).await?;
    if all.iter().any(|row| row.state == State::Proposed) {
        return Err(Error::Proposed);
    }
    let before = all.iter().find(|row| row.state == State::Published);
    if before.is_some() && reason.trim().is_empty() {
        return Err(Error::NoReason);
    }
    let inputs = gather(tx, &contest, now).await?;
    let result = ready(tx, &contest, &inputs).await?;
    let id = PublicationId::new();
    let votes = voting::statement(tx, contest.id()).await?;
    let aside = voting::cases::set_aside(tx, contest.id()).await?;
    let summary = json!({
        "entries": inputs.entries.len(),
        "votes": votes,
        "set_aside": aside,
        "up": entries_of(&result.up),
    });
    if let Some(before) = before
        && is_same(tx, &contest, (before, &summary), &result).await?
    {
        return Err(Error::Same);
    }
    let row = publication::ActiveModel {
        id: Set(id),
        contest_id: Set(contest.id()),
        number: Set(i32::try_from(all.len()).unwrap_or(i32::MAX) + 1),
        state: Set(State::Proposed),
        proposed_by: Set(by.user()),
        proposed_at: Set(now),
        approved_by: Set(None),
        approved_at: Set(None),
        inputs_hash: Set(inputs.hash()),
        replaces_id: Set(before.map(|row| row.id)),
        reason: Set((!reason.is_empty()).then(|| reason.to_owned())),
        refusal: Set(None),
        summary: Set(summary),
    };
    publication::Entity::insert(row).exec_without_returning(tx).await?;
    let after = json!({ "publication": id, "reason": reason });
    record(tx, (by.user(), "organiser"), contest.id(), "result-proposed", after, now).await?;
    Ok(id)
}

/// What follows from everything that decides, where nothing stands in the way of publishing it.
async fn ready(
    tx: &DatabaseTransaction,
    contest: &Contest,
    inputs: &Inputs,
) -> Result<Outcome, Error> {
    let result = reckon(tx, contest, inputs).await?;
    if result.problems.is_empty() { Ok(result) } else { Err(Error::Problems(result.problems)) }
}

/// Drops a proposal that was not approved.
///
/// # Errors
/// [`Error::NotProposed`] where there is none.
pub async fn drop_proposal(
    tx: &DatabaseTransaction,
    by: &Organiser,
    now: Instant,
) -> Result<(), Error> {
    contest::lock(tx, by.contest()).await?;
    let all = history(tx, by.contest()).await?;
    let row = all.into_iter().find(|row| row.state == State::Proposed).ok_or(Error::NotProposed)?;
    let after = json!({ "publication": row.id });
    let mut row = row.into_active_model();
    row.state = Set(State::Dropped);
    row.update(tx).await?;
    Ok(record(tx, (by.user(), "organiser"), by.contest(), "result-dropped", after, now).await?)
}

/// Refuses the proposal, for a reason that its proposer reads.
///
/// # Errors
/// [`Error::NoReason`] without one; [`Error::NotProposed`] without a proposal.
pub async fn refuse(
    tx: &DatabaseTransaction,
    by: &Approver,
    reason: &str,
    now: Instant,
) -> Result<(), Error> {
    if reason.trim().is_empty() {
        return Err(Error::NoReason);
    }
    contest::lock(tx, by.contest()).await?;
    let all = history(tx, by.contest()).await?;
    let row = all.into_iter().find(|row| row.state == State::Proposed).ok_or(Error::NotProposed)?;
    let after = json!({ "publication": row.id, "reason": reason });
    let mut row = row.into_active_model();
    row.state = Set(State::Dropped);
    row.refusal = Set(Some(reason.to_owned()));
    row.update(tx).await?;
    Ok(record(tx, (by.user(), "approver"), by.contest(), "result-refused", after, now).await?)
}

/// Publishes the proposal: places, prizes, the contest's state, the announcement and what goes up
/// are true together or not at all. `votes` is what the log of votes gives, which it is bound to
/// afterwards.
///
/// # Errors
/// [`Error::SamePerson`] for whoever proposed it; [`Error::Changed`] when anything that decides
/// changed since; [`Error::Problems`] when the votes that decide are not those of the log.
pub async fn publish(
    tx: &DatabaseTransaction,
    by: &Approver,
    votes: Option<String>,
    now: Instant,
) -> Result<(), Error> {
    let contest = contest::lock(tx, by.contest()).await?;
    let all = history(tx, contest.id()).await?;
    let proposal = all.iter().find(|row| row.state == State::Proposed).ok_or(Error::NotProposed)?;
    if proposal.proposed_by == by.user() {
        return Err(Error::SamePerson);
    }
    let inputs = gather(tx, &contest, now).await?;
    if inputs.hash() != proposal.inputs_hash {
        return Err(Error::Changed);
    }
    let result = ready(tx, &contest, &inputs).await?;
    as_logged(tx, &contest, &inputs, votes.as_deref()).await?;
    let mut before = Vec::new();
    for old in all.iter().filter(|row| row.state == State::Published) {
        before.extend(awards(tx, old.id).await?);
        let mut old = old.clone().into_active_model();
        old.state = Set(State::Replaced);
        old.update(tx).await?;
    }
    let id = proposal.id;
    let mut row = proposal.clone().into_active_model();
    row.state = Set(State::Published);
    row.approved_by = Set(Some(by.user()));
    row.approved_at = Set(Some(now));
    row.update(tx).await?;
    freeze(tx, &contest, id, &result, &before).await?;
    let first = contest.row.published_at.unwrap_or(now);
    let version = contest.row.public_version + 1;
    let mut changed = contest.row.clone().into_active_model();
    changed.state = Set(ContestState::Published);
    changed.published_at = Set(Some(first));
    changed.public_version = Set(version);
    changed.update(tx).await?;
    jobs::enqueue(tx, &Job::Announce { publication: id }, now).await?;
    if let Some(result) = votes {
        jobs::enqueue(tx, &Job::BindVotes { publication: id, result }, now).await?;
    }
    if contest.row.parent_id.is_some() && !result.up.is_empty() {
        jobs::enqueue(tx, &Job::Promote { publication: id }, now).await?;
    }
    let after = json!({ "publication": id });
    record(tx, (by.user(), "approver"), contest.id(), "result-published", after, now).await?;
    Ok(())
}

/// Whether places follow from the votes that the log holds, to which the result is bound: the tables
/// can be written by whoever holds the database, and agree among themselves.
///
/// # Errors
/// [`Error::Problems`] with [`Problem::LogDisagrees`] where they do not.
async fn as_logged(
    tx: &DatabaseTransaction,
    contest: &Contest,
    inputs: &Inputs,
    votes: Option<&str>,
) -> Result<(), Error> {
    if contest.definition.voting.is_none() {
        return Ok(());
    }
    let name = rank::name(&Source::Votes);
    let logged = voting::logged_counts(tx, contest.id(), votes).await?;
    let agrees = |one: &Candidate| match one.who {
        Who::Entry(id) => {
            let count = logged.get(&id).copied().unwrap_or(0);
            one.raw.get(&name) == Some(&(count * 1_000_000))
        }
        Who::Unit(_) => true,
    };
    if inputs.entries.iter().all(agrees) {
        return Ok(());
    }
    Err(Error::Problems(vec![Problem::LogDisagrees]))
}

async fn freeze(
    tx: &DatabaseTransaction,
    contest: &Contest,
    publication: PublicationId,
    result: &Outcome,
    before: &[award::Model],
) -> Result<(), Error> {
    for (key, places) in &result.tables {
        let rows = places.iter().enumerate().map(|(position, placed)| {
            let (entry, unit) = split(placed.who);
            standing::ActiveModel {
                id: Set(StandingId::new()),
                publication_id: Set(publication),
                table_key: Set(key.clone()),
                place: Set(i32::try_from(placed.place).unwrap_or(i32::MAX)),
                position: Set(i32::try_from(position + 1).unwrap_or(i32::MAX)),
                entry_id: Set(entry),
                unit_id: Set(unit),
                millionths: Set(placed.millionths),
                worksheet: Set(serde_json::to_value(&placed.worksheet).unwrap_or_default()),
            }
        });
        let rows: Vec<_> = rows.collect();
        for chunk in rows.chunks(500) {
            standing::Entity::insert_many(chunk.to_vec()).exec_without_returning(tx).await?;
        }
    }
    for given in &result.prizes {
        let (entry, unit) = given.who.map_or((None, None), split);
        // Whoever accepted or declined the same prize of the result before has said so for good.
        let said = before.iter().find(|old| {
            old.prize_key == given.prize && winner(old) == given.who && given.who.is_some()
        });
        let fresh = if given.who.is_some() { AwardState::Given } else { AwardState::Empty };
        let row = award::ActiveModel {
            id: Set(AwardId::new()),
            publication_id: Set(publication),
            prize_key: Set(given.prize.clone()),
            position: Set(i32::try_from(given.position).unwrap_or(i32::MAX)),
            entry_id: Set(entry),
            unit_id: Set(unit),
            recipient: Set(recipient(tx, contest, &given.prize, given.who).await?),
            state: Set(said.map_or(fresh, |old| old.state)),
            certificate: Set(said.and_then(|old| old.certificate.clone())),
            certificate_no: Set(said.and_then(|old| old.certificate_no)),
            changed_at: Set(said.and_then(|old| old.changed_at)),
        };
        award::Entity::insert(row).exec_without_returning(tx).await?;
    }
    Ok(keep_passes(tx, contest, publication, before).await?)
}
