//! What a round's marks tell about its judges, its entries and itself, for a lay committee.

use std::collections::{BTreeSet, HashMap};

use entity::id::{EntryId, RoundId};
use sea_orm::{ConnectionTrait, DbErr};

use super::aggregate;
use super::method::agreement::{Apart, Correlations, alpha, concordance, correlations};
use super::method::firmness::{Interval, Swap, intervals, swaps};
use super::method::model::{Fitted, fitted};
use super::method::scale::Unfit;
use super::method::{Panel, Score, agreement, ranks};
use super::outcome::titled;
use super::plan::calibration;
use super::reckon::finished_sheets;
use crate::contest::definition::Round;

/// Draws of the bootstrap behind the intervals of places.
const DRAWS: usize = 1000;

/// How many bars a judge's histogram has.
pub const BARS: usize = 10;

/// First places for which it is said what would change without a judge.
const WATCHED: usize = 10;

/// What the marks of a round tell. Points are on the round's own scale.
#[derive(Clone, Debug)]
pub struct Figures {
    /// Finished sheets.
    pub sheets: usize,
    /// Krippendorff's alpha, interval.
    pub alpha: Option<f64>,
    /// Kendall's W, where everybody marked everything.
    pub concordance: Option<f64>,
    /// Intraclass correlations, where everybody marked everything.
    pub correlations: Option<Correlations>,
    /// How far the mean of as many sheets as an entry has can be trusted, 0 to 1.
    pub reliability: Option<f64>,
    /// Why the judge model says nothing; none where it does.
    pub unfit: Option<Unfit>,
    /// By judge.
    pub judges: Vec<OfJudge>,
    /// By entry, best raw mean first.
    pub entries: Vec<OfEntry>,
    /// Names under which judges know the entries, in the order in which [`Figures::swaps`] counts
    /// them.
    pub order: Vec<String>,
    /// What would change among the first places without one judge; judges count as in
    /// [`Figures::judges`].
    pub swaps: Vec<Swap>,
}

/// What is worth a talk with a judge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remark {
    /// Gives less than the panel, beyond doubt.
    Severe,
    /// Gives more than the panel, beyond doubt.
    Mild,
    /// Orders entries unlike the others.
    Apart,
    /// Hardly tells entries apart.
    Flat,
}

/// One judge's marks.
#[derive(Clone, Debug)]
pub struct OfJudge {
    /// The judge's number.
    pub number: i32,
    /// Finished sheets.
    pub sheets: usize,
    /// Mean of their totals.
    pub mean: f64,
    /// Standard deviation of their totals.
    pub deviation: f64,
    /// Mean of the totals of those entries that all judges share for calibration.
    pub calibration: Option<f64>,
    /// How much more than the panel the judge gives, and its standard error.
    pub severity: Option<(f64, f64)>,
    /// Rank correlation with the mean of the other judges.
    pub agreement: Option<f64>,
    /// Sheets by tenths of the scale, from low to high.
    pub bars: [usize; BARS],
    /// What is worth a talk.
    pub remarks: Vec<Remark>,
}

/// One entry's marks.
#[derive(Clone, Debug)]
pub struct OfEntry {
    /// The entry.
    pub entry: EntryId,
    /// By which judges know it.
    pub alias: String,
    /// Its title.
    pub title: String,
    /// Finished sheets.
    pub sheets: usize,
    /// Mean of its sheets, and its place by it.
    pub raw: Option<(f64, usize)>,
    /// Points with severity taken out, and its place by them.
    pub adjusted: Option<(f64, usize)>,
    /// Between which places it stands with a probability of 90 %.
    pub interval: Option<Interval>,
    /// Lowest and highest total; none without sheets.
    pub range: Option<(f64, f64)>,
}

impl OfEntry {
    /// Highest less lowest total.
    #[must_use]
    pub fn spread(&self) -> f64 {
        self.range.map_or(0.0, |(lowest, highest)| highest - lowest)
    }
}

/// What the marks of a round of kind `score` tell so far.
///
/// # Errors
/// When the database fails.
pub async fn figures(
    db: &impl ConnectionTrait,
    id: RoundId,
    definition: &Round,
    seed: u64,
) -> Result<Figures, DbErr> {
    let rows = titled(db, id).await?;
    let mut sheets = finished_sheets(db, id).await?;
    let shared = calibration(db, id).await?;
    let shared = rows.iter().map(|(row, _)| shared.contains(&row.entry_id)).collect::<Vec<_>>();
    let mut numbers = BTreeSet::new();
    let mut said = Vec::new();
    for (entry, (row, _)) in rows.iter().enumerate() {
        for (number, sheet) in sheets.remove(&row.entry_id).unwrap_or_default() {
            numbers.insert(number);
            let total = aggregate::total(&definition.criteria, &sheet);
            said.push((entry, number, total.millionths() as f64 / 1e6));
        }
    }
    let place: HashMap<i32, usize> = numbers.iter().copied().zip(0..).collect();
    let scores =
        said.into_iter().map(|(entry, n, points)| Score { entry, judge: place[&n], points });
    let panel = Panel { entries: rows.len(), judges: numbers.len(), scores: scores.collect() };
    let model = fitted(&panel);
    let numbers: Vec<i32> = numbers.into_iter().collect();
    let per_entry = panel.scores.len() as f64 / panel.entries.max(1) as f64;
    let order = rows.iter().map(|(row, _)| row.alias.clone()).collect();
    let entries = rows.into_iter().map(|(row, title)| (row.entry_id, row.alias, title)).collect();
    Ok(Figures {
        sheets: panel.scores.len(),
        alpha: alpha(&panel, Apart::Interval),
        concordance: concordance(&panel),
        correlations: correlations(&panel),
        reliability: model.as_ref().ok().map(|model| model.reliability(per_entry)),
        unfit: model.as_ref().err().copied(),
        judges: of_judges(&panel, (&numbers, &shared), model.as_ref().ok(), greatest(definition)),
        entries: of_entries(&panel, entries, model.as_ref().ok(), seed),
        order,
        swaps: swaps(&panel, WATCHED),
    })
}

