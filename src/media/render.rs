//! The copies that the public sees: small, upright, sRGB, without a word of metadata.

use image::{DynamicImage, Rgb, RgbImage, imageops};
use serde::{Deserialize, Serialize};

use super::flaw::Flaw;
use super::picture;

/// The longest side of any copy, in pixels.
pub(super) const LARGEST: u32 = SIDES[0].1;

/// The squares into which a picture is fitted, by the names of the copies.
const SIDES: [(&str, u32); 3] = [("1600", 1600), ("800", 800), ("320", 320)];

/// The picture that chat applications show beside a link.
const PREVIEW: (u32, u32) = (1200, 630);

/// A copy.
#[derive(Clone, Debug)]
pub struct Copy {
    /// `320`, `800`, `1600` or `preview`; `film` of a video.
    pub name: &'static str,
    /// `jpeg` or `webp`; of a video `mp4`, or what it came in.
    pub format: &'static str,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// Its mean colour, as CSS writes it.
    pub colour: Option<String>,
    /// The encoded picture or film.
    pub bytes: Vec<u8>,
}

/// A copy that is stored, or lies in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drawn {
    /// As [`Copy::name`].
    pub name: String,
    /// As [`Copy::format`].
    pub format: String,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// Its size.
    pub bytes: u64,
    /// Its mean colour, as CSS writes it, for the place where it will stand.
    pub colour: Option<String>,
}

impl Drawn {
    /// The name of its file.
    #[must_use]
    pub fn file(&self) -> String {
        format!("{}.{}", self.name, self.format)
    }
}

impl Copy {
    /// A copy that is no picture.
    pub(super) fn bare(name: &'static str, format: &'static str, bytes: Vec<u8>) -> Self {
        Self { name, format, width: 0, height: 0, colour: None, bytes }
    }

    /// It without its bytes.
    #[must_use]
    pub fn drawn(&self) -> Drawn {
        Drawn {
            name: self.name.to_owned(),
            format: self.format.to_owned(),
            width: self.width,
            height: self.height,
            bytes: self.bytes.len() as u64,
            colour: self.colour.clone(),
        }
    }
}

/// Draws all copies of a picture. Decoded once, then shrunk in steps.
///
/// # Errors
/// A [`Flaw`] for anything that cannot be decoded whole.
pub(super) fn copies(original: &[u8]) -> Result<Vec<Copy>, Flaw> {
    copies_of(picture::open(original, LARGEST)?)
}

/// Draws all copies of a picture that is decoded, upright and in sRGB.
///
/// # Errors
/// [`Flaw::Corrupt`] for a picture without pixels.
pub(super) fn copies_of(mut picture: DynamicImage) -> Result<Vec<Copy>, Flaw> {
    let mut copies = vec![jpeg("preview", &preview(&picture)?)?];
    for (name, side) in SIDES {
        picture = picture::fit(&picture, side)?.unwrap_or(picture);
        let rgb = picture.into_rgb8();
        copies.push(jpeg(name, &rgb)?);
        copies.push(webp(name, &rgb)?);
        picture = DynamicImage::ImageRgb8(rgb);
    }
    let mean = colour(&picture.to_rgb8());
    for copy in copies.iter_mut().filter(|copy| copy.name == "320") {
        copy.colour = Some(mean.clone());
    }
    Ok(copies)
}

/// Grey values of a picture of at most 512 pixels a side, row by row; width and height.
///
/// # Errors
/// [`Flaw::Corrupt`] for a picture without pixels.
pub(super) fn grey(picture: &DynamicImage) -> Result<(Vec<u8>, usize, usize), Flaw> {
    let small = picture::fit(picture, 512)?;
    let small = small.as_ref().unwrap_or(picture).to_rgb8();
    let weighed = |pixel: &Rgb<u8>| {
        let [red, green, blue] = pixel.0.map(u32::from);
        u8::try_from((299 * red + 587 * green + 114 * blue + 500) / 1000).unwrap_or(u8::MAX)
    };
    let grey = small.pixels().map(weighed).collect();
    Ok((grey, small.width() as usize, small.height() as usize))
}

/// A picture of a fixed shape: cut where little is lost, else laid on a quiet ground.
fn preview(picture: &DynamicImage) -> Result<RgbImage, Flaw> {
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
fn resize(picture: &DynamicImage, width: u32, height: u32) -> Result<RgbImage, Flaw> {
    let cut = pixels::resized(picture, (width, height), pixels::Shape::Cut);
    Ok(cut.ok_or(Flaw::Corrupt)?.into_rgb8())
}

fn jpeg(name: &'static str, picture: &RgbImage) -> Result<Copy, Flaw> {
    let bytes = pixels::jpeg(picture, 80.0).map_err(|_| Flaw::Corrupt)?;
    let (width, height) = picture.dimensions();
    Ok(Copy { name, format: "jpeg", width, height, colour: None, bytes })
}

fn webp(name: &'static str, picture: &RgbImage) -> Result<Copy, Flaw> {
    let (width, height) = picture.dimensions();
    let mut config = webp::WebPConfig::new().map_err(|()| Flaw::Stopped)?;
    // One step above JPEG's: what shrinking in the decoder blurs is given back for 4 % of bytes.
    config.quality = 81.0;
    // Method 4, the usual one, takes two thirds more time for one and a half per cent of bytes.
    config.method = 2;
    let encoder = webp::Encoder::from_rgb(picture, width, height);
    let bytes = encoder.encode_advanced(&config).map_err(|_| Flaw::Stopped)?.to_vec();
    Ok(Copy { name, format: "webp", width, height, colour: None, bytes })
}

/// The mean of all pixels, as CSS writes it.
fn colour(picture: &RgbImage) -> String {
    let mut sums = [0_u64; 3];
    for pixel in picture.pixels() {
        for (sum, channel) in sums.iter_mut().zip(pixel.0) {
            *sum += u64::from(channel);
        }
    }
    let count = (u64::from(picture.width()) * u64::from(picture.height())).max(1);
    let [red, green, blue] = sums.map(|sum| (sum + count / 2) / count);
    format!("#{red:02x}{green:02x}{blue:02x}")
}
