//! `contest_revision`: a version of a definition.

use sea_orm::entity::prelude::*;

use crate::id::{ContestId, ContestRevisionId, UserId};
use crate::instant::Instant;

/// A version of a definition.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "contest_revision")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ContestRevisionId,
    /// The contest.
    pub contest_id: ContestId,
    /// Its number.
    pub version: i32,
    /// What it said.
    #[sea_orm(column_type = "JsonBinary")]
    pub definition: Json,
    /// Who changed it.
    pub changed_by: Option<UserId>,
    /// When.
    pub changed_at: Instant,
    /// Why, where the contest had been announced.
    #[sea_orm(column_type = "Text", nullable)]
    pub reason: Option<String>,
    /// What the public is told.
    #[sea_orm(column_type = "Text", nullable)]
    pub notice: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
