//! What people are called: as they say themselves, else as whoever invited them says.

use entity::id::UserId;
use entity::instant::Instant;
use entity::user;
use sea_orm::{ActiveModelTrait, DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel, Set};

use super::Error;
use crate::audit::{self, Act};
use crate::words::fold;

/// Most letters of a name.
const MOST: usize = 200;

/// What somebody of whom only the address is known is called.
pub(super) fn of_address(address: &str) -> &str {
    address.split('@').next().unwrap_or(address)
}

/// Gives a name to somebody who is called after their address so far; a name that is known is kept.
pub(super) async fn learn(
    tx: &DatabaseTransaction,
    known: user::Model,
    name: &str,
) -> Result<(), DbErr> {
    let nameless = known.email.as_deref().is_some_and(|email| of_address(email) == known.name);
    if nameless && !name.is_empty() {
        put(tx, known, name).await?;
    }
    Ok(())
}

/// Changes one's own name, and says in the log that it changed.
///
/// # Errors
/// [`Error::Name`] without a letter, or when it is too long for one; [`Error::Unknown`] where there
/// is no such person.
pub async fn rename(
    tx: &DatabaseTransaction,
    id: UserId,
    name: &str,
    now: Instant,
) -> Result<(), Error> {
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    if !name.chars().any(char::is_alphabetic) || name.chars().count() > MOST {
        return Err(Error::Name);
    }
    let known = user::Entity::find_by_id(id).one(tx).await?.ok_or(Error::Unknown)?;
    if known.name == name {
        return Ok(());
    }
    put(tx, known, &name).await?;
    let act = Act {
        actor: Some(id),
        role: "self",
        act: "name-changed",
        subject: format!("user:{id}"),
        ..Act::default()
    };
    Ok(audit::record(tx, act, now).await?)
}

async fn put(tx: &DatabaseTransaction, known: user::Model, name: &str) -> Result<(), DbErr> {
    let search = fold(&format!("{name} {}", known.email.as_deref().unwrap_or_default()));
    let mut row = known.into_active_model();
    row.name = Set(name.to_owned());
    row.search_text = Set(search);
    row.update(tx).await?;
    Ok(())
}
