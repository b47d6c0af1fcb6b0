//! `candidate`: an entry in a round, and what came out.

use sea_orm::entity::prelude::*;

use crate::id::{EntryId, RoundId};

/// An entry in a round, and what came out.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "candidate")]
pub struct Model {
    /// The round.
    #[sea_orm(primary_key, auto_increment = false)]
    pub round_id: RoundId,
    /// The entry.
    #[sea_orm(primary_key, auto_increment = false)]
    pub entry_id: EntryId,
    /// By which judges know it.
    #[sea_orm(column_type = "Text")]
    pub alias: String,
    /// Finished sheets that count.
    pub sheets: Option<i32>,
    /// Result in millionths of a point.
    pub millionths: Option<i64>,
    /// Whether it went on.
    pub went_on: Option<bool>,
    /// The numbers the result came from.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub worksheet: Option<Json>,
}

impl ActiveModelBehavior for ActiveModel {}
