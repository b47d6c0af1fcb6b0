//! Kinds of device: too few of them, others than the contest has, or all of them alike often.
//!
//! Each is a tail ([`tail`]) of crowds whose telephones are alike as those of one group are,
//! held against [`ALARM`] over the number of crowds looked at (Bonferroni), so that a contest in
//! which nobody cheats gives a false finding of a kind about once in so many contests.

use std::cell::RefCell;
use std::collections::HashMap;

use super::crowd::Crowd;
use super::{Finding, Found, Trail, count, tail, whole};

/// Concentration of a crowd's mix around the contest's: how much its telephones differ from those
/// of all. Lower is more careful. This is for a crowd that no link brought.
const ANYBODY: f64 = 12.0;
/// The same for people of one group, or behind one address.
const GROUP: f64 = 8.0;
/// Most votes that one cell adds to the contest's mix, so that an attack does not become the mix.
const CAP: f64 = 20.0;
/// Least weight of a mix from which anything follows.
const ENOUGH: f64 = 60.0;
/// Least weight of the votes for all other entries from which it follows which kinds are rare.
const KNOWN: f64 = 200.0;
/// Concentration of people who have nothing to do with each other.
const ALONE: f64 = 1e4;
/// Shares of the mix that rare kinds are together, the rarest first.
const RARE: [f64; 2] = [0.1, 0.25];
/// Chance of a false finding of a kind in a contest in which nobody cheats.
const ALARM: f64 = 0.01;
/// Part of the usual number of kinds from which on none is few, however many votes there are.
const FEW: f64 = 0.5;
/// Fewest votes of a kind that is no straggler.
const STRAGGLER: u32 = 5;

/// What is usual in a contest.
pub(super) struct Usual {
    all: HashMap<u32, f64>,
    weight: f64,
    own: HashMap<u32, HashMap<u32, f64>>,
    mixes: RefCell<HashMap<u32, Mix>>,
    /// Share of votes that no script of our page sent.
    pub(super) no_page: f64,
    /// Chance under which a crowd is not taken for people: [`ALARM`] over the number of crowds.
    pub(super) alarm: f64,
}

/// Shares of kinds of device, the largest first.
#[derive(Clone, Default)]
pub(super) struct Mix {
    shares: Vec<(u32, f64)>,
    expected: HashMap<u32, f64>,
}

impl Usual {
    /// What is usual among these votes.
    pub(super) fn of(trails: &[Trail]) -> Self {
        let mut usual = Self {
            all: HashMap::new(),
            weight: 0.0,
            own: HashMap::new(),
            mixes: RefCell::default(),
            no_page: 0.02,
            alarm: ALARM / super::crowd::many(trails).max(1) as f64,
        };
        let (mut without, mut heard) = (0.0, 0.0);
        for cell in cells_of_all(trails) {
            let votes = cell.1.len() as f64;
            let each = votes.min(CAP) / votes;
            for at in cell.1 {
                let trail = &trails[at];
                *usual.all.entry(trail.device).or_default() += each;
                *usual.own.entry(cell.0).or_default().entry(trail.device).or_default() += each;
                usual.weight += each;
                heard += each;
                without += if trail.by_page { 0.0 } else { each };
            }
        }
        if heard > 0.0 {
            usual.no_page = f64::max(0.02, without / heard);
        }
        usual
    }

    /// Weight of the votes for all other entries.
    fn others(&self, entry: u32) -> f64 {
        self.weight - self.own.get(&entry).map_or(0.0, |own| own.values().sum())
    }

    /// Share of a kind among the votes for all other entries.
    fn elsewhere(&self, entry: u32, kind: u32) -> f64 {
        let own = self.own.get(&entry);
        let here = own.and_then(|own| own.get(&kind)).copied().unwrap_or(0.0);
        let there = self.all.get(&kind).copied().unwrap_or(0.0) - here;
        there.max(0.0) / self.others(entry).max(1.0)
    }

    /// The mix of all entries but this one, where the others are enough; works on it with `with`.
    fn mix<T>(&self, entry: u32, with: impl FnOnce(&mut Mix) -> T) -> Option<T> {
        let own = self.own.get(&entry);
        let weight: f64 = own.map_or(0.0, |own| own.values().sum());
        // What one entry adds to many does not matter; all these share one mix.
        let (key, less) = if weight > 0.05 * self.weight && self.weight - weight >= ENOUGH {
            (entry, own)
        } else {
            (0, None)
        };
        if self.weight < ENOUGH {
            return None;
        }
        let mut mixes = self.mixes.borrow_mut();
        let mix = mixes.entry(key).or_insert_with(|| {
            let own = |kind| less.and_then(|own| own.get(&kind)).copied().unwrap_or(0.0);
            let left = self.all.iter().map(|(kind, weight)| (*kind, weight - own(*kind)));
            Mix::of(left.filter(|(_, weight)| *weight > 1e-9).collect())
        });
        Some(with(mix))
    }
}

