//! A judge's list: entries in order, best first, in rounds of kind `rank`.

use std::collections::{BTreeSet, HashMap};

use entity::assignment::{self, State as Work_};
use entity::id::{AssignmentId, SheetId};
use entity::instant::Instant;
use entity::{mark, sheet};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel,
    QueryFilter, Set,
};

use super::Error;
use super::judge::{Judge, work};
use super::turn::may_say;
use crate::contest::definition::Round;

/// Key of the mark that holds an entry's place, in hundredths: 100 is the first.
pub const PLACE: &str = "place";

/// How many places a judge's list has, of so many entries on the desk.
#[must_use]
pub fn places(definition: &Round, entries: usize) -> usize {
    definition.places.map_or(entries, |places| (places as usize).min(entries))
}

/// Saves a judge's list whole: names by which the judge knows the entries, best first, as far as
/// it is made. `version` is the one that the judge saw. A list with every place filled is done.
///
/// # Errors
/// [`Error::List`] with an entry twice, too many, or one that is not on the desk;
/// [`Error::Stale`] when the list was saved elsewhere meanwhile.
pub async fn save(
    tx: &DatabaseTransaction,
    judge: &Judge,
    order: &[String],
    version: i32,
    now: Instant,
) -> Result<i32, Error> {
    let (definition, seat) = may_say(tx, judge, now).await?;
    if seat.version != version {
        return Err(Error::Stale(seat.version));
    }
    let desk = work(tx, judge).await?;
    let desk: HashMap<&str, &assignment::Model> =
        desk.iter().map(|one| (one.alias.as_str(), &one.assignment)).collect();
    let most = places(&definition, desk.len());
    let distinct: BTreeSet<&String> = order.iter().collect();
    let known = order.iter().all(|alias| desk.contains_key(alias.as_str()));
    if !known || distinct.len() != order.len() || order.len() > most {
        return Err(Error::List);
    }
    let is_done = order.len() == most;
    let place: HashMap<&str, i32> = order.iter().map(String::as_str).zip(1..).collect();
    for (alias, work) in desk {
        put(tx, work.id, place.get(alias).copied(), now).await?;
        let mut work = work.clone().into_active_model();
        work.state = Set(if is_done { Work_::Done } else { Work_::Open });
        work.update(tx).await?;
    }
    let mut seat = seat.into_active_model();
    seat.version = Set(version + 1);
    seat.update(tx).await?;
    Ok(version + 1)
}

/// Gives an entry its place, or none.
async fn put(
    tx: &DatabaseTransaction,
    work: AssignmentId,
    place: Option<i32>,
    now: Instant,
) -> Result<(), DbErr> {
    let held = sheet::Entity::find().filter(sheet::Column::AssignmentId.eq(work)).one(tx).await?;
    let id = match held {
        Some(held) => {
            let (id, version) = (held.id, held.version);
            let mut row = held.into_active_model();
            row.version = Set(version + 1);
            row.saved_at = Set(now);
            row.update(tx).await?;
            id
        }
        None => {
            let row = sheet::ActiveModel {
                id: Set(SheetId::new()),
                assignment_id: Set(work),
                version: Set(1),
                comment: Set(None),
                notes: Set(None),
                saved_at: Set(now),
            };
            row.insert(tx).await?.id
        }
    };
    mark::Entity::delete_by_id((id, PLACE.to_owned())).exec(tx).await?;
    if let Some(place) = place {
        let row = mark::ActiveModel {
            sheet_id: Set(id),
            criterion_key: Set(PLACE.to_owned()),
            hundredths: Set(place * 100),
        };
        mark::Entity::insert(row).exec_without_returning(tx).await?;
    }
    Ok(())
}
