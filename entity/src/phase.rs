//! `phase`: a stretch of time in which something may be done.

use sea_orm::entity::prelude::*;

use crate::id::{ContestId, PhaseId};
use crate::instant::Instant;

/// A stretch of time in which something may be done.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "phase")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PhaseId,
    /// The contest.
    pub contest_id: ContestId,
    /// Its key in the definition.
    #[sea_orm(column_type = "Text")]
    pub key: String,
    /// What may be done, as in the definition.
    #[sea_orm(column_type = "Text")]
    pub kind: String,
    /// First moment.
    pub opens_at: Instant,
    /// End, not included.
    pub closes_at: Instant,
    /// End for what was begun before the end.
    pub grace_until: Instant,
}

impl ActiveModelBehavior for ActiveModel {}
