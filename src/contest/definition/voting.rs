//! How the public votes, and what is counted elsewhere.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Text, is_default, is_no, is_yes, yes};

/// The public vote.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Voting {
    /// Key of the phase, of kind `voting`, in which votes are taken.
    pub phase: String,
    /// The least that is known of a voter.
    #[serde(default, skip_serializing_if = "is_default")]
    pub level: Level,
    /// How many votes a voter has.
    #[serde(default, skip_serializing_if = "is_default")]
    pub limit: VoteLimit,
    /// What the first, second, … entry of a ballot is worth; empty: one each.
    #[serde(default, skip_serializing_if = "is_default")]
    pub points: Vec<u32>,
    /// Fewest entries that a ballot has to name to count; 0 or 1: any.
    #[serde(default, skip_serializing_if = "is_default")]
    pub least: u32,
    /// Which entries may be voted for.
    #[serde(default, skip_serializing_if = "is_default")]
    pub on: VotedOn,
    /// Whether a vote may be taken back until the close.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub withdrawal: bool,
    /// Whether a ballot may be changed until the close: its works put in another order, or another
    /// work chosen in place of one that was taken back. As `withdrawal` says, unless it is written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<bool>,
    /// Whether authors may vote for their own entries. They are known by their account, by its e-mail
    /// address, and by the browser from which they entered.
    #[serde(default, skip_serializing_if = "is_no")]
    pub own_entry: bool,
    /// Whether a browser has to reckon for a moment before its first vote. Who came by a group link,
    /// signed in or is on the roll never has to.
    #[serde(default, skip_serializing_if = "is_default")]
    pub work: Work,
    /// What the public sees of the counts.
    #[serde(default, skip_serializing_if = "is_default")]
    pub counts: CountsShown,
    /// Where counts are told in bands only: the least of each band but the first, ascending. `[100,
    /// 500]` tells "under 100", "100 to 499", "500 and more". Empty: as they are.
    #[serde(default, skip_serializing_if = "is_default")]
    pub bands: Vec<u32>,
    /// Hours before the close in which counts are hidden, whatever else is shown.
    #[serde(default, skip_serializing_if = "is_default")]
    pub hidden_last_hours: u32,
}

impl Voting {
    /// Whether a ballot may be changed until the close.
    #[must_use]
    pub fn may_change(&self) -> bool {
        self.change.unwrap_or(self.withdrawal)
    }
}

/// What is known of a voter, weakest first.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// L0: the browser, by a cookie.
    #[default]
    Device,
    /// L1: and a link signed for a unit or chat group.
    GroupLink,
    /// L2: and an e-mail address, by a code that is sent to it.
    Code,
    /// L3: and an account elsewhere.
    Account,
    /// L4: and a place on a unit's roll of members.
    Member,
}

/// How many votes a voter has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum VoteLimit {
    /// One for each entry, any number of entries.
    #[default]
    OnePerEntry,
    /// So many a day (Vietnamese time), each for another entry.
    PerDay(u32),
    /// So many in all, each for another entry.
    InAll(u32),
}

/// When a browser has to reckon before its first vote: that makes one vote cheap and thousands dear.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Work {
    /// Never.
    #[default]
    Never,
    /// When many come at once, to the contest or by one network; the more, the longer.
    UnderLoad,
    /// Always; the more come, the longer.
    Always,
}

/// Which entries may be voted for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum VotedOn {
    /// All that are accepted.
    #[default]
    Accepted,
    /// Those that a round (key) sent on.
    WentOnFrom(String),
}

/// What the public sees of the counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CountsShown {
    /// As they come.
    Live,
    /// As they were so many minutes ago.
    DelayedMinutes(u32),
    /// Not before the results are published.
    #[default]
    Hidden,
}

/// Counts that are read elsewhere, typed or imported with a proof, and confirmed by a second
/// person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OutsideCounts {
    /// Key of the phase, of kind `outside_count`, in which they are read.
    pub phase: String,
    /// What is counted, and what each is worth.
    pub kinds: Vec<OutsideKind>,
}

impl OutsideCounts {
    /// Whether an entry with these counts, by kind, has the fewest of each.
    #[must_use]
    pub fn is_reached(&self, counts: &BTreeMap<String, i64>) -> bool {
        let count = |key: &str| counts.get(key).copied().unwrap_or(0);
        let reaches = |kind: &OutsideKind| {
            kind.threshold.is_none_or(|least| count(&kind.key) >= i64::from(least))
        };
        self.kinds.iter().all(reaches)
    }
}

/// One kind of outside count.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OutsideKind {
    /// Stable key: `view`, `like`, `share`, `comment`, …
    pub key: String,
    /// Its name.
    pub label: Text,
    /// Points for each.
    pub points: u32,
    /// Fewest with which an entry may win anything by outside counts: tables that use them do not
    /// rank an entry with fewer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold: Option<u32>,
}
