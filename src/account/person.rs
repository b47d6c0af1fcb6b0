//! Who people are.

use std::collections::{HashMap, HashSet};

use entity::id::UserId;
use entity::instant::Instant;
use entity::user;
use sea_orm::sea_query::{Expr, LikeExpr};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait,
    PaginatorTrait, QueryFilter, QueryOrder, Set,
};

use super::erasure::not_the_last;
use super::name::{learn, of_address};
use crate::audit::{self, Act};
use crate::contact;
use crate::refusal::{Kind, Refusal, Refused};
use crate::words::{Lang, fold};

/// Why somebody could not be signed in or found.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Not an e-mail address.
    #[error("not an e-mail address")]
    Email,
    /// A code was asked for a moment ago.
    #[error("asked too soon")]
    TooSoon,
    /// Too many codes in an hour.
    #[error("asked too often")]
    TooOften,
    /// The link was used, is too old or never was.
    #[error("the link does not work")]
    Link,
    /// The account may not sign in.
    #[error("the account is switched off")]
    Disabled,
    /// A name without a letter, or one that is too long.
    #[error("not a name")]
    Name,
    /// The password is too short or too common.
    #[error("the password is weak")]
    WeakPassword,
    /// There is no such person.
    #[error("no such person")]
    Unknown,
    /// Nobody else runs the site.
    #[error("the last administrator")]
    LastAdmin,
    /// The database failed.
    #[error("database failure")]
    Database(#[from] DbErr),
}

impl Refusal for Error {
    fn refusal(&self) -> Refused {
        match self {
            Self::Email => Refused::new(Kind::Invalid, "email-unreadable").at("email"),
            Self::Name => Refused::new(Kind::Invalid, "account-name-wrong").at("own-name"),
            Self::TooSoon => Refused::new(Kind::TooMany, "code-too-soon").at("email"),
            Self::TooOften => Refused::new(Kind::TooMany, "code-too-often").at("email"),
            Self::Link => Refused::new(Kind::Gone, "link-does-not-work"),
            Self::Disabled => Refused::new(Kind::Forbidden, "account-disabled"),
            Self::WeakPassword => Refused::new(Kind::Invalid, "password-weak").at("password"),
            Self::Unknown => Refused::new(Kind::NotFound, "person-unknown"),
            Self::LastAdmin => Refused::new(Kind::Conflict, "account-last-admin"),
            Self::Database(error) => error.refusal(),
        }
    }
}

/// The address in its one form, lower case.
///
/// # Errors
/// [`Error::Email`] when it is none.
pub fn email(written: &str) -> Result<String, Error> {
    let address = contact::email(written);
    let (name, host) = address.split_once('@').ok_or(Error::Email)?;
    let plain = |text: &str| {
        !text.is_empty() && !text.contains(|c: char| c.is_whitespace() || c.is_control())
    };
    let whole = plain(name) && plain(host) && host.contains('.') && !host.contains('@');
    let short = address.len() <= 254 && !host.starts_with('.') && !host.ends_with('.');
    if whole && short { Ok(address) } else { Err(Error::Email) }
}

/// The person with this key.
///
/// # Errors
/// [`Error::Unknown`] where there is none.
pub async fn by_id(db: &impl ConnectionTrait, id: UserId) -> Result<user::Model, Error> {
    user::Entity::find_by_id(id).one(db).await?.ok_or(Error::Unknown)
}

/// The person with this address, in its one form.
///
/// # Errors
/// When the database fails.
pub async fn by_email(
    db: &impl ConnectionTrait,
    email: &str,
) -> Result<Option<user::Model>, DbErr> {
    user::Entity::find().filter(user::Column::Email.eq(email)).one(db).await
}

/// Whether the whole site is theirs to run.
///
/// # Errors
/// When the database fails.
pub async fn is_admin(db: &impl ConnectionTrait, user: UserId) -> Result<bool, DbErr> {
    let row = user::Entity::find_by_id(user).one(db).await?;
    Ok(row.is_some_and(|row| row.is_admin && row.disabled_at.is_none()))
}

/// Names of people, by key.
///
/// # Errors
/// When the database fails.
pub async fn names(
    db: &impl ConnectionTrait,
    users: impl IntoIterator<Item = UserId>,
) -> Result<HashMap<UserId, String>, DbErr> {
    let users: HashSet<UserId> = users.into_iter().collect();
    let rows = user::Entity::find().filter(user::Column::Id.is_in(users)).all(db).await?;
    Ok(rows.into_iter().map(|row| (row.id, row.name)).collect())
}

