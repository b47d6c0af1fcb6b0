//! Screening: is an entry valid. Accept it, return it for repair with a date, or reject it with a
//! reason; any finding can be taken back.

use entity::entry::{self, State};
use entity::id::{EntryEventId, EntryId, ScreeningId};
use entity::instant::Instant;
use entity::screening::{self, Verdict};
use entity::{candidate, entry_event, file, part, tally, unit};
use sea_orm::sea_query::{Alias, Expr, LikeExpr, OnConflict, Query, SelectStatement};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait,
    ExprTrait, FromQueryResult, IntoActiveModel, JoinType, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, Set,
};
use serde_json::json;

use crate::audit::{self, Act};
use crate::contest::definition::{Category, CategoryChoice};
use crate::contest::{self, Screener};
use crate::entry::guarded;
use crate::jobs::{self, Job};
use crate::refusal::{Kind, Refusal, Refused};

/// Reasons for rejecting or returning, by the keys of their words.
pub const REASONS: [&str; 9] = [
    "reason-against-rules",
    "reason-blurred",
    "reason-duplicate",
    "reason-logo",
    "reason-edited",
    "reason-generated",
    "reason-child-without-consent",
    "reason-not-eligible",
    "reason-other",
];

/// Why a finding was not taken.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such entry in this contest.
    #[error("no such entry")]
    Unknown,
    /// It is not waiting for a finding.
    #[error("not waiting")]
    NotWaiting,
    /// It stands in a judging round.
    #[error("judged")]
    Judged,
    /// The guardian of its author has not agreed.
    #[error("the guardian has not agreed")]
    Guardian,
    /// A finding against an entry needs a reason.
    #[error("a reason is needed")]
    NoReason,
    /// The date for repair has passed.
    #[error("the date has passed")]
    Past,
    /// The entry does not fit into that category, or the jury does not fill it.
    #[error("no such place")]
    NoPlace,
    /// The contest is not known.
    #[error(transparent)]
    Contest(#[from] contest::Error),
    /// The database failed.
    #[error("database failure")]
    Database(#[from] DbErr),
}

impl Refusal for Error {
    fn refusal(&self) -> Refused {
        match self {
            Self::Unknown => Refused::new(Kind::NotFound, "entry-unknown"),
            Self::NotWaiting => Refused::new(Kind::Conflict, "screening-not-waiting"),
            Self::Judged => Refused::new(Kind::Conflict, "screening-judged"),
            Self::Guardian => Refused::new(Kind::Conflict, "screening-guardian-waits"),
            Self::NoReason => Refused::new(Kind::Invalid, "screening-no-reason").at("reason"),
            Self::Past => Refused::new(Kind::Invalid, "screening-past").at("until"),
            Self::NoPlace => Refused::new(Kind::Invalid, "screening-no-place").at("category"),
            Self::Contest(error) => error.refusal(),
            Self::Database(error) => error.refusal(),
        }
    }
}

/// What was found.
#[derive(Clone, Debug)]
pub enum Finding {
    /// Valid.
    Accept,
    /// To be mended by a date.
    Return {
        /// One of [`REASONS`].
        reason: String,
        /// Words to the entrant.
        note: String,
        /// Until when.
        until: Instant,
    },
    /// Not valid.
    Reject {
        /// One of [`REASONS`].
        reason: String,
        /// Words to the entrant.
        note: String,
    },
}

/// Notes a finding on an entry that waits for one, and promises the letter that says so.
///
/// # Errors
/// [`Error::NotWaiting`] when it does not wait; [`Error::NoReason`] without a known reason;
/// [`Error::Guardian`] for an acceptance before the guardian of an author under 16 has agreed.
pub async fn find(
    tx: &DatabaseTransaction,
    by: &Screener,
    id: EntryId,
    finding: &Finding,
    now: Instant,
) -> Result<(), Error> {
    let contest = contest::hold(tx, by.contest()).await?;
    let row = entry::Entity::find_by_id(id).lock_exclusive().one(tx).await?;
    let row = row.filter(|row| row.contest_id == by.contest()).ok_or(Error::Unknown)?;
    if row.state != State::Submitted {
        return Err(Error::NotWaiting);
    }
    if matches!(finding, Finding::Accept)
        && let Some(guarded) = guarded(tx, &contest, &row, now).await?
        && guarded.given_at.is_none()
    {
        return Err(Error::Guardian);
    }
    let (verdict, state, reason, note, until) = match finding {
        Finding::Accept => (Verdict::Accepted, State::Accepted, None, None, None),
        Finding::Return { reason, note, until } => {
            if *until <= now {
                return Err(Error::Past);
            }
            (Verdict::Returned, State::Returned, Some(reason), Some(note), Some(*until))
        }
        Finding::Reject { reason, note } => {
            (Verdict::Rejected, State::Rejected, Some(reason), Some(note), None)
        }
    };
    if reason.is_some_and(|reason| !REASONS.contains(&reason.as_str())) {
        return Err(Error::NoReason);
    }
    let found = screening::ActiveModel {
        id: Set(ScreeningId::new()),
        entry_id: Set(id),
        verdict: Set(verdict),
        reason: Set(reason.cloned()),
        note: Set(note.filter(|note| !note.is_empty()).cloned()),
        repair_until: Set(until),
        screener_id: Set(by.user()),
        found_at: Set(now),
        undone_at: Set(None),
    };
    screening::Entity::insert(found).exec_without_returning(tx).await?;
    set_state(tx, row, state, until, now).await?;
    if state == State::Accepted {
        open_tally(tx, by, id).await?;
    }
    let about = match verdict {
        Verdict::Accepted => "accepted",
        Verdict::Returned => "returned",
        Verdict::Rejected => "rejected",
    };
    happened(tx, by, id, about, note, now).await?;
    jobs::enqueue(tx, &Job::Tell { entry: id, about: about.to_owned() }, now).await?;
    contest::touched(tx, by.contest()).await?;
    Ok(())
}

/// Takes the last finding back: the entry waits again.
///
/// # Errors
/// [`Error::NotWaiting`] when there is none, or the entrant acted on it meanwhile;
/// [`Error::Judged`] once it stands in a round.
pub async fn undo(
    tx: &DatabaseTransaction,
    by: &Screener,
    id: EntryId,
    now: Instant,
) -> Result<(), Error> {
    contest::hold(tx, by.contest()).await?;
    let row = entry::Entity::find_by_id(id).lock_exclusive().one(tx).await?;
    let row = row.filter(|row| row.contest_id == by.contest()).ok_or(Error::Unknown)?;
    let last = screening::Entity::find()
        .filter(screening::Column::EntryId.eq(id))
        .filter(screening::Column::UndoneAt.is_null())
        .order_by_desc(screening::Column::FoundAt)
        .one(tx)
        .await?;
    let last = last.ok_or(Error::NotWaiting)?;
    if !matches!(row.state, State::Accepted | State::Returned | State::Rejected) {
        return Err(Error::NotWaiting);
    }
    let judged = candidate::Entity::find().filter(candidate::Column::EntryId.eq(id));
    if judged.count(tx).await? > 0 {
        return Err(Error::Judged);
    }
    let mut last = last.into_active_model();
    last.undone_at = Set(Some(now));
    last.update(tx).await?;
    set_state(tx, row, State::Submitted, None, now).await?;
    happened(tx, by, id, "screening-undone", None, now).await?;
    contest::touched(tx, by.contest()).await?;
    Ok(())
}

async fn set_state(
    tx: &DatabaseTransaction,
    row: entry::Model,
    state: State,
    until: Option<Instant>,
    now: Instant,
) -> Result<(), DbErr> {
    let mut row = row.into_active_model();
    row.state = Set(state);
    row.repair_until = Set(until);
    row.updated_at = Set(now);
    row.update(tx).await?;
    Ok(())
}

/// An accepted entry stands in the tally from the start, with no votes.
async fn open_tally(tx: &DatabaseTransaction, by: &Screener, id: EntryId) -> Result<(), DbErr> {
    let row = tally::ActiveModel {
        entry_id: Set(id),
        contest_id: Set(by.contest()),
        counted: Set(0),
        seen: Set(0),
    };
    tally::Entity::insert(row)
        .on_conflict(OnConflict::column(tally::Column::EntryId).do_nothing().to_owned())
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Where the jury may put an entry of this category: those that it fills itself, and the one from
/// which they are filled.
#[must_use]
pub fn places(contest: &contest::Contest, key: &str) -> Vec<String> {
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
    let row = entry::Entity::find_by_id(id).lock_exclusive().one(tx).await?;
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

async fn happened(
    tx: &DatabaseTransaction,
    by: &Screener,
    id: EntryId,
    kind: &'static str,
    note: Option<&String>,
    now: Instant,
) -> Result<(), DbErr> {
    let event = entry_event::ActiveModel {
        id: Set(EntryEventId::new()),
        entry_id: Set(id),
        kind: Set(kind.to_owned()),
        note: Set(note.filter(|note| !note.is_empty()).cloned()),
        actor_id: Set(Some(by.user())),
        happened_at: Set(now),
    };
    entry_event::Entity::insert(event).exec_without_returning(tx).await?;
    let act = Act {
        actor: Some(by.user()),
        role: "screener",
        act: kind,
        subject: format!("entry:{id}"),
        contest: Some(by.contest()),
        before: None,
        after: Some(json!({ "found": kind })),
    };
    audit::record(tx, act, now).await
}

/// Which entries a screener looks at.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// In which state; absent: those that wait.
    pub state: Option<State>,
    /// Of this unit or one below it: its path.
    pub path: Option<String>,
    /// Only with pictures of which the camera says nothing.
    pub without_camera: bool,
    /// Only with a file that another entry of the contest holds too.
    pub duplicates: bool,
}

/// Entries by number, behind `after`: one indexed walk, however many there are.
///
/// # Errors
/// When the database fails.
pub async fn list(
    db: &impl ConnectionTrait,
    by: &Screener,
    filter: &Filter,
    after: i32,
    size: u64,
) -> Result<Vec<entry::Model>, DbErr> {
    let mut found = entry::Entity::find()
        .filter(entry::Column::ContestId.eq(by.contest()))
        .filter(entry::Column::State.eq(filter.state.unwrap_or(State::Submitted)))
        .filter(entry::Column::Number.gt(after));
    if let Some(path) = &filter.path {
        let below = Query::select()
            .column(unit::Column::Id)
            .from(unit::Entity)
            .and_where(unit::Column::Path.like(LikeExpr::new(format!("{path}%"))))
            .to_owned();
        found = found.filter(entry::Column::UnitId.in_subquery(below));
    }
    if filter.without_camera {
        let silent = own_files()
            .and_where(file::Column::Camera.is_null())
            .and_where(file::Column::TakenAt.is_null())
            .and_where(file::Column::Width.is_not_null())
            .to_owned();
        found = found.filter(Expr::exists(silent));
    }
    if filter.duplicates {
        found = found.filter(Expr::exists(twice()));
    }
    found.order_by_asc(entry::Column::Number).limit(size).all(db).await
}

/// Files of the entry in the outer query.
fn own_files() -> SelectStatement {
    Query::select()
        .expr(Expr::val(1))
        .from(part::Entity)
        .inner_join(
            file::Entity,
            Expr::col((file::Entity, file::Column::Id))
                .equals((part::Entity, part::Column::FileId)),
        )
        .and_where(
            Expr::col((part::Entity, part::Column::EntryId))
                .equals((entry::Entity, entry::Column::Id)),
        )
        .to_owned()
}

/// Files of the entry in the outer query that another entry of its contest holds too.
fn twice() -> SelectStatement {
    let (file_two, part_two, entry_two) =
        (Alias::new("file_two"), Alias::new("part_two"), Alias::new("entry_two"));
    own_files()
        .join_as(
            JoinType::InnerJoin,
            file::Entity,
            file_two.clone(),
            Expr::col((file_two.clone(), file::Column::Sha256))
                .equals((file::Entity, file::Column::Sha256)),
        )
        .join_as(
            JoinType::InnerJoin,
            part::Entity,
            part_two.clone(),
            Expr::col((part_two.clone(), part::Column::FileId))
                .equals((file_two, file::Column::Id)),
        )
        .join_as(
            JoinType::InnerJoin,
            entry::Entity,
            entry_two.clone(),
            Expr::col((entry_two.clone(), entry::Column::Id))
                .equals((part_two, part::Column::EntryId)),
        )
        .and_where(
            Expr::col((entry_two.clone(), entry::Column::ContestId))
                .equals((entry::Entity, entry::Column::ContestId)),
        )
        .and_where(Expr::col((entry_two.clone(), entry::Column::State)).ne("draft"))
        .and_where(
            Expr::col((entry_two, entry::Column::Id))
                .not_equals((entry::Entity, entry::Column::Id)),
        )
        .to_owned()
}

/// The last finding on an entry that was not taken back.
///
/// # Errors
/// When the database fails.
pub async fn last(
    db: &impl ConnectionTrait,
    id: EntryId,
) -> Result<Option<screening::Model>, DbErr> {
    screening::Entity::find()
        .filter(screening::Column::EntryId.eq(id))
        .filter(screening::Column::UndoneAt.is_null())
        .order_by_desc(screening::Column::FoundAt)
        .one(db)
        .await
}

/// How many entries of a contest are in each state.
///
/// # Errors
/// When the database fails.
pub async fn counts(db: &impl ConnectionTrait, by: &Screener) -> Result<Vec<(State, i64)>, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        state: State,
        count: i64,
    }
    let rows = entry::Entity::find()
        .select_only()
        .column(entry::Column::State)
        .column_as(Expr::col(entry::Column::Id).count(), "count")
        .filter(entry::Column::ContestId.eq(by.contest()))
        .group_by(entry::Column::State)
        .into_model::<Row>()
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| (row.state, row.count)).collect())
}

