//! `tally_minute`: by how much an entry's count moved in a minute, as the public sees it.

use sea_orm::entity::prelude::*;

use crate::id::{ContestId, EntryId};

/// By how much an entry's count moved in a minute. Votes that are set aside do not move it, so their
/// sum is what the public sees, at any minute.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "tally_minute")]
pub struct Model {
    /// The entry.
    #[sea_orm(primary_key, auto_increment = false)]
    pub entry_id: EntryId,
    /// Minutes since 1970 in UTC, by when the server read the votes.
    #[sea_orm(primary_key, auto_increment = false)]
    pub minute: i64,
    /// Its contest.
    pub contest_id: ContestId,
    /// Votes given less votes taken back.
    pub moved: i64,
}

impl ActiveModelBehavior for ActiveModel {}
