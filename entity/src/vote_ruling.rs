//! `vote_ruling`: what somebody ruled about a case of votes; never changed.

use sea_orm::entity::prelude::*;

use crate::id::{UserId, VoteCaseId, VoteRulingId};
use crate::instant::Instant;

/// What somebody ruled about a case of votes.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "vote_ruling")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: VoteRulingId,
    /// The case.
    pub case_id: VoteCaseId,
    /// What was ruled, a key of the words.
    #[sea_orm(column_type = "Text")]
    pub act: String,
    /// Why.
    #[sea_orm(column_type = "Text")]
    pub words: String,
    /// Votes of the case then.
    pub votes: i32,
    /// By whom.
    pub ruled_by: UserId,
    /// When.
    pub ruled_at: Instant,
}

impl ActiveModelBehavior for ActiveModel {}
