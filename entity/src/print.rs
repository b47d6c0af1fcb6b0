//! `print`: the fingerprint of a part.

use sea_orm::entity::prelude::*;

use crate::id::PartId;
use crate::instant::Instant;

/// The fingerprint of a part.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "print")]
pub struct Model {
    /// The part.
    #[sea_orm(primary_key, auto_increment = false)]
    pub part_id: PartId,
    /// `picture`, `film` or `text`.
    #[sea_orm(column_type = "Text")]
    pub kind: String,
    /// The fingerprint.
    pub bytes: Vec<u8>,
    /// When it was held against all others.
    pub compared_at: Option<Instant>,
}

impl ActiveModelBehavior for ActiveModel {}
