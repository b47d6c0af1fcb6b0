//! Three entries that far more voters chose together than chance gives, without a link that brought
//! them. Two in common say little; three by dozens are a list that was handed out.

use std::collections::{BTreeMap, HashMap};

use super::crowd::window;
use super::{Finding, Found, Trail, whole};

/// Fewest voters with the same three.
const VOTERS: usize = 30;
/// How many times as many as chance gives.
const TIMES: f64 = 8.0;
/// Ballots of more entries are those of people who like everything.
const LONGEST: usize = 8;

type Three = [u32; 3];

/// Votes of voters who chose the same three entries.
pub(super) fn found(trails: &[Trail]) -> Vec<Found> {
    let mut ballots: HashMap<u64, Vec<usize>> = HashMap::new();
    for (at, trail) in trails.iter().enumerate().filter(|(_, trail)| trail.link == 0) {
        ballots.entry(trail.voter).or_default().push(at);
    }
    ballots.retain(|_, votes| (3..=LONGEST).contains(&votes.len()));
    let mut popular: HashMap<u32, f64> = HashMap::new();
    let mut threes: BTreeMap<Three, Vec<u64>> = BTreeMap::new();
    let mut ways = 0.0;
    for (voter, votes) in &ballots {
        let mut entries: Vec<u32> = votes.iter().map(|at| trails[*at].entry).collect();
        entries.sort_unstable();
        entries.dedup();
        for entry in &entries {
            *popular.entry(*entry).or_default() += 1.0;
        }
        let size = entries.len() as f64;
        ways += size * (size - 1.0) * (size - 2.0) / 6.0;
        for three in threes_of(&entries) {
            threes.entry(three).or_default().push(*voter);
        }
    }
    let all: f64 = popular.values().sum();
    let mut found = Vec::new();
    for (three, voters) in threes {
        let chance: f64 = three.iter().map(|entry| popular[entry] / all).product();
        let expected = 6.0 * ways * chance;
        let alone = voters.len() as f64;
        // Who is in lockstep made these three popular: chance is reckoned from the others.
        let others: f64 =
            three.iter().map(|entry| (popular[entry] - alone).max(1.0) / all).product();
        let expected = expected.min(6.0 * ways * others).max(1.0);
        if voters.len() < VOTERS || alone < TIMES * expected {
            continue;
        }
        for entry in three {
            let mut windows: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
            let theirs = voters.iter().flat_map(|voter| &ballots[voter]);
            for at in theirs.filter(|at| trails[**at].entry == entry) {
                windows.entry(window(&trails[*at])).or_default().push(*at);
            }
            let finding = Finding::Lockstep {
                voters: u32::try_from(voters.len()).unwrap_or(u32::MAX),
                expected: whole(expected),
                entries: three,
            };
            let each = windows.into_iter().map(|(window, picked)| Found {
                entry,
                link: 0,
                window,
                finding: finding.clone(),
                near: false,
                picked,
            });
            found.extend(each);
        }
    }
    found
}

fn threes_of(entries: &[u32]) -> Vec<Three> {
    let mut threes = Vec::new();
    for (a, first) in entries.iter().enumerate() {
        for (b, second) in entries.iter().enumerate().skip(a + 1) {
            threes.extend(entries[b + 1..].iter().map(|third| [*first, *second, *third]));
        }
    }
    threes
}
