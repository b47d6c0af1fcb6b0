//! `category`: entries of one shape.

use sea_orm::entity::prelude::*;

use crate::id::{CategoryId, ContestId};

/// Entries of one shape.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "category")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CategoryId,
    /// The contest.
    pub contest_id: ContestId,
    /// Its key in the definition.
    #[sea_orm(column_type = "Text")]
    pub key: String,
    /// Its name in Vietnamese.
    #[sea_orm(column_type = "Text")]
    pub title: String,
    /// Order.
    pub position: i32,
}

impl ActiveModelBehavior for ActiveModel {}
