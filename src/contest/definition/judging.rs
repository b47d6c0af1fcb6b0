//! How juries decide.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Gate, Text, is_default, is_yes, yes};

/// One judging round.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Round {
    /// Stable key.
    pub key: String,
    /// Its name, such as "Chung khảo".
    pub title: Text,
    /// What judges do.
    #[serde(default, skip_serializing_if = "is_default")]
    pub kind: RoundKind,
    /// Key of the phase, of kind `round`, in which they do it.
    pub phase: String,
    /// Categories it judges; absent: all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub categories: Vec<String>,
    /// Only entries that pass this gate come before the panel, by the counts as they stand when the
    /// round is opened; absent: all. Which round sends entries on needs no gate: the one before does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gate: Option<Gate>,
    /// Whether names, units, file names and metadata are kept from judges.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub blind: bool,
    /// How many judges look at each entry; absent: all of the panel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub judges_per_entry: Option<u32>,
    /// How many entries every judge marks, first and in the same order, so that one sees how severe
    /// each judge is beside the others; their sheets count as all do. Two to five are enough; for
    /// `score` rounds.
    #[serde(default, skip_serializing_if = "is_default")]
    pub calibration: u32,
    /// Fewest finished sheets with which an entry's result counts.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub quorum: u32,
    /// What is marked, each on its own scale; for `score` rounds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub criteria: Vec<Criterion>,
    /// How many judges must say yes for an entry to go on; for `screen` rounds.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub yes_needed: u32,
    /// How many vetoes put an entry out; for `veto` rounds.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub vetoes: u32,
    /// How many places a judge's list has, from the first on; absent: every entry has a place; for
    /// `rank` rounds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub places: Option<u32>,
    /// Points for the first place, the second, and so on; for `rank` rounds by `rank_points`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub place_points: Vec<u32>,
    /// How many pairs each judge compares at most; for `pairwise` rounds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comparisons: Option<u32>,
    /// Nobody is asked to compare more once it is this probable, in per cent, that those who would
    /// go on are the best; absent: everybody makes all `comparisons`. For `pairwise` rounds with
    /// `goes_on`, from 50 to 99.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settled_percent: Option<u32>,
    /// How sheets become one number.
    #[serde(default, skip_serializing_if = "is_default")]
    pub aggregate: Aggregate,
    /// How many go on to the next round; absent: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub goes_on: Option<u32>,
}

fn one() -> u32 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_one(value: &u32) -> bool {
    *value == 1
}

/// What judges do in a round.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RoundKind {
    /// Mark criteria.
    #[default]
    Score,
    /// Say yes or no.
    Screen,
    /// Order a list.
    Rank,
    /// Say which of two is better.
    Pairwise,
    /// Strike out.
    Veto,
    /// Decide together, recorded by the chair.
    Deliberate,
}

impl Round {
    /// What a judge marks on a sheet: the criteria, or the one question of the round's kind, which
    /// has no label and is answered 0 or 1. Nothing where judges order lists or compare pairs.
    #[must_use]
    pub fn sheet(&self) -> Cow<'_, [Criterion]> {
        let question = |key: &str| {
            Cow::Owned(vec![Criterion {
                key: key.to_owned(),
                label: Text::default(),
                hint: None,
                max: 1,
                weight: None,
                step_hundredths: 100,
            }])
        };
        match self.kind {
            RoundKind::Score => Cow::Borrowed(&self.criteria),
            RoundKind::Screen => question(YES),
            RoundKind::Veto => question(VETO),
            RoundKind::Rank | RoundKind::Pairwise | RoundKind::Deliberate => Cow::Owned(Vec::new()),
        }
    }
}

/// Key of the one mark of a `screen` round: 1 is yes.
pub const YES: &str = "yes";
/// Key of the one mark of a `veto` round: 1 is a veto.
pub const VETO: &str = "veto";

/// One thing that judges mark.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Criterion {
    /// Stable key.
    pub key: String,
    /// Its name.
    pub label: Text,
    /// What to look for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<Text>,
    /// The highest mark, in points; the lowest is 0.
    pub max: u32,
    /// Its share in per cent of the round's 100; absent everywhere: marks are simply added up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight: Option<u32>,
    /// The smallest step between marks, in hundredths of a point: 100 is whole points, 50 half
    /// points.
    #[serde(default = "hundred", skip_serializing_if = "is_hundred")]
    pub step_hundredths: u32,
}

fn hundred() -> u32 {
    100
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_hundred(value: &u32) -> bool {
    *value == 100
}

/// How the sheets of an entry become one number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Aggregate {
    /// Arithmetic mean of the sheets' totals.
    #[default]
    Mean,
    /// Middle total.
    Median,
    /// Mean without the highest and the lowest total; with fewer than five sheets, the mean.
    TrimmedMean,
    /// Sum of the totals; only where every entry has the same number of sheets.
    Sum,
    /// Mean of each judge's own z-scores, as 50 + 10·z; every judge needs eight sheets.
    ZScore,
    /// The shrunken judge model, which takes severity out; see `judging::method::model`.
    JudgeModel,
    /// Borda counts of the judges' lists.
    Borda,
    /// Points by place, from `place_points`.
    RankPoints,
    /// Schulze's order of the judges' lists: how many others an entry beats.
    Schulze,
    /// Single transferable vote for as many as go on.
    Transferable,
}
