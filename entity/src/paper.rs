//! `paper`: a judge's sheets filled by hand, as somebody keyed them in.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{PaperId, SeatId, UserId};
use crate::instant::Instant;

/// A judge's sheets filled by hand, as somebody keyed them in.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "paper")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PaperId,
    /// Whose sheets they are.
    pub seat_id: SeatId,
    /// What stands on them: by alias, the marks and the comment.
    #[sea_orm(column_type = "JsonBinary")]
    pub rows: Json,
    /// How far they are.
    pub state: State,
    /// Who keyed them in.
    pub keyed_by: UserId,
    /// When.
    pub keyed_at: Instant,
    /// Who compared them with the paper.
    pub checked_by: Option<UserId>,
    /// When.
    pub checked_at: Option<Instant>,
    /// What did not agree.
    #[sea_orm(column_type = "Text", nullable)]
    pub note: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}

/// How far sheets on paper are.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Keyed in, waiting for the second person.
    #[sea_orm(string_value = "keyed")]
    Keyed,
    /// Sent back to be keyed in again.
    #[sea_orm(string_value = "sent_back")]
    SentBack,
    /// Compared with the paper, and counted.
    #[sea_orm(string_value = "checked")]
    Checked,
}
