//! A document before it is written: its sheets, what stands where on them, and what it means.

use entity::instant::Instant;
use fast_qr::qr::QRBuilder;

use super::face::{self, Weight};
use super::{Colour, Error};

/// What a document says of itself.
#[derive(Clone, Debug)]
pub struct Head {
    /// Its title.
    pub title: String,
    /// Its language, such as `vi`.
    pub language: &'static str,
    /// The moment it tells of, which its bytes hold.
    pub at: Instant,
}

/// A document: sheets, and the order in which their content is read.
pub struct Book {
    pub(super) head: Head,
    pub(super) sheets: Vec<Sheet>,
    pub(super) parts: Vec<Part>,
    pub(super) chapters: Vec<Chapter>,
}

/// One page.
pub(super) struct Sheet {
    pub(super) size: (f32, f32),
    pub(super) marks: Vec<Mark>,
}

/// Where a reader may jump to.
pub(super) struct Chapter {
    pub(super) title: String,
    pub(super) sheet: usize,
    pub(super) y: f32,
}

/// What a part of a document is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Role {
    /// A heading of this depth, from 1 on.
    Heading(u16, String),
    Paragraph,
    List,
    Item,
    Bullet,
    Body,
    Table,
    Row,
    Head,
    RowHead,
    Cell,
    /// A drawing, with what it shows in words.
    Figure(String),
}

/// A part of a document.
pub(super) struct Part {
    pub(super) role: Role,
    /// The part that it belongs to.
    pub(super) within: Option<PartId>,
}

/// Which part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PartId(pub(super) usize);

/// Something on a sheet; what belongs to no part is decoration and is not read.
pub(super) enum Mark {
    /// A line of text.
    Text {
        at: (f32, f32),
        text: String,
        weight: Weight,
        size: f32,
        colour: Colour,
        part: Option<PartId>,
    },
    /// Filled boxes: left, top, width, height.
    Boxes { boxes: Vec<[f32; 4]>, colour: Colour, part: Option<PartId> },
}

impl Book {
    /// A document without pages.
    #[must_use]
    pub fn new(head: Head) -> Self {
        Self { head, sheets: Vec::new(), parts: Vec::new(), chapters: Vec::new() }
    }

    pub(super) fn sheet(&mut self, size: (f32, f32)) {
        self.sheets.push(Sheet { size, marks: Vec::new() });
    }

    pub(super) fn part(&mut self, role: Role, within: Option<PartId>) -> PartId {
        self.parts.push(Part { role, within });
        PartId(self.parts.len() - 1)
    }

    /// Remembers that something begins here on the last sheet.
    pub(super) fn chapter(&mut self, title: &str, y: f32) {
        let sheet = self.sheets.len().saturating_sub(1);
        self.chapters.push(Chapter { title: face::clean(title), sheet, y });
    }

    pub(super) fn mark(&mut self, mark: Mark) {
        if let Some(sheet) = self.sheets.last_mut() {
            sheet.marks.push(mark);
        }
    }

    /// Sets a line; `x` is where it begins.
    pub(super) fn text(
        &mut self,
        at: (f32, f32),
        text: &str,
        look: (Weight, f32, Colour),
        part: Option<PartId>,
    ) {
        let (weight, size, colour) = look;
        let text = face::clean(text).replace('\n', " ");
        self.mark(Mark::Text { at, text, weight, size, colour, part });
    }

    /// Fills a box of decoration.
    pub(super) fn fill(&mut self, area: [f32; 4], colour: Colour) {
        self.mark(Mark::Boxes { boxes: vec![area], colour, part: None });
    }

    /// Draws the code of squares by which a telephone finds an address.
    ///
    /// # Errors
    /// [`Error::Address`] when it is too long.
    pub(super) fn code(
        &mut self,
        address: &str,
        at: (f32, f32),
        side: f32,
        part: PartId,
    ) -> Result<(), Error> {
        let code = QRBuilder::new(address).build().map_err(|_| Error::Address)?;
        #[expect(clippy::cast_precision_loss, reason = "a code has 177 squares a side at most")]
        let step = side / code.size as f32;
        let mut boxes = Vec::new();
        for row in 0..code.size {
            let mut column = 0;
            while column < code.size {
                let length = (column..code.size).take_while(|at| code[row][*at].value()).count();
                #[expect(
                    clippy::cast_precision_loss,
                    reason = "a code has 177 squares a side at most"
                )]
                let (x, y, wide) = (column as f32, row as f32, length as f32);
                if length > 0 {
                    // A hair wider and higher than a square, so that no light shows between two.
                    boxes.push([
                        at.0 + x * step,
                        at.1 + y * step,
                        (wide + 0.02) * step,
                        step * 1.02,
                    ]);
                }
                column += length.max(1);
            }
        }
        self.mark(Mark::Boxes { boxes, colour: [0, 0, 0], part: Some(part) });
        Ok(())
    }
}
