//! Pictures: what they claim, what they hold, upright and in the right colours.
//!
//! A header is read and held against the pixel limit before anything is decoded. Everything here
//! is computation on bytes: it opens no file and asks no clock, and runs where it may take long.

use std::io::Cursor;

use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, RgbImage};
use moxcms::{ColorProfile, DataColorSpace, Layout, TransformOptions};

use super::camera::{self, Camera};
use super::flaw::Flaw;
use super::format::{Format, Kind};
use super::{heif, jpeg, png};

/// The most pixels that we open, whatever a contest allows.
pub(super) const PIXELS: u64 = 100_000_000;

/// Memory that one decoder may ask for: 100 million pixels of three bytes, and half as much again.
const MEMORY: u64 = 480 << 20;

/// What a picture is, without having been decoded.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Probe {
    /// Its format.
    pub format: Format,
    /// Width, upright.
    pub width: u32,
    /// Height, upright.
    pub height: u32,
    /// What the camera wrote.
    pub camera: Camera,
}

/// Reads what a picture claims to be.
///
/// # Errors
/// A [`Flaw`] for anything that is not a picture within [`PIXELS`].
pub(super) fn probe(bytes: &[u8]) -> Result<Probe, Flaw> {
    let format = picture_format(bytes)?;
    if matches!(format, Format::Heic | Format::Avif) {
        return heif_probe(bytes, format);
    }
    if format == Format::Png
        && let Some(&[w3, w2, w1, w0, h3, h2, h1, h0]) = bytes.get(16..24)
    {
        // The library calls sizes damaged that are only too large.
        within(u32::from_be_bytes([w3, w2, w1, w0]), u32::from_be_bytes([h3, h2, h1, h0]))?;
    }
    let reader = ImageReader::with_format(Cursor::new(bytes), decoder_of(format)?);
    let (width, height) = reader.into_dimensions().map_err(|_| Flaw::Corrupt)?;
    within(width, height)?;
    if format == Format::Jpeg {
        jpeg::markers(bytes).check()?;
    }
    let camera = camera::read(bytes);
    let sideways = camera.orientation >= 5;
    let (width, height) = if sideways { (height, width) } else { (width, height) };
    Ok(Probe { format, width, height, camera })
}

/// As [`probe`]; orientation is a property of the file there, and EXIF's says nothing.
fn heif_probe(bytes: &[u8], format: Format) -> Result<Probe, Flaw> {
    let claim = heif::claim(bytes)?;
    within(claim.largest.0, claim.largest.1)?;
    let (width, height) = claim.size;
    within(width, height)?;
    let camera = Camera { orientation: 1, ..camera::read(bytes) };
    Ok(Probe { format, width, height, camera })
}

/// Decodes a picture so that it fits into a square of `side` pixels: upright, sRGB in eight bits,
/// without transparency (laid on white). A smaller picture is not enlarged.
///
/// # Errors
/// A [`Flaw`] for anything that cannot be decoded whole.
pub(super) fn open(bytes: &[u8], side: u32) -> Result<DynamicImage, Flaw> {
    let probe = probe(bytes)?;
    turned(bytes, &probe, side)
}

/// As [`open`], for a picture whose pixels stand upright already, whatever EXIF says.
///
/// # Errors
/// As [`open`].
pub(super) fn open_upright(bytes: &[u8], side: u32) -> Result<DynamicImage, Flaw> {
    let mut probe = probe(bytes)?;
    probe.camera.orientation = 1;
    turned(bytes, &probe, side)
}

fn turned(bytes: &[u8], probe: &Probe, side: u32) -> Result<DynamicImage, Flaw> {
    let (decoded, icc) = match probe.format {
        Format::Jpeg => jpeg::decode(bytes, side)?,
        format => decode(bytes, format)?,
    };
    if probe.format == Format::Jpeg
        && jpeg::markers(bytes).unended()
        && ends_in_one_colour(&decoded)
    {
        return Err(Flaw::Truncated);
    }
    let small = shrink(decoded, side)?;
    let mut upright = DynamicImage::ImageRgb8(in_srgb(small, icc.as_deref()));
    if let Some(orientation) = Orientation::from_exif(probe.camera.orientation) {
        upright.apply_orientation(orientation);
    }
    Ok(upright)
}

/// Shrinks an upright picture once more; none where it fits already.
///
/// # Errors
/// [`Flaw::Corrupt`] for a picture without pixels.
pub(super) fn fit(picture: &DynamicImage, side: u32) -> Result<Option<DynamicImage>, Flaw> {
    let longer = picture.width().max(picture.height());
    if longer <= side {
        return Ok(None);
    }
    let scaled = |edge: u32| {
        let edge = (u64::from(edge) * u64::from(side) + u64::from(longer) / 2) / u64::from(longer);
        u32::try_from(edge).unwrap_or(side).max(1)
    };
    let size = (scaled(picture.width()), scaled(picture.height()));
    pixels::resized(picture, size, pixels::Shape::Stretch).ok_or(Flaw::Corrupt).map(Some)
}

