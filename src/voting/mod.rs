//! Voting: who may vote, how often, on what, and what the public sees of it.
//!
//! A vote is a leaf of the contest's log (`ledger`). One writer for each contest takes what waits,
//! commits it as one row and only then answers; rows of votes and tallies follow the log. The same
//! vote again is the same receipt, not a second vote. Addresses never decide anything: a factory
//! stands behind one.
//!
//! This room commits by itself, alone among the rooms of the domain: many people's votes are one
//! commit, and whoever asked must not be told before it.

mod ask;
mod ballot;
mod batch;
mod bundle;
pub mod cases;
mod cast;
mod choices;
mod comers;
mod coming;
mod counts;
mod deeds;
mod desk;
mod details;
mod error;
mod keys;
mod leads;
mod line;
mod links;
pub mod lists;
pub mod members;
mod memory;
mod moves;
mod names;
mod opening;
mod packed;
mod person;
mod policy;
mod project;
mod proofs;
mod receipt;
mod reply;
pub mod ruling;
mod seat;
mod segment;
mod sever;
pub mod signals;
mod told;
mod traces;
mod votes;
pub mod witness;
mod writer;

pub use ask::Act;
pub use ballot::ballot;
pub use bundle::result;
pub use cast::{Cast, Proof, Touch};
pub use coming::Coming;
pub use counts::{
    Seen, checked_counts, counts, is_closed, logged_counts, seen, statement, taken, tally_agrees,
};
pub use desk::Standing;
pub use entity::vote::State as VoteState;
pub use error::Error;
pub use leads::{Lead, leads};
pub use links::{
    NewLink, add as add_links, close as close_link, links, links_between, voters_by_link,
};
pub use opening::unopened;
pub use packed::Packed;
pub use person::Person;
pub use policy::Policy;
pub use project::forget;
pub use receipt::{Own, own};
pub use segment::checkpoint;
pub use told::{Told, told};
pub use traces::{Trace, expire};
pub use votes::Votes;
pub use witness::Config;
