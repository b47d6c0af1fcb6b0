//! Whether a crowd votes: then rows wait until it has gone.

use std::time::{Duration, Instant};

/// Votes a second that are a crowd. Each row touches pages all over the database, and costs as much
/// as several votes; while it is written no vote can be.
const MANY: f64 = 1000.0;
/// Votes that are one although they came in no time, and for how long votes are counted together: rows
/// that are written after the crowd's first votes stand in the way of those that come next.
const AT_ONCE: (usize, Duration) = (100, Duration::from_millis(100));
/// For how long rows wait at most for a crowd to go.
const LONGEST: Duration = Duration::from_secs(120);

/// The crowd, if there is one.
#[derive(Debug)]
pub(super) struct Crowd {
    /// Votes since it was counted last.
    votes: usize,
    counted_at: Instant,
    since: Option<Instant>,
}

impl Default for Crowd {
    fn default() -> Self {
        Self { votes: 0, counted_at: Instant::now(), since: None }
    }
}

impl Crowd {
    /// Votes came.
    pub(super) fn came(&mut self, votes: usize) {
        if self.counted_at.elapsed() > AT_ONCE.1 {
            self.count();
        }
        self.votes += votes;
        if self.votes > AT_ONCE.0 && self.rate() > MANY {
            self.since.get_or_insert_with(Instant::now);
        }
    }

    /// Votes a second since it was counted last.
    fn rate(&self) -> f64 {
        self.votes as f64 / self.counted_at.elapsed().as_secs_f64().max(0.001)
    }

    /// Counts what came since it was counted last.
    pub(super) fn count(&mut self) {
        self.since = if self.rate() > MANY { self.since.or(Some(self.counted_at)) } else { None };
        (self.votes, self.counted_at) = (0, Instant::now());
    }

    /// Whether rows wait for it to go.
    pub(super) fn goes_first(&self) -> bool {
        self.since.is_some_and(|since| since.elapsed() < LONGEST)
    }
}
