//! How long a video runs and how large it is, read from the boxes of MP4 and QuickTime.
//!
//! Only box heads and the `moov` box are read, under a cap; the pictures themselves are not
//! touched. Lengths come from the table of samples, because the film's own header may say anything.

use std::io::{Read, Seek, SeekFrom};

use super::flaw::Flaw;

/// The largest `moov` that is read; an hour of video has about two million bytes of it.
const MOOV: u64 = 32 << 20;

/// The longest side that any camera films.
pub(super) const SIDE: u32 = 8192;

/// How deep boxes may lie in one another.
const DEPTH: usize = 8;

/// What a video is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Movie {
    /// Width, upright, in pixels.
    pub(super) width: u32,
    /// Height, upright, in pixels.
    pub(super) height: u32,
    /// Playing time; unknown for a film that was written in fragments.
    pub(super) milliseconds: Option<i64>,
}

/// Reads what a video is.
///
/// # Errors
/// [`Flaw::Truncated`] without a `moov` box; [`Flaw::Corrupt`] where it holds no pictures.
pub(super) fn probe(film: &mut (impl Read + Seek)) -> Result<Movie, Flaw> {
    let moov = find_moov(film)?;
    let mut found = None;
    for (kind, body) in Boxes(&moov) {
        if kind == *b"trak" {
            found = found.or(track(body));
        }
    }
    let movie = found.ok_or(Flaw::Corrupt)?;
    if movie.width == 0 || movie.height == 0 || movie.width > SIDE || movie.height > SIDE {
        return Err(Flaw::Corrupt);
    }
    Ok(movie)
}

fn find_moov(film: &mut (impl Read + Seek)) -> Result<Vec<u8>, Flaw> {
    let end = film.seek(SeekFrom::End(0)).map_err(|_| Flaw::Corrupt)?;
    let mut at = 0;
    while at + 8 <= end {
        film.seek(SeekFrom::Start(at)).map_err(|_| Flaw::Corrupt)?;
        let mut head = [0; 16];
        film.read_exact(&mut head[..8]).map_err(|_| Flaw::Truncated)?;
        let mut size = u64::from(u32::from_be_bytes([head[0], head[1], head[2], head[3]]));
        let mut start = at + 8;
        if size == 1 {
            film.read_exact(&mut head[8..]).map_err(|_| Flaw::Truncated)?;
            size = head[8..].iter().fold(0, |sum, byte| (sum << 8) | u64::from(*byte));
            start = at + 16;
        } else if size == 0 {
            size = end - at;
        }
        let next = at.checked_add(size).filter(|next| *next >= start).ok_or(Flaw::Corrupt)?;
        if &head[4..8] == b"moov" {
            if next > end {
                return Err(Flaw::Truncated);
            }
            if next - start > MOOV {
                return Err(Flaw::Corrupt);
            }
            let mut moov = Vec::new();
            film.take(next - start).read_to_end(&mut moov).map_err(|_| Flaw::Truncated)?;
            return Ok(moov);
        }
        at = next;
    }
    Err(Flaw::Truncated)
}

/// A track with pictures; `None` for sound and everything else.
fn track(trak: &[u8]) -> Option<Movie> {
    let handler = inside(trak, &[*b"mdia", *b"hdlr"])?;
    if handler.get(8..12)? != b"vide" {
        return None;
    }
    let (width, height, sideways) = shape(inside(trak, &[*b"tkhd"])?)?;
    let (width, height) = if sideways { (height, width) } else { (width, height) };
    Some(Movie { width, height, milliseconds: playing_time(trak) })
}

/// Width and height in pixels, and whether the film is to be turned by a quarter.
fn shape(tkhd: &[u8]) -> Option<(u32, u32, bool)> {
    let matrix = if *tkhd.first()? == 1 { 52 } else { 40 };
    let number = |at: usize| {
        tkhd.get(at..at + 4).map(|four| u32::from_be_bytes([four[0], four[1], four[2], four[3]]))
    };
    let sideways = number(matrix)? == 0 && number(matrix + 4)? != 0;
    Some((number(matrix + 36)? >> 16, number(matrix + 40)? >> 16, sideways))
}

fn playing_time(trak: &[u8]) -> Option<i64> {
    let mdhd = inside(trak, &[*b"mdia", *b"mdhd"])?;
    let at = if *mdhd.first()? == 1 { 20 } else { 12 };
    let four = mdhd.get(at..at + 4)?;
    let scale = u64::from(u32::from_be_bytes([four[0], four[1], four[2], four[3]]));
    let stts = inside(trak, &[*b"mdia", *b"minf", *b"stbl", *b"stts"])?;
    let ticks: u64 = stts.get(8..)?.chunks_exact(8).fold(0, |sum, pair| {
        let count = u64::from(u32::from_be_bytes([pair[0], pair[1], pair[2], pair[3]]));
        let delta = u64::from(u32::from_be_bytes([pair[4], pair[5], pair[6], pair[7]]));
        sum.saturating_add(count.saturating_mul(delta))
    });
    if ticks == 0 || scale == 0 {
        return None;
    }
    i64::try_from(ticks.saturating_mul(1000) / scale).ok()
}

/// The body of the box that lies at the end of a path of boxes.
pub(super) fn inside<'a>(body: &'a [u8], path: &[[u8; 4]]) -> Option<&'a [u8]> {
    debug_assert!(path.len() <= DEPTH, "a path of boxes is written by us");
    path.iter().try_fold(body, |body, wanted| {
        Boxes(body).find_map(|(kind, inner)| (kind == *wanted).then_some(inner))
    })
}

/// The boxes that follow one another in a body.
pub(super) struct Boxes<'a>(pub(super) &'a [u8]);

impl<'a> Iterator for Boxes<'a> {
    type Item = ([u8; 4], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let head = self.0.get(..8)?;
        let size = u32::from_be_bytes([head[0], head[1], head[2], head[3]]) as usize;
        let kind = [head[4], head[5], head[6], head[7]];
        let size = if size == 0 { self.0.len() } else { size };
        let body = self.0.get(8..size)?;
        self.0 = &self.0[size..];
        Some((kind, body))
    }
}
