//! Whether a pool's connections still come and go.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use sqlx::PgPool;

/// All connections of a pool are lost when all are out and none came or went for so long: longer than
/// a statement waits for a lock.
const LOST: Duration = Duration::from_secs(15);

/// How the connections of a pool fare.
#[derive(Debug)]
pub(super) struct Pulse {
    since: Instant,
    /// Milliseconds after `since` at which a connection came or went last.
    beat_at: AtomicU64,
    missed: AtomicBool,
}

impl Default for Pulse {
    fn default() -> Self {
        Self { since: Instant::now(), beat_at: AtomicU64::new(0), missed: AtomicBool::new(false) }
    }
}

impl Pulse {
    /// A connection came or went.
    pub(super) fn beat(&self) {
        self.beat_at.store(self.now(), Ordering::Relaxed);
    }

    /// A connection did not answer.
    pub(super) fn miss(&self) {
        self.missed.store(true, Ordering::Relaxed);
    }

    /// Whether others are needed than those of this pool.
    pub(super) fn is_gone(&self, pool: &PgPool) -> bool {
        if !self.missed.load(Ordering::Relaxed) {
            let all_out =
                pool.num_idle() == 0 && pool.size() >= pool.options().get_max_connections();
            let beat_at = Duration::from_millis(self.beat_at.load(Ordering::Relaxed));
            if !all_out || self.since.elapsed() < beat_at + LOST {
                return false;
            }
            self.miss();
        }
        true
    }

    fn now(&self) -> u64 {
        u64::try_from(self.since.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}
