//! A log as its writer holds it: who voted for what, by which rules, under which keys; and the
//! leaves that bind the log to rules, keys, notes and results.

use std::sync::Arc;

use entity::instant::Instant;
use entity::vote_log;
use sea_orm::DatabaseConnection;
use sha2::{Digest, Sha256};

use super::in_time;
use crate::ledger::{Checkpoint, Hash, Leaf, Note, Verdict, Verifier, log_number, opened};
use crate::voting::desk::{Deed, Desk};
use crate::voting::keys::Keys;
use crate::voting::memory::Memory;
use crate::voting::policy::Policy;
use crate::voting::{Error, segment};

/// A log that is led here: what it stands on, and what its leaves say.
pub(super) struct Loaded {
    pub(super) memory: Memory,
    pub(super) policy: Arc<Policy>,
    pub(super) keys: Keys,
    /// Keys that hold from the commit on that is under way.
    pub(super) renewed: Option<Keys>,
    origin: String,
}

impl Loaded {
    /// Reads everything that the log of `row` stands on. Keys are made where there is no leaf yet.
    ///
    /// # Errors
    /// [`Error::BrokenLog`] when the rows are not what was signed last; [`Error::Keys`] when keys
    /// are missing.
    pub(super) async fn read(
        db: &DatabaseConnection,
        desk: &Desk,
        policy: Arc<Policy>,
        row: vote_log::Model,
    ) -> Result<Self, Error> {
        let last = in_time(segment::last(db, row.contest_id)).await?;
        let fresh = last.is_none().then_some(desk.fresh);
        let keys = Keys::open(&desk.keys, row.contest_id, fresh)?;
        let memory = replay(db, &row).await?;
        let keys = keys.in_force(&memory.key)?;
        let loaded = Self { memory, policy, keys, renewed: None, origin: row.origin };
        loaded.check(last.map(|last| last.checkpoint).as_deref())?;
        Ok(loaded)
    }

    /// Whether the tree that was read is the one that was signed last.
    fn check(&self, last: Option<&str>) -> Result<(), Error> {
        let Some(last) = last else { return Ok(()) };
        let by: Verifier = self.keys.signer(&self.origin).verifier();
        let head = opened(last, &by).and_then(Checkpoint::read);
        let same = head.is_some_and(|head| {
            head.size == self.memory.tree.size() && head.root == self.memory.tree.root()
        });
        if same { Ok(()) } else { Err(Error::BrokenLog) }
    }

    /// Whether the log has to be closed at `now`.
    pub(super) fn is_due(&self, now: Instant) -> bool {
        self.policy.is_over(now) && !self.memory.closed && self.memory.tree.size() > 0
    }

    /// The head of the tree as it is now, signed.
    pub(super) fn head(&self) -> String {
        let (size, root) = (self.memory.tree.size(), self.memory.tree.root());
        let head = Checkpoint { origin: self.origin.clone(), size, root };
        let keys = self.renewed.as_ref().unwrap_or(&self.keys);
        keys.signer(&self.origin).note(&head.text())
    }

    /// What the log has to be bound to before the next leaf: itself, or changed rules.
    pub(super) fn bind(&self) -> Result<Option<(Leaf, String)>, Error> {
        let (memory, rules) = (&self.memory, self.policy.rules_hash());
        if memory.tree.size() > 0 && (memory.closed || memory.rules == rules) {
            return Ok(None);
        }
        let leaf = match memory.tree.size() {
            0 => self.keys.open_leaf(memory.log, rules)?,
            _ => self.amend(rules, &self.keys),
        };
        Ok(Some((leaf, self.policy.rules().json())))
    }

    /// The leaf from which on these rules hold and these keys sign.
    pub(super) fn amend(&self, rules: Hash, keys: &Keys) -> Leaf {
        let signer = self.keys.signer(&self.origin);
        let mut leaf = Leaf::Amend {
            log: self.memory.log,
            rules,
            key: keys.signer(&self.origin).public(),
            staff: keys.staff(),
            signature: [0; 64],
        };
        let by = signer.sign(&leaf.signed_part());
        if let Leaf::Amend { signature, .. } = &mut leaf {
            *signature = by;
        }
        leaf
    }

    /// The leaf that a deed adds, if it adds one, and the text whose hash stands in it.
    /// From `closes_from` on the log may be closed; not at all where that is none.
    pub(super) fn leaf_of(
        &self,
        deed: &Deed,
        closes_from: Option<Instant>,
    ) -> Result<Option<(Leaf, String)>, Error> {
        let memory = &self.memory;
        let log = memory.log;
        Ok(match deed {
            Deed::Close(now) => {
                let closes = self.is_due(*now) && closes_from.is_some_and(|from| *now >= from);
                closes.then(|| (Leaf::Close { log, votes: memory.votes }, String::new()))
            }
            Deed::Note { verdict, from, reason, leaves, report, by } => {
                let fits = |leaf: &u64| match (verdict, memory.verdicts.get(leaf)) {
                    (_, now) if from.is_some() && now != from.as_ref() => false,
                    (Verdict::Restore, now) => now.is_some(),
                    (Verdict::Quarantine, now) => now.is_none(),
                    (Verdict::Disqualify, now) => now != Some(&Verdict::Disqualify),
                };
                let leaves: Vec<u64> = leaves.iter().copied().filter(fits).collect();
                if leaves.is_empty() {
                    return Err(Error::Decided);
                }
                let mut note = Note {
                    log,
                    verdict: *verdict,
                    reason: *reason,
                    leaves,
                    evidence: Sha256::digest(report).into(),
                    signatures: Vec::new(),
                };
                note.signatures = self.keys.sign(&Leaf::Note(note.clone()), by);
                Some((Leaf::Note(note), report.clone()))
            }
            Deed::Result(json) => {
                let result = Sha256::digest(json).into();
                (memory.result != Some(result))
                    .then(|| (Leaf::Result { log, result }, json.clone()))
            }
            Deed::Open | Deed::CatchUp | Deed::Glance | Deed::Rotate | Deed::Destroy => None,
        })
    }
}

async fn replay(db: &DatabaseConnection, row: &vote_log::Model) -> Result<Memory, Error> {
    let mut memory = Memory::new(log_number(&row.origin));
    loop {
        let from = i64::try_from(memory.tree.size()).unwrap_or(i64::MAX);
        let page = in_time(segment::page(db, row.contest_id, from..i64::MAX)).await?;
        if page.is_empty() {
            return Ok(memory);
        }
        for segment in &page {
            if u64::try_from(segment.first).ok() != Some(memory.tree.size()) {
                return Err(Error::BrokenLog);
            }
            for (leaf, details) in segment::parts(segment)? {
                memory.replay(leaf, details)?;
            }
        }
    }
}
