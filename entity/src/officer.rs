//! `officer`: an office held in a unit, from when to when.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{OfficerId, UnitId, UserId};
use crate::instant::Instant;

/// An office held in a unit, from when to when.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "officer")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OfficerId,
    /// The unit; the right holds for all below it.
    pub unit_id: UnitId,
    /// Who holds it.
    pub user_id: UserId,
    /// What the office allows: a lead also grants offices.
    pub role: Role,
    /// Since when.
    pub valid_from: Instant,
    /// Until when; none: still.
    pub valid_to: Option<Instant>,
    /// Who granted it.
    pub granted_by: Option<UserId>,
}

impl ActiveModelBehavior for ActiveModel {}

/// What the office allows: a lead also grants offices.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Lead.
    #[sea_orm(string_value = "lead")]
    Lead,
    /// Staff.
    #[sea_orm(string_value = "staff")]
    Staff,
}
