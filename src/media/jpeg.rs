//! What a JPEG's markers tell before and after it is decoded.
//!
//! The decoder fills what is missing with grey and says nothing, so a file that was cut off has
//! to be found out by us.

use super::flaw::Flaw;

/// The most scans of a progressive picture; cameras write about ten, and each costs a pass.
const SCANS: usize = 100;

/// What the markers say.
#[derive(Debug, Default)]
pub(super) struct Markers {
    sequential: bool,
    pixels: u64,
    scans: usize,
    ended: bool,
    bytes: u64,
}

/// Reads the markers.
pub(super) fn markers(jpeg: &[u8]) -> Markers {
    let mut markers = Markers { bytes: jpeg.len() as u64, ..Markers::default() };
    let mut at = 2;
    while let Some(code) = next_marker(jpeg, &mut at) {
        match code {
            0xd9 => {
                markers.ended = true;
                break;
            }
            0xda => {
                markers.scans += 1;
                at += length(jpeg, at);
            }
            0xc0..=0xc2 => {
                markers.sequential = code != 0xc2;
                if let Some(&[h1, h0, w1, w0]) = jpeg.get(at + 3..at + 7) {
                    let height = u64::from(u16::from_be_bytes([h1, h0]));
                    let width = u64::from(u16::from_be_bytes([w1, w0]));
                    markers.pixels = width * height;
                }
                at += length(jpeg, at);
            }
            0x01 | 0xd0..=0xd8 => {}
            _ => at += length(jpeg, at),
        }
    }
    markers
}

impl Markers {
    /// Whether the picture may be decoded at all.
    ///
    /// # Errors
    /// [`Flaw::Corrupt`] with more scans than any camera writes; [`Flaw::Truncated`] where the
    /// file is shorter than an empty picture of its size.
    pub(super) fn check(&self) -> Result<(), Flaw> {
        if self.scans > SCANS {
            return Err(Flaw::Corrupt);
        }
        // Twelve bits for each 256 pixels are the least that a sequential picture takes.
        if self.scans == 0 || (self.sequential && self.bytes * 200 < self.pixels) {
            return Err(Flaw::Truncated);
        }
        Ok(())
    }

    /// Whether the file ends without saying so, which may be harmless.
    pub(super) fn unended(&self) -> bool {
        !self.ended
    }
}

/// The next marker from `at` on; `at` then stands behind it.
fn next_marker(jpeg: &[u8], at: &mut usize) -> Option<u8> {
    while *at + 1 < jpeg.len() {
        let (first, second) = (jpeg[*at], jpeg[*at + 1]);
        *at += 1;
        if first == 0xff && !matches!(second, 0x00 | 0xff) {
            *at += 1;
            return Some(second);
        }
    }
    None
}

fn length(jpeg: &[u8], at: usize) -> usize {
    jpeg.get(at..at + 2)
        .map_or(2, |bytes| usize::from(u16::from_be_bytes([bytes[0], bytes[1]])).max(2))
}
