//! Many entries at once: an archive with a sheet and the files that it names.
//!
//! The archive comes from strangers: members are counted, what is unpacked is counted while it is
//! read, names are compared and never used as paths, and nothing is written to a disk.

use std::collections::HashMap;
use std::io::{Cursor, Read};

use bytes::Bytes;

use crate::media::Flaw;
use crate::refusal::{Kind, Refusal, Refused};
use crate::sheet::{self, Unreadable};
use crate::words::{fold, nfc};

/// The most members of an archive.
const MEMBERS: usize = 2000;
/// The most rows of a sheet.
const ROWS: usize = 500;
/// The most that one member may unpack into.
const MEMBER: u64 = 100_000_000;

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
    #[error(transparent)]
    Sheet(#[from] Unreadable),
    /// The sheet has no column that it needs.
    #[error("no column `{0}`")]
    NoColumn(&'static str),
}

impl Refusal for Unusable {
    fn refusal(&self) -> Refused {
        match self {
            Self::Archive => Refused::new(Kind::Invalid, "batch-no-archive"),
            Self::NoSheet => Refused::new(Kind::Invalid, "batch-no-sheet"),
            Self::Sheet(error) => error.refusal(),
            Self::NoColumn(name) => {
                Refused::new(Kind::Invalid, "batch-no-column").with("name", *name)
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
    /// Everybody beside the author, with `;` between them.
    Others,
    /// People shown or written about, with `;` between them.
    People,
    /// Who speaks for an author under 16.
    Guardian,
    /// Where to write to them.
    GuardianEmail,
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
const HEADS: [(Column, &[&str]); 16] = [
    (Column::Category, &["hang muc", "category"]),
    (Column::Title, &["ten tac pham", "title"]),
    (Column::Name, &["ho va ten", "ho ten", "tac gia", "name"]),
    (Column::Shown, &["but danh", "shown", "pen name"]),
    (Column::Unit, &["ma don vi", "don vi", "unit"]),
    (Column::Phone, &["so dien thoai", "dien thoai", "phone"]),
    (Column::Email, &["email", "e mail"]),
    (Column::Birth, &["ngay sinh", "birth date"]),
    (Column::Others, &["dong tac gia", "thanh vien", "co authors", "members"]),
    (Column::People, &["nhan vat", "nguoi trong anh", "people shown", "subjects"]),
    (Column::Guardian, &["nguoi dai dien", "guardian"]),
    (Column::GuardianEmail, &["email nguoi dai dien", "e mail nguoi dai dien", "guardian email"]),
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
            sheets.push(at);
        }
        members.insert(fold_name(&base), at);
    }
    let [at] = sheets[..] else { return Err(Unusable::NoSheet) };
    let sheet = unpack(&mut archive, at, sheet::MOST_BYTES).map_err(|_| Unreadable::Sheet)?;
    let mut lines = sheet::read(sheet, ROWS)?;
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
