//! Finding units, and moving them.

use std::collections::{BTreeSet, HashMap, HashSet};

use entity::id::UnitId;
use entity::instant::Instant;
use entity::{unit, unit_parent, unit_strength, unit_type};
use sea_orm::sea_query::{Expr, LikeExpr};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, DbBackend,
    DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, Set,
};

use crate::refusal::{Kind, Refusal, Refused};
use crate::words::fold;

/// Why a unit could not be found or changed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such unit.
    #[error("no unit `{0}`")]
    Unknown(String),
    /// A unit cannot stand below itself.
    #[error("a unit cannot stand below itself")]
    Circle,
    /// A unit needs a name.
    #[error("no name")]
    NoName,
    /// No day, or one that has not come.
    #[error("no such day, or not yet")]
    Day,
    /// The unit has ended already.
    #[error("ended already")]
    Ended,
    /// Another unit has this code.
    #[error("the code `{0}` is taken")]
    Taken(String),
    /// What was filled in cannot be taken: a code of the words, what stood there.
    #[error("{0}: `{1}`")]
    Faulty(&'static str, String),
    /// The person holds no office there.
    #[error("not allowed")]
    NotAllowed,
    /// The database failed.
    #[error("database failure")]
    Database(#[from] DbErr),
}

impl Refusal for Error {
    fn refusal(&self) -> Refused {
        match self {
            Self::Unknown(code) => {
                Refused::new(Kind::NotFound, "unit-unknown").with("code", code.as_str()).at("unit")
            }
            Self::Circle => Refused::new(Kind::Conflict, "unit-circle").at("parent"),
            Self::NoName => Refused::new(Kind::Invalid, "unit-name-missing").at("name"),
            Self::Day => Refused::new(Kind::Invalid, "unit-day").at("from"),
            Self::Ended => Refused::new(Kind::Conflict, "unit-ended-already").at("into"),
            Self::Taken(code) => Refused::new(Kind::Conflict, "unit-code-taken")
                .with("code", code.as_str())
                .at("code"),
            Self::Faulty(code, value) => {
                Refused::new(Kind::Invalid, code).with("value", value.as_str())
            }
            Self::NotAllowed => Refused::new(Kind::Forbidden, "not-allowed"),
            Self::Database(error) => error.refusal(),
        }
    }
}

/// The unit with this code.
///
/// # Errors
/// [`Error::Unknown`] where there is none.
pub async fn by_code(db: &impl ConnectionTrait, code: &str) -> Result<unit::Model, Error> {
    let row = unit::Entity::find().filter(unit::Column::Code.eq(code)).one(db).await?;
    row.ok_or_else(|| Error::Unknown(code.to_owned()))
}

/// The unit with this key.
///
/// # Errors
/// [`Error::Unknown`] where there is none.
pub async fn by_id(db: &impl ConnectionTrait, id: UnitId) -> Result<unit::Model, Error> {
    let row = unit::Entity::find_by_id(id).one(db).await?;
    row.ok_or_else(|| Error::Unknown(id.to_string()))
}

/// The units with these keys, each before those below it.
///
/// # Errors
/// When the database fails.
pub async fn by_ids(
    db: &impl ConnectionTrait,
    ids: impl IntoIterator<Item = UnitId>,
) -> Result<Vec<unit::Model>, DbErr> {
    let units = unit::Entity::find().filter(unit::Column::Id.is_in(ids));
    units.order_by_asc(unit::Column::Path).all(db).await
}

/// Units whose names hold all words of `text`, however they are written, highest first.
///
/// # Errors
/// When the database fails.
pub async fn search(
    db: &impl ConnectionTrait,
    text: &str,
    most: u64,
) -> Result<Vec<unit::Model>, DbErr> {
    let mut all = Condition::all().add(unit::Column::ValidTo.is_null());
    for word in fold(text).split(' ').filter(|word| !word.is_empty()) {
        all = all.add(unit::Column::SearchText.like(LikeExpr::new(format!("%{word}%"))));
    }
    unit::Entity::find().filter(all).order_by_asc(unit::Column::Path).limit(most).all(db).await
}

/// The units right below `code`, by name.
///
/// # Errors
/// When the database fails.
pub async fn children(db: &impl ConnectionTrait, id: UnitId) -> Result<Vec<unit::Model>, DbErr> {
    let links = unit_parent::Entity::find()
        .filter(unit_parent::Column::ParentId.eq(id))
        .filter(unit_parent::Column::ValidTo.is_null())
        .all(db)
        .await?;
    let below = links.into_iter().map(|link| link.unit_id);
    unit::Entity::find()
        .filter(unit::Column::Id.is_in(below))
        .order_by_asc(unit::Column::Name)
        .all(db)
        .await
}

/// A unit and all below it.
///
/// # Errors
/// When the database fails.
pub async fn below(
    db: &impl ConnectionTrait,
    top: &unit::Model,
) -> Result<Vec<unit::Model>, DbErr> {
    let prefix = LikeExpr::new(format!("{}%", top.path));
    let units = unit::Entity::find().filter(unit::Column::Path.like(prefix));
    units.order_by_asc(unit::Column::Path).all(db).await
}

/// All units, each before those below it.
///
/// # Errors
/// When the database fails.
pub async fn all(db: &impl ConnectionTrait) -> Result<Vec<unit::Model>, DbErr> {
    unit::Entity::find().order_by_asc(unit::Column::Path).all(db).await
}

/// Keys of a unit and all above it.
///
/// # Errors
/// When the database fails.
pub async fn above(db: &impl ConnectionTrait, id: UnitId) -> Result<Vec<UnitId>, DbErr> {
    let Some(unit) = unit::Entity::find_by_id(id).one(db).await? else {
        return Ok(Vec::new());
    };
    let codes = unit.path.split('/').filter(|code| !code.is_empty());
    let rows = unit::Entity::find().filter(unit::Column::Code.is_in(codes)).all(db).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Names of units and of all above them, by key.
///
/// # Errors
/// When the database fails.
pub async fn names_up(
    db: &impl ConnectionTrait,
    units: impl IntoIterator<Item = UnitId>,
) -> Result<HashMap<UnitId, String>, DbErr> {
    let units: HashSet<UnitId> = units.into_iter().collect();
    let own = unit::Entity::find().filter(unit::Column::Id.is_in(units)).all(db).await?;
    let codes: BTreeSet<&str> =
        own.iter().flat_map(|unit| unit.path.split('/')).filter(|code| !code.is_empty()).collect();
    let rows = unit::Entity::find().filter(unit::Column::Code.is_in(codes)).all(db).await?;
    Ok(rows.into_iter().map(|row| (row.id, label(&row).to_owned())).collect())
}

/// The shortest name that people know it by.
#[must_use]
pub fn label(unit: &unit::Model) -> &str {
    unit.short_name.as_deref().unwrap_or(&unit.name)
}

/// Members of units as of a date, by key; units whose number is not known are left out.
///
/// # Errors
/// When the database fails.
pub async fn members(
    db: &impl ConnectionTrait,
    units: impl IntoIterator<Item = UnitId>,
    as_of: Instant,
) -> Result<HashMap<UnitId, i32>, DbErr> {
    let rows = unit_strength::Entity::find()
        .filter(unit_strength::Column::UnitId.is_in(units))
        .filter(unit_strength::Column::AsOf.lte(as_of))
        .order_by_asc(unit_strength::Column::AsOf)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| (row.unit_id, row.members)).collect())
}

