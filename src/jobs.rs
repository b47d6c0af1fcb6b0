//! Later work: what a transaction promises is a row of the same transaction.
//!
//! A worker takes a due job with a lease instead of a lock, so that it holds no connection while
//! it works. A worker that dies loses its lease, and the job is taken again: every kind of work
//! has to bear being done twice.

use entity::id::{ContestId, EntryId, FileId, JobId, LetterId, PublicationId, VoteCaseId};
use entity::instant::Instant;
use entity::job;
use sea_orm::sea_query::{Expr, LockBehavior, LockType};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, DbErr,
    EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select, Set,
};
use serde::{Deserialize, Serialize};

/// Seconds for which a worker has a job.
const LEASE: i64 = 120;

/// After so many tries a job is given up and shown to people.
const TRIES: i32 = 12;

/// Seconds that a job rests at most while something that it needs is away.
const AWAY: i64 = 3600;

/// The kind of jobs that take so long that others must not wait behind them.
const FILM: &str = "film";

/// Films among which the next is chosen.
const WAITING: u64 = 500;

/// Every kind of later work.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Job {
    /// Send a letter that is written.
    Send {
        /// Which.
        letter: LetterId,
    },
    /// Make the renditions of a file.
    Render {
        /// Which.
        file: FileId,
    },
    /// Draw a film, which takes long.
    Film {
        /// Which.
        file: FileId,
    },
    /// Hold the parts of an entry against all others.
    Compare {
        /// Which.
        entry: EntryId,
    },
    /// Write to the entrant about an entry.
    Tell {
        /// Which entry.
        entry: EntryId,
        /// What about: a code of the letters' words.
        about: String,
    },
    /// Write to everybody whom a publication concerns.
    Announce {
        /// Which.
        publication: PublicationId,
    },
    /// Bring the log of votes to what was ruled about a case.
    Settle {
        /// Which.
        case: VoteCaseId,
    },
    /// Bind the log of votes to the result that is published.
    BindVotes {
        /// The publication.
        publication: PublicationId,
        /// What the votes gave, canonical JSON.
        result: String,
    },
    /// Do something about the keys of a contest's log of votes, where its writer is.
    VoteKeys {
        /// Which contest.
        contest: ContestId,
        /// What.
        act: KeyAct,
    },
    /// Send the entries up that a publication chose.
    Promote {
        /// Which.
        publication: PublicationId,
    },
}

/// What is done about the keys of a log of votes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyAct {
    /// New keys sign from here on.
    Rotate,
    /// The nullifier key is destroyed.
    Destroy,
}

impl Job {
    fn kind(&self) -> &'static str {
        match self {
            Self::Send { .. } => "send",
            Self::Render { .. } => "render",
            Self::Film { .. } => FILM,
            Self::Compare { .. } => "compare",
            Self::Tell { .. } => "tell",
            Self::Announce { .. } => "announce",
            Self::Settle { .. } => "settle",
            Self::BindVotes { .. } => "bind_votes",
            Self::VoteKeys { .. } => "vote_keys",
            Self::Promote { .. } => "promote",
        }
    }
}

/// A job that a worker has for a while.
#[derive(Clone, Debug)]
pub struct Taken {
    /// Its key.
    pub id: JobId,
    /// What is to be done; none when no version of ours can read it.
    pub job: Option<Job>,
    tries: i32,
}

/// Promises work, in the transaction that makes it necessary.
///
/// # Errors
/// When the database fails.
pub async fn enqueue(tx: &DatabaseTransaction, job: &Job, now: Instant) -> Result<JobId, DbErr> {
    let id = JobId::new();
    let payload = serde_json::to_value(job).map_err(|error| DbErr::Json(error.to_string()))?;
    let row = job::ActiveModel {
        id: Set(id),
        kind: Set(job.kind().to_owned()),
        payload: Set(payload),
        due_at: Set(now),
        tries: Set(0),
        created_at: Set(now),
        ..Default::default()
    };
    job::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(id)
}

/// How a job stands: none when it is done, else what went wrong last.
///
/// # Errors
/// When the database fails.
pub async fn open(db: &impl ConnectionTrait, id: JobId) -> Result<Option<String>, DbErr> {
    let row = job::Entity::find_by_id(id).one(db).await?;
    Ok(row.map(|row| row.last_error.unwrap_or_default()))
}

