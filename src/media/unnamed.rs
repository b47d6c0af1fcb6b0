//! MP4 and QuickTime films without what their boxes say of who filmed them and where.

use super::movie::inside;

/// How deep boxes may lie in one another.
const DEPTH: usize = 8;

/// The same bytes, with those boxes blanked in place, so that every offset stays right; and with
/// every track blanked that is neither pictures nor sound, its samples included: action cameras
/// write down there where they are. `None` where there is no `moov` box.
#[must_use]
pub fn without_metadata(film: &[u8]) -> Option<Vec<u8>> {
    let mut clean = film.to_vec();
    let found = blank(&mut clean, 0, film.len(), 0);
    found.then_some(clean)
}

/// Blanks boxes between two offsets; says whether a `moov` box was among them.
fn blank(film: &mut [u8], mut at: usize, end: usize, depth: usize) -> bool {
    let mut found = false;
    while depth < DEPTH
        && let Some((head, size)) = film.get(at..end).and_then(extent)
    {
        let kind = [film[at + 4], film[at + 5], film[at + 6], film[at + 7]];
        let body = &film[at + head..at + size];
        match &kind {
            b"trak" if !is_played(body) => {
                for sample in samples(body).unwrap_or_default() {
                    film.get_mut(sample).unwrap_or_default().fill(0);
                }
                free(film, at, head, size);
            }
            b"moov" | b"trak" => {
                found |= &kind == b"moov";
                blank(film, at + head, at + size, depth + 1);
            }
            b"udta" | b"meta" | b"uuid" | b"free" | b"skip" => free(film, at, head, size),
            _ => {}
        }
        at += size;
    }
    found
}

/// Writes a box over by one of the same length that means nothing.
fn free(film: &mut [u8], at: usize, head: usize, size: usize) {
    film[at + 4..at + 8].copy_from_slice(b"free");
    film[at + head..at + size].fill(0);
}

/// Whether a track holds pictures or sound; one that does not say is left as it is.
fn is_played(trak: &[u8]) -> bool {
    let handler = inside(trak, &[*b"mdia", *b"hdlr"]).and_then(|hdlr| hdlr.get(8..12));
    handler.is_none_or(|handler| [*b"vide", *b"soun"].iter().any(|played| handler == played))
}

/// Where the samples of a track lie in the film, chunk by chunk.
fn samples(trak: &[u8]) -> Option<Vec<std::ops::Range<usize>>> {
    let stbl = inside(trak, &[*b"mdia", *b"minf", *b"stbl"])?;
    let sizes = inside(stbl, &[*b"stsz"])?;
    let (every, mut each) = (number(sizes, 4)?, sizes.get(12..)?.chunks_exact(4));
    let runs: Vec<_> = inside(stbl, &[*b"stsc"])?.get(8..)?.chunks_exact(12).collect();
    let chunks: Vec<usize> = match (inside(stbl, &[*b"stco"]), inside(stbl, &[*b"co64"])) {
        (Some(short), _) => {
            short.get(8..)?.chunks_exact(4).filter_map(|at| number(at, 0)).collect()
        }
        (_, long) => long?.get(8..)?.chunks_exact(8).filter_map(|at| number(at, 4)).collect(),
    };
    let mut found = Vec::new();
    let mut run = 0;
    for (n, start) in chunks.into_iter().enumerate() {
        while runs.get(run + 1).and_then(|next| number(next, 0)).is_some_and(|first| first <= n + 1)
        {
            run += 1;
        }
        let held = number(runs.get(run)?, 4)?;
        let size = if every > 0 {
            every.saturating_mul(held)
        } else {
            each.by_ref().take(held).filter_map(|size| number(size, 0)).sum()
        };
        found.push(start..start.saturating_add(size));
    }
    Some(found)
}

/// Four bytes as a number.
fn number(body: &[u8], at: usize) -> Option<usize> {
    let four = body.get(at..at + 4)?;
    usize::try_from(u32::from_be_bytes([four[0], four[1], four[2], four[3]])).ok()
}

/// Length of a box's head, and of the whole box, where it lies within `rest`.
fn extent(rest: &[u8]) -> Option<(usize, usize)> {
    let head = rest.get(..8)?;
    let short = u32::from_be_bytes([head[0], head[1], head[2], head[3]]);
    let (head, size) = match short {
        0 => (8, rest.len()),
        1 => {
            let long =
                rest.get(8..16)?.iter().fold(0_u64, |sum, byte| (sum << 8) | u64::from(*byte));
            (16, usize::try_from(long).ok()?)
        }
        short => (8, usize::try_from(short).ok()?),
    };
    (size >= head && size <= rest.len()).then_some((head, size))
}
