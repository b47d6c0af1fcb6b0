//! Dealing entries to judges: evenly, never one's own, each pair of judges meeting about as often.

use std::collections::{BTreeMap, BTreeSet};

/// A small generator (SplitMix64), so that a seed deals the same work for ever.
#[derive(Clone, Debug)]
pub struct Dice(pub u64);

impl Dice {
    /// The next number.
    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Puts a list into a random order (Fisher–Yates).
    pub fn shuffle<T>(&mut self, list: &mut [T]) {
        for end in (1..list.len()).rev() {
            let other = (self.roll() % (end as u64 + 1)) as usize;
            list.swap(end, other);
        }
    }
}

/// What is to be dealt: entries and judges by number.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// How many entries.
    pub entries: usize,
    /// How many judges.
    pub judges: usize,
    /// How many judges each entry gets.
    pub each: usize,
    /// Pairs (entry, judge) that may not meet.
    pub conflicts: BTreeSet<(usize, usize)>,
    /// Pairs (entry, judge) that are dealt already and stay.
    pub dealt: Vec<(usize, usize)>,
}

/// What was dealt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deal {
    /// Pairs (entry, judge) in addition to those that were dealt before.
    pub fresh: Vec<(usize, usize)>,
    /// Entries that get fewer judges than they should, with how many are missing.
    pub short: Vec<(usize, usize)>,
}

/// Deals: each entry goes to the judges with the least work, among them to those who have met
/// least, among them by chance. Afterwards work is moved from the most to the least loaded until
/// loads differ by at most one or nothing can be moved.
#[must_use]
pub fn deal(table: &Table, seed: u64) -> Deal {
    let mut dice = Dice(seed);
    let mut hands: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); table.entries];
    let mut loads = vec![0_usize; table.judges];
    let mut met = BTreeMap::<(usize, usize), u32>::new();
    for &(entry, judge) in &table.dealt {
        hands[entry].insert(judge);
        loads[judge] += 1;
    }
    let mut order: Vec<usize> = (0..table.entries).collect();
    dice.shuffle(&mut order);
    let (mut fresh, mut short) = (BTreeSet::new(), Vec::new());
    for entry in order {
        while hands[entry].len() < table.each {
            let may = |judge: &usize| {
                !hands[entry].contains(judge) && !table.conflicts.contains(&(entry, *judge))
            };
            let meetings = |judge: usize| -> u32 {
                let pairs = hands[entry].iter().map(|other| pair(judge, *other));
                pairs.map(|pair| met.get(&pair).copied().unwrap_or(0)).sum()
            };
            let next = (0..table.judges)
                .filter(may)
                .map(|judge| (loads[judge], meetings(judge), dice.roll(), judge))
                .min();
            let Some((.., judge)) = next else {
                short.push((entry, table.each - hands[entry].len()));
                break;
            };
            for other in hands[entry].clone() {
                *met.entry(pair(judge, other)).or_default() += 1;
            }
            hands[entry].insert(judge);
            loads[judge] += 1;
            fresh.insert((entry, judge));
        }
    }
    even(table, &mut hands, &mut loads, &mut fresh);
    short.sort_unstable();
    Deal { fresh: fresh.into_iter().collect(), short }
}

fn pair(one: usize, other: usize) -> (usize, usize) {
    (one.min(other), one.max(other))
}

/// Moves fresh work from the most loaded judges to the least loaded, along chains of one move.
fn even(
    table: &Table,
    hands: &mut [BTreeSet<usize>],
    loads: &mut [usize],
    fresh: &mut BTreeSet<(usize, usize)>,
) {
    loop {
        let Some(least) = loads.iter().enumerate().min_by_key(|(_, load)| **load) else { return };
        let (to, low) = (least.0, *least.1);
        let mut heavy: Vec<usize> =
            (0..loads.len()).filter(|judge| loads[*judge] > low + 1).collect();
        heavy.sort_by_key(|judge| std::cmp::Reverse(loads[*judge]));
        let moved = heavy.into_iter().find_map(|from| {
            let mut own = fresh.iter().filter(|(_, judge)| *judge == from);
            own.find(|(entry, _)| {
                !hands[*entry].contains(&to) && !table.conflicts.contains(&(*entry, to))
            })
            .copied()
        });
        let Some((entry, from)) = moved else { return };
        fresh.remove(&(entry, from));
        fresh.insert((entry, to));
        hands[entry].remove(&from);
        hands[entry].insert(to);
        loads[from] -= 1;
        loads[to] += 1;
    }
}
