//! A log in memory: who voted for what, and how the tree goes on. Rebuilt from the rows at start;
//! dropped and rebuilt whenever a commit fails.

use std::collections::HashMap;

use entity::instant::Instant;

use super::ask::{Act, Ask, Counted};
use super::batch::{Batch, Judged};
use super::choices::{Ballot, Ballots, Choice, Choices, IN_BATCH, short};
use super::comers::{Came, Comers};
use super::details::Details;
use super::keys::Keys;
use super::policy::Policy;
use super::traces::Trace;
use super::{Error, receipt};
use crate::contest::definition::Level;
use crate::ledger::{Frontier, Hash, Leaf, Verdict, Vote, leaf_hash};

/// A leaf that waits for its batch to be committed.
#[derive(Debug)]
struct Pending {
    key: [u8; 16],
    /// The ballot as it was before.
    before: Option<Ballot>,
    /// The link and the person, where the person is new to the link.
    came: Option<Came>,
    entry: u32,
    vote: Vote,
    details: Details,
    trace: Trace,
}

/// A log in memory.
#[derive(Debug)]
pub(super) struct Memory {
    /// Number of the log.
    pub(super) log: u32,
    /// The tree so far.
    pub(super) tree: Frontier,
    /// Hash of the rules that hold.
    pub(super) rules: Hash,
    /// Public key of the log that the newest AMEND names; all zero where there is none.
    pub(super) key: [u8; 32],
    /// The rules that hold: canonical JSON.
    pub(super) text: String,
    /// Votes so far.
    pub(super) votes: u64,
    /// Whether there is a CLOSE.
    pub(super) closed: bool,
    /// The result that the newest RESULT leaf publishes.
    pub(super) result: Option<Hash>,
    /// What is decided about ballots, by their first leaves.
    pub(super) verdicts: HashMap<u64, Verdict>,
    ballots: Ballots,
    comers: Comers,
    /// Judged, not in the tree yet.
    pending: Vec<Pending>,
    /// In the tree, not committed yet.
    sealed: Vec<Pending>,
}

impl Memory {
    /// An empty log.
    pub(super) fn new(log: u32) -> Self {
        Self {
            log,
            tree: Frontier::default(),
            rules: [0; 32],
            key: [0; 32],
            text: String::new(),
            votes: 0,
            closed: false,
            result: None,
            verdicts: HashMap::new(),
            ballots: Ballots::default(),
            comers: Comers::default(),
            pending: Vec::new(),
            sealed: Vec::new(),
        }
    }

    /// Takes a leaf that is committed.
    ///
    /// # Errors
    /// [`Error::BrokenLog`] when it is none.
    pub(super) fn replay(&mut self, bytes: &[u8], details: &[u8]) -> Result<(), Error> {
        let hash = leaf_hash(bytes);
        self.tree.push(hash);
        let leaf = Leaf::read(bytes).ok_or(Error::BrokenLog)?;
        let details = Details::read(details).ok_or(Error::BrokenLog)?;
        if let Details::Text(text) = &details {
            self.heed(&leaf, text);
            return Ok(());
        }
        if let Leaf::Vote(vote) = &leaf {
            let Details::Vote { at, nonce, link, entries, voter } = details else {
                return Err(Error::BrokenLog);
            };
            self.votes += 1;
            self.comers.come((link, vote.level), &voter);
            let ballot = self.ballots.entry(short(&vote.nullifier)).or_default();
            ballot.seq = vote.seq;
            for choice in ballot.choices.all_mut() {
                choice.live &= entries.contains(&choice.entry);
            }
            let known = ballot.choices.live();
            for entry in entries.iter().copied().filter(|entry| !known.contains(entry)) {
                let (at, receipt) = (at.micros(), receipt::of(&hash));
                ballot.choices.add(Choice { entry, live: true, at, nonce, receipt });
            }
            ballot.choices.put_in_order(&entries);
        }
        Ok(())
    }

