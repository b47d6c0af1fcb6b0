//! Tiles (C2SP tlog-tiles, height 8): the log as files that never change.

use std::ops::Range;

use super::Tree;

/// Hashes, or leaves, of a full tile.
const WIDTH: usize = 256;
/// Levels of tiles that a log can have.
const LEVELS: usize = 8;

/// A tile: 256 hashes or leaves, or as many as there were when it was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tile {
    /// Level of its hashes; none where it holds leaves.
    level: Option<usize>,
    number: usize,
    width: usize,
}

impl Tile {
    /// Reads a path behind `tile/`, as `0/x001/x234/067`, `1/000.p/88` or `entries/002`; none where
    /// nothing is called so.
    #[must_use]
    pub fn read(path: &str) -> Option<Self> {
        let (level, place) = path.split_once('/')?;
        let (number, width) = match place.split_once(".p/") {
            Some((number, width)) => (number, width.parse().ok()?),
            None => (place, WIDTH),
        };
        let level = if level == "entries" { None } else { Some(level.parse().ok()?) };
        let number = number.split('/').try_fold(0_usize, |number, group| {
            let digits = group.trim_start_matches('x').parse::<usize>().ok()?;
            number.checked_mul(1000)?.checked_add(digits)
        })?;
        let tile = Self { level, number, width };
        let fits = (1..=WIDTH).contains(&width) && level.is_none_or(|level| level < LEVELS);
        // There is one way to write it.
        (fits && tile.path() == path).then_some(tile)
    }

    /// Its path behind `tile/`.
    #[must_use]
    pub fn path(&self) -> String {
        let mut place = format!("{:03}", self.number % 1000);
        let mut rest = self.number / 1000;
        while rest > 0 {
            place = format!("x{:03}/{place}", rest % 1000);
            rest /= 1000;
        }
        let level = self.level.map_or("entries".to_owned(), |level| level.to_string());
        let part = if self.width < WIDTH { format!(".p/{}", self.width) } else { String::new() };
        format!("{level}/{place}{part}")
    }

    /// Places in the log of the leaves that it holds; none where it holds hashes.
    #[must_use]
    pub fn leaves(&self) -> Option<Range<u64>> {
        let from = u64::try_from(self.number.checked_mul(WIDTH)?).ok()?;
        self.level.is_none().then(|| from..from.saturating_add(self.width as u64))
    }

    /// Its hashes, one after the other; none where the tree has not so many.
    #[must_use]
    pub fn hashes(&self, tree: &Tree) -> Option<Vec<u8>> {
        let from = self.number.checked_mul(WIDTH)?;
        let hashes = tree.level(self.level? * 8).get(from..from.checked_add(self.width)?)?;
        Some(hashes.concat())
    }
}
