//! `vote_link`: a signed link of a unit or chat group, with its quota.

use sea_orm::entity::prelude::*;

use crate::id::{ContestId, UnitId};
use crate::instant::Instant;

/// A signed link of a unit or chat group.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "vote_link")]
pub struct Model {
    /// The contest.
    #[sea_orm(primary_key, auto_increment = false)]
    pub contest_id: ContestId,
    /// Number in the contest, from 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i32,
    /// The unit it is for.
    pub unit_id: Option<UnitId>,
    /// What it is called.
    #[sea_orm(column_type = "Text")]
    pub label: String,
    /// Voters who may come by it.
    pub quota: i32,
    /// Until when it holds.
    pub expires_at: Instant,
    /// When it was closed before that.
    pub closed_at: Option<Instant>,
}

impl ActiveModelBehavior for ActiveModel {}
