//! From the document to rows: by key, in place, never deleted and made anew.

mod error;
mod rows;
mod state;

use entity::contest::State;
use entity::id::{ContestId, ContestRevisionId, UnitId, UserId};
use entity::instant::Instant;
use entity::{contest, contest_revision};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel,
    QueryFilter, Set,
};
use serde_json::json;

use self::rows::{categories, phases, rounds};
use super::definition::Definition;
use super::lint::{self, Finding};
use super::{Contest, by_slug, lock, record};
use crate::unit;
use crate::words::fold;

pub use error::Error;
pub use state::{announce, cancel};

/// Why an announced contest is changed, and what the public is told.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// For the record.
    pub reason: String,
    /// For the public.
    pub notice: String,
}

/// Makes the contest, or changes it to what `definition` says. The same definition again changes
/// nothing, not even the version.
///
/// # Errors
/// [`Error::Findings`] when it has errors; [`Error::NoReason`] when the contest was announced and
/// `change` says nothing.
pub async fn apply(
    tx: &DatabaseTransaction,
    definition: &Definition,
    by: Option<UserId>,
    change: &Change,
    now: Instant,
) -> Result<ContestId, Error> {
    let parent = match &definition.parent {
        Some(slug) => Some(by_slug(tx, slug).await?),
        None => None,
    };
    let above = parent.as_ref().map(|parent| &*parent.definition);
    let mut errors: Vec<Finding> =
        lint::check(definition, above).into_iter().filter(Finding::is_error).collect();
    errors.extend(unknown_units(tx, definition).await?);
    if !errors.is_empty() {
        return Err(Error::Findings(errors));
    }
    let unit = unit::by_code(tx, &definition.unit).await?;
    let old = contest::Entity::find().filter(contest::Column::Slug.eq(&definition.slug));
    let old = match old.one(tx).await? {
        Some(row) => Some(lock(tx, row.id).await?),
        None => None,
    };
    let json = json_of(definition)?;
    if old.as_ref().is_some_and(|old| *old.definition == *definition) {
        return Ok(old.map_or_else(ContestId::new, |old| old.id()));
    }
    let (id, version) = match &old {
        Some(old) => (old.id(), old.row.version + 1),
        None => (ContestId::new(), 1),
    };
    if let Some(parent) = &parent {
        stands_below(tx, &unit, parent, old.as_ref()).await?;
    }
    if let Some(old) = &old {
        changeable(old, change)?;
        ballots_stay(old, definition, now)?;
    }
    let places = (unit.id, parent.map(|parent| parent.id()));
    write(tx, (id, version), definition, places, old.as_ref(), (by, now)).await?;
    revise(tx, (id, version), json, (by, now), change).await?;
    phases(tx, id, definition).await?;
    categories(tx, id, definition).await?;
    rounds(tx, id, definition).await?;
    let act = if old.is_some() { "contest-changed" } else { "contest-made" };
    record(tx, id, by, act, json!({ "version": version, "reason": change.reason }), now).await?;
    Ok(id)
}

/// Units and types that the definition names and that are not there.
async fn unknown_units(
    tx: &DatabaseTransaction,
    definition: &Definition,
) -> Result<Vec<Finding>, Error> {
    let types = unit::types(tx).await?;
    let mut found = Vec::new();
    for (path, code) in lint::units_named(definition) {
        match unit::by_code(tx, code).await {
            Ok(_) => {}
            Err(unit::Error::Unknown(_)) => {
                found.push(lint::unknown(path, "lint-unit-unknown", code));
            }
            Err(error) => return Err(error.into()),
        }
    }
    for (path, code) in lint::unit_types_named(definition) {
        if !types.iter().any(|own| own.code == code) {
            found.push(lint::unknown(path, "lint-unit-type-unknown", code));
        }
    }
    Ok(found)
}

