//! `complaint`: an objection to a result.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

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
    pub decision: Option<Decision>,
    /// The answer, with its reasons.
    #[sea_orm(column_type = "Text", nullable)]
    pub answer: Option<String>,
    /// By whom.
    pub answered_by: Option<UserId>,
    /// When.
    pub answered_at: Option<Instant>,
}

impl ActiveModelBehavior for ActiveModel {}

/// What was decided about a complaint.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// It was right: the result is corrected by a new publication.
    #[sea_orm(string_value = "upheld")]
    Upheld,
    /// It was not.
    #[sea_orm(string_value = "dismissed")]
    Dismissed,
}
