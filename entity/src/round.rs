//! `round`: a judging round.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{ContestId, RoundId, UserId};
use crate::instant::Instant;

/// A judging round.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "round")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RoundId,
    /// The contest.
    pub contest_id: ContestId,
    /// Its key in the definition.
    #[sea_orm(column_type = "Text")]
    pub key: String,
    /// Order.
    pub position: i32,
    /// Where it stands.
    pub state: State,
    /// From which judges' orders and aliases are drawn.
    pub seed: i64,
    /// When work was dealt.
    pub opened_at: Option<Instant>,
    /// When results were reckoned.
    pub closed_at: Option<Instant>,
    /// Who closed it; kept when it is opened again.
    pub closed_by: Option<UserId>,
}

impl ActiveModelBehavior for ActiveModel {}

/// Where it stands.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Waiting.
    #[sea_orm(string_value = "waiting")]
    Waiting,
    /// Open.
    #[sea_orm(string_value = "open")]
    Open,
    /// Closed.
    #[sea_orm(string_value = "closed")]
    Closed,
}
