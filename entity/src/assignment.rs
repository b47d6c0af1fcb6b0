//! `assignment`: an entry that a judge is to judge.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{AssignmentId, EntryId, RoundId, SeatId};

/// An entry that a judge is to judge.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "assignment")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AssignmentId,
    /// The round.
    pub round_id: RoundId,
    /// The entry.
    pub entry_id: EntryId,
    /// The judge.
    pub seat_id: SeatId,
    /// Place in the judge's own order; below 0 are the entries that all judges share for
    /// calibration, each at the same place for everybody.
    pub position: i32,
    /// How far it is.
    pub state: State,
    /// Why the judge stepped aside; none where the judge left the panel.
    #[sea_orm(column_type = "Text", nullable)]
    pub reason: Option<String>,
    /// Whether the judge keeps it in mind; for the judge's own eyes.
    pub favourite: bool,
    /// What the judge tells the organisers about it.
    #[sea_orm(column_type = "Text", nullable)]
    pub flag: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}

/// How far it is.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Open.
    #[sea_orm(string_value = "open")]
    Open,
    /// Done.
    #[sea_orm(string_value = "done")]
    Done,
    /// Stepped aside.
    #[sea_orm(string_value = "stepped_aside")]
    SteppedAside,
}
