//! The definition: the whole of a contest as one typed document.
//!
//! This is what a contest file says and what the pages edit. Parts carry stable keys; everything
//! else refers to a part by its key, so a part may be reworded without losing what hangs on it.
//! Types only say what can be written; [`super::lint`] says whether it makes sense.

mod eligibility;
mod entries;
mod gallery;
mod gate;
mod judging;
mod results;
mod schedule;
mod slots;
mod text;
mod voting;

pub use eligibility::*;
pub use entries::*;
pub use gallery::*;
pub use gate::*;
pub use judging::*;
pub use results::*;
pub use schedule::*;
pub use slots::*;
pub use text::*;
pub use voting::*;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A contest, whole.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    /// Short name in addresses: lower-case letters, digits and hyphens; unique.
    pub slug: String,
    /// The contest's name.
    pub title: Text,
    /// Code of the unit that runs the contest.
    pub unit: String,
    /// Slug of the contest above, to which this one may send entries up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// One or two sentences for cards and previews.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<Text>,
    /// The rules as people read them, in Markdown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rules: Option<Text>,
    /// The signed plan on which the contest rests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<Plan>,
    /// Whom to ask.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<Contact>,
    /// What happens when, in any order; phases may overlap where their kinds allow it.
    pub phases: Vec<Phase>,
    /// What may be entered; at least one.
    pub categories: Vec<Category>,
    /// Who may enter, or be shown.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub eligibility: Vec<Eligibility>,
    /// Who may not, whatever the rules above say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub excluded: Option<Excluded>,
    /// How many entries from whom.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub quotas: Vec<Quota>,
    /// What has to be agreed to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub declarations: Vec<Declaration>,
    /// Where and when entries and names are seen.
    #[serde(default, skip_serializing_if = "is_default")]
    pub gallery: Gallery,
    /// Judging rounds, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rounds: Vec<Round>,
    /// The public vote, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voting: Option<Voting>,
    /// Counts read elsewhere (views, likes, shares of a linked work), if they are used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outside_counts: Option<OutsideCounts>,
    /// The tables of results, each with its own formula and ties.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tables: Vec<Table>,
    /// The prizes, best first within each table.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prizes: Vec<Prize>,
    /// At most one prize for each of these; absent: as many as won.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub one_prize_per: Option<OnePrizePer>,
    /// What goes up to the parent contest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub promotion: Option<Promotion>,
    /// Where the facts come from, for definitions that follow published rules.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<String>,
}

/// A signed administrative plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Its number, such as `65/KH-TLĐ`.
    pub number: String,
    /// The day it was signed, `YYYY-MM-DD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    /// The scanned document: an address, or a file beside the contest file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
}

/// Whom to ask about the contest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    /// Name of a person or office.
    pub name: String,
    /// Telephone number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// E-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
}

impl Definition {
    /// The category with this key.
    #[must_use]
    pub fn category(&self, key: &str) -> Option<&Category> {
        self.categories.iter().find(|category| category.key == key)
    }

    /// The round with this key.
    #[must_use]
    pub fn round(&self, key: &str) -> Option<&Round> {
        self.rounds.iter().find(|round| round.key == key)
    }

    /// The phase with this key.
    #[must_use]
    pub fn phase(&self, key: &str) -> Option<&Phase> {
        self.phases.iter().find(|phase| phase.key == key)
    }

    /// The phases of one kind, in the order of the document.
    pub fn phases_of(&self, kind: PhaseKind) -> impl Iterator<Item = &Phase> {
        self.phases.iter().filter(move |phase| phase.kind == kind)
    }

    /// The same contest under another name, its dates moved by so many years, without its plan and
    /// the names of excluded people. A day that the new year does not have stays as it is written,
    /// for the linter to find.
    #[must_use]
    pub fn cloned_as(&self, slug: &str, years: i16) -> Self {
        let moved = |moment: &Moment| {
            let (year, rest) = moment.0.split_at_checked(4).unwrap_or(("", &moment.0));
            match year.parse::<i16>() {
                Ok(year) => Moment(format!("{:04}{rest}", year + years)),
                Err(_) => moment.clone(),
            }
        };
        let mut cloned = Self { slug: slug.to_owned(), plan: None, ..self.clone() };
        if let Some(excluded) = &mut cloned.excluded {
            excluded.names.clear();
        }
        for phase in &mut cloned.phases {
            phase.opens = moved(&phase.opens);
            phase.closes = moved(&phase.closes);
        }
        for slot in cloned.categories.iter_mut().flat_map(|category| &mut category.slots) {
            for day in [&mut slot.taken_since, &mut slot.taken_until].into_iter().flatten() {
                *day = moved(&Moment(day.clone())).0;
            }
        }
        cloned
    }

    /// The table of results with this key.
    #[must_use]
    pub fn table(&self, key: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.key == key)
    }
}

pub(crate) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

pub(crate) fn yes() -> bool {
    true
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
pub(crate) fn is_yes(value: &bool) -> bool {
    *value
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
pub(crate) fn is_no(value: &bool) -> bool {
    !*value
}

/// The JSON Schema of contest files, for editors.
#[must_use]
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(Definition).to_value()
}
