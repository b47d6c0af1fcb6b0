//! `comparison`: which of two entries a judge found better.

use sea_orm::entity::prelude::*;

use crate::id::{ComparisonId, EntryId, RoundId, SeatId};
use crate::instant::Instant;

/// Which of two entries a judge found better.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "comparison")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ComparisonId,
    /// The round.
    pub round_id: RoundId,
    /// The judge.
    pub seat_id: SeatId,
    /// The better of the two.
    pub better_id: EntryId,
    /// The other.
    pub worse_id: EntryId,
    /// When it was said.
    pub said_at: Instant,
}

impl ActiveModelBehavior for ActiveModel {}
