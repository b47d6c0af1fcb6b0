//! `vote_case`: votes for an entry that do not look like people's, and what became of them.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{ContestId, EntryId, UserId, VoteCaseId};
use crate::instant::Instant;

/// Votes for an entry that do not look like people's.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "vote_case")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: VoteCaseId,
    /// The contest.
    pub contest_id: ContestId,
    /// By which people name it.
    #[sea_orm(column_type = "Text", unique)]
    pub code: String,
    /// The entry they are for.
    pub entry_id: EntryId,
    /// The group link that brought most of them.
    pub link: Option<i32>,
    /// What became of it.
    pub state: State,
    /// How much what was found weighs.
    pub points: i32,
    /// What was found.
    #[sea_orm(column_type = "JsonBinary")]
    pub findings: Json,
    /// Places of the votes in the log.
    #[sea_orm(column_type = "JsonBinary")]
    pub leaves: Json,
    /// When the first of them was read.
    pub first_at: Instant,
    /// When the last of them was read.
    pub last_at: Instant,
    /// When they were last found.
    pub found_at: Instant,
    /// Why they shall not count, a key of the words.
    #[sea_orm(column_type = "Text", nullable)]
    pub reason: Option<String>,
    /// Who proposed to disqualify them.
    pub proposed_by: Option<UserId>,
    /// Until when appeals are taken.
    pub appeal_until: Option<Instant>,
}

impl ActiveModelBehavior for ActiveModel {}

/// What became of a case.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Nobody has looked yet: the votes count.
    #[sea_orm(string_value = "open")]
    Open,
    /// The votes are set aside, in silence.
    #[sea_orm(string_value = "held")]
    Held,
    /// And somebody proposed to disqualify them.
    #[sea_orm(string_value = "proposed")]
    Proposed,
    /// Another confirmed it: they do not count.
    #[sea_orm(string_value = "struck")]
    Struck,
    /// Somebody appealed.
    #[sea_orm(string_value = "appealed")]
    Appealed,
    /// The votes count again, after an appeal.
    #[sea_orm(string_value = "restored")]
    Restored,
    /// They had been set aside and count again.
    #[sea_orm(string_value = "released")]
    Released,
    /// They were looked at and always counted.
    #[sea_orm(string_value = "dismissed")]
    Dismissed,
}
