//! `voter`: somebody who votes in a contest.

use sea_orm::entity::prelude::*;

use crate::id::{ContestId, UserId, VoterId};
use crate::instant::Instant;

/// Somebody who votes in a contest.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "voter")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: VoterId,
    /// The contest.
    pub contest_id: ContestId,
    /// Keyed hash of what they proved, for this contest alone.
    pub key_hash: Vec<u8>,
    /// How well they are known: 0 device … 4 member.
    pub level: i32,
    /// Their account, where signed in.
    pub user_id: Option<UserId>,
    /// First seen.
    pub seen_at: Instant,
}

impl ActiveModelBehavior for ActiveModel {}
