//! Findings: taken, taken back, read.

use entity::entry::{self, State};
use entity::id::{EntryId, ScreeningId};
use entity::instant::Instant;
use entity::screening::{self, Verdict};
use entity::{candidate, tally};
use sea_orm::sea_query::{LockType, OnConflict};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait,
    IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Set,
};

use super::Error;
use super::record::happened;
use crate::contest::{self, Screener};
use crate::entry::guarded;
use crate::jobs::{self, Job};

/// Reasons for rejecting or returning, by the keys of their words.
pub const REASONS: [&str; 9] = [
    "reason-against-rules",
    "reason-blurred",
    "reason-duplicate",
    "reason-logo",
    "reason-edited",
    "reason-generated",
    "reason-child-without-consent",
    "reason-not-eligible",
    "reason-other",
];

/// What was found.
#[derive(Clone, Debug)]
pub enum Finding {
    /// Valid.
    Accept,
    /// To be mended by a date.
    Return {
        /// One of [`REASONS`].
        reason: String,
        /// Words to the entrant.
        note: String,
        /// Until when.
        until: Instant,
    },
    /// Not valid.
    Reject {
        /// One of [`REASONS`].
        reason: String,
        /// Words to the entrant.
        note: String,
    },
}

/// Notes a finding on an entry that waits for one, and promises the letter that says so.
///
/// # Errors
/// [`Error::NotWaiting`] when it does not wait; [`Error::NoReason`] without a known reason;
/// [`Error::Guardian`] for an acceptance before the guardian of an author under 16 has agreed.
pub async fn find(
    tx: &DatabaseTransaction,
    by: &Screener,
    id: EntryId,
    finding: &Finding,
    now: Instant,
) -> Result<(), Error> {
    let contest = contest::lock(tx, by.contest()).await?;
    let row = entry::Entity::find_by_id(id).lock(LockType::NoKeyUpdate).one(tx).await?;
    let row = row.filter(|row| row.contest_id == by.contest()).ok_or(Error::Unknown)?;
    if row.state != State::Submitted {
        return Err(Error::NotWaiting);
    }
    if matches!(finding, Finding::Accept)
        && let Some(guarded) = guarded(tx, &contest, &row, now).await?
        && guarded.given_at.is_none()
    {
        return Err(Error::Guardian);
    }
    let (verdict, state, reason, note, until) = match finding {
        Finding::Accept => (Verdict::Accepted, State::Accepted, None, None, None),
        Finding::Return { reason, note, until } => {
            if *until <= now {
                return Err(Error::Past);
            }
            (Verdict::Returned, State::Returned, Some(reason), Some(note), Some(*until))
        }
        Finding::Reject { reason, note } => {
            (Verdict::Rejected, State::Rejected, Some(reason), Some(note), None)
        }
    };
    if reason.is_some_and(|reason| !REASONS.contains(&reason.as_str())) {
        return Err(Error::NoReason);
    }
    let found = screening::ActiveModel {
        id: Set(ScreeningId::new()),
        entry_id: Set(id),
        verdict: Set(verdict),
        reason: Set(reason.cloned()),
        note: Set(note.filter(|note| !note.is_empty()).cloned()),
        repair_until: Set(until),
        screener_id: Set(by.user()),
        found_at: Set(now),
        undone_at: Set(None),
    };
    screening::Entity::insert(found).exec_without_returning(tx).await?;
    set_state(tx, row, state, until, now).await?;
    if state == State::Accepted {
        open_tally(tx, by, id).await?;
    }
    let about = match verdict {
        Verdict::Accepted => "accepted",
        Verdict::Returned => "returned",
        Verdict::Rejected => "rejected",
    };
    happened(tx, by, id, about, note, now).await?;
    jobs::enqueue(tx, &Job::Tell { entry: id, about: about.to_owned() }, now).await?;
    contest::touched(tx, by.contest()).await?;
    Ok(())
}

/// Takes the last finding back: the entry waits again.
///
/// # Errors
/// [`Error::NotWaiting`] when there is none, or the entrant acted on it meanwhile;
/// [`Error::Judged`] once it stands in a round.
pub async fn undo(
    tx: &DatabaseTransaction,
    by: &Screener,
    id: EntryId,
    now: Instant,
) -> Result<(), Error> {
    contest::lock(tx, by.contest()).await?;
    let row = entry::Entity::find_by_id(id).lock(LockType::NoKeyUpdate).one(tx).await?;
    let row = row.filter(|row| row.contest_id == by.contest()).ok_or(Error::Unknown)?;
    let last = screening::Entity::find()
        .filter(screening::Column::EntryId.eq(id))
        .filter(screening::Column::UndoneAt.is_null())
        .order_by_desc(screening::Column::FoundAt)
        .one(tx)
        .await?;
    let last = last.ok_or(Error::NotWaiting)?;
    if !matches!(row.state, State::Accepted | State::Returned | State::Rejected) {
        return Err(Error::NotWaiting);
    }
    let judged = candidate::Entity::find().filter(candidate::Column::EntryId.eq(id));
    if judged.count(tx).await? > 0 {
        return Err(Error::Judged);
    }
    let mut last = last.into_active_model();
    last.undone_at = Set(Some(now));
    last.update(tx).await?;
    set_state(tx, row, State::Submitted, None, now).await?;
    happened(tx, by, id, "screening-undone", None, now).await?;
    contest::touched(tx, by.contest()).await?;
    Ok(())
}

async fn set_state(
    tx: &DatabaseTransaction,
    row: entry::Model,
    state: State,
    until: Option<Instant>,
    now: Instant,
) -> Result<(), DbErr> {
    let mut row = row.into_active_model();
    row.state = Set(state);
    row.repair_until = Set(until);
    row.updated_at = Set(now);
    row.update(tx).await?;
    Ok(())
}

/// An accepted entry stands in the tally from the start, with no votes.
async fn open_tally(tx: &DatabaseTransaction, by: &Screener, id: EntryId) -> Result<(), DbErr> {
    let row = tally::ActiveModel {
        entry_id: Set(id),
        contest_id: Set(by.contest()),
        counted: Set(0),
        seen: Set(0),
    };
    tally::Entity::insert(row)
        .on_conflict(OnConflict::column(tally::Column::EntryId).do_nothing().to_owned())
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// The last finding on an entry that was not taken back.
///
/// # Errors
/// When the database fails.
pub async fn last(
    db: &impl ConnectionTrait,
    id: EntryId,
) -> Result<Option<screening::Model>, DbErr> {
    screening::Entity::find()
        .filter(screening::Column::EntryId.eq(id))
        .filter(screening::Column::UndoneAt.is_null())
        .order_by_desc(screening::Column::FoundAt)
        .one(db)
        .await
}
