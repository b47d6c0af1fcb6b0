//! `decision`: something decided by people, recorded.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{ContestId, DecisionId, UserId};
use crate::instant::Instant;

/// Something decided by people, recorded.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "decision")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DecisionId,
    /// The contest.
    pub contest_id: ContestId,
    /// What was decided.
    pub kind: Kind,
    /// On what: table, entries, prize.
    #[sea_orm(column_type = "JsonBinary")]
    pub subject: Json,
    /// Why.
    #[sea_orm(column_type = "Text")]
    pub reason: String,
    /// Who recorded it.
    pub decided_by: UserId,
    /// When.
    pub decided_at: Instant,
}

impl ActiveModelBehavior for ActiveModel {}

/// What was decided.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Tie.
    #[sea_orm(string_value = "tie")]
    Tie,
    /// Empty prize.
    #[sea_orm(string_value = "empty_prize")]
    EmptyPrize,
    /// Promotion.
    #[sea_orm(string_value = "promotion")]
    Promotion,
    /// Next in line.
    #[sea_orm(string_value = "next_in_line")]
    NextInLine,
    /// Disqualification.
    #[sea_orm(string_value = "disqualification")]
    Disqualification,
}
