//! `outside_count`: a count read elsewhere at a stated moment.

use sea_orm::entity::prelude::*;

use crate::id::{EntryId, FileId, OutsideCountId, UserId};
use crate::instant::Instant;

/// A count read elsewhere at a stated moment.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "outside_count")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OutsideCountId,
    /// The entry.
    pub entry_id: EntryId,
    /// What was counted, as in the definition.
    #[sea_orm(column_type = "Text")]
    pub kind_key: String,
    /// How many.
    pub count: i64,
    /// When it was read.
    pub read_at: Instant,
    /// A picture of the count.
    pub proof_file_id: Option<FileId>,
    /// Who typed or imported it.
    pub typed_by: UserId,
    /// When.
    pub typed_at: Instant,
    /// The second person.
    pub confirmed_by: Option<UserId>,
    /// When.
    pub confirmed_at: Option<Instant>,
    /// Who refused it instead: it never counts.
    pub refused_by: Option<UserId>,
    /// When.
    pub refused_at: Option<Instant>,
}

impl ActiveModelBehavior for ActiveModel {}