/// The highest total that a sheet can have, in points.
fn greatest(definition: &Round) -> f64 {
    let weighted = definition.criteria.iter().any(|criterion| criterion.weight.is_some());
    let sum: u32 = definition.criteria.iter().map(|criterion| criterion.max).sum();
    if weighted { 100.0 } else { f64::from(sum.max(1)) }
}

fn of_judges(
    panel: &Panel,
    (numbers, shared): (&[i32], &[bool]),
    model: Option<&Fitted>,
    most: f64,
) -> Vec<OfJudge> {
    let lists = panel.by_entry();
    let whole = deviation(&panel.scores.iter().map(|score| score.points).collect::<Vec<_>>()).1;
    let judge = |(at, number): (usize, &i32)| {
        let (mut own, mut others) = (Vec::new(), Vec::new());
        let (mut all, mut first) = (Vec::new(), Vec::new());
        for list in &lists {
            let Some(mine) = list.iter().find(|score| score.judge == at) else { continue };
            all.push(mine.points);
            first.extend(shared[mine.entry].then_some(mine.points));
            if list.len() > 1 {
                let sum: f64 = list.iter().map(|score| score.points).sum();
                own.push(mine.points);
                others.push((sum - mine.points) / (list.len() as f64 - 1.0));
            }
        }
        let mut bars = [0; BARS];
        for points in &all {
            let tenth = (points / most * BARS as f64).max(0.0) as usize;
            bars[tenth.min(BARS - 1)] += 1;
        }
        let (mean, deviation) = deviation(&all);
        let severity = model.map(|model| (model.judges[at], model.judge_errors[at]));
        let agreement = agreement::rank_correlation(&own, &others);
        let mut remarks = Vec::new();
        if let Some((effect, error)) = severity
            && effect.abs() > 2.0 * error
            && effect.abs() > most / 100.0
        {
            remarks.push(if effect < 0.0 { Remark::Severe } else { Remark::Mild });
        }
        if agreement.is_some_and(|agreement| agreement < 0.2) {
            remarks.push(Remark::Apart);
        }
        if all.len() > 2 && deviation < whole / 4.0 {
            remarks.push(Remark::Flat);
        }
        let calibration = (!first.is_empty()).then(|| self::deviation(&first).0);
        let (number, sheets) = (*number, all.len());
        OfJudge { number, sheets, mean, deviation, calibration, severity, agreement, bars, remarks }
    };
    numbers.iter().enumerate().map(judge).collect()
}

/// Mean and standard deviation, with n − 1.
fn deviation(values: &[f64]) -> (f64, f64) {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count.max(1.0);
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (mean, (squares / (count - 1.0).max(1.0)).sqrt())
}

fn of_entries(
    panel: &Panel,
    named: Vec<(EntryId, String, String)>,
    model: Option<&Fitted>,
    seed: u64,
) -> Vec<OfEntry> {
    let means = panel.means();
    let raw = ranks(&means);
    let adjusted: Vec<Option<f64>> = match model {
        Some(model) => {
            model.points().into_iter().zip(&means).map(|(p, mean)| mean.map(|_| p)).collect()
        }
        None => vec![None; panel.entries],
    };
    let places = ranks(&adjusted);
    let between = model.map(|model| intervals(model, DRAWS, seed));
    let lists = panel.by_entry();
    let entries = named.into_iter().enumerate().map(|(at, (entry, alias, title))| {
        let points = lists[at].iter().map(|score| (score.points, score.points));
        OfEntry {
            entry,
            alias,
            title,
            sheets: lists[at].len(),
            raw: means[at].zip(raw[at]),
            adjusted: adjusted[at].zip(places[at]),
            interval: between.as_ref().map(|between| between[at]),
            range: points.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))),
        }
    });
    let mut entries: Vec<OfEntry> = entries.collect();
    entries.sort_by_key(|one| (one.raw.map_or(usize::MAX, |(_, rank)| rank), one.alias.clone()));
    entries
}
