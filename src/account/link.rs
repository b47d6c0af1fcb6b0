//! One-time links: for the first administrator, and for people whom no letter reaches.

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
use super::person::{by_email, by_id, email, sign_up};

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
    keep(tx, Purpose::FirstAdmin, None, token_hash, now).await?;
    Ok(true)
}

/// Keeps a link with this hash by which `user` signs in once.
///
/// # Errors
/// When the database fails.
pub async fn way_in(
    tx: &DatabaseTransaction,
    user: UserId,
    token_hash: [u8; 32],
    now: Instant,
) -> Result<(), DbErr> {
    keep(tx, Purpose::Invitation, Some(user), token_hash, now).await
}

async fn keep(
    tx: &DatabaseTransaction,
    purpose: Purpose,
    user: Option<UserId>,
    token_hash: [u8; 32],
    now: Instant,
) -> Result<(), DbErr> {
    let row = login_code::ActiveModel {
        id: Set(LoginCodeId::new()),
        purpose: Set(purpose),
        user_id: Set(user),
        code_hash: Set(token_hash.to_vec()),
        tries: Set(0),
        created_at: Set(now),
        expires_at: Set(now.plus_seconds(LIFE)),
        ..Default::default()
    };
    login_code::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// What a link opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opens {
    /// The site, to its first administrator.
    Site,
    /// This person's account.
    Account(UserId),
}

/// What the link with this hash opens.
///
/// # Errors
/// [`Error::Link`] when it does not work, [`Error::Disabled`] when the account is switched off.
pub async fn open_link(
    db: &impl ConnectionTrait,
    token_hash: [u8; 32],
    now: Instant,
) -> Result<(LoginCodeId, Opens), Error> {
    let link = login_code::Entity::find()
        .filter(login_code::Column::CodeHash.eq(token_hash.to_vec()))
        .filter(login_code::Column::Purpose.is_in([Purpose::FirstAdmin, Purpose::Invitation]))
        .filter(login_code::Column::UsedAt.is_null())
        .filter(login_code::Column::ExpiresAt.gt(now))
        .one(db)
        .await?;
    let link = link.ok_or(Error::Link)?;
    if let Some(user) = link.user_id {
        let is_off = by_id(db, user).await?.disabled_at.is_some();
        return if is_off { Err(Error::Disabled) } else { Ok((link.id, Opens::Account(user))) };
    }
    let admins = user::Entity::find().filter(user::Column::IsAdmin.eq(true)).count(db).await?;
    if admins == 0 { Ok((link.id, Opens::Site)) } else { Err(Error::Link) }
}

/// Uses the link: whoever holds it signs in, or becomes the first administrator under this name and
/// address.
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
    let (link, opens) = open_link(tx, token_hash, now).await?;
    let address = if opens == Opens::Site { email(address)? } else { String::new() };
    login_code::Entity::update_many()
        .col_expr(login_code::Column::UsedAt, Expr::value(now))
        .filter(login_code::Column::Id.eq(link))
        .exec(tx)
        .await?;
    if let Opens::Account(user) = opens {
        return Ok(user);
    }
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
