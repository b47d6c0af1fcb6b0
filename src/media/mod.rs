//! Media: files from the sender to the public.
//!
//! The object is stored first and its row is written second, so a crash leaves an object without
//! a row, which a sweep removes, and never a row without an object. An original is kept as it came;
//! the public sees only copies that were drawn anew.

mod camera;
pub mod child;
mod copies;
mod document;
mod facts;
mod flaw;
mod forget;
mod format;
mod heif;
mod jpeg;
mod keep;
mod leaf;
mod matroska;
mod movie;
mod picture;
mod png;
pub mod print;
mod render;
pub mod spool;
mod sum;
mod sweep;
pub mod text;
mod unnamed;

pub use child::Decoder;
pub use copies::{
    copies, copies_of, copy, copy_key, film_of, filmed, ground, is_pictured, keep_copies,
    keep_drawn, progressed, ready, refused, take_down,
};
pub use facts::{Facts, most_bytes, read, read_file};
pub use flaw::Flaw;
pub use forget::{forget, nobodys};
pub use format::{Format, Kind};
pub use keep::{ERASED, Error, Kept, files, keep, keep_file, record};
pub use render::{Copy, Drawn};
pub use sum::Sum;
pub use sweep::{Object, objects};
pub use unnamed::without_metadata;
