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

fn together(
    trails: &[Trail],
    near: bool,
    key: impl Fn(&Trail) -> Option<u32>,
) -> impl Iterator<Item = Crowd> {
    let mut groups: BTreeMap<(u32, u32, i64), Vec<usize>> = BTreeMap::new();
    for (at, trail) in trails.iter().enumerate() {
        if let Some(key) = key(trail) {
            groups.entry((trail.entry, key, window(trail))).or_default().push(at);
        }
    }
    let few = |(_, votes): &(_, Vec<usize>)| votes.len() >= LEAST;
    groups.into_iter().filter(few).map(move |((entry, _, window), mut votes)| {
        votes.sort_by_key(|at| (trails[*at].at, trails[*at].millis, trails[*at].leaf));
        let mut links: HashMap<u32, u32> = HashMap::new();
        for at in &votes {
            *links.entry(trails[*at].link).or_default() += 1;
        }
        let most = links.into_iter().max_by_key(|(link, votes)| (*votes, *link));
        Crowd { entry, link: most.map_or(0, |(link, _)| link), window, near, votes }
    })
}

/// Votes of one entry and link.
pub(super) fn cells(trails: &[Trail]) -> impl Iterator<Item = Crowd> {
    together(trails, false, |trail| Some(trail.link))
}

/// Votes of one entry and address, where the address is known.
pub(super) fn addresses(trails: &[Trail]) -> impl Iterator<Item = Crowd> {
    together(trails, true, |trail| (trail.network > 0).then_some(trail.network))
}
