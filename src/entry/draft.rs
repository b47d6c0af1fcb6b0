//! Drafts: begun with a category, filled bit by bit, never lost.

use entity::entry::{self, EntrantKind, State};
use entity::id::{CategoryId, EntryId, UnitId, UserId};
use entity::instant::Instant;
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, Set};

use super::Error;
use crate::contest::Contest;
use crate::contest::definition::PhaseKind;

/// What a fresh draft is made of.
#[derive(Clone, Debug)]
pub struct New {
    /// Its key, made when the form was drawn: a form sent twice begins one draft.
    pub id: EntryId,
    /// The entry's public code: eight random letters.
    pub code: String,
    /// Its category.
    pub category: CategoryId,
    /// The author's account, where there is one.
    pub author: Option<UserId>,
    /// The officer who enters for somebody.
    pub officer: Option<UserId>,
    /// By which the draft is taken up again.
    pub resume_hash: Option<[u8; 32]>,
    /// The unit, where it is known already.
    pub unit: Option<UnitId>,
    /// Language of its letters.
    pub lang: String,
}

/// Begins a draft while entries are taken.
///
/// # Errors
/// [`Error::Closed`] outside of intake.
pub async fn open(
    tx: &DatabaseTransaction,
    contest: &Contest,
    new: New,
    now: Instant,
) -> Result<entry::Model, Error> {
    if !contest.is_running() || contest.open(PhaseKind::Intake, now).is_none() {
        return Err(closed(contest, now));
    }
    let row = entry::ActiveModel {
        id: Set(new.id),
        contest_id: Set(contest.id()),
        category_id: Set(new.category),
        code: Set(new.code),
        title: Set(String::new()),
        search_text: Set(String::new()),
        state: Set(State::Draft),
        entrant_kind: Set(EntrantKind::Person),
        entrant_name: Set(String::new()),
        shown_name: Set(String::new()),
        unit_id: Set(new.unit),
        author_id: Set(new.author),
        entered_by: Set(new.officer),
        resume_hash: Set(new.resume_hash.map(|hash| hash.to_vec())),
        lang: Set(new.lang),
        version: Set(1),
        created_at: Set(now),
        updated_at: Set(now),
        ..Default::default()
    };
    entry::Entity::insert(row).on_conflict_do_nothing().exec_without_returning(tx).await?;
    let row = entry::Entity::find_by_id(new.id).one(tx).await?.ok_or(Error::Unknown)?;
    let resumed = row.resume_hash.as_deref() == new.resume_hash.as_ref().map(<[u8; 32]>::as_slice);
    let mine = row.contest_id == contest.id() && resumed && row.entered_by == new.officer;
    if mine { Ok(row) } else { Err(Error::Unknown) }
}

pub(super) fn closed(contest: &Contest, now: Instant) -> Error {
    let ends = contest.windows(PhaseKind::Intake).map(|window| window.closes);
    Error::Closed(ends.filter(|end| *end <= now).max())
}

/// The entry with this public code.
///
/// # Errors
/// [`Error::Unknown`] where there is none.
pub async fn by_code(db: &impl ConnectionTrait, code: &str) -> Result<entry::Model, Error> {
    let row = entry::Entity::find().filter(entry::Column::Code.eq(code)).one(db).await?;
    row.ok_or(Error::Unknown)
}

/// Whether the entry may be changed now: a draft begun in time, an entry until the deadline, a
/// returned one until its date.
///
/// # Errors
/// [`Error::Closed`] or [`Error::Settled`] when it may not.
pub fn changeable(contest: &Contest, entry: &entry::Model, now: Instant) -> Result<(), Error> {
    let in_time = contest.is_running()
        && contest.windows(PhaseKind::Intake).any(|w| w.lets_finish(entry.created_at, now));
    match entry.state {
        State::Draft | State::Submitted if in_time => Ok(()),
        State::Draft => Err(closed(contest, now)),
        State::Returned if entry.repair_until.is_some_and(|until| now < until) => Ok(()),
        State::Returned => Err(Error::Closed(entry.repair_until)),
        _ => Err(Error::Settled),
    }
}

/// Whether what is typed may be kept: a draft takes words even after the deadline, so that nothing
/// is lost; it only cannot be submitted any more.
///
/// # Errors
/// [`Error::Closed`] or [`Error::Settled`] for an entry that was submitted.
pub fn may_write(contest: &Contest, entry: &entry::Model, now: Instant) -> Result<(), Error> {
    match entry.state {
        State::Draft => Ok(()),
        _ => changeable(contest, entry, now),
    }
}
