//! From what judges said to one number for each entry, and who goes on.

mod cut;
mod lists;
mod sheets;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use entity::id::{EntryId, RoundId};
use entity::{candidate, entry};
use sea_orm::sea_query::Query;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder};
use serde_json::{Value, json};

use super::aggregate::{self, Fraction, Sheet};
use super::comparisons;
use super::error::{Error, Fault};
use super::method::{Panel, Score, model, pairs, scale};
use crate::contest::definition::{Aggregate, Round, RoundKind, VETO, YES};

pub(super) use cut::cut;
pub(super) use sheets::{Sheets, finished as finished_sheets};

/// What a round says of an entry.
pub(super) struct Reckoned {
    pub(super) entry: EntryId,
    pub(super) alias: String,
    /// Finished sheets, places in lists, or comparisons.
    pub(super) sheets: usize,
    pub(super) millionths: i64,
    /// Whether it goes on by itself, where the round asks no order.
    passes: Option<bool>,
    pub(super) worksheet: Value,
}

/// Reckons every candidate. `decided` tells equals apart where a count stops at them.
///
/// # Errors
/// [`Error::Faults`] where marks cannot be adjusted or equals have to be told apart.
pub(super) async fn reckon(
    db: &impl ConnectionTrait,
    id: RoundId,
    definition: &Round,
    decided: &[EntryId],
) -> Result<Vec<Reckoned>, Error> {
    let candidates = standing(db, id).await?;
    if definition.kind == RoundKind::Pairwise {
        return Ok(compared(&candidates, &comparisons::said(db, id).await?));
    }
    let mut sheets = finished_sheets(db, id).await?;
    let sheets: Vec<Sheets> =
        candidates.iter().map(|row| sheets.remove(&row.entry_id).unwrap_or_default()).collect();
    match definition.kind {
        RoundKind::Rank => lists::listed(definition, &candidates, &sheets, decided),
        RoundKind::Screen | RoundKind::Veto => Ok(asked(definition, &candidates, &sheets)),
        _ => marked(definition, &candidates, &sheets),
    }
}

/// Candidates by alias. Whatever was taken back or struck out since the opening holds nothing up
/// and takes no place.
pub(super) async fn standing(
    db: &impl ConnectionTrait,
    id: RoundId,
) -> Result<Vec<candidate::Model>, DbErr> {
    let accepted = Query::select()
        .column(entry::Column::Id)
        .from(entry::Entity)
        .and_where(entry::Column::State.eq(entry::State::Accepted))
        .to_owned();
    candidate::Entity::find()
        .filter(candidate::Column::RoundId.eq(id))
        .filter(candidate::Column::EntryId.in_subquery(accepted))
        .order_by_asc(candidate::Column::Alias)
        .all(db)
        .await
}

/// Marks of criteria into one number.
fn marked(
    definition: &Round,
    candidates: &[candidate::Model],
    sheets: &[Sheets],
) -> Result<Vec<Reckoned>, Error> {
    let totals: Vec<Vec<Fraction>> = sheets
        .iter()
        .map(|own| own.iter().map(|(_, s)| aggregate::total(&definition.criteria, s)).collect())
        .collect();
    let adjusted = adjusted(definition.aggregate, &panel(sheets, &totals))
        .map_err(|unfit| Error::Faults(vec![Fault::NotAdjusted(unfit)]))?;
    let reckoned = candidates.iter().zip(sheets).zip(&totals).enumerate();
    let reckoned = reckoned.map(|(at, ((row, own), totals))| {
        let millionths = match &adjusted {
            Some(points) => points[at].map_or(0, |points| (points * 1e6).round() as i64),
            None => {
                aggregate::aggregate(definition.aggregate, totals).map_or(0, Fraction::millionths)
            }
        };
        let only: Vec<Sheet> = own.iter().map(|(_, sheet)| sheet.clone()).collect();
        let means: BTreeMap<&str, i64> = definition
            .criteria
            .iter()
            .map(|one| (one.key.as_str(), aggregate::criterion_mean(&one.key, &only).millionths()))
            .collect();
        let worksheet = json!({
            "aggregate": definition.aggregate,
            "sheets": own.iter().zip(totals).map(|((seat, sheet), total)| json!({
                "judge": seat, "hundredths": sheet, "total_millionths": total.millionths(),
            })).collect::<Vec<_>>(),
            "criterion_means_millionths": means,
            "raw_mean_millionths": aggregate::aggregate(Aggregate::Mean, totals)
                .map_or(0, Fraction::millionths),
            "result_millionths": millionths,
        });
        said(row, own.len(), millionths, None, worksheet)
    });
    Ok(reckoned.collect())
}

