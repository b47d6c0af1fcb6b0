//! `seat`: a judge's place on a round's panel.

use sea_orm::entity::prelude::*;

use crate::id::{RoundId, SeatId, UserId};
use crate::instant::Instant;

/// A judge's place on a round's panel.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "seat")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SeatId,
    /// The round.
    pub round_id: RoundId,
    /// The judge.
    pub user_id: UserId,
    /// By which minutes call the judge where names are kept back.
    pub number: i32,
    /// Whether the judge leads the panel.
    pub chair: bool,
    /// Grows with every change of the judge's list.
    pub version: i32,
    /// Created at.
    pub created_at: Instant,
    /// When the judge declared the sheets final.
    pub finished_at: Option<Instant>,
    /// When the judge left the panel.
    pub left_at: Option<Instant>,
}

impl ActiveModelBehavior for ActiveModel {}
