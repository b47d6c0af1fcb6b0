//! What the leaves say: format v2. Whole numbers are big-endian.

use super::Hash;

/// Before everything that is hashed or signed here and is no leaf.
pub const CTX: &str = "hoithi-vote-ledger/v2/";
const FORMAT: u8 = 2;
/// Most leaves that one note may name, so that a leaf's length fits in two bytes.
pub const MOST_NAMED: usize = 4000;

/// One leaf.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Leaf {
    /// The first: what the log binds itself to.
    Open {
        /// Number of the log, from its name: [`log_number`](super::log_number).
        log: u32,
        /// SHA-256 of the rules.
        rules: Hash,
        /// Hash of the nullifier key: [`key_hash`](super::key_hash).
        nullifier_key: Hash,
        /// Hash of the salt key.
        salt_key: Hash,
        /// Public keys of those who may sign notes.
        staff: Vec<[u8; 32]>,
    },
    /// A vote.
    Vote(Vote),
    /// Rules, the log's key or the staff, as they hold from here on.
    Amend {
        /// Number of the log.
        log: u32,
        /// SHA-256 of the rules.
        rules: Hash,
        /// Public key of the log.
        key: [u8; 32],
        /// Public keys of those who may sign notes.
        staff: Vec<[u8; 32]>,
        /// By the log's key that held so far, over [`Leaf::signed_part`].
        signature: [u8; 64],
    },
    /// A decision about votes.
    Note(Note),
    /// No votes after this.
    Close {
        /// Number of the log.
        log: u32,
        /// How many votes there are.
        votes: u64,
    },
    /// The published result.
    Result {
        /// Number of the log.
        log: u32,
        /// SHA-256 of the result's canonical JSON.
        result: Hash,
    },
}

/// A vote: what a voter chose in a slot, sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vote {
    /// Number of the log.
    pub log: u32,
    /// The entry's number where there is one vote for each entry, else the day or 0.
    pub slot: u32,
    /// How well the voter was known: 0 device … 4 member.
    pub level: u8,
    /// 0, and one more for each change of the same voter in the same slot.
    pub seq: u16,
    /// The voter in this slot: [`nullifier`](super::nullifier).
    pub nullifier: Hash,
    /// The seal: [`choice`](super::choice).
    pub commitment: Hash,
}

/// A decision about votes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Number of the log.
    pub log: u32,
    /// What was decided.
    pub verdict: Verdict,
    /// Number of the reason.
    pub reason: u16,
    /// Places of the first votes of the ballots it is about.
    pub leaves: Vec<u64>,
    /// SHA-256 of the report of what was found.
    pub evidence: Hash,
    /// Number of a staff key, and its signature over [`Leaf::signed_part`].
    pub signatures: Vec<(u8, [u8; 64])>,
}

/// What was decided about votes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Set aside until decided.
    Quarantine = 1,
    /// Not counted.
    Disqualify = 2,
    /// Counted again.
    Restore = 3,
}

impl Verdict {
    fn read(number: u8) -> Option<Self> {
        [Self::Quarantine, Self::Disqualify, Self::Restore].into_iter().find(|v| *v as u8 == number)
    }

    /// How many different people have to sign it.
    #[must_use]
    pub fn signatures(self) -> usize {
        if self == Self::Disqualify { 2 } else { 1 }
    }
}

impl Vote {
    /// Bytes of a vote.
    pub const BYTES: usize = 78;

    /// The leaf.
    #[must_use]
    pub fn bytes(&self) -> [u8; Self::BYTES] {
        let mut bytes = [0; Self::BYTES];
        bytes[0] = FORMAT;
        bytes[1] = 2;
        bytes[2..6].copy_from_slice(&self.log.to_be_bytes());
        bytes[6..10].copy_from_slice(&self.slot.to_be_bytes());
        bytes[10] = self.level;
        bytes[12..14].copy_from_slice(&self.seq.to_be_bytes());
        bytes[14..46].copy_from_slice(&self.nullifier);
        bytes[46..78].copy_from_slice(&self.commitment);
        bytes
    }
}

impl Leaf {
    /// Number of the log it belongs to.
    #[must_use]
    pub fn log(&self) -> u32 {
        match self {
            Self::Open { log, .. }
            | Self::Amend { log, .. }
            | Self::Close { log, .. }
            | Self::Result { log, .. } => *log,
            Self::Vote(vote) => vote.log,
            Self::Note(note) => note.log,
        }
    }

    fn number(&self) -> u8 {
        match self {
            Self::Open { .. } => 1,
            Self::Vote(_) => 2,
            Self::Amend { .. } => 3,
            Self::Note(_) => 4,
            Self::Close { .. } => 5,
            Self::Result { .. } => 6,
        }
    }

