//! Sending entries up to the contest above.

use std::collections::{HashMap, HashSet};

use entity::entry;
use entity::id::{CategoryId, ContestId, EntryId, PromotionId, PublicationId};
use entity::instant::Instant;
use entity::{award, promotion, publication};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder,
    Set,
};

use super::award::holds;
use super::error::Error;
use super::inputs::{Inputs, Problem};
use super::outcome::{Outcome, outcome};
use super::rank::Who;
use super::record::went_up;
use crate::contest::{self, Contest};
use crate::entry as entries;

/// Entries that are asked for by one statement.
const AT_ONCE: usize = 1000;

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

/// Where works go up to: the contest above, with the category that they enter; none without a
/// contest above.
async fn target(
    db: &impl ConnectionTrait,
    contest: &Contest,
) -> Result<Option<(Contest, String, CategoryId)>, Error> {
    let Some(parent) = contest.row.parent_id else { return Ok(None) };
    let parent = contest::by_id(db, parent).await?;
    let rule = contest.definition.promotion.as_ref();
    let own = contest.definition.categories.first().map(|category| category.key.clone());
    let key = rule.and_then(|rule| rule.category.clone()).or(own).unwrap_or_default();
    let categories = contest::category_ids(db, parent.id()).await?;
    let category = *categories.get(&key).ok_or(Error::Unknown)?;
    Ok(Some((parent, key, category)))
}

/// Those of the entries that did not go up to a contest yet, in their order.
async fn fresh(
    db: &impl ConnectionTrait,
    parent: ContestId,
    up: &[EntryId],
) -> Result<Vec<entry::Model>, DbErr> {
    let mut works = HashMap::new();
    for some in up.chunks(AT_ONCE) {
        let sent = promotion::Entity::find()
            .filter(promotion::Column::ToContestId.eq(parent))
            .filter(promotion::Column::FromEntryId.is_in(some.iter().copied()));
        let sent: HashSet<EntryId> =
            sent.all(db).await?.into_iter().map(|row| row.from_entry_id).collect();
        let rows = entry::Entity::find().filter(entry::Column::Id.is_in(some.iter().copied()));
        let rows = rows.all(db).await?.into_iter().filter(|row| !sent.contains(&row.id));
        works.extend(rows.map(|row| (row.id, row)));
    }
    Ok(up.iter().filter_map(|id| works.remove(id)).collect())
}

/// What follows from everything that decides, and which caps of the contest above stand in its way.
///
/// # Errors
/// When the database fails.
pub async fn reckon(
    db: &impl ConnectionTrait,
    contest: &Contest,
    inputs: &Inputs,
) -> Result<Outcome, Error> {
    let mut result = outcome(&contest.definition, inputs);
    result.problems.extend(caps_passed(db, contest, &result.up).await?);
    Ok(result)
}

/// Caps of the contest above that the works of an outcome would pass if they went up.
async fn caps_passed(
    db: &impl ConnectionTrait,
    contest: &Contest,
    up: &[Who],
) -> Result<Vec<Problem>, Error> {
    let target = match target(db, contest).await {
        Err(Error::Unknown) => None,
        other => other?,
    };
    let Some((parent, key, category)) = target.filter(|_| !up.is_empty()) else {
        return Ok(Vec::new());
    };
    let works = fresh(db, parent.id(), &entries_of(up)).await?;
    let beyond = entries::beyond(db, &parent, (&key, category), &works).await?;
    Ok(beyond.into_iter().map(Problem::from).collect())
}

/// The entries among them, in their order.
#[must_use]
pub fn entries_of(who: &[Who]) -> Vec<EntryId> {
    let entry = |who: &Who| match who {
        Who::Entry(id) => Some(*id),
        Who::Unit(_) => None,
    };
    who.iter().filter_map(entry).collect()
}

/// Sends the entries of a publication up; sent before, an entry is not sent again. What a replaced
/// publication sent stays up: whoever runs the contest above decides about it. `code` makes fresh
/// public codes.
///
/// # Errors
/// [`Error::Unknown`] when the contest above has no category for them; [`Error::Problems`] when they
/// are more than it takes.
pub async fn promote(
    tx: &DatabaseTransaction,
    publication: PublicationId,
    mut code: impl FnMut() -> String,
    now: Instant,
) -> Result<usize, Error> {
    let row = publication::Entity::find_by_id(publication).one(tx).await?.ok_or(Error::Unknown)?;
    let contest = contest::by_id(tx, row.contest_id).await?;
    let chosen = chosen(tx, publication).await?;
    let Some((parent, key, category)) = target(tx, &contest).await? else { return Ok(0) };
    let parent = contest::lock(tx, parent.id()).await?;
    let works = fresh(tx, parent.id(), &chosen).await?;
    let beyond = entries::beyond(tx, &parent, (&key, category), &works).await?;
    if !beyond.is_empty() {
        return Err(Error::Problems(beyond.into_iter().map(Problem::from).collect()));
    }
    for from in works {
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
