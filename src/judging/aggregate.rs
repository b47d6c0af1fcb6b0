//! From marks to one number, exactly.
//!
//! Marks are hundredths of a point. A sheet's total is `Σ mark` where criteria have no weights,
//! and `Σ weight · mark / max` on the scale of 100 where they have; both are fractions, kept as
//! such until the end. The result is in millionths, rounded once, half away from zero.

use std::collections::BTreeMap;

use crate::contest::definition::{Aggregate, Criterion};

/// Beyond this denominator a fraction is rounded to so many parts: far finer than any place that
/// is compared, and no sum or product of such fractions leaves 128 bits.
const FINEST: i128 = 1_000_000_000_000;

/// A fraction with a positive denominator; exact while the denominator stays below a million
/// million.
#[derive(Clone, Copy, Debug)]
pub struct Fraction {
    numerator: i128,
    denominator: i128,
}

impl Fraction {
    /// `numerator / denominator`, in lowest terms; a denominator of 0 counts as 1.
    #[must_use]
    pub fn new(numerator: i128, denominator: i128) -> Self {
        let denominator = if denominator == 0 { 1 } else { denominator };
        let divisor = gcd(numerator.unsigned_abs(), denominator.unsigned_abs()).max(1);
        let sign = denominator.signum();
        let divisor = i128::try_from(divisor).unwrap_or(1) * sign;
        let exact = Self { numerator: numerator / divisor, denominator: denominator / divisor };
        if exact.denominator <= FINEST { exact } else { exact.coarser() }
    }

    /// The nearest fraction of [`FINEST`] parts. Denominators come from two of at most `FINEST`,
    /// so that none is above 10²⁴ here.
    fn coarser(self) -> Self {
        let (whole, rest) = (self.numerator / self.denominator, self.numerator % self.denominator);
        let half = self.denominator * rest.signum();
        let parts = (2 * rest * FINEST + half) / (2 * self.denominator);
        Self { numerator: whole * FINEST + parts, denominator: FINEST }
    }

    /// The product.
    #[must_use]
    pub fn times(self, other: Self) -> Self {
        Self::new(self.numerator * other.numerator, self.denominator * other.denominator)
    }

    /// In millionths, rounded to so many decimal places (at most 6), half away from zero.
    #[must_use]
    pub fn rounded(self, decimals: u32) -> i64 {
        let step = 10_i128.pow(6 - decimals.min(6));
        let doubled = self.numerator * 2_000_000;
        let half = self.denominator * step * doubled.signum();
        let steps = (doubled + half) / (self.denominator * step * 2);
        i64::try_from(steps * step).unwrap_or(i64::MAX)
    }

    /// The sum.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self::new(
            self.numerator * other.denominator + other.numerator * self.denominator,
            self.denominator * other.denominator,
        )
    }

    /// The quotient; a divisor of 0 counts as 1.
    #[must_use]
    pub fn over(self, divisor: Self) -> Self {
        let divisor = if divisor.numerator == 0 { Self::new(1, 1) } else { divisor };
        self.times(Self::new(divisor.denominator, divisor.numerator))
    }

    fn shared(self, count: usize) -> Self {
        self.over(Self::new(i128::try_from(count).unwrap_or(1), 1))
    }

    /// In millionths, rounded half away from zero.
    #[must_use]
    pub fn millionths(self) -> i64 {
        self.rounded(6)
    }
}

impl std::fmt::Display for Fraction {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.denominator {
            1 => write!(f, "{}", self.numerator),
            _ => write!(f, "{}/{}", self.numerator, self.denominator),
        }
    }
}

impl PartialEq for Fraction {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Fraction {}

impl PartialOrd for Fraction {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Fraction {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.numerator * other.denominator).cmp(&(other.numerator * self.denominator))
    }
}

fn gcd(a: u128, b: u128) -> u128 {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// A sheet: marks in hundredths by the criterion's key.
pub type Sheet = BTreeMap<String, i32>;

/// The total of a sheet, in points; a criterion without a mark counts as 0.
#[must_use]
pub fn total(criteria: &[Criterion], sheet: &Sheet) -> Fraction {
    let weighted = criteria.iter().any(|criterion| criterion.weight.is_some());
    let parts = criteria.iter().map(|criterion| {
        let mark = i128::from(sheet.get(&criterion.key).copied().unwrap_or(0));
        match criterion.weight {
            Some(weight) => {
                Fraction::new(mark * i128::from(weight), i128::from(criterion.max.max(1)) * 100)
            }
            None if weighted => Fraction::new(0, 1),
            None => Fraction::new(mark, 100),
        }
    });
    parts.fold(Fraction::new(0, 1), Fraction::plus)
}

/// One number from the totals of an entry's sheets; none without sheets.
#[must_use]
pub fn aggregate(how: Aggregate, totals: &[Fraction]) -> Option<Fraction> {
    let mut sorted = totals.to_vec();
    sorted.sort();
    let sum = |part: &[Fraction]| part.iter().copied().fold(Fraction::new(0, 1), Fraction::plus);
    let mean = |part: &[Fraction]| sum(part).shared(part.len());
    let count = sorted.len();
    if count == 0 {
        return None;
    }
    Some(match how {
        Aggregate::Sum => sum(&sorted),
        Aggregate::TrimmedMean if count >= 5 => mean(&sorted[1..count - 1]),
        Aggregate::Median if count % 2 == 1 => sorted[count / 2],
        Aggregate::Median => mean(&sorted[count / 2 - 1..=count / 2]),
        // What looks at the whole panel, or at lists, has the mean for its raw side.
        _ => mean(&sorted),
    })
}

/// Mean of one criterion over sheets, in points; 0 without sheets.
#[must_use]
pub fn criterion_mean(key: &str, sheets: &[Sheet]) -> Fraction {
    let sum: i128 =
        sheets.iter().filter_map(|sheet| sheet.get(key)).map(|mark| i128::from(*mark)).sum();
    Fraction::new(sum, 100).shared(sheets.len())
}
