//! A sketch of a text: the smallest hashes of its shingles, by which shared passages are estimated.
//!
//! Shingles are three syllables after everything that spellings differ in was taken away: marks,
//! case, punctuation, look-alike letters of other scripts, letters without width. The estimate is
//! that of Broder, "On the resemblance and containment of documents" (1997).

use std::collections::BTreeSet;

use unicode_normalization::UnicodeNormalization;

/// Hashes of a sketch.
const HASHES: usize = 128;

/// Syllables of a shingle.
const SYLLABLES: usize = 3;

/// A text with fewer shingles is not told from others.
const FEWEST: usize = 20;

/// A sketch: how many shingles there are, and the smallest value of each hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sketch {
    shingles: u32,
    smallest: Vec<u32>,
}

impl Sketch {
    pub(super) fn of(text: &str) -> Option<Self> {
        let syllables = syllables(text);
        let shingles: BTreeSet<u64> = syllables.windows(SYLLABLES).map(hash).collect();
        if shingles.len() < FEWEST {
            return None;
        }
        let smallest = (0..HASHES as u64)
            .map(|turn| {
                let turned = shingles.iter().map(|shingle| mixed(shingle ^ mixed(turn + 1)));
                u32::try_from(turned.min().unwrap_or(0) >> 32).unwrap_or(0)
            })
            .collect();
        Some(Self { shingles: u32::try_from(shingles.len()).unwrap_or(u32::MAX), smallest })
    }

    /// How many of all shingles two texts share, and how many of the shorter's the longer holds; in
    /// per cent.
    pub(super) fn shared(&self, other: &Self) -> (u32, u32) {
        let same = self.smallest.iter().zip(&other.smallest).filter(|(one, two)| one == two);
        let jaccard = same.count() as f64 / HASHES as f64;
        let (one, two) = (f64::from(self.shingles), f64::from(other.shingles));
        let both = jaccard / (1.0 + jaccard) * (one + two);
        let per_cent = |share: f64| (share.clamp(0.0, 1.0) * 100.0).round() as u32;
        (per_cent(jaccard), per_cent(both / one.min(two)))
    }

    pub(super) fn bytes(&self) -> impl Iterator<Item = u8> {
        std::iter::once(&self.shingles).chain(&self.smallest).flat_map(|word| word.to_le_bytes())
    }

    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let words = bytes.chunks_exact(4).filter_map(|four| four.try_into().ok());
        let words: Vec<u32> = words.map(u32::from_le_bytes).collect();
        let (shingles, smallest) = words.split_first()?;
        (smallest.len() == HASHES)
            .then(|| Self { shingles: *shingles, smallest: smallest.to_vec() })
    }
}

/// The syllables of a text, without anything in which two spellings of it may differ.
fn syllables(text: &str) -> Vec<String> {
    let bare: String = text.nfd().filter_map(plain).collect();
    bare.split_whitespace().map(str::to_owned).collect()
}

/// A letter as it counts; marks and letters without width vanish, all else is a blank.
fn plain(letter: char) -> Option<char> {
    let letter = letter.to_lowercase().next().unwrap_or(letter);
    let alike = match letter {
        'đ' => 'd',
        'а' | 'α' => 'a',
        'е' | 'ε' => 'e',
        'о' | 'ο' => 'o',
        'р' | 'ρ' => 'p',
        'с' => 'c',
        'у' | 'υ' => 'y',
        'х' | 'χ' => 'x',
        'і' | 'ι' => 'i',
        'ѕ' => 's',
        'ј' => 'j',
        'һ' => 'h',
        'к' | 'κ' => 'k',
        'т' | 'τ' => 't',
        'п' => 'n',
        other => other,
    };
    if unicode_normalization::char::is_combining_mark(alike) || is_invisible(alike) {
        None
    } else if alike.is_alphanumeric() {
        Some(alike)
    } else {
        Some(' ')
    }
}

/// Whether a letter takes no place: joiners, marks of direction, soft hyphens.
fn is_invisible(letter: char) -> bool {
    matches!(letter, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

fn hash(shingle: &[String]) -> u64 {
    let bytes = shingle.iter().flat_map(|syllable| syllable.bytes().chain([b' ']));
    mixed(bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    }))
}

/// Spreads a number over all 64 bits: the finaliser of `SplitMix64`.
fn mixed(number: u64) -> u64 {
    let number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}
