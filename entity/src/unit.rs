//! `unit`: one body of the union.

use sea_orm::entity::prelude::*;

use crate::id::UnitId;
use crate::instant::Instant;

/// One body of the union.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "unit")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: UnitId,
    /// Stable code, unique, as used in contest files and imports.
    #[sea_orm(column_type = "Text")]
    pub code: String,
    /// What kind of body it is.
    pub type_code: String,
    /// Full name.
    #[sea_orm(column_type = "Text")]
    pub name: String,
    /// Usual abbreviation.
    #[sea_orm(column_type = "Text", nullable)]
    pub short_name: Option<String>,
    /// Code of its province, where it has one.
    #[sea_orm(column_type = "Text", nullable)]
    pub province_code: Option<String>,
    /// Names without diacritics, for search.
    #[sea_orm(column_type = "Text")]
    pub search_text: String,
    /// Codes from the top down to itself, `/top/province/unit/`, as of now.
    #[sea_orm(column_type = "Text")]
    pub path: String,
    /// Where the fact that it exists comes from.
    #[sea_orm(column_type = "Text", nullable)]
    pub source: Option<String>,
    /// Since when it exists; none: always.
    pub valid_from: Option<Instant>,
    /// When it ended; none: it has not.
    pub valid_to: Option<Instant>,
    /// The body that took it over.
    pub merged_into: Option<UnitId>,
    /// Created at.
    pub created_at: Instant,
}

impl ActiveModelBehavior for ActiveModel {}
