//! How marks and votes become ranks, prizes and entries sent up.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Gate, Range, Text, is_default, is_no};

/// A table of results: entries, or units, ranked by one formula.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// Stable key.
    pub key: String,
    /// Its name, such as "Bảng giám khảo".
    pub title: Text,
    /// What is ranked.
    #[serde(default, skip_serializing_if = "is_default")]
    pub of: Ranked,
    /// Categories it ranks, together; absent: all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub categories: Vec<String>,
    /// Types of the units it ranks (codes), only with `of: units`, each with all below it; absent:
    /// those right below the unit that runs the contest.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unit_types: Vec<String>,
    /// Only entries submitted in this phase (key), of kind `intake`: for weekly or staged prizes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub submitted_in: Option<String>,
    /// Only so many best entries of each entrant are ranked; absent: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub best_per_entrant: Option<u32>,
    /// What the points are made of; weights in per cent that sum to 100.
    pub formula: Vec<Term>,
    /// Decimal places to which points are rounded, half away from zero, before they are compared.
    #[serde(default = "two", skip_serializing_if = "is_two")]
    pub decimals: u32,
    /// Only entries that pass this gate are ranked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gate: Option<Gate>,
    /// What decides between equal points, first first; the last is a recorded decision.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ties: Vec<TieKey>,
}

impl Table {
    /// Decimal places with which its points are shown: none where they are counted and not reckoned.
    #[must_use]
    pub fn places(&self) -> u32 {
        use Source::{AcceptedEntries, OutsidePoints, Votes};
        let [Term { source, normalise: None | Some(Normalisation::Raw), .. }] = &self.formula[..]
        else {
            return self.decimals;
        };
        let is_count = matches!(source, Votes | OutsidePoints | AcceptedEntries);
        if is_count { 0 } else { self.decimals }
    }
}

fn two() -> u32 {
    2
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_two(value: &u32) -> bool {
    *value == 2
}

/// What a table ranks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Ranked {
    /// Entries.
    #[default]
    Entries,
    /// Units.
    Units,
}

/// One part of a formula.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Term {
    /// Where the raw number comes from.
    pub source: Source,
    /// Its share in per cent.
    #[serde(default = "all", skip_serializing_if = "is_all")]
    pub weight: u32,
    /// How the raw number becomes a number of points that can be weighed against others. Only a
    /// formula of one term may do without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub normalise: Option<Normalisation>,
}

fn all() -> u32 {
    100
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_all(value: &u32) -> bool {
    *value == 100
}

/// Where a raw number comes from.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The result of a judging round (key).
    Round(String),
    /// Counted votes.
    Votes,
    /// Points of confirmed outside counts.
    OutsidePoints,
    /// Accepted entries of a unit and below it; only for units.
    AcceptedEntries,
    /// Accepted entries for each thousand members of a unit; only for units.
    EntriesPerThousandMembers,
}

/// How raw numbers become points.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Normalisation {
    /// As it is.
    Raw,
    /// `100 · x / greatest x`.
    ShareOfMax,
    /// `100 · min(x, cap) / cap`.
    ShareOfCap(u32),
    /// Points by place: the first of the list for the first place, and so on; 0 beyond the list.
    /// Equal raw numbers share the mean of the points of the places they fill.
    RankPoints(Vec<u32>),
    /// `100 · (entries below + half of the others that are equal) / (entries − 1)`.
    Percentile,
    /// `100 · ln(1 + x) / ln(1 + greatest x)`.
    LogShare,
}

/// What decides between equal points.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TieKey {
    /// The higher mean of one criterion: round key and criterion key.
    Criterion {
        /// Key of the round.
        round: String,
        /// Key of the criterion.
        criterion: String,
    },
    /// The higher raw number of a source.
    Higher(Source),
    /// The higher outside count of one kind (key).
    OutsideKind(String),
    /// The earlier submission.
    Earlier,
    /// The same rank for all.
    Shared,
    /// A recorded decision of the jury or the authority above it.
    Decision,
}

/// A prize.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Prize {
    /// Stable key.
    pub key: String,
    /// Its name, such as "Giải A".
    pub label: Text,
    /// Key of the table whose order gives it.
    pub table: String,
    /// Only entries of this category.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// How many of it.
    pub count: u32,
    /// Money for each, in whole đồng.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<u64>,
    /// What comes with it: certificate, printing, exhibition.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_kind: Option<Text>,
    /// Who receives it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub recipient: Recipient,
    /// Whether it may stay empty by decision.
    #[serde(default, skip_serializing_if = "is_no")]
    pub may_stay_empty: bool,
    /// Whether equal entries may share it.
    #[serde(default, skip_serializing_if = "is_no")]
    pub may_be_shared: bool,
    /// Days within which a winner must accept before the next in line takes the place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_in_line_days: Option<u32>,
}

/// Who receives a prize.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Recipient {
    /// Whoever entered: person, team or unit.
    #[default]
    Entrant,
    /// The person shown or written about.
    Subject,
    /// The unit.
    Unit,
}

/// At most one prize for each of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OnePrizePer {
    /// Each entry, over all tables.
    Entry,
    /// Each entrant, over all entries and tables.
    Entrant,
}

/// What goes up to the parent contest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Promotion {
    /// How many go up.
    pub count: Range<u32>,
    /// Which.
    pub basis: PromotionBasis,
    /// Key of the parent's category that they enter; absent: the one of the same key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
}

/// Which entries go up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PromotionBasis {
    /// The first of a table (key).
    Rank(String),
    /// The winners of these prizes (keys).
    Prizes(Vec<String>),
    /// Those that an officer names.
    Chosen,
    /// All accepted.
    All,
    /// Those with the most votes.
    Votes,
}
