//! A log drawn by hand, leaf by leaf, and what two verifiers say of it.

use std::path::PathBuf;

use hoithi::ledger::{
    Bundle, Checkpoint, Fold, Hash, Leaf, Note, Rules, Signer, Tree, Verdict, Vote, audit, choice,
    key_hash, leaf_hash, log_number, nullifier, salt,
};

pub const ORIGIN: &str = "hoithi.example/contests/anh-dep";
pub const NULLIFIER_KEY: [u8; 32] = [0x31; 32];
pub const SALT_KEY: [u8; 32] = [0x32; 32];

pub fn staff(number: u8) -> Signer {
    Signer::new(ORIGIN, &[0x21 + number; 32])
}

pub fn log_signer() -> Signer {
    Signer::new(ORIGIN, &[0x11; 32])
}

pub fn rules(closes: &str) -> Rules {
    Rules {
        closes: closes.to_owned(),
        contest: "anh-dep".to_owned(),
        definition: "00".repeat(32),
        least: 0,
        level: 0,
        limit: "entry".to_owned(),
        most: 1,
        opens: "2026-04-01T01:00:00Z".to_owned(),
        points: Vec::new(),
    }
}

/// A log that is being written, as a server, honest or not, would write it.
#[derive(Clone)]
pub struct Log {
    pub bundle: Bundle,
    pub signer: Signer,
}

impl Log {
    pub fn new() -> Self {
        let first = rules("2026-05-01T10:00:00Z");
        let bundle = Bundle {
            origin: ORIGIN.to_owned(),
            key: log_signer().verifier().text(),
            salt_key: SALT_KEY,
            rules: vec![first.json()],
            ..Bundle::default()
        };
        let mut log = Self { bundle, signer: log_signer() };
        log.add(&Leaf::Open {
            log: log_number(ORIGIN),
            rules: first.hash(),
            nullifier_key: key_hash("kn", &NULLIFIER_KEY),
            salt_key: key_hash("ks", &SALT_KEY),
            staff: vec![staff(0).public(), staff(1).public()],
        });
        log.sign();
        log
    }

    pub fn add(&mut self, leaf: &Leaf) -> u64 {
        self.bundle.leaves.push(leaf.bytes());
        self.bundle.leaves.len() as u64 - 1
    }

    pub fn vote(&mut self, voter: u8, slot: u32, seq: u16, entries: &[u32]) -> u64 {
        self.vote_of(voter % 2, voter, (slot, seq), entries)
    }

    /// A vote of this level.
    pub fn vote_of(
        &mut self,
        level: u8,
        voter: u8,
        (slot, seq): (u32, u16),
        entries: &[u32],
    ) -> u64 {
        let nullifier = nullifier(&NULLIFIER_KEY, log_number(ORIGIN), slot, &[voter; 32]);
        let log = log_number(ORIGIN);
        let mut vote = Vote { log, slot, level, seq, nullifier, commitment: [0; 32] };
        vote.commitment = choice(&vote, &salt(&SALT_KEY, &nullifier, seq), entries);
        let index = self.add(&Leaf::Vote(vote));
        self.bundle.openings.insert(index, entries.to_vec());
        index
    }

    pub fn note(&mut self, verdict: Verdict, leaves: &[u64], by: &[u8]) -> u64 {
        let mut note = Note {
            log: log_number(ORIGIN),
            verdict,
            reason: 12,
            leaves: leaves.to_vec(),
            evidence: leaf_hash(b"report"),
            signatures: Vec::new(),
        };
        let part = Leaf::Note(note.clone()).signed_part();
        note.signatures = by.iter().map(|key| (*key, staff(*key).sign(&part))).collect();
        self.add(&Leaf::Note(note))
    }

    /// Other rules from here on.
    pub fn amend(&mut self, rules: &Rules) {
        let mut amend = Leaf::Amend {
            log: log_number(ORIGIN),
            rules: rules.hash(),
            key: log_signer().public(),
            staff: vec![staff(0).public(), staff(1).public()],
            signature: [0; 64],
        };
        let by = log_signer().sign(&amend.signed_part());
        if let Leaf::Amend { signature, .. } = &mut amend {
            *signature = by;
        }
        self.add(&amend);
        self.bundle.rules.push(rules.json());
    }

