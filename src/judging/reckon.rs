//! From what judges said to one number for each entry, and who goes on.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use entity::assignment::{self, State as Work};
use entity::id::{EntryId, RoundId, SeatId};
use entity::round::{self, State};
use entity::{candidate, entry, mark, seat, sheet};
use sea_orm::sea_query::Query;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use serde_json::{Value, json};

use super::aggregate::{self, Fraction, Sheet};
use super::error::{Error, Fault};
use super::list::PLACE;
use super::method::ballots::{self, Ballot, Step};
use super::method::{Panel, Score, model, pairs, scale};
use super::pair;
use crate::contest::definition::{Aggregate, Round, RoundKind, VETO, YES};

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

/// Finished sheets of one entry: the judge's number, and the marks.
type Sheets = Vec<(i32, Sheet)>;

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
    let standing = Query::select()
        .column(entry::Column::Id)
        .from(entry::Entity)
        .and_where(entry::Column::State.eq(entry::State::Accepted))
        .to_owned();
    // Whatever was taken back or struck out since the opening holds nothing up and takes no place.
    let candidates = candidate::Entity::find()
        .filter(candidate::Column::RoundId.eq(id))
        .filter(candidate::Column::EntryId.in_subquery(standing))
        .order_by_asc(candidate::Column::Alias)
        .all(db)
        .await?;
    if definition.kind == RoundKind::Pairwise {
        return Ok(compared(&candidates, &pair::said(db, id).await?));
    }
    let mut sheets = finished_sheets(db, id).await?;
    let sheets: Vec<Sheets> =
        candidates.iter().map(|row| sheets.remove(&row.entry_id).unwrap_or_default()).collect();
    match definition.kind {
        RoundKind::Rank => listed(definition, &candidates, &sheets, decided),
        RoundKind::Screen | RoundKind::Veto => Ok(asked(definition, &candidates, &sheets)),
        _ => marked(definition, &candidates, &sheets),
    }
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

/// Judges' lists into one order.
fn listed(
    definition: &Round,
    candidates: &[candidate::Model],
    sheets: &[Sheets],
    decided: &[EntryId],
) -> Result<Vec<Reckoned>, Error> {
    let mut lists: BTreeMap<i32, Vec<(i32, usize)>> = BTreeMap::new();
    for (at, own) in sheets.iter().enumerate() {
        for (judge, sheet) in own {
            let list = lists.entry(*judge).or_default();
            list.extend(sheet.get(PLACE).map(|place| (*place, at)));
        }
    }
    let ballots: Vec<Ballot> = lists
        .into_values()
        .map(|mut list| {
            list.sort_unstable();
            Ballot { count: 1, order: list.into_iter().map(|(_, at)| at).collect() }
        })
        .collect();
    let points = ordered(definition, candidates, &ballots, decided)?;
    let reckoned = candidates.iter().zip(sheets).zip(points).map(|((row, own), millionths)| {
        let places = own.iter().map(|(judge, sheet)| {
            json!({ "judge": judge, "place": sheet.get(PLACE).map(|place| place / 100) })
        });
        let worksheet = json!({
            "aggregate": definition.aggregate,
            "places": places.collect::<Vec<_>>(),
            "result_millionths": millionths,
        });
        said(row, own.len(), millionths, None, worksheet)
    });
    Ok(reckoned.collect())
}

fn ordered(
    definition: &Round,
    candidates: &[candidate::Model],
    ballots: &[Ballot],
    decided: &[EntryId],
) -> Result<Vec<i64>, Error> {
    let count = candidates.len();
    let exact = |points: Vec<Fraction>| points.into_iter().map(Fraction::millionths).collect();
    Ok(match definition.aggregate {
        Aggregate::RankPoints => {
            exact(ballots::rank_points(count, ballots, &definition.place_points))
        }
        Aggregate::Schulze => {
            let beaten = ballots::schulze(count, ballots).into_iter();
            beaten.map(|count| i64::try_from(count).unwrap_or(i64::MAX) * 1_000_000).collect()
        }
        Aggregate::Transferable => {
            let place = |id: &EntryId| candidates.iter().position(|row| row.entry_id == *id);
            let decided: Vec<usize> = decided.iter().filter_map(place).collect();
            let seats = definition.goes_on.unwrap_or(1) as usize;
            let steps = ballots::transferable(count, ballots, seats, &decided).map_err(|tie| {
                let among = tie.among.iter().map(|at| candidates[*at].alias.clone()).collect();
                Error::Faults(vec![Fault::TieAtTheCut(among)])
            })?;
            elected(count, &steps)
        }
        _ => exact(ballots::borda(count, ballots)),
    })
}

