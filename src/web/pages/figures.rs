//! What a round's marks tell, for a committee that is no statistician.

mod dash;
mod export;

pub use dash::Dash;
pub use export::csv;

use dash::Scale;

use actix_web::web;
use askama::Template;

use crate::account;
use crate::app::App;
use crate::contest::{self, Contest};
use crate::judging::figures::{BARS, Figures, OfEntry, OfJudge, Remark, figures};
use crate::judging::{self, Fault};
use crate::refusal::Refused;
use crate::web::organised::Organised;
use crate::web::{Failure, Result, View, page};
use crate::words::millionths;

/// Entries that the page shows; the CSV has all.
const SHOWN: usize = 100;

/// A judge's line.
pub struct Judge {
    /// The judge's number.
    pub number: i32,
    /// Name.
    pub name: String,
    /// Finished sheets.
    pub sheets: usize,
    /// Mean and standard deviation.
    pub mean: String,
    /// Standard deviation.
    pub deviation: String,
    /// Mean on the entries that all judges share; none in a round without them.
    pub calibration: Option<String>,
    /// How much more than the panel, with its standard error.
    pub severity: String,
    /// That as a line, two errors long to either side.
    pub reach: Option<Dash>,
    /// Rank correlation with the others.
    pub agreement: String,
    /// Bars of the histogram: left, top, height, count; a hundred wide, forty high.
    pub bars: Vec<(usize, usize, usize, usize)>,
    /// Keys of remarks.
    pub remarks: Vec<&'static str>,
}

/// An entry's line.
pub struct Line {
    /// By which judges know it.
    pub alias: String,
    /// Its title.
    pub title: String,
    /// Finished sheets.
    pub sheets: usize,
    /// Raw mean and place.
    pub raw: (String, String),
    /// Adjusted points and place.
    pub adjusted: (String, String),
    /// Interval of places.
    pub interval: String,
    /// That as a line, with the raw place on it.
    pub between: Option<Dash>,
    /// Highest less lowest.
    pub spread: String,
    /// From the lowest to the highest as a line, with the mean on it.
    pub range: Option<Dash>,
}

/// The page.
#[derive(Template)]
#[template(path = "figures/show.html")]
pub struct Show {
    /// Who looks.
    pub v: View,
    /// Name of the contest in addresses.
    pub slug: String,
    /// Key of the round.
    pub key: String,
    /// Its title.
    pub title: String,
    /// Finished sheets.
    pub sheets: usize,
    /// Figures of the round: key of the words, value, key of the sentence that explains it.
    pub round: Vec<(&'static str, String, &'static str)>,
    /// Why marks are not adjusted.
    pub unfit: Option<Refused>,
    /// By judge.
    pub judges: Vec<Judge>,
    /// Whether there are entries that all judges share.
    pub has_shared: bool,
    /// By entry.
    pub entries: Vec<Line>,
    /// How many entries there are.
    pub all: usize,
    /// What would change without a judge: the judge's number, and sentences.
    pub swaps: Vec<(i32, Vec<String>)>,
}

async fn read(
    app: &App,
    v: &View,
    contest: &Contest,
    key: &str,
) -> std::result::Result<(String, entity::round::Model, Figures), Failure> {
    let row = contest::round_by_key(&app.db, contest.id(), key).await?;
    let round = contest.definition.round(key).ok_or(judging::Error::Unknown)?;
    let seed = u64::from_ne_bytes(row.seed.to_ne_bytes());
    let figures = figures(&app.db, row.id, round, seed).await?;
    Ok((round.title.read(v.lang.is_english()).to_owned(), row, figures))
}

