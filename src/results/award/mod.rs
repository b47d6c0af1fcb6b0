//! What becomes of a prize after it was published: accepted, declined, lapsed, passed on.

mod line;
mod passes;
mod people;
mod winner;

use entity::award::{self, State};
use entity::decision::Kind;
use entity::id::{AwardId, EntryId};
use entity::instant::Instant;
use entity::{entry, unit};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel,
    QueryFilter, Set,
};
use serde_json::json;

use super::decision::{self, Subject};
use super::error::Error;
use super::rank::Who;
use super::record::record;
use crate::account;
use crate::contest::{self, Organiser};
use crate::jobs::{self, Job};

pub use line::Given;
pub(super) use passes::keep_passes;
pub(super) use people::entrant;
pub use winner::{holds, winner};
pub(super) use winner::{recipient, split};

/// Notes what became of a prize of the publication in force.
///
/// # Errors
/// [`Error::NotNow`] for a prize that stayed empty or was passed on already; [`Error::NoReason`]
/// for one that lapses without a reason.
pub async fn note(
    tx: &DatabaseTransaction,
    by: &Organiser,
    id: AwardId,
    (state, reason): (State, &str),
    now: Instant,
) -> Result<(), Error> {
    let contest = contest::lock(tx, by.contest()).await?;
    let given = Given::of(tx, &contest).await?;
    let award = given.find(id)?.clone();
    let possible = matches!(state, State::Accepted | State::Declined | State::Lapsed);
    if !possible || award.state == State::Empty || given.passed_on(id) {
        return Err(Error::NotNow);
    }
    if state == State::Lapsed && reason.trim().is_empty() {
        return Err(Error::NoReason);
    }
    if state == State::Lapsed && given.due(&contest, &award).is_some_and(|due| now < due) {
        return Err(Error::NotNow);
    }
    let after = json!({ "award": id, "state": state, "reason": reason });
    let mut row = award.into_active_model();
    row.state = Set(state);
    row.changed_at = Set(Some(now));
    row.update(tx).await?;
    contest::touched(tx, contest.id()).await?;
    let who = (by.user(), "organiser");
    Ok(record(tx, who, contest.id(), "award-noted", after, now).await?)
}

/// Gives a prize that was declined or lapsed to the next in line, by a recorded decision; `heir`
/// names one where several are equal. Whoever has it now is written to.
///
/// # Errors
/// [`Error::NoHeir`] when nobody is next, or several are and none of them is named;
/// [`Error::NotNow`] while somebody still holds the prize, or when it was passed on before.
pub async fn pass_on(
    tx: &DatabaseTransaction,
    by: &Organiser,
    id: AwardId,
    (heir, reason): (Option<Who>, &str),
    now: Instant,
) -> Result<(), Error> {
    let contest = contest::lock(tx, by.contest()).await?;
    let given = Given::of(tx, &contest).await?;
    let award = given.find(id)?;
    let free = matches!(award.state, State::Declined | State::Lapsed);
    if !free || given.passed_on(id) {
        return Err(Error::NotNow);
    }
    if reason.trim().is_empty() {
        return Err(Error::NoReason);
    }
    let next = given.heirs(&contest, award);
    let heir = match (next.as_slice(), heir) {
        ([only], None) => *only,
        (several, Some(heir)) if several.contains(&heir) => heir,
        _ => return Err(Error::NoHeir),
    };
    let same = given.awards.iter().filter(|row| row.prize_key == award.prize_key);
    let position = same.map(|row| row.position).max().unwrap_or(0) + 1;
    let (entry, unit) = split(heir);
    let row = award::ActiveModel {
        id: Set(AwardId::new()),
        publication_id: Set(award.publication_id),
        prize_key: Set(award.prize_key.clone()),
        position: Set(position),
        entry_id: Set(entry),
        unit_id: Set(unit),
        recipient: Set(recipient(tx, &contest, &award.prize_key, Some(heir)).await?),
        state: Set(State::Given),
        certificate: Set(None),
        certificate_no: Set(None),
        changed_at: Set(Some(now)),
    };
    award::Entity::insert(row).exec_without_returning(tx).await?;
    let subject = Subject {
        prize: award.prize_key.clone(),
        among: next,
        order: vec![heir],
        award: Some(id),
        ..Subject::default()
    };
    if let Some(entry) = entry {
        jobs::enqueue(tx, &Job::Tell { entry, about: "won".to_owned() }, now).await?;
    }
    let who = (contest.id(), by.user());
    let json = decision::keep(tx, who, Kind::NextInLine, (&subject, reason), now).await?;
    let after = json!({ "subject": json, "reason": reason });
    record(tx, (by.user(), "organiser"), by.contest(), "award-passed-on", after, now).await?;
    Ok(contest::touched(tx, contest.id()).await?)
}

/// Takes the names of people off the prizes that an erased entry, or a copy of it above, won; the
/// prize, its place and the number of its certificate stay. Names of units are not personal.
///
/// # Errors
/// When the database fails.
pub async fn forget(tx: &DatabaseTransaction, id: EntryId) -> Result<(), DbErr> {
    let mut family = vec![id];
    let mut at = 0;
    while let Some(id) = family.get(at).copied() {
        let copies = entry::Entity::find().filter(entry::Column::PromotedFrom.eq(id));
        family.extend(copies.all(tx).await?.into_iter().map(|copy| copy.id));
        at += 1;
    }
    let won = award::Entity::find().filter(award::Column::EntryId.is_in(family)).all(tx).await?;
    let units = unit::Entity::find()
        .filter(unit::Column::Name.is_in(won.iter().map(|row| row.recipient.as_str())))
        .all(tx)
        .await?;
    for row in won {
        if units.iter().any(|unit| unit.name == row.recipient) {
            continue;
        }
        let mut row = row.into_active_model();
        row.recipient = Set(account::ERASED.to_owned());
        row.update(tx).await?;
    }
    Ok(())
}
