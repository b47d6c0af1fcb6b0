//! A judging round as its organisers see it.

mod deal;
mod passing;
mod seats;
mod show;
mod state;

use crate::web::{Result, see_other};

pub use passing::{Passing, create as pass_on, preview as passing};
pub use seats::{add, remove, unlock};
pub(super) use show::equal;
pub use show::{Line, Show, show};
pub use state::update;

/// Back to a round's page.
fn back(slug: &str, key: &str) -> Result {
    Ok(see_other(&format!("/desk/contests/{slug}/rounds/{key}")))
}