/// Beyond so many nobody counts on.
pub const MANY: i64 = 1000;

/// How many entries of a contest are in each of `states`, up to [`MANY`]: a page that is opened
/// again and again costs the same in a contest of any size.
///
/// # Errors
/// When the database fails.
pub async fn counts_up_to_many(
    db: &impl ConnectionTrait,
    by: &Screener,
    states: impl IntoIterator<Item = State>,
) -> Result<Vec<(State, i64)>, DbErr> {
    let mut counts = Vec::new();
    for state in states {
        let some = Query::select()
            .column(entry::Column::Id)
            .from(entry::Entity)
            .and_where(entry::Column::ContestId.eq(by.contest()))
            .and_where(entry::Column::State.eq(state))
            .limit(MANY.unsigned_abs())
            .to_owned();
        let count = Query::select()
            .expr_as(Expr::cust("count(*)"), "count")
            .from_subquery(some, "some_entries")
            .to_owned();
        let row = db.query_one(&count).await?;
        let count = row.map(|row| row.try_get::<i64>("", "count")).transpose()?;
        counts.push((state, count.unwrap_or_default()));
    }
    Ok(counts)
}

/// Entries of the same contest that hold the very same file.
///
/// # Errors
/// When the database fails.
pub async fn same_files(
    db: &impl ConnectionTrait,
    by: &Screener,
    id: EntryId,
) -> Result<Vec<entry::Model>, DbErr> {
    let own = part::Entity::find().filter(part::Column::EntryId.eq(id)).all(db).await?;
    let own = own.into_iter().filter_map(|part| part.file_id);
    let own = file::Entity::find().filter(file::Column::Id.is_in(own)).all(db).await?;
    let hashes = own.into_iter().map(|file| file.sha256);
    let same = file::Entity::find().filter(file::Column::Sha256.is_in(hashes)).all(db).await?;
    let parts = part::Entity::find()
        .filter(part::Column::FileId.is_in(same.into_iter().map(|file| file.id)))
        .filter(part::Column::EntryId.ne(id))
        .all(db)
        .await?;
    entry::Entity::find()
        .filter(entry::Column::Id.is_in(parts.into_iter().map(|part| part.entry_id)))
        .filter(entry::Column::ContestId.eq(by.contest()))
        .filter(entry::Column::State.ne(State::Draft))
        .all(db)
        .await
}
