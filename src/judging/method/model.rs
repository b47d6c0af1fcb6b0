//! The shrunken judge model: entries and judges as crossed random effects.
//!
//! `y = μ + θ(entry) + β(judge) + ε`, `θ ~ N(0, σₑ²)`, `β ~ N(0, σⱼ²)`, `ε ~ N(0, σ²)`, fitted by
//! restricted maximum likelihood with the profiled criterion of Bates et al., "Fitting Linear
//! Mixed-Effects Models Using lme4", J. Stat. Software 67 (2015), eq. 42; entries are eliminated
//! first, so that a panel of J judges costs one J × J system. A judge of few sheets is believed
//! less, which is why this model never does worse than the mean.

use super::linear::{Triangle, minimum};
use super::scale::{Unfit, fit};
use super::{Panel, Score};

/// Fewest sheets of a judge with which the model is fitted.
pub const LEAST: usize = 3;

/// What the model says. Everything in points of the round's scale.
#[derive(Clone, Debug)]
pub struct Fitted {
    /// `μ`, the general level.
    pub level: f64,
    /// Standard deviations: between entries, between judges, of what is left.
    pub deviations: (f64, f64, f64),
    /// `θ` of each entry: how much above the level it is, shrunken.
    pub entries: Vec<f64>,
    /// Standard error of each entry's `θ`, given the level.
    pub entry_errors: Vec<f64>,
    /// `β` of each judge: how much more than the panel the judge gives (mild above 0).
    pub judges: Vec<f64>,
    /// Standard error of each judge's `β`, given the level.
    pub judge_errors: Vec<f64>,
    system: System,
}

impl Fitted {
    /// Each entry's adjusted points: the level and its own effect.
    #[must_use]
    pub fn points(&self) -> Vec<f64> {
        self.entries.iter().map(|effect| self.level + effect).collect()
    }

    /// How far a mean of `sheets` sheets can be trusted, 0 to 1: `σₑ²/(σₑ² + σ²/k)`.
    #[must_use]
    pub fn reliability(&self, sheets: f64) -> f64 {
        let (entries, _, rest) = self.deviations;
        let signal = entries * entries;
        if signal == 0.0 { 0.0 } else { signal / (signal + rest * rest / sheets) }
    }

    /// One draw of all entries' effects from what the model leaves open, given standard normal
    /// numbers: the judges' and the entries' uncertainty together.
    pub fn draw(&self, mut normal: impl FnMut() -> f64) -> Vec<f64> {
        let (entry_deviation, _, rest) = self.deviations;
        let ratio = if rest > 0.0 { entry_deviation / rest } else { 0.0 };
        let noise: Vec<f64> = (0..self.judges.len()).map(|_| normal()).collect();
        let judges = self.system.triangle.backward(&noise);
        let entry = |at: usize, normal: &mut dyn FnMut() -> f64| {
            let whole = self.system.wholes[at];
            let met: f64 =
                self.system.met[at].iter().map(|(judge, met)| met * judges[*judge]).sum();
            self.entries[at] + rest * ratio * (normal() / whole.sqrt() - met / whole)
        };
        (0..self.entries.len()).map(|at| entry(at, &mut normal)).collect()
    }
}

/// The equations at the optimum, kept for draws: with entries eliminated.
#[derive(Clone, Debug)]
struct System {
    /// Of the judges' part, without the level.
    triangle: Triangle,
    /// `Aₑ = λₑ²·nₑ + 1` of each entry.
    wholes: Vec<f64>,
    /// `λₑ·λⱼ` for each judge that an entry met.
    met: Vec<Vec<(usize, f64)>>,
}

/// Sums that do not change while the model is fitted.
struct Sums {
    lists: Vec<Vec<Score>>,
    judges: Vec<(f64, f64)>,
    count: f64,
    points: f64,
    squares: f64,
}

impl Sums {
    fn of(panel: &Panel) -> Self {
        let mut judges = vec![(0.0, 0.0); panel.judges];
        for score in &panel.scores {
            judges[score.judge].0 += 1.0;
            judges[score.judge].1 += score.points;
        }
        Self {
            lists: panel.by_entry(),
            judges,
            count: panel.scores.len() as f64,
            points: panel.scores.iter().map(|score| score.points).sum(),
            squares: panel.scores.iter().map(|score| score.points.powi(2)).sum(),
        }
    }

