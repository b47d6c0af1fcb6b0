//! Judges' lists into one order.

use std::collections::BTreeMap;

use entity::candidate;
use entity::id::EntryId;
use serde_json::json;

use super::{Reckoned, Sheets, said};
use crate::contest::definition::{Aggregate, Round};
use crate::judging::aggregate::Fraction;
use crate::judging::error::{Error, Fault};
use crate::judging::list::PLACE;
use crate::judging::method::ballots::{self, Ballot, Step};

/// Judges' lists into one order.
pub(super) fn listed(
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

/// An order out of the steps of a count: the elected first, those of one step equal, then who left
/// last. Who is still there when all seats are given stands right behind the elected, equal.
fn elected(count: usize, steps: &[Step]) -> Vec<i64> {
    let whole = |number: usize| i64::try_from(number).unwrap_or(i64::MAX) * 1_000_000;
    let left = steps.iter().filter(|step| matches!(step, Step::Left(_))).count();
    let mut points = vec![whole(left + 1); count];
    let (mut gone, mut behind) = (left, 0);
    // From the last step back: who left last stands above who left before.
    for step in steps.iter().rev() {
        match step {
            Step::Left(one) => {
                points[*one] = whole(gone);
                gone -= 1;
            }
            Step::Elected(together) => {
                together.iter().for_each(|one| points[*one] = whole(left + 2 + behind));
                behind += together.len();
            }
        }
    }
    points
}
