//! `vote`: one vote, projected from the log.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{ContestId, EntryId, UnitId};
use crate::instant::Instant;

/// One vote, projected from the log.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "vote")]
pub struct Model {
    /// The contest.
    #[sea_orm(primary_key, auto_increment = false)]
    pub contest_id: ContestId,
    /// By whom: keyed hash of what they proved, for this contest alone.
    #[sea_orm(primary_key, auto_increment = false)]
    pub voter: Vec<u8>,
    /// 0, or the day (days since 1970 in Vietnam) where votes are given by the day.
    #[sea_orm(primary_key, auto_increment = false)]
    pub period: i32,
    /// For which entry.
    #[sea_orm(primary_key, auto_increment = false)]
    pub entry_id: EntryId,
    /// How well the voter was known: 0 device … 4 member.
    pub level: i32,
    /// Whether it counts.
    pub state: State,
    /// What it is worth on its ballot; 0 while the ballot names too few.
    pub worth: i32,
    /// Number of the group link that brought the voter.
    pub link: Option<i32>,
    /// The unit of that link.
    pub unit_id: Option<UnitId>,
    /// Hash of the kind of device; 0 where it is not known, and when its time is over.
    pub device: i32,
    /// Keyed hash of the address it came from; 0 where it is not known, and when its time is over.
    pub network: i32,
    /// Whether the page's own script sent it.
    pub by_page: bool,
    /// By which the voter finds it.
    #[sea_orm(column_type = "Text", unique)]
    pub receipt: String,
    /// Place in the log of the leaf that cast it: the receipt's.
    pub leaf: i64,
    /// Place of the newest leaf of the same ballot.
    pub last_leaf: i64,
    /// Place of the first leaf of the same ballot: by it the ballot is decided about.
    pub ballot: i64,
    /// What is decided about the ballot: the state of every vote that is on it.
    pub aside: State,
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
