//! Submitting: the moment from which an entry counts.

use entity::entry::{self, EntrantKind, State};
use entity::id::ContestId;
use entity::instant::Instant;
use entity::{category, contest as contest_row, contributor, file, part};
use sea_orm::sea_query::LockType;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel,
    PaginatorTrait, QueryFilter, QuerySelect, Set,
};

use super::declared::consents;
use super::draft::changeable;
use super::eligible::eligible;
use super::error::fault;
use super::event::happened;
use super::guardian::guarded;
use super::quota::{COUNTED, quotas};
use super::subject::subjects;
use super::{Author, Error, admission, limits};
use crate::contest;
use crate::contest::definition::{Category, Entrant};
use crate::jobs::{self, Job};
use crate::refusal::Refused;

/// Submits the entry, or, submitted before, takes its changes in. `agreed` are the keys of the
/// declarations that were agreed to. Submitting twice is submitting once.
///
/// # Errors
/// [`Error::Closed`] after the deadline and its grace; [`Error::Faults`] with everything that the
/// rules miss.
pub async fn submit(
    tx: &DatabaseTransaction,
    author: &Author,
    agreed: &[String],
    now: Instant,
) -> Result<entry::Model, Error> {
    let contest = contest::lock(tx, author.entry.contest_id).await?;
    let entry = entry::Entity::find_by_id(author.id()).lock(LockType::NoKeyUpdate).one(tx).await?;
    let entry = entry.ok_or(Error::Unknown)?;
    changeable(&contest, &entry, now)?;
    let category = category::Entity::find_by_id(entry.category_id).one(tx).await?;
    let category = category.and_then(|row| contest.definition.category(&row.key));
    let category = category.ok_or_else(|| Error::NoPart("category".to_owned()))?;
    admission::takes(&contest, category, &entry, now)?;
    let parts = part::Entity::find().filter(part::Column::EntryId.eq(entry.id)).all(tx).await?;
    let files = parts.iter().filter_map(|part| part.file_id);
    let files = file::Entity::find().filter(file::Column::Id.is_in(files)).all(tx).await?;
    let mut faults = untold(&entry, category);
    faults.extend(for_somebody(tx, &entry, now).await?);
    faults.extend(limits::faults(category, &parts, &files).0);
    faults.extend(eligible(tx, &contest, &entry, now).await?);
    faults.extend(admission::people(tx, &contest, &entry, now).await?);
    subjects(tx, &entry, category).await?;
    let people = contributor::Entity::find().filter(contributor::Column::EntryId.eq(entry.id));
    faults.extend(admission::team(category, &entry, &people.all(tx).await?));
    faults.extend(same_link(tx, &entry, &parts).await?);
    faults.extend(consents(tx, &contest, &entry, agreed, now).await?);
    if faults.is_empty() {
        faults.extend(quotas(tx, &contest, &entry, category).await?);
    }
    if !faults.is_empty() {
        return Err(Error::Faults(faults));
    }
    let first = entry.submitted_at.is_none();
    let number = match entry.number {
        Some(number) => number,
        None => next_number(tx, contest.id()).await?,
    };
    let mut row = entry.into_active_model();
    row.number = Set(Some(number));
    row.state = Set(State::Submitted);
    row.submitted_at = Set(Some(now));
    row.updated_at = Set(now);
    let row = row.update(tx).await?;
    let kind = if first { "submitted" } else { "amended" };
    happened(tx, row.id, kind, author.user(), now).await?;
    if first && row.email.is_some() {
        let job = Job::Tell { entry: row.id, about: "receipt".to_owned() };
        jobs::enqueue(tx, &job, now).await?;
    }
    let guarded = guarded(tx, &contest, &row, now).await?;
    if guarded.is_some_and(|guarded| guarded.unanswered().is_some()) {
        let job = Job::Tell { entry: row.id, about: "guardian".to_owned() };
        jobs::enqueue(tx, &job, now).await?;
    }
    jobs::enqueue(tx, &Job::Compare { entry: row.id }, now).await?;
    Ok(row)
}

/// The number that the next submitted entry gets; the contest has to be locked.
pub(super) async fn next_number(tx: &DatabaseTransaction, id: ContestId) -> Result<i32, Error> {
    let row = contest_row::Entity::find_by_id(id).one(tx).await?.ok_or(Error::Unknown)?;
    let number = row.next_number;
    let mut row = row.into_active_model();
    row.next_number = Set(number + 1);
    row.update(tx).await?;
    Ok(number)
}

/// What the entrant has not said yet of the work and of themselves.
#[must_use]
pub fn untold(entry: &entry::Model, category: &Category) -> Vec<Refused> {
    let mut faults = Vec::new();
    if entry.title.is_empty() {
        faults.push(fault("title-missing", "title"));
    }
    if entry.entrant_name.is_empty() {
        faults.push(fault("name-missing", "name"));
    }
    if entry.phone.is_none() && entry.email.is_none() {
        faults.push(fault("contact-missing", "phone"));
    }
    if entry.unit_id.is_none() {
        faults.push(fault("unit-missing", "unit"));
    }
    let kind = match entry.entrant_kind {
        EntrantKind::Person => Entrant::Person,
        EntrantKind::Team => Entrant::Team,
        EntrantKind::Unit => Entrant::Unit,
    };
    if !category.entrants.contains(&kind) {
        faults.push(fault("entrant-not-taken", "kind"));
    }
    if !category.officer_enters && entry.entered_by.is_some() {
        faults.push(fault("officer-not-taken", "kind"));
    }
    faults
}

/// An officer enters for people of the own unit and of those below it.
async fn for_somebody(
    tx: &DatabaseTransaction,
    entry: &entry::Model,
    now: Instant,
) -> Result<Option<Refused>, DbErr> {
    let (Some(officer), Some(unit)) = (entry.entered_by, entry.unit_id) else { return Ok(None) };
    let office = crate::unit::office(tx, unit, officer, now).await?;
    let may = office.is_some() || crate::account::is_admin(tx, officer).await?;
    Ok((!may).then(|| fault("unit-not-yours", "unit")))
}

/// A work published elsewhere enters once, however its address is written.
async fn same_link(
    tx: &DatabaseTransaction,
    entry: &entry::Model,
    parts: &[part::Model],
) -> Result<Vec<Refused>, DbErr> {
    let mut faults = Vec::new();
    for part in parts {
        let Some(key) = &part.link_key else { continue };
        let others = part::Entity::find()
            .filter(part::Column::LinkKey.eq(key))
            .filter(part::Column::EntryId.ne(entry.id))
            .all(tx)
            .await?;
        let others = others.into_iter().map(|part| part.entry_id);
        let entered = entry::Entity::find()
            .filter(entry::Column::Id.is_in(others))
            .filter(entry::Column::ContestId.eq(entry.contest_id))
            .filter(entry::Column::State.is_in(COUNTED))
            .count(tx)
            .await?;
        if entered > 0 {
            faults.push(fault("link-entered-already", &format!("slot.{}", part.slot_key)));
        }
    }
    Ok(faults)
}
