//! `unit_parent`: under which body a unit stood, from when to when.

use sea_orm::entity::prelude::*;

use crate::id::UnitId;
use crate::instant::Instant;

/// Under which body a unit stood, from when to when.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "unit_parent")]
pub struct Model {
    /// The unit.
    #[sea_orm(primary_key, auto_increment = false)]
    pub unit_id: UnitId,
    /// The body above it.
    pub parent_id: UnitId,
    /// Since when.
    #[sea_orm(primary_key, auto_increment = false)]
    pub valid_from: Instant,
    /// Until when; none: still.
    pub valid_to: Option<Instant>,
}

impl ActiveModelBehavior for ActiveModel {}