    /// Heeds a leaf that is no vote, and the text whose hash stands in it.
    pub(super) fn heed(&mut self, leaf: &Leaf, text: &str) {
        if let Leaf::Open { .. } | Leaf::Amend { .. } = leaf {
            text.clone_into(&mut self.text);
        }
        match leaf {
            Leaf::Open { rules, .. } => self.rules = *rules,
            Leaf::Amend { rules, key, .. } => (self.rules, self.key) = (*rules, *key),
            Leaf::Close { .. } => self.closed = true,
            Leaf::Result { result, .. } => self.result = Some(*result),
            Leaf::Note(note) => {
                for leaf in &note.leaves {
                    match note.verdict {
                        Verdict::Restore => self.verdicts.remove(leaf),
                        verdict => self.verdicts.insert(*leaf, verdict),
                    };
                }
            }
            Leaf::Vote(_) => {}
        }
    }

    /// Judges an ask; a new vote waits for [`Memory::seal`].
    pub(super) fn judge(&mut self, policy: &Policy, keys: &Keys, ask: &Ask) -> Judged {
        match self.consider(policy, keys, ask) {
            Ok(judged) => judged,
            Err(error) => Judged::Known(Err(error)),
        }
    }

    fn consider(&mut self, policy: &Policy, keys: &Keys, ask: &Ask) -> Result<Judged, Error> {
        if self.closed {
            return Err(Error::Closed);
        }
        let slot = policy.slot(ask.entry, ask.at);
        match ask.act {
            Act::Give => policy.admits(ask.entry, (ask.level, &ask.person), ask.at)?,
            Act::TakeBack => policy.changes(policy.voting.withdrawal, ask.at)?,
            Act::Raise => policy.changes(policy.voting.may_change(), ask.at)?,
        }
        let nullifier = keys.nullifier(self.log, slot, &ask.voter)?;
        let key = short(&nullifier);
        let ballot = self.ballots.get_mut(&key);
        let seq = match &ballot {
            Some(ballot) => ballot.seq.checked_add(1).ok_or(Error::Stays)?,
            None => 0,
        };
        let least = policy.voting.least;
        if let Some(judged) = ballot.and_then(|ballot| again(ballot, ask, least)) {
            return Ok(judged);
        }
        let choices = self.ballots.get(&key).map(|ballot| &ballot.choices);
        let mut entries = choices.map(Choices::live).unwrap_or_default();
        // Where nothing may be changed, what was taken back is spent.
        let spent = choices.is_some_and(|choices| choices.all().len() >= policy.most() as usize);
        if ask.act == Act::Give && spent && !policy.voting.may_change() {
            return Err(Error::Spent(policy.most()));
        }
        let level = self.level(policy, ask)?;
        let place = entries.iter().position(|entry| *entry == ask.entry);
        match (ask.act, place) {
            (Act::Give, _) if entries.len() >= policy.most() as usize => {
                return Err(Error::NoVotesLeft(policy.most()));
            }
            (Act::Give, _) => entries.push(ask.entry),
            (_, None) => return Err(Error::Unknown),
            (Act::TakeBack, Some(place)) => {
                entries.remove(place);
            }
            (Act::Raise, Some(0)) => {
                let none = Counted { receipt: 0, at: ask.at, again: true, missing: 0 };
                return Ok(Judged::Known(Ok(none)));
            }
            (Act::Raise, Some(place)) => entries.swap(place - 1, place),
        }
        let mut vote =
            Vote { log: self.log, slot, level: level as u8, seq, nullifier, commitment: [0; 32] };
        vote.commitment = keys.seal(&vote, &entries);
        Ok(self.put(ask, (key, vote), entries, least))
    }

    /// The level at which a vote is counted: a link beyond its quota, or closed, proves nothing any
    /// more to whoever comes new, and spares nobody the work.
    fn level(&self, policy: &Policy, ask: &Ask) -> Result<Level, Error> {
        let holds = self.comers.may_come(ask.link, policy.is_closed(ask.link.0), &ask.voter);
        if ask.level != Level::GroupLink || ask.act != Act::Give || holds {
            return Ok(ask.level);
        }
        if policy.voting.level > Level::Device {
            return Err(Error::LinkUsedUp);
        }
        if ask.worked { Ok(Level::Device) } else { Err(Error::NeedsWork) }
    }

