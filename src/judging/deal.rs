//! Dealing entries to judges: evenly, never one's own, each pair of judges meeting about as often.

use std::collections::BTreeSet;

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
    /// Entries that every judge gets who may have them, beyond what each entry gets: for
    /// calibration.
    pub shared: BTreeSet<usize>,
    /// Of the dealt, what may be taken from a judge again to make loads even.
    pub loose: BTreeSet<(usize, usize)>,
    /// Numbers of the entries' groups, of each of which every judge gets a like part; empty: all
    /// are of one.
    pub groups: Vec<usize>,
}

impl Table {
    /// Entries to be shared, in the order in which everybody gets them: so many of those that every
    /// judge may have, or as many as there are, drawn by the seed.
    #[must_use]
    pub fn drawn(&self, wanted: usize, seed: u64) -> Vec<usize> {
        let barred: BTreeSet<usize> = self.conflicts.iter().map(|(entry, _)| *entry).collect();
        let mut free: Vec<usize> =
            (0..self.entries).filter(|entry| !barred.contains(entry)).collect();
        // Not the dice that deal: what is shared says nothing of what is dealt.
        Dice(!seed).shuffle(&mut free);
        free.truncate(wanted);
        free
    }
}

/// What was dealt.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Deal {
    /// Pairs (entry, judge) in addition to those that were dealt before.
    pub fresh: Vec<(usize, usize)>,
    /// Pairs that were loose and are dealt to others now.
    pub taken: Vec<(usize, usize)>,
    /// Entries that get fewer judges than they should, with how many are missing.
    pub short: Vec<(usize, usize)>,
    /// How many entries each judge has, those that were dealt before included.
    pub loads: Vec<usize>,
    /// Why loads differ by more than one: these judges alone may judge what they hold, so that
    /// nothing can be moved to the others. Empty where loads are even.
    pub bound: Vec<usize>,
}

impl Deal {
    /// The fewest and the most entries that a judge has.
    #[must_use]
    pub fn spread(&self) -> (usize, usize) {
        let (least, most) = (self.loads.iter().min(), self.loads.iter().max());
        (least.copied().unwrap_or(0), most.copied().unwrap_or(0))
    }
}

/// Deals: what is shared goes to everybody; each other entry goes to the judges with the least work, among them to those who have met
/// least, among them by chance, one group of entries after the other. Then work is moved along chains of judges from the most to the
/// least loaded, until loads differ by at most one or no chain is left, which proves that they
/// cannot be made more even (there is no augmenting path in the flow of work).
#[must_use]
pub fn deal(table: &Table, seed: u64) -> Deal {
    let mut hands = Hands::of(table);
    let mut dice = Dice(seed);
    let mut fresh = hands.share(&table.shared);
    let mut order: Vec<usize> = (0..table.entries).collect();
    dice.shuffle(&mut order);
    order.sort_by_key(|entry| table.groups.get(*entry));
    let mut short = Vec::new();
    for entry in order {
        for missing in (1..=table.each.saturating_sub(hands.judges_of[entry].len())).rev() {
            let next = (0..table.judges)
                .filter(|judge| hands.may[entry][*judge])
                .map(|judge| (hands.loads[judge], hands.meetings(entry, judge), dice.roll(), judge))
                .min();
            let Some((.., judge)) = next else {
                short.push((entry, missing));
                break;
            };
            hands.give(entry, judge);
        }
    }
    let bound = hands.even();
    short.sort_unstable();
    let moved = hands.fresh.iter().enumerate();
    let moved: BTreeSet<(usize, usize)> =
        moved.flat_map(|(j, own)| own.iter().map(move |e| (*e, j))).collect();
    fresh.extend(moved.difference(&table.loose));
    fresh.sort_unstable();
    let taken = table.loose.difference(&moved).copied().collect();
    Deal { fresh, taken, short, loads: hands.loads, bound }
}

/// Who holds what while it is dealt.
struct Hands {
    /// Whether an entry may still go to a judge.
    may: Vec<Vec<bool>>,
    judges_of: Vec<Vec<usize>>,
    /// What each judge holds that may still be moved.
    fresh: Vec<BTreeSet<usize>>,
    loads: Vec<usize>,
    met: Vec<Vec<u32>>,
}

