//! How votes reached us: without our page, without a link, by a link beyond its group.

use std::collections::{BTreeMap, HashMap};

use super::crowd::{addresses, cells, window};
use super::mix::Usual;
use super::{Finding, Found, Trail, count, whole};

/// Least share of votes by links in a contest where having none says something.
const LINKED: f64 = 0.5;

/// What is found of how votes came.
pub(super) fn found(trails: &[Trail], quotas: &HashMap<u32, u32>, usual: &Usual) -> Vec<Found> {
    let mut found = no_page(trails, usual);
    found.extend(over_quota(trails, quotas));
    found.extend(without_link(trails));
    found
}

fn no_page(trails: &[Trail], usual: &Usual) -> Vec<Found> {
    let mut found = Vec::new();
    for crowd in cells(trails).chain(addresses(trails)) {
        let picked: Vec<usize> =
            crowd.votes.iter().copied().filter(|at| !trails[*at].by_page).collect();
        let votes = crowd.votes.len() as f64;
        let expected = votes * usual.no_page;
        if picked.len() >= 12 && picked.len() as f64 > (5.0 * expected).max(0.5 * votes) {
            let (without, expected) = (count(&picked), whole(expected));
            let finding = Finding::NoPage { votes: count(&crowd.votes), without, expected };
            found.push(crowd.found(finding, picked));
        }
    }
    found
}

fn over_quota(trails: &[Trail], quotas: &HashMap<u32, u32>) -> Vec<Found> {
    let mut beyond: BTreeMap<(u32, u32, i64), Vec<usize>> = BTreeMap::new();
    for (at, trail) in trails.iter().enumerate().filter(|(_, trail)| trail.beyond) {
        beyond.entry((trail.link, trail.entry, window(trail))).or_default().push(at);
    }
    let each = beyond.into_iter().filter_map(|((link, entry, window), picked)| {
        let quota = quotas.get(&link).copied().unwrap_or(0);
        let many = count(&picked) >= 12 && count(&picked) > quota / 2;
        let finding = Finding::OverQuota { link, beyond: count(&picked), quota };
        // It adds weight: a leak by itself is no fraud, and who came by it is no cheat.
        let picked = Vec::new();
        many.then_some(Found { entry, link, window, finding, near: false, picked })
    });
    each.collect()
}

/// Votes without a link, by entry and window, where links bring most: their share, and jumps that
/// they make. Both only add weight: one post on a page of fans does the same.
fn without_link(trails: &[Trail]) -> Vec<Found> {
    let mut cells: BTreeMap<(u32, i64), (u32, u32)> = BTreeMap::new();
    for trail in trails {
        let (votes, bare) = cells.entry((trail.entry, window(trail))).or_default();
        *votes += 1;
        *bare += u32::from(trail.link == 0);
    }
    let linked = trails.iter().filter(|trail| trail.link > 0).count() as f64;
    if trails.is_empty() || linked < LINKED * trails.len() as f64 {
        return Vec::new();
    }
    let mut shares: Vec<f64> =
        cells.values().map(|(votes, bare)| f64::from(*bare) / f64::from(*votes)).collect();
    shares.sort_by(f64::total_cmp);
    let share = shares[shares.len() / 2].max(0.05);
    let mut by_entry: HashMap<u32, Vec<u32>> = HashMap::new();
    for ((entry, _), (_, bare)) in &cells {
        by_entry.entry(*entry).or_default().push(*bare);
    }
    by_entry.values_mut().for_each(|counts| counts.sort_unstable());
    let mut found = Vec::new();
    for ((entry, window), (votes, without)) in cells {
        let mut push = |finding| {
            found.push(Found { entry, link: 0, window, finding, near: false, picked: Vec::new() });
        };
        let expected = share * f64::from(votes);
        if without >= 30 && f64::from(without) > 3.0 * expected {
            push(Finding::NoLink { votes, without, expected: whole(expected) });
        }
        let counts = &by_entry[&entry];
        let usual = counts[counts.len() / 2];
        if without >= 50 && without > 8 * usual.max(2) {
            push(Finding::Surge { votes: without, expected: usual });
        }
    }
    found
}
