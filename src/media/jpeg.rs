//! What a JPEG's markers tell before and after it is decoded.
//!
//! What is decoded here is made smaller on the way, by the transform itself, which saves most of the
//! time and memory of a large photograph.
//!
//! The decoder fills what is missing with grey and says nothing, so a file that was cut off has
//! to be found out by us.

use std::panic::{AssertUnwindSafe, catch_unwind};

use image::{DynamicImage, GrayImage, RgbImage};
use moxcms::{ColorProfile, DataColorSpace, Layout, TransformOptions};
use mozjpeg::{ColorSpace, Decompress, Marker};

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
    /// [`Flaw::TooManyScans`] with more than any camera writes; [`Flaw::Truncated`] where the
    /// file is shorter than an empty picture of its size.
    pub(super) fn check(&self) -> Result<(), Flaw> {
        if self.scans > SCANS {
            return Err(Flaw::TooManyScans);
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

/// Pixels as stored, and the colour profile beside them.
pub(super) type Decoded = (DynamicImage, Option<Vec<u8>>);

/// Decodes a picture at the smallest of the sizes 1, 1/2, 1/4 and 1/8 whose longer side is still
/// at least `side`. Four colours of print become three of a screen.
///
/// # Errors
/// [`Flaw::Corrupt`] for anything that is no JPEG.
pub(super) fn decode(jpeg: &[u8], side: u32) -> Result<Decoded, Flaw> {
    // The library tells its errors by unwinding.
    catch_unwind(AssertUnwindSafe(|| pixels(jpeg, side)))
        .unwrap_or(Ok(None))
        .ok()
        .flatten()
        .ok_or(Flaw::Corrupt)
}

fn pixels(jpeg: &[u8], side: u32) -> std::io::Result<Option<Decoded>> {
    let mut decoder =
        Decompress::with_markers(&[Marker::APP(2), Marker::APP(14)]).from_mem(jpeg)?;
    let icc = profile(&decoder);
    let longer = decoder.width().max(decoder.height());
    let enough = |eighths: &u8| longer * usize::from(*eighths) >= side as usize * 8;
    decoder.scale([1, 2, 4].into_iter().find(enough).unwrap_or(8));
    let adobe = decoder.markers().any(|marker| marker.data.starts_with(b"Adobe"));
    let printed = matches!(decoder.color_space(), ColorSpace::JCS_CMYK | ColorSpace::JCS_YCCK);
    let grey = decoder.color_space() == ColorSpace::JCS_GRAYSCALE;
    let mut started = match (printed, grey) {
        (true, _) => decoder.to_colorspace(ColorSpace::JCS_CMYK)?,
        (_, true) => decoder.grayscale()?,
        _ => decoder.rgb()?,
    };
    let (width, height) = (started.width(), started.height());
    let size = (u32::try_from(width).ok(), u32::try_from(height).ok());
    let (Some(width), Some(height)) = size else { return Ok(None) };
    let mut bytes = started.read_scanlines::<u8>()?;
    started.finish()?;
    if printed {
        if !adobe {
            bytes.iter_mut().for_each(|ink| *ink = 255 - *ink);
        }
        let rgb = RgbImage::from_raw(width, height, screen(bytes, icc.as_deref()));
        return Ok(rgb.map(|rgb| (DynamicImage::ImageRgb8(rgb), None)));
    }
    let picture = if grey {
        GrayImage::from_raw(width, height, bytes).map(DynamicImage::ImageLuma8)
    } else {
        RgbImage::from_raw(width, height, bytes).map(DynamicImage::ImageRgb8)
    };
    Ok(picture.map(|picture| (picture, icc)))
}

/// The colour profile, put together from its parts.
fn profile<R>(decoder: &Decompress<R>) -> Option<Vec<u8>> {
    let mut parts: Vec<(u8, &[u8])> = decoder
        .markers()
        .filter_map(|marker| {
            let body = marker.data.strip_prefix(b"ICC_PROFILE\0")?;
            Some((*body.first()?, body.get(2..)?))
        })
        .collect();
    parts.sort_by_key(|(place, _)| *place);
    let profile = parts.iter().flat_map(|(_, part)| part.iter().copied()).collect::<Vec<_>>();
    (!profile.is_empty()).then_some(profile)
}

/// Colours of a screen for colours of print, which Adobe's JPEG stores upside down: by their profile,
/// else by what is left of white.
fn screen(mut inks: Vec<u8>, icc: Option<&[u8]>) -> Vec<u8> {
    let profile = icc.and_then(|icc| ColorProfile::new_from_slice(icc).ok());
    let profile = profile.filter(|profile| profile.color_space == DataColorSpace::Cmyk);
    let mut rgb = vec![0; inks.len() / 4 * 3];
    let options = TransformOptions::default();
    let transform = profile.and_then(|profile| {
        let srgb = ColorProfile::new_srgb();
        profile.create_transform_8bit(Layout::Rgba, &srgb, Layout::Rgb, options).ok()
    });
    if let Some(transform) = transform {
        inks.iter_mut().for_each(|ink| *ink = 255 - *ink);
        if transform.transform(&inks, &mut rgb).is_ok() {
            return rgb;
        }
        inks.iter_mut().for_each(|ink| *ink = 255 - *ink);
    }
    for (to, from) in rgb.chunks_exact_mut(3).zip(inks.chunks_exact(4)) {
        for (channel, ink) in to.iter_mut().zip(from) {
            let mixed = (u16::from(*ink) * u16::from(from[3]) + 127) / 255;
            *channel = u8::try_from(mixed).unwrap_or(u8::MAX);
        }
    }
    rgb
}
