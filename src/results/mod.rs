//! Results: from marks and votes to places, prizes, a publication, and entries sent up.
//!
//! [`formula`], [`rank`], [`prizes`], [`up`] and [`outcome()`] are pure and exact; [`gather()`]
//! reads everything that decides, once, and its hash says that nothing changed between proposal
//! and publication.

pub mod award;
pub mod certificate;
pub mod complaint;
pub mod formula;
pub mod outside;
pub mod prizes;
pub mod rank;
pub mod up;

mod decision;
mod effect;
mod error;
mod gate;
mod gather;
mod inputs;
mod out;
mod outcome;
mod promote;
mod publish;
mod record;
mod rows;
mod same;
mod strike;

pub use complaint::complain;
pub use decision::{Subject, decide};
pub use effect::{Moved, effect};
pub use error::Error;
pub use gate::counted_for;
pub use gather::gather;
pub use inputs::{Inputs, Problem};
pub use out::{LeftOut, left_out};
pub use outcome::{Outcome, outcome};
pub use promote::{came_up, chosen, entries_of, gone_up, held_in, promote, reckon};
pub use publish::{drop_proposal, propose, publish, refuse};
pub use rows::{awards, history, in_force, standings, winners};
pub use strike::{Strike, approve_strike, drop_strike, strike, strikes, struck_because};
