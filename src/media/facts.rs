//! What a file is, told by its own bytes and never by its name.

use std::io::{Read, Seek};
use std::path::Path;

use entity::instant::Instant;
use serde::{Deserialize, Serialize};

use super::flaw::Flaw;
use super::format::{Format, Kind};
use super::{document, matroska, movie, picture, text};

/// The most bytes of any file, by kind: picture, document, video.
const MOST: [(Kind, u64); 3] =
    [(Kind::Picture, 60_000_000), (Kind::Document, 30_000_000), (Kind::Video, 600_000_000)];

/// How old Word files begin, and new ones that are locked.
const OLE: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";

/// What a file is, read from its own bytes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    /// Its format.
    pub format: Format,
    /// Width, upright, in pixels.
    pub width: Option<u32>,
    /// Height, upright, in pixels.
    pub height: Option<u32>,
    /// Playing time.
    pub milliseconds: Option<i64>,
    /// Words of its text.
    pub words: Option<u32>,
    /// When it was taken.
    pub taken_at: Option<Instant>,
    /// Make and model of the camera.
    pub camera: Option<String>,
    /// Whether the camera wrote a place.
    pub has_place: bool,
    /// That place, degrees north and east; kept only where the rules ask for it.
    pub place: Option<String>,
    /// The program that the file names as the one that wrote it last.
    pub software: Option<String>,
}

impl Facts {
    fn of(format: Format) -> Self {
        Self {
            format,
            width: None,
            height: None,
            milliseconds: None,
            words: None,
            taken_at: None,
            camera: None,
            has_place: false,
            place: None,
            software: None,
        }
    }

    fn measure(&mut self, film: movie::Movie) {
        (self.width, self.height) = (Some(film.width), Some(film.height));
        self.milliseconds = film.milliseconds;
    }
}

/// Reads what a file on the disk is; a film is not read into memory. Takes long: not for an
/// asynchronous thread.
///
/// # Errors
/// The inner one is a [`Flaw`] for anything that we cannot use.
pub fn read_file(path: &Path) -> std::io::Result<Result<Facts, Flaw>> {
    let mut file = std::fs::File::open(path)?;
    let mut head = Vec::new();
    file.by_ref().take(4096).read_to_end(&mut head)?;
    let bytes = file.metadata()?.len();
    match Format::sniff(&head) {
        Some(format @ (Format::Mp4 | Format::Mov)) => {
            file.rewind()?;
            Ok(fits(format, bytes).and_then(|()| film(format, &mut std::io::BufReader::new(file))))
        }
        _ => Ok(read(&std::fs::read(path)?)),
    }
}

fn fits(format: Format, bytes: u64) -> Result<(), Flaw> {
    let most = most_bytes(format.kind());
    if bytes > most { Err(Flaw::TooLarge { bytes, most }) } else { Ok(()) }
}

/// The most bytes that a file of this kind may have, whatever the rules of a contest say.
#[must_use]
pub fn most_bytes(kind: Kind) -> u64 {
    MOST.iter().find(|(of, _)| *of == kind).map_or(0, |(_, most)| *most)
}

fn film(format: Format, source: &mut (impl Read + Seek)) -> Result<Facts, Flaw> {
    let movie = movie::probe(source)?;
    let mut facts = Facts::of(format);
    facts.measure(movie);
    Ok(facts)
}

/// Reads what a file is. Takes long for a large one: not for an asynchronous thread.
///
/// # Errors
/// A [`Flaw`] for anything that we cannot use.
pub fn read(bytes: &[u8]) -> Result<Facts, Flaw> {
    if bytes.is_empty() {
        return Err(Flaw::Empty);
    }
    if bytes.starts_with(OLE) {
        return Err(Flaw::Locked);
    }
    let format = Format::sniff(&bytes[..bytes.len().min(4096)]).ok_or(Flaw::Unknown)?;
    fits(format, bytes.len() as u64)?;
    if matches!(format, Format::Mp4 | Format::Mov) {
        return film(format, &mut std::io::Cursor::new(bytes));
    }
    let mut facts = Facts::of(format);
    match format.kind() {
        Kind::Picture => {
            let probe = picture::probe(bytes)?;
            (facts.width, facts.height) = (Some(probe.width), Some(probe.height));
            facts.taken_at = probe.camera.taken_at;
            facts.camera = probe.camera.model;
            facts.has_place = probe.camera.has_place;
            facts.place = probe.camera.place;
            facts.software = probe.camera.software;
        }
        // Whether it is one at all is for ffprobe to say.
        Kind::Video => {
            if let Ok(movie) = matroska::probe(bytes) {
                facts.measure(movie);
            }
        }
        Kind::Document => {
            let words = match format {
                Format::Docx => Some(document::docx(bytes)?),
                Format::Txt => Some(document::txt(bytes)?),
                _ => None,
            };
            facts.words = words.map(|words| text::words(&words));
        }
    }
    Ok(facts)
}
