//! The clock, as a value: the only place where the time is read.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use entity::instant::Instant;
use jiff::Timestamp;

/// Tells the time: the machine's, or one that a test has stopped.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The machine's clock.
    System,
    /// A clock that stands still until it is set, in microseconds since 1970.
    Stopped(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that stands at `now`.
    #[must_use]
    pub fn stopped(now: Instant) -> Self {
        Self::Stopped(Arc::new(AtomicI64::new(now.micros())))
    }

    /// The time.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is the clock")]
    pub fn now(&self) -> Instant {
        match self {
            Self::System => Timestamp::now().into(),
            Self::Stopped(micros) => Instant::from_micros(micros.load(Ordering::SeqCst))
                .unwrap_or_else(|_| Timestamp::UNIX_EPOCH.into()),
        }
    }

    /// Sets a stopped clock; the machine's is not ours to set.
    pub fn set(&self, now: Instant) {
        if let Self::Stopped(micros) = self {
            micros.store(now.micros(), Ordering::SeqCst);
        }
    }
}
