//! People: how they prove themselves, and how long that holds.

use entity::id::UserId;
use entity::user;
use sea_orm::{ConnectionTrait, DbErr, EntityTrait};

/// Whether the whole site is theirs to run.
///
/// # Errors
/// When the database fails.
pub async fn is_admin(db: &impl ConnectionTrait, user: UserId) -> Result<bool, DbErr> {
    let row = user::Entity::find_by_id(user).one(db).await?;
    Ok(row.is_some_and(|row| row.is_admin && row.disabled_at.is_none()))
}
