//! `award`: a prize given.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{AwardId, EntryId, PublicationId, UnitId};
use crate::instant::Instant;

/// A prize given.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "award")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AwardId,
    /// The publication.
    pub publication_id: PublicationId,
    /// Key of the prize in the definition.
    #[sea_orm(column_type = "Text")]
    pub prize_key: String,
    /// Which of them, from 1.
    pub position: i32,
    /// The entry.
    pub entry_id: Option<EntryId>,
    /// The unit, where it goes to one.
    pub unit_id: Option<UnitId>,
    /// Name on the certificate; empty where the prize stays empty.
    #[sea_orm(column_type = "Text")]
    pub recipient: String,
    /// What became of it.
    pub state: State,
    /// Public code of the certificate, by which anybody can check it.
    #[sea_orm(column_type = "Text", nullable)]
    pub certificate: Option<String>,
    /// Number of the certificate within the contest, from 1.
    pub certificate_no: Option<i32>,
    /// Last change.
    pub changed_at: Option<Instant>,
}

impl ActiveModelBehavior for ActiveModel {}

/// What became of it.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Given.
    #[sea_orm(string_value = "given")]
    Given,
    /// Accepted.
    #[sea_orm(string_value = "accepted")]
    Accepted,
    /// Declined.
    #[sea_orm(string_value = "declined")]
    Declined,
    /// Lapsed.
    #[sea_orm(string_value = "lapsed")]
    Lapsed,
    /// Empty.
    #[sea_orm(string_value = "empty")]
    Empty,
}
