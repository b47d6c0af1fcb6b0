//! `screening`: an officer's finding on an entry.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{EntryId, ScreeningId, UserId};
use crate::instant::Instant;

/// An officer's finding on an entry.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "screening")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ScreeningId,
    /// The entry.
    pub entry_id: EntryId,
    /// What was found.
    pub verdict: Verdict,
    /// Code of the reason.
    #[sea_orm(column_type = "Text", nullable)]
    pub reason: Option<String>,
    /// Words to the entrant.
    #[sea_orm(column_type = "Text", nullable)]
    pub note: Option<String>,
    /// Until when it may be mended.
    pub repair_until: Option<Instant>,
    /// Who found it.
    pub screener_id: UserId,
    /// When.
    pub found_at: Instant,
    /// When it was taken back.
    pub undone_at: Option<Instant>,
}

impl ActiveModelBehavior for ActiveModel {}

/// What was found.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Accepted.
    #[sea_orm(string_value = "accepted")]
    Accepted,
    /// Returned.
    #[sea_orm(string_value = "returned")]
    Returned,
    /// Rejected.
    #[sea_orm(string_value = "rejected")]
    Rejected,
}
