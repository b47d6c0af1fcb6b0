//! `vote_log`: the log of a contest's votes, who leads it, and how far its projections are.

use sea_orm::entity::prelude::*;

use crate::id::ContestId;
use crate::instant::Instant;

/// The log of a contest's votes.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "vote_log")]
pub struct Model {
    /// The contest.
    #[sea_orm(primary_key, auto_increment = false)]
    pub contest_id: ContestId,
    /// The log's name.
    #[sea_orm(column_type = "Text", unique)]
    pub origin: String,
    /// Name of the process that writes it.
    #[sea_orm(column_type = "Text")]
    pub holder: String,
    /// Where other nodes reach that process; empty where there are none.
    #[sea_orm(column_type = "Text")]
    pub holder_url: String,
    /// Until when it leads without saying so again.
    pub leased_until: Instant,
    /// Leaves that the projections have taken.
    pub applied: i64,
    /// Votes among them.
    pub votes: i64,
    /// Votes at the close, once the projections have taken the CLOSE.
    pub closed_at: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}
