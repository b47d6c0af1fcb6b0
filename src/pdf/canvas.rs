//! The same letters in pixels, for pictures that hold words.

use image::{Rgb, RgbImage};
use tiny_skia::{Color, FillRule, Paint, PathBuilder, Pixmap, Transform};

use super::{Colour, Letters, face};

/// A picture that is being drawn. Lengths are pixels; down is more.
pub struct Canvas(Pixmap);

impl Canvas {
    /// A picture of one colour.
    ///
    /// # Panics
    /// When a side is 0.
    #[must_use]
    pub fn new((width, height): (u32, u32), [red, green, blue]: Colour) -> Self {
        let mut map = Pixmap::new(width, height).expect("a picture has two sides");
        map.fill(Color::from_rgba8(red, green, blue, 255));
        Self(map)
    }

    /// Fills a shape with corners; 0 of `cover` lets all shine through, 255 nothing.
    pub fn fill(&mut self, corners: &[(f32, f32)], colour: Colour, cover: u8) {
        let mut path = PathBuilder::new();
        let Some(((x, y), rest)) = corners.split_first() else { return };
        path.move_to(*x, *y);
        rest.iter().for_each(|(x, y)| path.line_to(*x, *y));
        path.close();
        self.paint(path, colour, cover);
    }

    /// Writes a line; `at` is where its base line begins.
    pub fn write(&mut self, line: &str, letters: Letters, at: (f32, f32)) {
        let mut path = PathBuilder::new();
        face::outline(line, (letters.weight, letters.size), at, &mut path);
        self.paint(path, letters.colour, 255);
    }

    fn paint(&mut self, path: PathBuilder, [red, green, blue]: Colour, cover: u8) {
        let mut paint = Paint { anti_alias: true, ..Paint::default() };
        paint.set_color(Color::from_rgba8(red, green, blue, cover));
        if let Some(path) = path.finish() {
            self.0.fill_path(&path, &paint, FillRule::Winding, Transform::identity(), None);
        }
    }

    /// The picture.
    #[must_use]
    pub fn picture(&self) -> RgbImage {
        let width = self.0.width() as usize;
        RgbImage::from_fn(self.0.width(), self.0.height(), |x, y| {
            let colour = self.0.pixels()[y as usize * width + x as usize].demultiply();
            Rgb([colour.red(), colour.green(), colour.blue()])
        })
    }
}

impl std::fmt::Debug for Canvas {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Canvas").field(&(self.0.width(), self.0.height())).finish()
    }
}
