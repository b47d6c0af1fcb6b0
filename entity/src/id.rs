//! Keys: one newtype for each table, so that one cannot stand where another is meant.

use sea_orm::{DbErr, DeriveValueType, TryFromU64};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident)*) => { $(
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
            DeriveValueType,
        )]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A fresh key: UUID v7, so rows written together lie together.
            #[must_use]
            #[expect(clippy::new_without_default, reason = "a key is made on purpose")]
            pub fn new() -> Self {
                Self(Uuid::now_v7())
            }
        }

        impl TryFromU64 for $name {
            fn try_from_u64(_: u64) -> Result<Self, DbErr> {
                Err(DbErr::ConvertFromU64(stringify!($name)))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    )* };
}

ids! {
    /// Key of `assignment`.
    AssignmentId
    /// Key of `award`.
    AwardId
    /// Key of `category`.
    CategoryId
    /// Key of `comparison`.
    ComparisonId
    /// Key of `complaint`.
    ComplaintId
    /// Key of `consent`.
    ConsentId
    /// Key of `contest`.
    ContestId
    /// Key of `contest_revision`.
    ContestRevisionId
    /// Key of `contributor`.
    ContributorId
    /// Key of `crew`.
    CrewId
    /// Key of `decision`.
    DecisionId
    /// Key of `entry`.
    EntryId
    /// Key of `entry_event`.
    EntryEventId
    /// Key of `file`.
    FileId
    /// Key of `job`.
    JobId
    /// Key of `letter`.
    LetterId
    /// Key of `login_code`.
    LoginCodeId
    /// Key of `officer`.
    OfficerId
    /// Key of `outside_count`.
    OutsideCountId
    /// Key of `paper`.
    PaperId
    /// Key of `part`.
    PartId
    /// Key of `phase`.
    PhaseId
    /// Key of `promotion`.
    PromotionId
    /// Key of `publication`.
    PublicationId
    /// Key of `round`.
    RoundId
    /// Key of `screening`.
    ScreeningId
    /// Key of `seat`.
    SeatId
    /// Key of `session`.
    SessionId
    /// Key of `sheet`.
    SheetId
    /// Key of `standing`.
    StandingId
    /// Key of `unit`.
    UnitId
    /// Key of `user`.
    UserId
    /// Key of `vote_case`.
    VoteCaseId
    /// Key of `vote_ruling`.
    VoteRulingId
}
