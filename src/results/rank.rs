//! Places: by points, then by the tie keys in their order, never by anything hidden.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use entity::id::{EntryId, UnitId};
use serde::{Deserialize, Serialize};

use super::formula;
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
    /// Each term: source, raw number, points, weight in per cent; numbers in millionths.
    pub terms: Vec<Line>,
    /// The sum, rounded, in millionths.
    pub millionths: i64,
    /// The tie key that put it before or behind an equal, where one was needed.
    pub tie: Option<String>,
}

/// One term of a worksheet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// Name of the source.
    pub source: String,
    /// Raw number in millionths.
    pub raw: i64,
    /// Points in millionths.
    pub points: i64,
    /// Weight in per cent.
    pub weight: u32,
}

/// A recorded decision between equals: first first.
pub type Decided = Vec<Who>;

/// A ranked table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ranking {
    /// Places, first first.
    pub places: Vec<Placed>,
    /// Groups of equals that only a decision can order, with the place that they share.
    pub open: Vec<(u32, Vec<Who>)>,
}

/// Ranks candidates by a table's formula and tie keys. `edges` are numbers of places behind which
/// something else begins (a lower prize, no prize, staying behind): equals on one side of every
/// edge simply share their place.
#[must_use]
pub fn rank(
    table: &Table,
    candidates: &[Candidate],
    edges: &[usize],
    decided: &[Decided],
) -> Ranking {
    let columns: Vec<_> = table
        .formula
        .iter()
        .map(|term| {
            let source = name(&term.source);
            let raw: Vec<i64> =
                candidates.iter().map(|one| one.raw.get(&source).copied().unwrap_or(0)).collect();
            formula::points(term.normalise.as_ref(), &raw)
        })
        .collect();
    let points = formula::weigh(&table.formula, &columns, table.decimals);
    let mut order: Vec<usize> = (0..candidates.len()).collect();
    // The key of an equal pair is only a name for the place in memory, never for the place won.
    order.sort_by(|a, b| {
        let by = points[*b].0.cmp(&points[*a].0);
        by.then_with(|| tie(table, &candidates[*a], &candidates[*b], decided).0)
            .then_with(|| candidates[*a].who.cmp(&candidates[*b].who))
    });
    let equal = |a: usize, b: usize| {
        points[a].0 == points[b].0 && tie(table, &candidates[a], &candidates[b], decided).0.is_eq()
    };
    let mut ranking = Ranking { places: Vec::new(), open: Vec::new() };
    let mut start = 0;
    while start < order.len() {
        let end = (start + 1..order.len()).find(|next| !equal(order[start], order[*next]));
        let end = end.unwrap_or(order.len());
        let place = u32::try_from(start + 1).unwrap_or(u32::MAX);
        let split = edges.iter().any(|edge| start < *edge && *edge < end);
        if split && table.ties.last() == Some(&TieKey::Decision) {
            let group = order[start..end].iter().map(|index| candidates[*index].who);
            ranking.open.push((place, group.collect()));
        }
        for (offset, index) in order[start..end].iter().enumerate() {
            let neighbour = (start + offset).checked_sub(1).map(|before| order[before]);
            let why = neighbour
                .filter(|before| points[*before].0 == points[*index].0)
                .and_then(|before| tie(table, &candidates[before], &candidates[*index], decided).1);
            ranking.places.push(placed(table, &candidates[*index], &points[*index], place, why));
        }
        start = end;
    }
    ranking
}

fn placed(
    table: &Table,
    candidate: &Candidate,
    points: &(i64, Vec<i64>),
    place: u32,
    tie: Option<String>,
) -> Placed {
    let terms = table.formula.iter().zip(&points.1).map(|(term, own)| {
        let source = name(&term.source);
        Line {
            raw: candidate.raw.get(&source).copied().unwrap_or(0),
            source,
            points: *own,
            weight: term.weight,
        }
    });
    Placed {
        who: candidate.who,
        category: candidate.category.clone(),
        place,
        millionths: points.0,
        worksheet: Worksheet { terms: terms.collect(), millionths: points.0, tie },
    }
}

/// How two equals are ordered, and by which key.
fn tie(
    table: &Table,
    a: &Candidate,
    b: &Candidate,
    decided: &[Decided],
) -> (Ordering, Option<String>) {
    for key in &table.ties {
        let higher = |read: &dyn Fn(&Candidate) -> i64| read(b).cmp(&read(a));
        let (order, label) = match key {
            TieKey::Criterion { round, criterion } => {
                let path = format!("{round}/{criterion}");
                let read = |one: &Candidate| one.criteria.get(&path).copied().unwrap_or(0);
                (higher(&read), format!("criterion:{path}"))
            }
            TieKey::Higher(source) => {
                let source = name(source);
                let read = |one: &Candidate| one.raw.get(&source).copied().unwrap_or(0);
                (higher(&read), format!("higher:{source}"))
            }
            TieKey::OutsideKind(kind) => {
                let read = |one: &Candidate| one.outside.get(kind).copied().unwrap_or(0);
                (higher(&read), format!("outside:{kind}"))
            }
            TieKey::Earlier => (a.submitted_at.cmp(&b.submitted_at), "earlier".to_owned()),
            TieKey::Shared => (Ordering::Equal, String::new()),
            TieKey::Decision => (by_decision(a.who, b.who, decided), "decision".to_owned()),
        };
        if order.is_ne() {
            return (order, Some(label));
        }
    }
    (Ordering::Equal, None)
}

/// The newest decision that names both.
fn by_decision(a: Who, b: Who, decided: &[Decided]) -> Ordering {
    let found = decided.iter().rev().find_map(|order| {
        let place = |who: Who| order.iter().position(|other| *other == who);
        Some(place(a)?.cmp(&place(b)?))
    });
    found.unwrap_or(Ordering::Equal)
}
