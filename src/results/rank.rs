//! Places: by points, then by the tie keys in their order, never by anything hidden.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use entity::id::{EntryId, UnitId};
use serde::{Deserialize, Serialize};

use super::formula::{self, How, Points};
use crate::contest::definition::{Source, Table, TieKey};

/// What is ranked: an entry, or a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Who {
    /// An entry.
    Entry(EntryId),
    /// A unit.
    Unit(UnitId),
}

/// Somebody with everything that decides about their place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    /// Who.
    pub who: Who,
    /// Key of the category.
    pub category: String,
    /// Raw numbers in millionths, by the source's name.
    pub raw: BTreeMap<String, i64>,
    /// Means of criteria in millionths, by `round/criterion`.
    pub criteria: BTreeMap<String, i64>,
    /// Outside counts, by kind.
    pub outside: BTreeMap<String, i64>,
    /// When it was submitted, in microseconds since 1970.
    pub submitted_at: i64,
}

/// The name under which a source's raw numbers are kept.
#[must_use]
pub fn name(source: &Source) -> String {
    match source {
        Source::Round(key) => format!("round:{key}"),
        Source::Votes => "votes".to_owned(),
        Source::OutsidePoints => "outside_points".to_owned(),
        Source::AcceptedEntries => "accepted_entries".to_owned(),
        Source::EntriesPerThousandMembers => "entries_per_thousand_members".to_owned(),
    }
}

/// A place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Placed {
    /// Who.
    pub who: Who,
    /// Key of the category.
    pub category: String,
    /// The place; equals share it.
    pub place: u32,
    /// Points in millionths.
    pub millionths: i64,
    /// Every number from which the place follows.
    pub worksheet: Worksheet,
}

/// How a place came about, for recomputing it by hand.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Worksheet {
    /// Each term of the formula, in its order.
    pub terms: Vec<Line>,
    /// Decimal places to which the sum was rounded, half away from zero.
    #[serde(default)]
    pub decimals: u32,
    /// The sum, rounded, in millionths.
    pub millionths: i64,
    /// The tie key that put it before or behind an equal, where one was needed.
    pub tie: Option<Broken>,
}

/// How a tie with the one before was broken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Broken {
    /// By the mean of a criterion, `round/criterion`: the one before, and this one, in millionths.
    Criterion(String, i64, i64),
    /// By the raw number of a source: the one before, and this one, in millionths.
    Higher(String, i64, i64),
    /// By an outside count of one kind: the one before, and this one.
    Outside(String, i64, i64),
    /// By the time of submission.
    Earlier,
    /// By a recorded decision.
    Decision,
}

/// One term of a worksheet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// Name of the source.
    pub source: String,
    /// Raw number in millionths.
    pub raw: i64,
    /// How it became points.
    pub how: How,
    /// Points in millionths, rounded.
    pub points: i64,
    /// Points, exact, as a fraction.
    pub exact: String,
    /// Weight in per cent.
    pub weight: u32,
}

/// A recorded decision between equals.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Decided {
    /// Everybody between whom it was decided.
    pub among: Vec<Who>,
    /// Whom it put before the others, first first.
    pub order: Vec<Who>,
}

/// Ranks candidates by a table's formula, then by its tie keys, then by what was decided. Equals
/// that remain share their place, whatever the order of `candidates`.
#[must_use]
pub fn rank(table: &Table, candidates: &[Candidate], decided: &[Decided]) -> Vec<Placed> {
    let columns: Vec<Vec<Points>> = table
        .formula
        .iter()
        .map(|term| {
            let source = name(&term.source);
            let raw: Vec<i64> = candidates.iter().map(|one| raw(one, &source)).collect();
            formula::points(term.normalise.as_ref(), &raw)
        })
        .collect();
    let points: Vec<i64> = (0..candidates.len())
        .map(|index| {
            let own = columns.iter().map(|column| &column[index]);
            formula::weigh(table.formula.iter().zip(own), table.decimals)
        })
        .collect();
    let by_rule = |a: usize, b: usize| {
        let by = points[b].cmp(&points[a]);
        by.then_with(|| broken(table, &candidates[a], &candidates[b]).0)
    };
    let mut order: Vec<usize> = (0..candidates.len()).collect();
    // The last key only makes the order of equals on the page steady; it wins no place.
    order.sort_by(|a, b| by_rule(*a, *b).then_with(|| candidates[*a].who.cmp(&candidates[*b].who)));
    let mut places: Vec<Placed> = Vec::with_capacity(order.len());
    let mut before: Option<usize> = None;
    for group in order.chunk_by(|a, b| by_rule(*a, *b).is_eq()) {
        for (offset, equals) in decide(group, candidates, decided).into_iter().enumerate() {
            let place = u32::try_from(places.len() + 1).unwrap_or(u32::MAX);
            let equal = before.filter(|before| points[*before] == points[equals[0]]);
            let tie = equal.and_then(|before| match offset {
                0 => broken(table, &candidates[before], &candidates[equals[0]]).1,
                _ => Some(Broken::Decision),
            });
            before = equals.last().copied();
            for index in equals {
                let own: Vec<_> = columns.iter().map(|column| &column[index]).collect();
                let sheet = worksheet(table, &candidates[index], &own, points[index], &tie);
                let (who, category) = (candidates[index].who, candidates[index].category.clone());
                let millionths = points[index];
                places.push(Placed { who, category, place, millionths, worksheet: sheet });
            }
        }
    }
    places
}