/// Takes the next due job that does not take long, if there is one.
///
/// # Errors
/// When the database fails.
pub async fn take(tx: &DatabaseTransaction, now: Instant) -> Result<Option<Taken>, DbErr> {
    let row = due(now)
        .filter(job::Column::Kind.ne(FILM))
        .order_by_asc(job::Column::DueAt)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .one(tx)
        .await?;
    lease(tx, row, now).await
}

fn due(now: Instant) -> Select<job::Entity> {
    let free = Condition::any()
        .add(job::Column::LeasedUntil.is_null())
        .add(job::Column::LeasedUntil.lte(now));
    job::Entity::find()
        .filter(job::Column::DueAt.lte(now))
        .filter(job::Column::GivenUpAt.is_null())
        .filter(free)
}

/// Films that are due, the oldest first, five hundred at most; whoever calls says whose turn it is.
///
/// # Errors
/// When the database fails.
pub async fn films(db: &impl ConnectionTrait, now: Instant) -> Result<Vec<(JobId, FileId)>, DbErr> {
    let rows = due(now)
        .filter(job::Column::Kind.eq(FILM))
        .order_by_asc(job::Column::DueAt)
        .limit(WAITING)
        .all(db)
        .await?;
    let film = |row: job::Model| match serde_json::from_value(row.payload) {
        Ok(Job::Film { file }) => Some((row.id, file)),
        _ => None,
    };
    Ok(rows.into_iter().filter_map(film).collect())
}

/// Takes this job, if it is still due.
///
/// # Errors
/// When the database fails.
pub async fn take_this(
    tx: &DatabaseTransaction,
    id: JobId,
    now: Instant,
) -> Result<Option<Taken>, DbErr> {
    let row = due(now)
        .filter(job::Column::Id.eq(id))
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .one(tx)
        .await?;
    lease(tx, row, now).await
}

/// Keeps a job for another while, for a worker that is still at it.
///
/// # Errors
/// When the database fails.
pub async fn keep(tx: &DatabaseTransaction, id: JobId, now: Instant) -> Result<(), DbErr> {
    job::Entity::update_many()
        .col_expr(job::Column::LeasedUntil, Expr::value(Some(now.plus_seconds(LEASE))))
        .filter(job::Column::Id.eq(id))
        .exec(tx)
        .await?;
    Ok(())
}

async fn lease(
    tx: &DatabaseTransaction,
    row: Option<job::Model>,
    now: Instant,
) -> Result<Option<Taken>, DbErr> {
    let Some(row) = row else { return Ok(None) };
    let (id, tries) = (row.id, row.tries + 1);
    let job = serde_json::from_value(row.payload.clone()).ok();
    let mut row: job::ActiveModel = row.into();
    row.leased_until = Set(Some(now.plus_seconds(LEASE)));
    row.tries = Set(tries);
    row.update(tx).await?;
    Ok(Some(Taken { id, job, tries }))
}

/// Forgets a job that is done.
///
/// # Errors
/// When the database fails.
pub async fn done(tx: &DatabaseTransaction, id: JobId) -> Result<(), DbErr> {
    job::Entity::delete_by_id(id).exec(tx).await?;
    Ok(())
}

/// Lets a job rest that could not be done: longer each time, from half a minute to six hours, and
/// after twelve tries for good; answers whether it was given up. While something is `away` that the
/// job needs, it is tried once an hour however long that lasts.
///
/// # Errors
/// When the database fails.
pub async fn rest(
    tx: &DatabaseTransaction,
    taken: &Taken,
    (why, away): (&str, bool),
    now: Instant,
) -> Result<bool, DbErr> {
    let longest = if away { AWAY } else { 6 * 3600 };
    let pause = Ord::min(30_i64 << taken.tries.clamp(0, 10), longest);
    let is_over = !away && taken.tries >= TRIES;
    let given_up = (is_over || taken.job.is_none()).then_some(now);
    // Tries while it was away are not held against the job later.
    let tries = if away { taken.tries.min(TRIES / 2) } else { taken.tries };
    job::Entity::update_many()
        .col_expr(job::Column::Tries, Expr::value(tries))
        .col_expr(job::Column::DueAt, Expr::value(now.plus_seconds(pause)))
        .col_expr(job::Column::LeasedUntil, Expr::value(None::<Instant>))
        .col_expr(job::Column::LastError, Expr::value(why))
        .col_expr(job::Column::GivenUpAt, Expr::value(given_up))
        .filter(job::Column::Id.eq(taken.id))
        .exec(tx)
        .await?;
    Ok(given_up.is_some())
}

