//! A judging round as its organisers see it.

mod deal;
mod passing;
mod seats;
mod show;
mod state;

pub use passing::{Passing, create as pass_on, preview as passing};
pub use seats::{add, remove, unlock};
pub(super) use show::equal;
pub use show::{Line, Show, show};
pub use state::update;