    /// Takes the CLOSE away, and all after it.
    pub fn reopen(&mut self) {
        let closed = self.leaves().iter().position(|leaf| matches!(leaf, Leaf::Close { .. }));
        self.bundle.leaves.truncate(closed.expect("a CLOSE"));
    }

    /// Closes and publishes it, and signs all of it anew.
    pub fn end(&mut self) {
        self.close();
        self.publish();
        self.sign_again();
    }

    pub fn close(&mut self) {
        let votes = self.leaves().iter().filter(|leaf| matches!(leaf, Leaf::Vote(_))).count();
        self.add(&Leaf::Close { log: log_number(ORIGIN), votes: votes as u64 });
    }

    pub fn leaves(&self) -> Vec<Leaf> {
        self.bundle.leaves.iter().map(|leaf| Leaf::read(leaf).unwrap()).collect()
    }

    pub fn publish(&mut self) {
        let rules: Rules = serde_json::from_str(self.bundle.rules.last().unwrap()).unwrap();
        let openings = self.bundle.openings.clone();
        let counts = Fold::of(&self.leaves())
            .counts(&rules, |index| openings.get(&index).map(Vec::as_slice));
        self.bundle.result = counts.json();
        let result = sha2_of(&self.bundle.result);
        self.add(&Leaf::Result { log: log_number(ORIGIN), result });
    }

    /// Signs the log as it stands now.
    pub fn sign(&mut self) {
        let hashes = self.bundle.leaves.iter().map(|leaf| leaf_hash(leaf));
        let size = self.bundle.leaves.len() as u64;
        let head =
            Checkpoint { origin: ORIGIN.to_owned(), size, root: Tree::of(hashes).root(size) };
        self.bundle.checkpoints.push(self.signer.note(&head.text()));
    }

    /// Signs all of it anew, as an operator could who holds the key.
    pub fn sign_again(&mut self) {
        self.bundle.checkpoints.clear();
        self.sign();
    }
}

pub fn sha2_of(text: &str) -> Hash {
    use sha2::Digest;
    sha2::Sha256::digest(text).into()
}

/// Votes for 11, 12 and 13, one changed, one taken back, three set aside: two of them for good;
/// the deadline extended on the way.
pub fn whole() -> Log {
    let mut log = Log::new();
    for (voter, entry) in [(1, 11), (2, 12), (3, 13), (4, 11)] {
        log.vote(voter, entry, 0, &[entry]);
    }
    log.sign();
    log.vote(3, 13, 1, &[]);
    log.vote(3, 13, 2, &[13]);
    log.vote(4, 11, 1, &[]);
    let bought: Vec<u64> = (5..8).map(|voter| log.vote(voter, 13, 0, &[13])).collect();
    log.sign();
    log.amend(&rules("2026-05-03T10:00:00Z"));
    log.vote(9, 12, 0, &[12]);
    log.note(Verdict::Quarantine, &bought, &[0]);
    log.sign();
    log.close();
    log.note(Verdict::Disqualify, &bought[..2], &[0, 1]);
    log.note(Verdict::Restore, &bought[2..], &[1]);
    log.publish();
    log.sign();
    log
}

pub fn judged(bundle: &Bundle) -> Result<(), u8> {
    let found = audit(bundle, &log_signer().verifier(), (&[], 0));
    found.map(|_| ()).map_err(|finding| finding.check)
}

/// What the second verifier says.
pub fn judged_in_python(bundle: &Bundle) -> Result<(), u8> {
    in_python(bundle, &["--key", &log_signer().verifier().text()])
}

/// What the second verifier says, given these arguments: the number of the check that fails.
pub fn in_python(bundle: &Bundle, arguments: &[&str]) -> Result<(), u8> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bundle.zip");
    std::fs::write(&file, bundle.bytes().unwrap()).unwrap();
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("scripts/verify_ledger.py");
    let said = std::process::Command::new("python3")
        .arg(script)
        .arg(&file)
        .args(arguments)
        .output()
        .expect("python3 runs");
    let text = String::from_utf8_lossy(&said.stdout).into_owned();
    if said.status.success() {
        return Ok(());
    }
    let number = text.strip_prefix("check ").and_then(|rest| rest.split(' ').next());
    let errors = String::from_utf8_lossy(&said.stderr);
    Err(number.and_then(|n| n.parse().ok()).unwrap_or_else(|| panic!("{text}{errors}")))
}
