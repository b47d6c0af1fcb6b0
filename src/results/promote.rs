//! Sending entries up to the contest above.

use entity::entry;
use entity::id::{ContestId, EntryId, PromotionId, PublicationId};
use entity::instant::Instant;
use entity::{award, promotion, publication};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder,
    Set,
};

use super::award::holds;
use super::error::Error;
use super::record::went_up;
use crate::contest;
use crate::entry as entries;

/// The entries that a publication sends up, first first, as they were frozen with it.
///
/// # Errors
/// [`Error::Unknown`] where there is no such publication.
pub async fn chosen(
    db: &impl ConnectionTrait,
    publication: PublicationId,
) -> Result<Vec<EntryId>, Error> {
    let row = publication::Entity::find_by_id(publication).one(db).await?.ok_or(Error::Unknown)?;
    let up = row.summary.get("up").cloned().unwrap_or_default();
    Ok(serde_json::from_value(up).unwrap_or_default())
}

/// What has gone up from a contest, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn gone_up(
    db: &impl ConnectionTrait,
    contest: ContestId,
) -> Result<Vec<promotion::Model>, DbErr> {
    promotion::Entity::find()
        .filter(promotion::Column::FromContestId.eq(contest))
        .order_by_asc(promotion::Column::PromotedAt)
        .order_by_asc(promotion::Column::Id)
        .all(db)
        .await
}

/// What has come up to a contest, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn came_up(
    db: &impl ConnectionTrait,
    contest: ContestId,
) -> Result<Vec<promotion::Model>, DbErr> {
    promotion::Entity::find()
        .filter(promotion::Column::ToContestId.eq(contest))
        .order_by_asc(promotion::Column::PromotedAt)
        .order_by_asc(promotion::Column::Id)
        .all(db)
        .await
}

/// Prizes that these contests gave by their results in force, as far as somebody holds them.
///
/// # Errors
/// When the database fails.
pub async fn held_in(
    db: &impl ConnectionTrait,
    contests: impl IntoIterator<Item = ContestId>,
) -> Result<Vec<award::Model>, DbErr> {
    let in_force = publication::Entity::find()
        .filter(publication::Column::ContestId.is_in(contests))
        .filter(publication::Column::State.eq(publication::State::Published))
        .all(db)
        .await?;
    let mut awards = award::Entity::find()
        .filter(award::Column::PublicationId.is_in(in_force.iter().map(|row| row.id)))
        .order_by_asc(award::Column::Position)
        .all(db)
        .await?;
    awards.retain(holds);
    Ok(awards)
}

/// Sends the entries of a publication up; sent before, an entry is not sent again. What a replaced
/// publication sent stays up: whoever runs the contest above decides about it. `code` makes fresh
/// public codes.
///
/// # Errors
/// [`Error::Unknown`] when the contest above has no category for them.
pub async fn promote(
    tx: &DatabaseTransaction,
    publication: PublicationId,
    mut code: impl FnMut() -> String,
    now: Instant,
) -> Result<usize, Error> {
    let row = publication::Entity::find_by_id(publication).one(tx).await?.ok_or(Error::Unknown)?;
    let contest = contest::by_id(tx, row.contest_id).await?;
    let Some(parent) = contest.row.parent_id else { return Ok(0) };
    let chosen = chosen(tx, publication).await?;
    let parent = contest::lock(tx, parent).await?;
    let rule = contest.definition.promotion.as_ref();
    let own = contest.definition.categories.first().map(|category| category.key.clone());
    let key = rule.and_then(|rule| rule.category.clone()).or(own).unwrap_or_default();
    let categories = contest::category_ids(tx, parent.id()).await?;
    let category = *categories.get(&key).ok_or(Error::Unknown)?;
    for id in &chosen {
        let Some(from) = entry::Entity::find_by_id(*id).one(tx).await? else { continue };
        let known = promotion::Entity::find()
            .filter(promotion::Column::FromEntryId.eq(*id))
            .filter(promotion::Column::ToContestId.eq(parent.id()))
            .one(tx)
            .await?;
        if known.is_some() {
            continue;
        }
        let copied = entries::copy_up(tx, &from, &parent, category, code(), now).await;
        let copy = copied.map_err(|error| match error {
            entries::Error::Database(error) => Error::Database(error),
            _ => Error::Unknown,
        })?;
        went_up(tx, (&from, &copy), row.approved_by, now).await?;
        let row = promotion::ActiveModel {
            id: Set(PromotionId::new()),
            from_entry_id: Set(from.id),
            to_entry_id: Set(copy.id),
            from_contest_id: Set(contest.id()),
            to_contest_id: Set(parent.id()),
            basis: Set(format!("publication:{publication}")),
            promoted_by: Set(row.approved_by),
            promoted_at: Set(now),
        };
        promotion::Entity::insert(row).exec_without_returning(tx).await?;
    }
    Ok(chosen.len())
}
