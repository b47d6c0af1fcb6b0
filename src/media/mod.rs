//! Media: files from the sender to the public.
//!
//! The object is stored first and its row is written second, so a crash leaves an object without
//! a row, which a sweep removes, and never a row without an object. An original is kept as it came;
//! the public sees only copies that were drawn anew.

mod camera;
pub mod child;
mod document;
mod flaw;
mod format;
mod heif;
mod jpeg;
mod keep;
mod movie;
mod picture;
mod png;
pub mod print;
mod render;
pub mod spool;
mod sum;
mod sweep;
pub mod text;

pub use child::Decoder;
pub use flaw::Flaw;
pub use format::{Format, Kind};
pub use keep::{
    ERASED, Error, Facts, Kept, copies, copies_of, copy, copy_key, files, ground, is_filmed,
    is_pictured, keep, keep_copies, keep_file, keep_made, most_bytes, progressed, read, read_file,
    ready, record, refused, take_down,
};
pub use movie::without_metadata;
pub use render::{Copy, Drawn};
pub use sum::Sum;
pub use sweep::{Object, objects};
