//! Striking an entry out for a reason: by the organiser until the result is published; from then on
//! a second person has to approve, and the result is corrected by a new publication.

use entity::contest::State as ContestState;
use entity::decision::{self, Kind};
use entity::entry::{self, State};
use entity::entry_event;
use entity::id::{ContestId, EntryEventId, EntryId, UserId};
use entity::instant::Instant;
use sea_orm::sea_query::LockType;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait,
    IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, Set,
};
use serde_json::json;

use super::decision::{Subject, keep};
use super::error::Error;
use super::rank::Who;
use super::record::record;
use crate::contest::{self, Approver, Organiser};
use crate::jobs::{self, Job};

/// An entry that somebody wants struck out, or that was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Strike {
    /// The entry.
    pub entry: EntryId,
    /// Why.
    pub reason: String,
    /// Who wants it.
    pub by: UserId,
    /// Since when.
    pub at: Instant,
}

/// The newest word on each entry of a contest: struck out, or asked for.
pub(super) async fn newest(
    db: &impl ConnectionTrait,
    contest: ContestId,
) -> Result<Vec<Strike>, DbErr> {
    let rows = decision::Entity::find()
        .filter(decision::Column::ContestId.eq(contest))
        .filter(decision::Column::Kind.eq(Kind::Disqualification))
        .order_by_asc(decision::Column::DecidedAt)
        .order_by_asc(decision::Column::Id)
        .all(db)
        .await?;
    let mut strikes: Vec<Strike> = Vec::new();
    for row in rows {
        let subject: Subject = serde_json::from_value(row.subject).unwrap_or_default();
        let Some(Who::Entry(entry)) = subject.among.first().copied() else { continue };
        strikes.retain(|strike| strike.entry != entry);
        // Without an order it was dropped.
        if !subject.order.is_empty() {
            let (reason, by, at) = (row.reason, row.decided_by, row.decided_at);
            strikes.push(Strike { entry, reason, by, at });
        }
    }
    Ok(strikes)
}

/// Strikes that wait for a second person, with their entries, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn strikes(
    db: &impl ConnectionTrait,
    contest: ContestId,
) -> Result<Vec<(Strike, entry::Model)>, DbErr> {
    let all = newest(db, contest).await?;
    let entries = entry::Entity::find()
        .filter(entry::Column::Id.is_in(all.iter().map(|strike| strike.entry)))
        .filter(entry::Column::State.ne(State::Disqualified))
        .all(db)
        .await?;
    let with = |strike: Strike| {
        let entry = entries.iter().find(|entry| entry.id == strike.entry)?.clone();
        Some((strike, entry))
    };
    Ok(all.into_iter().filter_map(with).collect())
}

/// Why an entry was struck out.
///
/// # Errors
/// When the database fails.
pub async fn struck_because(
    db: &impl ConnectionTrait,
    entry: &entry::Model,
) -> Result<Option<String>, DbErr> {
    let all = newest(db, entry.contest_id).await?;
    Ok(all.into_iter().find(|strike| strike.entry == entry.id).map(|strike| strike.reason))
}

/// Strikes an entry out; once a result was published, asks a second person to.
///
/// # Errors
/// [`Error::NoReason`] without one; [`Error::NoStrike`] for an entry that is not in the contest any
/// more.
pub async fn strike(
    tx: &DatabaseTransaction,
    by: &Organiser,
    code: &str,
    reason: &str,
    now: Instant,
) -> Result<(), Error> {
    let contest = contest::lock(tx, by.contest()).await?;
    let row = find(tx, by.contest(), code).await?;
    if reason.trim().is_empty() {
        return Err(Error::NoReason);
    }
    if !matches!(row.state, State::Submitted | State::Returned | State::Accepted) {
        return Err(Error::NoStrike);
    }
    let who = vec![Who::Entry(row.id)];
    decided(tx, by, (who.clone(), who), reason, now).await?;
    if contest.row.state == ContestState::Published {
        let after = json!({ "entry": row.id, "reason": reason });
        let who = (by.user(), "organiser");
        return Ok(record(tx, who, by.contest(), "strike-asked", after, now).await?);
    }
    out(tx, row, (by.user(), "organiser"), reason, now).await
}

