//! WebM and Matroska: how long a film runs and how large it is, and the film without what it says of
//! its maker.
//!
//! Their elements follow one another, each with a number, a length and a body (RFC 8794, RFC 9559).
//! Those that hold others are gone through as if their heads stood alone, so films of unknown
//! length, as browsers record them, are read like all others.

use super::flaw::Flaw;
use super::movie::{Movie, SIDE};

const SEGMENT: u32 = 0x1853_8067;
const CLUSTER: u32 = 0x1f43_b675;
const INFO: u32 = 0x1549_a966;
const SCALE: u32 = 0x2a_d7b1;
const DURATION: u32 = 0x4489;
const TRACKS: u32 = 0x1654_ae6b;
const TRACK: u32 = 0xae;
const NUMBER: u32 = 0xd7;
const TYPE: u32 = 0x83;
const PICTURE: u32 = 0xe0;
const WIDTH: u32 = 0xb0;
const HEIGHT: u32 = 0xba;
const BLOCK: u32 = 0xa1;
const GROUP: u32 = 0xa0;
const SIMPLE_BLOCK: u32 = 0xa3;
const VOID: u32 = 0xec;

/// Elements that nobody needs for playing: tags, files beside the film, chapters, sums of what is
/// blanked here; titles, names of files, dates, and numbers that tell one film from another.
const TOLD: [u32; 14] = [
    0x1254_c367,
    0x1941_a469,
    0x1043_a770,
    0xbf,
    VOID,
    0x7ba9,
    0x4461,
    0x7384,
    0x73a4,
    0x3c_83ab,
    0x3c_b923,
    0x3e_83bb,
    0x3e_b923,
    0x4444,
];

/// Names of the programs that wrote the film, which have to be there, and may be empty.
const PROGRAMS: [u32; 2] = [0x4d80, 0x5741];

/// The name of a track.
const NAME: u32 = 0x536e;

/// Kinds of tracks that are played: pictures and sound.
const PLAYED: [u64; 2] = [1, 2];

/// One element.
#[derive(Clone, Copy, Debug)]
struct Element {
    id: u32,
    /// Where it begins, its head included.
    start: usize,
    body: usize,
    /// Behind it; unknown for what was written while it was filmed.
    end: Option<usize>,
}

/// Reads what a film is.
///
/// # Errors
/// [`Flaw::Corrupt`] where it holds no pictures; [`Flaw::Truncated`].
pub(super) fn probe(film: &[u8]) -> Result<Movie, Flaw> {
    let (mut scale, mut length, mut shape) = (1_000_000, None, None);
    let mut at = 0;
    while at < film.len() {
        let found = element(film, at)?;
        at = match found.id {
            SEGMENT | INFO | TRACKS => found.body,
            CLUSTER => break,
            id => {
                let body = inside(film, &found)?;
                match id {
                    SCALE => scale = number(body),
                    DURATION => length = fraction(body),
                    TRACK => shape = shape.or(sides(body)?),
                    _ => {}
                }
                found.body + body.len()
            }
        };
    }
    let (width, height) = shape.ok_or(Flaw::Corrupt)?;
    if width == 0 || height == 0 || width > SIDE || height > SIDE {
        return Err(Flaw::Corrupt);
    }
    let milliseconds = length.map(|length| (length * scale as f64 / 1e6) as i64);
    Ok(Movie { width, height, milliseconds: milliseconds.filter(|length| *length > 0) })
}

/// The film without what it says of who made it: the same bytes, with that blanked in place, so
/// that every offset stays right. Tracks beside pictures and sound are blanked with all they hold.
///
/// # Errors
/// [`Flaw::Corrupt`] and [`Flaw::Truncated`] where it cannot be gone through to its end.
pub(super) fn without_metadata(film: &[u8]) -> Result<Vec<u8>, Flaw> {
    let mut clean = film.to_vec();
    let mut unplayed = Vec::new();
    let mut at = 0;
    while at < clean.len() {
        let found = element(&clean, at)?;
        at = match found.id {
            SEGMENT | CLUSTER | INFO | TRACKS => found.body,
            _ => {
                let end = found.body + inside(&clean, &found)?.len();
                blank(&mut clean, &found, end, &mut unplayed)?;
                end
            }
        };
    }
    Ok(clean)
}

