//! From leaves to counts: the last vote of each voter in each slot counts, unless it was set aside.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use super::{Hash, Leaf, Note, Rules, Verdict, Vote};

/// A result, in the order of its canonical JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counts {
    /// Votes, or points where ballots are ranked, by the entry's number.
    pub counts: BTreeMap<String, u64>,
    /// Votes that were disqualified and not restored.
    pub disqualified: u64,
    /// All votes in the log, changed ones and those taken back included.
    pub leaves: u64,
    /// Ballots that count, by the level of the voter.
    pub levels: BTreeMap<String, u64>,
    /// Votes that are set aside and not decided.
    pub quarantined: u64,
    /// Ballots that count.
    pub standing: u64,
}

impl Counts {
    /// Canonical JSON (RFC 8785).
    #[must_use]
    pub fn json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// Goes through a log from its beginning.
#[derive(Clone, Debug, Default)]
pub struct Fold {
    last: HashMap<Hash, (u64, u16)>,
    levels: HashMap<u64, u8>,
    verdicts: HashMap<u64, Verdict>,
    votes: u64,
}

impl Fold {
    /// Takes the vote at `index`; says whether it follows on the voter's vote before.
    pub fn vote(&mut self, index: u64, vote: &Vote) -> bool {
        self.votes += 1;
        self.levels.insert(index, vote.level);
        match self.last.insert(vote.nullifier, (index, vote.seq)) {
            Some((_, seq)) => seq.checked_add(1) == Some(vote.seq),
            None => vote.seq == 0,
        }
    }

    /// Takes a note; says whether it names only votes that it may be about.
    pub fn note(&mut self, note: &Note) -> bool {
        let known = note.leaves.iter().all(|leaf| {
            let now = self.verdicts.get(leaf);
            self.levels.contains_key(leaf)
                && match note.verdict {
                    Verdict::Restore => now.is_some(),
                    Verdict::Quarantine => now.is_none(),
                    Verdict::Disqualify => now != Some(&Verdict::Disqualify),
                }
        });
        for leaf in &note.leaves {
            if note.verdict == Verdict::Restore {
                self.verdicts.remove(leaf);
            } else {
                self.verdicts.insert(*leaf, note.verdict);
            }
        }
        known
    }

    /// Votes so far.
    #[must_use]
    pub fn votes(&self) -> u64 {
        self.votes
    }

    /// What is decided about the vote at `index`.
    #[must_use]
    pub fn verdict(&self, index: u64) -> Option<Verdict> {
        self.verdicts.get(&index).copied()
    }

    /// The result under `rules`; `chosen` tells what the vote at an index chose.
    pub fn counts<'a>(&self, rules: &Rules, chosen: impl Fn(u64) -> Option<&'a [u32]>) -> Counts {
        let of = |verdict| self.verdicts.values().filter(|v| **v == verdict).count() as u64;
        let mut counts = Counts {
            leaves: self.votes,
            quarantined: of(Verdict::Quarantine),
            disqualified: of(Verdict::Disqualify),
            ..Counts::default()
        };
        for (index, _) in self.last.values().filter(|(index, _)| !self.verdicts.contains_key(index))
        {
            let entries = chosen(*index).unwrap_or_default();
            if entries.is_empty() || entries.len() < usize::from(rules.least) {
                continue;
            }
            counts.standing += 1;
            let level = self.levels.get(index).copied().unwrap_or(0);
            *counts.levels.entry(level.to_string()).or_default() += 1;
            for (place, entry) in entries.iter().enumerate() {
                *counts.counts.entry(entry.to_string()).or_default() += rules.worth(place);
            }
        }
        counts
    }

    /// Goes through all of `leaves`.
    #[must_use]
    pub fn of(leaves: &[Leaf]) -> Self {
        let mut fold = Self::default();
        for (index, leaf) in leaves.iter().enumerate() {
            match leaf {
                Leaf::Vote(vote) => {
                    fold.vote(index as u64, vote);
                }
                Leaf::Note(note) => {
                    fold.note(note);
                }
                _ => {}
            }
        }
        fold
    }
}
