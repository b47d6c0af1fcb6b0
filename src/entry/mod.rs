//! Entries: what was submitted, by whom, for whom.
//!
//! A draft is a row from the first file on, so nothing that was typed or sent is lost. Submitting
//! locks the contest: numbers have no gaps, and a quota holds in a race.

mod admission;
mod alike;
mod author;
pub mod batch;
mod card;
pub mod code;
mod copy;
mod draft;
mod error;
mod event;
mod guardian;
mod limits;
pub mod link;
mod named;
mod rights;
mod submit;

pub use admission::{by_officers, closes, offered};
pub use alike::{
    Alike, Films, Found, alike, compare, films, keep_found, keep_print, without_print,
};
pub use author::Author;
pub use card::{
    Card, Page, Whole, cards, events, gallery, holder_of, newest_of, of_units, search_state, whole,
    wholes,
};
pub use copy::copy_up;
pub use draft::{
    New, Person, add_file, by_code, changeable, may_write, note, open, remove_part, save, set_text,
};
pub use error::Error;
pub use event::file_changed;
pub use guardian::{Guarded, Guardian, agree, agree_on_paper, guarded, refuse};
pub use limits::{accepts, faults, misfits, not_taken};
pub use named::{Named, accepted, named};
pub use rights::{Agreed, agreements, erase, export, of_person, withdraw};
pub use submit::{Asked, Progress, asked, quota_progress, submit};
