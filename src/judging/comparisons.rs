//! Comparisons as they stand in the rows: what was said, and who can be compared at all.

use std::collections::{BTreeSet, HashMap};

use entity::id::{CategoryId, EntryId, RoundId};
use entity::{comparison, entry};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};

/// Comparisons of a round in the order in which they were said: the better, the worse.
pub(super) async fn said(
    db: &impl ConnectionTrait,
    round: RoundId,
) -> Result<Vec<(EntryId, EntryId)>, DbErr> {
    Ok(rows(db, round).await?.into_iter().map(|row| (row.better_id, row.worse_id)).collect())
}

/// The same as rows.
pub(super) async fn rows(
    db: &impl ConnectionTrait,
    round: RoundId,
) -> Result<Vec<comparison::Model>, DbErr> {
    comparison::Entity::find()
        .filter(comparison::Column::RoundId.eq(round))
        .order_by_asc(comparison::Column::SaidAt)
        .order_by_asc(comparison::Column::Id)
        .all(db)
        .await
}

/// Those among these entries that are alone in their category: nobody can compare them.
pub(super) async fn alone(
    db: &impl ConnectionTrait,
    entries: impl Iterator<Item = EntryId>,
) -> Result<BTreeSet<EntryId>, DbErr> {
    let categories = categories(db, entries).await?;
    let shared = |one: &CategoryId| categories.values().filter(|other| *other == one).count() > 1;
    Ok(categories.iter().filter(|(_, own)| !shared(own)).map(|(entry, _)| *entry).collect())
}

/// Categories of these entries.
pub(super) async fn categories(
    db: &impl ConnectionTrait,
    entries: impl Iterator<Item = EntryId>,
) -> Result<HashMap<EntryId, CategoryId>, DbErr> {
    let rows: Vec<(EntryId, CategoryId)> = entry::Entity::find()
        .select_only()
        .columns([entry::Column::Id, entry::Column::CategoryId])
        .filter(entry::Column::Id.is_in(entries))
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().collect())
}
