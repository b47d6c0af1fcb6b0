//! Later work: what a transaction promises is a row of the same transaction.
//!
//! A worker takes a due job with a lease instead of a lock, so that it holds no connection while
//! it works. A worker that dies loses its lease, and the job is taken again: every kind of work
//! has to bear being done twice.

mod kind;
mod queue;

use entity::id::{FileId, JobId};
use entity::instant::Instant;
use entity::job;
use sea_orm::sea_query::{Expr, LockBehavior, LockType};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, DbErr,
    EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select, Set,
};

use self::kind::FILM;
pub use self::kind::{Job, KeyAct};
pub use self::queue::{GivenUp, Queue, again, given_up, queues, waiting};

/// Seconds for which a worker has a job.
const LEASE: i64 = 120;

/// After so many tries a job is given up and shown to people.
const TRIES: i32 = 12;

/// Seconds that a job rests at most while something that it needs is away.
const AWAY: i64 = 3600;

/// Films among which the next is chosen.
const WAITING: u64 = 500;

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
