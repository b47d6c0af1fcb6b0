//! `rendition`: what the public or a judge sees of a file.

use sea_orm::entity::prelude::*;

use crate::id::FileId;

/// What the public or a judge sees of a file.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "rendition")]
pub struct Model {
    /// The original.
    #[sea_orm(primary_key, auto_increment = false)]
    pub file_id: FileId,
    /// Its size by name: `320`, `800`, `1600`, `preview`.
    #[sea_orm(primary_key, auto_increment = false)]
    #[sea_orm(column_type = "Text")]
    pub name: String,
    /// Jpeg or webp.
    #[sea_orm(primary_key, auto_increment = false)]
    #[sea_orm(column_type = "Text")]
    pub format: String,
    /// Where the store keeps it.
    #[sea_orm(column_type = "Text")]
    pub storage_key: String,
    /// In pixels.
    pub width: i32,
    /// In pixels.
    pub height: i32,
    /// Its size.
    pub bytes: i64,
}

impl ActiveModelBehavior for ActiveModel {}
