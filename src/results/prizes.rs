//! Prizes: given down each table, best prize first.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::rank::{Placed, Who};
use crate::contest::definition::{Definition, OnePrizePer, Prize};

/// A prize given, or left empty.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Given {
    /// Key of the prize.
    pub prize: String,
    /// Which of them, from 1.
    pub position: u32,
    /// To whom; none: it stays empty.
    pub who: Option<Who>,
}

/// Equals between whom something depends that only a decision can order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Open {
    /// Key of the table.
    pub table: String,
    /// The place that they share.
    pub place: u32,
    /// All who share it.
    pub who: Vec<Who>,
}

/// Prizes, and what has to be decided before they can be given.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Awarded {
    /// Prizes, in the order of the definition.
    pub given: Vec<Given>,
    /// Equals among whom some would win and others not.
    pub open: Vec<Open>,
}

/// Gives the prizes. `entrant` names the person or unit behind an entry, for one prize each;
/// `empty` are prizes that stay empty by decision, with how many of them.
#[must_use]
pub fn give(
    definition: &Definition,
    tables: &BTreeMap<String, Vec<Placed>>,
    entrant: &dyn Fn(Who) -> String,
    empty: &BTreeMap<String, u32>,
) -> Awarded {
    let mut awarded = Awarded::default();
    let mut won = BTreeSet::new();
    let key = |who: Who| match definition.one_prize_per {
        None => None,
        Some(OnePrizePer::Entry) => Some(format!("{who:?}")),
        Some(OnePrizePer::Entrant) => Some(entrant(who)),
    };
    for prize in &definition.prizes {
        let Some(places) = tables.get(&prize.table) else { continue };
        let left_empty = empty.get(&prize.key).copied().unwrap_or(0).min(prize.count);
        let room = (prize.count - left_empty) as usize;
        let before = of_table(definition, &awarded.given, &prize.table);
        let may = |placed: &Placed| {
            let fits = prize.category.as_ref().is_none_or(|own| *own == placed.category);
            fits && !before.contains(&placed.who)
        };
        let (winners, open) = winners(prize, places, room, &may, &key, &mut won);
        awarded.open.extend(open.filter(|one| !awarded.open.contains(one)));
        let filled = winners.into_iter().map(Some);
        let blank = std::iter::repeat_n(None, left_empty as usize);
        for (position, who) in (1..).zip(filled.chain(blank)) {
            awarded.given.push(Given { prize: prize.key.clone(), position, who });
        }
    }
    awarded
}

/// Takes winners place by place. Where a place has more of them than there is room, they share
/// the prize if the rules let them; else somebody has to decide.
fn winners(
    prize: &Prize,
    places: &[Placed],
    room: usize,
    may: &dyn Fn(&Placed) -> bool,
    key: &dyn Fn(Who) -> Option<String>,
    won: &mut BTreeSet<String>,
) -> (Vec<Who>, Option<Open>) {
    let mut winners = Vec::new();
    let mut open = None;
    for group in places.chunk_by(|a, b| a.place == b.place) {
        if winners.len() >= room {
            break;
        }
        let able: Vec<Who> = group
            .iter()
            .filter(|placed| may(placed) && key(placed.who).is_none_or(|key| !won.contains(&key)))
            .map(|placed| placed.who)
            .collect();
        let keys: BTreeSet<String> = able.iter().filter_map(|who| key(*who)).collect();
        let twice = !keys.is_empty() && keys.len() < able.len();
        let fits = winners.len() + able.len() <= room;
        if twice || !(fits || prize.may_be_shared) {
            let who = group.iter().map(|placed| placed.who).collect();
            open = Some(Open { table: prize.table.clone(), place: group[0].place, who });
        }
        for who in able {
            let full = winners.len() >= room && !prize.may_be_shared;
            if !full && key(who).is_none_or(|key| won.insert(key)) {
                winners.push(who);
            }
        }
    }
    (winners, open)
}

fn of_table(definition: &Definition, given: &[Given], table: &str) -> BTreeSet<Who> {
    let same = |key: &str| definition.prizes.iter().any(|one| one.key == key && one.table == table);
    given.iter().filter(|one| same(&one.prize)).filter_map(|one| one.who).collect()
}