    /// The equations for the judges and, last, the level, entries eliminated: the matrix, the
    /// right side, what is left of the squares, and the logarithm of the eliminated part.
    fn eliminated(&self, [entry, judge]: [f64; 2]) -> (Vec<Vec<f64>>, Vec<f64>, f64, f64) {
        let size = self.judges.len();
        let mut matrix = vec![vec![0.0; size + 1]; size + 1];
        let mut right = vec![0.0; size + 1];
        for (at, (count, points)) in self.judges.iter().enumerate() {
            matrix[at][at] = judge * judge * count + 1.0;
            matrix[size][at] = judge * count;
            right[at] = judge * points;
        }
        matrix[size][size] = self.count;
        right[size] = self.points;
        let (mut squares, mut log) = (self.squares, 0.0);
        for list in self.lists.iter().filter(|list| !list.is_empty()) {
            let count = list.len() as f64;
            let points: f64 = list.iter().map(|score| score.points).sum();
            let whole = entry * entry * count + 1.0;
            let share = entry * entry / whole;
            for (nth, one) in list.iter().enumerate() {
                for other in &list[..=nth] {
                    let (low, high) = (one.judge.min(other.judge), one.judge.max(other.judge));
                    matrix[high][low] -= judge * judge * share;
                }
                matrix[size][one.judge] -= judge * share * count;
                right[one.judge] -= judge * share * points;
            }
            matrix[size][size] -= share * count * count;
            right[size] -= share * count * points;
            squares -= share * points * points;
            log += whole.ln();
        }
        (matrix, right, squares, log)
    }

    /// The profiled criterion; infinite where it cannot be reckoned.
    fn criterion(&self, ratios: [f64; 2]) -> f64 {
        let (matrix, right, squares, log) = self.eliminated(ratios.map(f64::abs));
        let Some(triangle) = Triangle::of(&matrix) else { return f64::INFINITY };
        let half = triangle.forward(&right);
        let left = (squares - half.iter().map(|x| x * x).sum::<f64>()).max(f64::MIN_POSITIVE);
        let free = self.count - 1.0;
        log + triangle.log_determinant(right.len())
            + free * (1.0 + (std::f64::consts::TAU * left / free).ln())
    }
}

/// Fits the model.
///
/// # Errors
/// [`Unfit`] where a judge has fewer than [`LEAST`] sheets, where judges of different groups
/// share no entry, or where every mark is the same.
pub fn fitted(panel: &Panel) -> Result<Fitted, Unfit> {
    fit(panel, LEAST)?;
    let first = panel.scores.first().ok_or(Unfit::Nothing)?.points;
    let differ = panel.scores.iter().any(|score| score.points != first);
    if !differ || panel.entries < 2 || panel.by_judge().iter().filter(|n| **n > 0).count() < 2 {
        return Err(Unfit::Nothing);
    }
    // Sums of squares lose digits far from 0: the middle is taken off first.
    let middle =
        panel.scores.iter().map(|score| score.points).sum::<f64>() / panel.scores.len() as f64;
    let mut centred = panel.clone();
    for score in &mut centred.scores {
        score.points -= middle;
    }
    let sums = Sums::of(&centred);
    let ratios = minimum([1.0, 1.0], |at| sums.criterion(at)).map(f64::abs);
    solved(&sums, ratios, middle).ok_or(Unfit::Nothing)
}

fn solved(sums: &Sums, [entry, judge]: [f64; 2], middle: f64) -> Option<Fitted> {
    let (mut matrix, mut right, squares, _) = sums.eliminated([entry, judge]);
    let whole = Triangle::of(&matrix)?;
    let half = whole.forward(&right);
    let left = (squares - half.iter().map(|x| x * x).sum::<f64>()).max(0.0);
    let rest = (left / (sums.count - 1.0)).sqrt();
    let mut solution = whole.backward(&half);
    let level = solution.pop()?;
    matrix.pop();
    right.pop();
    for row in &mut matrix {
        row.pop();
    }
    let triangle = Triangle::of(&matrix)?;
    let met: Vec<Vec<(usize, f64)>> = sums
        .lists
        .iter()
        .map(|list| list.iter().map(|score| (score.judge, entry * judge)).collect())
        .collect();
    let wholes: Vec<f64> =
        sums.lists.iter().map(|list| entry * entry * list.len() as f64 + 1.0).collect();
    let inverse: Vec<Vec<f64>> = (0..solution.len())
        .map(|at| {
            let mut unit = vec![0.0; solution.len()];
            unit[at] = 1.0;
            triangle.solve(&unit)
        })
        .collect();
    let (mut entries, mut entry_errors) = (Vec::new(), Vec::new());
    for (at, list) in sums.lists.iter().enumerate() {
        let points: f64 = list.iter().map(|score| score.points - level).sum();
        let judged: f64 = met[at].iter().map(|(judge, met)| met * solution[*judge]).sum();
        entries.push(entry * (entry * points - judged) / wholes[at]);
        let crossed: f64 = met[at]
            .iter()
            .flat_map(|(one, a)| met[at].iter().map(move |(other, b)| (one, other, a * b)))
            .map(|(one, other, product)| product * inverse[*one][*other])
            .sum();
        let variance = 1.0 / wholes[at] + crossed / (wholes[at] * wholes[at]);
        entry_errors.push(rest * entry * variance.sqrt());
    }
    Some(Fitted {
        level: level + middle,
        deviations: (entry * rest, judge * rest, rest),
        entries,
        entry_errors,
        judges: solution.iter().map(|effect| judge * effect).collect(),
        judge_errors: (0..solution.len()).map(|at| rest * judge * inverse[at][at].sqrt()).collect(),
        system: System { triangle, wholes, met },
    })
}