/// All types of units, highest first.
///
/// # Errors
/// When the database fails.
pub async fn types(db: &impl ConnectionTrait) -> Result<Vec<unit_type::Model>, DbErr> {
    unit_type::Entity::find().order_by_asc(unit_type::Column::Position).all(db).await
}

/// Lets nobody else move units before `tx` ends: whether a move makes a circle is read from the
/// whole tree, so this comes before what a move is judged by is read.
pub(super) async fn hold_still(tx: &DatabaseTransaction) -> Result<(), DbErr> {
    if tx.get_database_backend() == DbBackend::Postgres {
        tx.execute_unprepared("lock table unit_parent in share row exclusive mode").await?;
    }
    Ok(())
}

/// Puts a unit below another from `now` on; what stands below it moves along.
///
/// # Errors
/// [`Error::Circle`] when the new place is below the unit itself.
pub async fn move_to(
    tx: &DatabaseTransaction,
    unit: &unit::Model,
    parent: &unit::Model,
    now: Instant,
) -> Result<(), Error> {
    if parent.path.starts_with(&unit.path) {
        return Err(Error::Circle);
    }
    unit_parent::Entity::update_many()
        .col_expr(unit_parent::Column::ValidTo, Expr::value(now))
        .filter(unit_parent::Column::UnitId.eq(unit.id))
        .filter(unit_parent::Column::ValidTo.is_null())
        .exec(tx)
        .await?;
    let link = unit_parent::ActiveModel {
        unit_id: Set(unit.id),
        parent_id: Set(parent.id),
        valid_from: Set(now),
        valid_to: Set(None),
    };
    unit_parent::Entity::insert(link).exec_without_returning(tx).await?;
    let place = format!("{}{}/", parent.path, unit.code);
    for moved in below(tx, unit).await? {
        let path = format!("{place}{}", &moved.path[unit.path.len()..]);
        let mut moved = moved.into_active_model();
        moved.path = Set(path);
        moved.update(tx).await?;
    }
    Ok(())
}

/// Ends a unit and names the one that takes it over; what stood below it moves there.
///
/// # Errors
/// [`Error::Circle`] when it would be taken over by one below it.
pub async fn merge(
    tx: &DatabaseTransaction,
    ended: &unit::Model,
    into: &unit::Model,
    now: Instant,
) -> Result<(), Error> {
    if into.path.starts_with(&ended.path) {
        return Err(Error::Circle);
    }
    for child in children(tx, ended.id).await? {
        move_to(tx, &child, into, now).await?;
    }
    let mut row = ended.clone().into_active_model();
    row.valid_to = Set(Some(now));
    row.merged_into = Set(Some(into.id));
    row.update(tx).await?;
    Ok(())
}