fn blank(
    film: &mut [u8],
    found: &Element,
    end: usize,
    unplayed: &mut Vec<u64>,
) -> Result<(), Flaw> {
    let body = &film[found.body..end];
    let is_of_unplayed = |block: &[u8]| vint(block).is_some_and(|(no, _)| unplayed.contains(&no));
    match found.id {
        id if TOLD.contains(&id) => void(film, found.start, end),
        id if PROGRAMS.contains(&id) => film[found.body..end].fill(0),
        SIMPLE_BLOCK if is_of_unplayed(body) => void(film, found.start, end),
        GROUP if child(body, BLOCK)?.is_some_and(is_of_unplayed) => void(film, found.start, end),
        TRACK if !PLAYED.contains(&child(body, TYPE)?.map_or(0, number)) => {
            unplayed.extend(child(body, NUMBER)?.map(number));
            void(film, found.start, end);
        }
        TRACK => {
            let mut at = found.body;
            while at < end {
                let part = element(film, at)?;
                at = part.body + inside(&film[..end], &part)?.len();
                if part.id == NAME || TOLD.contains(&part.id) {
                    void(film, part.start, at);
                }
            }
        }
        _ => {}
    }
    Ok(())
}

/// Writes an element over by one of the same length that means nothing.
fn void(film: &mut [u8], start: usize, end: usize) {
    film[start..end].fill(0);
    film[start] = 0xec;
    let length = end - start;
    match u8::try_from(length - 2) {
        Ok(short @ ..0x7f) => film[start + 1] = 0x80 | short,
        _ => {
            let rest = (length - 9) as u64 | 1 << 56;
            film[start + 1..start + 9].copy_from_slice(&rest.to_be_bytes());
        }
    }
}

fn element(film: &[u8], at: usize) -> Result<Element, Flaw> {
    let head = &film[at..film.len().min(at + 12)];
    let width = head.first().map_or(9, |first| first.leading_zeros() as usize + 1);
    if width > 4 {
        return Err(Flaw::Corrupt);
    }
    let id = head.get(..width).ok_or(Flaw::Truncated)?;
    let id = id.iter().fold(0, |sum, byte| (sum << 8) | u32::from(*byte));
    let (length, more) = vint(&head[width..]).ok_or(Flaw::Truncated)?;
    let body = at + width + more;
    let is_unknown = length == (1 << (7 * more)) - 1;
    let end = usize::try_from(length).ok().and_then(|length| body.checked_add(length));
    if !is_unknown && end.is_none() {
        return Err(Flaw::Corrupt);
    }
    Ok(Element { id, start: at, body, end: end.filter(|_| !is_unknown) })
}

/// The body of an element that lies whole in the film.
fn inside<'a>(film: &'a [u8], found: &Element) -> Result<&'a [u8], Flaw> {
    film.get(found.body..found.end.ok_or(Flaw::Corrupt)?).ok_or(Flaw::Truncated)
}

/// The body of the first element of this kind among those in `body`.
fn child(body: &[u8], id: u32) -> Result<Option<&[u8]>, Flaw> {
    let mut at = 0;
    while at < body.len() {
        let found = element(body, at)?;
        let inner = inside(body, &found)?;
        if found.id == id {
            return Ok(Some(inner));
        }
        at = found.body + inner.len();
    }
    Ok(None)
}

/// Width and height of a track with pictures.
fn sides(track: &[u8]) -> Result<Option<(u32, u32)>, Flaw> {
    let Some(picture) = child(track, PICTURE)? else { return Ok(None) };
    let side = |found: Option<&[u8]>| found.and_then(|body| u32::try_from(number(body)).ok());
    Ok(side(child(picture, WIDTH)?).zip(side(child(picture, HEIGHT)?)))
}

/// A number whose first bits tell its length, and that length in bytes.
fn vint(bytes: &[u8]) -> Option<(u64, usize)> {
    let first = *bytes.first()?;
    let length = first.leading_zeros() as usize + 1;
    let rest = bytes.get(1..length)?;
    let first = u64::from(first) & ((1_u64 << (8 - length.min(8))) - 1);
    (length <= 8).then(|| (rest.iter().fold(first, |sum, b| (sum << 8) | u64::from(*b)), length))
}

fn number(body: &[u8]) -> u64 {
    body.iter().take(8).fold(0, |sum, byte| (sum << 8) | u64::from(*byte))
}

fn fraction(body: &[u8]) -> Option<f64> {
    match body.len() {
        4 => Some(f32::from_be_bytes(body.try_into().ok()?).into()),
        8 => Some(f64::from_be_bytes(body.try_into().ok()?)),
        _ => None,
    }
}