/// Whether the unit is that of the contest above or stands below it. Units move: where neither the
/// unit nor the contest above changes, what was once right stays.
async fn stands_below(
    tx: &DatabaseTransaction,
    unit: &entity::unit::Model,
    parent: &Contest,
    old: Option<&Contest>,
) -> Result<(), Error> {
    let stays =
        |old: &Contest| old.row.unit_id == unit.id && old.row.parent_id == Some(parent.id());
    let above = unit::by_id(tx, parent.row.unit_id).await?;
    if old.is_some_and(stays) || unit.path.starts_with(&above.path) {
        return Ok(());
    }
    let finding = lint::unknown("/unit".to_owned(), "lint-unit-not-below", &above.name);
    Err(Error::Findings(vec![finding]))
}

/// Writes the contest's own row.
async fn write(
    tx: &DatabaseTransaction,
    (id, version): (ContestId, i32),
    definition: &Definition,
    (unit, parent): (UnitId, Option<ContestId>),
    old: Option<&Contest>,
    (by, now): (Option<UserId>, Instant),
) -> Result<(), Error> {
    let mut row = old.map_or_else(
        || contest::ActiveModel {
            id: Set(id),
            state: Set(State::Draft),
            next_number: Set(1),
            created_by: Set(by),
            created_at: Set(now),
            ..Default::default()
        },
        |old| old.row.clone().into_active_model(),
    );
    let english = definition.title.en.as_deref().unwrap_or_default();
    row.unit_id = Set(unit);
    row.parent_id = Set(parent);
    row.slug = Set(definition.slug.clone());
    row.title = Set(definition.title.vi.clone());
    row.search_text = Set(fold(&format!("{} {english}", definition.title.vi)));
    row.definition = Set(json_of(definition)?);
    row.version = Set(version);
    row.public_version = Set(old.map_or(0, |old| old.row.public_version) + 1);
    if old.is_some() {
        drop(row.update(tx).await?)
    } else {
        drop(row.insert(tx).await?)
    }
    Ok(())
}

/// Keeps the version for good, with why it came and what the public is told.
async fn revise(
    tx: &DatabaseTransaction,
    (id, version): (ContestId, i32),
    definition: serde_json::Value,
    (by, now): (Option<UserId>, Instant),
    change: &Change,
) -> Result<(), Error> {
    let said = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let revision = contest_revision::ActiveModel {
        id: Set(ContestRevisionId::new()),
        contest_id: Set(id),
        version: Set(version),
        definition: Set(definition),
        changed_by: Set(by),
        changed_at: Set(now),
        reason: Set(said(&change.reason)),
        notice: Set(said(&change.notice)),
    };
    contest_revision::Entity::insert(revision).exec_without_returning(tx).await?;
    Ok(())
}

fn json_of(definition: &Definition) -> Result<serde_json::Value, DbErr> {
    serde_json::to_value(definition).map_err(|error| DbErr::Json(error.to_string()))
}

/// From the first moment of the vote on, how many entries a ballot names and what they are worth
/// stays: votes are in the log already.
fn ballots_stay(old: &Contest, new: &Definition, now: Instant) -> Result<(), Error> {
    let Some(voting) = &old.definition.voting else { return Ok(()) };
    let begun = old.window(&voting.phase).is_some_and(|window| window.opens <= now);
    let stays = new.voting.as_ref().is_some_and(|new| {
        (new.limit, new.least, &new.points) == (voting.limit, voting.least, &voting.points)
    });
    let in_use = old.row.state == State::Announced && begun && !stays;
    if in_use { Err(Error::BallotsInUse) } else { Ok(()) }
}

fn changeable(old: &Contest, change: &Change) -> Result<(), Error> {
    match old.row.state {
        State::Draft => Ok(()),
        State::Announced if change.reason.is_empty() || change.notice.is_empty() => {
            Err(Error::NoReason)
        }
        State::Announced => Ok(()),
        State::Published | State::Closed | State::Cancelled => Err(Error::Over),
    }
}