fn raw(candidate: &Candidate, source: &str) -> i64 {
    candidate.raw.get(source).copied().unwrap_or(0)
}

fn worksheet(
    table: &Table,
    candidate: &Candidate,
    own: &[&Points],
    millionths: i64,
    tie: &Option<Broken>,
) -> Worksheet {
    let terms = table.formula.iter().zip(own).map(|(term, points)| {
        let source = name(&term.source);
        Line {
            raw: raw(candidate, &source),
            source,
            how: points.how.clone(),
            points: points.exact.millionths(),
            exact: points.exact.to_string(),
            weight: term.weight,
        }
    });
    let (terms, decimals) = (terms.collect(), table.decimals);
    Worksheet { terms, decimals, millionths, tie: tie.clone() }
}

/// How two of equal points are ordered by the tie keys, and by which.
fn broken(table: &Table, a: &Candidate, b: &Candidate) -> (Ordering, Option<Broken>) {
    for key in &table.ties {
        let read = |from: &BTreeMap<String, i64>, key: &str| from.get(key).copied().unwrap_or(0);
        let (of_a, of_b, how) = match key {
            TieKey::Criterion { round, criterion } => {
                let path = format!("{round}/{criterion}");
                let (of_a, of_b) = (read(&a.criteria, &path), read(&b.criteria, &path));
                (of_a, of_b, Broken::Criterion(path, of_a, of_b))
            }
            TieKey::Higher(source) => {
                let source = name(source);
                let (of_a, of_b) = (read(&a.raw, &source), read(&b.raw, &source));
                (of_a, of_b, Broken::Higher(source, of_a, of_b))
            }
            TieKey::OutsideKind(kind) => {
                let (of_a, of_b) = (read(&a.outside, kind), read(&b.outside, kind));
                (of_a, of_b, Broken::Outside(kind.clone(), of_a, of_b))
            }
            TieKey::Earlier => (-a.submitted_at, -b.submitted_at, Broken::Earlier),
            TieKey::Shared | TieKey::Decision => continue,
        };
        if of_a != of_b {
            return (of_b.cmp(&of_a), Some(how));
        }
    }
    (Ordering::Equal, None)
}

/// Splits equals by the newest decision that was taken among all of them: whom it names comes
/// first, in its order; the others stay equal behind. Without such a decision all stay equal.
fn decide(group: &[usize], candidates: &[Candidate], decided: &[Decided]) -> Vec<Vec<usize>> {
    let who = |index: &usize| candidates[*index].who;
    let newest = decided
        .iter()
        .rev()
        .find(|one| group.len() > 1 && group.iter().all(|index| one.among.contains(&who(index))));
    let Some(newest) = newest else { return vec![group.to_vec()] };
    let place = |index: &usize| newest.order.iter().position(|other| *other == who(index));
    let mut named: Vec<(usize, usize)> =
        group.iter().filter_map(|index| Some((place(index)?, *index))).collect();
    named.sort_unstable();
    let mut split: Vec<Vec<usize>> = named.into_iter().map(|(_, index)| vec![index]).collect();
    let rest: Vec<usize> = group.iter().filter(|index| place(index).is_none()).copied().collect();
    if !rest.is_empty() {
        split.push(rest);
    }
    split
}
