//! The audit of a bundle: twelve numbered checks, in order; the first that fails is named.

use std::collections::HashSet;

use sha2::{Digest, Sha256};

use super::spread::each;
use super::{
    Bundle, Checkpoint, Counts, Fold, Frontier, Hash, Leaf, Note, Rules, Verifier, Vote,
    all_signed, choice, cosigned, key_hash, leaf_hash, log_number, opened, salt,
};

/// Checkpoints whose signatures are checked together.
const TOGETHER: usize = 256;

/// A check that failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("check {check} failed: {why}")]
pub struct Finding {
    /// Its number.
    pub check: u8,
    /// What is wrong, and where.
    pub why: String,
}

/// A bundle in which everything is as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audited {
    /// The counts.
    pub counts: Counts,
    /// Leaves of the log.
    pub leaves: u64,
    /// NOTEs after the result, which no publication says yet.
    pub later: usize,
    /// Checkpoints that were checked.
    pub checkpoints: usize,
    /// Root of the whole log.
    pub root: Hash,
}

impl Audited {
    /// The checks, one a line.
    pub const CHECKS: [&str; 12] = [
        "leaves are read, the first is OPEN, all are of this log",
        "the key in force signed every checkpoint and every AMEND",
        "every checkpoint has the root of the leaves before it",
        "the last checkpoint covers the whole log",
        "enough witnesses cosigned the last checkpoint",
        "rules and salt key are those that OPEN and AMEND bind",
        "every vote is of the level that the rules ask and follows on the voter's vote before",
        "there is one CLOSE with the right number, and no vote after it",
        "every vote opens to its seal and keeps within the limits",
        "every NOTE names ballots before it and has its signatures",
        "there is one RESULT, after the CLOSE, of the result that was published",
        "the published result is what the votes before it give",
    ];
}

/// Checks `bundle` against the log's key that was known before, and asks for the cosignatures of
/// so many of these witnesses.
///
/// # Errors
/// The first check that fails.
pub fn audit(
    bundle: &Bundle,
    pinned: &Verifier,
    (witnesses, quorum): (&[Verifier], usize),
) -> Result<Audited, Finding> {
    audit_telling(bundle, pinned, (witnesses, quorum), |_, _, _| {})
}

/// The same; `seen` is told how far it is: what is counted, how many are done, and of how many.
///
/// # Errors
/// The first check that fails.
pub fn audit_telling(
    bundle: &Bundle,
    pinned: &Verifier,
    (witnesses, quorum): (&[Verifier], usize),
    seen: impl Fn(&'static str, usize, usize),
) -> Result<Audited, Finding> {
    let done = |checks| seen("checks", checks, Audited::CHECKS.len());
    done(0);
    let log = Log { bundle, leaves: log(bundle)? };
    done(1);
    let heads = log.signatures(pinned)?;
    done(2);
    let root = log.roots(&heads)?;
    done(4);
    if heads.last().map(|head| head.size) != Some(bundle.leaves.len() as u64) {
        return failed(4, "the log has leaves that no checkpoint covers");
    }
    let signed = bundle.checkpoints.last().map_or(0, |last| cosigned(last, witnesses));
    if signed < quorum {
        return failed(5, format!("{signed} witnesses cosigned, {quorum} are asked for"));
    }
    done(5);
    let rules = log.bound()?;
    done(6);
    log.votes(&rules)?;
    done(7);
    log.close()?;
    done(8);
    log.openings(&rules)?;
    done(9);
    log.notes()?;
    done(10);
    let bound = log.result()?;
    let chosen = |index| bundle.openings.get(&index).map(Vec::as_slice);
    let (before, after) = log.leaves.split_at(bound);
    let Some(last) = at(&rules, bound as u64) else { return failed(6, "there are no rules") };
    let counts = Fold::of(before).counts(last, chosen);
    if counts.json() != bundle.result {
        return failed(12, "the published result is another");
    }
    done(Audited::CHECKS.len());
    let later = after.iter().filter(|leaf| matches!(leaf, Leaf::Note(_))).count();
    let (leaves, checkpoints) = (bundle.leaves.len() as u64, heads.len());
    Ok(Audited { counts, leaves, later, checkpoints, root })
}

fn failed<T>(check: u8, why: impl Into<String>) -> Result<T, Finding> {
    Err(Finding { check, why: why.into() })
}

/// Check 1.
fn log(bundle: &Bundle) -> Result<Vec<Leaf>, Finding> {
    let number = log_number(&bundle.origin);
    let leaves = each(&bundle.leaves, |index, bytes| match Leaf::read(bytes) {
        Some(leaf) if leaf.log() != number => failed(1, format!("leaf {index} is of another log")),
        Some(leaf) if matches!(leaf, Leaf::Open { .. }) != (index == 0) => {
            failed(1, format!("leaf {index}: OPEN is the first and no other"))
        }
        Some(leaf) => Ok(leaf),
        None => failed(1, format!("leaf {index} cannot be read")),
    })?;
    if leaves.is_empty() { failed(1, "there are no leaves") } else { Ok(leaves) }
}

struct Log<'a> {
    bundle: &'a Bundle,
    leaves: Vec<Leaf>,
}

