//! From the document to rows: by key, in place, never deleted and made anew.

use std::collections::HashSet;

use entity::contest::State;
use entity::id::{CategoryId, ContestId, ContestRevisionId, PhaseId, RoundId, UnitId, UserId};
use entity::instant::Instant;
use entity::{candidate, category, contest, contest_revision, entry, phase, round, seat};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel,
    PaginatorTrait, QueryFilter, Set,
};
use serde_json::json;

use super::definition::Definition;
use super::lint::{self, Finding};
use super::{Contest, by_slug, lock, moment};
use crate::audit::{self, Act};
use crate::refusal::{Kind, Refusal, Refused};
use crate::unit;
use crate::words::fold;

/// Why a definition was not taken.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It has errors.
    #[error("the definition has {} errors", .0.len())]
    Findings(Vec<Finding>),
    /// The contest was announced: a change needs a reason and a public notice.
    #[error("a change of an announced contest needs a reason and a notice")]
    NoReason,
    /// A category that holds entries cannot go.
    #[error("category `{0}` holds entries")]
    CategoryInUse(String),
    /// A round with judges cannot go.
    #[error("round `{0}` has judges")]
    RoundInUse(String),
    /// How ballots count stays once the vote has begun.
    #[error("the vote has begun")]
    BallotsInUse,
    /// It is over: published, closed or cancelled.
    #[error("the contest is over")]
    Over,
    /// The unit is not known.
    #[error(transparent)]
    Unit(#[from] unit::Error),
    /// The contest is not known.
    #[error(transparent)]
    Contest(#[from] super::Error),
    /// The database failed.
    #[error("database failure")]
    Database(#[from] DbErr),
}

impl Refusal for Error {
    fn refusal(&self) -> Refused {
        match self {
            Self::Findings(findings) => findings.first().map_or_else(
                || Refused::new(Kind::Invalid, "definition-faulty"),
                |finding| finding.refused(),
            ),
            Self::NoReason => Refused::new(Kind::Invalid, "change-needs-reason").at("reason"),
            Self::CategoryInUse(key) => {
                Refused::new(Kind::Conflict, "category-in-use").with("key", key.as_str())
            }
            Self::RoundInUse(key) => {
                Refused::new(Kind::Conflict, "round-in-use").with("key", key.as_str())
            }
            Self::BallotsInUse => Refused::new(Kind::Conflict, "ballots-in-use"),
            Self::Over => Refused::new(Kind::Conflict, "contest-over"),
            Self::Unit(error) => error.refusal(),
            Self::Contest(error) => error.refusal(),
            Self::Database(error) => error.refusal(),
        }
    }

    fn refusals(&self) -> Vec<Refused> {
        match self {
            Self::Findings(findings) => findings.iter().map(Finding::refused).collect(),
            _ => vec![self.refusal()],
        }
    }
}

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

async fn record(
    tx: &DatabaseTransaction,
    contest: ContestId,
    by: Option<UserId>,
    act: &'static str,
    after: serde_json::Value,
    now: Instant,
) -> Result<(), DbErr> {
    let act = Act {
        actor: by,
        role: if by.is_some() { "organiser" } else { "operator" },
        act,
        subject: format!("contest:{contest}"),
        contest: Some(contest),
        before: None,
        after: Some(after),
    };
    audit::record(tx, act, now).await
}

async fn phases(
    tx: &DatabaseTransaction,
    contest: ContestId,
    definition: &Definition,
) -> Result<(), Error> {
    let old = phase::Entity::find().filter(phase::Column::ContestId.eq(contest)).all(tx).await?;
    let kept: HashSet<&str> = definition.phases.iter().map(|phase| phase.key.as_str()).collect();
    for gone in old.iter().filter(|old| !kept.contains(old.key.as_str())) {
        phase::Entity::delete_by_id(gone.id).exec(tx).await?;
    }
    for written in &definition.phases {
        let unreadable = |_| Error::Findings(lint::check(definition, None));
        let closes = moment::closes(&written.closes).map_err(unreadable)?;
        let old = old.iter().find(|old| old.key == written.key).cloned();
        let is_new = old.is_none();
        let mut row = old.map_or_else(
            || phase::ActiveModel { id: Set(PhaseId::new()), ..Default::default() },
            IntoActiveModel::into_active_model,
        );
        row.contest_id = Set(contest);
        row.key = Set(written.key.clone());
        row.kind = Set(written.kind.name().to_owned());
        row.opens_at = Set(moment::opens(&written.opens).map_err(unreadable)?);
        row.closes_at = Set(closes);
        row.grace_until = Set(closes.plus_seconds(i64::from(written.grace_minutes) * 60));
        if is_new { drop(row.insert(tx).await?) } else { drop(row.update(tx).await?) }
    }
    Ok(())
}

async fn categories(
    tx: &DatabaseTransaction,
    contest: ContestId,
    definition: &Definition,
) -> Result<(), Error> {
    let old = category::Entity::find().filter(category::Column::ContestId.eq(contest));
    let old = old.all(tx).await?;
    for gone in old.iter().filter(|old| definition.category(&old.key).is_none()) {
        let entries = entry::Entity::find().filter(entry::Column::CategoryId.eq(gone.id));
        if entries.count(tx).await? > 0 {
            return Err(Error::CategoryInUse(gone.key.clone()));
        }
        category::Entity::delete_by_id(gone.id).exec(tx).await?;
    }
    for (position, written) in (0..).zip(&definition.categories) {
        let old = old.iter().find(|old| old.key == written.key).cloned();
        let is_new = old.is_none();
        let mut row = old.map_or_else(
            || category::ActiveModel { id: Set(CategoryId::new()), ..Default::default() },
            IntoActiveModel::into_active_model,
        );
        row.contest_id = Set(contest);
        row.key = Set(written.key.clone());
        row.title = Set(written.title.vi.clone());
        row.position = Set(position);
        if is_new { drop(row.insert(tx).await?) } else { drop(row.update(tx).await?) }
    }
    Ok(())
}

async fn rounds(
    tx: &DatabaseTransaction,
    contest: ContestId,
    definition: &Definition,
) -> Result<(), Error> {
    let old = round::Entity::find().filter(round::Column::ContestId.eq(contest)).all(tx).await?;
    for gone in old.iter().filter(|old| definition.round(&old.key).is_none()) {
        let seats =
            seat::Entity::find().filter(seat::Column::RoundId.eq(gone.id)).count(tx).await?;
        let entries = candidate::Entity::find().filter(candidate::Column::RoundId.eq(gone.id));
        if seats + entries.count(tx).await? > 0 {
            return Err(Error::RoundInUse(gone.key.clone()));
        }
        round::Entity::delete_by_id(gone.id).exec(tx).await?;
    }
    for (position, written) in (0..).zip(&definition.rounds) {
        let old = old.iter().find(|old| old.key == written.key).cloned();
        let is_new = old.is_none();
        let mut row = old.map_or_else(
            || round::ActiveModel {
                id: Set(RoundId::new()),
                state: Set(round::State::Waiting),
                seed: Set(0),
                ..Default::default()
            },
            IntoActiveModel::into_active_model,
        );
        row.contest_id = Set(contest);
        row.key = Set(written.key.clone());
        row.position = Set(position);
        if is_new { drop(row.insert(tx).await?) } else { drop(row.update(tx).await?) }
    }
    Ok(())
}

/// Shows the contest to the public.
///
/// # Errors
/// [`Error::Over`] when it is no draft.
pub async fn announce(
    tx: &DatabaseTransaction,
    by: &super::Organiser,
    now: Instant,
) -> Result<(), Error> {
    let contest = lock(tx, by.contest()).await?;
    if contest.row.state != State::Draft {
        return Err(Error::Over);
    }
    let version = contest.row.public_version + 1;
    let mut row = contest.row.into_active_model();
    row.state = Set(State::Announced);
    row.announced_at = Set(Some(now));
    row.public_version = Set(version);
    row.update(tx).await?;
    let after = json!({ "state": "announced" });
    Ok(record(tx, by.contest(), Some(by.user()), "contest-announced", after, now).await?)
}

/// Ends the contest without a result; the reason is public.
///
/// # Errors
/// [`Error::Over`] when it is over already, [`Error::NoReason`] without a reason.
pub async fn cancel(
    tx: &DatabaseTransaction,
    by: &super::Organiser,
    change: &Change,
    now: Instant,
) -> Result<(), Error> {
    let contest = lock(tx, by.contest()).await?;
    if matches!(contest.row.state, State::Published | State::Closed | State::Cancelled) {
        return Err(Error::Over);
    }
    if change.reason.is_empty() {
        return Err(Error::NoReason);
    }
    let version = contest.row.public_version + 1;
    let mut row = contest.row.into_active_model();
    row.state = Set(State::Cancelled);
    row.public_version = Set(version);
    row.update(tx).await?;
    let after = json!({ "state": "cancelled", "reason": change.reason });
    Ok(record(tx, by.contest(), Some(by.user()), "contest-cancelled", after, now).await?)
}
