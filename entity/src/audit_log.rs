//! `audit_log`: an act that decided something; append-only, each row bound to the one before.

use sea_orm::entity::prelude::*;

use crate::id::{ContestId, UserId};
use crate::instant::Instant;

/// An act that decided something; append-only, each row bound to the one before.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_log")]
pub struct Model {
    /// Number, without gaps.
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i64,
    /// When.
    pub happened_at: Instant,
    /// Who; none: the system.
    pub actor_id: Option<UserId>,
    /// In which role.
    #[sea_orm(column_type = "Text")]
    pub role: String,
    /// What was done.
    #[sea_orm(column_type = "Text")]
    pub act: String,
    /// To what, as `table:key`.
    #[sea_orm(column_type = "Text")]
    pub subject: String,
    /// In which contest.
    pub contest_id: Option<ContestId>,
    /// What it was, without personal data.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub before: Option<Json>,
    /// What it became, without personal data.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub after: Option<Json>,
    /// In which request.
    #[sea_orm(column_type = "Text", nullable)]
    pub request_id: Option<String>,
    /// SHA-256 over the hash before and this row.
    pub hash: Vec<u8>,
}

impl ActiveModelBehavior for ActiveModel {}
