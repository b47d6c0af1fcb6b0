//! Who may enter or be shown, and what they agree to.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Range, Text, is_default, is_no, is_yes, yes};

/// A condition on somebody in an entry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Eligibility {
    /// Whom it is about.
    #[serde(default, skip_serializing_if = "is_default")]
    pub of: Whom,
    /// What must hold.
    pub rule: EligibilityRule,
    /// The condition as people read it; absent: written from the rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Text>,
    /// How it is shown to hold.
    #[serde(default, skip_serializing_if = "is_default")]
    pub proof: Proof,
}

/// Whom a condition is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Whom {
    /// The author, or each author of a team.
    #[default]
    Author,
    /// Each person shown.
    Shown,
    /// The unit that enters, or that the author belongs to.
    Unit,
}

/// What must hold of somebody.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum EligibilityRule {
    /// Belongs to one of these units (codes) or below them.
    Within(Vec<String>),
    /// Belongs to a unit of one of these types (codes).
    UnitTypes(Vec<String>),
    /// Age in whole years on the day of submission.
    Age(Range<u32>),
    /// Is a woman.
    Woman,
    /// Is a member of the union.
    Member,
    /// Something only people can judge: the text says it, the entrant declares it.
    Declared,
}

/// How a condition is shown to hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Proof {
    /// The entrant says so.
    #[default]
    Declared,
    /// An officer of the unit answers for it: entries come through officers only.
    Officer,
}

/// Who may not enter, whatever else the rules say.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Excluded {
    /// As people read it.
    pub text: Text,
    /// Whether entries of the contest's own crew and judges are refused.
    #[serde(default, skip_serializing_if = "is_no")]
    pub crew: bool,
    /// Names of more people, such as relatives of the crew: screeners are told where an entrant has
    /// one of them. They are shown to nobody else.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
}

/// A text that has to be agreed to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Declaration {
    /// Stable key.
    pub key: String,
    /// What is agreed to.
    pub text: Text,
    /// Who has to agree.
    #[serde(default, skip_serializing_if = "is_default")]
    pub of: DeclaredBy,
    /// Whether an entry is refused without it.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub required: bool,
}

/// Who agrees to a declaration.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeclaredBy {
    /// The author, or the officer in the author's name.
    #[default]
    Author,
    /// The people shown, whose consent the author states.
    Shown,
    /// The legal representative of an author under 16.
    Guardian,
    /// The author under 16, beside the representative.
    Child,
}
