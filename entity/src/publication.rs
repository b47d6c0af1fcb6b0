//! `publication`: a result, proposed and then published.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{ContestId, PublicationId, UserId};
use crate::instant::Instant;

/// A result, proposed and then published.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "publication")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PublicationId,
    /// The contest.
    pub contest_id: ContestId,
    /// First, second, ….
    pub number: i32,
    /// Where it stands.
    pub state: State,
    /// Who proposed it.
    pub proposed_by: UserId,
    /// When.
    pub proposed_at: Instant,
    /// The second person.
    pub approved_by: Option<UserId>,
    /// When it was published.
    pub approved_at: Option<Instant>,
    /// SHA-256 over everything that decides.
    pub inputs_hash: Vec<u8>,
    /// The result that it corrects.
    pub replaces_id: Option<PublicationId>,
    /// Why it had to be corrected.
    #[sea_orm(column_type = "Text", nullable)]
    pub reason: Option<String>,
    /// Why the second person refused it.
    #[sea_orm(column_type = "Text", nullable)]
    pub refusal: Option<String>,
    /// Counts and exclusions at the time.
    #[sea_orm(column_type = "JsonBinary")]
    pub summary: Json,
}

impl ActiveModelBehavior for ActiveModel {}

/// Where it stands.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Proposed.
    #[sea_orm(string_value = "proposed")]
    Proposed,
    /// Published.
    #[sea_orm(string_value = "published")]
    Published,
    /// Replaced.
    #[sea_orm(string_value = "replaced")]
    Replaced,
    /// Dropped.
    #[sea_orm(string_value = "dropped")]
    Dropped,
}
