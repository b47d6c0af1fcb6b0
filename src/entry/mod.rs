//! Entries: what was submitted, by whom, for whom.
//!
//! A draft is a row from the first file on, so nothing that was typed or sent is lost. Submitting
//! locks the contest: numbers have no gaps, and a quota holds in a race.

mod about;
mod admission;
mod alike;
mod author;
pub mod batch;
mod card;
pub mod code;
mod copy;
mod declared;
mod draft;
mod eligible;
mod error;
mod event;
mod film;
mod guardian;
mod limits;
pub mod link;
mod named;
mod parts;
mod quota;
mod rights;
mod subject;
mod submit;

pub use about::{Person, save};
pub use admission::{by_officers, closes, excluded, offered};
pub use alike::{Alike, Compared, Found, alike, compare, keep_found, keep_print, without_print};
pub use author::Author;
pub use card::{
    Card, Page, Whole, cards, events, gallery, holder_of, newest_of, of_units, search_state, whole,
    wholes,
};
pub use copy::copy_up;
pub use declared::{Asked, asked};
pub use draft::{New, by_code, changeable, may_write, open};
pub use eligible::is_under_16;
pub use error::Error;
pub use event::file_changed;
pub use film::in_turn;
pub use guardian::{Guarded, Guardian, agree, agree_on_paper, guarded, refuse};
pub use limits::{accepts, faults, misfits, not_taken, unseen, unusable};
pub use named::{Named, accepted, by_code_or_number, named};
pub use parts::{add_file, has_room, note, remove_part, set_text};
pub use quota::{Beyond, Progress, beyond, quota_progress};
pub use rights::{Agreed, agreements, contests, erase, export, may_be_shown, of_person, withdraw};
pub use subject::name_subjects;
pub use submit::{submit, untold};
