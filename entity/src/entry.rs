//! `entry`: one work in a contest.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{CategoryId, ContestId, EntryId, UnitId, UserId};
use crate::instant::Instant;

/// One work in a contest.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "entry")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: EntryId,
    /// The contest.
    pub contest_id: ContestId,
    /// Its category.
    pub category_id: CategoryId,
    /// Eight random base32 characters, unique over all contests.
    #[sea_orm(column_type = "Text")]
    pub code: String,
    /// Number within the contest, given when submitted.
    pub number: Option<i32>,
    /// Title of the work.
    #[sea_orm(column_type = "Text")]
    pub title: String,
    /// Title and names without diacritics, for search.
    #[sea_orm(column_type = "Text")]
    pub search_text: String,
    /// Where it stands.
    pub state: State,
    /// Who enters.
    pub entrant_kind: EntrantKind,
    /// Full name of the person, the team or the unit.
    #[sea_orm(column_type = "Text")]
    pub entrant_name: String,
    /// Name that the public sees.
    #[sea_orm(column_type = "Text")]
    pub shown_name: String,
    /// The unit it counts for.
    pub unit_id: Option<UnitId>,
    /// The author's account, where there is one.
    pub author_id: Option<UserId>,
    /// The officer who entered it for somebody.
    pub entered_by: Option<UserId>,
    /// Keyed hash of the code by which a draft is taken up again.
    pub resume_hash: Option<Vec<u8>>,
    /// Where to call.
    #[sea_orm(column_type = "Text", nullable)]
    pub phone: Option<String>,
    /// Where to write.
    #[sea_orm(column_type = "Text", nullable)]
    pub email: Option<String>,
    /// Language of its letters.
    #[sea_orm(column_type = "Text")]
    pub lang: String,
    /// Grows with every change of the form about the work; two forms cannot overwrite each other.
    pub version: i32,
    /// When the server read the submission.
    pub submitted_at: Option<Instant>,
    /// Until when a returned entry may be mended.
    pub repair_until: Option<Instant>,
    /// The entry below that went up.
    pub promoted_from: Option<EntryId>,
    /// Created at.
    pub created_at: Instant,
    /// Updated at.
    pub updated_at: Instant,
}

impl ActiveModelBehavior for ActiveModel {}

/// Where it stands.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Draft.
    #[sea_orm(string_value = "draft")]
    Draft,
    /// Submitted.
    #[sea_orm(string_value = "submitted")]
    Submitted,
    /// Returned.
    #[sea_orm(string_value = "returned")]
    Returned,
    /// Accepted.
    #[sea_orm(string_value = "accepted")]
    Accepted,
    /// Rejected.
    #[sea_orm(string_value = "rejected")]
    Rejected,
    /// Withdrawn.
    #[sea_orm(string_value = "withdrawn")]
    Withdrawn,
    /// Disqualified.
    #[sea_orm(string_value = "disqualified")]
    Disqualified,
}

/// Who enters.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
#[serde(rename_all = "snake_case")]
pub enum EntrantKind {
    /// Person.
    #[sea_orm(string_value = "person")]
    Person,
    /// Team.
    #[sea_orm(string_value = "team")]
    Team,
    /// Unit.
    #[sea_orm(string_value = "unit")]
    Unit,
}
