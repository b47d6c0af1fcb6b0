//! `vote_member`: a place on the roll of those who may vote in a contest.

use sea_orm::entity::prelude::*;

use crate::id::{ContestId, UnitId};
use crate::instant::Instant;

/// A place on the roll of a contest's voters. Who stands on it is known to whoever handed the code
/// out, not here.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "vote_member")]
pub struct Model {
    /// The contest.
    #[sea_orm(primary_key, auto_increment = false)]
    pub contest_id: ContestId,
    /// Number on the roll, from 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i32,
    /// The unit.
    pub unit_id: Option<UnitId>,
    /// Keyed hash of the code, by which the member proves the place.
    #[sea_orm(unique)]
    pub code_hash: Vec<u8>,
    /// When the code was used first.
    pub used_at: Option<Instant>,
}

impl ActiveModelBehavior for ActiveModel {}
