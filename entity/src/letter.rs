//! `letter`: an outgoing letter.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{ContestId, EntryId, LetterId};
use crate::instant::Instant;

/// An outgoing letter.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "letter")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: LetterId,
    /// Its name in the world, the same for every try.
    #[sea_orm(column_type = "Text")]
    pub message_id: String,
    /// Address.
    #[sea_orm(column_type = "Text")]
    pub recipient: String,
    /// Its language.
    #[sea_orm(column_type = "Text")]
    pub lang: String,
    /// What it is about.
    #[sea_orm(column_type = "Text")]
    pub kind: String,
    /// Subject.
    #[sea_orm(column_type = "Text")]
    pub subject: String,
    /// Text.
    #[sea_orm(column_type = "Text")]
    pub body: String,
    /// What became of it.
    pub state: State,
    /// What the server said.
    #[sea_orm(column_type = "Text", nullable)]
    pub last_error: Option<String>,
    /// How often it was tried without success since it was last promised.
    pub tries: i32,
    /// The contest it is about.
    pub contest_id: Option<ContestId>,
    /// The entry it is about.
    pub entry_id: Option<EntryId>,
    /// Created at.
    pub created_at: Instant,
    /// When the server took it.
    pub sent_at: Option<Instant>,
}

impl ActiveModelBehavior for ActiveModel {}

/// What became of it.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Queued.
    #[sea_orm(string_value = "queued")]
    Queued,
    /// Sent.
    #[sea_orm(string_value = "sent")]
    Sent,
    /// Failed.
    #[sea_orm(string_value = "failed")]
    Failed,
}