impl Hands {
    fn of(table: &Table) -> Self {
        let mut hands = Self {
            may: vec![vec![true; table.judges]; table.entries],
            judges_of: vec![Vec::new(); table.entries],
            fresh: vec![BTreeSet::new(); table.judges],
            loads: vec![0; table.judges],
            met: vec![vec![0; table.judges]; table.judges],
        };
        for &(entry, judge) in &table.conflicts {
            hands.may[entry][judge] = false;
        }
        for &(entry, judge) in &table.dealt {
            hands.give(entry, judge);
            if !table.loose.contains(&(entry, judge)) {
                hands.fresh[judge].remove(&entry);
            }
        }
        hands
    }

    /// Gives entries to everybody who may have them; they are not moved any more.
    fn share(&mut self, shared: &BTreeSet<usize>) -> Vec<(usize, usize)> {
        let judges = self.loads.len();
        let mut given = Vec::new();
        for &entry in shared {
            for judge in (0..judges).filter(|judge| self.may[entry][*judge]).collect::<Vec<_>>() {
                self.give(entry, judge);
                self.fresh[judge].remove(&entry);
                given.push((entry, judge));
            }
        }
        given
    }

    fn meetings(&self, entry: usize, judge: usize) -> u32 {
        self.judges_of[entry].iter().map(|other| self.met[judge][*other]).sum()
    }

    fn give(&mut self, entry: usize, judge: usize) {
        for other in &self.judges_of[entry] {
            self.met[judge][*other] += 1;
            self.met[*other][judge] += 1;
        }
        self.judges_of[entry].push(judge);
        self.fresh[judge].insert(entry);
        self.may[entry][judge] = false;
        self.loads[judge] += 1;
    }

    fn take(&mut self, entry: usize, judge: usize) {
        self.judges_of[entry].retain(|other| *other != judge);
        for other in &self.judges_of[entry] {
            self.met[judge][*other] -= 1;
            self.met[*other][judge] -= 1;
        }
        self.fresh[judge].remove(&entry);
        self.may[entry][judge] = true;
        self.loads[judge] -= 1;
    }

    /// Evens loads; returns the judges who stand in the way where they stay uneven.
    fn even(&mut self) -> Vec<usize> {
        loop {
            let Some(least) = self.loads.iter().min().copied() else { return Vec::new() };
            let most = self.loads.iter().max().copied().unwrap_or(least);
            if most <= least + 1 {
                return Vec::new();
            }
            let heavy: Vec<usize> =
                (0..self.loads.len()).filter(|judge| self.loads[*judge] == most).collect();
            let mut bound = Vec::new();
            let moved = heavy.into_iter().any(|from| match self.chain(from) {
                Ok(chain) => {
                    for (entry, from, to) in chain {
                        self.take(entry, from);
                        self.give(entry, to);
                    }
                    true
                }
                Err(reached) => {
                    bound = reached;
                    false
                }
            });
            if !moved {
                return bound;
            }
        }
    }

    /// The shortest chain of moves from a judge to one with at least two entries less; else every
    /// judge whom a chain reaches.
    fn chain(&self, from: usize) -> Result<Vec<(usize, usize, usize)>, Vec<usize>> {
        let mut before: Vec<Option<(usize, usize)>> = vec![None; self.loads.len()];
        let mut reached = vec![from];
        let mut next = 0;
        while let Some(&giver) = reached.get(next) {
            next += 1;
            for taker in (0..self.loads.len()).filter(|taker| *taker != from) {
                if before[taker].is_some() {
                    continue;
                }
                let entry = self.fresh[giver].iter().find(|entry| self.may[**entry][taker]);
                let Some(&entry) = entry else { continue };
                before[taker] = Some((entry, giver));
                reached.push(taker);
                if self.loads[taker] + 2 <= self.loads[from] {
                    return Ok(path(&before, taker));
                }
            }
        }
        reached.sort_unstable();
        Err(reached)
    }
}

/// Moves that lead to a judge, the last one first, so that none needs what another gives.
fn path(before: &[Option<(usize, usize)>], to: usize) -> Vec<(usize, usize, usize)> {
    let mut moves = Vec::new();
    let mut at = to;
    while let Some((entry, giver)) = before[at] {
        moves.push((entry, giver, at));
        at = giver;
    }
    moves
}
