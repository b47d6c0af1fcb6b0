//! `unit_type`: a kind of union body; data, because levels change by law.

use sea_orm::entity::prelude::*;

/// A kind of union body; data, because levels change by law.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "unit_type")]
pub struct Model {
    /// Stable code, such as `province`.
    #[sea_orm(primary_key, auto_increment = false)]
    #[sea_orm(column_type = "Text")]
    pub code: String,
    /// Name in Vietnamese.
    #[sea_orm(column_type = "Text")]
    pub label_vi: String,
    /// Name in English.
    #[sea_orm(column_type = "Text")]
    pub label_en: String,
    /// Order, highest body first.
    pub position: i32,
}

impl ActiveModelBehavior for ActiveModel {}
