//! MP4 and QuickTime films without what their boxes say of who filmed them and where.
//!
//! What is not known to be needed for playing is blanked, so that a box nobody has heard of tells
//! nothing either; and where it cannot be found out what to blank, the film is not shown.

use std::ops::Range;

use super::flaw::Flaw;

/// What a box holds that is gone through itself: kinds of boxes that playing needs.
fn needed(parent: [u8; 4]) -> Option<&'static [&'static [u8; 4]]> {
    Some(match &parent {
        b"moov" => &[b"mvhd", b"trak", b"mvex"],
        b"trak" => &[b"tkhd", b"tapt", b"edts", b"tref", b"mdia"],
        b"edts" => &[b"elst"],
        b"mdia" => &[b"mdhd", b"elng", b"hdlr", b"minf"],
        b"minf" => &[b"vmhd", b"smhd", b"hdlr", b"dinf", b"stbl"],
        b"dinf" => &[b"dref"],
        b"stbl" => &[
            b"stsd", b"stts", b"ctts", b"cslg", b"stss", b"stps", b"stsz", b"stz2", b"stsc",
            b"stco", b"co64", b"sdtp", b"sbgp", b"sgpd",
        ],
        b"mvex" => &[b"mehd", b"trex"],
        b"moof" => &[b"mfhd", b"traf"],
        b"traf" => &[b"tfhd", b"tfdt", b"trun", b"sdtp", b"sbgp", b"sgpd"],
        b"mfra" => &[b"tfra", b"mfro"],
        _ => return None,
    })
}

/// Boxes in which a film lies.
const TOP: [&[u8; 4]; 7] = [b"ftyp", b"styp", b"sidx", b"mdat", b"moov", b"moof", b"mfra"];

/// The same bytes, with those boxes blanked in place, so that every offset stays right; and with
/// every track blanked that is neither pictures nor sound, its samples included: action cameras
/// write down there where they are. `None` where those samples cannot be found.
///
/// # Errors
/// [`Flaw::Truncated`] where a box ends behind the film.
pub fn without_metadata(film: &[u8]) -> Result<Option<Vec<u8>>, Flaw> {
    let mut told = Told::default();
    told.look_at(film)?;
    // They lie one behind the other.
    let fits = |sample: &Range<usize>| {
        let begun = told.media.partition_point(|body| body.start <= sample.start);
        let body = begun.checked_sub(1).and_then(|last| told.media.get(last));
        body.is_some_and(|body| sample.end <= body.end)
    };
    let in_pieces = told.has_fragments && told.has_unplayed;
    if in_pieces || told.is_lost || !told.samples.iter().all(fits) {
        return Ok(None);
    }
    let mut clean = film.to_vec();
    let mut blanks: Vec<Range<usize>> = told.blanks.into_iter().chain(told.samples).collect();
    blanks.sort_unstable_by_key(|blank| blank.start);
    // Each byte once, however often a hostile film names it.
    let mut done = 0;
    for blank in blanks {
        let rest = blank.start.max(done)..blank.end;
        if !rest.is_empty() {
            done = rest.end;
            clean.get_mut(rest).unwrap_or_default().fill(0);
        }
    }
    for kind in told.frees {
        clean.get_mut(kind..kind + 4).unwrap_or_default().copy_from_slice(b"free");
    }
    Ok(Some(clean))
}

/// What a film tells, and where.
#[derive(Default)]
struct Told {
    /// Bytes to blank.
    blanks: Vec<Range<usize>>,
    /// Where the kinds of boxes stand that are to mean nothing.
    frees: Vec<usize>,
    /// Samples of tracks that are not played.
    samples: Vec<Range<usize>>,
    /// Where samples may lie.
    media: Vec<Range<usize>>,
    has_unplayed: bool,
    has_fragments: bool,
    /// Whether samples of a track that is not played cannot be found.
    is_lost: bool,
}

/// A box: its kind, where it begins and where its body lies.
struct Found {
    kind: [u8; 4],
    at: usize,
    body: Range<usize>,
}

impl Told {
    fn look_at(&mut self, film: &[u8]) -> Result<(), Flaw> {
        let mut at = 0;
        for found in boxes(film, 0..film.len()) {
            at = found.body.end;
            match &found.kind {
                b"mdat" => self.media.push(found.body),
                b"moov" | b"moof" | b"mfra" => self.go_through(film, &found),
                kind if TOP.contains(&kind) => {}
                _ => self.free(&found),
            }
        }
        let tail = &film[at..];
        let begun = tail.get(4..8).is_some_and(|kind| TOP.iter().any(|top| *top == kind));
        if begun {
            return Err(Flaw::Truncated);
        }
        if tail.len() >= 8 {
            self.frees.push(at + 4);
        }
        self.blanks.push(at..film.len());
        Ok(())
    }

    /// Looks at what a box holds, and at what that holds.
    fn go_through(&mut self, film: &[u8], parent: &Found) {
        let Some(needed) = needed(parent.kind) else { return };
        self.has_fragments |= matches!(&parent.kind, b"moof" | b"mvex");
        let mut at = parent.body.start;
        for found in boxes(film, parent.body.clone()) {
            at = found.body.end;
            if !needed.contains(&&found.kind) {
                self.free(&found);
            } else if &found.kind == b"trak" && !is_played(film, &found.body) {
                self.has_unplayed = true;
                match samples(film, &found.body) {
                    Some(samples) => {
                        self.samples.extend(samples.into_iter().filter(|s| !s.is_empty()))
                    }
                    None => self.is_lost = true,
                }
                self.free(&found);
            } else {
                self.look_into(film, &found);
            }
        }
        self.blanks.push(at..parent.body.end);
    }

