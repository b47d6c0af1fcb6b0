//! Reading a contest, and holding it still.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use entity::id::{CategoryId, ContestId};
use entity::instant::Instant;
use entity::{category, contest, contest_revision, phase, round};
use sea_orm::sea_query::{Expr, LockType};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, ExprTrait, QueryFilter,
    QueryOrder, QuerySelect,
};

use super::Window;
use super::definition::{Definition, PhaseKind};
use crate::refusal::{Kind, Refusal, Refused};

/// Why a contest could not be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such contest, or not for this person.
    #[error("no such contest")]
    Unknown,
    /// There is no such round.
    #[error("no such round")]
    UnknownRound,
    /// The person is known and may see the contest, but not do this.
    #[error("not allowed")]
    NotAllowed,
    /// The stored definition cannot be read.
    #[error("stored definition of {0} is broken")]
    Broken(String),
    /// The database failed.
    #[error("database failure")]
    Database(#[from] DbErr),
}

impl Refusal for Error {
    fn refusal(&self) -> Refused {
        match self {
            Self::Unknown => Refused::new(Kind::NotFound, "contest-unknown"),
            Self::UnknownRound => Refused::new(Kind::NotFound, "round-unknown"),
            Self::NotAllowed => Refused::new(Kind::Forbidden, "not-allowed"),
            Self::Broken(_) => Refused::new(Kind::Broken, "contest-broken"),
            Self::Database(error) => error.refusal(),
        }
    }
}

/// A contest with its definition and windows.
#[derive(Clone, Debug)]
pub struct Contest {
    /// Its row.
    pub row: contest::Model,
    /// What it says.
    pub definition: Arc<Definition>,
    phases: Arc<[phase::Model]>,
}

impl Contest {
    /// Its key.
    #[must_use]
    pub fn id(&self) -> ContestId {
        self.row.id
    }

    /// Its name in addresses.
    #[must_use]
    pub fn slug(&self) -> &str {
        &self.row.slug
    }

    /// Its phases, earliest first.
    #[must_use]
    pub fn phases(&self) -> &[phase::Model] {
        &self.phases
    }

    /// The window of the phase with this key.
    #[must_use]
    pub fn window(&self, key: &str) -> Option<Window> {
        self.phases.iter().find(|phase| phase.key == key).map(Window::from)
    }

    /// All windows of one kind, earliest first.
    pub fn windows(&self, kind: PhaseKind) -> impl Iterator<Item = Window> {
        self.phases.iter().filter(move |phase| phase.kind == kind.name()).map(Window::from)
    }

    /// The window of this kind that is open now.
    #[must_use]
    pub fn open(&self, kind: PhaseKind, now: Instant) -> Option<Window> {
        self.windows(kind).find(|window| window.contains(now))
    }

    /// Whether the public may see the contest at all.
    #[must_use]
    pub fn is_public(&self) -> bool {
        self.row.state != contest::State::Draft
    }

    /// Whether entries, votes and marks are taken when a window is open.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.row.state == contest::State::Announced
    }

    /// Whether a judging round may still be opened again: while the contest runs, and after its
    /// result was published, for a correction.
    #[must_use]
    pub fn takes_corrections(&self) -> bool {
        self.is_running() || self.row.state == contest::State::Published
    }
}

/// The contest with this slug.
///
/// # Errors
/// [`Error::Unknown`] where there is none.
pub async fn by_slug(db: &impl ConnectionTrait, slug: &str) -> Result<Contest, Error> {
    let row = contest::Entity::find().filter(contest::Column::Slug.eq(slug)).one(db).await?;
    whole(db, row.ok_or(Error::Unknown)?).await
}

/// The contest with this key.
///
/// # Errors
/// [`Error::Unknown`] where there is none.
pub async fn by_id(db: &impl ConnectionTrait, id: ContestId) -> Result<Contest, Error> {
    let row = contest::Entity::find_by_id(id).one(db).await?;
    whole(db, row.ok_or(Error::Unknown)?).await
}

/// Reads the contest and holds it, shared: nobody publishes or changes it before `tx` ends, and
/// others may hold it too.
///
/// # Errors
/// [`Error::Unknown`] where there is none.
pub async fn hold(tx: &DatabaseTransaction, id: ContestId) -> Result<Contest, Error> {
    let row = contest::Entity::find_by_id(id).lock_shared().one(tx).await?;
    whole(tx, row.ok_or(Error::Unknown)?).await
}

/// Reads the contest and locks it: waits for everybody who holds it, and lets nobody in.
///
/// # Errors
/// [`Error::Unknown`] where there is none.
pub async fn lock(tx: &DatabaseTransaction, id: ContestId) -> Result<Contest, Error> {
    let row = contest::Entity::find_by_id(id).lock(LockType::NoKeyUpdate).one(tx).await?;
    whole(tx, row.ok_or(Error::Unknown)?).await
}

/// Locks several contests, in the order of their keys: two who need the same ones cannot cross.
///
/// # Errors
/// [`Error::Unknown`] where there is none.
pub async fn lock_all(tx: &DatabaseTransaction, ids: &BTreeSet<ContestId>) -> Result<(), Error> {
    for id in ids {
        lock(tx, *id).await?;
    }
    Ok(())
}

