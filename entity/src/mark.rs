//! `mark`: points for one criterion.

use sea_orm::entity::prelude::*;

use crate::id::SheetId;

/// Points for one criterion.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "mark")]
pub struct Model {
    /// The sheet.
    #[sea_orm(primary_key, auto_increment = false)]
    pub sheet_id: SheetId,
    /// Key of the criterion in the definition.
    #[sea_orm(primary_key, auto_increment = false)]
    #[sea_orm(column_type = "Text")]
    pub criterion_key: String,
    /// In hundredths of a point: 850 is 8.50.
    pub hundredths: i32,
}

impl ActiveModelBehavior for ActiveModel {}
