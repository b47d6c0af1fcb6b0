//! When things happen.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Text, is_default};

/// A stretch of time in which something may be done: from `opens`, to just before `closes`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Phase {
    /// Stable key.
    pub key: String,
    /// What may be done.
    pub kind: PhaseKind,
    /// Its name on the page; absent: the kind's own name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Text>,
    /// The first moment.
    pub opens: Moment,
    /// The end, itself not included. A date alone means the whole of that day.
    pub closes: Moment,
    /// Minutes after the end in which what was begun before it may still be finished.
    #[serde(default, skip_serializing_if = "is_default")]
    pub grace_minutes: u32,
}

/// What may be done in a phase.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum PhaseKind {
    /// Entries are submitted.
    Intake,
    /// Returned entries are mended.
    Repair,
    /// Officers check entries.
    Screening,
    /// Judges judge; named by a round.
    Round,
    /// The public votes.
    Voting,
    /// Counts are read elsewhere.
    OutsideCount,
    /// The committee decides.
    Deliberation,
    /// Results are announced.
    Announcement,
    /// Complaints are taken.
    Complaint,
    /// Judges' comments are shown to entrants.
    Feedback,
    /// Prizes are handed over.
    Award,
    /// Works are exhibited.
    Exhibition,
}

impl PhaseKind {
    /// Its name in contest files and in `phase.kind`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Intake => "intake",
            Self::Repair => "repair",
            Self::Screening => "screening",
            Self::Round => "round",
            Self::Voting => "voting",
            Self::OutsideCount => "outside_count",
            Self::Deliberation => "deliberation",
            Self::Announcement => "announcement",
            Self::Complaint => "complaint",
            Self::Feedback => "feedback",
            Self::Award => "award",
            Self::Exhibition => "exhibition",
        }
    }
}

/// A moment as people write it, in Vietnamese time (UTC+7): `2026-04-30`, `2026-04-30 17:00`, or
/// `2026-04-30 24:00`, which is the first moment of the next day.
///
/// Kept as written, so that an impossible date is a finding with a line and not a parse failure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Moment(pub String);

impl From<&str> for Moment {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}
