//! The one-time link by which the first administrator comes in.

use entity::id::{LoginCodeId, UserId};
use entity::instant::Instant;
use entity::login_code::{self, Purpose};
use entity::user;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, PaginatorTrait,
    QueryFilter, Set,
};

use super::Error;
use super::person::{by_email, email, sign_up};

/// Seconds for which the link works.
const LIFE: i64 = 24 * 3600;

/// Keeps the link with this hash, unless there is an administrator already; says whether it did.
///
/// # Errors
/// When the database fails.
pub async fn first_admin(
    tx: &DatabaseTransaction,
    token_hash: [u8; 32],
    now: Instant,
) -> Result<bool, DbErr> {
    let admins = user::Entity::find().filter(user::Column::IsAdmin.eq(true)).count(tx).await?;
    if admins > 0 {
        return Ok(false);
    }
    let row = login_code::ActiveModel {
        id: Set(LoginCodeId::new()),
        purpose: Set(Purpose::FirstAdmin),
        code_hash: Set(token_hash.to_vec()),
        tries: Set(0),
        created_at: Set(now),
        expires_at: Set(now.plus_seconds(LIFE)),
        ..Default::default()
    };
    login_code::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(true)
}

/// Whether a link with this hash works.
///
/// # Errors
/// [`Error::Link`] when it does not.
pub async fn open_link(
    db: &impl ConnectionTrait,
    token_hash: [u8; 32],
    now: Instant,
) -> Result<LoginCodeId, Error> {
    let link = login_code::Entity::find()
        .filter(login_code::Column::CodeHash.eq(token_hash.to_vec()))
        .filter(login_code::Column::Purpose.eq(Purpose::FirstAdmin))
        .filter(login_code::Column::UsedAt.is_null())
        .filter(login_code::Column::ExpiresAt.gt(now))
        .one(db)
        .await?;
    let admins = user::Entity::find().filter(user::Column::IsAdmin.eq(true)).count(db).await?;
    link.filter(|_| admins == 0).map(|link| link.id).ok_or(Error::Link)
}

/// Uses the link: whoever holds it becomes the first administrator.
///
/// # Errors
/// [`Error::Link`] when it does not work, [`Error::Email`] when the address is none.
pub async fn take_link(
    tx: &DatabaseTransaction,
    token_hash: [u8; 32],
    name: &str,
    address: &str,
    now: Instant,
) -> Result<UserId, Error> {
    let address = email(address)?;
    let link = open_link(tx, token_hash, now).await?;
    login_code::Entity::update_many()
        .col_expr(login_code::Column::UsedAt, Expr::value(now))
        .filter(login_code::Column::Id.eq(link))
        .exec(tx)
        .await?;
    if let Some(known) = by_email(tx, &address).await? {
        user::Entity::update_many()
            .col_expr(user::Column::IsAdmin, Expr::value(true))
            .filter(user::Column::Id.eq(known.id))
            .exec(tx)
            .await?;
        return Ok(known.id);
    }
    Ok(sign_up(tx, name, &address, true, now).await?)
}
