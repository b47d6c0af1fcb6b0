//! Formulas: raw numbers become points that can be weighed against others.
//!
//! Everything is a fraction until one rounding at the end; only the logarithm of `log_share` is
//! computed in floating point and cut to nine decimal places, the same on every machine that
//! follows IEEE 754.

use serde::{Deserialize, Serialize};

use crate::contest::definition::{Normalisation, Term};
use crate::judging::aggregate::Fraction;

/// Raw numbers in millionths.
const UNIT: i128 = 1_000_000;

/// Points of one term, and the numbers of the other entries that they rest on.
#[derive(Clone, Debug)]
pub struct Points {
    /// The points, exact.
    pub exact: Fraction,
    /// How they came about.
    pub how: How,
}

/// How a raw number became points: with it, anybody can do it again by hand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// The raw number itself.
    Raw,
    /// `100 · raw / greatest`; the greatest in millionths.
    ShareOfMax(i64),
    /// `100 · min(raw, cap) / cap`.
    ShareOfCap(u32),
    /// The mean of the points of the places that equals fill together.
    RankPoints {
        /// First place that they fill.
        place: u32,
        /// How many are equal, itself included.
        equal: u32,
        /// Points of the places that they fill, added up.
        sum: u32,
    },
    /// `100 · (below + (equal − 1) / 2) / (all − 1)`.
    Percentile {
        /// How many lie below.
        below: u32,
        /// How many are equal, itself included.
        equal: u32,
        /// How many there are.
        all: u32,
    },
    /// `100 · ln(1 + raw) / ln(1 + greatest)`; the greatest in millionths.
    LogShare(i64),
}

/// Points of one term for every raw number (in millionths), in the same order.
#[must_use]
pub fn points(normalise: Option<&Normalisation>, raw: &[i64]) -> Vec<Points> {
    let mut sorted = raw.to_vec();
    sorted.sort_unstable();
    let one = |value: &i64| point(normalise, *value, &sorted);
    raw.iter().map(one).collect()
}

/// Points of one raw number among all, `sorted` upwards.
fn point(normalise: Option<&Normalisation>, value: i64, sorted: &[i64]) -> Points {
    let greatest = sorted.last().copied().unwrap_or(0);
    let below = sorted.partition_point(|other| *other < value);
    let equal = sorted.partition_point(|other| *other <= value) - below;
    let above = sorted.len() - below - equal;
    match normalise {
        None | Some(Normalisation::Raw) => {
            Points { exact: Fraction::new(i128::from(value), UNIT), how: How::Raw }
        }
        Some(Normalisation::ShareOfMax) => {
            let exact = match greatest {
                ..=0 => Fraction::new(0, 1),
                _ => Fraction::new(i128::from(value) * 100, i128::from(greatest)),
            };
            Points { exact, how: How::ShareOfMax(greatest) }
        }
        Some(Normalisation::ShareOfCap(most)) => {
            let cap = i128::from((*most).max(1)) * UNIT;
            let exact = Fraction::new(i128::from(value).min(cap) * 100, cap);
            Points { exact, how: How::ShareOfCap((*most).max(1)) }
        }
        Some(Normalisation::RankPoints(table)) => {
            let filled = table.iter().skip(above).take(equal);
            let sum = filled.fold(0_u32, |sum, own| sum.saturating_add(*own));
            let how = How::RankPoints { place: count(above) + 1, equal: count(equal), sum };
            Points { exact: Fraction::new(i128::from(sum), i128::from(count(equal))), how }
        }
        Some(Normalisation::Percentile) => percentile(below, equal, sorted.len()),
        Some(Normalisation::LogShare) => {
            Points { exact: log_share(value, greatest), how: How::LogShare(greatest) }
        }
    }
}

fn count(of: usize) -> u32 {
    u32::try_from(of).unwrap_or(u32::MAX)
}

/// Whoever is alone has nobody below and nobody above: 100.
fn percentile(below: usize, equal: usize, all: usize) -> Points {
    let (below, equal, all) = (count(below), count(equal), count(all));
    let exact = match all {
        ..=1 => Fraction::new(100, 1),
        _ => Fraction::new(
            100 * (2 * i128::from(below) + i128::from(equal) - 1),
            2 * (i128::from(all) - 1),
        ),
    };
    Points { exact, how: How::Percentile { below, equal, all } }
}

fn log_share(value: i64, greatest: i64) -> Fraction {
    if greatest <= 0 {
        return Fraction::new(0, 1);
    }
    let log = |value: i64| (value.max(0) as f64 / UNIT as f64).ln_1p();
    let share = 100.0 * log(value) / log(greatest);
    Fraction::new((share * 1e9).round() as i128, 1_000_000_000)
}

/// The weighted sum of one entry's points, in millionths, rounded to `decimals` places half away
/// from zero.
#[must_use]
pub fn weigh<'a>(parts: impl Iterator<Item = (&'a Term, &'a Points)>, decimals: u32) -> i64 {
    let weighed =
        parts.map(|(term, points)| points.exact.times(Fraction::new(i128::from(term.weight), 100)));
    weighed.fold(Fraction::new(0, 1), Fraction::plus).rounded(decimals)
}