fn cells_of_all(trails: &[Trail]) -> impl Iterator<Item = (u32, Vec<usize>)> {
    let mut groups: HashMap<(u32, u32, i64), Vec<usize>> = HashMap::new();
    for (at, trail) in trails.iter().enumerate() {
        let key = (trail.entry, trail.link, super::crowd::window(trail));
        groups.entry(key).or_default().push(at);
    }
    let mut groups: Vec<_> = groups.into_iter().collect();
    groups.sort_unstable();
    groups.into_iter().map(|((entry, ..), votes)| (entry, votes))
}

impl Mix {
    fn of(mut shares: Vec<(u32, f64)>) -> Self {
        let total: f64 = shares.iter().map(|(_, weight)| weight).sum();
        shares.iter_mut().for_each(|(_, weight)| *weight /= total);
        shares.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        Self { shares, expected: HashMap::new() }
    }

    /// Kinds that `votes` votes of one crowd give.
    fn expected(&mut self, votes: usize, concentration: f64) -> f64 {
        let draws = concentration * (1.0 + votes as f64 / concentration).ln();
        let draws = whole(draws);
        let shares = &self.shares;
        *self.expected.entry(draws).or_insert_with(|| {
            shares.iter().map(|(_, share)| 1.0 - (1.0 - share).powf(f64::from(draws))).sum()
        })
    }

    /// The largest share of the kinds that are together this part of the mix, the rarest ones.
    fn cut(&self, part: f64) -> f64 {
        let mut sum = 0.0;
        let rarest = self.shares.iter().rev().take_while(|(_, share)| {
            sum += share;
            sum <= part
        });
        rarest.last().map_or(0.0, |(_, share)| *share)
    }
}

/// What is found of the kinds of device in a cell.
pub(super) fn of_cell(cell: &Crowd, trails: &[Trail], usual: &Usual) -> Vec<Found> {
    let found = [few_kinds(cell, trails, usual), other_mix(cell, trails, usual)];
    let mut found: Vec<Found> = found.into_iter().flatten().collect();
    found.extend(too_even(cell, trails, usual));
    found
}

/// What is found of the kinds of device behind an address.
pub(super) fn of_address(address: &Crowd, trails: &[Trail], usual: &Usual) -> Vec<Found> {
    let few = few_kinds(address, trails, usual).map(|found| match found.finding {
        Finding::FewKinds { votes, kinds, expected } => {
            Found { finding: Finding::OneAddress { votes, kinds, expected }, ..found }
        }
        _ => found,
    });
    few.into_iter().chain(too_even(address, trails, usual)).collect()
}

/// How much the telephones of a crowd are alike.
fn concentration(crowd: &Crowd) -> f64 {
    if crowd.near || crowd.link > 0 { GROUP } else { ANYBODY }
}

fn few_kinds(crowd: &Crowd, trails: &[Trail], usual: &Usual) -> Option<Found> {
    let kinds = crowd.kinds(trails);
    let votes = crowd.votes.len();
    let main = most_of(&kinds, 0.9 * votes as f64);
    let picked: Vec<usize> =
        crowd.votes.iter().copied().filter(|at| main.contains(&trails[*at].device)).collect();
    let told = usual.mix(crowd.entry, |mix| {
        let concentration = concentration(crowd);
        let expected = mix.expected(votes, concentration);
        // The tail goes through all kinds of the contest; most crowds need not.
        let few = (main.len() as f64) < FEW * expected && {
            let shares = mix.shares.iter().map(|(_, share)| *share);
            tail::at_most_kinds(shares, count(&picked), main.len(), concentration) < usual.alarm
        };
        few.then_some(expected)
    });
    let expected = whole(told??);
    let kinds = count(&main);
    let finding = Finding::FewKinds { votes: count(&picked), kinds, expected };
    let out = standing_out(crowd, trails, usual);
    let meant = if out.is_empty() { picked } else { crowd.of(&out, trails) };
    Some(crowd.found(finding, meant))
}

