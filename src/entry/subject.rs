//! People shown or written about: each line of a slot for people names one.

use entity::contributor::{self, Role};
use entity::entry;
use entity::id::ContributorId;
use entity::part;
use sea_orm::{ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder, Set};

use super::Author;
use crate::contest::definition::{Category, Slot, SlotKind};

/// The people whom a text names, one a line.
fn names(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty())
}

/// How many pieces a slot holds: people where it asks for people, parts elsewhere.
pub(super) fn held(slot: &Slot, parts: &[&part::Model]) -> usize {
    if slot.kind != SlotKind::People {
        return parts.len();
    }
    parts.iter().map(|part| names(part.body.as_deref().unwrap_or_default()).count()).sum()
}

/// Names the people shown or written about as the entry's subjects, in place of those named before.
///
/// # Errors
/// When the database fails.
pub async fn name_subjects(
    tx: &DatabaseTransaction,
    author: &Author,
    category: &Category,
) -> Result<(), DbErr> {
    subjects(tx, &author.entry, category).await
}

/// The same, of an entry; nothing changes where its category asks for nobody.
pub(super) async fn subjects(
    tx: &DatabaseTransaction,
    entry: &entry::Model,
    category: &Category,
) -> Result<(), DbErr> {
    let slots = category.slots.iter().filter(|slot| slot.kind == SlotKind::People);
    let slots: Vec<&str> = slots.map(|slot| slot.key.as_str()).collect();
    if slots.is_empty() {
        return Ok(());
    }
    contributor::Entity::delete_many()
        .filter(contributor::Column::EntryId.eq(entry.id))
        .filter(contributor::Column::Role.eq(Role::Subject))
        .exec(tx)
        .await?;
    let parts = part::Entity::find()
        .filter(part::Column::EntryId.eq(entry.id))
        .filter(part::Column::SlotKey.is_in(slots.iter().copied()))
        .order_by_asc(part::Column::Position)
        .all(tx)
        .await?;
    let of = slots.iter().flat_map(|slot| parts.iter().filter(move |part| part.slot_key == *slot));
    let bodies = of.filter_map(|part| part.body.as_deref());
    let rows = (0..).zip(bodies.flat_map(names)).map(|(position, name)| contributor::ActiveModel {
        id: Set(ContributorId::new()),
        entry_id: Set(entry.id),
        role: Set(Role::Subject),
        name: Set(name.to_owned()),
        position: Set(position),
        ..Default::default()
    });
    let rows: Vec<_> = rows.collect();
    for chunk in rows.chunks(500) {
        contributor::Entity::insert_many(chunk.to_vec()).exec_without_returning(tx).await?;
    }
    Ok(())
}
