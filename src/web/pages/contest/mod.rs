//! What the public sees of contests: the front page, a contest, its gallery.

mod conditions;
mod gallery;
mod index;
mod preview;
pub(super) mod seen;
mod show;

pub(crate) use conditions::declared;
pub use gallery::{Gallery, gallery};
pub use index::{Index, Line, index};
pub use preview::preview;
pub(crate) use seen::{gallery_is_open, names_are_shown, phase_now, public};
pub use show::{Prize, Show, Step, show};
