//! The ledger: tree and notes against published vectors, bundles against two verifiers.

mod defined;
mod frauds;
mod tree;

use std::path::PathBuf;

use data_encoding::HEXLOWER;
use hoithi::ledger::{
    Bundle, Checkpoint, Fold, Hash, Leaf, Note, Receipt, Rules, Signer, Tile, Tree, Verdict, Vote,
    audit, choice, cosigned, key_hash, leaf_hash, log_number, node_hash, nullifier, salt,
};
use serde_json::{Value, json};

const ORIGIN: &str = "hoithi.example/contests/anh-dep";
const NULLIFIER_KEY: [u8; 32] = [0x31; 32];
const SALT_KEY: [u8; 32] = [0x32; 32];

fn staff(number: u8) -> Signer {
    Signer::new(ORIGIN, &[0x21 + number; 32])
}

fn log_signer() -> Signer {
    Signer::new(ORIGIN, &[0x11; 32])
}

fn rules(closes: &str) -> Rules {
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
struct Log {
    bundle: Bundle,
    signer: Signer,
}

impl Log {
    fn new() -> Self {
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

    fn add(&mut self, leaf: &Leaf) -> u64 {
        self.bundle.leaves.push(leaf.bytes());
        self.bundle.leaves.len() as u64 - 1
    }

    fn vote(&mut self, voter: u8, slot: u32, seq: u16, entries: &[u32]) -> u64 {
        self.vote_of(voter % 2, voter, (slot, seq), entries)
    }

    /// A vote of this level.
    fn vote_of(&mut self, level: u8, voter: u8, (slot, seq): (u32, u16), entries: &[u32]) -> u64 {
        let nullifier = nullifier(&NULLIFIER_KEY, log_number(ORIGIN), slot, &[voter; 32]);
        let log = log_number(ORIGIN);
        let mut vote = Vote { log, slot, level, seq, nullifier, commitment: [0; 32] };
        vote.commitment = choice(&vote, &salt(&SALT_KEY, &nullifier, seq), entries);
        let index = self.add(&Leaf::Vote(vote));
        self.bundle.openings.insert(index, entries.to_vec());
        index
    }

    fn note(&mut self, verdict: Verdict, leaves: &[u64], by: &[u8]) -> u64 {
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
    fn amend(&mut self, rules: &Rules) {
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
    fn reopen(&mut self) {
        let closed = self.leaves().iter().position(|leaf| matches!(leaf, Leaf::Close { .. }));
        self.bundle.leaves.truncate(closed.expect("a CLOSE"));
    }

    /// Closes and publishes it, and signs all of it anew.
    fn end(&mut self) {
        self.close();
        self.publish();
        self.sign_again();
    }

    fn close(&mut self) {
        let votes = self.leaves().iter().filter(|leaf| matches!(leaf, Leaf::Vote(_))).count();
        self.add(&Leaf::Close { log: log_number(ORIGIN), votes: votes as u64 });
    }

    fn leaves(&self) -> Vec<Leaf> {
        self.bundle.leaves.iter().map(|leaf| Leaf::read(leaf).unwrap()).collect()
    }

    fn publish(&mut self) {
        let rules: Rules = serde_json::from_str(self.bundle.rules.last().unwrap()).unwrap();
        let openings = self.bundle.openings.clone();
        let counts = Fold::of(&self.leaves())
            .counts(&rules, |index| openings.get(&index).map(Vec::as_slice));
        self.bundle.result = counts.json();
        let result = sha2_of(&self.bundle.result);
        self.add(&Leaf::Result { log: log_number(ORIGIN), result });
    }

    /// Signs the log as it stands now.
    fn sign(&mut self) {
        let hashes = self.bundle.leaves.iter().map(|leaf| leaf_hash(leaf));
        let size = self.bundle.leaves.len() as u64;
        let head =
            Checkpoint { origin: ORIGIN.to_owned(), size, root: Tree::of(hashes).root(size) };
        self.bundle.checkpoints.push(self.signer.note(&head.text()));
    }

    /// Signs all of it anew, as an operator could who holds the key.
    fn sign_again(&mut self) {
        self.bundle.checkpoints.clear();
        self.sign();
    }
}

fn sha2_of(text: &str) -> Hash {
    use sha2::Digest;
    sha2::Sha256::digest(text).into()
}

/// Votes for 11, 12 and 13, one changed, one taken back, three set aside: two of them for good;
/// the deadline extended on the way.
fn whole() -> Log {
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

fn judged(bundle: &Bundle) -> Result<(), u8> {
    let found = audit(bundle, &log_signer().verifier(), (&[], 0));
    found.map(|_| ()).map_err(|finding| finding.check)
}

/// What the second verifier says.
fn judged_in_python(bundle: &Bundle) -> Result<(), u8> {
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

#[test]
fn a_whole_log_passes_both_verifiers_and_gives_the_counts_done_by_hand() {
    let log = whole();

    let audited = audit(&log.bundle, &log_signer().verifier(), (&[], 0)).unwrap();

    assert_eq!(
        serde_json::from_str::<Value>(&audited.counts.json()).unwrap(),
        json!({
            "counts": { "11": 1, "12": 2, "13": 2 },
            "disqualified": 2, "leaves": 11, "levels": { "0": 1, "1": 4 },
            "quarantined": 0, "standing": 5,
        })
    );
    assert_eq!((audited.leaves, audited.checkpoints), (18, 5));
    assert_eq!(judged_in_python(&log.bundle), Ok(()));
    let again = Bundle::read(std::io::Cursor::new(log.bundle.bytes().unwrap())).unwrap();
    assert_eq!(again, log.bundle);
}

#[test]
fn a_new_key_of_the_log_holds_from_its_amendment_on() {
    let mut log = Log::new();
    log.vote(1, 11, 0, &[11]);
    log.sign();
    let next = Signer::new(ORIGIN, &[0x12; 32]);
    let mut amend = Leaf::Amend {
        log: log_number(ORIGIN),
        rules: rules("2026-05-01T10:00:00Z").hash(),
        key: next.public(),
        staff: vec![staff(0).public(), staff(1).public()],
        signature: [0; 64],
    };
    let by = log_signer().sign(&amend.signed_part());
    if let Leaf::Amend { signature, .. } = &mut amend {
        *signature = by;
    }
    log.add(&amend);
    let again = log.bundle.rules[0].clone();
    log.bundle.rules.push(again);
    log.close();
    log.publish();
    let mut with_the_old = log.clone();
    log.signer = next;
    log.sign();
    with_the_old.sign();

    assert_eq!((judged(&log.bundle), judged_in_python(&log.bundle)), (Ok(()), Ok(())));
    assert_eq!(judged(&with_the_old.bundle), Err(2));
    assert_eq!(judged_in_python(&with_the_old.bundle), Err(2));
}

#[test]
fn witnesses_are_counted_by_their_signatures() {
    let mut log = whole();
    let paper = Signer::new("witness.example/paper", &[0x41; 32]);
    let school = Signer::new("witness.example/school", &[0x42; 32]);
    let last = log.bundle.checkpoints.last_mut().unwrap();
    let (text, _) = last.split_once("\n\n").unwrap();
    let line = paper.cosignature(&format!("{text}\n"), 1_777_000_000);
    last.push_str(&line);
    let witnesses = [paper.witness(), school.witness()];

    assert_eq!(cosigned(log.bundle.checkpoints.last().unwrap(), &witnesses), 1);
    let key = log_signer().verifier();
    assert!(audit(&log.bundle, &key, (&witnesses, 1)).is_ok());
    let found = audit(&log.bundle, &key, (&witnesses, 2)).unwrap_err();
    assert_eq!(found.check, 5);
}

#[test]
fn a_receipt_is_proven_by_the_logs_key_alone() {
    let log = whole();
    let hashes = log.bundle.leaves.iter().map(|leaf| leaf_hash(leaf));
    let tree = Tree::of(hashes);
    let receipt = Receipt {
        leaf: log.bundle.leaves[2].clone(),
        index: 2,
        path: tree.inclusion(2, 18).unwrap(),
        checkpoint: log.bundle.checkpoints.last().unwrap().clone(),
    };

    let read = Receipt::read(&receipt.text()).unwrap();

    assert_eq!(read, receipt);
    let head = read.proven(&log_signer().verifier()).unwrap();
    assert_eq!((head.size, head.root), (18, tree.root(18)));
    assert_eq!(read.proven(&Signer::new(ORIGIN, &[1; 32]).verifier()), None);
    assert_eq!(Receipt { index: 3, ..read }.proven(&log_signer().verifier()), None);
}

#[test]
fn tiles_are_called_as_c2sp_calls_them_and_hold_what_the_tree_has() {
    let leaves = (0..600_u32).map(|n| leaf_hash(&n.to_be_bytes()));
    let tree = Tree::of(leaves);
    let bytes = |path: &str| Tile::read(path).and_then(|tile| tile.hashes(&tree));
    let length = |path: &str| bytes(path).map(|bytes| bytes.len());

    assert_eq!(length("0/000"), Some(8192));
    assert_eq!(length("0/001"), Some(8192));
    assert_eq!((length("0/002.p/88"), length("0/002.p/87")), (Some(2816), Some(2784)));
    assert_eq!((length("0/002.p/89"), length("0/002"), length("0/003.p/1")), (None, None, None));
    assert_eq!(
        (length("1/000.p/2"), length("1/000.p/3"), length("2/000.p/1")),
        (Some(64), None, None)
    );
    let hashes = bytes("0/000").unwrap();
    let mut level: Vec<Hash> =
        hashes.chunks_exact(32).map(|hash| hash.try_into().unwrap()).collect();
    while level.len() > 1 {
        level = level.chunks_exact(2).map(|two| node_hash(&two[0], &two[1])).collect();
    }
    assert_eq!(level[0][..], bytes("1/000.p/2").unwrap()[..32]);
    let entries = Tile::read("entries/x001/x234/067.p/3").unwrap();
    assert_eq!(entries.leaves(), Some(1_234_067 * 256..1_234_067 * 256 + 3));
    assert_eq!(Tile::read("7/x001/x234/067").unwrap().path(), "7/x001/x234/067");
    for wrong in [
        "",
        "0",
        "0/",
        "0/0",
        "0/0000",
        "0/x000/000",
        "0/001/002",
        "0/xx01",
        "0/000.p/0",
        "0/000.p/256",
        "0/000.p/01",
        "00/000",
        "8/000",
        "-1/000",
        "entries",
        "entries/000/",
        "0/+01",
        "0/x999/x999/x999/x999/x999/x999/x999/999",
    ] {
        assert_eq!(Tile::read(wrong), None, "{wrong}");
    }
}

#[test]
fn the_bytes_of_the_format_stay_what_they_are() {
    let committed: Value =
        serde_json::from_str(include_str!("vectors/vote_ledger_v2.json")).unwrap();
    let log = whole();
    let leaf = |bytes: &Vec<u8>| HEXLOWER.encode(bytes);
    let mut openings: Vec<_> = log.bundle.openings.iter().collect();
    openings.sort();
    let made = json!({
        "format": "hoithi-vote-ledger/v2",
        "origin": ORIGIN,
        "log_key": log.bundle.key,
        "log_secret": HEXLOWER.encode(&[0x11; 32]),
        "staff_secrets": [HEXLOWER.encode(&[0x21; 32]), HEXLOWER.encode(&[0x22; 32])],
        "nullifier_key": HEXLOWER.encode(&NULLIFIER_KEY),
        "salt_key": HEXLOWER.encode(&SALT_KEY),
        "rules": log.bundle.rules,
        "leaves": log.bundle.leaves.iter().map(leaf).collect::<Vec<_>>(),
        "checkpoints": log.bundle.checkpoints,
        "openings": openings,
        "result": log.bundle.result,
    });

    assert_eq!(made, committed, "{made:#}");
}
