//! The copies that the public sees: small, upright, sRGB, without a word of metadata.

use fast_image_resize::{ResizeOptions, Resizer};
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
    /// `320`, `800`, `1600` or `preview`; `film` of a video.
    pub name: &'static str,
    /// `jpeg` or `webp`; `mp4` of a video.
    pub format: &'static str,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// The encoded picture or film.
    pub bytes: Vec<u8>,
}

/// Draws all copies of a picture. Decoded once, then shrunk in steps.
///
/// # Errors
/// A [`Flaw`] for anything that cannot be decoded whole.
pub(super) fn copies(original: &[u8]) -> Result<Vec<Copy>, Flaw> {
    let mut picture = picture::open(original, SIDES[0].1)?;
    let mut copies = vec![jpeg("preview", &preview(&picture)?)?];
    for (name, side) in SIDES {
        picture = picture::fit(&picture, side)?;
        copies.push(jpeg(name, &picture)?);
        copies.push(webp(name, &picture));
    }
    Ok(copies)
}

/// A picture of a fixed shape: cut where little is lost, else laid on a quiet ground.
fn preview(picture: &RgbImage) -> Result<RgbImage, Flaw> {
    let (width, height) = PREVIEW;
    let (wide, high) = (u64::from(picture.width()), u64::from(picture.height()));
    // Between 4:3 and 5:2 at most a third is cut away.
    if wide * 3 >= high * 4 && wide * 2 <= high * 5 {
        return resize(picture, width, height);
    }
    let scaled = |edge: u64, of: u32, other: u64, most: u32| {
        u32::try_from(edge * u64::from(of) / other).unwrap_or(most).clamp(1, most)
    };
    let fitted = if wide * u64::from(height) > high * u64::from(width) {
        resize(picture, width, scaled(high, width, wide, height))?
    } else {
        resize(picture, scaled(wide, height, high, width), height)?
    };
    let mut ground = RgbImage::from_pixel(width, height, Rgb([0x16, 0x19, 0x1f]));
    let left = i64::from((width - fitted.width()) / 2);
    let top = i64::from((height - fitted.height()) / 2);
    imageops::replace(&mut ground, &fitted, left, top);
    Ok(ground)
}

/// The middle of a picture in this shape and size.
fn resize(picture: &RgbImage, width: u32, height: u32) -> Result<RgbImage, Flaw> {
    let from = DynamicImage::ImageRgb8(picture.clone());
    let mut to = DynamicImage::new(width, height, from.color());
    let options = ResizeOptions::new().fit_into_destination(None);
    Resizer::new().resize(&from, &mut to, &options).map_err(|_| Flaw::Corrupt)?;
    Ok(to.into_rgb8())
}

fn jpeg(name: &'static str, picture: &RgbImage) -> Result<Copy, Flaw> {
    let bytes = encoded(picture).map_err(|_| Flaw::Corrupt)?;
    Ok(Copy { name, format: "jpeg", width: picture.width(), height: picture.height(), bytes })
}

/// JPEG of quality 80, colours at half the resolution.
fn encoded(picture: &RgbImage) -> std::io::Result<Vec<u8>> {
    let mut encoder = mozjpeg::Compress::new(mozjpeg::ColorSpace::JCS_RGB);
    encoder.set_size(picture.width() as usize, picture.height() as usize);
    encoder.set_fastest_defaults();
    encoder.set_quality(80.0);
    let mut encoder = encoder.start_compress(Vec::new())?;
    encoder.write_scanlines(picture.as_raw())?;
    encoder.finish()
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
