//! Which entries go up to the contest above. Pure.

use std::collections::BTreeMap;

use super::inputs::Inputs;
use super::prizes::{Given, Open};
use super::rank::{self, Placed, Who};
use crate::contest::definition::{Definition, PromotionBasis, Ranked, Source, Table, Term, TieKey};

/// Name under which a decision between equals of the vote is kept, where the votes alone say what
/// goes up.
pub const BY_VOTES: &str = "promotion";

/// What goes up.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GoingUp {
    /// Who, first first.
    pub who: Vec<Who>,
    /// Equals between whom the cut falls.
    pub open: Option<Open>,
    /// How many go up, and the least that the rules ask for, where that is more.
    pub too_few: Option<(u32, u32)>,
    /// How many would go up, and the most that the rules allow, where that is less.
    pub too_many: Option<(u32, u32)>,
}

/// Says what goes up. Where more won or entered than may go up, an officer's recorded choice
/// among them decides; without one it is said.
#[must_use]
pub fn going_up(
    definition: &Definition,
    inputs: &Inputs,
    tables: &BTreeMap<String, Vec<Placed>>,
    given: &[Given],
) -> GoingUp {
    let Some(rule) = &definition.promotion else { return GoingUp::default() };
    let most = rule.count.max.map(|most| most as usize);
    let mut up = match &rule.basis {
        PromotionBasis::Rank(key) => {
            cut(key, tables.get(key).map(Vec::as_slice).unwrap_or_default(), most)
        }
        PromotionBasis::Votes => {
            let decided = inputs.ties.get(BY_VOTES).map(Vec::as_slice).unwrap_or_default();
            cut(BY_VOTES, &rank::rank(&by_votes(), &inputs.entries, decided), most)
        }
        PromotionBasis::Prizes(keys) => of(winners(keys, given)),
        PromotionBasis::Chosen => of(named(inputs)),
        PromotionBasis::All => of(inputs.entries.iter().map(|one| one.who).collect()),
    };
    if most.is_some_and(|most| up.who.len() > most) && !inputs.named.is_empty() {
        up.who = named(inputs).into_iter().filter(|who| up.who.contains(who)).collect();
    }
    let count = u32::try_from(up.who.len()).unwrap_or(u32::MAX);
    up.too_few = rule.count.min.filter(|least| count < *least).map(|least| (count, least));
    up.too_many = rule.count.max.filter(|most| count > *most).map(|most| (count, most));
    up
}

fn of(who: Vec<Who>) -> GoingUp {
    GoingUp { who, ..GoingUp::default() }
}

/// The first of a ranking; equals are not cut apart in silence.
fn cut(table: &str, places: &[Placed], most: Option<usize>) -> GoingUp {
    let end = most.unwrap_or(places.len()).min(places.len());
    let split = end > 0 && end < places.len() && places[end - 1].place == places[end].place;
    let open = split.then(|| {
        let place = places[end].place;
        let equal = places.iter().filter(|placed| placed.place == place);
        Open { table: table.to_owned(), place, who: equal.map(|placed| placed.who).collect() }
    });
    let who = places[..end].iter().map(|placed| placed.who).collect();
    GoingUp { who, open, ..GoingUp::default() }
}

fn winners(keys: &[String], given: &[Given]) -> Vec<Who> {
    let mut who: Vec<Who> = Vec::new();
    for winner in given.iter().filter(|one| keys.contains(&one.prize)).filter_map(|one| one.who) {
        if !who.contains(&winner) {
            who.push(winner);
        }
    }
    who
}

/// Whom an officer named, as far as they are still accepted.
fn named(inputs: &Inputs) -> Vec<Who> {
    let known = |who: &Who| inputs.entries.iter().any(|one| one.who == *who);
    inputs.named.iter().copied().filter(known).collect()
}

fn by_votes() -> Table {
    Table {
        key: BY_VOTES.to_owned(),
        title: BY_VOTES.into(),
        of: Ranked::Entries,
        categories: Vec::new(),
        unit_types: Vec::new(),
        submitted_in: None,
        best_per_entrant: None,
        formula: vec![Term { source: Source::Votes, weight: 100, normalise: None }],
        decimals: 0,
        gate: None,
        ties: vec![TieKey::Decision],
    }
}
