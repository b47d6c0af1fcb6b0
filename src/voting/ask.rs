//! What is asked of a contest's log of votes, and what it answers.

use entity::instant::Instant;
use serde::{Deserialize, Serialize};

use super::Error;
use super::person::Person;
use super::traces::Trace;
use crate::contest::definition::Level;

/// What is done with a vote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// It is given.
    Give,
    /// It is taken back.
    TakeBack,
    /// Its entry goes up by one place on the ballot.
    Raise,
}

/// What somebody asks of a log.
#[derive(Clone, Debug)]
pub(super) struct Ask {
    /// Number of the entry.
    pub(super) entry: u32,
    /// What is done with it.
    pub(super) act: Act,
    /// When the request was read.
    pub(super) at: Instant,
    /// Keyed hash of what the voter proved.
    pub(super) voter: [u8; 32],
    /// How well the voter is known.
    pub(super) level: Level,
    /// By what their own works are known.
    pub(super) person: Person,
    /// The phone's own number of this touch; 0 where it sent none.
    pub(super) nonce: u64,
    /// The group link that brought them: its number and quota; 0 where none did.
    pub(super) link: (u32, u32),
    /// Whether the work that browsers are asked for was done, or none was asked.
    pub(super) worked: bool,
    /// What is kept for a while of where they came from.
    pub(super) trace: Trace,
}

/// A vote that is in the log: its receipt, when it was read, whether it had been there before, and
/// how many more entries its ballot has to name before it counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Counted {
    pub(super) receipt: u64,
    pub(super) at: Instant,
    pub(super) again: bool,
    pub(super) missing: u32,
}

/// What comes of an ask.
pub(super) type Answer = Result<Counted, Error>;
