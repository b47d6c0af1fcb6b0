//! `contributor`: somebody's role in an entry.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{ContributorId, EntryId, UnitId};

/// Somebody's role in an entry.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "contributor")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ContributorId,
    /// The entry.
    pub entry_id: EntryId,
    /// What they are to it.
    pub role: Role,
    /// Full name.
    #[sea_orm(column_type = "Text")]
    pub name: String,
    /// Telephone number.
    #[sea_orm(column_type = "Text", nullable)]
    pub phone: Option<String>,
    /// E-mail address.
    #[sea_orm(column_type = "Text", nullable)]
    pub email: Option<String>,
    /// YYYY-MM-DD, only where the rules ask for age.
    #[sea_orm(column_type = "Text", nullable)]
    pub birth_date: Option<String>,
    /// Their unit.
    pub unit_id: Option<UnitId>,
    /// Order within the role.
    pub position: i32,
}

impl ActiveModelBehavior for ActiveModel {}

/// What they are to it.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Author.
    #[sea_orm(string_value = "author")]
    Author,
    /// Co author.
    #[sea_orm(string_value = "co_author")]
    CoAuthor,
    /// Representative.
    #[sea_orm(string_value = "representative")]
    Representative,
    /// Shown.
    #[sea_orm(string_value = "shown")]
    Shown,
    /// Subject.
    #[sea_orm(string_value = "subject")]
    Subject,
    /// Guardian.
    #[sea_orm(string_value = "guardian")]
    Guardian,
    /// Officer.
    #[sea_orm(string_value = "officer")]
    Officer,
}
