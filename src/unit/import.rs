//! Units from a list: `code,name,short_name,type,parent,members,source`, parents before children
//! or not. Importing the same list again changes nothing.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::Cursor;

use calamine::{DataType, Reader, Xlsx};
use entity::id::UnitId;
use entity::instant::Instant;
use entity::{unit, unit_parent, unit_strength, unit_type};
use sea_orm::{
    ActiveModelTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel,
    Set,
};
use serde::{Deserialize, Serialize};

use super::many::by_codes;
use super::tree::{Error, hold_still, members, move_to};
use crate::words::{fold, nfc};

/// One line of a list of units.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// Stable code.
    pub code: String,
    /// Full name.
    pub name: String,
    /// Usual abbreviation.
    #[serde(default)]
    pub short_name: String,
    /// Code of its type.
    #[serde(rename = "type")]
    pub kind: String,
    /// Code of the unit above; empty for the top.
    #[serde(default)]
    pub parent: String,
    /// How many members, where known.
    #[serde(default)]
    pub members: Option<i32>,
    /// Where the fact comes from.
    #[serde(default)]
    pub source: String,
}

/// Why a line was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Number of the line, the head being 1.
    pub line: u64,
    /// A code of the words.
    pub code: &'static str,
    /// What stood there.
    pub value: String,
}

/// Reads a list in CSV; lines that cannot be read are faults.
#[must_use]
pub fn read_csv(text: &str) -> Listed {
    let (mut rows, mut faults) = (Vec::new(), Vec::new());
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
    for (index, row) in reader.deserialize::<Row>().enumerate() {
        let line = index as u64 + 2;
        match row {
            Ok(row) => rows.push((line, row)),
            Err(error) => {
                faults.push(Fault { line, code: "unit-line-unreadable", value: error.to_string() })
            }
        }
    }
    (rows, faults)
}

/// The lines of a list, each with its number, and those that cannot be read.
pub type Listed = (Vec<(u64, Row)>, Vec<Fault>);

/// A file that is neither.
#[derive(Debug, thiserror::Error)]
#[error("neither CSV in UTF-8 nor an XLSX workbook")]
pub struct Unreadable;

/// Reads a list in CSV, or in the first sheet of an XLSX workbook.
///
/// # Errors
/// [`Unreadable`] when it is neither.
pub fn read(file: &[u8]) -> Result<Listed, Unreadable> {
    if !file.starts_with(b"PK") {
        let text = std::str::from_utf8(file).map_err(|_| Unreadable)?;
        return Ok(read_csv(text.trim_start_matches('\u{feff}')));
    }
    let mut book = Xlsx::new(Cursor::new(file)).map_err(|_| Unreadable)?;
    let sheet = book.worksheet_range_at(0).and_then(Result::ok).ok_or(Unreadable)?;
    let mut csv = csv::Writer::from_writer(Vec::new());
    for row in sheet.rows() {
        let cells = row.iter().map(|cell| cell.as_string().unwrap_or_default());
        csv.write_record(cells).map_err(|_| Unreadable)?;
    }
    let text = csv.into_inner().ok().and_then(|bytes| String::from_utf8(bytes).ok());
    Ok(read_csv(&text.ok_or(Unreadable)?))
}

/// Units as lines of a list, so that importing them changes nothing.
///
/// # Errors
/// When the database fails.
pub async fn rows(
    db: &impl ConnectionTrait,
    units: Vec<unit::Model>,
    now: Instant,
) -> Result<Vec<Row>, DbErr> {
    let counted = members(db, units.iter().map(|unit| unit.id), now).await?;
    let row = |unit: unit::Model| Row {
        parent: unit.path.trim_end_matches('/').rsplit('/').nth(1).unwrap_or_default().to_owned(),
        code: unit.code,
        name: unit.name,
        short_name: unit.short_name.unwrap_or_default(),
        kind: unit.type_code,
        members: counted.get(&unit.id).copied(),
        source: unit.source.unwrap_or_default(),
    };
    Ok(units.into_iter().filter(|unit| unit.valid_to.is_none()).map(row).collect())
}

/// The list that is shipped: the confederation, the federations of provinces and cities, and
/// unions that published rules name.
#[must_use]
pub fn top() -> Vec<(u64, Row)> {
    read_csv(include_str!("data/top.csv")).0
}

/// The demo's province, made up down to workplaces.
#[must_use]
pub fn demo() -> Vec<(u64, Row)> {
    read_csv(include_str!("data/demo.csv")).0
}

#[derive(Deserialize)]
struct Kind {
    code: String,
    label_vi: String,
    label_en: String,
}

async fn types(tx: &DatabaseTransaction) -> Result<(), Error> {
    let known = unit_type::Entity::find().all(tx).await?;
    let mut reader = csv::Reader::from_reader(include_str!("data/types.csv").as_bytes());
    for (position, kind) in reader.deserialize::<Kind>().flatten().enumerate() {
        if known.iter().any(|known| known.code == kind.code) {
            continue;
        }
        let row = unit_type::ActiveModel {
            code: Set(kind.code),
            label_vi: Set(kind.label_vi),
            label_en: Set(kind.label_en),
            position: Set(i32::try_from(position).unwrap_or(i32::MAX)),
        };
        unit_type::Entity::insert(row).exec_without_returning(tx).await?;
    }
    Ok(())
}

