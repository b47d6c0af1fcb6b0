//! Many units at once: a sheet of the whole union names tens of thousands.

use std::collections::{HashMap, HashSet};

use entity::id::UnitId;
use entity::unit;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};

use super::label;

/// Units that one statement asks for: SQLite takes 32,766 values in one.
const AT_ONCE: usize = 10_000;

/// Units by code; without those that there are not.
///
/// # Errors
/// When the database fails.
pub async fn by_codes(
    db: &impl ConnectionTrait,
    codes: &HashSet<String>,
) -> Result<HashMap<String, unit::Model>, DbErr> {
    let (codes, mut found): (Vec<_>, _) = (codes.iter().collect(), HashMap::new());
    for some in codes.chunks(AT_ONCE) {
        let some = unit::Column::Code.is_in(some.iter().copied());
        let rows = unit::Entity::find().filter(some).all(db).await?;
        found.extend(rows.into_iter().map(|row| (row.code.clone(), row)));
    }
    Ok(found)
}

/// Names of units, by key.
///
/// # Errors
/// When the database fails.
pub async fn names(
    db: &impl ConnectionTrait,
    units: impl IntoIterator<Item = UnitId>,
) -> Result<HashMap<UnitId, String>, DbErr> {
    let units: HashSet<UnitId> = units.into_iter().collect();
    let (units, mut found): (Vec<_>, _) = (units.into_iter().collect(), HashMap::new());
    for some in units.chunks(AT_ONCE) {
        let some = unit::Column::Id.is_in(some.iter().copied());
        let rows = unit::Entity::find().filter(some).all(db).await?;
        found.extend(rows.into_iter().map(|row| (row.id, label(&row).to_owned())));
    }
    Ok(found)
}
