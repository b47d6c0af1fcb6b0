//! Codes sent by e-mail: six digits, ten minutes, five tries, one use, one browser.

use entity::id::{LoginCodeId, UserId};
use entity::instant::Instant;
use entity::login_code::{self, Purpose};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, DatabaseTransaction, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter,
    QueryOrder, Set,
};
use subtle::ConstantTimeEq;

use super::Error;
use super::person::{by_email, sign_up};

/// Seconds for which a code works.
const LIFE: i64 = 600;
/// Seconds between two codes for one address.
const PAUSE: i64 = 30;
/// Codes for one address in an hour.
const HOURLY: u64 = 6;
/// Wrong tries that a code bears.
const TRIES: i32 = 5;

/// What became of a code that somebody typed. A wrong try is an outcome and not an error: it has
/// to be counted, so the transaction has to be committed.
#[derive(Clone, Debug, PartialEq)]
pub enum Redeemed {
    /// It was right.
    Right(UserId),
    /// It was wrong, too old, used, or asked for in another browser.
    Wrong,
}

/// Keeps a fresh code for `email` (in its one form).
///
/// # Errors
/// [`Error::TooSoon`] within half a minute, [`Error::TooOften`] after six in an hour.
pub async fn issue(
    tx: &DatabaseTransaction,
    email: &str,
    browser_hash: [u8; 32],
    code_hash: [u8; 32],
    now: Instant,
) -> Result<(), Error> {
    let asked = login_code::Entity::find()
        .filter(login_code::Column::Email.eq(email))
        .filter(login_code::Column::Purpose.eq(Purpose::SignIn));
    let since = |seconds: i64| login_code::Column::CreatedAt.gt(now.plus_seconds(-seconds));
    if asked.clone().filter(since(PAUSE)).count(tx).await? > 0 {
        return Err(Error::TooSoon);
    }
    if asked.filter(since(3600)).count(tx).await? >= HOURLY {
        return Err(Error::TooOften);
    }
    let row = login_code::ActiveModel {
        id: Set(LoginCodeId::new()),
        purpose: Set(Purpose::SignIn),
        email: Set(Some(email.to_owned())),
        browser_hash: Set(Some(browser_hash.to_vec())),
        code_hash: Set(code_hash.to_vec()),
        tries: Set(0),
        created_at: Set(now),
        expires_at: Set(now.plus_seconds(LIFE)),
        ..Default::default()
    };
    login_code::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// Uses the newest code for `email`; makes the account when there was none.
///
/// # Errors
/// [`Error::Disabled`] when the account may not sign in.
pub async fn redeem(
    tx: &DatabaseTransaction,
    email: &str,
    browser_hash: [u8; 32],
    code_hash: [u8; 32],
    now: Instant,
) -> Result<Redeemed, Error> {
    let newest = login_code::Entity::find()
        .filter(login_code::Column::Email.eq(email))
        .filter(login_code::Column::Purpose.eq(Purpose::SignIn))
        .order_by_desc(login_code::Column::CreatedAt)
        .one(tx)
        .await?;
    let Some(code) = newest else {
        return Ok(Redeemed::Wrong);
    };
    let alive = code.used_at.is_none() && now < code.expires_at && code.tries < TRIES;
    let here = code.browser_hash.as_deref() == Some(&browser_hash[..]);
    let right = bool::from(code.code_hash.ct_eq(&code_hash));
    if !(alive && here && right) {
        login_code::Entity::update_many()
            .col_expr(login_code::Column::Tries, Expr::col(login_code::Column::Tries).add(1))
            .filter(login_code::Column::Id.eq(code.id))
            .exec(tx)
            .await?;
        return Ok(Redeemed::Wrong);
    }
    login_code::Entity::update_many()
        .col_expr(login_code::Column::UsedAt, Expr::value(now))
        .filter(login_code::Column::Id.eq(code.id))
        .exec(tx)
        .await?;
    Ok(Redeemed::Right(match by_email(tx, email).await? {
        Some(user) if user.disabled_at.is_some() => return Err(Error::Disabled),
        Some(user) => user.id,
        None => sign_up(tx, "", email, false, now).await?,
    }))
}
