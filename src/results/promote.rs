//! Sending entries up to the contest above.

use entity::award::State as AwardState;
use entity::decision::{self, Kind as Decided};
use entity::entry::{self, State as EntryState};
use entity::id::{EntryId, PromotionId, PublicationId};
use entity::instant::Instant;
use entity::{promotion, publication};
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, Set};

use super::gather::Subject;
use super::publish::{Error, awards, standings};
use super::rank::Who;
use crate::contest::definition::PromotionBasis;
use crate::contest::{self, Contest};
use crate::{entry as entries, voting};

/// Which entries of a publication go up, first first, at most as many as the rules allow.
///
/// # Errors
/// [`Error::TooFew`] when fewer than the rules ask for are to be had.
pub async fn chosen(
    db: &impl ConnectionTrait,
    contest: &Contest,
    publication: PublicationId,
) -> Result<Vec<EntryId>, Error> {
    let Some(rule) = &contest.definition.promotion else { return Ok(Vec::new()) };
    let mut chosen: Vec<EntryId> = match &rule.basis {
        PromotionBasis::Rank(table) => {
            let places = standings(db, publication).await?;
            places
                .into_iter()
                .filter(|row| row.table_key == *table)
                .filter_map(|row| row.entry_id)
                .collect()
        }
        PromotionBasis::Prizes(keys) => {
            let given = awards(db, publication).await?;
            let won = given.into_iter().filter(|row| {
                keys.contains(&row.prize_key)
                    && matches!(row.state, AwardState::Given | AwardState::Accepted)
            });
            won.filter_map(|row| row.entry_id).collect()
        }
        PromotionBasis::Chosen => named(db, contest).await?,
        PromotionBasis::All => accepted(db, contest).await?,
        PromotionBasis::Votes => {
            let counts = voting::counts(db, contest.id()).await?;
            let mut all = accepted(db, contest).await?;
            all.sort_by_key(|id| std::cmp::Reverse(counts.get(id).copied().unwrap_or(0)));
            all
        }
    };
    if let Some(most) = rule.count.max {
        chosen.truncate(most as usize);
    }
    let count = u32::try_from(chosen.len()).unwrap_or(u32::MAX);
    match rule.count.min {
        Some(least) if count < least => Err(Error::TooFew(count, least)),
        _ => Ok(chosen),
    }
}

async fn accepted(db: &impl ConnectionTrait, contest: &Contest) -> Result<Vec<EntryId>, Error> {
    let rows = entry::Entity::find()
        .filter(entry::Column::ContestId.eq(contest.id()))
        .filter(entry::Column::State.eq(EntryState::Accepted))
        .all(db)
        .await?;
    let mut rows: Vec<_> = rows.into_iter().map(|row| (row.number, row.id)).collect();
    rows.sort();
    Ok(rows.into_iter().map(|(_, id)| id).collect())
}

async fn named(db: &impl ConnectionTrait, contest: &Contest) -> Result<Vec<EntryId>, Error> {
    let rows = decision::Entity::find()
        .filter(decision::Column::ContestId.eq(contest.id()))
        .filter(decision::Column::Kind.eq(Decided::Promotion))
        .all(db)
        .await?;
    let newest = rows.into_iter().max_by_key(|row| row.decided_at);
    let subject = newest.and_then(|row| serde_json::from_value::<Subject>(row.subject).ok());
    let order = subject.unwrap_or_default().order;
    Ok(order
        .into_iter()
        .filter_map(|who| match who {
            Who::Entry(id) => Some(id),
            Who::Unit(_) => None,
        })
        .collect())
}

/// Sends the entries of a publication up; sent before, an entry is not sent again. `code` makes
/// fresh public codes.
///
/// # Errors
/// [`Error::TooFew`] when fewer than the rules ask for are to be had.
pub async fn promote(
    tx: &DatabaseTransaction,
    publication: PublicationId,
    mut code: impl FnMut() -> String,
    now: Instant,
) -> Result<usize, Error> {
    let row = publication::Entity::find_by_id(publication).one(tx).await?.ok_or(Error::Unknown)?;
    let contest = contest::by_id(tx, row.contest_id).await?;
    let Some(parent) = contest.row.parent_id else { return Ok(0) };
    let chosen = chosen(tx, &contest, publication).await?;
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
