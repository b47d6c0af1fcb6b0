//! `session`: a browser that is signed in.

use sea_orm::entity::prelude::*;

use crate::id::{SessionId, UserId};
use crate::instant::Instant;

/// A browser that is signed in.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "session")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SessionId,
    /// SHA-256 of the cookie's token.
    pub token_hash: Vec<u8>,
    /// Whose it is.
    pub user_id: UserId,
    /// Browser and system in a few words, for the list of sessions.
    #[sea_orm(column_type = "Text")]
    pub device: String,
    /// Created at.
    pub created_at: Instant,
    /// Last use, to the minute.
    pub seen_at: Instant,
    /// When it ends, whatever happens.
    pub expires_at: Instant,
    /// When it was ended by hand.
    pub revoked_at: Option<Instant>,
}

impl ActiveModelBehavior for ActiveModel {}
