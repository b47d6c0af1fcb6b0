//! Cases: what the signals found, in a queue for people.
//!
//! A case belongs to one entry and grows while nobody has ruled about it. Votes about which somebody
//! ruled stand in no other case of that entry, so nothing is judged twice.

mod file;
mod rows;
mod trails;
mod weight;

pub use file::file;
pub(super) use rows::{STRUCK, change, note_ruling};
pub use rows::{appeal_until, by_code, findings, is_aside, leaves, of_contest, rulings, undecided};
pub(super) use trails::numbers;
pub use trails::trails;
pub use weight::{SetAside, set_aside, timeline, weight};