    /// Looks into one box that playing needs.
    fn look_into(&mut self, film: &[u8], found: &Found) {
        let (start, end) = (found.body.start, found.body.end);
        match &found.kind {
            // When it was made, and changed.
            b"mvhd" | b"tkhd" | b"mdhd" => {
                let dates = if film.get(start) == Some(&1) { 16 } else { 8 };
                self.blanks.push(Ord::min(start + 4, end)..Ord::min(start + 4 + dates, end));
            }
            // The maker's name for it.
            b"hdlr" => self.blanks.push(Ord::min(start + 12, end)..end),
            // Paths on somebody's disk.
            b"dref" => {
                for source in boxes(film, Ord::min(start + 8, end)..end) {
                    let path = Ord::min(source.body.start + 4, source.body.end);
                    self.blanks.push(path..source.body.end);
                }
            }
            _ => self.go_through(film, found),
        }
    }

    /// Makes a box mean nothing.
    fn free(&mut self, found: &Found) {
        self.frees.push(found.at + 4);
        self.blanks.push(found.body.clone());
    }
}

/// Boxes that follow one another, up to the first that does not fit.
fn boxes(film: &[u8], within: Range<usize>) -> impl Iterator<Item = Found> {
    let mut at = within.start;
    std::iter::from_fn(move || {
        let (head, size) = extent(film.get(at..within.end)?)?;
        let kind = [film[at + 4], film[at + 5], film[at + 6], film[at + 7]];
        let found = Found { kind, at, body: at + head..at + size };
        at += size;
        Some(found)
    })
}

/// The body of the one box of this kind; none where there are more of them, of which players might
/// take another than we.
fn only(film: &[u8], within: &Range<usize>, kind: &[u8; 4]) -> Option<Range<usize>> {
    let mut found = boxes(film, within.clone()).filter(|found| &found.kind == kind);
    let one = found.next()?;
    found.next().is_none().then_some(one.body)
}

/// Whether a track holds pictures or sound.
fn is_played(film: &[u8], trak: &Range<usize>) -> bool {
    let hdlr = only(film, trak, b"mdia").and_then(|mdia| only(film, &mdia, b"hdlr"));
    let kind = hdlr.and_then(|hdlr| film.get(hdlr)?.get(8..12));
    kind.is_some_and(|kind| [b"vide", b"soun"].iter().any(|played| *played == kind))
}

/// Where the samples of a track lie in the film, chunk by chunk.
fn samples(film: &[u8], trak: &Range<usize>) -> Option<Vec<Range<usize>>> {
    let minf = only(film, &only(film, trak, b"mdia")?, b"minf")?;
    let stbl = only(film, &minf, b"stbl")?;
    let table = |kind: &[u8; 4]| film.get(only(film, &stbl, kind)?);
    let sizes = table(b"stsz")?;
    let (every, count) = (number(sizes, 4)?, number(sizes, 8)?);
    let mut each = sizes.get(12..)?.chunks_exact(4).take(count);
    let runs = table(b"stsc")?;
    let runs: Vec<_> = runs.get(8..)?.chunks_exact(12).take(number(runs, 4)?).collect();
    let (mut found, mut run, mut seen) = (Vec::new(), 0, 0_usize);
    for (n, start) in chunks(table(b"stco"), table(b"co64"))?.into_iter().enumerate() {
        while runs.get(run + 1).and_then(|next| number(next, 0)).is_some_and(|first| first <= n + 1)
        {
            run += 1;
        }
        let held = number(runs.get(run)?, 4)?;
        seen = seen.checked_add(held).filter(|seen| *seen <= count)?;
        let mut size = every.checked_mul(held)?;
        if every == 0 {
            for _ in 0..held {
                size = size.checked_add(number(each.next()?, 0)?)?;
            }
        }
        found.push(start..start.checked_add(size)?);
    }
    (seen == count).then_some(found)
}

/// Where chunks begin, by the one table or the other.
fn chunks(short: Option<&[u8]>, long: Option<&[u8]>) -> Option<Vec<usize>> {
    let (table, width) = match (short, long) {
        (Some(short), None) => (short, 4),
        (None, Some(long)) => (long, 8),
        _ => return None,
    };
    let starts = table.get(8..)?.chunks_exact(width).take(number(table, 4)?);
    starts.map(|start| usize::try_from(whole(start)).ok()).collect()
}

/// Bytes as a number.
fn whole(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |sum, byte| (sum << 8) | u64::from(*byte))
}

/// Four bytes as a number.
fn number(body: &[u8], at: usize) -> Option<usize> {
    usize::try_from(whole(body.get(at..at.checked_add(4)?)?)).ok()
}

/// Length of a box's head, and of the whole box, where it lies within `rest`.
fn extent(rest: &[u8]) -> Option<(usize, usize)> {
    let short = number(rest.get(..8)?, 0)?;
    let (head, size) = match short {
        0 => (8, rest.len()),
        1 => (16, usize::try_from(whole(rest.get(8..16)?)).ok()?),
        short => (8, short),
    };
    (size >= head && size <= rest.len()).then_some((head, size))
}
