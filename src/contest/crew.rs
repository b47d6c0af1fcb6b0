//! The crew: who has which part in a contest. Parts are given and ended, never deleted, and each is
//! in the log.

use entity::crew::{self, Role};
use entity::id::{ContestId, CrewId, UserId};
use entity::instant::Instant;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait,
    IntoActiveModel, QueryFilter, QueryOrder, Set,
};
use serde_json::json;

use super::Organiser;
use crate::audit::{self, Act};

/// Parts that have not ended, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn crew(
    db: &impl ConnectionTrait,
    contest: ContestId,
) -> Result<Vec<crew::Model>, DbErr> {
    crew::Entity::find()
        .filter(crew::Column::ContestId.eq(contest))
        .filter(crew::Column::EndedAt.is_null())
        .order_by_asc(crew::Column::GrantedAt)
        .all(db)
        .await
}

/// Gives somebody a part; whoever has it already keeps it. Answers whether it is new.
///
/// # Errors
/// When the database fails.
pub async fn join(
    tx: &DatabaseTransaction,
    by: &Organiser,
    (user, role): (UserId, Role),
    now: Instant,
) -> Result<bool, DbErr> {
    let known = crew(tx, by.contest()).await?;
    if known.iter().any(|row| row.user_id == user && row.role == role) {
        return Ok(false);
    }
    let id = CrewId::new();
    let row = crew::ActiveModel {
        id: Set(id),
        contest_id: Set(by.contest()),
        user_id: Set(user),
        role: Set(role),
        granted_by: Set(Some(by.user())),
        granted_at: Set(now),
        ended_at: Set(None),
    };
    crew::Entity::insert(row).exec_without_returning(tx).await?;
    record(tx, by, "crew-joined", (user, role), now).await?;
    Ok(true)
}

/// Ends a part; answers false where there is no such part in this contest.
///
/// # Errors
/// When the database fails.
pub async fn leave(
    tx: &DatabaseTransaction,
    by: &Organiser,
    id: CrewId,
    now: Instant,
) -> Result<bool, DbErr> {
    let known = crew(tx, by.contest()).await?;
    let Some(row) = known.into_iter().find(|row| row.id == id) else { return Ok(false) };
    let who = (row.user_id, row.role);
    let mut row = row.into_active_model();
    row.ended_at = Set(Some(now));
    row.update(tx).await?;
    record(tx, by, "crew-left", who, now).await?;
    Ok(true)
}

/// Ends every part that somebody has, in all contests: the account is erased.
///
/// # Errors
/// When the database fails.
pub async fn leave_all(tx: &DatabaseTransaction, user: UserId, now: Instant) -> Result<(), DbErr> {
    crew::Entity::update_many()
        .col_expr(crew::Column::EndedAt, Expr::value(now))
        .filter(crew::Column::UserId.eq(user))
        .filter(crew::Column::EndedAt.is_null())
        .exec(tx)
        .await?;
    Ok(())
}

async fn record(
    tx: &DatabaseTransaction,
    by: &Organiser,
    act: &'static str,
    (user, role): (UserId, Role),
    now: Instant,
) -> Result<(), DbErr> {
    let act = Act {
        actor: Some(by.user()),
        role: "organiser",
        act,
        subject: format!("user:{user}"),
        contest: Some(by.contest()),
        before: None,
        after: Some(json!({ "role": role })),
    };
    audit::record(tx, act, now).await
}
