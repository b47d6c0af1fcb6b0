//! What voters chose, as it is held in memory: small, for there may be millions of ballots.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use crate::ledger::Hash;

/// Set in a receipt that is still a place in the batch.
pub(super) const IN_BATCH: u64 = 1 << 63;

/// One entry on a ballot; kept when it is taken back, so that a phone that sends the same touch
/// again gets the same answer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Choice {
    pub(super) entry: u32,
    pub(super) live: bool,
    pub(super) at: i64,
    pub(super) nonce: u64,
    /// First 60 bits of the leaf's hash; while the batch is not hashed, the place in the batch
    /// with [`IN_BATCH`].
    pub(super) receipt: u64,
}

/// What a voter chose in a slot.
#[derive(Clone, Debug, Default)]
pub(super) struct Ballot {
    pub(super) seq: u16,
    pub(super) choices: Choices,
}

/// Most ballots hold one choice: no allocation for it.
#[derive(Clone, Debug, Default)]
pub(super) enum Choices {
    #[default]
    None,
    One(Choice),
    Many(Vec<Choice>),
}

impl Choices {
    pub(super) fn all(&self) -> &[Choice] {
        match self {
            Self::None => &[],
            Self::One(choice) => std::slice::from_ref(choice),
            Self::Many(choices) => choices,
        }
    }

    pub(super) fn all_mut(&mut self) -> &mut [Choice] {
        match self {
            Self::None => &mut [],
            Self::One(choice) => std::slice::from_mut(choice),
            Self::Many(choices) => choices,
        }
    }

    pub(super) fn find(&mut self, entry: u32) -> Option<&mut Choice> {
        self.all_mut().iter_mut().find(|choice| choice.entry == entry)
    }

    /// Puts the choices in the order of a ballot; those that it does not name come last.
    pub(super) fn put_in_order(&mut self, entries: &[u32]) {
        if let Self::Many(choices) = self {
            let place = |choice: &Choice| entries.iter().position(|entry| *entry == choice.entry);
            choices.sort_by_key(|choice| place(choice).unwrap_or(usize::MAX));
        }
    }

    pub(super) fn live(&self) -> Vec<u32> {
        self.all().iter().filter(|choice| choice.live).map(|choice| choice.entry).collect()
    }

    /// How many more choices a ballot needs that has to name so many.
    pub(super) fn lacks(&self, least: u32) -> u32 {
        let live = self.all().iter().filter(|choice| choice.live).count();
        least.saturating_sub(u32::try_from(live).unwrap_or(u32::MAX))
    }

    /// Adds a choice at the end; one for the same entry that was taken back goes.
    pub(super) fn add(&mut self, choice: Choice) {
        *self = match std::mem::take(self) {
            Self::None => Self::One(choice),
            Self::One(old) if old.entry == choice.entry => Self::One(choice),
            Self::One(old) => Self::Many(vec![old, choice]),
            Self::Many(mut choices) => {
                choices.retain(|old| old.entry != choice.entry);
                choices.push(choice);
                Self::Many(choices)
            }
        };
    }
}

/// Pseudonyms are random already.
#[derive(Default)]
pub(super) struct AsTheyAre(u64);

impl Hasher for AsTheyAre {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.0 ^= u64::from_ne_bytes(word);
        }
    }
}

pub(super) type Ballots = HashMap<[u8; 16], Ballot, BuildHasherDefault<AsTheyAre>>;

/// The first half of a pseudonym is enough to tell voters apart.
pub(super) fn short(nullifier: &Hash) -> [u8; 16] {
    let mut key = [0; 16];
    key.copy_from_slice(&nullifier[..16]);
    key
}
