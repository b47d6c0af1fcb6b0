//! Loops over pixels, in a crate of their own for one reason: generic code is compiled by whoever
//! uses it, and in builds for tests our code is not optimised, which makes one picture's resizing
//! dearer than all else that is done to it. This crate is optimised in every build.

pub mod pdq;

use fast_image_resize::{ResizeOptions, Resizer};
use image::{DynamicImage, Rgb, RgbImage};

/// How a picture is brought to another shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Stretched.
    Stretch,
    /// Its middle, as much as fits.
    Cut,
}

/// A picture in another size, in the same colours; nothing where it has no pixels or colours that
/// cannot be resized.
#[must_use]
pub fn resized(
    picture: &DynamicImage,
    (width, height): (u32, u32),
    shape: Shape,
) -> Option<DynamicImage> {
    let mut to = DynamicImage::new(width, height, picture.color());
    let options = match shape {
        Shape::Stretch => ResizeOptions::new(),
        Shape::Cut => ResizeOptions::new().fit_into_destination(None),
    };
    Resizer::new().resize(picture, &mut to, &options).ok()?;
    Some(to)
}

/// A JPEG of `quality` (1 to 100), colours at half the resolution.
///
/// # Errors
/// When the picture has no pixels, or more than the format knows.
pub fn jpeg(picture: &RgbImage, quality: f32) -> std::io::Result<Vec<u8>> {
    let mut encoder = mozjpeg::Compress::new(mozjpeg::ColorSpace::JCS_RGB);
    encoder.set_size(picture.width() as usize, picture.height() as usize);
    encoder.set_fastest_defaults();
    encoder.set_quality(quality);
    let mut encoder = encoder.start_compress(Vec::new())?;
    encoder.write_scanlines(picture.as_raw())?;
    encoder.finish()
}

/// Makes a photograph of a drawing: the unevenness of a sensor, the same for the same `seed`, and
/// darker corners. `drawing` holds four bytes for each pixel: red, green, blue and one passed over.
///
/// # Panics
/// When `drawing` has fewer pixels than that.
#[must_use]
pub fn photographed(drawing: &[u8], (width, height): (u32, u32), seed: u64) -> RgbImage {
    let middle = (width as f32 / 2.0, height as f32 / 2.0);
    let reach = middle.0.hypot(middle.1);
    let mut state = seed;
    RgbImage::from_fn(width, height, |x, y| {
        let at = 4 * (y as usize * width as usize + x as usize);
        let away = (x as f32 - middle.0).hypot(y as f32 - middle.1) / reach;
        let light = 1.0 - 0.3 * away * away;
        let noise = 10.0 * part(&mut state) - 5.0;
        let tone = |value: u8| (f32::from(value) * light + noise).clamp(0.0, 255.0) as u8;
        Rgb([tone(drawing[at]), tone(drawing[at + 1]), tone(drawing[at + 2])])
    })
}

/// The next number of a small generator (SplitMix64), from 0 to just below 1.
pub fn part(state: &mut u64) -> f32 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((z ^ (z >> 31)) >> 40) as f32 / (1_u64 << 24) as f32
}
