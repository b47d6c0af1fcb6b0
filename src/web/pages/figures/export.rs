//! What a round's marks tell, as CSV.

use actix_web::{HttpResponse, web};
use serde::Deserialize;

use super::read;
use crate::app::App;
use crate::judging::figures::{BARS, Figures};
use crate::web::organised::Organised;
use crate::web::{Failure, Result, View};

/// Which table is asked for: the entries, or `judges`.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    of: String,
}

/// Figures of all entries as CSV, or with `of=judges` of all judges by their numbers.
///
/// # Errors
/// Forbidden to anybody but organisers.
pub async fn csv(
    app: web::Data<App>,
    v: View,
    Organised(contest, _): Organised,
    path: web::Path<(String, String)>,
    asked: web::Query<Asked>,
) -> Result {
    let (slug, key) = path.into_inner();
    let (_, _, told) = read(&app, &v, &contest, &key).await?;
    let (rows, name) = match asked.of.as_str() {
        "judges" => (judges(&told), "-judges"),
        _ => (entries(&told), ""),
    };
    let mut sheet = csv::Writer::from_writer("\u{feff}".as_bytes().to_vec());
    for row in rows {
        sheet.write_record(row).map_err(Failure::broken)?;
    }
    let bytes = sheet.into_inner().map_err(Failure::broken)?;
    Ok(HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header((
            "Content-Disposition",
            format!("attachment; filename=\"{slug}-{key}{name}.csv\""),
        ))
        .body(bytes))
}

fn entries(told: &Figures) -> Vec<Vec<String>> {
    let head = [
        "alias",
        "sheets",
        "raw",
        "raw_place",
        "adjusted",
        "adjusted_place",
        "best",
        "worst",
        "lowest",
        "highest",
        "spread",
    ];
    let row = |one: &crate::judging::figures::OfEntry| {
        vec![
            one.alias.clone(),
            one.sheets.to_string(),
            exact(one.raw.map(|(points, _)| points)),
            whole(one.raw.map(|(_, place)| place)),
            exact(one.adjusted.map(|(points, _)| points)),
            whole(one.adjusted.map(|(_, place)| place)),
            whole(one.interval.map(|between| between.best)),
            whole(one.interval.map(|between| between.worst)),
            exact(one.range.map(|(lowest, _)| lowest)),
            exact(one.range.map(|(_, highest)| highest)),
            exact(Some(one.spread())),
        ]
    };
    std::iter::once(head.map(str::to_owned).to_vec()).chain(told.entries.iter().map(row)).collect()
}

fn judges(told: &Figures) -> Vec<Vec<String>> {
    let head = [
        "judge",
        "sheets",
        "mean",
        "deviation",
        "calibration",
        "severity",
        "severity_error",
        "agreement",
    ];
    let bars = (1..=BARS).map(|tenth| format!("sheets_in_tenth_{tenth}"));
    let head = head.map(str::to_owned).into_iter().chain(bars).collect();
    let row = |one: &crate::judging::figures::OfJudge| {
        let mut row = vec![
            one.number.to_string(),
            one.sheets.to_string(),
            exact(Some(one.mean)),
            exact(Some(one.deviation)),
            exact(one.calibration),
            exact(one.severity.map(|(effect, _)| effect)),
            exact(one.severity.map(|(_, error)| error)),
            exact(one.agreement),
        ];
        row.extend(one.bars.iter().map(usize::to_string));
        row
    };
    std::iter::once(head).chain(told.judges.iter().map(row)).collect()
}

fn exact(value: Option<f64>) -> String {
    value.map_or_else(String::new, |value| format!("{value:.6}"))
}

fn whole(value: Option<usize>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}
