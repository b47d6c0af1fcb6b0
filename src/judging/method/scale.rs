//! Adjusting for judges who use the scale differently: z-scores and the additive model.

use super::Panel;
use super::linear::Triangle;

/// Why marks were not adjusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// A judge has fewer sheets than the method needs.
    TooFew {
        /// The judge, by number from 0.
        judge: usize,
        /// Sheets of that judge.
        sheets: usize,
        /// Sheets that the method needs.
        least: usize,
    },
    /// The panel falls into groups that share no entry.
    Apart {
        /// How many groups.
        groups: usize,
    },
    /// Nothing can be told apart: too few judges or entries, or every mark is the same.
    Nothing,
}

/// Refuses a panel with a judge of fewer than `least` sheets, or of several groups. Judges
/// without any sheet do not count.
///
/// # Errors
/// [`Unfit`] with the first reason.
pub fn fit(panel: &Panel, least: usize) -> Result<(), Unfit> {
    let counts = panel.by_judge();
    let few = counts.iter().enumerate().find(|(_, count)| (1..least).contains(*count));
    if let Some((judge, &sheets)) = few {
        return Err(Unfit::TooFew { judge, sheets, least });
    }
    match panel.groups() {
        0 => Err(Unfit::Nothing),
        1 => Ok(()),
        groups => Err(Unfit::Apart { groups }),
    }
}

/// Fewest sheets of a judge with which [`z_means`] says something.
pub const LEAST_FOR_Z: usize = 8;

/// Mean z-score of each entry: `z = (y − ȳⱼ)/sⱼ` per judge, `s` with n − 1; a judge who gives
/// everybody the same says 0. None for entries without scores.
///
/// # Errors
/// [`Unfit::TooFew`] where a judge has fewer than [`LEAST_FOR_Z`] sheets.
pub fn z_means(panel: &Panel) -> Result<Vec<Option<f64>>, Unfit> {
    let counts = panel.by_judge();
    let few = counts.iter().enumerate().find(|(_, count)| (1..LEAST_FOR_Z).contains(*count));
    match few {
        Some((judge, &sheets)) => Err(Unfit::TooFew { judge, sheets, least: LEAST_FOR_Z }),
        None => Ok(standardised(panel).means()),
    }
}

/// The panel with each judge's scores as z-scores.
#[must_use]
pub fn standardised(panel: &Panel) -> Panel {
    let mut sums = vec![(0.0, 0.0, 0.0); panel.judges];
    for score in &panel.scores {
        sums[score.judge].0 += 1.0;
        sums[score.judge].1 += score.points;
    }
    for score in &panel.scores {
        let (count, sum, squares) = &mut sums[score.judge];
        *squares += (score.points - *sum / *count).powi(2);
    }
    let mut z = panel.clone();
    for score in &mut z.scores {
        let (count, sum, squares) = sums[score.judge];
        let deviation = (squares / (count - 1.0).max(1.0)).sqrt();
        let apart = score.points - sum / count;
        score.points = if deviation > 0.0 { apart / deviation } else { 0.0 };
    }
    z
}

/// What the additive model says: `y = entry + judge + ε`, the judges' effects adding up to 0.
#[derive(Clone, Debug, PartialEq)]
pub struct Additive {
    /// Each entry's effect, in points; none without scores.
    pub entries: Vec<Option<f64>>,
    /// How much more than the panel each judge gives, in points.
    pub judges: Vec<f64>,
    /// Variance of what is left, in points²; 0 where nothing is left over.
    pub variance: f64,
}

/// Fits the additive model by least squares. Plain least squares invents differences on small
/// panels; the shrunken model ([`super::model`]) is the one to trust there.
///
/// # Errors
/// [`Unfit::Apart`] where judges cannot be compared.
pub fn additive(panel: &Panel) -> Result<Additive, Unfit> {
    fit(panel, 0)?;
    let lists = panel.by_entry();
    let mut matrix = vec![vec![1.0; panel.judges]; panel.judges];
    let mut right = vec![0.0; panel.judges];
    for list in lists.iter().filter(|list| !list.is_empty()) {
        let share = 1.0 / list.len() as f64;
        let mean = list.iter().map(|score| score.points).sum::<f64>() * share;
        for one in list {
            matrix[one.judge][one.judge] += 1.0;
            right[one.judge] += one.points - mean;
            for other in list {
                matrix[one.judge][other.judge] -= share;
            }
        }
    }
    for (judge, count) in panel.by_judge().into_iter().enumerate() {
        if count == 0 {
            matrix[judge][judge] += 1.0;
        }
    }
    let judges = Triangle::of(&matrix).ok_or(Unfit::Nothing)?.solve(&right);
    let entry = |list: &Vec<super::Score>| {
        let sum: f64 = list.iter().map(|score| score.points - judges[score.judge]).sum();
        (!list.is_empty()).then(|| sum / list.len() as f64)
    };
    let entries: Vec<Option<f64>> = lists.iter().map(entry).collect();
    let left = |score: &super::Score| {
        let fitted = entries[score.entry].unwrap_or(0.0) + judges[score.judge];
        (score.points - fitted).powi(2)
    };
    let rest: f64 = panel.scores.iter().map(left).sum();
    let known =
        entries.iter().flatten().count() + panel.by_judge().iter().filter(|n| **n > 0).count();
    let free = (panel.scores.len() + 1).saturating_sub(known);
    let variance = if free > 0 { rest / free as f64 } else { 0.0 };
    Ok(Additive { entries, judges, variance })
}
