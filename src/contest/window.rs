//! Stretches of time, half-open.

use entity::instant::Instant;
use entity::phase;

/// From `opens`, to just before `closes`; what was begun in it may be finished before
/// `grace_until`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// First moment.
    pub opens: Instant,
    /// End, not included.
    pub closes: Instant,
    /// End for what was begun in time; not before `closes`.
    pub grace_until: Instant,
}

impl Window {
    /// Whether `now` lies within.
    #[must_use]
    pub fn contains(&self, now: Instant) -> bool {
        self.opens <= now && now < self.closes
    }

    /// Whether something begun at `begun` may still be finished at `now`.
    #[must_use]
    pub fn lets_finish(&self, begun: Instant, now: Instant) -> bool {
        self.contains(now) || (self.contains(begun) && self.opens <= now && now < self.grace_until)
    }

    /// Whether its end has passed, grace included.
    #[must_use]
    pub fn is_over(&self, now: Instant) -> bool {
        now >= self.grace_until
    }
}

impl From<&phase::Model> for Window {
    fn from(phase: &phase::Model) -> Self {
        Self { opens: phase.opens_at, closes: phase.closes_at, grace_until: phase.grace_until }
    }
}
