//! What waits and what was given up: for the operator's eyes and hands.

use entity::instant::Instant;
use entity::job;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect,
};

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

/// How many jobs wait, and how many were given up.
///
/// # Errors
/// When the database fails.
pub async fn waiting(db: &impl ConnectionTrait) -> Result<(u64, u64), DbErr> {
    let given_up =
        job::Entity::find().filter(job::Column::GivenUpAt.is_not_null()).count(db).await?;
    let open = job::Entity::find().filter(job::Column::GivenUpAt.is_null()).count(db).await?;
    Ok((open, given_up))
}
