//! From leaves to counts: the last vote of each voter in each slot counts, unless their ballot there
//! was set aside.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::{Deserialize, Serialize};

use super::{Hash, Leaf, Note, Rules, Verdict, Vote};

/// A result, in the order of its canonical JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counts {
    /// Votes, or points where ballots are ranked, by the entry's number.
    pub counts: BTreeMap<String, u64>,
    /// Ballots that were disqualified and not restored.
    pub disqualified: u64,
    /// All votes in the log, changed ones and those taken back included.
    pub leaves: u64,
    /// Ballots that count, by the level of the voter.
    pub levels: BTreeMap<String, u64>,
    /// Ballots that are set aside and not decided.
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

/// The ballot of a voter in a slot.
#[derive(Clone, Copy, Debug)]
struct Ballot {
    /// Where it begins: by this place notes name it, whatever is changed on it later.
    first: u64,
    last: u64,
    seq: u16,
    level: u8,
}

/// Goes through a log from its beginning.
#[derive(Clone, Debug, Default)]
pub struct Fold {
    ballots: HashMap<Hash, Ballot>,
    firsts: HashSet<u64>,
    verdicts: HashMap<u64, Verdict>,
    votes: u64,
}

impl Fold {
    /// Takes the vote at `index`; says whether it follows on the voter's vote before.
    pub fn vote(&mut self, index: u64, vote: &Vote) -> bool {
        self.votes += 1;
        let before = self.ballots.get(&vote.nullifier).copied();
        let first = before.map_or(index, |before| before.first);
        let (seq, level) = (vote.seq, vote.level);
        self.ballots.insert(vote.nullifier, Ballot { first, last: index, seq, level });
        self.firsts.insert(first);
        match before {
            Some(before) => before.seq.checked_add(1) == Some(vote.seq),
            None => vote.seq == 0,
        }
    }

    /// Takes a note; says whether it names only ballots that it may be about.
    pub fn note(&mut self, note: &Note) -> bool {
        let known = note.leaves.iter().all(|first| {
            let now = self.verdicts.get(first);
            self.firsts.contains(first)
                && match note.verdict {
                    Verdict::Restore => now.is_some(),
                    Verdict::Quarantine => now.is_none(),
                    Verdict::Disqualify => now != Some(&Verdict::Disqualify),
                }
        });
        for first in &note.leaves {
            if note.verdict == Verdict::Restore {
                self.verdicts.remove(first);
            } else {
                self.verdicts.insert(*first, note.verdict);
            }
        }
        known
    }

    /// Votes so far.
    #[must_use]
    pub fn votes(&self) -> u64 {
        self.votes
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
        for ballot in self.ballots.values().filter(|one| !self.verdicts.contains_key(&one.first)) {
            let entries = chosen(ballot.last).unwrap_or_default();
            if entries.is_empty() || entries.len() < usize::from(rules.least) {
                continue;
            }
            counts.standing += 1;
            *counts.levels.entry(ballot.level.to_string()).or_default() += 1;
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
