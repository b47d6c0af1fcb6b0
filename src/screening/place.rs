//! Sorting entries into categories, where the jury and not the entrant does so.

use entity::entry::{self, State};
use entity::id::EntryId;
use entity::instant::Instant;
use sea_orm::sea_query::LockType;
use sea_orm::{
    ActiveModelTrait, DatabaseTransaction, EntityTrait, IntoActiveModel, QuerySelect, Set,
};

use super::Error;
use super::record::happened;
use crate::contest::definition::{Category, CategoryChoice};
use crate::contest::{self, Contest, Screener};

/// Where the jury may put an entry of this category: those that it fills itself, and the one from
/// which they are filled.
#[must_use]
pub fn places(contest: &Contest, key: &str) -> Vec<String> {
    let all = &contest.definition.categories;
    let Some(own) = all.iter().find(|category| category.key == key) else { return Vec::new() };
    let by_jury = |category: &&Category| category.chosen_by == CategoryChoice::Jury;
    if !all.iter().any(|category| by_jury(&category) && category.slots == own.slots) {
        return Vec::new();
    }
    let fits = |category: &&Category| category.slots == own.slots && category.key != own.key;
    all.iter().filter(fits).map(|category| category.key.clone()).collect()
}

/// Puts an entry into another category, where the jury and not the entrant sorts them.
///
/// # Errors
/// [`Error::NotWaiting`] for an entry that is neither submitted nor accepted;
/// [`Error::NoPlace`] where it does not fit.
pub async fn place(
    tx: &DatabaseTransaction,
    by: &Screener,
    id: EntryId,
    key: &str,
    now: Instant,
) -> Result<(), Error> {
    let contest = contest::lock(tx, by.contest()).await?;
    let row = entry::Entity::find_by_id(id).lock(LockType::NoKeyUpdate).one(tx).await?;
    let row = row.filter(|row| row.contest_id == by.contest()).ok_or(Error::Unknown)?;
    if !matches!(row.state, State::Submitted | State::Accepted) {
        return Err(Error::NotWaiting);
    }
    let ids = contest::category_ids(tx, contest.id()).await?;
    let own = ids.iter().find(|(_, id)| **id == row.category_id).map(|(key, _)| key.as_str());
    let fits = places(&contest, own.unwrap_or_default()).iter().any(|fitting| fitting == key);
    let to = ids.get(key).copied().filter(|_| fits).ok_or(Error::NoPlace)?;
    let mut row = row.into_active_model();
    row.category_id = Set(to);
    row.updated_at = Set(now);
    row.update(tx).await?;
    happened(tx, by, id, "placed", Some(&key.to_owned()), now).await?;
    contest::touched(tx, by.contest()).await?;
    Ok(())
}
