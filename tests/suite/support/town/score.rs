//! What signals make of towns.

use std::collections::{BTreeMap, HashMap, HashSet};

use hoithi::voting::signals::{Suspicion, Trail};

use super::{Attack, CRUDE, Town};

/// What came of looking at towns.
#[derive(Clone, Debug, Default)]
pub struct Score {
    /// Honest votes, and those of them that were flagged.
    pub honest: (usize, usize),
    /// Largest share of one honest group that was flagged, in runs so far.
    pub worst_group: f64,
    /// Votes and found votes by attack.
    pub attacks: BTreeMap<Attack, (usize, usize)>,
    /// Runs without fraud, and those of them in which an entry fell out of the first ten.
    pub clean: (usize, usize),
    /// Towns.
    pub towns: usize,
}

impl Score {
    /// Looks at a town.
    pub fn add(&mut self, seed: u64) -> Vec<Suspicion> {
        let clean = seed.is_multiple_of(3);
        let town = Town::new(seed, clean);
        let found = town.look();
        let leaves: HashSet<u64> = found.iter().flat_map(|one| one.leaves.clone()).collect();
        let flagged = |at: &usize| leaves.contains(&town.trails[*at].leaf);
        self.towns += 1;
        for votes in town.groups.values() {
            let wrong = votes.iter().filter(|at| flagged(at)).count();
            self.honest.0 += votes.len();
            self.honest.1 += wrong;
            self.worst_group = self.worst_group.max(wrong as f64 / votes.len() as f64);
        }
        for (attack, votes) in &town.attacks {
            let (all, hit) = self.attacks.entry(*attack).or_default();
            *all += votes.len();
            *hit += votes.iter().filter(|at| flagged(at)).count();
        }
        if clean {
            self.clean.0 += 1;
            let before = first_ten(&town.trails, |_| true);
            let after = first_ten(&town.trails, |trail| !leaves.contains(&trail.leaf));
            self.clean.1 += usize::from(before != after);
        }
        found
    }

    /// Share of the votes of crude attacks that were found.
    pub fn recall(&self) -> f64 {
        let crude = CRUDE.iter().filter_map(|attack| self.attacks.get(attack));
        let (all, hit) = crude.fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
        hit as f64 / all as f64
    }
}

/// The ten entries with most votes among those that count.
fn first_ten(trails: &[Trail], counts: impl Fn(&Trail) -> bool) -> HashSet<u32> {
    let mut votes: HashMap<u32, u32> = HashMap::new();
    for trail in trails.iter().filter(|trail| counts(trail)) {
        *votes.entry(trail.entry).or_default() += 1;
    }
    let mut order: Vec<(u32, u32)> = votes.into_iter().collect();
    order.sort_by_key(|(entry, votes)| (std::cmp::Reverse(*votes), *entry));
    order.into_iter().take(10).map(|(entry, _)| entry).collect()
}
