//! Judging: a panel, its work, and what comes out of it.
//!
//! A round is opened once: its candidates get aliases, by which judges know them, and the work is
//! dealt; works that are accepted later come in when an organiser takes them in. Judges save sheets
//! with a version; a round is closed once, when everything is judged.
//! The arithmetic ([`aggregate`], [`deal`], [`method`]) is pure.

pub mod aggregate;
pub mod deal;
pub mod figures;
pub mod list;
pub mod method;
pub mod pace;
pub mod pair;
pub mod paper;

mod comparisons;
mod eligible;
mod enough;
mod error;
mod feedback;
mod field;
mod give;
mod judge;
mod note;
mod outcome;
mod panel;
mod pass;
mod plan;
mod preside;
mod reckon;
mod record;
mod round;
mod say;
mod turn;

pub use enough::{Sure, sure};
pub use error::{Error, Fault};
pub use feedback::{Feedback, feedback};
pub use field::{late, take_late};
pub use judge::{Judge, Work, notes, work};
pub use note::{Flag, flag, flags, keep_favourite};
pub use outcome::{Outcome, result_of, titled};
pub use panel::{Progress, add, judged_by, leave_all, panel, progress, remove, unlock};
pub use pass::{Passing, pass_on, passing};
pub use plan::calibration;
pub use preside::Presiding;
pub use record::{Reasoned, reasoned};
pub use round::{Decision, Preview, close, open, preview, reopen};
pub use say::{LETTERS, Marks, Saved, finish, save, step_aside};
