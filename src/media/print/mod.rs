//! Fingerprints: by what two works can be told to look or read alike.
//!
//! A picture has a hash for each of the eight ways to turn and mirror it, and one for each of many
//! windows, by which a part of it is found again. A film has hashes of frames, a text a sketch of
//! its shingles. A likeness is something for a person to look at, never a verdict.

mod sketch;

use serde::{Deserialize, Serialize};

use pixels::pdq;
pub use pixels::pdq::Hash;
pub use sketch::Sketch;

/// Two pictures whose hashes differ in so many of 256 bits look alike. Among 499,500 pairs of
/// different photographs the nearest differed in 86.
pub const ALIKE: u32 = 60;

/// The share of a film's frames, in per cent, that have to be found in another film.
const FRAMES: u32 = 60;

/// Texts share so many of all their shingles, in per cent…
const SHARED: u32 = 25;

/// …or one holds so many of the other's.
const HELD: u32 = 30;

/// The fingerprint of a work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Print {
    /// Of a picture.
    Picture {
        /// Of the whole, in eight forms; the first as it stands.
        forms: Box<[Hash; 8]>,
        /// Of its windows.
        windows: Vec<Hash>,
    },
    /// Of a film: of each frame, in eight forms.
    Film(Vec<[Hash; 8]>),
    /// Of a text.
    Text(Sketch),
}

/// In what two works are alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// The same picture.
    Whole,
    /// The same picture, turned or mirrored.
    Turned,
    /// One is a part of the other.
    Crop,
    /// Films share frames.
    Film,
    /// Texts share passages.
    Text,
}

impl Shape {
    /// Its name in the database, and in the keys of words.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::Turned => "turned",
            Self::Crop => "crop",
            Self::Film => "film",
            Self::Text => "text",
        }
    }
}

/// How alike two works are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Likeness {
    /// In what.
    pub shape: Shape,
    /// How far from being the same: bits of 256 for pictures, per cent for films and texts.
    pub distance: u32,
}

impl Print {
    /// The fingerprint of a picture: grey values, row by row.
    ///
    /// `None` for a picture so plain that it looks like every other.
    #[must_use]
    pub fn of_picture(grey: &[u8], width: usize, height: usize) -> Option<Self> {
        let (forms, windows) = pdq::picture(grey, width, height)?;
        Some(Self::Picture { forms: Box::new(forms), windows })
    }

    /// The fingerprint of a film: grey frames of 64 × 64, one behind the other.
    #[must_use]
    pub fn of_frames(frames: &[u8]) -> Option<Self> {
        let forms: Vec<_> = frames.chunks_exact(64 * 64).filter_map(pdq::frame).collect();
        (!forms.is_empty()).then_some(Self::Film(forms))
    }

    /// The fingerprint of a text; `None` for one too short to be told from others.
    #[must_use]
    pub fn of_text(text: &str) -> Option<Self> {
        Sketch::of(text).map(Self::Text)
    }

    /// Its name in the database.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Picture { .. } => "picture",
            Self::Film(_) => "film",
            Self::Text(_) => "text",
        }
    }

    /// As bytes: a letter for the kind, then numbers, the lowest byte first.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Picture { forms, windows } => {
                let hashes = forms.iter().chain(windows).flat_map(Hash::bytes);
                std::iter::once(b'p').chain(hashes).collect()
            }
            Self::Film(frames) => {
                std::iter::once(b'f').chain(frames.iter().flatten().flat_map(Hash::bytes)).collect()
            }
            Self::Text(sketch) => std::iter::once(b't').chain(sketch.bytes()).collect(),
        }
    }

    /// Reads [`Print::bytes`].
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let (kind, rest) = bytes.split_first()?;
        if *kind == b't' {
            return Sketch::read(rest).map(Self::Text);
        }
        let hashes: Vec<Hash> = rest.chunks_exact(32).filter_map(Hash::read).collect();
        match kind {
            b'p' => {
                let (forms, windows) = hashes.split_at_checked(8)?;
                Some(Self::Picture {
                    forms: Box::new(forms.try_into().ok()?),
                    windows: windows.to_vec(),
                })
            }
            b'f' => {
                let forms = hashes.chunks_exact(8).filter_map(|eight| eight.try_into().ok());
                Some(Self::Film(forms.collect()))
            }
            _ => None,
        }
    }

    /// How alike two works are, where they are alike enough to be looked at.
    #[must_use]
    pub fn likeness(&self, other: &Self) -> Option<Likeness> {
        match (self, other) {
            (Self::Picture { forms, windows }, Self::Picture { forms: others, windows: parts }) => {
                pictures((forms, windows), (others, parts))
            }
            (Self::Film(frames), Self::Film(others)) => films(frames, others),
            (Self::Text(sketch), Self::Text(other)) => {
                let (shared, held) = sketch.shared(other);
                (shared >= SHARED || held >= HELD)
                    .then(|| Likeness { shape: Shape::Text, distance: 100 - shared.max(held) })
            }
            _ => None,
        }
    }
}

type Picture<'a> = (&'a [Hash; 8], &'a [Hash]);

fn pictures(one: Picture<'_>, other: Picture<'_>) -> Option<Likeness> {
    let whole = other.0[0];
    let straight = one.0[0].distance(&whole);
    let turned = one.0[1..].iter().map(|form| form.distance(&whole)).min().unwrap_or(256);
    if straight <= ALIKE && straight <= turned {
        return Some(Likeness { shape: Shape::Whole, distance: straight });
    }
    if turned <= ALIKE {
        return Some(Likeness { shape: Shape::Turned, distance: turned });
    }
    let part = nearest(&one.0[0], other.1).min(nearest(&whole, one.1));
    (part <= ALIKE).then_some(Likeness { shape: Shape::Crop, distance: part })
}

/// The least distance of a hash from any of these.
#[must_use]
pub fn nearest(hash: &Hash, others: &[Hash]) -> u32 {
    others.iter().map(|other| hash.distance(other)).min().unwrap_or(256)
}

fn films(one: &[[Hash; 8]], other: &[[Hash; 8]]) -> Option<Likeness> {
    let share = (0..8).map(|form| found(one, other, form).max(found(other, one, form))).max()?;
    (share >= FRAMES).then_some(Likeness { shape: Shape::Film, distance: 100 - share })
}

/// The share of frames, in per cent, that the other film has too, where `one` is brought into a form.
fn found(one: &[[Hash; 8]], other: &[[Hash; 8]], form: usize) -> u32 {
    let has = |frame: &&[Hash; 8]| other.iter().any(|o| frame[form].distance(&o[0]) <= ALIKE);
    let found = one.iter().filter(has).count();
    u32::try_from(found * 100 / one.len().max(1)).unwrap_or(0)
}
