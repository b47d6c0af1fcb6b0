//! What follows from everything that decides. Pure: the same inputs give the same outcome.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::inputs::{Inputs, Problem};
use super::prizes::{self, Given, Open};
use super::rank::{self, Candidate, Placed, Who};
use super::up;
use crate::contest::definition::{Definition, Gate, Ranked, Source, Table};
use crate::contest::moment;

/// What follows from the inputs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// Places by table, first first.
    pub tables: BTreeMap<String, Vec<Placed>>,
    /// Prizes.
    pub prizes: Vec<Given>,
    /// Entries that go up, first first.
    pub up: Vec<Who>,
    /// What stands in the way of publishing.
    pub problems: Vec<Problem>,
}

/// Reckons the tables, gives the prizes and says what goes up.
#[must_use]
pub fn outcome(definition: &Definition, inputs: &Inputs) -> Outcome {
    let tables: BTreeMap<String, Vec<Placed>> = definition
        .tables
        .iter()
        .map(|table| {
            let mut candidates = through_gate(definition, table, inputs);
            candidates.retain(|one| in_time(definition, table, one));
            let decided = inputs.ties.get(&table.key).map(Vec::as_slice).unwrap_or_default();
            let candidates = best_of_each(table, candidates, inputs, decided);
            (table.key.clone(), rank::rank(table, &candidates, decided))
        })
        .collect();
    let entrant = |who: Who| {
        let name = format!("{who:?}");
        inputs.entrants.get(&name).cloned().unwrap_or(name)
    };
    let awarded = prizes::give(definition, &tables, &entrant, &inputs.empty);
    let going = up::going_up(definition, inputs, &tables, &awarded.given);
    let mut open: Vec<Open> = awarded.open;
    open.extend(going.open.filter(|one| !open.contains(one)));
    let mut problems = inputs.problems.clone();
    problems.extend(open.into_iter().map(|one| Problem::Tie(one.table, one.place, one.who)));
    problems.extend(going.too_few.map(|(count, least)| Problem::TooFewGoUp(count, least)));
    problems.extend(going.too_many.map(|(count, most)| Problem::TooManyGoUp(count, most)));
    Outcome { tables, prizes: awarded.given, up: going.who, problems }
}

/// Whether it was submitted in the stage that the table is about.
fn in_time(definition: &Definition, table: &Table, one: &Candidate) -> bool {
    let Some(phase) = table.submitted_in.as_deref().and_then(|key| definition.phase(key)) else {
        return true;
    };
    let (Ok(opens), Ok(closes)) = (moment::opens(&phase.opens), moment::closes(&phase.closes))
    else {
        return false;
    };
    let grace = i64::from(phase.grace_minutes) * 60;
    (opens.micros()..closes.plus_seconds(grace).micros()).contains(&one.submitted_at)
}

/// Only the best of each entrant, as the table itself orders them; of equals, those submitted
/// first.
fn best_of_each(
    table: &Table,
    candidates: Vec<Candidate>,
    inputs: &Inputs,
    decided: &[rank::Decided],
) -> Vec<Candidate> {
    let Some(best) = table.best_per_entrant else { return candidates };
    let order = rank::rank(table, &candidates, decided);
    let place: BTreeMap<Who, u32> = order.iter().map(|one| (one.who, one.place)).collect();
    let mut sorted: Vec<&Candidate> = candidates.iter().collect();
    sorted.sort_by_key(|one| (place.get(&one.who).copied(), one.submitted_at));
    let mut taken: BTreeMap<String, u32> = BTreeMap::new();
    let mut kept = BTreeSet::new();
    for one in sorted {
        let name = format!("{:?}", one.who);
        let count = taken.entry(inputs.entrants.get(&name).cloned().unwrap_or(name)).or_default();
        if *count < best {
            *count += 1;
            kept.insert(one.who);
        }
    }
    candidates.into_iter().filter(|one| kept.contains(&one.who)).collect()
}

fn through_gate(definition: &Definition, table: &Table, inputs: &Inputs) -> Vec<Candidate> {
    let mut candidates = match table.of {
        Ranked::Entries => inputs.entries.clone(),
        Ranked::Units => inputs.units.clone(),
    };
    if table.of == Ranked::Units && table.unit_types.is_empty() {
        candidates.retain(|one| inputs.right_below.contains(&one.who));
    }
    let counted = definition.outside_counts.as_ref();
    if let Some(counted) = counted.filter(|_| uses(table, &Source::OutsidePoints)) {
        candidates.retain(|one| table.of == Ranked::Units || counted.is_reached(&one.outside));
    }
    let kinds = match table.of {
        Ranked::Entries => &table.categories,
        Ranked::Units => &table.unit_types,
    };
    if !kinds.is_empty() {
        candidates.retain(|one| kinds.contains(&one.category));
    }
    let Some(gate) = &table.gate else { return candidates };
    if let Gate::WentOnFrom(key) = gate {
        let on = inputs.went_on.get(key).map(Vec::as_slice).unwrap_or_default();
        candidates.retain(|one| on.contains(&one.who));
    } else if let Some(source) = gate.counts() {
        let name = rank::name(&source);
        let raw = |one: &Candidate| one.raw.get(&name).copied().unwrap_or(0);
        let edge = gate.edge(candidates.iter().map(raw));
        candidates.retain(|one| raw(one) >= edge);
    }
    candidates
}

/// Whether places, or who has one, depend on a source; keys between equals aside.
fn uses(table: &Table, source: &Source) -> bool {
    let gate = table.gate.as_ref().and_then(Gate::counts);
    table.formula.iter().any(|term| term.source == *source) || gate.as_ref() == Some(source)
}