/// Takes a list into the tree: new units are made, known ones renamed, moved and counted anew.
/// Lines with faults are left out, and with them the lines below them.
///
/// # Errors
/// When the database fails.
pub async fn import(
    tx: &DatabaseTransaction,
    rows: Vec<(u64, Row)>,
    now: Instant,
) -> Result<Vec<Fault>, Error> {
    import_seen(tx, rows, now, |_, _| {}).await
}

/// As [`import`]; `seen` is told of each line: how many are done, and of how many.
///
/// # Errors
/// When the database fails.
pub async fn import_seen(
    tx: &DatabaseTransaction,
    rows: Vec<(u64, Row)>,
    now: Instant,
    seen: impl Fn(usize, usize),
) -> Result<Vec<Fault>, Error> {
    let all = rows.len();
    hold_still(tx).await?;
    types(tx).await?;
    let kinds = unit_type::Entity::find().all(tx).await?;
    let codes: HashSet<String> =
        rows.iter().flat_map(|(_, row)| [row.code.clone(), row.parent.clone()]).collect();
    let mut known = by_codes(tx, &codes).await?;
    let mut waiting: BTreeMap<u64, Row> = rows.into_iter().collect();
    let mut faults = Vec::new();
    waiting.retain(|line, row| {
        let fault = match row {
            Row { code, .. } if !is_code(code) => ("unit-code-unreadable", code),
            Row { name, .. } if name.is_empty() => ("unit-name-missing", name),
            Row { kind, .. } if !kinds.iter().any(|known| known.code == *kind) => {
                ("unit-type-unknown", kind)
            }
            _ => return true,
        };
        faults.push(Fault { line: *line, code: fault.0, value: fault.1.clone() });
        false
    });
    loop {
        let ready: Vec<u64> = waiting
            .iter()
            .filter(|(_, row)| row.parent.is_empty() || known.contains_key(&row.parent))
            .map(|(line, _)| *line)
            .collect();
        if ready.is_empty() {
            break;
        }
        for line in ready {
            let Some(row) = waiting.remove(&line) else {
                continue;
            };
            seen(all - waiting.len(), all);
            let before = known.get(&row.code).map(|unit| unit.path.clone());
            let unit = take(tx, &row, &known, now).await?;
            let moved = before.is_some_and(|before| before != unit.path);
            known.insert(row.code, unit);
            if moved {
                // What stands below it moved along.
                known = by_codes(tx, &codes).await?;
            }
        }
    }
    faults.extend(waiting.into_iter().map(|(line, row)| Fault {
        line,
        code: "unit-parent-unknown",
        value: row.parent,
    }));
    faults.sort_by_key(|fault| fault.line);
    Ok(faults)
}

fn is_code(code: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    !code.is_empty() && code.len() <= 64 && code.bytes().all(plain)
}

async fn take(
    tx: &DatabaseTransaction,
    row: &Row,
    known: &HashMap<String, unit::Model>,
    now: Instant,
) -> Result<unit::Model, Error> {
    let parent = known.get(&row.parent);
    let (name, short) = (nfc(&row.name), nfc(&row.short_name));
    let short = (!short.is_empty()).then_some(short);
    let search = fold(&format!("{name} {} {}", short.as_deref().unwrap_or(""), row.code));
    let above = parent.map_or("/", |parent| parent.path.as_str());
    let path = format!("{above}{}/", row.code);
    let unit = if let Some(unit) = known.get(&row.code) {
        let mut changed = unit.clone().into_active_model();
        changed.name = Set(name);
        changed.short_name = Set(short);
        changed.search_text = Set(search);
        changed.type_code = Set(row.kind.clone());
        let changed = changed.update(tx).await?;
        if let Some(parent) = parent.filter(|_| changed.path != path) {
            move_to(tx, &changed, parent, now).await?;
        }
        unit::Model { path, ..changed }
    } else {
        let fresh = unit::ActiveModel {
            id: Set(UnitId::new()),
            code: Set(row.code.clone()),
            type_code: Set(row.kind.clone()),
            name: Set(name),
            short_name: Set(short),
            search_text: Set(search),
            path: Set(path),
            source: Set((!row.source.is_empty()).then(|| row.source.clone())),
            created_at: Set(now),
            ..Default::default()
        };
        let fresh = fresh.insert(tx).await?;
        if let Some(parent) = parent {
            let link = unit_parent::ActiveModel {
                unit_id: Set(fresh.id),
                parent_id: Set(parent.id),
                valid_from: Set(now),
                valid_to: Set(None),
            };
            unit_parent::Entity::insert(link).exec_without_returning(tx).await?;
        }
        fresh
    };
    count(tx, &unit, row.members, now).await?;
    Ok(unit)
}

pub(super) async fn count(
    tx: &DatabaseTransaction,
    unit: &unit::Model,
    counted: Option<i32>,
    now: Instant,
) -> Result<(), Error> {
    let Some(counted) = counted else {
        return Ok(());
    };
    if members(tx, [unit.id], now).await?.get(&unit.id) == Some(&counted) {
        return Ok(());
    }
    let row = unit_strength::ActiveModel {
        unit_id: Set(unit.id),
        as_of: Set(now),
        members: Set(counted),
    };
    unit_strength::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}
