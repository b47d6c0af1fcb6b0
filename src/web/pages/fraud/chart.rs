//! Votes over time as bars: numbers for an SVG and for the table that says the same.

use entity::instant::Instant;

/// Bars of a chart.
const BARS: i64 = 48;
/// Height of the chart.
const HIGH: i64 = 100;
/// Width of a bar and its gap.
const WIDE: i64 = 10;

/// A bar: two parts, one on the other.
pub(super) struct Bar {
    /// When it begins.
    pub(super) at: Instant,
    /// Votes of the case.
    pub(super) suspect: i64,
    /// Other votes of the entry.
    pub(super) other: i64,
    /// Left edge.
    pub(super) x: i64,
    /// Top and height of the votes of the case, which stand on the ground.
    pub(super) dark: (i64, i64),
    /// Top and height of the others, which stand on these.
    pub(super) pale: (i64, i64),
}

/// A chart, 480 wide and 100 high.
pub(super) struct Chart {
    /// Its bars.
    pub(super) bars: Vec<Bar>,
    /// Most votes of a bar.
    pub(super) most: i64,
}

/// What a chart of votes from `first` to `last` shows: half as much again on either side, in whole
/// minutes.
pub(super) fn span(first: Instant, last: Instant) -> (Instant, Instant) {
    let minutes = (last.micros() - first.micros()) / 60_000_000;
    let beside = (minutes / 2).max(60);
    let each = ((minutes + 2 * beside) / BARS + 1) * 60;
    let begin = first.plus_seconds(-60 * beside);
    let begin = begin.plus_seconds(-(begin.micros() / 1_000_000).rem_euclid(60));
    (begin, begin.plus_seconds(each * BARS))
}

/// Draws votes between two moments as [`span`] gives them.
pub(super) fn draw(votes: &[(Instant, bool)], (begin, end): (Instant, Instant)) -> Chart {
    let each = ((end.micros() - begin.micros()) / BARS).max(1);
    let mut counts = vec![(0_i64, 0_i64); BARS as usize];
    for (at, suspect) in votes {
        let place = (at.micros() - begin.micros()) / each;
        if let Some(bar) = usize::try_from(place).ok().and_then(|place| counts.get_mut(place)) {
            if *suspect { bar.0 += 1 } else { bar.1 += 1 }
        }
    }
    let most = counts.iter().map(|(suspect, other)| suspect + other).max().unwrap_or(0).max(1);
    let bars = (0..).zip(counts).map(|(place, (suspect, other))| {
        let dark = (suspect * HIGH + most / 2) / most;
        let both = ((suspect + other) * HIGH + most / 2) / most;
        Bar {
            at: begin.plus_seconds(place * each / 1_000_000),
            suspect,
            other,
            x: place * WIDE,
            dark: (HIGH - dark, dark),
            pale: (HIGH - both, both - dark),
        }
    });
    Chart { bars: bars.collect(), most }
}

impl Chart {
    /// Bars in which something is.
    pub(super) fn filled(&self) -> impl Iterator<Item = &Bar> {
        self.bars.iter().filter(|bar| bar.suspect + bar.other > 0)
    }
}
