//! Who comes before a jury, or into a table, by what is counted.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Source;

/// A condition for coming before a jury, or for being ranked at all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Gate {
    /// Went on from this round (key).
    WentOnFrom(String),
    /// Has at least so many votes.
    FewestVotes(u32),
    /// Is among so many with the most outside points.
    MostOutsidePoints(u32),
    /// Is among so many with the most votes.
    MostVotes(u32),
}

impl Gate {
    /// What it counts; none where a round says who passes.
    #[must_use]
    pub fn counts(&self) -> Option<Source> {
        match self {
            Self::WentOnFrom(_) => None,
            Self::FewestVotes(_) | Self::MostVotes(_) => Some(Source::Votes),
            Self::MostOutsidePoints(_) => Some(Source::OutsidePoints),
        }
    }

    /// How many pass at most, equals at its edge apart; none where there may be any number.
    #[must_use]
    pub fn most(&self) -> Option<u32> {
        match self {
            Self::MostVotes(most) | Self::MostOutsidePoints(most) => Some(*most),
            Self::WentOnFrom(_) | Self::FewestVotes(_) => None,
        }
    }

    /// The least with which one passes of those who have `numbers`, all in millionths. Equals at the
    /// edge all pass: a gate never decides between equals in silence.
    #[must_use]
    pub fn edge(&self, numbers: impl Iterator<Item = i64>) -> i64 {
        if let Self::FewestVotes(least) = self {
            return i64::from(*least) * 1_000_000;
        }
        let Some(most) = self.most() else { return i64::MIN };
        let mut numbers: Vec<i64> = numbers.collect();
        numbers.sort_unstable_by(|a, b| b.cmp(a));
        numbers.get((most as usize).saturating_sub(1)).copied().unwrap_or(i64::MIN)
    }
}
