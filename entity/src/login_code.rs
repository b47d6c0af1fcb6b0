//! `login_code`: a code or link by which somebody may sign in once.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{LoginCodeId, UserId};
use crate::instant::Instant;

/// A code or link by which somebody may sign in once.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "login_code")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: LoginCodeId,
    /// What it opens.
    pub purpose: Purpose,
    /// Where it was sent, lower case.
    #[sea_orm(column_type = "Text", nullable)]
    pub email: Option<String>,
    /// Whom it lets in, where that is settled.
    pub user_id: Option<UserId>,
    /// SHA-256 of the cookie of the browser that asked.
    pub browser_hash: Option<Vec<u8>>,
    /// Keyed hash of the code.
    pub code_hash: Vec<u8>,
    /// Wrong tries so far.
    pub tries: i32,
    /// Created at.
    pub created_at: Instant,
    /// When it stops working.
    pub expires_at: Instant,
    /// When it was used.
    pub used_at: Option<Instant>,
}

impl ActiveModelBehavior for ActiveModel {}

/// What it opens.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Sign in.
    #[sea_orm(string_value = "sign_in")]
    SignIn,
    /// First admin.
    #[sea_orm(string_value = "first_admin")]
    FirstAdmin,
    /// Invitation.
    #[sea_orm(string_value = "invitation")]
    Invitation,
}
