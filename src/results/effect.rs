//! What would change if votes were counted or not: shown to people before they decide.

use std::collections::HashMap;

use entity::id::EntryId;

use super::inputs::Inputs;
use super::outcome::outcome;
use super::rank::{self, Who};
use crate::contest::definition::{Definition, Source};

/// A place that would be another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// Key of the table.
    pub table: String,
    /// Who.
    pub who: Who,
    /// Place and points in millionths with the votes; none where it has no place.
    pub with: Option<(u32, i64)>,
    /// The same without them.
    pub without: Option<(u32, i64)>,
}

/// Reckons the tables with and without some votes. `inputs` hold the votes that count now; of each
/// entry's, `votes` says how many more would count if they all did, and how many fewer if none did.
///
/// Moved are those whose place or points differ; first those who stand first with the votes.
#[must_use]
pub fn effect(
    definition: &Definition,
    inputs: &Inputs,
    votes: &HashMap<EntryId, (i64, i64)>,
) -> Vec<Moved> {
    let with = places(definition, inputs, |id| votes.get(&id).map_or(0, |more| more.0));
    let without = places(definition, inputs, |id| votes.get(&id).map_or(0, |fewer| -fewer.1));
    let mut moved = Vec::new();
    for (key, before) in &with {
        let after = without.get(key);
        if after != Some(before) {
            let (table, who) = key.clone();
            moved.push(Moved { table, who, with: Some(*before), without: after.copied() });
        }
    }
    for (key, after) in without.iter().filter(|(key, _)| !with.contains_key(*key)) {
        let (table, who) = key.clone();
        moved.push(Moved { table, who, with: None, without: Some(*after) });
    }
    let place = |one: &Moved| one.with.or(one.without).map_or(u32::MAX, |(place, _)| place);
    moved.sort_by(|a, b| (&a.table, place(a), a.who).cmp(&(&b.table, place(b), b.who)));
    moved
}

type Places = HashMap<(String, Who), (u32, i64)>;

fn places(definition: &Definition, inputs: &Inputs, more: impl Fn(EntryId) -> i64) -> Places {
    let mut inputs = inputs.clone();
    let source = rank::name(&Source::Votes);
    for one in &mut inputs.entries {
        if let (Who::Entry(id), Some(votes)) = (one.who, one.raw.get_mut(&source)) {
            *votes += more(id) * 1_000_000;
        }
    }
    let tables = outcome(definition, &inputs).tables.into_iter();
    let each = tables.flat_map(|(table, places)| {
        places.into_iter().map(move |p| ((table.clone(), p.who), (p.place, p.millionths)))
    });
    each.collect()
}
