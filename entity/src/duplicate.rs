//! `duplicate`: two parts that look or read alike.

use sea_orm::entity::prelude::*;

use crate::id::PartId;
use crate::instant::Instant;

/// Two parts that look or read alike.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "duplicate")]
pub struct Model {
    /// The part that came later.
    #[sea_orm(primary_key, auto_increment = false)]
    pub part_id: PartId,
    /// The part that it is like.
    #[sea_orm(primary_key, auto_increment = false)]
    pub other_id: PartId,
    /// In what: `whole`, `turned`, `crop`, `film` or `text`.
    #[sea_orm(column_type = "Text")]
    pub shape: String,
    /// How far from being the same: bits of 256 for pictures, per cent for films and texts.
    pub distance: i32,
    /// When.
    pub found_at: Instant,
}

impl ActiveModelBehavior for ActiveModel {}
