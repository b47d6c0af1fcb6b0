//! Lines in the rows of a table: where a number lies on the table's own scale, and how far it reaches.

use crate::judging::figures::Figures;

/// How wide a line can be, in its own units.
const WIDE: u32 = 1000;

/// A line with a mark on it, in thousandths of the scale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dash {
    /// Where it begins.
    pub from: u32,
    /// How long it is.
    pub long: u32,
    /// Where its mark stands.
    pub at: u32,
}

impl Dash {
    /// Where its mark begins, which is 24 wide and stays within the line's room.
    #[must_use]
    pub fn left(&self) -> u32 {
        self.at.saturating_sub(12).min(WIDE - 24)
    }
}

/// A stretch of numbers, from the lowest to the highest.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    lowest: f64,
    highest: f64,
}

impl Scale {
    /// Of what judges give more or less than the panel, as far as any reaches: 0 in the middle.
    pub(super) fn of_severity(told: &Figures) -> Self {
        let reach = told.judges.iter().filter_map(|one| one.severity);
        let reach = reach.map(|(effect, error)| effect.abs() + 2.0 * error).fold(0.0, f64::max);
        Self { lowest: -reach, highest: reach }
    }

    /// Of totals, from the lowest to the highest that was given.
    pub(super) fn of_totals(told: &Figures) -> Self {
        let ranges = told.entries.iter().filter_map(|one| one.range);
        let whole = ranges.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))).unwrap_or((0.0, 0.0));
        Self { lowest: whole.0, highest: whole.1 }
    }

    /// Of places, the first on the left.
    pub(super) fn of_places(told: &Figures) -> Self {
        Self { lowest: 1.0, highest: told.entries.len() as f64 }
    }

    /// The line from one number to another, with its mark.
    pub(super) fn dash(self, (from, to): (f64, f64), at: f64) -> Dash {
        let (from, to) = (self.place(from), self.place(to));
        Dash { from, long: to.saturating_sub(from), at: self.place(at) }
    }

    fn place(self, number: f64) -> u32 {
        let width = self.highest - self.lowest;
        let share = if width > 0.0 { (number - self.lowest) / width } else { 0.5 };
        (share.clamp(0.0, 1.0) * f64::from(WIDE)).round() as u32
    }
}
