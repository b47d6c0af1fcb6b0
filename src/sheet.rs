//! Sheets in and out: CSV and XLSX, as people's spreadsheets write them and open them.
//!
//! What goes out runs nothing: a text that a spreadsheet would take for a formula gets an
//! apostrophe before it in CSV and is marked as text in XLSX. Both are written row by row into a
//! temporary file, so a long sheet takes no more memory than a short one.

use std::fs::File;
use std::io::{BufWriter, Cursor, Write};

use bytes::Bytes;
use calamine::{Data, Reader, Xlsx};
use rust_xlsxwriter::{Format as Look, Workbook, XlsxError};

use crate::refusal::{Arg, Kind, Refusal, Refused};
use crate::words::nfc;

/// The most bytes of a sheet that is read.
pub const MOST_BYTES: u64 = 10_000_000;

/// Why a sheet cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// It is no sheet that we read.
    #[error("no sheet")]
    Sheet,
    /// It has more rows than are taken at once.
    #[error("more than {0} rows")]
    TooMany(usize),
}

impl Refusal for Unreadable {
    fn refusal(&self) -> Refused {
        match self {
            Self::Sheet => Refused::new(Kind::Invalid, "batch-sheet-unreadable"),
            Self::TooMany(most) => {
                let most = i64::try_from(*most).unwrap_or(i64::MAX);
                Refused::new(Kind::Invalid, "batch-too-many").with("most", Arg::Number(most))
            }
        }
    }
}

/// Reads the rows of a sheet, the heads first, cells in NFC without white space around them; at
/// most `most` rows below the heads. Takes a while: not for an asynchronous thread.
///
/// # Errors
/// [`Unreadable`] when it is neither CSV in UTF-8 nor XLSX, or longer.
pub fn read(sheet: Bytes, most: usize) -> Result<Vec<Vec<String>>, Unreadable> {
    let rows = if sheet.starts_with(b"PK") { xlsx(sheet, most)? } else { csv(&sheet, most)? };
    match rows.len() {
        0 => Err(Unreadable::Sheet),
        length if length > most + 1 => Err(Unreadable::TooMany(most)),
        _ => Ok(rows),
    }
}

fn csv(sheet: &[u8], most: usize) -> Result<Vec<Vec<String>>, Unreadable> {
    let text = std::str::from_utf8(sheet).map_err(|_| Unreadable::Sheet)?;
    let text = text.trim_start_matches('\u{feff}');
    let first = text.lines().next().unwrap_or_default();
    let count = |mark: char| first.matches(mark).count();
    let by = match (count(','), count(';'), count('\t')) {
        (comma, semicolon, tab) if tab > comma.max(semicolon) => b'\t',
        (comma, semicolon, _) if semicolon > comma => b';',
        _ => b',',
    };
    let mut reader = csv::ReaderBuilder::new();
    let reader = reader.has_headers(false).flexible(true).delimiter(by);
    let mut rows = Vec::new();
    for record in reader.from_reader(text.as_bytes()).records().take(most + 2) {
        let record = record.map_err(|_| Unreadable::Sheet)?;
        rows.push(record.iter().map(|cell| nfc(cell.trim())).collect());
    }
    Ok(rows)
}

fn xlsx(sheet: Bytes, most: usize) -> Result<Vec<Vec<String>>, Unreadable> {
    let mut book = Xlsx::new(Cursor::new(sheet)).map_err(|_| Unreadable::Sheet)?;
    let range = book.worksheet_range_at(0).ok_or(Unreadable::Sheet)?;
    let range = range.map_err(|_| Unreadable::Sheet)?;
    let cell = |cell: &Data| match cell {
        Data::Float(number) if number.fract() == 0.0 => format!("{number:.0}"),
        other => nfc(other.to_string().trim()),
    };
    Ok(range.rows().take(most + 2).map(|row| row.iter().map(cell).collect()).collect())
}

