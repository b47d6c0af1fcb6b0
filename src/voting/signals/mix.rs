//! Kinds of device: too few of them, others than the contest has, or all of them alike often.
//!
//! A group's telephones are not drawn one by one from the contest's mix: they were bought in the
//! same shops. So `n` votes of a group say as much as `c ln(1 + n/c)` draws (the number of founders
//! in Ewens' sampling formula), and a test against chance is widened by `(n + c)/(1 + c)`, the
//! overdispersion of a Dirichlet-multinomial distribution with concentration `c`.

use std::cell::RefCell;
use std::collections::HashMap;

use super::crowd::Crowd;
use super::{Finding, Found, Trail, count, whole};

/// Concentration of a crowd's mix around the contest's: how much its telephones differ from those
/// of all. Lower is more careful. This is for a crowd that no link brought.
const ANYBODY: f64 = 12.0;
/// The same for people of one group, or behind one address.
const GROUP: f64 = 6.0;
/// Most votes that one cell adds to the contest's mix, so that an attack does not become the mix.
const CAP: f64 = 20.0;
/// Least weight of a mix from which anything follows.
const ENOUGH: f64 = 60.0;
/// Kinds of device that are told apart by [`other_mix`].
const TOLD_APART: usize = 12;
/// Share of the mix that rare kinds are together.
const RARE: f64 = 0.1;
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
}

/// Shares of kinds of device, the largest first.
#[derive(Clone, Default)]
pub(super) struct Mix {
    shares: Vec<(u32, f64)>,
    by_kind: HashMap<u32, f64>,
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
        Self { by_kind: shares.iter().copied().collect(), shares, expected: HashMap::new() }
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

    fn share(&self, kind: u32) -> f64 {
        self.by_kind.get(&kind).copied().unwrap_or(0.0)
    }
}

/// What is found of the kinds of device in a cell.
pub(super) fn of_cell(cell: &Crowd, trails: &[Trail], usual: &Usual) -> Vec<Found> {
    let found = [few_kinds(cell, trails, usual), other_mix(cell, trails, usual)];
    let mut found: Vec<Found> = found.into_iter().flatten().collect();
    found.extend(too_even(cell, trails));
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
    few.into_iter().chain(too_even(address, trails)).collect()
}

/// How much the telephones of a crowd are alike.
fn concentration(crowd: &Crowd) -> f64 {
    if crowd.near || crowd.link > 0 { GROUP } else { ANYBODY }
}

fn few_kinds(crowd: &Crowd, trails: &[Trail], usual: &Usual) -> Option<Found> {
    let kinds = crowd.kinds(trails);
    let votes = crowd.votes.len();
    let main = most_of(&kinds, 0.9 * votes as f64);
    let told = usual.mix(crowd.entry, |mix| {
        let expected = mix.expected(votes, concentration(crowd));
        let seen = main.len() as f64;
        // Distinct kinds among draws spread less than their number: its root is careful.
        let few = seen < 0.3 * expected && expected - seen > 2.5 * expected.sqrt();
        few.then_some(expected)
    });
    let expected = whole(told??);
    let picked: Vec<usize> =
        crowd.votes.iter().copied().filter(|at| main.contains(&trails[*at].device)).collect();
    let kinds = count(&main);
    let finding = Finding::FewKinds { votes: count(&picked), kinds, expected };
    Some(crowd.found(finding, picked))
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

/// Divergence of a cell's mix from the contest's: twice the votes times Kullback and Leibler's,
/// less what chance gives (its degrees of freedom), over the crowd's overdispersion.
fn other_mix(cell: &Crowd, trails: &[Trail], usual: &Usual) -> Option<Found> {
    let kinds = cell.kinds(trails);
    let votes = cell.votes.len() as f64;
    let odd = usual.mix(cell.entry, |mix| {
        let classes = classes(&mix.shares, &kinds, votes);
        let distance: f64 = classes
            .iter()
            .filter(|(count, _)| *count > 0.0)
            .map(|(count, share)| count * (count / votes / share).ln())
            .sum();
        let freedom = classes.len() as f64 - 1.0;
        let wide = (votes + concentration(cell)) / (1.0 + concentration(cell));
        let score = (2.0 * distance / wide - freedom) / (2.0 * freedom).sqrt();
        if score < 4.0 || distance / votes - freedom / (2.0 * votes) < 0.6 {
            return Vec::new();
        }
        let rare = |kind: u32, count: u32| {
            let share = mix.share(kind);
            share < 0.05 && f64::from(count) > 4.0 * (share * votes).max(0.25)
        };
        let odd = kinds.iter().filter(|(kind, count)| rare(**kind, **count));
        odd.map(|(kind, _)| (*kind, mix.share(*kind))).collect()
    })?;
    let picked: Vec<usize> = cell
        .votes
        .iter()
        .copied()
        .filter(|at| odd.iter().any(|(kind, _)| *kind == trails[*at].device))
        .collect();
    if (picked.len() as f64) < 0.4 * votes {
        return None;
    }
    let expected = whole(votes * odd.iter().map(|(_, share)| share).sum::<f64>());
    let finding = Finding::OtherMix { votes: count(&cell.votes), odd: count(&picked), expected };
    Some(cell.found(finding, picked))
}

/// Votes seen and share usual, of the commonest kinds each by itself, of those between, and of the
/// rare ones, which together are a tenth of the mix, with all that it does not have.
fn classes(shares: &[(u32, f64)], kinds: &HashMap<u32, u32>, votes: f64) -> Vec<(f64, f64)> {
    let mut classes: Vec<(f64, f64)> = Vec::with_capacity(TOLD_APART + 2);
    let (mut seen, mut share) = (0.0, 0.0);
    for (kind, usual) in shares {
        if share >= 1.0 - RARE {
            break;
        }
        let count = f64::from(kinds.get(kind).copied().unwrap_or(0));
        (seen, share) = (seen + count, share + usual);
        match classes.get_mut(TOLD_APART) {
            Some(between) => *between = (between.0 + count, between.1 + usual),
            None => classes.push((count, *usual)),
        }
    }
    classes.push((votes - seen, f64::max(1.0 - share, 0.02)));
    classes
}

/// Kinds that a program draws from a list are all there often. Among people some kinds come once or
/// twice: of `n` votes with concentration `c`, about `c/j` kinds come `j` times (Ewens), so that
/// none under five times in a crowd of hundreds is a list and no town.
fn too_even(crowd: &Crowd, trails: &[Trail]) -> Option<Found> {
    let votes = crowd.votes.len() as f64;
    let mut main = crowd.kinds(trails);
    main.retain(|_, count| *count >= STRAGGLER);
    let carried: u32 = main.values().sum();
    let most = main.values().copied().max()?;
    let mean = f64::from(carried) / main.len() as f64;
    let alike = main.len() >= 6 && mean >= 10.0 && f64::from(most) < 0.5 * f64::from(carried);
    if !alike || f64::from(carried) < 0.98 * votes {
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
