//! `part`: one filled place of a slot.

use sea_orm::entity::prelude::*;

use crate::id::{EntryId, FileId, PartId};

/// One filled place of a slot.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "part")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PartId,
    /// The entry.
    pub entry_id: EntryId,
    /// Key of the slot in the entry's category.
    #[sea_orm(column_type = "Text")]
    pub slot_key: String,
    /// Order within the slot.
    pub position: i32,
    /// A file.
    pub file_id: Option<FileId>,
    /// A text, or the key of a choice, or names of people.
    #[sea_orm(column_type = "Text", nullable)]
    pub body: Option<String>,
    /// An address, as written.
    #[sea_orm(column_type = "Text", nullable)]
    pub link: Option<String>,
    /// The address in its one normal form.
    #[sea_orm(column_type = "Text", nullable)]
    pub link_key: Option<String>,
    /// Words beside it.
    #[sea_orm(column_type = "Text", nullable)]
    pub caption: Option<String>,
    /// What it shows, for those who cannot see it.
    #[sea_orm(column_type = "Text", nullable)]
    pub alt: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
