//! `complaint`: an objection to a result.

use sea_orm::entity::prelude::*;

use crate::id::{ComplaintId, ContestId, EntryId, UserId};
use crate::instant::Instant;

/// An objection to a result.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "complaint")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ComplaintId,
    /// The contest.
    pub contest_id: ContestId,
    /// About which entry.
    pub entry_id: Option<EntryId>,
    /// By which the sender finds the answer.
    #[sea_orm(column_type = "Text")]
    pub code: String,
    /// Who complains.
    #[sea_orm(column_type = "Text")]
    pub name: String,
    /// Where to answer.
    #[sea_orm(column_type = "Text")]
    pub contact: String,
    /// What they say.
    #[sea_orm(column_type = "Text")]
    pub body: String,
    /// When.
    pub filed_at: Instant,
    /// What was decided.
    #[sea_orm(column_type = "Text", nullable)]
    pub answer: Option<String>,
    /// By whom.
    pub answered_by: Option<UserId>,
    /// When.
    pub answered_at: Option<Instant>,
}

impl ActiveModelBehavior for ActiveModel {}
