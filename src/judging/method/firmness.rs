//! How firm a ranking is: intervals of ranks, and what would change without one judge.

use super::model::Fitted;
use super::{Panel, ranks};
use crate::judging::deal::Dice;

/// Between which places an entry may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval {
    /// The best place.
    pub best: usize,
    /// The worst place.
    pub worst: usize,
}

/// Intervals of ranks that hold with a probability of 90 %, from `times` draws of all entries'
/// effects (parametric bootstrap from the fitted model's own covariance). The same seed gives the
/// same intervals.
#[must_use]
pub fn intervals(fitted: &Fitted, times: usize, seed: u64) -> Vec<Interval> {
    let entries = fitted.entries.len();
    let mut dice = Dice(seed);
    let mut normals = Normals::new(&mut dice);
    let mut drawn: Vec<Vec<u32>> = vec![Vec::with_capacity(times); entries];
    let mut order: Vec<u32> = (0..u32::try_from(entries).unwrap_or(u32::MAX)).collect();
    for _ in 0..times {
        let effects = fitted.draw(|| normals.next());
        order.sort_unstable_by(|a, b| effects[*b as usize].total_cmp(&effects[*a as usize]));
        for (place, entry) in (1..).zip(&order) {
            drawn[*entry as usize].push(place);
        }
    }
    let cut = times / 20;
    let interval = |mut places: Vec<u32>| {
        let last = places.len() - 1;
        let (_, best, above) = places.select_nth_unstable(cut);
        let best = *best as usize;
        let worst = match (last - cut).checked_sub(cut + 1) {
            Some(nth) => *above.select_nth_unstable(nth).1 as usize,
            None => best,
        };
        Interval { best, worst }
    };
    drawn.into_iter().map(interval).collect()
}

/// Standard normal numbers from dice (Box and Muller, 1958).
struct Normals<'a> {
    dice: &'a mut Dice,
    kept: Option<f64>,
}

impl<'a> Normals<'a> {
    fn new(dice: &'a mut Dice) -> Self {
        Self { dice, kept: None }
    }

    fn next(&mut self) -> f64 {
        if let Some(kept) = self.kept.take() {
            return kept;
        }
        let unit = |roll: u64| ((roll >> 11) as f64 + 0.5) / (1_u64 << 53) as f64;
        let radius = (-2.0 * unit(self.dice.roll()).ln()).sqrt();
        let angle = std::f64::consts::TAU * unit(self.dice.roll());
        self.kept = Some(radius * angle.sin());
        radius * angle.cos()
    }
}

/// What changes among the first places when one judge is left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Swap {
    /// The judge who is left out.
    pub judge: usize,
    /// Entries whose place changes: entry, place with the judge, place without.
    pub moved: Vec<(usize, usize, usize)>,
}

/// For each judge, which of the first `places` would change without that judge, by the means of
/// the raw marks. Judges without whom nothing changes are left out.
#[must_use]
pub fn swaps(panel: &Panel, places: usize) -> Vec<Swap> {
    let with = ranks(&panel.means());
    let without = |judge: usize| {
        let other = ranks(&panel.without(judge).means());
        let moved = with.iter().zip(other).enumerate().filter_map(|(entry, (with, without))| {
            let (with, without) = ((*with)?, without?);
            let near = with <= places || without <= places;
            (near && with != without).then_some((entry, with, without))
        });
        let mut moved: Vec<_> = moved.collect();
        moved.sort_unstable_by_key(|(entry, with, _)| (*with, *entry));
        Swap { judge, moved }
    };
    (0..panel.judges).map(without).filter(|swap| !swap.moved.is_empty()).collect()
}