    /// The leaf without its signatures.
    fn unsigned(&self) -> Vec<u8> {
        if let Self::Vote(vote) = self {
            return vote.bytes().to_vec();
        }
        let mut bytes = vec![FORMAT, self.number()];
        bytes.extend_from_slice(&self.log().to_be_bytes());
        match self {
            Self::Open { rules, nullifier_key, salt_key, staff, .. } => {
                for hash in [rules, nullifier_key, salt_key] {
                    bytes.extend_from_slice(hash);
                }
                bytes.push(u8::try_from(staff.len()).unwrap_or(u8::MAX));
                bytes.extend_from_slice(&staff.concat());
            }
            Self::Amend { rules, key, staff, .. } => {
                bytes.extend_from_slice(rules);
                bytes.extend_from_slice(key);
                bytes.push(u8::try_from(staff.len()).unwrap_or(u8::MAX));
                bytes.extend_from_slice(&staff.concat());
            }
            Self::Note(note) => {
                bytes.push(note.verdict as u8);
                bytes.extend_from_slice(&note.reason.to_be_bytes());
                let count = u32::try_from(note.leaves.len()).unwrap_or(u32::MAX);
                bytes.extend_from_slice(&count.to_be_bytes());
                note.leaves.iter().for_each(|leaf| bytes.extend_from_slice(&leaf.to_be_bytes()));
                bytes.extend_from_slice(&note.evidence);
            }
            Self::Close { votes, .. } => bytes.extend_from_slice(&votes.to_be_bytes()),
            Self::Result { result, .. } => bytes.extend_from_slice(result),
            Self::Vote(_) => {}
        }
        bytes
    }

    /// What a signature in an AMEND or a NOTE is over.
    #[must_use]
    pub fn signed_part(&self) -> Vec<u8> {
        let purpose = if matches!(self, Self::Amend { .. }) { "amend\0" } else { "note\0" };
        [CTX.as_bytes(), purpose.as_bytes(), &self.unsigned()].concat()
    }

    /// The leaf as it stands in the log.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = self.unsigned();
        match self {
            Self::Amend { signature, .. } => bytes.extend_from_slice(signature),
            Self::Note(note) => {
                bytes.push(u8::try_from(note.signatures.len()).unwrap_or(u8::MAX));
                for (key, signature) in &note.signatures {
                    bytes.push(*key);
                    bytes.extend_from_slice(signature);
                }
            }
            _ => {}
        }
        bytes
    }

    /// Reads a leaf; none when it is none, or has a byte too many.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let mut rest = Rest(bytes);
        let [format, kind] = rest.take()?;
        if format != FORMAT {
            return None;
        }
        let log = u32::from_be_bytes(rest.take()?);
        let leaf = match kind {
            1 => Self::Open {
                log,
                rules: rest.take()?,
                nullifier_key: rest.take()?,
                salt_key: rest.take()?,
                staff: rest.keys()?,
            },
            2 => Self::Vote(rest.vote(log)?),
            3 => Self::Amend {
                log,
                rules: rest.take()?,
                key: rest.take()?,
                staff: rest.keys()?,
                signature: rest.take()?,
            },
            4 => Self::Note(rest.note(log)?),
            5 => Self::Close { log, votes: u64::from_be_bytes(rest.take()?) },
            6 => Self::Result { log, result: rest.take()? },
            _ => return None,
        };
        rest.0.is_empty().then_some(leaf)
    }
}

/// What is still to be read.
struct Rest<'a>(&'a [u8]);

impl Rest<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*head)
    }

    fn keys(&mut self) -> Option<Vec<[u8; 32]>> {
        let [count] = self.take()?;
        (0..count).map(|_| self.take()).collect()
    }

    fn vote(&mut self, log: u32) -> Option<Vote> {
        let slot = u32::from_be_bytes(self.take()?);
        let [level, zero] = self.take()?;
        let seq = u16::from_be_bytes(self.take()?);
        let vote =
            Vote { log, slot, level, seq, nullifier: self.take()?, commitment: self.take()? };
        (zero == 0).then_some(vote)
    }

    fn note(&mut self, log: u32) -> Option<Note> {
        let [verdict] = self.take()?;
        let verdict = Verdict::read(verdict)?;
        let reason = u16::from_be_bytes(self.take()?);
        let count = u32::from_be_bytes(self.take()?) as usize;
        if count > MOST_NAMED {
            return None;
        }
        let mut place = || Some(u64::from_be_bytes(self.take()?));
        let leaves = (0..count).map(|_| place()).collect::<Option<_>>()?;
        let evidence = self.take()?;
        let [count] = self.take()?;
        let mut signature = || {
            let [key] = self.take()?;
            Some((key, self.take()?))
        };
        let signatures = (0..count).map(|_| signature()).collect::<Option<_>>()?;
        Some(Note { log, verdict, reason, leaves, evidence, signatures })
    }
}
