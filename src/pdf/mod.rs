//! PDF: pages for what is signed, hung up or handed over.
//!
//! Text is text: it can be searched, copied and read aloud, and headings, lists and tables are
//! marked as such. Every document is written as PDF/A-2a and PDF/UA-1, so an archive keeps it and a
//! screen reader reads it. The same content gives the same bytes: the only moment in a document is
//! the one it is told.
//!
//! [`Flow`] runs over as many pages as it needs; a [`Plate`] is one page on which everything has its
//! place. Lengths are points, 72 to the inch; down is more. A [`Canvas`] is no page but a picture, with
//! the same letters.

mod book;
mod canvas;
mod face;
mod flow;
mod plate;
mod table;
mod write;

pub use book::{Book, Head};
pub use canvas::Canvas;
pub use face::{Weight, lines, width};
pub use flow::{Flow, Style};
pub use plate::{Letters, Plate};
pub use table::{Cell, Column, Table};

/// Width and height of A4, standing.
pub const A4: (f32, f32) = (595.276, 841.89);

/// A millimetre.
pub const MM: f32 = 72.0 / 25.4;

/// A colour: red, green, blue.
pub type Colour = [u8; 3];

/// The colour of text.
pub const INK: Colour = [0x16, 0x19, 0x1f];
/// The colour of what explains.
pub const GREY: Colour = [0x52, 0x5a, 0x66];
/// The colour of rules between rows.
pub const RULE: Colour = [0xb8, 0xbe, 0xc8];
/// The red of the union.
pub const RED: Colour = [0xc8, 0x10, 0x2e];

/// Why there is no document. None of it is a reader's doing.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The pages break a rule of PDF/A or PDF/UA.
    #[error("the pages cannot be written: {0}")]
    Pages(String),
    /// An address is too long for a code of squares.
    #[error("the address is too long for a code")]
    Address,
}
