//! Prizes: given down each table, best prize first.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::rank::{Ranking, Who};
use crate::contest::definition::{Definition, OnePrizePer, Prize, PromotionBasis, Table};

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

/// Places behind which something else begins, for a table.
#[must_use]
pub fn edges(definition: &Definition, table: &Table) -> Vec<usize> {
    let mut edges = Vec::new();
    let mut sum = 0;
    for prize in definition.prizes.iter().filter(|prize| prize.table == table.key) {
        sum += prize.count as usize;
        edges.push(sum);
    }
    if let Some(promotion) = &definition.promotion
        && promotion.basis == PromotionBasis::Rank(table.key.clone())
        && let Some(most) = promotion.count.max
    {
        edges.push(most as usize);
    }
    edges
}

/// Gives the prizes. `entrant` names the person or unit behind an entry, for one prize each;
/// `empty` are prizes that stay empty by decision, with how many of them.
#[must_use]
pub fn give(
    definition: &Definition,
    rankings: &BTreeMap<String, Ranking>,
    entrant: &dyn Fn(Who) -> String,
    empty: &BTreeMap<String, u32>,
) -> Vec<Given> {
    let mut given: Vec<Given> = Vec::new();
    let mut won = BTreeSet::new();
    for prize in &definition.prizes {
        let Some(ranking) = rankings.get(&prize.table) else { continue };
        let left_empty = empty.get(&prize.key).copied().unwrap_or(0).min(prize.count);
        let before: BTreeSet<Who> = of_table(definition, &given, &prize.table);
        let key = |who: Who| match definition.one_prize_per {
            None => None,
            Some(OnePrizePer::Entry) => Some(format!("{who:?}")),
            Some(OnePrizePer::Entrant) => Some(entrant(who)),
        };
        let mut winners = Vec::new();
        for placed in &ranking.places {
            if winners.len() >= (prize.count - left_empty) as usize {
                break;
            }
            let fits = prize.category.as_ref().is_none_or(|category| *category == placed.category);
            let had = key(placed.who).is_some_and(|key| won.contains(&key));
            if fits && !had && !before.contains(&placed.who) {
                won.extend(key(placed.who));
                winners.push(placed);
            }
        }
        if prize.may_be_shared {
            share(prize, ranking, &mut winners);
        }
        let filled = winners.iter().map(|placed| Some(placed.who));
        let blank = std::iter::repeat_n(None, left_empty as usize);
        for (position, who) in (1..).zip(filled.chain(blank)) {
            given.push(Given { prize: prize.key.clone(), position, who });
        }
    }
    given
}

/// Whoever shares the last winner's place shares the prize.
fn share<'a>(prize: &Prize, ranking: &'a Ranking, winners: &mut Vec<&'a super::rank::Placed>) {
    let Some(last) = winners.last().copied() else { return };
    let equal = ranking.places.iter().filter(|placed| {
        placed.place == last.place
            && prize.category.as_ref().is_none_or(|category| *category == placed.category)
    });
    for placed in equal {
        if !winners.iter().any(|winner| winner.who == placed.who) {
            winners.push(placed);
        }
    }
}

fn of_table(definition: &Definition, given: &[Given], table: &str) -> BTreeSet<Who> {
    let same = |key: &str| definition.prizes.iter().any(|one| one.key == key && one.table == table);
    given.iter().filter(|one| same(&one.prize)).filter_map(|one| one.who).collect()
}
