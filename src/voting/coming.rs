//! Votes on their way: read by a door and not yet handed to a writer. A log is not closed while one
//! that was read before the end is among them.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use entity::instant::Instant;

/// For how long a log waits for a vote: a body that takes longer holds no close up, and comes too
/// late when it comes after one.
const PATIENCE: Duration = Duration::from_secs(60);

/// Votes of this process that are on their way, by the millisecond since 1970 in which they were
/// read: how many, and when the newest came by the machine's own count.
#[derive(Clone, Debug, Default)]
pub(super) struct Doors(Arc<Mutex<BTreeMap<i64, (u32, std::time::Instant)>>>);

/// A vote on its way, for as long as this lives.
#[derive(Debug)]
pub struct Coming {
    doors: Doors,
    at: Instant,
}

impl Coming {
    /// When the request was read: the moment that decides whether it came in time.
    #[must_use]
    pub fn at(&self) -> Instant {
        self.at
    }
}

fn millisecond(micros: i64) -> i64 {
    micros.div_euclid(1000)
}

impl Doors {
    /// A vote comes, whose request was read at `at`.
    pub(super) fn enter(&self, at: Instant) -> Coming {
        let mut votes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = std::time::Instant::now();
        let (count, newest) = votes.entry(millisecond(at.micros())).or_insert((0, now));
        (*count, *newest) = (*count + 1, now);
        drop(votes);
        Coming { doors: self.clone(), at }
    }

    /// Whether a vote that was read before `end` is still on its way, and worth waiting for.
    pub(super) fn any_before(&self, end: Instant) -> bool {
        let votes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let early = votes.range(..=millisecond(end.micros() - 1));
        early.into_iter().any(|(_, (_, newest))| newest.elapsed() < PATIENCE)
    }
}

impl Drop for Coming {
    fn drop(&mut self) {
        let mut votes = self.doors.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Entry::Occupied(mut read) = votes.entry(millisecond(self.at.micros())) {
            read.get_mut().0 -= 1;
            if read.get().0 == 0 {
                read.remove();
            }
        }
    }
}