/// An order out of the steps of a count: the elected first, then who left last. Who is still
/// there when all seats are given stands right behind the elected, equal.
fn elected(count: usize, steps: &[Step]) -> Vec<i64> {
    let won = steps.iter().filter(|step| matches!(step, Step::Elected(_))).count();
    let left = steps.len() - won;
    let rest = i64::try_from(left + 1).unwrap_or(i64::MAX);
    let mut points = vec![rest * 1_000_000; count];
    let (mut nth_left, mut nth_won) = (0, 0);
    for step in steps {
        match step {
            Step::Left(one) => {
                nth_left += 1;
                points[*one] = nth_left * 1_000_000;
            }
            Step::Elected(one) => {
                nth_won += 1;
                let behind = i64::try_from(won).unwrap_or(i64::MAX) - nth_won;
                points[*one] = (rest + 1 + behind) * 1_000_000;
            }
        }
    }
    points
}

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
    let strengths = pairs::strengths(candidates.len(), &preferences, 0.5);
    let reckoned = candidates.iter().zip(strengths).enumerate().map(|(at, (row, strength))| {
        let won = known.iter().filter(|(better, _)| *better == at).count();
        let lost = known.iter().filter(|(_, worse)| *worse == at).count();
        let millionths = (strength * 1e6).round() as i64;
        let worksheet = json!({
            "aggregate": "bradley_terry", "won": won, "lost": lost, "prior": 0.5,
            "result_millionths": millionths,
        });
        said(row, won + lost, millionths, None, worksheet)
    });
    reckoned.collect()
}

/// Finished sheets by entry, each list by the judges' numbers.
pub(super) async fn finished_sheets(
    db: &impl ConnectionTrait,
    id: RoundId,
) -> Result<HashMap<EntryId, Sheets>, DbErr> {
    let done = assignment::Entity::find()
        .filter(assignment::Column::RoundId.eq(id))
        .filter(assignment::Column::State.eq(Work::Done))
        .all(db)
        .await?;
    let seats = seat::Entity::find().filter(seat::Column::RoundId.eq(id)).all(db).await?;
    let numbers: HashMap<SeatId, i32> = seats.iter().map(|seat| (seat.id, seat.number)).collect();
    let inner = sea_orm::sea_query::Query::select()
        .column(assignment::Column::Id)
        .from(assignment::Entity)
        .and_where(assignment::Column::RoundId.eq(id))
        .to_owned();
    let sheets = sheet::Entity::find()
        .filter(sheet::Column::AssignmentId.in_subquery(inner.clone()))
        .all(db)
        .await?;
    let of_round = sea_orm::sea_query::Query::select()
        .column(sheet::Column::Id)
        .from(sheet::Entity)
        .and_where(sheet::Column::AssignmentId.in_subquery(inner))
        .to_owned();
    let marks =
        mark::Entity::find().filter(mark::Column::SheetId.in_subquery(of_round)).all(db).await?;
    let mut by_sheet: HashMap<_, Sheet> = HashMap::new();
    for mark in marks {
        by_sheet.entry(mark.sheet_id).or_default().insert(mark.criterion_key, mark.hundredths);
    }
    let sheets: HashMap<_, _> = sheets.into_iter().map(|row| (row.assignment_id, row.id)).collect();
    let mut found: HashMap<EntryId, Sheets> = HashMap::new();
    for work in done {
        let marks = sheets.get(&work.id).map(|sheet| by_sheet.remove(sheet).unwrap_or_default());
        let number = numbers.get(&work.seat_id).copied().unwrap_or(0);
        if let Some(marks) = marks {
            found.entry(work.entry_id).or_default().push((number, marks));
        }
    }
    for sheets in found.values_mut() {
        sheets.sort_by_key(|(number, _)| *number);
    }
    Ok(found)
}

