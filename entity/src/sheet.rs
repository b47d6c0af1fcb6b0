//! `sheet`: what a judge says of an entry.

use sea_orm::entity::prelude::*;

use crate::id::{AssignmentId, SheetId};
use crate::instant::Instant;

/// What a judge says of an entry.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "sheet")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SheetId,
    /// What was to be judged.
    pub assignment_id: AssignmentId,
    /// Grows with every change; two screens cannot overwrite each other.
    pub version: i32,
    /// Words to the panel.
    #[sea_orm(column_type = "Text", nullable)]
    pub comment: Option<String>,
    /// Words beside criteria, by their keys; none where there are none.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub notes: Option<Json>,
    /// Last change.
    pub saved_at: Instant,
}

impl ActiveModelBehavior for ActiveModel {}
