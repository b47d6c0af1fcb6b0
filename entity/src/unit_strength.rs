//! `unit_strength`: members of a unit as of a date.

use sea_orm::entity::prelude::*;

use crate::id::UnitId;
use crate::instant::Instant;

/// Members of a unit as of a date.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "unit_strength")]
pub struct Model {
    /// The unit.
    #[sea_orm(primary_key, auto_increment = false)]
    pub unit_id: UnitId,
    /// When they were counted.
    #[sea_orm(primary_key, auto_increment = false)]
    pub as_of: Instant,
    /// How many.
    pub members: i32,
}

impl ActiveModelBehavior for ActiveModel {}
