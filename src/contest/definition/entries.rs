//! What may be entered, and how often.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Range, Slot, Text, is_default, is_yes, yes};

/// A category: entries of one shape, ranked among themselves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Category {
    /// Stable key.
    pub key: String,
    /// Its name.
    pub title: Text,
    /// Who may stand as the entrant.
    #[serde(default = "persons", skip_serializing_if = "is_persons")]
    pub entrants: Vec<Entrant>,
    /// Members of a team, the representative included.
    #[serde(default, skip_serializing_if = "is_default")]
    pub team_size: Range<u32>,
    /// Whether a union officer may enter for somebody.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub officer_enters: bool,
    /// Who puts an entry into this category.
    #[serde(default, skip_serializing_if = "is_default")]
    pub chosen_by: CategoryChoice,
    /// Key of the phase, of kind `intake`, in which it takes entries; absent: any intake.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intake: Option<String>,
    /// What an entry holds, in the order of the form.
    pub slots: Vec<Slot>,
}

fn persons() -> Vec<Entrant> {
    vec![Entrant::Person]
}

fn is_persons(entrants: &Vec<Entrant>) -> bool {
    *entrants == persons()
}

/// Who stands as the entrant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Entrant {
    /// One person.
    Person,
    /// Several persons with a representative.
    Team,
    /// A unit of the union.
    Unit,
}

/// Who puts an entry into a category.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CategoryChoice {
    /// The entrant, when submitting.
    #[default]
    Entrant,
    /// The jury: entrants enter elsewhere, and screeners move entries here.
    Jury,
}

/// How many entries, counted over what.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Quota {
    /// Counted over what.
    pub per: QuotaScope,
    /// Only units of this type (code), each with all below it; only with `per: unit`. Absent: each
    /// unit that is named in an entry, by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit_type: Option<String>,
    /// Only entries of this category.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// The most: a further entry is refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<u32>,
    /// The target (chỉ tiêu): shown as progress, refuses nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<u32>,
}

/// What a quota is counted over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum QuotaScope {
    /// Each author.
    Person,
    /// Each team.
    Team,
    /// Each unit.
    Unit,
    /// The whole contest, or the whole category.
    Contest,
}