/// Shows what the marks tell.
///
/// # Errors
/// Forbidden to anybody but organisers.
pub async fn show(
    app: web::Data<App>,
    v: View,
    Organised(contest, _): Organised,
    path: web::Path<(String, String)>,
) -> Result {
    let (slug, key) = path.into_inner();
    let (title, row, told) = read(&app, &v, &contest, &key).await?;
    let panel = judging::panel(&app.db, row.id).await?;
    let names = account::names(&app.db, panel.iter().map(|seat| seat.user_id)).await?;
    let name = |number: i32| {
        let seat = panel.iter().find(|seat| seat.number == number);
        seat.and_then(|seat| names.get(&seat.user_id).cloned()).unwrap_or_default()
    };
    let numbers: Vec<i32> = told.judges.iter().map(|judge| judge.number).collect();
    let aliases: Vec<&str> = told.order.iter().map(String::as_str).collect();
    let swaps = told.swaps.iter().map(|swap| {
        let moved = swap.moved.iter().map(|(entry, with, without)| {
            let alias = aliases.get(*entry).copied().unwrap_or_default();
            format!("{alias}: {with} → {without}")
        });
        (numbers.get(swap.judge).copied().unwrap_or(0), moved.collect())
    });
    let swaps = swaps.collect();
    let scales = (Scale::of_totals(&told), Scale::of_places(&told));
    let lines = told.entries.iter().take(SHOWN).map(|one| line(&v, one, scales)).collect();
    let severities = Scale::of_severity(&told);
    let judges = told.judges.iter().map(|one| judge(&v, one, name(one.number), severities));
    let judges: Vec<Judge> = judges.collect();
    page(&Show {
        title,
        sheets: told.sheets,
        round: of_round(&v, &told),
        unfit: told.unfit.map(|unfit| Fault::NotAdjusted(unfit).refused()),
        has_shared: judges.iter().any(|judge| judge.calibration.is_some()),
        judges,
        entries: lines,
        all: told.entries.len(),
        swaps,
        slug,
        key,
        v,
    })
}

fn said(v: &View, value: f64, decimals: u32) -> String {
    millionths(v.lang, (value * 1e6).round() as i64, decimals)
}

/// Figures of the round, each with the sentence that fits its height.
fn of_round(v: &View, told: &Figures) -> Vec<(&'static str, String, &'static str)> {
    let high = |value: f64, names: [&'static str; 3]| match value {
        value if value >= 0.667 => names[0],
        value if value >= 0.3 => names[1],
        _ => names[2],
    };
    let agree = ["figures-agree-well", "figures-agree-some", "figures-agree-little"];
    let trust = ["figures-firm", "figures-fair", "figures-loose"];
    let rows = [
        ("figures-alpha", told.alpha, agree),
        ("figures-w", told.concordance, agree),
        ("figures-icc", told.correlations.map(|all| all.agreement_of_mean), trust),
        ("figures-reliability", told.reliability, trust),
    ];
    let known = rows.into_iter().filter_map(|(key, value, names)| {
        let value = value?;
        Some((key, said(v, value, 2), high(value, names)))
    });
    known.collect()
}

fn judge(v: &View, one: &OfJudge, name: String, severities: Scale) -> Judge {
    let most = one.bars.iter().copied().max().unwrap_or(0).max(1);
    let bars = one.bars.iter().enumerate().map(|(at, count)| {
        let height = count * 40 / most;
        (at * 100 / BARS, 40 - height, height, *count)
    });
    let signed =
        |value: f64| format!("{}{}", if value > 0.0 { "+" } else { "" }, said(v, value, 2));
    Judge {
        number: one.number,
        name,
        sheets: one.sheets,
        mean: said(v, one.mean, 2),
        deviation: said(v, one.deviation, 2),
        calibration: one.calibration.map(|mean| said(v, mean, 2)),
        severity: one.severity.map_or_else(
            || "–".to_owned(),
            |(effect, error)| format!("{} ± {}", signed(effect), said(v, error, 2)),
        ),
        reach: one.severity.map(|(effect, error)| {
            severities.dash((effect - 2.0 * error, effect + 2.0 * error), effect)
        }),
        agreement: one.agreement.map_or_else(|| "–".to_owned(), |value| said(v, value, 2)),
        bars: bars.collect(),
        remarks: one.remarks.iter().map(|remark| named(*remark)).collect(),
    }
}

fn named(remark: Remark) -> &'static str {
    match remark {
        Remark::Severe => "remark-severe",
        Remark::Mild => "remark-mild",
        Remark::Apart => "remark-apart",
        Remark::Flat => "remark-flat",
    }
}

fn line(v: &View, one: &OfEntry, (totals, places): (Scale, Scale)) -> Line {
    let pair = |value: Option<(f64, usize)>| match value {
        Some((points, place)) => (said(v, points, 2), place.to_string()),
        None => ("–".to_owned(), "–".to_owned()),
    };
    Line {
        alias: one.alias.clone(),
        title: one.title.clone(),
        sheets: one.sheets,
        raw: pair(one.raw),
        adjusted: pair(one.adjusted),
        interval: one.interval.map_or_else(
            || "–".to_owned(),
            |between| format!("{}–{}", between.best, between.worst),
        ),
        between: one.interval.zip(one.raw).map(|(between, (_, place))| {
            places.dash((between.best as f64, between.worst as f64), place as f64)
        }),
        spread: said(v, one.spread(), 2),
        range: one.range.zip(one.raw).map(|(range, (mean, _))| totals.dash(range, mean)),
    }
}
