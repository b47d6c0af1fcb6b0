//! Where votes are handed in: the queues of all writers of this process.

use std::collections::HashMap;
use std::fs::File;
use std::path::Path;
use std::sync::atomic::AtomicI64;
use std::sync::{Arc, PoisonError, RwLock};

use entity::id::ContestId;
use entity::instant::Instant;
use tokio::sync::mpsc;

use super::coming::{Coming, Doors};
use super::desk::{Desk, Shown, Wish};
use super::packed::Making;
use super::policy::Policy;
use super::proofs::Trees;
use super::{Error, seat, writer};
use crate::clock::Clock;

/// Votes that may wait in a queue; beyond it voters are told to come again.
const QUEUE: usize = 8192;

/// Where votes are handed in: the queues of all writers of this process. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Votes(Arc<Inside>);

#[derive(Debug)]
struct Inside {
    desk: Desk,
    lanes: RwLock<HashMap<ContestId, Lane>>,
    codes: RwLock<HashMap<String, (ContestId, u32)>>,
    trees: Trees,
    packing: Making,
    /// Held for as long as the process lives, where its name is that of its data folder.
    _seat: Option<File>,
}

/// The way to the writer of a contest.
#[derive(Clone, Debug)]
pub(super) struct Lane {
    pub(super) asks: mpsc::Sender<Wish>,
    shown: Shown,
    /// The second in which somebody last looked at a ballot.
    pub(super) glanced: Arc<AtomicI64>,
}

impl Votes {
    /// Where votes are handed in for the database at this address. Keys are in `votes` of the data
    /// folder, `base` is the site's address, `url` the one by which other nodes reach this process
    /// (empty: there are none), `fresh` makes random bytes.
    #[must_use]
    pub fn open(
        database: &str,
        folder: &Path,
        (base, url): (&str, &str),
        clock: Clock,
        fresh: fn() -> [u8; 32],
    ) -> Self {
        let (name, seat) = seat::take(folder, fresh);
        let host = base.split_once("://").map_or(base, |(_, host)| host).trim_end_matches('/');
        let desk = Desk {
            database: database.to_owned(),
            keys: folder.join("votes"),
            host: host.to_owned(),
            clock,
            node: (name, url.to_owned()),
            fresh,
            doors: Doors::default(),
        };
        let (lanes, codes, trees, packing) = Default::default();
        Self(Arc::new(Inside { desk, lanes, codes, trees, packing, _seat: seat }))
    }

    /// Who writes, and where.
    pub(super) fn desk(&self) -> &Desk {
        &self.0.desk
    }

    /// Trees for proofs.
    pub(super) fn trees(&self) -> &Trees {
        &self.0.trees
    }

    /// Bundles that are being made.
    pub(super) fn packing(&self) -> &Making {
        &self.0.packing
    }

    /// The way to a contest's writer, which is started where it does not run.
    pub(super) fn lane(&self, contest: ContestId) -> Lane {
        let open = |lane: &&Lane| !lane.asks.is_closed();
        let lanes = self.0.lanes.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(lane) = lanes.get(&contest).filter(open) {
            return lane.clone();
        }
        drop(lanes);
        let mut lanes = self.0.lanes.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(lane) = lanes.get(&contest).filter(open) {
            return lane.clone();
        }
        let (asks, queue) = mpsc::channel(QUEUE);
        let lane = Lane { asks, shown: Shown::default(), glanced: Arc::default() };
        writer::start(contest, self.0.desk.clone(), Arc::clone(&lane.shown), queue);
        lanes.insert(contest, lane.clone());
        lane
    }

    /// Hands a wish to a contest's writer, which is started where it does not run.
    ///
    /// # Errors
    /// [`Error::Busy`] when too many wait.
    pub(super) fn hand_in(&self, contest: ContestId, wish: Wish) -> Result<(), Error> {
        let lanes = self.0.lanes.read().unwrap_or_else(PoisonError::into_inner);
        let sent = match lanes.get(&contest) {
            Some(lane) if !lane.asks.is_closed() => lane.asks.try_send(wish),
            _ => {
                drop(lanes);
                self.lane(contest).asks.try_send(wish)
            }
        };
        sent.map_err(|_| Error::Busy)
    }

    /// The way to a contest's writer, where one was started.
    pub(super) fn known_lane(&self, contest: ContestId) -> Option<Lane> {
        let lanes = self.0.lanes.read().unwrap_or_else(PoisonError::into_inner);
        lanes.get(&contest).cloned()
    }

    /// The policy of a contest, when a writer has read it.
    #[must_use]
    pub fn policy(&self, contest: ContestId) -> Option<Arc<Policy>> {
        let lanes = self.0.lanes.read().unwrap_or_else(PoisonError::into_inner);
        let shown = lanes.get(&contest)?.shown.read().unwrap_or_else(PoisonError::into_inner);
        shown.clone()
    }

    /// Contest and number of the entry with this code, when a vote for it came before.
    #[must_use]
    pub fn known(&self, code: &str) -> Option<(ContestId, u32)> {
        let codes = self.0.codes.read().unwrap_or_else(PoisonError::into_inner);
        codes.get(code).copied()
    }

    /// Remembers contest and number of an entry; neither ever changes.
    pub fn remember(&self, code: &str, contest: ContestId, number: u32) {
        let mut codes = self.0.codes.write().unwrap_or_else(PoisonError::into_inner);
        codes.insert(code.to_owned(), (contest, number));
    }

    /// Says that a vote comes, whose request was read at `at`. No log is closed before what becomes
    /// of it is known, if it was read before the end.
    #[must_use]
    pub fn enter(&self, at: Instant) -> Coming {
        self.0.desk.doors.enter(at)
    }
}
