//! `contest`: a contest.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{ContestId, FileId, UnitId, UserId};
use crate::instant::Instant;

/// A contest.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "contest")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ContestId,
    /// Who runs it.
    pub unit_id: UnitId,
    /// The contest above, to which entries go up.
    pub parent_id: Option<ContestId>,
    /// Name in addresses.
    #[sea_orm(column_type = "Text")]
    pub slug: String,
    /// Title in Vietnamese.
    #[sea_orm(column_type = "Text")]
    pub title: String,
    /// Titles without diacritics, for search.
    #[sea_orm(column_type = "Text")]
    pub search_text: String,
    /// Where it stands; what is open now follows from its phases.
    pub state: State,
    /// The definition in force.
    #[sea_orm(column_type = "JsonBinary")]
    pub definition: Json,
    /// Its number; the first is 1.
    pub version: i32,
    /// Grows with every change that the public may see.
    pub public_version: i64,
    /// The number that the next submitted entry gets.
    pub next_number: i32,
    /// Who made it.
    pub created_by: Option<UserId>,
    /// Created at.
    pub created_at: Instant,
    /// When the public first saw it.
    pub announced_at: Option<Instant>,
    /// When its results were first published.
    pub published_at: Option<Instant>,
    /// The signed plan, where it was sent here.
    pub plan_file_id: Option<FileId>,
    /// Its poster, where somebody drew one.
    pub poster_file_id: Option<FileId>,
}

impl ActiveModelBehavior for ActiveModel {}

/// Where it stands; what is open now follows from its phases.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Draft.
    #[sea_orm(string_value = "draft")]
    Draft,
    /// Announced.
    #[sea_orm(string_value = "announced")]
    Announced,
    /// Published.
    #[sea_orm(string_value = "published")]
    Published,
    /// Closed.
    #[sea_orm(string_value = "closed")]
    Closed,
    /// Cancelled.
    #[sea_orm(string_value = "cancelled")]
    Cancelled,
}
