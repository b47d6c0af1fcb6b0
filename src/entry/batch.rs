//! Many entries at once: an archive with a sheet and the files that it names.
//!
//! The archive comes from strangers: members are counted, what is unpacked is counted while it is
//! read, names are compared and never used as paths, and nothing is written to a disk.

use std::collections::HashMap;
use std::io::{Cursor, Read};

use bytes::Bytes;
use calamine::{Data, Reader, Xlsx};

use crate::media::Flaw;
use crate::refusal::{Arg, Kind, Refusal, Refused};
use crate::words::{fold, nfc};

/// The most members of an archive.
const MEMBERS: usize = 2000;
/// The most rows of a sheet.
const ROWS: usize = 500;
/// The most that one member may unpack into.
const MEMBER: u64 = 100_000_000;
/// The most that a sheet may unpack into.
const SHEET: u64 = 10_000_000;

/// Why an archive cannot be used.
#[derive(Debug, thiserror::Error, PartialEq)]
pub enum Unusable {
    /// It is no archive, or too large inside.
    #[error("no archive")]
    Archive,
    /// It holds no sheet, or several.
    #[error("no sheet")]
    NoSheet,
    /// The sheet cannot be read.
    #[error("the sheet cannot be read")]
    Sheet,
    /// The sheet has no column that it needs.
    #[error("no column `{0}`")]
    NoColumn(&'static str),
    /// The sheet has more rows than are taken at once.
    #[error("more than {ROWS} rows")]
    TooMany,
}

impl Refusal for Unusable {
    fn refusal(&self) -> Refused {
        match self {
            Self::Archive => Refused::new(Kind::Invalid, "batch-no-archive"),
            Self::NoSheet => Refused::new(Kind::Invalid, "batch-no-sheet"),
            Self::Sheet => Refused::new(Kind::Invalid, "batch-sheet-unreadable"),
            Self::NoColumn(name) => {
                Refused::new(Kind::Invalid, "batch-no-column").with("name", *name)
            }
            Self::TooMany => {
                let most = i64::try_from(ROWS).unwrap_or(i64::MAX);
                Refused::new(Kind::Invalid, "batch-too-many").with("most", Arg::Number(most))
            }
        }
    }
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Column {
    /// Key of the category; absent: the only one.
    Category,
    /// Title of the work.
    Title,
    /// Full name.
    Name,
    /// Pen name.
    Shown,
    /// Code of the unit; absent: the officer's.
    Unit,
    /// Where to call.
    Phone,
    /// Where to write.
    Email,
    /// Date of birth.
    Birth,
    /// Names of files, with `;` between them.
    Files,
    /// Captions, with `|` between them.
    Caption,
    /// Text of the work.
    Text,
    /// Address of the work.
    Link,
}

/// Heads of columns as people write them, folded.
const HEADS: [(Column, &[&str]); 12] = [
    (Column::Category, &["hang muc", "category"]),
    (Column::Title, &["ten tac pham", "title"]),
    (Column::Name, &["ho va ten", "ho ten", "tac gia", "name"]),
    (Column::Shown, &["but danh", "shown", "pen name"]),
    (Column::Unit, &["ma don vi", "don vi", "unit"]),
    (Column::Phone, &["so dien thoai", "dien thoai", "phone"]),
    (Column::Email, &["email", "e mail"]),
    (Column::Birth, &["ngay sinh", "birth date"]),
    (Column::Files, &["tep", "ten tep", "anh", "files", "file"]),
    (Column::Caption, &["chu thich", "caption"]),
    (Column::Text, &["bai viet", "noi dung", "text"]),
    (Column::Link, &["duong dan", "link"]),
];

/// A row of the sheet.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its line in the sheet; the heads are line 1.
    pub line: usize,
    /// All cells, as written.
    pub cells: Vec<String>,
    known: HashMap<Column, usize>,
}

impl Row {
    /// What a column says; empty where there is none.
    #[must_use]
    pub fn get(&self, column: Column) -> &str {
        let cell = self.known.get(&column).and_then(|at| self.cells.get(*at));
        cell.map_or("", |cell| cell.trim())
    }
}

/// An archive that can be used.
pub struct Batch {
    /// Heads of the columns, as written.
    pub heads: Vec<String>,
    /// Its rows.
    pub rows: Vec<Row>,
    archive: zip::ZipArchive<Cursor<Bytes>>,
    members: HashMap<String, usize>,
}

impl std::fmt::Debug for Batch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Batch").field("rows", &self.rows.len()).finish_non_exhaustive()
    }
}

