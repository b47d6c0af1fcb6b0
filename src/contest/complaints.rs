//! When complaints are taken: in the phase for it, counted from the publication.

use entity::instant::Instant;

use super::{Contest, Window};
use crate::contest::definition::PhaseKind;

/// Seconds of a day.
const DAY: i64 = 24 * 3600;

impl Contest {
    /// Windows for complaints, earliest first. Where the result is published before the last of
    /// them, that one begins with the publication; where it is published later, it lasts as long
    /// from then on, so that nobody has less time to complain than the rules say.
    pub fn complaints(&self) -> impl Iterator<Item = Window> {
        let all: Vec<Window> = self.windows(PhaseKind::Complaint).collect();
        let last = all.len();
        let published = self.row.published_at;
        all.into_iter().zip(1..).map(move |(window, place)| match published {
            Some(at) if place == last => counted_from(window, at),
            _ => window,
        })
    }

    /// The window for complaints that is open now.
    #[must_use]
    pub fn takes_complaints(&self, now: Instant) -> Option<Window> {
        self.complaints().find(|window| window.contains(now))
    }
}

fn counted_from(window: Window, at: Instant) -> Window {
    // Whole days: who publishes on the first one, at whatever hour, publishes in time.
    let days = (at.micros() - window.opens.micros()).max(0) / (DAY * 1_000_000);
    let later = |end: Instant| end.plus_seconds(days * DAY);
    Window {
        opens: window.opens.min(at),
        closes: later(window.closes),
        grace_until: later(window.grace_until),
    }
}
