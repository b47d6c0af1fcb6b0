//! `job`: something that was promised.

use sea_orm::entity::prelude::*;

use crate::id::JobId;
use crate::instant::Instant;

/// Something that was promised.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "job")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: JobId,
    /// What is to be done.
    #[sea_orm(column_type = "Text")]
    pub kind: String,
    /// With what.
    #[sea_orm(column_type = "JsonBinary")]
    pub payload: Json,
    /// Not before.
    pub due_at: Instant,
    /// Until when a worker has it.
    pub leased_until: Option<Instant>,
    /// How often it was begun.
    pub tries: i32,
    /// What went wrong last.
    #[sea_orm(column_type = "Text", nullable)]
    pub last_error: Option<String>,
    /// When it was given up.
    pub given_up_at: Option<Instant>,
    /// Created at.
    pub created_at: Instant,
}

impl ActiveModelBehavior for ActiveModel {}
