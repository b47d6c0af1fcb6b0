//! `tally`: counted votes of an entry, kept in step with its votes.

use sea_orm::entity::prelude::*;

use crate::id::{ContestId, EntryId};

/// Counted votes of an entry, kept in step with its votes.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "tally")]
pub struct Model {
    /// The entry.
    #[sea_orm(primary_key, auto_increment = false)]
    pub entry_id: EntryId,
    /// Its contest.
    pub contest_id: ContestId,
    /// What counts: votes, or points where ballots are ranked.
    pub counted: i64,
    /// What looks counted to the public before the result.
    pub seen: i64,
}

impl ActiveModelBehavior for ActiveModel {}
