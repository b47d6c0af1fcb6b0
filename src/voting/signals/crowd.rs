//! Votes that belong together: cells and addresses.

use std::collections::{BTreeMap, HashMap};

use super::{CELL, Finding, Found, Trail};

/// Fewest votes about which anything is said.
const LEAST: usize = 15;
/// Vietnam is seven hours ahead: cells begin at midnight there.
const AHEAD: i64 = 7 * 3600;

/// Votes for one entry that belong together.
pub(super) struct Crowd {
    pub(super) entry: u32,
    /// The link that brought most of them.
    pub(super) link: u32,
    pub(super) window: i64,
    /// Whether they came from one address.
    pub(super) near: bool,
    /// Their places in what is looked at, by time.
    pub(super) votes: Vec<usize>,
}

impl Crowd {
    /// A finding about it.
    pub(super) fn found(&self, finding: Finding, picked: Vec<usize>) -> Found {
        let Self { entry, link, window, near, .. } = *self;
        Found { entry, link, window, finding, near, picked }
    }

    /// Its votes of these kinds of device.
    pub(super) fn of(&self, kinds: &[u32], trails: &[Trail]) -> Vec<usize> {
        self.votes.iter().copied().filter(|at| kinds.contains(&trails[*at].device)).collect()
    }

    /// How often each kind of device is among them.
    pub(super) fn kinds(&self, trails: &[Trail]) -> HashMap<u32, u32> {
        let mut kinds = HashMap::new();
        for at in &self.votes {
            *kinds.entry(trails[*at].device).or_default() += 1;
        }
        kinds
    }
}

/// The six hours of a vote.
pub(super) fn window(trail: &Trail) -> i64 {
    (trail.at + AHEAD).div_euclid(CELL)
}

/// A crowd, where it has votes enough.
fn crowd(
    (entry, window, near): (u32, i64, bool),
    votes: Vec<usize>,
    trails: &[Trail],
) -> Option<Crowd> {
    let mut links: HashMap<u32, u32> = HashMap::new();
    for at in &votes {
        *links.entry(trails[*at].link).or_default() += 1;
    }
    let (link, _) = links.into_iter().max_by_key(|(link, votes)| (*votes, *link))?;
    (votes.len() >= LEAST).then_some(Crowd { entry, link, window, near, votes })
}

/// Votes by a key, each by time.
fn by<K: Ord>(trails: &[Trail], key: impl Fn(&Trail) -> Option<K>) -> BTreeMap<K, Vec<usize>> {
    let mut groups: BTreeMap<K, Vec<usize>> = BTreeMap::new();
    for (at, trail) in trails.iter().enumerate() {
        if let Some(key) = key(trail) {
            groups.entry(key).or_default().push(at);
        }
    }
    for votes in groups.values_mut() {
        votes.sort_by_key(|at| (trails[*at].at, trails[*at].millis, trails[*at].leaf));
    }
    groups
}

/// Votes of one entry and link within six hours.
pub(super) fn cells(trails: &[Trail]) -> impl Iterator<Item = Crowd> {
    let groups = by(trails, |trail| Some((trail.entry, trail.link, window(trail))));
    groups
        .into_iter()
        .filter_map(|((entry, _, window), votes)| crowd((entry, window, false), votes, trails))
}

/// Votes of one entry and address, where the address is known, as long as no six hours pass
/// between two.
pub(super) fn addresses(trails: &[Trail]) -> impl Iterator<Item = Crowd> {
    let known = |trail: &Trail| (trail.network > 0).then_some((trail.entry, trail.network));
    by(trails, known).into_iter().flat_map(|((entry, _), votes)| {
        let near = |one: &usize, next: &usize| trails[*next].at - trails[*one].at <= CELL;
        let runs = votes.chunk_by(near).filter_map(|run| {
            let window = run.first().map(|at| window(&trails[*at]))?;
            crowd((entry, window, true), run.to_vec(), trails)
        });
        runs.collect::<Vec<_>>()
    })
}

/// How many crowds there are to look at.
pub(super) fn many(trails: &[Trail]) -> usize {
    cells(trails).count() + addresses(trails).count()
}