/// Opens an archive and reads its sheet. Takes a while: not for an asynchronous thread.
///
/// # Errors
/// [`Unusable`] when there is nothing to go by.
pub fn open(bytes: Bytes) -> Result<Batch, Unusable> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|_| Unusable::Archive)?;
    if archive.len() > MEMBERS {
        return Err(Unusable::Archive);
    }
    let mut members = HashMap::new();
    let mut sheets = Vec::new();
    for at in 0..archive.len() {
        let member = archive.by_index_raw(at).map_err(|_| Unusable::Archive)?;
        let name = nfc(&member.name().map_err(|_| Unusable::Archive)?.replace('\\', "/"));
        let base = name.rsplit('/').next().unwrap_or_default().to_owned();
        if base.is_empty() || base.starts_with('.') || name.starts_with("__MACOSX/") {
            continue;
        }
        let ending = base.rsplit('.').next().unwrap_or_default().to_lowercase();
        if ending == "csv" || ending == "xlsx" {
            sheets.push((at, ending == "csv"));
        }
        members.insert(fold_name(&base), at);
    }
    let [(at, is_csv)] = sheets[..] else { return Err(Unusable::NoSheet) };
    let sheet = unpack(&mut archive, at, SHEET).map_err(|_| Unusable::Sheet)?;
    let mut lines = if is_csv { csv(&sheet)? } else { xlsx(sheet)? };
    if lines.len() > ROWS + 1 {
        return Err(Unusable::TooMany);
    }
    if lines.is_empty() {
        return Err(Unusable::Sheet);
    }
    let heads = lines.remove(0);
    let known = known(&heads)?;
    let rows =
        lines.into_iter().enumerate().filter(|(_, cells)| cells.iter().any(|c| !c.is_empty()));
    let rows = rows.map(|(at, cells)| Row { line: at + 2, cells, known: known.clone() }).collect();
    Ok(Batch { heads, rows, archive, members })
}

fn fold_name(name: &str) -> String {
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    format!("{}.{}", fold(stem), ending.to_lowercase())
}

fn unpack(
    archive: &mut zip::ZipArchive<Cursor<Bytes>>,
    at: usize,
    most: u64,
) -> Result<Bytes, Flaw> {
    let member = archive.by_index(at).map_err(|_| Flaw::Corrupt)?;
    let mut bytes = Vec::new();
    member.take(most + 1).read_to_end(&mut bytes).map_err(|_| Flaw::Corrupt)?;
    let length = bytes.len() as u64;
    if length > most {
        return Err(Flaw::TooLarge { bytes: length, most });
    }
    Ok(bytes.into())
}

fn csv(sheet: &[u8]) -> Result<Vec<Vec<String>>, Unusable> {
    let text = std::str::from_utf8(sheet).map_err(|_| Unusable::Sheet)?;
    let text = text.trim_start_matches('\u{feff}');
    let first = text.lines().next().unwrap_or_default();
    let by = if first.matches(';').count() > first.matches(',').count() { b';' } else { b',' };
    let mut reader = csv::ReaderBuilder::new();
    let reader = reader.has_headers(false).flexible(true).delimiter(by);
    let mut lines = Vec::new();
    for record in reader.from_reader(text.as_bytes()).records().take(ROWS + 2) {
        let record = record.map_err(|_| Unusable::Sheet)?;
        lines.push(record.iter().map(|cell| nfc(cell.trim())).collect());
    }
    Ok(lines)
}

fn xlsx(sheet: Bytes) -> Result<Vec<Vec<String>>, Unusable> {
    let mut book = Xlsx::new(Cursor::new(sheet)).map_err(|_| Unusable::Sheet)?;
    let range = book.worksheet_range_at(0).ok_or(Unusable::Sheet)?;
    let range = range.map_err(|_| Unusable::Sheet)?;
    let cell = |cell: &Data| match cell {
        Data::Float(number) if number.fract() == 0.0 => format!("{number:.0}"),
        other => nfc(other.to_string().trim()),
    };
    Ok(range.rows().take(ROWS + 2).map(|row| row.iter().map(cell).collect()).collect())
}

fn known(heads: &[String]) -> Result<HashMap<Column, usize>, Unusable> {
    let mut known = HashMap::new();
    for (at, head) in heads.iter().enumerate() {
        let head = fold(head);
        let found = HEADS.iter().find(|(_, names)| names.contains(&head.as_str()));
        if let Some((column, _)) = found {
            known.entry(*column).or_insert(at);
        }
    }
    for (column, name) in [(Column::Title, "Tên tác phẩm"), (Column::Name, "Họ và tên")] {
        if !known.contains_key(&column) {
            return Err(Unusable::NoColumn(name));
        }
    }
    Ok(known)
}

impl Batch {
    /// The file that a row names, however its name is spelled; `None` where there is none.
    ///
    /// # Errors
    /// A [`Flaw`] when it cannot be unpacked within the cap.
    pub fn file(&mut self, name: &str) -> Result<Option<Bytes>, Flaw> {
        let Some(at) = self.members.get(&fold_name(name.trim())).copied() else { return Ok(None) };
        unpack(&mut self.archive, at, MEMBER).map(Some)
    }
}

/// A sheet of the rows that were not taken, each with what is wrong in a last column, in CSV that
/// spreadsheets open with Vietnamese letters and without running anything.
#[must_use]
pub fn sheet(heads: &[String], rows: &[(Vec<String>, String)], fault: &str) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let safe = |cell: &str| {
        if cell.starts_with(['=', '+', '-', '@', '\t']) {
            format!("'{cell}")
        } else {
            cell.to_owned()
        }
    };
    let line = |cells: &[String], last: &str| {
        let mut line: Vec<String> = cells.iter().map(|cell| safe(cell)).collect();
        line.resize(heads.len(), String::new());
        line.push(safe(last));
        line
    };
    // Writing into memory does not fail.
    let mut written = writer.write_record(line(heads, fault)).is_ok();
    for (cells, said) in rows {
        written &= writer.write_record(line(cells, said)).is_ok();
    }
    debug_assert!(written, "memory takes what is written");
    let bytes = writer.into_inner().unwrap_or_default();
    format!("\u{feff}{}", String::from_utf8_lossy(&bytes))
}
