//! Offices in units: the right to act for a unit and all below it.

use entity::id::{OfficerId, UnitId, UserId};
use entity::instant::Instant;
use entity::officer::{self, Role};
use entity::unit;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter,
    Set,
};

use serde_json::json;

use super::Error;
use super::tree::above;
use crate::account;
use crate::audit::{self, Act};

pub(super) fn held(now: Instant) -> Condition {
    let open = Condition::any()
        .add(officer::Column::ValidTo.is_null())
        .add(officer::Column::ValidTo.gt(now));
    Condition::all().add(officer::Column::ValidFrom.lte(now)).add(open)
}

/// The strongest office that `user` holds in `unit` or in one above it.
///
/// # Errors
/// When the database fails.
pub async fn office(
    db: &impl ConnectionTrait,
    unit: UnitId,
    user: UserId,
    now: Instant,
) -> Result<Option<Role>, DbErr> {
    let offices = officer::Entity::find()
        .filter(officer::Column::UserId.eq(user))
        .filter(officer::Column::UnitId.is_in(above(db, unit).await?))
        .filter(held(now))
        .all(db)
        .await?;
    Ok(offices.iter().map(|office| office.role).max_by_key(|role| *role == Role::Lead))
}

/// Offices that `user` holds, with their units.
///
/// # Errors
/// When the database fails.
pub async fn offices(
    db: &impl ConnectionTrait,
    user: UserId,
    now: Instant,
) -> Result<Vec<(officer::Model, unit::Model)>, DbErr> {
    let held = officer::Entity::find().filter(officer::Column::UserId.eq(user)).filter(held(now));
    let held = held.all(db).await?;
    let units = held.iter().map(|office| office.unit_id);
    let units = unit::Entity::find().filter(unit::Column::Id.is_in(units)).all(db).await?;
    let paired = held.into_iter().filter_map(|office| {
        let unit = units.iter().find(|unit| unit.id == office.unit_id)?;
        Some((office, unit.clone()))
    });
    Ok(paired.collect())
}

/// Somebody who may act for a unit: holds an office in it or above it, or runs the site.
#[derive(Clone, Debug)]
pub struct Officer {
    /// The unit.
    pub unit: unit::Model,
    user: UserId,
    leads: bool,
}

impl Officer {
    /// Proves the right, or refuses.
    ///
    /// # Errors
    /// [`Error::NotAllowed`] without an office.
    pub async fn of(
        db: &impl ConnectionTrait,
        unit: unit::Model,
        user: UserId,
        now: Instant,
    ) -> Result<Self, Error> {
        let office = office(db, unit.id, user, now).await?;
        let admin = account::is_admin(db, user).await?;
        if office.is_none() && !admin {
            return Err(Error::NotAllowed);
        }
        Ok(Self { unit, user, leads: admin || office == Some(Role::Lead) })
    }

    /// Who holds the right.
    #[must_use]
    pub fn user(&self) -> UserId {
        self.user
    }

    /// Whether offices may be granted and withdrawn too.
    #[must_use]
    pub fn leads(&self) -> bool {
        self.leads
    }
}

/// Gives `user` an office in the officer's unit.
///
/// # Errors
/// [`Error::NotAllowed`] for an officer who does not lead.
pub async fn grant(
    tx: &DatabaseTransaction,
    by: &Officer,
    user: UserId,
    role: Role,
    now: Instant,
) -> Result<(), Error> {
    if !by.leads {
        return Err(Error::NotAllowed);
    }
    let known = officer::Entity::find()
        .filter(officer::Column::UnitId.eq(by.unit.id))
        .filter(officer::Column::UserId.eq(user))
        .filter(officer::Column::Role.eq(role))
        .filter(held(now))
        .one(tx)
        .await?;
    if known.is_some() {
        return Ok(());
    }
    keep(tx, by.unit.id, user, role, Some(by.user), now).await?;
    Ok(record(tx, by, ("office-granted", format!("user:{user}")), now).await?)
}

async fn record(
    tx: &DatabaseTransaction,
    by: &Officer,
    (act, whom): (&'static str, String),
    now: Instant,
) -> Result<(), DbErr> {
    let act = Act {
        actor: Some(by.user),
        role: "officer",
        act,
        subject: whom,
        after: Some(json!({ "unit": by.unit.code })),
        ..Act::default()
    };
    audit::record(tx, act, now).await
}

/// Gives `user` an office; for the operator, who needs no badge. One that is held already is kept.
///
/// # Errors
/// When the database fails.
pub async fn appoint(
    tx: &DatabaseTransaction,
    unit: UnitId,
    user: UserId,
    role: Role,
    now: Instant,
) -> Result<(), DbErr> {
    let known = officer::Entity::find()
        .filter(officer::Column::UnitId.eq(unit))
        .filter(officer::Column::UserId.eq(user))
        .filter(officer::Column::Role.eq(role))
        .filter(held(now))
        .one(tx)
        .await?;
    if known.is_none() {
        keep(tx, unit, user, role, None, now).await?;
    }
    Ok(())
}

/// Ends all offices that `user` holds in this very unit, and says how many; for the operator.
///
/// # Errors
/// When the database fails.
pub async fn dismiss(
    tx: &DatabaseTransaction,
    unit: UnitId,
    user: UserId,
    now: Instant,
) -> Result<u64, DbErr> {
    let ended = officer::Entity::update_many()
        .col_expr(officer::Column::ValidTo, Expr::value(now))
        .filter(officer::Column::UnitId.eq(unit))
        .filter(officer::Column::UserId.eq(user))
        .filter(held(now))
        .exec(tx)
        .await?;
    Ok(ended.rows_affected)
}

async fn keep(
    tx: &DatabaseTransaction,
    unit: UnitId,
    user: UserId,
    role: Role,
    by: Option<UserId>,
    now: Instant,
) -> Result<(), DbErr> {
    let row = officer::ActiveModel {
        id: Set(OfficerId::new()),
        unit_id: Set(unit),
        user_id: Set(user),
        role: Set(role),
        valid_from: Set(now),
        valid_to: Set(None),
        granted_by: Set(by),
    };
    officer::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// Ends an office in the officer's unit.
///
/// # Errors
/// [`Error::NotAllowed`] for an officer who does not lead.
pub async fn withdraw(
    tx: &DatabaseTransaction,
    by: &Officer,
    office: OfficerId,
    now: Instant,
) -> Result<(), Error> {
    if !by.leads {
        return Err(Error::NotAllowed);
    }
    officer::Entity::update_many()
        .col_expr(officer::Column::ValidTo, Expr::value(now))
        .filter(officer::Column::Id.eq(office))
        .filter(officer::Column::UnitId.eq(by.unit.id))
        .filter(held(now))
        .exec(tx)
        .await?;
    Ok(record(tx, by, ("office-ended", format!("office:{office}")), now).await?)
}