/// Who goes on: those who pass, or the best so many; equals at the cut only as far as it was
/// decided. A deliberation lets go on whom it named, as many as the definition says.
pub(super) fn cut(
    reckoned: &[Reckoned],
    definition: &Round,
    decided: &[EntryId],
) -> (BTreeSet<EntryId>, Option<Fault>) {
    if definition.kind == RoundKind::Deliberate {
        return named(reckoned, definition.goes_on, decided);
    }
    let running: Vec<&Reckoned> =
        reckoned.iter().filter(|one| one.passes.unwrap_or(true)).collect();
    let most = definition.goes_on.map(|most| most as usize);
    let Some(most) = most.filter(|most| *most < running.len()) else {
        return (running.iter().map(|one| one.entry).collect(), None);
    };
    let mut order = running;
    order.sort_by_key(|one| std::cmp::Reverse(one.millionths));
    let Some(edge) = most.checked_sub(1).map(|last| order[last].millionths) else {
        return (BTreeSet::new(), None);
    };
    let above: BTreeSet<EntryId> =
        order.iter().filter(|one| one.millionths > edge).map(|one| one.entry).collect();
    let equal: Vec<&Reckoned> = order.into_iter().filter(|one| one.millionths == edge).collect();
    let open = most - above.len();
    if equal.len() == open {
        return (above.into_iter().chain(equal.iter().map(|one| one.entry)).collect(), None);
    }
    let chosen: BTreeSet<EntryId> =
        equal.iter().map(|one| one.entry).filter(|entry| decided.contains(entry)).collect();
    if chosen.len() == open {
        return (above.into_iter().chain(chosen).collect(), None);
    }
    let aliases = equal.iter().map(|one| one.alias.clone()).collect();
    (BTreeSet::new(), Some(Fault::TieAtTheCut(aliases)))
}

fn named(
    reckoned: &[Reckoned],
    goes_on: Option<u32>,
    decided: &[EntryId],
) -> (BTreeSet<EntryId>, Option<Fault>) {
    let all = reckoned.iter().map(|one| one.entry);
    let on: BTreeSet<EntryId> = all.filter(|entry| decided.contains(entry)).collect();
    let wanted = goes_on.map_or(on.len().max(1), |most| (most as usize).min(reckoned.len()));
    let fault = (on.len() != wanted).then_some(Fault::Named(on.len(), wanted));
    (on, fault)
}

/// What a closed round says of an entry.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The entry.
    pub entry: EntryId,
    /// Result in millionths of a point.
    pub millionths: i64,
    /// Whether it went on.
    pub went_on: bool,
    /// Means of criteria, in millionths.
    pub criteria: BTreeMap<String, i64>,
    /// The numbers it came from.
    pub worksheet: Value,
}

/// The results of a round; none while it is not closed.
///
/// # Errors
/// When the database fails.
pub async fn result_of(
    db: &impl ConnectionTrait,
    round: &round::Model,
) -> Result<Option<Vec<Outcome>>, DbErr> {
    if round.state != State::Closed {
        return Ok(None);
    }
    let rows =
        candidate::Entity::find().filter(candidate::Column::RoundId.eq(round.id)).all(db).await?;
    let outcome = |row: candidate::Model| {
        let worksheet = row.worksheet.unwrap_or_default();
        let means = worksheet.get("criterion_means_millionths").cloned().unwrap_or_default();
        Outcome {
            entry: row.entry_id,
            millionths: row.millionths.unwrap_or(0),
            went_on: row.went_on.unwrap_or(false),
            criteria: serde_json::from_value(means).unwrap_or_default(),
            worksheet,
        }
    };
    Ok(Some(rows.into_iter().map(outcome).collect()))
}

/// Candidates of a round with their titles, best first.
///
/// # Errors
/// When the database fails.
pub async fn titled(
    db: &impl ConnectionTrait,
    id: RoundId,
) -> Result<Vec<(candidate::Model, String)>, DbErr> {
    let rows = candidate::Entity::find()
        .filter(candidate::Column::RoundId.eq(id))
        .order_by_desc(candidate::Column::Millionths)
        .order_by_asc(candidate::Column::Alias)
        .all(db)
        .await?;
    let inner = sea_orm::sea_query::Query::select()
        .column(candidate::Column::EntryId)
        .from(candidate::Entity)
        .and_where(candidate::Column::RoundId.eq(id))
        .to_owned();
    let titles: Vec<(EntryId, String)> = entry::Entity::find()
        .select_only()
        .columns([entry::Column::Id, entry::Column::Title])
        .filter(entry::Column::Id.in_subquery(inner))
        .into_tuple()
        .all(db)
        .await?;
    let mut titles: HashMap<EntryId, String> = titles.into_iter().collect();
    let titled = rows.into_iter().map(|row| {
        let title = titles.remove(&row.entry_id).unwrap_or_default();
        (row, title)
    });
    Ok(titled.collect())
}
