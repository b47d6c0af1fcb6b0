//! Results: from marks and votes to places, prizes, a publication, and entries sent up.
//!
//! [`formula`], [`rank`] and [`prizes`] are pure and exact; [`gather()`] reads everything that
//! decides, once, and its hash says that nothing changed between proposal and publication.

pub mod formula;
pub mod prizes;
pub mod rank;

mod gather;
mod outside;
mod promote;
mod publish;

pub use gather::{Inputs, Outcome, Problem, Subject, gather, outcome};
pub use outside::{confirm, of_contest as outside_counts, type_in};
pub use promote::{chosen, promote};
pub use publish::{
    Error, awards, complain, decide, drop_proposal, history, in_force, propose, publish, standings,
};
