//! What happened to an entry, and to its files.

use entity::entry::{self, State};
use entity::id::{EntryEventId, EntryId, FileId, UserId};
use entity::instant::Instant;
use entity::{entry_event, part};
use sea_orm::{ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, Set};

use super::Error;
use crate::contest;
use crate::jobs::{self, Job};

/// Writes down what happened to an entry.
pub(super) async fn happened(
    tx: &DatabaseTransaction,
    entry: EntryId,
    kind: &str,
    by: Option<UserId>,
    now: Instant,
) -> Result<(), DbErr> {
    noted(tx, entry, (kind, None), by, now).await
}

/// The same, with words beside it.
pub(super) async fn noted(
    tx: &DatabaseTransaction,
    entry: EntryId,
    (kind, note): (&str, Option<&str>),
    by: Option<UserId>,
    now: Instant,
) -> Result<(), DbErr> {
    let row = entry_event::ActiveModel {
        id: Set(EntryEventId::new()),
        entry_id: Set(entry),
        kind: Set(kind.to_owned()),
        note: Set(note.map(str::to_owned)),
        actor_id: Set(by),
        happened_at: Set(now),
    };
    entry_event::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// Says that the picture of an entry changed, so that public pages are drawn anew.
///
/// # Errors
/// When the database fails.
pub async fn file_changed(
    tx: &DatabaseTransaction,
    file: FileId,
    now: Instant,
) -> Result<(), Error> {
    let parts = part::Entity::find().filter(part::Column::FileId.eq(file)).all(tx).await?;
    for part in parts {
        let entry = entry::Entity::find_by_id(part.entry_id).one(tx).await?;
        if let Some(entry) = entry.filter(|entry| entry.state != State::Draft) {
            contest::touched(tx, entry.contest_id).await?;
            jobs::enqueue(tx, &Job::Compare { entry: entry.id }, now).await?;
        }
    }
    Ok(())
}
