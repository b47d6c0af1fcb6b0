//! Publications as their rows stand: places and prizes, frozen.

use std::collections::HashSet;

use entity::id::{ContestId, EntryId, PublicationId};
use entity::publication::State;
use entity::{award, publication, standing};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder};

/// All publications of a contest, newest first.
///
/// # Errors
/// When the database fails.
pub async fn history(
    db: &impl ConnectionTrait,
    contest: ContestId,
) -> Result<Vec<publication::Model>, DbErr> {
    publication::Entity::find()
        .filter(publication::Column::ContestId.eq(contest))
        .order_by_desc(publication::Column::Number)
        .all(db)
        .await
}

/// The publication in force.
///
/// # Errors
/// When the database fails.
pub async fn in_force(
    db: &impl ConnectionTrait,
    contest: ContestId,
) -> Result<Option<publication::Model>, DbErr> {
    Ok(history(db, contest).await?.into_iter().find(|row| row.state == State::Published))
}

/// Places of a publication, by table and position.
///
/// # Errors
/// When the database fails.
pub async fn standings(
    db: &impl ConnectionTrait,
    publication: PublicationId,
) -> Result<Vec<standing::Model>, DbErr> {
    standing::Entity::find()
        .filter(standing::Column::PublicationId.eq(publication))
        .order_by_asc(standing::Column::TableKey)
        .order_by_asc(standing::Column::Position)
        .all(db)
        .await
}

/// Prizes of a publication.
///
/// # Errors
/// When the database fails.
pub async fn awards(
    db: &impl ConnectionTrait,
    publication: PublicationId,
) -> Result<Vec<award::Model>, DbErr> {
    award::Entity::find()
        .filter(award::Column::PublicationId.eq(publication))
        .order_by_asc(award::Column::Position)
        .all(db)
        .await
}

/// Which of these entries won a prize of a publication in force.
///
/// # Errors
/// When the database fails.
pub async fn winners(
    db: &impl ConnectionTrait,
    entries: impl IntoIterator<Item = EntryId>,
) -> Result<HashSet<EntryId>, DbErr> {
    let given = award::Entity::find()
        .filter(award::Column::EntryId.is_in(entries))
        .filter(award::Column::State.is_in([award::State::Given, award::State::Accepted]))
        .all(db)
        .await?;
    let in_force = publication::Entity::find()
        .filter(publication::Column::Id.is_in(given.iter().map(|award| award.publication_id)))
        .filter(publication::Column::State.eq(State::Published))
        .all(db)
        .await?;
    let is_in_force = |award: &award::Model| in_force.iter().any(|p| p.id == award.publication_id);
    Ok(given.into_iter().filter(is_in_force).filter_map(|award| award.entry_id).collect())
}
