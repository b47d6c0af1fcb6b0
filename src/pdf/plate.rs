//! Single pages on which everything has its place: posters, certificates.

use super::book::{Book, PartId, Role};
use super::face::{self, Weight};
use super::{Colour, Error};

/// How much higher a line is than its letters.
const LEADING: f32 = 1.4;

/// How letters are set on a plate.
#[derive(Clone, Copy, Debug)]
pub struct Letters {
    /// How heavy.
    pub weight: Weight,
    /// How large.
    pub size: f32,
    /// Which colour.
    pub colour: Colour,
}

/// One page of a document; what is set runs down its middle.
pub struct Plate<'a> {
    book: &'a mut Book,
    size: (f32, f32),
    /// How far down it is filled.
    pub y: f32,
}

impl<'a> Plate<'a> {
    /// A new page; its first text is its heading, by which a reader finds it.
    pub fn new(book: &'a mut Book, size: (f32, f32), title: &str) -> Self {
        book.sheet(size);
        book.chapter(title, 0.0);
        Self { book, size, y: 0.0 }
    }

    /// Sets a heading in lines of at most this width.
    pub fn heading(&mut self, text: &str, letters: Letters, width: f32) {
        let part = self.book.part(Role::Heading(1, text.to_owned()), None);
        self.middle(text, letters, (self.size.0 / 2.0, width), part);
    }

    /// Sets a text in lines of at most this width.
    pub fn text(&mut self, text: &str, letters: Letters, width: f32) {
        let part = self.book.part(Role::Paragraph, None);
        self.middle(text, letters, (self.size.0 / 2.0, width), part);
    }

    /// Sets a text in the first of these sizes in which it takes at most as many lines as stand
    /// beside the size; in the last where it takes more in each.
    pub fn fit(&mut self, text: &str, letters: Letters, sizes: &[(f32, usize)], width: f32) {
        let size = self.size_of(text, letters.weight, sizes, width);
        self.text(text, Letters { size, ..letters }, width);
    }

    /// The size in which [`fit`](Self::fit) sets a text.
    #[must_use]
    pub fn size_of(&self, text: &str, weight: Weight, sizes: &[(f32, usize)], width: f32) -> f32 {
        let fits =
            |(size, most): &&(f32, usize)| face::lines(text, weight, *size, width).len() <= *most;
        sizes.iter().find(fits).or(sizes.last()).map_or(12.0, |(size, _)| *size)
    }

    /// Sets a text around a line, given by its middle and its greatest width.
    pub fn around(&mut self, text: &str, letters: Letters, column: (f32, f32)) {
        let part = self.book.part(Role::Paragraph, None);
        self.middle(text, letters, column, part);
    }

    /// Sets a text from a left edge on, in lines of at most this width.
    pub fn beside(&mut self, text: &str, letters: Letters, (left, width): (f32, f32)) {
        let part = self.book.part(Role::Paragraph, None);
        for line in face::lines(text, letters.weight, letters.size, width) {
            self.line(&line, letters, left, part);
        }
    }

    /// Draws the code of squares that leads to an address, `words` saying so to whoever cannot see
    /// it; `at` is its left upper corner.
    ///
    /// # Errors
    /// [`Error::Address`] when the address is too long.
    pub fn code(
        &mut self,
        address: &str,
        at: (f32, f32),
        side: f32,
        words: &str,
    ) -> Result<(), Error> {
        let part = self.book.part(Role::Figure(words.to_owned()), None);
        self.book.code(address, at, side, part)
    }

    /// Fills an area: left, top, width, height.
    pub fn bar(&mut self, area: [f32; 4], colour: Colour) {
        self.book.fill(area, colour);
    }

    /// Draws a frame, so far from the edges of the page and so wide.
    pub fn frame(&mut self, inset: f32, wide: f32, colour: Colour) {
        let (right, bottom) = (self.size.0 - inset, self.size.1 - inset);
        let (width, height) = (right - inset, bottom - inset);
        for side in [
            [inset, inset, width, wide],
            [inset, bottom - wide, width, wide],
            [inset, inset, wide, height],
            [right - wide, inset, wide, height],
        ] {
            self.book.fill(side, colour);
        }
    }

    fn middle(&mut self, text: &str, letters: Letters, (middle, width): (f32, f32), part: PartId) {
        for line in face::lines(text, letters.weight, letters.size, width) {
            let x = middle - face::width(&line, letters.weight, letters.size) / 2.0;
            self.line(&line, letters, x, part);
        }
    }

    fn line(&mut self, line: &str, letters: Letters, x: f32, part: PartId) {
        let Letters { weight, size, colour } = letters;
        let stand = self.y + size;
        self.book.text((x, stand), line, (weight, size, colour), Some(part));
        self.y += size * LEADING;
    }
}
