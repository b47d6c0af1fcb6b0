//! Voting: who may vote, how often, on what, and what the public sees of it.
//!
//! A vote and its place in the tally are written in one transaction, and only then is it counted.
//! One row for each voter, entry and period: the same vote again is the same receipt, not a second
//! vote. Addresses never decide anything: a factory stands behind one.

mod cast;
mod counts;

pub use cast::{Cast, Error, Proof, cast, own, withdraw};
pub use counts::{Seen, counts, seen, statement, tally_agrees};
