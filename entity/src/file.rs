//! `file`: an original.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{FileId, UserId};
use crate::instant::Instant;

/// An original.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "file")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: FileId,
    /// Where the store keeps it.
    #[sea_orm(column_type = "Text")]
    pub storage_key: String,
    /// What the sender called it.
    #[sea_orm(column_type = "Text")]
    pub name: String,
    /// Its hash.
    pub sha256: Vec<u8>,
    /// Its size.
    pub bytes: i64,
    /// What its first bytes say it is.
    #[sea_orm(column_type = "Text")]
    pub format: String,
    /// Upright, in pixels.
    pub width: Option<i32>,
    /// Upright, in pixels.
    pub height: Option<i32>,
    /// Playing time.
    pub milliseconds: Option<i64>,
    /// Words of its text.
    pub words: Option<i32>,
    /// When it was taken, as the camera says.
    pub taken_at: Option<Instant>,
    /// Make and model, as the camera says.
    #[sea_orm(column_type = "Text", nullable)]
    pub camera: Option<String>,
    /// What else the file says of itself; private.
    #[sea_orm(column_type = "JsonBinary")]
    pub facts: Json,
    /// How far it got.
    pub state: State,
    /// Why it was refused: a code of the words.
    #[sea_orm(column_type = "Text", nullable)]
    pub refusal: Option<String>,
    /// How much of it is drawn, in per cent, while a film is being drawn.
    pub progress: Option<i32>,
    /// Who sent it, where signed in.
    pub owner_id: Option<UserId>,
    /// Created at.
    pub created_at: Instant,
}

impl ActiveModelBehavior for ActiveModel {}

/// How far it got.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Received.
    #[sea_orm(string_value = "received")]
    Received,
    /// Ready.
    #[sea_orm(string_value = "ready")]
    Ready,
    /// Refused.
    #[sea_orm(string_value = "refused")]
    Refused,
}
