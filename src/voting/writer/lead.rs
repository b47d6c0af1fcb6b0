//! Who leads a contest's log: one node at a time, for as long as it keeps saying so.

use entity::id::ContestId;
use entity::instant::Instant;
use entity::vote_log;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, DatabaseConnection, DbErr, EntityTrait, ExprTrait, QueryFilter, Set};

/// Seconds for which a node leads without saying so again.
const LEASE: i64 = 3;

/// The log's row, which is made where there is none: a log of this name that nobody leads.
///
/// # Errors
/// When the database fails.
pub(super) async fn row(
    db: &DatabaseConnection,
    contest: ContestId,
    origin: String,
) -> Result<Option<vote_log::Model>, DbErr> {
    let row = vote_log::ActiveModel {
        contest_id: Set(contest),
        origin: Set(origin),
        holder: Set(String::new()),
        holder_url: Set(String::new()),
        leased_until: Set(long_ago()),
        applied: Set(0),
        votes: Set(0),
        closed_at: Set(None),
    };
    vote_log::Entity::insert(row)
        .on_conflict(OnConflict::column(vote_log::Column::ContestId).do_nothing().to_owned())
        .exec_without_returning(db)
        .await?;
    vote_log::Entity::find_by_id(contest).one(db).await
}

/// Takes the lead, or says that it is still this node's; says whether it is. A node is its name and
/// its address.
///
/// # Errors
/// When the database fails.
pub(super) async fn take(
    db: &DatabaseConnection,
    contest: ContestId,
    (id, url): (&str, &str),
    now: Instant,
) -> Result<bool, DbErr> {
    let free = vote_log::Column::Holder.eq(id).or(vote_log::Column::LeasedUntil.lt(now));
    let taken = vote_log::Entity::update_many()
        .col_expr(vote_log::Column::Holder, Expr::value(id))
        .col_expr(vote_log::Column::HolderUrl, Expr::value(url))
        .col_expr(vote_log::Column::LeasedUntil, Expr::value(now.plus_seconds(LEASE)))
        .filter(vote_log::Column::ContestId.eq(contest))
        .filter(free)
        .exec(db)
        .await?;
    Ok(taken.rows_affected == 1)
}

/// Where the node is reached that leads; empty where nobody does.
///
/// # Errors
/// When the database fails.
pub(super) async fn leader(db: &DatabaseConnection, contest: ContestId) -> Result<String, DbErr> {
    let row = vote_log::Entity::find_by_id(contest).one(db).await?;
    Ok(row.map(|row| row.holder_url).unwrap_or_default())
}

/// Gives the lead back, so that another node need not wait.
///
/// # Errors
/// When the database fails.
pub(super) async fn give_back(
    db: &DatabaseConnection,
    contest: ContestId,
    id: &str,
) -> Result<(), DbErr> {
    vote_log::Entity::update_many()
        .col_expr(vote_log::Column::LeasedUntil, Expr::value(long_ago()))
        .filter(vote_log::Column::ContestId.eq(contest))
        .filter(vote_log::Column::Holder.eq(id))
        .exec(db)
        .await?;
    Ok(())
}

fn long_ago() -> Instant {
    jiff::Timestamp::UNIX_EPOCH.into()
}