/// A cell that goes out.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Words, or digits that are no number, such as a telephone number.
    Text(String),
    /// A number, for sums.
    Number(i64),
    /// A number of millionths.
    Millionths(i64),
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Cell {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<i32> for Cell {
    fn from(number: i32) -> Self {
        Self::Number(number.into())
    }
}

impl From<u32> for Cell {
    fn from(number: u32) -> Self {
        Self::Number(number.into())
    }
}

impl<T: Into<Self>> From<Option<T>> for Cell {
    fn from(cell: Option<T>) -> Self {
        cell.map_or_else(|| Self::Text(String::new()), Into::into)
    }
}

/// Text that no spreadsheet takes for a formula.
#[must_use]
pub fn harmless(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

/// How a sheet is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Text with commas.
    Csv,
    /// A workbook.
    Xlsx,
}

impl Format {
    /// The format with this ending.
    #[must_use]
    pub fn of(ending: &str) -> Option<Self> {
        match ending {
            "csv" => Some(Self::Csv),
            "xlsx" => Some(Self::Xlsx),
            _ => None,
        }
    }

    /// Its type on the wire.
    #[must_use]
    pub fn mime(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }
}

/// A sheet that is being written.
#[expect(missing_debug_implementations, reason = "a workbook has none")]
pub enum Writer {
    /// As CSV.
    Csv(Box<csv::Writer<BufWriter<File>>>),
    /// As a workbook, and how many rows it has.
    Xlsx(Box<Workbook>, u32),
}

fn failed(error: XlsxError) -> std::io::Error {
    std::io::Error::other(error)
}

impl Writer {
    /// Begins a sheet, called `name` where a workbook shows it, with its heads.
    ///
    /// # Errors
    /// When there is no room for a temporary file.
    pub fn begin(format: Format, name: &str, heads: &[String]) -> std::io::Result<Self> {
        let mut writer = match format {
            Format::Csv => {
                let mut file = BufWriter::new(tempfile::tempfile()?);
                // Without the mark, spreadsheets take Vietnamese letters for something else.
                file.write_all("\u{feff}".as_bytes())?;
                let csv = csv::WriterBuilder::new().flexible(true).from_writer(file);
                Self::Csv(Box::new(csv))
            }
            Format::Xlsx => {
                let mut book = Workbook::new();
                let sheet = book.add_worksheet_with_constant_memory().map_err(failed)?;
                sheet.set_name(named(name)).map_err(failed)?;
                sheet.set_freeze_panes(1, 0).map_err(failed)?;
                for (column, head) in (0..).zip(heads) {
                    let width = f64::from(u32::try_from(head.chars().count()).unwrap_or(20) + 8);
                    sheet.set_column_width(column, width.min(40.0)).map_err(failed)?;
                }
                Self::Xlsx(Box::new(book), 0)
            }
        };
        let heads: Vec<Cell> = heads.iter().map(|head| head.as_str().into()).collect();
        writer.row(&heads)?;
        Ok(writer)
    }

    /// Adds a row.
    ///
    /// # Errors
    /// When the disk is full, or a workbook has as many rows as it may have.
    pub fn row(&mut self, cells: &[Cell]) -> std::io::Result<()> {
        match self {
            Self::Csv(csv) => {
                let cells = cells.iter().map(|cell| match cell {
                    Cell::Text(text) => harmless(text),
                    Cell::Number(number) => number.to_string(),
                    Cell::Millionths(number) => decimal(*number),
                });
                Ok(csv.write_record(cells)?)
            }
            Self::Xlsx(book, row) => {
                let sheet = book.worksheet_from_index(0).map_err(failed)?;
                let look = if *row == 0 { Look::new().set_bold() } else { Look::new() };
                for (column, cell) in (0..).zip(cells) {
                    let written = match cell {
                        Cell::Text(text) => {
                            let text: String = text.chars().take(32_000).collect();
                            sheet.write_string_with_format(*row, column, text, &look)
                        }
                        Cell::Number(number) => sheet.write_number(*row, column, *number as f64),
                        Cell::Millionths(number) => {
                            sheet.write_number(*row, column, *number as f64 / 1e6)
                        }
                    };
                    written.map_err(failed)?;
                }
                *row += 1;
                Ok(())
            }
        }
    }

    /// Ends the sheet; the file is read from its beginning.
    ///
    /// # Errors
    /// When the disk is full.
    pub fn end(self) -> std::io::Result<File> {
        use std::io::Seek;
        let mut file = match self {
            Self::Csv(csv) => {
                let file = csv.into_inner().map_err(|error| error.into_error())?;
                file.into_inner().map_err(std::io::IntoInnerError::into_error)?
            }
            Self::Xlsx(mut book, _) => {
                let file = tempfile::tempfile()?;
                book.save_to_writer(&file).map_err(failed)?;
                file
            }
        };
        file.rewind()?;
        Ok(file)
    }
}

/// A name that a workbook takes for a sheet: of at most 31 letters, and without some marks.
fn named(name: &str) -> String {
    let plain = |c: char| if "[]:*?/\\'".contains(c) { ' ' } else { c };
    name.chars().map(plain).take(31).collect::<String>().trim().to_owned()
}

/// A number of millionths with a point, for machines.
fn decimal(millionths: i64) -> String {
    let sign = if millionths < 0 { "-" } else { "" };
    let (whole, rest) =
        (millionths.unsigned_abs() / 1_000_000, millionths.unsigned_abs() % 1_000_000);
    let text = format!("{sign}{whole}.{rest:06}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A sheet of rows that were not taken, each with what is wrong in a last column, as CSV text.
#[must_use]
pub fn faulty(heads: &[String], rows: &[(Vec<String>, String)], fault: &str) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let line = |cells: &[String], last: &str| {
        let mut line: Vec<String> = cells.iter().map(|cell| harmless(cell)).collect();
        line.resize(heads.len(), String::new());
        line.push(harmless(last));
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
