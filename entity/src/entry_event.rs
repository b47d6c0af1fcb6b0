//! `entry_event`: what happened to an entry.

use sea_orm::entity::prelude::*;

use crate::id::{EntryEventId, EntryId, UserId};
use crate::instant::Instant;

/// What happened to an entry.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "entry_event")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: EntryEventId,
    /// The entry.
    pub entry_id: EntryId,
    /// What happened.
    #[sea_orm(column_type = "Text")]
    pub kind: String,
    /// Words to it.
    #[sea_orm(column_type = "Text", nullable)]
    pub note: Option<String>,
    /// Who did it, where signed in.
    pub actor_id: Option<UserId>,
    /// When.
    pub happened_at: Instant,
}

impl ActiveModelBehavior for ActiveModel {}