/// Strikes out what another person asked for.
///
/// # Errors
/// [`Error::SamePerson`] for whoever asked; [`Error::Unknown`] where nobody did.
pub async fn approve_strike(
    tx: &DatabaseTransaction,
    by: &Approver,
    code: &str,
    now: Instant,
) -> Result<(), Error> {
    contest::lock(tx, by.contest()).await?;
    let row = find(tx, by.contest(), code).await?;
    let waiting = strikes(tx, by.contest()).await?;
    let strike = waiting.into_iter().find(|(strike, _)| strike.entry == row.id);
    let (strike, _) = strike.ok_or(Error::Unknown)?;
    if strike.by == by.user() {
        return Err(Error::SamePerson);
    }
    out(tx, row, (by.user(), "approver"), &strike.reason, now).await
}

/// Drops a strike that nobody has approved.
///
/// # Errors
/// [`Error::NoReason`] without one; [`Error::Unknown`] where nothing was asked for.
pub async fn drop_strike(
    tx: &DatabaseTransaction,
    by: &Organiser,
    code: &str,
    reason: &str,
    now: Instant,
) -> Result<(), Error> {
    contest::lock(tx, by.contest()).await?;
    let row = find(tx, by.contest(), code).await?;
    if reason.trim().is_empty() {
        return Err(Error::NoReason);
    }
    let waiting = strikes(tx, by.contest()).await?;
    if !waiting.iter().any(|(strike, _)| strike.entry == row.id) {
        return Err(Error::Unknown);
    }
    decided(tx, by, (vec![Who::Entry(row.id)], Vec::new()), reason, now).await?;
    let after = json!({ "entry": row.id, "reason": reason });
    let who = (by.user(), "organiser");
    Ok(record(tx, who, by.contest(), "strike-dropped", after, now).await?)
}

async fn find(
    tx: &DatabaseTransaction,
    contest: ContestId,
    code: &str,
) -> Result<entry::Model, Error> {
    let row = entry::Entity::find()
        .filter(entry::Column::ContestId.eq(contest))
        .filter(entry::Column::Code.eq(code))
        .lock(LockType::NoKeyUpdate)
        .one(tx)
        .await?;
    row.filter(|row| row.state != State::Draft).ok_or(Error::Unknown)
}

async fn decided(
    tx: &DatabaseTransaction,
    by: &Organiser,
    (among, order): (Vec<Who>, Vec<Who>),
    reason: &str,
    now: Instant,
) -> Result<(), DbErr> {
    let subject = Subject { among, order, ..Subject::default() };
    let who = (by.contest(), by.user());
    keep(tx, who, Kind::Disqualification, (&subject, reason.trim()), now).await?;
    Ok(())
}

async fn out(
    tx: &DatabaseTransaction,
    row: entry::Model,
    (user, role): (UserId, &'static str),
    reason: &str,
    now: Instant,
) -> Result<(), Error> {
    let (id, contest) = (row.id, row.contest_id);
    let mut row = row.into_active_model();
    row.state = Set(State::Disqualified);
    row.updated_at = Set(now);
    row.update(tx).await?;
    let event = entry_event::ActiveModel {
        id: Set(EntryEventId::new()),
        entry_id: Set(id),
        kind: Set("disqualified".to_owned()),
        note: Set(Some(reason.to_owned())),
        actor_id: Set(Some(user)),
        happened_at: Set(now),
    };
    entry_event::Entity::insert(event).exec_without_returning(tx).await?;
    let after = json!({ "entry": id, "reason": reason });
    record(tx, (user, role), contest, "entry-struck", after, now).await?;
    contest::touched(tx, contest).await?;
    let job = Job::Tell { entry: id, about: "disqualified".to_owned() };
    jobs::enqueue(tx, &job, now).await?;
    Ok(())
}
