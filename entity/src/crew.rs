//! `crew`: who does what for a contest.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{ContestId, CrewId, UserId};
use crate::instant::Instant;

/// Who does what for a contest.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "crew")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CrewId,
    /// The contest.
    pub contest_id: ContestId,
    /// Who.
    pub user_id: UserId,
    /// What they do.
    pub role: Role,
    /// Who gave the role.
    pub granted_by: Option<UserId>,
    /// When.
    pub granted_at: Instant,
    /// Until when; none: still.
    pub ended_at: Option<Instant>,
}

impl ActiveModelBehavior for ActiveModel {}

/// What they do.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Organiser.
    #[sea_orm(string_value = "organiser")]
    Organiser,
    /// Screener.
    #[sea_orm(string_value = "screener")]
    Screener,
    /// Approver.
    #[sea_orm(string_value = "approver")]
    Approver,
    /// Auditor.
    #[sea_orm(string_value = "auditor")]
    Auditor,
}
