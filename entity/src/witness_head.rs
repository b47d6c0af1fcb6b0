//! `witness_head`: the newest head of another body's log that we have cosigned.

use sea_orm::entity::prelude::*;

/// The newest head of another body's log that we have cosigned.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "witness_head")]
pub struct Model {
    /// The log's name.
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub origin: String,
    /// Its leaves.
    pub size: i64,
    /// Root of their tree.
    pub root: Vec<u8>,
}

impl ActiveModelBehavior for ActiveModel {}
