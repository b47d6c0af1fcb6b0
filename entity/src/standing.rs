//! `standing`: a place in a table of a publication.

use sea_orm::entity::prelude::*;

use crate::id::{EntryId, PublicationId, StandingId, UnitId};

/// A place in a table of a publication.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "standing")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: StandingId,
    /// The publication.
    pub publication_id: PublicationId,
    /// Key of the table in the definition.
    #[sea_orm(column_type = "Text")]
    pub table_key: String,
    /// Rank; equal ranks are shared.
    pub place: i32,
    /// Order on the page.
    pub position: i32,
    /// The entry.
    pub entry_id: Option<EntryId>,
    /// The unit, where units are ranked.
    pub unit_id: Option<UnitId>,
    /// Points in millionths.
    pub millionths: i64,
    /// Every number from which the place follows.
    #[sea_orm(column_type = "JsonBinary")]
    pub worksheet: Json,
}

impl ActiveModelBehavior for ActiveModel {}
