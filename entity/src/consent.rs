//! `consent`: a text agreed to for an entry.

use sea_orm::entity::prelude::*;

use crate::id::{ConsentId, EntryId};
use crate::instant::Instant;

/// A text agreed to for an entry.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "consent")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ConsentId,
    /// The entry.
    pub entry_id: EntryId,
    /// Its key in the definition.
    #[sea_orm(column_type = "Text")]
    pub declaration_key: String,
    /// Who agreed: author, shown, guardian, child.
    #[sea_orm(column_type = "Text")]
    pub given_by: String,
    /// Hash of the text as it stood.
    pub text_sha256: Vec<u8>,
    /// The text as it stood.
    #[sea_orm(column_type = "Text")]
    pub text: String,
    /// When.
    pub given_at: Instant,
    /// When it was taken back.
    pub withdrawn_at: Option<Instant>,
}

impl ActiveModelBehavior for ActiveModel {}