fn said(
    row: &candidate::Model,
    sheets: usize,
    millionths: i64,
    passes: Option<bool>,
    worksheet: Value,
) -> Reckoned {
    let (entry, alias) = (row.entry_id, row.alias.clone());
    Reckoned { entry, alias, sheets, millionths, passes, worksheet }
}

/// Sheets' totals as a panel; judges count in the order of their numbers.
fn panel(sheets: &[Sheets], totals: &[Vec<Fraction>]) -> Panel {
    let numbers: BTreeSet<i32> = sheets.iter().flatten().map(|(number, _)| *number).collect();
    let place: HashMap<i32, usize> = numbers.iter().copied().zip(0..).collect();
    let scores = sheets.iter().zip(totals).enumerate().flat_map(|(entry, (own, totals))| {
        let place = &place;
        own.iter().zip(totals).map(move |((number, _), total)| {
            let points = total.millionths() as f64 / 1e6;
            Score { entry, judge: place[number], points }
        })
    });
    Panel { entries: sheets.len(), judges: numbers.len(), scores: scores.collect() }
}

/// Adjusted points, where the definition asks for them: none for entries without sheets.
fn adjusted(how: Aggregate, panel: &Panel) -> Result<Option<Vec<Option<f64>>>, scale::Unfit> {
    Ok(match how {
        Aggregate::ZScore => {
            let z = scale::z_means(panel)?;
            Some(z.into_iter().map(|z| z.map(|z| 50.0 + 10.0 * z)).collect())
        }
        Aggregate::JudgeModel => {
            let points = model::fitted(panel)?.points();
            let means = panel.means();
            Some(points.into_iter().zip(means).map(|(points, mean)| mean.map(|_| points)).collect())
        }
        _ => None,
    })
}

/// Answers of 0 and 1 into counts.
fn asked(definition: &Round, candidates: &[candidate::Model], sheets: &[Sheets]) -> Vec<Reckoned> {
    let is_veto = definition.kind == RoundKind::Veto;
    let key = if is_veto { VETO } else { YES };
    let reckoned = candidates.iter().zip(sheets).map(|(row, own)| {
        let count = own.iter().filter(|(_, sheet)| sheet.get(key).is_some_and(|m| *m > 0)).count();
        let least = if is_veto { definition.vetoes } else { definition.yes_needed } as usize;
        let passes = if is_veto { count < least } else { count >= least };
        let points = i64::try_from(count).unwrap_or(i64::MAX) * 1_000_000;
        let millionths = if is_veto { -points } else { points };
        let worksheet = json!({
            "question": key,
            "count": count,
            "needed": least,
            "sheets": own.iter().map(|(seat, sheet)| json!({
                "judge": seat, "answer": sheet.get(key).copied().unwrap_or(0) > 0,
            })).collect::<Vec<_>>(),
            "result_millionths": millionths,
        });
        said(row, own.len(), millionths, Some(passes), worksheet)
    });
    reckoned.collect()
}

/// Victories over, and defeats by, an imaginary entry that each entry of a round of pairs is given.
pub(super) const PRIOR: f64 = 0.5;

/// Comparisons into strengths: logarithms of Bradley–Terry, each entry with half a victory and
/// half a defeat against an imaginary one, so that all are finite.
fn compared(candidates: &[candidate::Model], said_of: &[(EntryId, EntryId)]) -> Vec<Reckoned> {
    let place: HashMap<EntryId, usize> =
        candidates.iter().enumerate().map(|(at, row)| (row.entry_id, at)).collect();
    let known: Vec<(usize, usize)> = said_of
        .iter()
        .filter_map(|(better, worse)| Some((*place.get(better)?, *place.get(worse)?)))
        .collect();
    let preferences: Vec<pairs::Preference> = known
        .iter()
        .map(|(better, worse)| pairs::Preference { better: *better, worse: *worse, times: 1.0 })
        .collect();
    let strengths = pairs::strengths(candidates.len(), &preferences, PRIOR);
    let reckoned = candidates.iter().zip(strengths).enumerate().map(|(at, (row, strength))| {
        let won = known.iter().filter(|(better, _)| *better == at).count();
        let lost = known.iter().filter(|(_, worse)| *worse == at).count();
        let millionths = (strength * 1e6).round() as i64;
        let worksheet = json!({
            "aggregate": "bradley_terry", "won": won, "lost": lost, "prior": PRIOR,
            "result_millionths": millionths,
        });
        said(row, won + lost, millionths, None, worksheet)
    });
    reckoned.collect()
}