/// What waits of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Queue {
    /// The kind.
    pub kind: String,
    /// How many wait.
    pub open: u64,
    /// How many were given up.
    pub given_up: u64,
    /// For how many seconds the oldest that waits has been due; 0 when none is.
    pub oldest_seconds: i64,
}

/// What waits, kind by kind.
///
/// # Errors
/// When the database fails.
pub async fn queues(db: &impl ConnectionTrait, now: Instant) -> Result<Vec<Queue>, DbErr> {
    let rows: Vec<(String, bool, i64, Instant)> = job::Entity::find()
        .select_only()
        .column(job::Column::Kind)
        .column_as(job::Column::GivenUpAt.is_not_null(), "over")
        .column_as(job::Column::Id.count(), "jobs")
        .column_as(job::Column::DueAt.min(), "oldest")
        .group_by(job::Column::Kind)
        .group_by(job::Column::GivenUpAt.is_not_null())
        .order_by_asc(job::Column::Kind)
        .into_tuple()
        .all(db)
        .await?;
    let mut queues: Vec<Queue> = Vec::new();
    for (kind, over, jobs, oldest) in rows {
        if queues.last().is_none_or(|queue| queue.kind != kind) {
            queues.push(Queue { kind, open: 0, given_up: 0, oldest_seconds: 0 });
        }
        let Some(queue) = queues.last_mut() else { continue };
        if over {
            queue.given_up = jobs.unsigned_abs();
        } else {
            queue.open = jobs.unsigned_abs();
            queue.oldest_seconds = Ord::max(0, (now.micros() - oldest.micros()) / 1_000_000);
        }
    }
    Ok(queues)
}

/// A job that was given up.
#[derive(Clone, Debug)]
pub struct GivenUp {
    /// Its kind.
    pub kind: String,
    /// When.
    pub at: Instant,
    /// What went wrong last.
    pub why: String,
}

/// Jobs that were given up, the oldest first.
///
/// # Errors
/// When the database fails.
pub async fn given_up(db: &impl ConnectionTrait) -> Result<Vec<GivenUp>, DbErr> {
    let rows = job::Entity::find().filter(job::Column::GivenUpAt.is_not_null());
    let rows = rows.order_by_asc(job::Column::GivenUpAt).all(db).await?;
    let told = rows.into_iter().filter_map(|row| {
        let why = row.last_error.unwrap_or_default();
        Some(GivenUp { kind: row.kind, at: row.given_up_at?, why })
    });
    Ok(told.collect())
}

/// Takes jobs up again that were given up, of one kind or of all; says how many.
///
/// # Errors
/// When the database fails.
pub async fn again(
    tx: &DatabaseTransaction,
    kind: Option<&str>,
    now: Instant,
) -> Result<u64, DbErr> {
    let mut over = job::Entity::update_many()
        .col_expr(job::Column::GivenUpAt, Expr::value(None::<Instant>))
        .col_expr(job::Column::DueAt, Expr::value(now))
        .col_expr(job::Column::Tries, Expr::value(0))
        .filter(job::Column::GivenUpAt.is_not_null());
    if let Some(kind) = kind {
        over = over.filter(job::Column::Kind.eq(kind));
    }
    Ok(over.exec(tx).await?.rows_affected)
}

/// How many jobs are due or given up: for the operator's eyes.
///
/// # Errors
/// When the database fails.
pub async fn waiting(db: &impl ConnectionTrait) -> Result<(u64, u64), DbErr> {
    use sea_orm::PaginatorTrait;
    let given_up =
        job::Entity::find().filter(job::Column::GivenUpAt.is_not_null()).count(db).await?;
    let open = job::Entity::find().filter(job::Column::GivenUpAt.is_null()).count(db).await?;
    Ok((open, given_up))
}