fn picture_format(bytes: &[u8]) -> Result<Format, Flaw> {
    if bytes.is_empty() {
        return Err(Flaw::Empty);
    }
    match Format::sniff(&bytes[..bytes.len().min(4096)]) {
        None => Err(Flaw::Unknown),
        Some(format) if format.kind() != Kind::Picture => Err(Flaw::NotAPicture(format)),
        Some(format) => Ok(format),
    }
}

fn decoder_of(format: Format) -> Result<ImageFormat, Flaw> {
    match format {
        Format::Jpeg => Ok(ImageFormat::Jpeg),
        Format::Png => Ok(ImageFormat::Png),
        Format::Webp => Ok(ImageFormat::WebP),
        Format::Gif => Ok(ImageFormat::Gif),
        other => Err(Flaw::NotRead(other)),
    }
}

fn within(width: u32, height: u32) -> Result<(), Flaw> {
    if width == 0 || height == 0 {
        return Err(Flaw::Corrupt);
    }
    if u64::from(width) * u64::from(height) > PIXELS {
        return Err(Flaw::TooManyPixels { width, height });
    }
    Ok(())
}

/// The pixels as stored, and the colour profile beside them.
fn decode(bytes: &[u8], format: Format) -> Result<(DynamicImage, Option<Vec<u8>>), Flaw> {
    let (lean, profile) = match format {
        Format::Png => {
            let lean = png::lean(bytes).ok_or(Flaw::Corrupt)?;
            (Some(lean.bytes), lean.icc)
        }
        _ => (None, None),
    };
    let source = lean.as_deref().unwrap_or(bytes);
    let mut reader = ImageReader::with_format(Cursor::new(source), decoder_of(format)?);
    let mut limits = Limits::default();
    limits.max_alloc = Some(MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|error| flaw(&error))?;
    let icc = match lean {
        Some(_) => profile,
        None => decoder.icc_profile().ok().flatten(),
    };
    let decoded = DynamicImage::from_decoder(decoder).map_err(|error| flaw(&error))?;
    Ok((decoded, icc))
}

fn flaw(error: &image::ImageError) -> Flaw {
    match error {
        image::ImageError::IoError(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            Flaw::Truncated
        }
        _ => Flaw::Corrupt,
    }
}

/// Whether the last rows hold one colour, as they do where a decoder filled what was missing.
fn ends_in_one_colour(picture: &DynamicImage) -> bool {
    let rows = 8.min(picture.height());
    let tail = picture.crop_imm(0, picture.height() - rows, picture.width(), rows);
    let tail = tail.to_rgb8();
    let first = tail.get_pixel(0, 0);
    tail.pixels().all(|pixel| pixel == first)
}

/// Shrinks to fit into a square, in eight bits for each colour, without transparency.
fn shrink(picture: DynamicImage, side: u32) -> Result<DynamicImage, Flaw> {
    let flat = flatten(picture);
    Ok(fit(&flat, side)?.unwrap_or(flat))
}

/// Lays a picture with transparency on white, and brings it to eight bits; grey stays grey.
fn flatten(picture: DynamicImage) -> DynamicImage {
    match picture {
        DynamicImage::ImageRgb8(_) | DynamicImage::ImageLuma8(_) => picture,
        other if !other.color().has_alpha() => match other.color().channel_count() {
            1 => DynamicImage::ImageLuma8(other.into_luma8()),
            _ => DynamicImage::ImageRgb8(other.into_rgb8()),
        },
        other => {
            let clear = other.into_rgba8();
            let mut flat = RgbImage::new(clear.width(), clear.height());
            for (to, from) in flat.pixels_mut().zip(clear.pixels()) {
                let alpha = u16::from(from.0[3]);
                for (channel, colour) in to.0.iter_mut().zip(from.0) {
                    let mixed = (u16::from(colour) * alpha + 255 * (255 - alpha) + 127) / 255;
                    *channel = u8::try_from(mixed).unwrap_or(u8::MAX);
                }
            }
            DynamicImage::ImageRgb8(flat)
        }
    }
}

/// Brings a picture into sRGB. A profile that does not fit the pixels is passed over.
fn in_srgb(picture: DynamicImage, icc: Option<&[u8]>) -> RgbImage {
    let profile = icc.and_then(|icc| ColorProfile::new_from_slice(icc).ok());
    let Some(profile) = profile else {
        return picture.into_rgb8();
    };
    let layout = match (&picture, profile.color_space) {
        (DynamicImage::ImageRgb8(_), DataColorSpace::Rgb) => Layout::Rgb,
        (DynamicImage::ImageLuma8(_), DataColorSpace::Gray) => Layout::Gray,
        _ => return picture.into_rgb8(),
    };
    let srgb = ColorProfile::new_srgb();
    let options = TransformOptions::default();
    let Ok(transform) = profile.create_transform_8bit(layout, &srgb, Layout::Rgb, options) else {
        return picture.into_rgb8();
    };
    let mut converted = RgbImage::new(picture.width(), picture.height());
    match transform.transform(picture.as_bytes(), converted.as_mut()) {
        Ok(()) => converted,
        Err(_) => picture.into_rgb8(),
    }
}