    fn put(
        &mut self,
        ask: &Ask,
        (key, vote): ([u8; 16], Vote),
        entries: Vec<u32>,
        least: u32,
    ) -> Judged {
        let place = self.pending.len();
        let came = self.comers.come((ask.link.0, vote.level), &ask.voter);
        let before = self.ballots.get(&key).cloned();
        let ballot = self.ballots.entry(key).or_default();
        ballot.seq = vote.seq;
        match ask.act {
            Act::Give => {
                let (entry, at, nonce) = (ask.entry, ask.at.micros(), ask.nonce);
                let receipt = IN_BATCH | place as u64;
                ballot.choices.add(Choice { entry, live: true, at, nonce, receipt });
            }
            Act::TakeBack => {
                if let Some(choice) = ballot.choices.find(ask.entry) {
                    choice.live = false;
                }
            }
            Act::Raise => ballot.choices.put_in_order(&entries),
        }
        let missing = ballot.choices.lacks(least);
        let details = Details::Vote {
            at: ask.at,
            voter: ask.voter,
            nonce: ask.nonce,
            link: ask.link.0,
            entries,
        };
        let (entry, trace) = (ask.entry, ask.trace);
        self.pending.push(Pending { key, before, came, entry, vote, details, trace });
        Judged::Pending(place, ask.at, false, missing)
    }

    /// Whether nothing waits to be sealed.
    pub(super) fn is_idle(&self) -> bool {
        self.pending.is_empty()
    }

    /// Puts what waits into `batch`, in the order of pseudonyms, which tells nothing of who came
    /// first, and grows the tree by all of it.
    pub(super) fn seal(&mut self, batch: &mut Batch) {
        for leaf in &batch.leaves {
            self.tree.push(leaf_hash(leaf));
        }
        batch.receipts = vec![0; self.pending.len()];
        let mut order: Vec<usize> = (0..self.pending.len()).collect();
        order.sort_by_key(|place| (self.pending[*place].key, self.pending[*place].vote.seq));
        for place in order {
            let one = &mut self.pending[place];
            let bytes = one.vote.bytes();
            let hash = leaf_hash(&bytes);
            let receipt = receipt::of(&hash);
            self.tree.push(hash);
            self.votes += 1;
            batch.receipts[place] = receipt;
            batch.leaves.push(bytes.to_vec());
            batch.details.push(std::mem::take(&mut one.details));
            batch.traces.push(one.trace);
            let choice = self.ballots.get_mut(&one.key).and_then(|b| b.choices.find(one.entry));
            if let Some(choice) = choice.filter(|choice| choice.receipt == IN_BATCH | place as u64)
            {
                choice.receipt = receipt;
            }
        }
        self.sealed.append(&mut self.pending);
    }

    /// Forgets what was sealed: it is committed.
    pub(super) fn committed(&mut self) {
        self.sealed.clear();
    }

    /// Takes back what is not committed, down to the tree as it was `before`.
    pub(super) fn undo(&mut self, before: Frontier) {
        self.tree = before;
        self.votes -= self.sealed.len() as u64;
        self.sealed.append(&mut self.pending);
        for one in std::mem::take(&mut self.sealed).into_iter().rev() {
            match one.before {
                Some(ballot) => self.ballots.insert(one.key, ballot),
                None => self.ballots.remove(&one.key),
            };
            self.comers.forget(one.came);
        }
    }
}

/// The answer to a touch that was counted before.
fn again(ballot: &mut Ballot, ask: &Ask, least: u32) -> Option<Judged> {
    if ask.act != Act::Give {
        return None;
    }
    let missing = ballot.choices.lacks(least);
    let choice = ballot.choices.find(ask.entry)?;
    if !choice.live && (ask.nonce == 0 || choice.nonce != ask.nonce) {
        return None;
    }
    let at = Instant::from_micros(choice.at).unwrap_or(ask.at);
    let place = choice.receipt & !IN_BATCH;
    Some(if choice.receipt & IN_BATCH > 0 {
        Judged::Pending(usize::try_from(place).unwrap_or(usize::MAX), at, true, missing)
    } else {
        Judged::Known(Ok(Counted { receipt: choice.receipt, at, again: true, missing }))
    })
}
