//! The copies that the public sees: small, upright, sRGB, without a word of metadata.

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, Rgb, RgbImage, imageops};

use super::flaw::Flaw;
use super::picture;

/// The squares into which a picture is fitted, by the names of the copies.
const SIDES: [(&str, u32); 3] = [("1600", 1600), ("800", 800), ("320", 320)];

/// The picture that chat applications show beside a link.
const PREVIEW: (u32, u32) = (1200, 630);

/// A copy.
#[derive(Clone, Debug)]
pub struct Copy {
    /// `320`, `800`, `1600` or `preview`.
    pub name: &'static str,
    /// `jpeg` or `webp`.
    pub format: &'static str,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// The encoded picture.
    pub bytes: Vec<u8>,
}

/// Draws all copies of a picture. Decoded once, then shrunk in steps.
///
/// # Errors
/// A [`Flaw`] for anything that cannot be decoded whole.
pub(super) fn copies(original: &[u8]) -> Result<Vec<Copy>, Flaw> {
    let mut picture = picture::open(original, SIDES[0].1)?;
    let mut copies = vec![jpeg("preview", &preview(&picture))?];
    for (name, side) in SIDES {
        picture = picture::fit(&picture, side)?;
        copies.push(jpeg(name, &picture)?);
        copies.push(webp(name, &picture));
    }
    Ok(copies)
}

/// A picture of a fixed shape: cut where little is lost, else laid on a quiet ground.
fn preview(picture: &RgbImage) -> RgbImage {
    let (width, height) = PREVIEW;
    let (wide, high) = (u64::from(picture.width()), u64::from(picture.height()));
    // Between 4:3 and 5:2 at most a third is cut away.
    if wide * 3 >= high * 4 && wide * 2 <= high * 5 {
        return cut(picture, width, height);
    }
    let scale = |edge: u64, bound: u32, other: u64, side: u32| {
        u32::try_from((edge * u64::from(bound) / other.max(1)).max(1)).unwrap_or(side).min(side)
    };
    let fitted = if wide * u64::from(height) > high * u64::from(width) {
        resized(picture, width, scale(high, width, wide, height))
    } else {
        resized(picture, scale(wide, height, high, width), height)
    };
    let mut ground = RgbImage::from_pixel(width, height, Rgb([0x16, 0x19, 0x1f]));
    let left = i64::from((width - fitted.width()) / 2);
    let top = i64::from((height - fitted.height()) / 2);
    imageops::overlay(&mut ground, &fitted, left, top);
    ground
}

/// The picture in exactly this size.
fn resized(picture: &RgbImage, width: u32, height: u32) -> RgbImage {
    let small = DynamicImage::ImageRgb8(picture.clone());
    small.resize_exact(width, height, imageops::FilterType::Triangle).into_rgb8()
}

/// The middle of a picture in the shape of the preview.
fn cut(picture: &RgbImage, width: u32, height: u32) -> RgbImage {
    let (wide, high) = (picture.width(), picture.height());
    let kept_wide = wide
        .min(u32::try_from(u64::from(high) * u64::from(width) / u64::from(height)).unwrap_or(wide));
    let kept_high = high
        .min(u32::try_from(u64::from(wide) * u64::from(height) / u64::from(width)).unwrap_or(high));
    let (left, top) = ((wide - kept_wide) / 2, (high - kept_high) / 2);
    let middle =
        imageops::crop_imm(picture, left, top, kept_wide.max(1), kept_high.max(1)).to_image();
    resized(&middle, width, height)
}

fn jpeg(name: &'static str, picture: &RgbImage) -> Result<Copy, Flaw> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, 80)
        .encode_image(picture)
        .map_err(|_| Flaw::Corrupt)?;
    Ok(Copy { name, format: "jpeg", width: picture.width(), height: picture.height(), bytes })
}

fn webp(name: &'static str, picture: &RgbImage) -> Copy {
    let encoded = webp::Encoder::from_rgb(picture, picture.width(), picture.height()).encode(80.0);
    Copy {
        name,
        format: "webp",
        width: picture.width(),
        height: picture.height(),
        bytes: encoded.to_vec(),
    }
}