/// Finds the person with this address, or makes one; a name that is known is kept, one that was
/// only the address up to its @ is replaced.
///
/// # Errors
/// [`Error::Email`] when the address is none.
pub async fn invite(
    tx: &DatabaseTransaction,
    name: &str,
    address: &str,
    now: Instant,
) -> Result<UserId, Error> {
    let address = email(address)?;
    if let Some(known) = by_email(tx, &address).await? {
        let id = known.id;
        learn(tx, known, name).await?;
        return Ok(id);
    }
    Ok(sign_up(tx, name, &address, false, now).await?)
}

/// Makes a person; a name that is missing is the address up to its @.
///
/// # Errors
/// When the database fails, or the address is known.
pub async fn sign_up(
    tx: &DatabaseTransaction,
    name: &str,
    address: &str,
    is_admin: bool,
    now: Instant,
) -> Result<UserId, DbErr> {
    let name = if name.is_empty() { of_address(address) } else { name };
    let row = user::ActiveModel {
        id: Set(UserId::new()),
        name: Set(name.to_owned()),
        search_text: Set(fold(&format!("{name} {address}"))),
        email: Set(Some(address.to_owned())),
        lang: Set("vi".to_owned()),
        is_admin: Set(is_admin),
        created_at: Set(now),
        ..Default::default()
    };
    let id = row.id.clone().unwrap();
    user::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(id)
}

/// People whose name or address holds all words of `text`, however they are written, by name.
///
/// # Errors
/// When the database fails.
pub async fn search(db: &impl ConnectionTrait, text: &str) -> Result<Vec<user::Model>, DbErr> {
    let mut all = Condition::all();
    for word in fold(text).split(' ').filter(|word| !word.is_empty()) {
        all = all.add(user::Column::SearchText.like(LikeExpr::new(format!("%{word}%"))));
    }
    user::Entity::find().filter(all).order_by_asc(user::Column::SearchText).all(db).await
}

/// How many people may run the whole site.
///
/// # Errors
/// When the database fails.
pub async fn admins(db: &impl ConnectionTrait) -> Result<u64, DbErr> {
    user::Entity::find()
        .filter(user::Column::IsAdmin.eq(true))
        .filter(user::Column::DisabledAt.is_null())
        .count(db)
        .await
}

/// Gives or takes the right to run the whole site; for the operator, who needs no badge.
///
/// # Errors
/// [`Error::LastAdmin`] when nobody would be left who has it.
pub async fn set_admin(
    tx: &DatabaseTransaction,
    user: UserId,
    is_admin: bool,
) -> Result<(), Error> {
    if !is_admin {
        not_the_last(tx, user).await?;
    }
    Ok(change(tx, user, user::Column::IsAdmin, Expr::value(is_admin)).await?)
}

/// Lets somebody sign in again who was not allowed to.
///
/// # Errors
/// When the database fails.
pub async fn enable(tx: &DatabaseTransaction, user: UserId) -> Result<(), DbErr> {
    change(tx, user, user::Column::DisabledAt, Expr::value(None::<Instant>)).await
}

/// Lets somebody sign in no more.
///
/// # Errors
/// [`Error::LastAdmin`] when nobody would be left who runs the site.
pub async fn disable(tx: &DatabaseTransaction, user: UserId, now: Instant) -> Result<(), Error> {
    not_the_last(tx, user).await?;
    Ok(change(tx, user, user::Column::DisabledAt, Expr::value(now)).await?)
}

async fn change(
    tx: &DatabaseTransaction,
    user: UserId,
    column: user::Column,
    value: Expr,
) -> Result<(), DbErr> {
    user::Entity::update_many()
        .col_expr(column, value)
        .filter(user::Column::Id.eq(user))
        .exec(tx)
        .await?;
    Ok(())
}

/// Keeps the language in which somebody reads pages and gets letters.
///
/// # Errors
/// When the database fails.
pub async fn set_lang(tx: &DatabaseTransaction, user: UserId, lang: Lang) -> Result<(), DbErr> {
    change(tx, user, user::Column::Lang, Expr::value(lang.tag())).await
}

/// Keeps the hash of a new password, and says so in the log.
///
/// # Errors
/// When the database fails.
pub async fn set_password(
    tx: &DatabaseTransaction,
    user: UserId,
    hash: String,
    now: Instant,
) -> Result<(), DbErr> {
    user::Entity::update_many()
        .col_expr(user::Column::PasswordHash, Expr::value(hash))
        .filter(user::Column::Id.eq(user))
        .exec(tx)
        .await?;
    let act = Act {
        actor: Some(user),
        role: "self",
        act: "password-set",
        subject: format!("user:{user}"),
        ..Act::default()
    };
    audit::record(tx, act, now).await
}
