//! Lists of groups and of members, as people write them into sheets.

use std::collections::{HashMap, HashSet};

use entity::id::UnitId;
use sea_orm::ConnectionTrait;

use super::NewLink;
use crate::refusal::{Kind, Refusal, Refused};
use crate::unit;
use crate::words::fold;

/// Most rows of a list.
pub const MOST: usize = 40_000;

/// Heads of columns as people write them, folded: unit, what it is called, members.
const HEADS: [&[&str]; 3] = [
    &["ma don vi", "don vi", "unit"],
    &["ten nhom", "nhom", "ho va ten", "ho ten", "label", "name"],
    &["so nguoi", "so doan vien", "members"],
];

/// What is wrong with a row: its place among the rows, the heads being 0.
pub type Fault = (usize, Refused);

/// A row of the roll, which is written back beside its code and kept nowhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The unit.
    pub unit: Option<UnitId>,
    /// Its code, as written.
    pub code: String,
    /// Who stands there.
    pub name: String,
}

/// Columns of a list, where its heads name them.
struct Columns([Option<usize>; 3]);

impl Columns {
    /// Finds them; the first `needed` of them have to be there.
    fn of(rows: &[Vec<String>], needed: &[usize]) -> Result<Self, Fault> {
        let heads: Vec<String> =
            rows.first().into_iter().flatten().map(|head| fold(head)).collect();
        let find = |names: &[&str]| heads.iter().position(|head| names.contains(&head.as_str()));
        let columns = Self(HEADS.map(find));
        let missing = needed.iter().find(|column| columns.0[**column].is_none());
        match missing {
            None => Ok(columns),
            Some(column) => {
                let name = HEADS[*column].last().copied().unwrap_or_default();
                Err((0, Refused::new(Kind::Invalid, "batch-no-column").with("name", name)))
            }
        }
    }

    fn cell<'a>(&self, row: &'a [String], column: usize) -> &'a str {
        let cell = self.0[column].and_then(|at| row.get(at));
        cell.map_or("", |cell| cell.trim())
    }
}

/// Units by code.
struct Units(HashMap<String, UnitId>);

impl Units {
    /// Those that a column names.
    async fn of(
        db: &impl ConnectionTrait,
        columns: &Columns,
        rows: &[Vec<String>],
    ) -> Result<Self, Fault> {
        let codes: HashSet<String> =
            filled(rows).map(|(_, row)| columns.cell(row, 0).to_owned()).collect();
        let units = unit::by_codes(db, &codes).await.map_err(|error| (0, error.refusal()))?;
        Ok(Self(units.into_iter().map(|(code, unit)| (code, unit.id)).collect()))
    }

    /// The unit with this code; none where the cell is empty.
    fn find(&self, code: &str) -> Result<Option<UnitId>, Refused> {
        match self.0.get(code) {
            None if !code.is_empty() => Err(unknown()),
            unit => Ok(unit.copied()),
        }
    }
}

fn unknown() -> Refused {
    Refused::new(Kind::Invalid, "unit-not-found").at("unit")
}

/// Rows below the heads that hold anything, each with its place.
fn filled(rows: &[Vec<String>]) -> impl Iterator<Item = (usize, &Vec<String>)> {
    let rows = rows.iter().enumerate().skip(1);
    rows.filter(|(_, row)| row.iter().any(|cell| !cell.trim().is_empty()))
}

/// The links that a list asks for: a unit's code or none, what the group is called, how many people
/// are in it.
///
/// # Errors
/// What is wrong with which rows; then nothing of the list should be taken.
pub async fn groups(
    db: &impl ConnectionTrait,
    rows: &[Vec<String>],
) -> Result<Vec<NewLink>, Vec<Fault>> {
    let columns = Columns::of(rows, &[1, 2]).map_err(|fault| vec![fault])?;
    let units = Units::of(db, &columns, rows).await.map_err(|fault| vec![fault])?;
    let (mut links, mut faults) = (Vec::new(), Vec::new());
    for (at, row) in filled(rows) {
        let label = columns.cell(row, 1);
        let members = columns.cell(row, 2).replace(['.', ' '], "").parse::<u32>().ok();
        let unit = units.find(columns.cell(row, 0));
        match (unit, members.filter(|members| *members > 0)) {
            (Err(refused), _) => faults.push((at, refused)),
            (_, None) => faults.push((at, Refused::new(Kind::Invalid, "group-members-missing"))),
            _ if label.is_empty() => {
                faults.push((at, Refused::new(Kind::Invalid, "group-label-missing")));
            }
            (Ok(unit), Some(members)) => {
                links.push(NewLink { unit, label: label.to_owned(), members });
            }
        }
    }
    done(links, faults)
}

/// The places on a roll that a list asks for: a unit's code or none, and a name, of which one has to
/// be there.
///
/// # Errors
/// What is wrong with which rows; then nothing of the list should be taken.
pub async fn places(
    db: &impl ConnectionTrait,
    rows: &[Vec<String>],
) -> Result<Vec<Place>, Vec<Fault>> {
    let columns = Columns::of(rows, &[1]).map_err(|fault| vec![fault])?;
    let units = Units::of(db, &columns, rows).await.map_err(|fault| vec![fault])?;
    let (mut places, mut faults) = (Vec::new(), Vec::new());
    for (at, row) in filled(rows) {
        let (code, name) = (columns.cell(row, 0).to_owned(), columns.cell(row, 1).to_owned());
        match units.find(&code) {
            Err(refused) => faults.push((at, refused)),
            Ok(unit) => places.push(Place { unit, code, name }),
        }
    }
    done(places, faults)
}

fn done<T>(taken: Vec<T>, faults: Vec<Fault>) -> Result<Vec<T>, Vec<Fault>> {
    match (taken.is_empty(), faults.is_empty()) {
        (true, true) => Err(vec![(0, Refused::new(Kind::Invalid, "batch-sheet-empty"))]),
        (_, true) => Ok(taken),
        _ => Err(faults),
    }
}
