//! How much judges agree: Krippendorff's alpha, intraclass correlations, Kendall's W.

use std::collections::HashMap;

use super::{Panel, mid_ranks};

/// How far apart two marks are, for [`alpha`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Apart {
    /// Equal or not.
    Nominal,
    /// By how many marks lie between them.
    Ordinal,
    /// By their difference.
    Interval,
}

/// Krippendorff's alpha for panels in which not everybody marks everything: 1 is full agreement,
/// 0 what chance would give. None where fewer than two marks can be paired or all are equal.
///
/// `α = 1 − Dₒ/Dₑ` (Krippendorff, "Computing Krippendorff's Alpha-Reliability", 2011). The ordinal
/// distance between two marks is the difference of their mid-ranks among all paired marks, so that
/// ordinal is interval over mid-ranks.
#[must_use]
pub fn alpha(panel: &Panel, apart: Apart) -> Option<f64> {
    let lists: Vec<Vec<f64>> = panel
        .by_entry()
        .into_iter()
        .filter(|list| list.len() >= 2)
        .map(|list| list.into_iter().map(|score| score.points).collect())
        .collect();
    let all: Vec<f64> = lists.iter().flatten().copied().collect();
    if all.len() < 2 {
        return None;
    }
    let (observed, expected) = match apart {
        Apart::Nominal => {
            let within = lists.iter().map(|list| unequal(list) / (list.len() as f64 - 1.0)).sum();
            (within, unequal(&all))
        }
        Apart::Interval => squares_of(&lists, &all),
        Apart::Ordinal => {
            let ranks = mid_ranks(&all);
            let mut rest = ranks.as_slice();
            let lists: Vec<Vec<f64>> = lists
                .iter()
                .map(|list| {
                    let (own, other) = rest.split_at(list.len());
                    rest = other;
                    own.to_vec()
                })
                .collect();
            squares_of(&lists, &ranks)
        }
    };
    let chance: f64 = expected / (all.len() as f64 - 1.0);
    (chance > 0.0).then(|| 1.0 - observed / chance)
}

fn squares_of(lists: &[Vec<f64>], all: &[f64]) -> (f64, f64) {
    let within = lists.iter().map(|list| squared(list) / (list.len() as f64 - 1.0)).sum();
    (within, squared(all))
}

/// `Σ (x − y)²` over all ordered pairs: `2·n·Σ (x − x̄)²`.
fn squared(values: &[f64]) -> f64 {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    2.0 * count * values.iter().map(|value| (value - mean).powi(2)).sum::<f64>()
}

/// How many ordered pairs are unequal.
fn unequal(values: &[f64]) -> f64 {
    let mut counts: HashMap<u64, f64> = HashMap::new();
    for value in values {
        *counts.entry((value + 0.0).to_bits()).or_default() += 1.0;
    }
    let count = values.len() as f64;
    count * count - counts.values().map(|same| same * same).sum::<f64>()
}

/// Intraclass correlations of a panel in which everybody marked everything, named as by McGraw
/// and Wong (1996); formulas of Shrout and Fleiss, Psychological Bulletin 86 (1979).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Correlations {
    /// ICC(1,1): one mark, judges not told apart.
    pub one: f64,
    /// ICC(A,1): one mark, absolute agreement.
    pub agreement: f64,
    /// ICC(C,1): one mark, order only.
    pub consistency: f64,
    /// ICC(1,k): the panel's mean, judges not told apart.
    pub one_of_mean: f64,
    /// ICC(A,k): the panel's mean, absolute agreement.
    pub agreement_of_mean: f64,
    /// ICC(C,k): the panel's mean, order only.
    pub consistency_of_mean: f64,
}

/// Intraclass correlations; none where somebody left something unmarked, or with fewer than two
/// entries or judges.
#[must_use]
pub fn correlations(panel: &Panel) -> Option<Correlations> {
    let table = panel.full()?;
    let (n, k) = (panel.entries as f64, panel.judges as f64);
    if panel.entries < 2 || panel.judges < 2 {
        return None;
    }
    let mean = table.iter().flatten().sum::<f64>() / (n * k);
    let row = |row: &Vec<f64>| row.iter().sum::<f64>() / k;
    let column = |at: usize| table.iter().map(|row| row[at]).sum::<f64>() / n;
    let between: f64 = k * table.iter().map(|one| (row(one) - mean).powi(2)).sum::<f64>();
    let judges: f64 = n * (0..panel.judges).map(|at| (column(at) - mean).powi(2)).sum::<f64>();
    let total: f64 = table.iter().flatten().map(|value| (value - mean).powi(2)).sum();
    let msr = between / (n - 1.0);
    let msc = judges / (k - 1.0);
    let mse = (total - between - judges) / ((n - 1.0) * (k - 1.0));
    let msw = (total - between) / (n * (k - 1.0));
    Some(Correlations {
        one: (msr - msw) / (msr + (k - 1.0) * msw),
        agreement: (msr - mse) / (msr + (k - 1.0) * mse + k * (msc - mse) / n),
        consistency: (msr - mse) / (msr + (k - 1.0) * mse),
        one_of_mean: (msr - msw) / msr,
        agreement_of_mean: (msr - mse) / (msr + (msc - mse) / n),
        consistency_of_mean: (msr - mse) / msr,
    })
}

/// Kendall's W, corrected for ties: 1 when all judges order alike, 0 when orders cancel out. None
/// unless everybody marked everything, or where every judge gave everybody the same.
///
/// `W = 12·S / (m²(n³ − n) − m·ΣT)`, `T = t³ − t` for each group of `t` equal marks of a judge
/// (Kendall, "Rank Correlation Methods", ch. 6).
#[must_use]
pub fn concordance(panel: &Panel) -> Option<f64> {
    let table = panel.full()?;
    let (n, m) = (panel.entries as f64, panel.judges as f64);
    let mut sums = vec![0.0; panel.entries];
    let mut ties = 0.0;
    for judge in 0..panel.judges {
        let marks: Vec<f64> = table.iter().map(|row| row[judge]).collect();
        for (sum, rank) in sums.iter_mut().zip(mid_ranks(&marks)) {
            *sum += rank;
        }
        let mut sorted = marks;
        sorted.sort_by(f64::total_cmp);
        for group in sorted.chunk_by(|a, b| a == b) {
            let size = group.len() as f64;
            ties += size.powi(3) - size;
        }
    }
    let mean = m * (n + 1.0) / 2.0;
    let spread: f64 = sums.iter().map(|sum| (sum - mean).powi(2)).sum();
    let most = m * m * (n.powi(3) - n) - m * ties;
    (most > 0.0).then(|| 12.0 * spread / most)
}

/// Spearman's rank correlation of two lists of equal length; none where one of them is flat or
/// there are fewer than three pairs.
#[must_use]
pub fn rank_correlation(one: &[f64], other: &[f64]) -> Option<f64> {
    if one.len() != other.len() || one.len() < 3 {
        return None;
    }
    let (a, b) = (mid_ranks(one), mid_ranks(other));
    let mean = (one.len() as f64 + 1.0) / 2.0;
    let product: f64 = a.iter().zip(&b).map(|(x, y)| (x - mean) * (y - mean)).sum();
    let spread = |list: &[f64]| list.iter().map(|x| (x - mean).powi(2)).sum::<f64>();
    let whole = (spread(&a) * spread(&b)).sqrt();
    (whole > 0.0).then(|| product / whole)
}
