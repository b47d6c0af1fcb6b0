//! Screening: is an entry valid. Accept it, return it for repair with a date, or reject it with a
//! reason; any finding can be taken back.

mod counts;
mod error;
mod finding;
mod list;
mod place;
mod record;

pub use counts::{MANY, counts, counts_up_to_many};
pub use error::Error;
pub use finding::{Finding, REASONS, find, last, undo};
pub use list::{Filter, list, same_files};
pub use place::{place, places};
