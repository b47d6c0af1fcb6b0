//! `vote_segment`: one commit of a log of votes; never changed.

use sea_orm::entity::prelude::*;

use crate::id::ContestId;

/// One commit of a log of votes.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "vote_segment")]
pub struct Model {
    /// The contest.
    #[sea_orm(primary_key, auto_increment = false)]
    pub contest_id: ContestId,
    /// Place of its first leaf.
    #[sea_orm(primary_key, auto_increment = false)]
    pub first: i64,
    /// Leaves.
    pub count: i32,
    /// The leaves, each after its length in two bytes.
    pub leaves: Vec<u8>,
    /// What is kept beside each, after its length in four bytes; never published as it is.
    pub details: Vec<u8>,
    /// The signed head of the log after it.
    #[sea_orm(column_type = "Text")]
    pub checkpoint: String,
    /// Kind of device and keyed hash of the address of each vote, eight bytes a leaf; none when
    /// their time is over.
    pub traces: Option<Vec<u8>>,
}

impl ActiveModelBehavior for ActiveModel {}
