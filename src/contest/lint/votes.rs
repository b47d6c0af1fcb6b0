//! The public vote: ballots that can be filled, bands that can be told.

use super::Findings;
use crate::contest::definition::{Definition, VoteLimit};

/// Most entries of a ballot that the log of votes can hold.
const MOST: u32 = 255;

pub(super) fn check(definition: &Definition, found: &mut Findings) {
    let Some(voting) = &definition.voting else { return };
    let most = match voting.limit {
        VoteLimit::OnePerEntry => 1,
        VoteLimit::PerDay(most) | VoteLimit::InAll(most) => most,
    };
    if most > MOST {
        found.error("/voting/limit", "lint-ballot-size").with("most", MOST);
    }
    if voting.least > most {
        found.error("/voting/least", "lint-least-beyond-the-ballot").with("most", most);
    }
    if voting.points.len() > most as usize {
        found.error("/voting/points", "lint-points-beyond-the-ballot").with("most", most);
    }
    if voting.points.windows(2).any(|pair| pair[0] < pair[1]) {
        found.error("/voting/points", "lint-points-rise");
    }
    if voting.change == Some(true) && !voting.withdrawal && voting.points.is_empty() {
        found.warning("/voting/change", "lint-change-changes-nothing");
    }
    let rises = voting.bands.windows(2).all(|pair| pair[0] < pair[1]);
    if !rises || voting.bands.first() == Some(&0) {
        found.error("/voting/bands", "lint-bands-not-ascending");
    }
}
