//! Formulas: raw numbers become points that can be weighed against others.
//!
//! Everything is a fraction until one rounding at the end; only the logarithm of `log_share` is
//! computed in floating point and cut to nine decimal places, the same on every machine that
//! follows IEEE 754.

use crate::contest::definition::{Normalisation, Term};
use crate::judging::aggregate::Fraction;

/// Raw numbers in millionths.
const UNIT: i128 = 1_000_000;

/// Points of one term for every raw number (in millionths), in the same order.
#[must_use]
pub fn points(normalise: Option<&Normalisation>, raw: &[i64]) -> Vec<Fraction> {
    let whole = |value: i64| Fraction::new(i128::from(value), UNIT);
    let greatest = raw.iter().copied().max().unwrap_or(0);
    match normalise {
        None | Some(Normalisation::Raw) => raw.iter().map(|value| whole(*value)).collect(),
        Some(Normalisation::ShareOfMax) => raw
            .iter()
            .map(|value| match greatest {
                ..=0 => Fraction::new(0, 1),
                _ => Fraction::new(i128::from(*value) * 100, i128::from(greatest)),
            })
            .collect(),
        Some(Normalisation::ShareOfCap(cap)) => raw
            .iter()
            .map(|value| {
                let cap = i128::from((*cap).max(1)) * UNIT;
                Fraction::new(i128::from(*value).min(cap) * 100, cap)
            })
            .collect(),
        Some(Normalisation::RankPoints(table)) => {
            raw.iter().map(|value| by_rank(*value, raw, table)).collect()
        }
        Some(Normalisation::Percentile) => {
            raw.iter().map(|value| percentile(*value, raw)).collect()
        }
        Some(Normalisation::LogShare) => {
            raw.iter().map(|value| log_share(*value, greatest)).collect()
        }
    }
}

/// Equal raw numbers share the mean of the points of the places that they fill.
fn by_rank(value: i64, raw: &[i64], table: &[u32]) -> Fraction {
    let above = raw.iter().filter(|other| **other > value).count();
    let equal = raw.iter().filter(|other| **other == value).count();
    let filled = table.iter().skip(above).take(equal).map(|points| i128::from(*points));
    Fraction::new(filled.sum(), i128::try_from(equal).unwrap_or(1))
}

fn percentile(value: i64, raw: &[i64]) -> Fraction {
    let count = |of: &dyn Fn(&i64) -> bool| {
        i128::try_from(raw.iter().filter(|other| of(other)).count()).unwrap_or(0)
    };
    let (below, equal) = (count(&|other| *other < value), count(&|other| *other == value));
    let others = i128::try_from(raw.len()).unwrap_or(1) - 1;
    if others < 1 {
        return Fraction::new(100, 1);
    }
    Fraction::new(100 * (2 * below + equal - 1), 2 * others)
}

fn log_share(value: i64, greatest: i64) -> Fraction {
    if greatest <= 0 {
        return Fraction::new(0, 1);
    }
    let log = |value: i64| (value.max(0) as f64 / UNIT as f64).ln_1p();
    let share = 100.0 * log(value) / log(greatest);
    Fraction::new((share * 1e9).round() as i128, 1_000_000_000)
}

/// The weighted sum of every entry's points, in millionths, rounded to `decimals` places half away
/// from zero; and each term's own points, unrounded but for the millionth.
#[must_use]
pub fn weigh(terms: &[Term], columns: &[Vec<Fraction>], decimals: u32) -> Vec<(i64, Vec<i64>)> {
    let rows = columns.first().map_or(0, Vec::len);
    let row = |index: usize| {
        let parts = terms
            .iter()
            .zip(columns)
            .map(|(term, column)| column[index].times(Fraction::new(i128::from(term.weight), 100)));
        let sum = parts.fold(Fraction::new(0, 1), Fraction::plus);
        let own = columns.iter().map(|column| column[index].millionths()).collect();
        (sum.rounded(decimals), own)
    };
    (0..rows).map(row).collect()
}
