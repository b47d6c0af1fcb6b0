//! Media: files from the sender to the public.
//!
//! The object is stored first and its row is written second, so a crash leaves an object without
//! a row, which a sweep removes, and never a row without an object. An original is kept as it came;
//! the public sees only copies that were drawn anew.

mod camera;
mod document;
mod flaw;
mod format;
mod jpeg;
mod keep;
mod movie;
mod picture;
mod png;
mod render;
pub mod spool;
mod sum;
mod sweep;
pub mod text;

pub use flaw::Flaw;
pub use format::{Format, Kind};
pub use keep::{
    ERASED, Error, Facts, Kept, copies, copies_of, copy, copy_key, files, keep, keep_copies,
    keep_file, most_bytes, read, read_file, ready, record, refused, take_down,
};
pub use movie::without_metadata;
pub use render::Copy;
pub use sum::Sum;
pub use sweep::{Object, objects};
