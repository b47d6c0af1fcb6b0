//! The union's tree: units, their types, places and officers.

use entity::id::{UnitId, UserId};
use entity::instant::Instant;
use entity::{officer, unit};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter};

/// The strongest office that `user` holds in `unit` or in one above it.
///
/// # Errors
/// When the database fails.
pub async fn office(
    db: &impl ConnectionTrait,
    unit: UnitId,
    user: UserId,
    now: Instant,
) -> Result<Option<officer::Role>, DbErr> {
    let Some(unit) = unit::Entity::find_by_id(unit).one(db).await? else {
        return Ok(None);
    };
    let codes: Vec<&str> = unit
        .path
        .split('/')
        .filter(|code| !code.is_empty())
        .collect();
    let above = unit::Entity::find().filter(unit::Column::Code.is_in(codes));
    let above: Vec<UnitId> = above
        .all(db)
        .await?
        .into_iter()
        .map(|unit| unit.id)
        .collect();
    let offices = officer::Entity::find()
        .filter(officer::Column::UserId.eq(user))
        .filter(officer::Column::ValidFrom.lte(now))
        .filter(
            Condition::any()
                .add(officer::Column::ValidTo.is_null())
                .add(officer::Column::ValidTo.gt(now)),
        )
        .filter(officer::Column::UnitId.is_in(above))
        .all(db)
        .await?;
    let roles = offices.iter().map(|office| office.role);
    Ok(roles.max_by_key(|role| matches!(role, officer::Role::Lead)))
}
