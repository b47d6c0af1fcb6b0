//! Erasing a person: the row stays, because decisions name it, and says nothing of anybody any more.

use entity::id::UserId;
use entity::instant::Instant;
use entity::{file, login_code, officer, session, user};
use sea_orm::sea_query::{Expr, LockType};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, DatabaseTransaction, EntityTrait, IntoActiveModel,
    QueryFilter, QueryOrder, QuerySelect, Set,
};

use super::person::{Error, by_id};
use crate::audit::{self, Act};

/// What stands where the name of somebody erased stood.
pub const ERASED: &str = "—";

/// Refuses where this is the only person who runs the site. Nobody else who runs it leaves before
/// `tx` ends, so two who are the last cannot both go.
pub(super) async fn not_the_last(tx: &DatabaseTransaction, id: UserId) -> Result<(), Error> {
    let admins = user::Entity::find()
        .filter(user::Column::IsAdmin.eq(true))
        .filter(user::Column::DisabledAt.is_null())
        .order_by_asc(user::Column::Id)
        .lock(LockType::NoKeyUpdate)
        .all(tx)
        .await?;
    if matches!(admins.as_slice(), [last] if last.id == id) {
        return Err(Error::LastAdmin);
    }
    Ok(())
}

/// The person, if they may leave; until `tx` ends nobody else who runs the site does.
///
/// # Errors
/// As [`erase`].
pub async fn leaving(tx: &DatabaseTransaction, id: UserId) -> Result<user::Model, Error> {
    not_the_last(tx, id).await?;
    let person = by_id(tx, id).await?;
    if person.erased_at.is_some() { Err(Error::Unknown) } else { Ok(person) }
}

/// Erases name, address, password, browsers, codes, and ends all offices. What the person decided
/// stays in the log under a key that leads to nobody. `by` is who asked: the person, or whoever
/// runs the site. The answer is the address, by which other rooms find what they have to erase.
///
/// # Errors
/// [`Error::Unknown`] for somebody who is erased already; [`Error::LastAdmin`] for the only one who
/// runs the site.
pub async fn erase(
    tx: &DatabaseTransaction,
    id: UserId,
    by: UserId,
    now: Instant,
) -> Result<Option<String>, Error> {
    let person = leaving(tx, id).await?;
    session::Entity::delete_many().filter(session::Column::UserId.eq(id)).exec(tx).await?;
    let mut codes = Condition::any().add(login_code::Column::UserId.eq(id));
    if let Some(email) = &person.email {
        codes = codes.add(login_code::Column::Email.eq(email));
    }
    login_code::Entity::delete_many().filter(codes).exec(tx).await?;
    officer::Entity::update_many()
        .col_expr(officer::Column::ValidTo, Expr::value(now))
        .filter(officer::Column::UserId.eq(id))
        .filter(officer::Column::ValidTo.is_null())
        .exec(tx)
        .await?;
    file::Entity::update_many()
        .col_expr(file::Column::OwnerId, Expr::value(None::<UserId>))
        .filter(file::Column::OwnerId.eq(id))
        .exec(tx)
        .await?;
    let address = person.email.clone();
    let mut row: user::ActiveModel = person.into_active_model();
    row.name = Set(ERASED.to_owned());
    row.search_text = Set(String::new());
    row.email = Set(None);
    row.phone = Set(None);
    row.password_hash = Set(None);
    row.is_admin = Set(false);
    row.disabled_at = Set(Some(now));
    row.erased_at = Set(Some(now));
    row.update(tx).await?;
    let act = Act {
        actor: Some(by),
        role: if by == id { "person" } else { "admin" },
        act: "account-erased",
        subject: format!("user:{id}"),
        ..Act::default()
    };
    audit::record(tx, act, now).await?;
    Ok(address)
}
