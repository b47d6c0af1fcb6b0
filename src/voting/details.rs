//! What is kept beside each leaf and never published as it is: bytes in the same row.

use entity::instant::Instant;

/// What is kept beside a leaf.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Details {
    /// Beside a vote.
    Vote {
        /// When the request was read.
        at: Instant,
        /// Keyed hash of what the voter proved.
        voter: [u8; 32],
        /// The phone's own number of the touch.
        nonce: u64,
        /// The group link that brought the voter; 0 where none did.
        link: u32,
        /// What the ballot says now: numbers of the chosen entries, in order.
        entries: Vec<u32>,
    },
    /// Beside anything else: the text whose hash stands in the leaf, or nothing.
    Text(String),
}

impl Default for Details {
    fn default() -> Self {
        Self::Text(String::new())
    }
}

impl Details {
    /// The bytes.
    pub(super) fn write(&self, to: &mut Vec<u8>) {
        match self {
            Self::Vote { at, voter, nonce, link, entries } => {
                to.push(0);
                to.extend_from_slice(&at.micros().to_be_bytes());
                to.extend_from_slice(voter);
                to.extend_from_slice(&nonce.to_be_bytes());
                to.extend_from_slice(&link.to_be_bytes());
                entries.iter().for_each(|entry| to.extend_from_slice(&entry.to_be_bytes()));
            }
            Self::Text(text) => {
                to.push(1);
                to.extend_from_slice(text.as_bytes());
            }
        }
    }

    /// Reads the bytes.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let (kind, rest) = bytes.split_first()?;
        if *kind == 1 {
            return Some(Self::Text(String::from_utf8(rest.to_vec()).ok()?));
        }
        let (at, rest) = rest.split_first_chunk()?;
        let (voter, rest) = rest.split_first_chunk()?;
        let (nonce, rest) = rest.split_first_chunk()?;
        let (link, rest) = rest.split_first_chunk()?;
        let entry = |bytes: &[u8; 4]| u32::from_be_bytes(*bytes);
        Some(Self::Vote {
            at: Instant::from_micros(i64::from_be_bytes(*at)).ok()?,
            voter: *voter,
            nonce: u64::from_be_bytes(*nonce),
            link: u32::from_be_bytes(*link),
            entries: rest.as_chunks::<4>().0.iter().map(entry).collect(),
        })
    }
}
