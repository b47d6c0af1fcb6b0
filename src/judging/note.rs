//! What a judge keeps in mind, and what a judge tells the organisers.

use entity::id::RoundId;
use entity::{assignment, candidate, entry};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait,
    IntoActiveModel, QueryFilter, Set,
};

use super::judge::Judge;
use super::say::assigned;
use super::{Error, panel};

/// Most letters of a flag.
const LETTERS: usize = 500;

/// Keeps an entry among the judge's favourites, or takes it out. It decides nothing.
///
/// # Errors
/// [`Error::Unknown`] when it is not on the judge's desk.
pub async fn keep_favourite(
    tx: &DatabaseTransaction,
    judge: &Judge,
    alias: &str,
    is_one: bool,
) -> Result<(), Error> {
    let mut work = assigned(tx, judge, alias).await?.into_active_model();
    work.favourite = Set(is_one);
    work.update(tx).await?;
    Ok(())
}

/// Tells the organisers something about an entry, such as a name that can be read in the picture;
/// `None` takes it back. The judge goes on judging it.
///
/// # Errors
/// [`Error::Unknown`] when it is not on the judge's desk.
pub async fn flag(
    tx: &DatabaseTransaction,
    judge: &Judge,
    alias: &str,
    words: Option<&str>,
) -> Result<(), Error> {
    let mut work = assigned(tx, judge, alias).await?.into_active_model();
    work.flag = Set(words.map(|words| words.chars().take(LETTERS).collect()));
    work.update(tx).await?;
    Ok(())
}

/// Something that a judge told the organisers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flag {
    /// By which judges know the entry.
    pub alias: String,
    /// Its title.
    pub title: String,
    /// By which minutes call the judge.
    pub judge: i32,
    /// What was told.
    pub words: String,
}

/// Everything that judges of a round told the organisers, by alias.
///
/// # Errors
/// When the database fails.
pub async fn flags(db: &impl ConnectionTrait, round: RoundId) -> Result<Vec<Flag>, DbErr> {
    let flagged = assignment::Entity::find()
        .filter(assignment::Column::RoundId.eq(round))
        .filter(assignment::Column::Flag.is_not_null())
        .all(db)
        .await?;
    if flagged.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<_> = flagged.iter().map(|row| row.entry_id).collect();
    let names = candidate::Entity::find()
        .filter(candidate::Column::RoundId.eq(round))
        .filter(candidate::Column::EntryId.is_in(ids.clone()))
        .all(db)
        .await?;
    let titles = entry::Entity::find().filter(entry::Column::Id.is_in(ids)).all(db).await?;
    let seats = panel::panel(db, round).await?;
    let told = flagged.into_iter().filter_map(|row| {
        Some(Flag {
            alias: names.iter().find(|one| one.entry_id == row.entry_id)?.alias.clone(),
            title: titles.iter().find(|one| one.id == row.entry_id)?.title.clone(),
            judge: seats.iter().find(|seat| seat.id == row.seat_id)?.number,
            words: row.flag?,
        })
    });
    let mut told: Vec<Flag> = told.collect();
    told.sort_by(|one, other| (&one.alias, one.judge).cmp(&(&other.alias, other.judge)));
    Ok(told)
}
