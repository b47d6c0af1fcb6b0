//! `vote_cosignature`: the newest head of a log that another body has cosigned.

use sea_orm::entity::prelude::*;

use crate::id::ContestId;
use crate::instant::Instant;

/// The newest head of a contest's log that a witness has cosigned.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "vote_cosignature")]
pub struct Model {
    /// The contest.
    #[sea_orm(primary_key, auto_increment = false)]
    pub contest_id: ContestId,
    /// The witness's public key, as such keys are written.
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub witness: String,
    /// Leaves of the head.
    pub size: i64,
    /// The line of the cosignature.
    #[sea_orm(column_type = "Text")]
    pub line: String,
    /// When it came.
    pub cosigned_at: Instant,
}

impl ActiveModelBehavior for ActiveModel {}
