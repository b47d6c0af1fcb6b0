//! Text that runs over as many pages as it needs: headings, paragraphs, lists, tables, signatures.

use super::book::{Book, Head, Mark, PartId, Role};
use super::face::{self, Weight};
use super::{A4, Colour, Error, GREY, INK, MM, RULE};

/// The edges of text on a page: left, top, right, bottom, as offices set their letters.
pub(super) const LEFT: f32 = 30.0 * MM;
const TOP: f32 = 20.0 * MM;
pub(super) const RIGHT: f32 = A4.0 - 20.0 * MM;
const BOTTOM: f32 = A4.1 - 22.0 * MM;
/// How much higher a line is than its letters: marks stand on two floors above Vietnamese capitals.
const LEADING: f32 = 1.45;
/// Depth of the line that letters stand on, in parts of the line's height.
const STAND: f32 = 0.72;

/// How text looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// As most is set.
    Text,
    /// As what matters is set.
    Strong,
    /// As what explains is set.
    Small,
}

impl Style {
    pub(super) fn look(self) -> (Weight, f32, Colour) {
        match self {
            Self::Text => (Weight::Regular, 10.5, INK),
            Self::Strong => (Weight::Bold, 10.5, INK),
            Self::Small => (Weight::Regular, 8.5, GREY),
        }
    }

    /// The height of a line.
    pub(super) fn line(self) -> f32 {
        self.look().1 * LEADING
    }
}

/// A document that runs over pages of A4, from top to bottom.
pub struct Flow {
    pub(super) book: Book,
    /// How far down the last page is filled.
    pub(super) y: f32,
}

impl Flow {
    /// A document with one empty page.
    #[must_use]
    pub fn new(head: Head) -> Self {
        let mut book = Book::new(head);
        book.sheet(A4);
        Self { book, y: TOP }
    }

    /// A centred line above the title.
    pub fn above(&mut self, text: &str) {
        let part = self.book.part(Role::Paragraph, None);
        self.centred(text, (Weight::Regular, 11.0, INK), part);
    }

    /// The title, centred.
    pub fn title(&mut self, text: &str) {
        self.y += 6.0;
        self.book.chapter(text, self.y);
        let part = self.book.part(Role::Heading(1, text.to_owned()), None);
        self.centred(text, (Weight::Bold, 16.0, INK), part);
        self.y += 4.0;
    }

    /// A heading; what follows begins on the same page.
    pub fn heading(&mut self, text: &str) {
        self.y += 10.0;
        self.room(60.0);
        self.book.chapter(text, self.y);
        let part = self.book.part(Role::Heading(2, text.to_owned()), None);
        self.set(text, (Weight::Bold, 12.5, INK), (LEFT, RIGHT), part);
        self.y += 2.0;
    }

    /// A paragraph.
    pub fn text(&mut self, style: Style, text: &str) {
        let part = self.book.part(Role::Paragraph, None);
        self.set(text, style.look(), (LEFT, RIGHT), part);
        self.y += 3.0;
    }

    /// A list with a point before each of its items; nothing where there are none.
    pub fn list<T: AsRef<str>>(&mut self, items: &[T]) {
        if items.is_empty() {
            return;
        }
        let list = self.book.part(Role::List, None);
        let look = Style::Text.look();
        for item in items {
            let own = self.book.part(Role::Item, Some(list));
            let (bullet, body) =
                (self.book.part(Role::Bullet, Some(own)), self.book.part(Role::Body, Some(own)));
            self.room(Style::Text.line());
            self.book.text((LEFT, self.stand(look.1)), "•", look, Some(bullet));
            self.set(item.as_ref(), look, (LEFT + 12.0, RIGHT), body);
            self.y += 1.0;
        }
        self.y += 3.0;
    }

    /// Places for signatures, three beside each other, each with who signs, and in which part. They
    /// follow a heading and stand on its page as far as they fit.
    pub fn signatures(&mut self, people: &[(String, String)]) {
        let wide = (RIGHT - LEFT) / 3.0;
        for row in people.chunks(3) {
            self.room(96.0);
            let top = self.y;
            for (at, (name, role)) in (0_u8..).zip(row) {
                let x = LEFT + f32::from(at) * wide;
                let part = self.book.part(Role::Paragraph, None);
                self.y = top;
                self.middle(role, Style::Small.look(), (x, wide), part);
                self.y = top + 62.0;
                self.middle(name, Style::Strong.look(), (x, wide), part);
            }
            self.y = top + 96.0;
        }
    }

    /// Ends the document: `foot` stands below every page, with what `page` says of its number and
    /// how many there are.
    ///
    /// # Errors
    /// As [`Book::bytes`].
    pub fn bytes(
        mut self,
        foot: &str,
        page: impl Fn(usize, usize) -> String,
    ) -> Result<Vec<u8>, Error> {
        let pages = self.book.sheets.len();
        let (weight, size, colour) = Style::Small.look();
        let y = A4.1 - 12.0 * MM;
        for (at, sheet) in self.book.sheets.iter_mut().enumerate() {
            let number = page(at + 1, pages);
            let end = RIGHT - face::width(&number, weight, size);
            let foot = face::lines(foot, weight, size, end - LEFT - 12.0).swap_remove(0);
            let rule = vec![[LEFT, y - 14.0, RIGHT - LEFT, 0.5]];
            sheet.marks.push(Mark::Boxes { boxes: rule, colour: RULE, part: None });
            for (x, text) in [(LEFT, foot), (end, number)] {
                sheet.marks.push(Mark::Text { at: (x, y), text, weight, size, colour, part: None });
            }
        }
        self.book.bytes()
    }

    /// Begins a page where less than this height is left, so that what comes next stays together.
    pub fn room(&mut self, height: f32) {
        if self.y + height > BOTTOM && self.y > TOP {
            self.turn();
        }
    }

    pub(super) fn turn(&mut self) {
        self.book.sheet(A4);
        self.y = TOP;
    }

    /// How much height is left on the page.
    pub(super) fn left(&self) -> f32 {
        BOTTOM - self.y
    }

    /// How much height a page has.
    pub(super) fn whole() -> f32 {
        BOTTOM - TOP
    }

    /// Where letters of this size stand in a line that begins here.
    pub(super) fn stand(&self, size: f32) -> f32 {
        self.y + size * LEADING * STAND
    }

    /// Sets text from one edge to the other, over pages where it must.
    fn set(
        &mut self,
        text: &str,
        look: (Weight, f32, Colour),
        (from, to): (f32, f32),
        part: PartId,
    ) {
        let (weight, size, _) = look;
        for line in face::lines(text, weight, size, to - from) {
            self.room(size * LEADING);
            self.book.text((from, self.stand(size)), &line, look, Some(part));
            self.y += size * LEADING;
        }
    }

    fn centred(&mut self, text: &str, look: (Weight, f32, Colour), part: PartId) {
        self.middle(text, look, (LEFT, RIGHT - LEFT), part);
    }

    /// Sets text in the middle of a column, given by its left edge and its width.
    fn middle(
        &mut self,
        text: &str,
        look: (Weight, f32, Colour),
        column: (f32, f32),
        part: PartId,
    ) {
        let (weight, size, _) = look;
        for line in face::lines(text, weight, size, column.1 - 8.0) {
            let x = column.0 + (column.1 - face::width(&line, weight, size)) / 2.0;
            self.book.text((x, self.stand(size)), &line, look, Some(part));
            self.y += size * LEADING;
        }
    }
}
