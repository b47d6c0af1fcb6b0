//! `user`: a person who signs in.

use sea_orm::entity::prelude::*;

use crate::id::UserId;
use crate::instant::Instant;

/// A person who signs in.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "user")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: UserId,
    /// Full name, family name first.
    #[sea_orm(column_type = "Text")]
    pub name: String,
    /// Name and e-mail without diacritics, for search.
    #[sea_orm(column_type = "Text")]
    pub search_text: String,
    /// E-mail address, lower case.
    #[sea_orm(column_type = "Text", nullable)]
    pub email: Option<String>,
    /// Telephone number, +84….
    #[sea_orm(column_type = "Text", nullable)]
    pub phone: Option<String>,
    /// Argon2id in PHC form.
    #[sea_orm(column_type = "Text", nullable)]
    pub password_hash: Option<String>,
    /// Language of letters: vi or en.
    #[sea_orm(column_type = "Text")]
    pub lang: String,
    /// Whether the whole site is theirs to run.
    pub is_admin: bool,
    /// Created at.
    pub created_at: Instant,
    /// Since when they may not sign in.
    pub disabled_at: Option<Instant>,
    /// When their data was erased on request.
    pub erased_at: Option<Instant>,
}

impl ActiveModelBehavior for ActiveModel {}
