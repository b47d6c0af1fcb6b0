//! Where and when entries and names are seen.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{is_default, is_yes, yes};

/// Where and when entries and names are seen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Gallery {
    /// When accepted entries are shown to the public.
    #[serde(default, skip_serializing_if = "is_default")]
    pub shown: Shown,
    /// Whether author and unit stand beside a work before the results are published.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub names: bool,
}

impl Default for Gallery {
    fn default() -> Self {
        Self { shown: Shown::default(), names: true }
    }
}

/// When accepted entries are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Shown {
    /// As soon as they are accepted.
    #[default]
    Accepted,
    /// From the opening of the public vote.
    Voting,
    /// Once results are published.
    Published,
    /// Never.
    Never,
}