/// The fewest kinds that carry so many votes: stragglers of other kinds do not hide a farm.
fn most_of(kinds: &HashMap<u32, u32>, votes: f64) -> Vec<u32> {
    let mut order: Vec<(u32, u32)> = kinds.iter().map(|(kind, count)| (*count, *kind)).collect();
    order.sort_unstable_by(|a, b| b.cmp(a));
    let mut carried = 0;
    let needed = order.iter().take_while(|(count, _)| {
        let more = f64::from(carried) < votes;
        carried += count;
        more
    });
    needed.map(|(_, kind)| *kind).collect()
}

/// Kinds that others rarely have carry a cell: the tail of their votes, once for the kinds
/// that are the last tenth of the mix, once for the last quarter.
fn other_mix(cell: &Crowd, trails: &[Trail], usual: &Usual) -> Option<Found> {
    if usual.others(cell.entry) < KNOWN {
        return None;
    }
    let votes = count(&cell.votes);
    RARE.iter().find_map(|rare| {
        // Which kinds are rare is asked of the other entries alone, and so is what share of the votes
        // they are there: where all kinds are about as common, that is far more than a tenth.
        let (cut, share) = usual.mix(cell.entry, |mix| {
            let cut = mix.cut(*rare);
            let elsewhere = mix.shares.iter().map(|(kind, _)| usual.elsewhere(cell.entry, *kind));
            (cut, elsewhere.filter(|share| *share <= cut).sum::<f64>().max(*rare))
        })?;
        let odd = |at: &usize| usual.elsewhere(cell.entry, trails[*at].device) <= cut;
        let picked: Vec<usize> = cell.votes.iter().copied().filter(odd).collect();
        let chance = tail::at_least(votes, count(&picked), share, concentration(cell));
        let alarm = usual.alarm / RARE.len() as f64;
        let carried = 10 * picked.len() >= 4 * cell.votes.len();
        let expected = whole(f64::from(votes) * share);
        let finding = Finding::OtherMix { votes, odd: count(&picked), expected };
        (carried && chance < alarm).then(|| cell.found(finding, picked))
    })
}

/// Kinds that a program draws from a list are all there often. Among people some kinds come once or
/// twice: the evidence for a list is an e-value ([`tail::list_evidence`]).
fn too_even(crowd: &Crowd, trails: &[Trail], usual: &Usual) -> Option<Found> {
    let votes = count(&crowd.votes);
    let mut main = crowd.kinds(trails);
    main.retain(|_, count| *count >= STRAGGLER);
    let carried: u32 = main.values().sum();
    let most = main.values().copied().max()?;
    if main.len() < 6 || 2 * most > carried || f64::from(carried) < 0.98 * f64::from(votes) {
        return None;
    }
    let all = crowd.kinds(trails).into_iter();
    let mut all: Vec<(f64, u32)> =
        all.map(|(kind, votes)| (usual.elsewhere(crowd.entry, kind), votes)).collect();
    // In one order, so that the same votes give the same sum.
    all.sort_by(|a, b| a.1.cmp(&b.1).then(a.0.total_cmp(&b.0)));
    if usual.weight < ENOUGH || tail::list_evidence(&all) * usual.alarm < 1.0 {
        return None;
    }
    let picked: Vec<usize> =
        crowd.votes.iter().copied().filter(|at| main.contains_key(&trails[*at].device)).collect();
    let finding = Finding::TooEven {
        votes: count(&picked),
        kinds: u32::try_from(main.len()).unwrap_or(u32::MAX),
        least: main.values().copied().min()?,
        most,
    };
    Some(crowd.found(finding, picked))
}

/// Kinds that are a tenth of a crowd and that it has far more of than the contest, the commonest
/// first: those that a program or a shelf brought, where others came at the same hours.
pub(super) fn standing_out(crowd: &Crowd, trails: &[Trail], usual: &Usual) -> Vec<u32> {
    let votes = count(&crowd.votes);
    let out = |(kind, seen): (u32, u32)| {
        let share = usual.elsewhere(crowd.entry, kind);
        let much = 10 * seen >= votes && tail::at_least(votes, seen, share, ALONE) < usual.alarm;
        much.then_some((std::cmp::Reverse(seen), kind))
    };
    let mut out: Vec<_> = crowd.kinds(trails).into_iter().filter_map(out).collect();
    out.sort_unstable();
    out.into_iter().map(|(_, kind)| kind).collect()
}