/// Keys that hold from a leaf on.
type Since<T> = Vec<(u64, T)>;

/// What holds at `index`.
fn at<T>(since: &Since<T>, index: u64) -> Option<&T> {
    since.iter().rev().find(|(from, _)| *from <= index).map(|(_, what)| what)
}

impl Log<'_> {
    /// Check 2: signatures; gives the checkpoints.
    fn signatures(&self, pinned: &Verifier) -> Result<Vec<Checkpoint>, Finding> {
        let mut keys = vec![(0, pinned.clone())];
        for (index, leaf) in self.leaves.iter().enumerate() {
            let Leaf::Amend { key, signature, .. } = leaf else { continue };
            let before = at(&keys, index as u64);
            if !before.is_some_and(|by| by.signed(&leaf.signed_part(), signature)) {
                return failed(2, format!("AMEND at leaf {index} is not signed by the key before"));
            }
            let Some(next) = Verifier::new(&self.bundle.origin, key) else {
                return failed(2, format!("AMEND at leaf {index} names no key"));
            };
            keys.push((index as u64, next));
        }
        let unsigned = |number| Finding {
            check: 2,
            why: format!("checkpoint {number} is not signed by the log"),
        };
        let heads = each(&self.bundle.checkpoints, |number, note| {
            let head = note
                .split_once("\n\n")
                .and_then(|(text, _)| Checkpoint::read(&format!("{text}\n")));
            let head = head.filter(|head| head.origin == self.bundle.origin && head.size > 0);
            head.ok_or_else(|| unsigned(number))
        })?;
        let by = |number: usize| at(&keys, heads[number].size - 1);
        let groups: Vec<_> = self.bundle.checkpoints.chunks(TOGETHER).collect();
        each(&groups, |group, notes| {
            let notes = (group * TOGETHER..).zip(*notes);
            let signed = notes.clone().map(|(number, note)| Some((note.as_str(), by(number)?)));
            if signed.collect::<Option<Vec<_>>>().is_some_and(|notes| all_signed(&notes)) {
                return Ok(());
            }
            let is_signed = |number, note| by(number).is_some_and(|by| opened(note, by).is_some());
            match notes.into_iter().find(|(number, note)| !is_signed(*number, note)) {
                Some((number, _)) => Err(unsigned(number)),
                None => Ok(()),
            }
        })?;
        Ok(heads)
    }

    /// Check 3: every checkpoint's root.
    fn roots(&self, heads: &[Checkpoint]) -> Result<Hash, Finding> {
        let hashes = each(&self.bundle.leaves, |_, leaf| Ok(leaf_hash(leaf)))?;
        let mut frontier = Frontier::default();
        for (number, head) in heads.iter().enumerate() {
            if head.size < frontier.size() || head.size > self.bundle.leaves.len() as u64 {
                return failed(3, format!("checkpoint {number} is of {} leaves", head.size));
            }
            while frontier.size() < head.size {
                let index = usize::try_from(frontier.size()).unwrap_or(usize::MAX);
                frontier.push(hashes[index]);
            }
            if frontier.root() != head.root {
                return failed(3, format!("checkpoint {number} has another root"));
            }
        }
        Ok(frontier.root())
    }

    /// Check 6: what OPEN and AMEND bind; gives the rules that hold from a leaf on.
    fn bound(&self) -> Result<Since<Rules>, Finding> {
        let mut since = Vec::new();
        let mut given = self.bundle.rules.iter();
        for (index, leaf) in self.leaves.iter().enumerate() {
            let hash = match leaf {
                Leaf::Open { salt_key, .. }
                    if *salt_key != key_hash("ks", &self.bundle.salt_key) =>
                {
                    return failed(6, "the salt key is another");
                }
                Leaf::Open { rules, .. } | Leaf::Amend { rules, .. } => rules,
                _ => continue,
            };
            let text = given.next().filter(|text| Sha256::digest(text)[..] == hash[..]);
            match text.and_then(|text| serde_json::from_str(text).ok()) {
                Some(rules) => since.push((index as u64, rules)),
                None => return failed(6, format!("the rules at leaf {index} are others")),
            }
        }
        if given.next().is_some() {
            failed(6, "there are rules that no leaf binds")
        } else {
            Ok(since)
        }
    }

    fn each_vote(&self) -> impl Iterator<Item = (u64, &Vote)> {
        self.leaves.iter().enumerate().filter_map(|(index, leaf)| match leaf {
            Leaf::Vote(vote) => Some((index as u64, vote)),
            _ => None,
        })
    }

    /// Check 7: levels and sequences.
    fn votes(&self, rules: &Since<Rules>) -> Result<(), Finding> {
        let mut fold = Fold::default();
        for (index, vote) in self.each_vote() {
            if at(rules, index).is_none_or(|rules| vote.level < rules.level || vote.level > 4) {
                return failed(7, format!("the vote at leaf {index} is of level {}", vote.level));
            }
            if !fold.vote(index, vote) {
                return failed(7, format!("the vote at leaf {index} follows on none"));
            }
        }
        Ok(())
    }

    /// Check 8: the close.
    fn close(&self) -> Result<(), Finding> {
        let (mut votes, mut closed) = (0, false);
        for (index, leaf) in self.leaves.iter().enumerate() {
            match leaf {
                Leaf::Vote(_) if closed => {
                    return failed(8, format!("the vote at leaf {index} is after the CLOSE"));
                }
                Leaf::Vote(_) => votes += 1,
                Leaf::Close { votes: said, .. } if closed || *said != votes => {
                    return failed(
                        8,
                        format!("the CLOSE at leaf {index} says {said}, not {votes}"),
                    );
                }
                Leaf::Close { .. } => closed = true,
                _ => {}
            }
        }
        if closed { Ok(()) } else { failed(8, "there is no CLOSE") }
    }

    /// Check 9: openings and limits.
    fn openings(&self, rules: &Since<Rules>) -> Result<(), Finding> {
        let votes: Vec<_> = self.each_vote().collect();
        each(&votes, |_, (index, vote)| self.opening(rules, (*index, vote)))?;
        let extra = self.bundle.openings.len() != votes.len();
        if extra { failed(9, "there are openings of what is no vote") } else { Ok(()) }
    }

    fn opening(&self, rules: &Since<Rules>, (index, vote): (u64, &Vote)) -> Result<(), Finding> {
        let Some(entries) = self.bundle.openings.get(&index) else {
            return failed(9, format!("the vote at leaf {index} is not opened"));
        };
        let salt = salt(&self.bundle.salt_key, &vote.nullifier, vote.seq);
        if choice(vote, &salt, entries) != vote.commitment {
            return failed(9, format!("the vote at leaf {index} opens to something else"));
        }
        let distinct: HashSet<_> = entries.iter().collect();
        let keeps = at(rules, index).is_some_and(|rules| match rules.limit.as_str() {
            "entry" => entries.len() <= 1 && entries.iter().all(|entry| *entry == vote.slot),
            "day" => entries.len() <= usize::from(rules.most),
            _ => entries.len() <= usize::from(rules.most) && vote.slot == 0,
        });
        if keeps && distinct.len() == entries.len() {
            return Ok(());
        }
        failed(9, format!("the vote at leaf {index} is beyond the limits"))
    }

    /// Check 10: notes.
    fn notes(&self) -> Result<(), Finding> {
        let (mut fold, mut staff) = (Fold::default(), &[][..]);
        for (index, leaf) in self.leaves.iter().enumerate() {
            match leaf {
                Leaf::Open { staff: keys, .. } | Leaf::Amend { staff: keys, .. } => staff = keys,
                Leaf::Vote(vote) => {
                    fold.vote(index as u64, vote);
                }
                Leaf::Note(note) => {
                    if !signed(note, &leaf.signed_part(), staff, &self.bundle.origin) {
                        return failed(10, format!("the NOTE at leaf {index} lacks signatures"));
                    }
                    if !fold.note(note) {
                        return failed(10, format!("the NOTE at leaf {index} is about none"));
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Check 11: the result's leaf; says where it stands. A later one corrects those before it.
    fn result(&self) -> Result<usize, Finding> {
        let closed = self.leaves.iter().position(|leaf| matches!(leaf, Leaf::Close { .. }));
        let last = self.leaves.iter().rposition(|leaf| matches!(leaf, Leaf::Result { .. }));
        let (Some(closed), Some(last)) = (closed, last) else {
            return failed(11, "there is no RESULT");
        };
        let said: Hash = Sha256::digest(&self.bundle.result).into();
        match &self.leaves[last] {
            Leaf::Result { result, .. } if last > closed && *result == said => Ok(last),
            _ => failed(11, format!("the RESULT at leaf {last} is of another result")),
        }
    }
}

/// Whether enough different people of `staff` signed `note`, and nobody else.
fn signed(note: &Note, part: &[u8], staff: &[[u8; 32]], origin: &str) -> bool {
    let keys: HashSet<u8> = note.signatures.iter().map(|(key, _)| *key).collect();
    let each = note.signatures.iter().all(|(key, signature)| {
        let public = staff.get(usize::from(*key));
        let by = public.and_then(|public| Verifier::new(origin, public));
        by.is_some_and(|by| by.signed(part, signature))
    });
    each && keys.len() == note.signatures.len() && keys.len() >= note.verdict.signatures()
}
