//! `promotion`: an entry that went up.

use sea_orm::entity::prelude::*;

use crate::id::{ContestId, EntryId, PromotionId, UserId};
use crate::instant::Instant;

/// An entry that went up.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "promotion")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PromotionId,
    /// The entry below.
    pub from_entry_id: EntryId,
    /// The entry above.
    pub to_entry_id: EntryId,
    /// The contest below.
    pub from_contest_id: ContestId,
    /// The contest above.
    pub to_contest_id: ContestId,
    /// Why it went up.
    #[sea_orm(column_type = "Text")]
    pub basis: String,
    /// Who sent it.
    pub promoted_by: Option<UserId>,
    /// When.
    pub promoted_at: Instant,
}

impl ActiveModelBehavior for ActiveModel {}