/// Says that something changed that the public may see; kept pages are drawn anew.
///
/// # Errors
/// When the database fails.
pub async fn touched(tx: &DatabaseTransaction, id: ContestId) -> Result<(), Error> {
    contest::Entity::update_many()
        .col_expr(
            contest::Column::PublicVersion,
            Expr::col(contest::Column::PublicVersion).add(1_i64),
        )
        .filter(contest::Column::Id.eq(id))
        .exec(tx)
        .await?;
    Ok(())
}

/// Keys of the contest's category rows, by the categories' keys in the definition.
///
/// # Errors
/// When the database fails.
pub async fn category_ids(
    db: &impl ConnectionTrait,
    contest: ContestId,
) -> Result<BTreeMap<String, CategoryId>, Error> {
    let rows = category::Entity::find().filter(category::Column::ContestId.eq(contest));
    let rows = rows.all(db).await?;
    Ok(rows.into_iter().map(|row| (row.key, row.id)).collect())
}

/// The contest's rounds, in order.
///
/// # Errors
/// When the database fails.
pub async fn rounds(
    db: &impl ConnectionTrait,
    contest: ContestId,
) -> Result<Vec<round::Model>, Error> {
    let rows = round::Entity::find().filter(round::Column::ContestId.eq(contest));
    Ok(rows.order_by_asc(round::Column::Position).all(db).await?)
}

/// The contest's round with this key.
///
/// # Errors
/// [`Error::UnknownRound`] where there is none.
pub async fn round_by_key(
    db: &impl ConnectionTrait,
    contest: ContestId,
    key: &str,
) -> Result<round::Model, Error> {
    let rounds = rounds(db, contest).await?;
    rounds.into_iter().find(|round| round.key == key).ok_or(Error::UnknownRound)
}

async fn whole(db: &impl ConnectionTrait, row: contest::Model) -> Result<Contest, Error> {
    wholes(db, vec![row]).await?.pop().ok_or(Error::Unknown)
}

/// Contests with their phases, in the order of their rows: one query, however many there are.
///
/// # Errors
/// [`Error::Broken`] where a stored definition cannot be read.
pub async fn wholes(
    db: &impl ConnectionTrait,
    rows: Vec<contest::Model>,
) -> Result<Vec<Contest>, Error> {
    let phases = phase::Entity::find()
        .filter(phase::Column::ContestId.is_in(rows.iter().map(|row| row.id)))
        .order_by_asc(phase::Column::OpensAt)
        .all(db)
        .await?;
    let mut of: BTreeMap<ContestId, Vec<phase::Model>> = BTreeMap::new();
    for phase in phases {
        of.entry(phase.contest_id).or_default().push(phase);
    }
    let mut contests = Vec::with_capacity(rows.len());
    for row in rows {
        let definition = serde_json::from_value(row.definition.clone())
            .map_err(|_| Error::Broken(row.slug.clone()))?;
        let phases = of.remove(&row.id).unwrap_or_default();
        contests.push(Contest { row, definition: Arc::new(definition), phases: phases.into() });
    }
    Ok(contests)
}

/// The contests with these keys, newest first.
///
/// # Errors
/// [`Error::Broken`] where a stored definition cannot be read.
pub async fn by_ids(
    db: &impl ConnectionTrait,
    ids: impl IntoIterator<Item = ContestId>,
) -> Result<Vec<Contest>, Error> {
    let rows = contest::Entity::find().filter(contest::Column::Id.is_in(ids));
    let rows = rows.order_by_desc(contest::Column::CreatedAt).all(db).await?;
    wholes(db, rows).await
}

/// The contests right below one, by title.
///
/// # Errors
/// [`Error::Broken`] where a stored definition cannot be read.
pub async fn children(db: &impl ConnectionTrait, id: ContestId) -> Result<Vec<Contest>, Error> {
    let rows = contest::Entity::find().filter(contest::Column::ParentId.eq(id));
    wholes(db, rows.order_by_asc(contest::Column::Title).all(db).await?).await
}

/// All contests, newest first.
///
/// # Errors
/// When the database fails.
pub async fn all(db: &impl ConnectionTrait) -> Result<Vec<contest::Model>, DbErr> {
    contest::Entity::find().order_by_desc(contest::Column::CreatedAt).all(db).await
}

/// What the public was told of changes, newest first.
///
/// # Errors
/// When the database fails.
pub async fn notices(
    db: &impl ConnectionTrait,
    contest: ContestId,
) -> Result<Vec<(Instant, String)>, DbErr> {
    let rows = contest_revision::Entity::find()
        .filter(contest_revision::Column::ContestId.eq(contest))
        .filter(contest_revision::Column::Notice.is_not_null())
        .order_by_desc(contest_revision::Column::Version)
        .all(db)
        .await?;
    Ok(rows.into_iter().filter_map(|row| Some((row.changed_at, row.notice?))).collect())
}
