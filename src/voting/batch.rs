//! What is committed at once: leaves, what goes with each, and what the voters are told then.

use entity::instant::Instant;

use super::ask::{Answer, Counted};
use super::details::Details;
use super::traces::Trace;
use crate::ledger::Leaf;

/// What came of an ask, until the batch is hashed.
#[derive(Debug)]
pub(super) enum Judged {
    /// Known at once.
    Known(Answer),
    /// The leaf at this place of the batch; whether the vote had been there before; how many entries
    /// its ballot still lacks.
    Pending(usize, Instant, bool, u32),
}

impl Judged {
    /// Whether the voter is refused.
    pub(super) fn is_refusal(&self) -> bool {
        matches!(self, Self::Known(Err(_)))
    }
}

/// Leaves and what goes with them, ready to be written.
#[derive(Debug, Default)]
pub(super) struct Batch {
    /// The leaves.
    pub(super) leaves: Vec<Vec<u8>>,
    /// What is kept beside each.
    pub(super) details: Vec<Details>,
    /// What is kept of each for a while.
    pub(super) traces: Vec<Trace>,
    /// Receipts of the votes, in the order in which they were judged.
    pub(super) receipts: Vec<u64>,
}

impl Batch {
    /// Adds a leaf that is no vote.
    pub(super) fn add(&mut self, leaf: &Leaf, details: Details) {
        self.leaves.push(leaf.bytes());
        self.details.push(details);
        self.traces.push(Trace::default());
    }

    /// What the voter is told, once the batch is committed.
    pub(super) fn answer(&self, judged: Judged) -> Answer {
        match judged {
            Judged::Known(answer) => answer,
            Judged::Pending(place, at, again, missing) => {
                let receipt = self.receipts.get(place).copied().unwrap_or(0);
                Ok(Counted { receipt, at, again, missing })
            }
        }
    }
}
