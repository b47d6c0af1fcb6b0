//! Contests: who runs what, when, and how it is decided.
//!
//! A contest is its [`definition`]; rows exist beside it only for what other tables refer to. What
//! is open now follows from its phases and the clock, never from a state that somebody must set.

pub mod apply;
pub mod definition;
pub mod document;
pub mod lint;
pub mod moment;
pub mod outline;

mod badge;
mod complaints;
mod core;
mod crew;
mod files;
mod place;
mod record;
mod shape;
mod window;

pub use badge::{Approver, Auditor, Organiser, Screener, organised_by, parts_of};
pub use core::{
    Contest, Error, all, by_id, by_ids, by_slug, category_ids, children, hold, lock, lock_all,
    notices, round_by_key, rounds, touched, wholes,
};
pub use crew::{crew, join, leave, leave_all};
pub use files::{OwnFile, file_changed, file_hashes, files_kept, keep_file};
pub(crate) use record::record;
pub use window::Window;
