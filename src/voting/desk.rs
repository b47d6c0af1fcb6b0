//! Between those who hand votes in and the writers: who writes, what is asked of them, how a log
//! stands.

use std::path::PathBuf;
use std::sync::{Arc, RwLock};

use entity::instant::Instant;
use tokio::sync::oneshot;

use super::Error;
use super::ask::Ask;
use super::coming::Doors;
use super::policy::Policy;
use super::reply::Address;
use crate::clock::Clock;
use crate::ledger::Verdict;

/// Who writes, and where.
#[derive(Clone, Debug)]
pub(super) struct Desk {
    /// Address of the database.
    pub(super) database: String,
    /// Folder of the keys.
    pub(super) keys: PathBuf,
    /// The site's host: logs are named after it.
    pub(super) host: String,
    /// The time, for leases.
    pub(super) clock: Clock,
    /// Name of this process, and where other nodes reach it.
    pub(super) node: (String, String),
    /// Random bytes for keys.
    pub(super) fresh: fn() -> [u8; 32],
    /// Votes that are on their way to this process's writers.
    pub(super) doors: Doors,
}

/// What others may see of a writer's policy.
pub(super) type Shown = Arc<RwLock<Option<Arc<Policy>>>>;

/// What is asked of a writer.
#[derive(Debug)]
pub(super) enum Wish {
    /// A vote, or one to be taken back.
    Cast(Ask, Address),
    /// Something else; the answer says how the log stands.
    Deed(Deed, oneshot::Sender<Result<Standing, Error>>),
}

/// What is done to a log beside votes.
#[derive(Debug)]
pub(super) enum Deed {
    /// Open it, where it has no leaf yet.
    Open,
    /// Close it when the vote is over at this moment.
    Close(Instant),
    /// Bring all projections up to it.
    CatchUp,
    /// Bring the projections one step on.
    Glance,
    /// Decide about votes.
    Note {
        /// What is decided.
        verdict: Verdict,
        /// Of those votes only about which this was decided before.
        from: Option<Verdict>,
        /// Number of the reason.
        reason: u16,
        /// Places of the first votes of the ballots.
        leaves: Vec<u64>,
        /// What was found.
        report: String,
        /// Staff keys that sign.
        by: Vec<u8>,
    },
    /// Bind the published result: canonical JSON.
    Result(String),
    /// Let new keys sign from here on.
    Rotate,
    /// Sever votes from voters and destroy the nullifier key.
    Destroy,
}

impl Deed {
    /// Whether whoever asked for it waits until rows say what the log says.
    pub(super) fn waits_for_rows(&self) -> bool {
        !matches!(self, Self::Close(_) | Self::Result(_) | Self::Glance)
    }
}

/// How a log stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Leaves.
    pub leaves: u64,
    /// Votes among them.
    pub votes: u64,
    /// Whether it takes no votes any more.
    pub closed: bool,
    /// Whether its time is over and it is still open: votes that were read before the end are on
    /// their way.
    pub waits: bool,
}
