//! `vote`: one vote.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{ContestId, EntryId, UnitId, VoteId, VoterId};
use crate::instant::Instant;

/// One vote.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "vote")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: VoteId,
    /// The contest.
    pub contest_id: ContestId,
    /// For which entry.
    pub entry_id: EntryId,
    /// By whom.
    pub voter_id: VoterId,
    /// 0, or the day (days since 1970 in Vietnam) where votes are given by the day.
    pub period: i32,
    /// How well the voter was known.
    pub level: i32,
    /// Whether it counts.
    pub state: State,
    /// The unit whose link brought the voter.
    pub unit_id: Option<UnitId>,
    /// By which the voter finds it.
    #[sea_orm(column_type = "Text")]
    pub receipt: String,
    /// When the server read it.
    pub cast_at: Instant,
    /// When its state last changed.
    pub changed_at: Option<Instant>,
}

impl ActiveModelBehavior for ActiveModel {}

/// Whether it counts.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Counted.
    #[sea_orm(string_value = "counted")]
    Counted,
    /// Held.
    #[sea_orm(string_value = "held")]
    Held,
    /// Struck.
    #[sea_orm(string_value = "struck")]
    Struck,
    /// Withdrawn.
    #[sea_orm(string_value = "withdrawn")]
    Withdrawn,
}
