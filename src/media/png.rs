//! PNG without the chunks that carry more than the picture.
//!
//! Text and profile chunks are deflated and may unpack into gigabytes; the decoder would unpack
//! them before it looks at a limit. So they are taken out first, and the profile is unpacked
//! here, under a cap.

use std::io::Read;

/// A PNG reduced to its picture.
pub(super) struct Lean {
    /// The file without its ancillary chunks but transparency.
    pub bytes: Vec<u8>,
    /// Its colour profile.
    pub icc: Option<Vec<u8>>,
}

/// The largest colour profile that is read.
const PROFILE: u64 = 4 << 20;

/// Takes the picture out of a PNG; `None` where its chunks do not follow one another.
pub(super) fn lean(png: &[u8]) -> Option<Lean> {
    let mut bytes = png.get(..8)?.to_vec();
    let mut icc = None;
    let mut rest = png.get(8..)?;
    while let Some(head) = rest.get(..8) {
        let length = u32::from_be_bytes(head[..4].try_into().ok()?) as usize;
        let kind: [u8; 4] = head[4..8].try_into().ok()?;
        let whole = length.checked_add(12)?;
        let Some(chunk) = rest.get(..whole) else {
            // Cut off within this chunk: the decoder says so better.
            bytes.extend_from_slice(rest);
            return Some(Lean { bytes, icc });
        };
        if &kind == b"iCCP" {
            icc = profile(&chunk[8..8 + length]);
        }
        // Critical chunks are those in upper case.
        if kind[0].is_ascii_uppercase() || &kind == b"tRNS" {
            bytes.extend_from_slice(chunk);
        }
        rest = &rest[whole..];
        if &kind == b"IEND" {
            break;
        }
    }
    Some(Lean { bytes, icc })
}

fn profile(chunk: &[u8]) -> Option<Vec<u8>> {
    let name = chunk.iter().position(|byte| *byte == 0)?;
    let packed = chunk.get(name + 2..)?;
    let mut unpacked = Vec::new();
    flate2::read::ZlibDecoder::new(packed).take(PROFILE + 1).read_to_end(&mut unpacked).ok()?;
    (unpacked.len() as u64 <= PROFILE).then_some(unpacked)
}
