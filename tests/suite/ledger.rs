//! The ledger: tree and notes against published vectors, bundles against two verifiers.

use std::path::{Path, PathBuf};

use data_encoding::{BASE64, HEXLOWER};
use hoithi::ledger::{
    Bundle, Checkpoint, Fold, Frontier, Hash, Leaf, Note, Receipt, Rules, Signer, Tree, Verdict,
    Verifier, Vote, audit, choice, cosigned, entries, hash_tiles, key_hash, leaf_hash, log_number,
    node_hash, nullifier, opened, proves_growth, proves_inclusion, salt,
};
use serde_json::{Value, json};

const ORIGIN: &str = "hoithi.example/contests/anh-dep";
const NULLIFIER_KEY: [u8; 32] = [0x31; 32];
const SALT_KEY: [u8; 32] = [0x32; 32];

/// A file of the reference vectors, where they lie beside the repository.
fn shared(name: &str) -> Option<Value> {
    let mut folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    loop {
        folder = folder.parent()?;
        if let Ok(text) = std::fs::read_to_string(folder.join("shared/vectors").join(name)) {
            return Some(serde_json::from_str(&text).expect("JSON"));
        }
    }
}

/// A hash of a vector. Some are words of another length, where it does not matter which hash it is;
/// some are none at all.
fn hash(value: &Value) -> Option<Hash> {
    let mut bytes = BASE64.decode(value.as_str()?.as_bytes()).expect("base64");
    bytes.resize(if bytes.is_empty() { 0 } else { 32 }, 0);
    bytes.try_into().ok()
}

fn path(value: &Value) -> Option<Vec<Hash>> {
    value.as_array().into_iter().flatten().map(hash).collect()
}

/// Leaves of the tree of the public vectors, which RFC 6962 implementations share.
const LEAVES: [&str; 8] = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
];

/// Roots of its first 1 … 8 leaves, as certificate transparency publishes them.
const ROOTS: [&str; 8] = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

fn tree(count: usize) -> Tree {
    let leaf = |hex: &&str| leaf_hash(&HEXLOWER.decode(hex.as_bytes()).expect("hex"));
    Tree::of(LEAVES[..count].iter().map(leaf))
}

#[test]
fn roots_are_those_of_the_published_tree() {
    let (whole, mut frontier) = (tree(8), Frontier::default());
    for (index, root) in ROOTS.iter().enumerate() {
        frontier.push(whole.level(0)[index]);

        assert_eq!(HEXLOWER.encode(&frontier.root()), *root);
        assert_eq!(whole.root(index as u64 + 1), frontier.root());
        assert_eq!(tree(index + 1).root(index as u64 + 1), frontier.root());
    }
    assert_eq!(
        HEXLOWER.encode(&Frontier::default().root()),
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    );
}

#[test]
fn every_proof_of_ours_holds_and_no_changed_one_does() {
    let tree = tree(8);
    let other = [7; 32];
    for size in 1..=8 {
        let root = tree.root(size);
        for index in 0..size {
            let leaf = tree.level(0)[usize::try_from(index).unwrap()];
            let path = tree.inclusion(index, size).unwrap();
            let holds = |leaf: &Hash, index, path: &[Hash], root: &Hash| {
                proves_inclusion(leaf, index, size, path, root)
            };
            assert!(holds(&leaf, index, &path, &root), "{index} of {size}");
            assert!(!holds(&other, index, &path, &root) && !holds(&leaf, index, &path, &other));
            assert!(!holds(&leaf, size, &path, &root));
            let longer = [path.clone(), vec![other]].concat();
            assert!(!holds(&leaf, index, &longer, &root));
            for step in 0..path.len() {
                let mut changed = path.clone();
                changed[step][0] ^= 1;
                assert!(!holds(&leaf, index, &changed, &root));
            }
        }
        for old in 1..=size {
            let (before, path) = (tree.root(old), tree.growth(old, size).unwrap());
            assert!(proves_growth(old, size, &path, &before, &root), "{old} to {size}");
            assert!(!proves_growth(old, size, &path, &other, &root));
            assert!(!proves_growth(old, size, &path, &before, &other));
            let longer = [path.clone(), vec![other]].concat();
            assert!(!proves_growth(old, size, &longer, &before, &root));
        }
        assert!(!proves_growth(0, size, &[], &Frontier::default().root(), &root));
    }
    assert_eq!((tree.inclusion(8, 8), tree.growth(0, 8), tree.growth(4, 9)), (None, None, None));
}

#[test]
fn the_196_public_merkle_cases_are_judged_as_published() {
    let Some(vectors) = shared("merkle_rfc6962_transparency_dev.json") else { return };
    let cases = |name: &str| vectors[name].as_array().cloned().unwrap_or_default();
    let number = |value: &Value| value.as_u64().unwrap_or(u64::MAX);
    let mut judged = 0;
    for case in cases("inclusion") {
        let read = (hash(&case["leafHash"]), path(&case["proof"]), hash(&case["root"]));
        let (index, size) = (number(&case["leafIdx"]), number(&case["treeSize"]));
        let holds = match read {
            (Some(leaf), Some(path), Some(root)) => {
                proves_inclusion(&leaf, index, size, &path, &root)
            }
            _ => false,
        };
        assert_eq!(holds, case["wantErr"] == false, "{}", case["file"]);
        judged += 1;
    }
    for case in cases("consistency") {
        let read = (hash(&case["root1"]), path(&case["proof"]), hash(&case["root2"]));
        let (old, new) = (number(&case["size1"]), number(&case["size2"]));
        let holds = match read {
            (Some(before), Some(path), Some(after)) => {
                proves_growth(old, new, &path, &before, &after)
            }
            _ => false,
        };
        assert_eq!(holds, case["wantErr"] == false, "{}", case["file"]);
        judged += 1;
    }
    assert_eq!(judged, 196);
}

#[test]
fn notes_of_the_go_library_are_read() {
    let text = "If you think cryptography is the answer to your problem,\n\
                then you don't know what your problem is.\n";
    let peter = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    let line = "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfq\
                dngotpRZb6KE6RyyBwJnAM=\n";
    let enoch = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop";
    let (peter, enoch) = (Verifier::read(peter).unwrap(), Verifier::read(enoch).unwrap());

    let note = format!("{text}\n{line}");

    assert_eq!(opened(&note, &peter), Some(text));
    assert_eq!(opened(&note, &enoch), None);
    assert_eq!(opened(&note.replace("answer", "anwser"), &peter), None);
    assert_eq!(Verifier::read(&peter.text()).as_ref(), Some(&peter));
    assert_eq!(
        Verifier::read("PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"),
        None
    );
}

#[test]
fn the_tree_and_the_notes_of_the_first_draft_are_still_right() {
    let Some(vectors) = shared("vote_ledger_v1.json") else { return };
    let bundle = &vectors["bundle"];
    let hex = |value: &Value| HEXLOWER.decode(value.as_str().unwrap().as_bytes()).unwrap();
    let leaves: Vec<Vec<u8>> = bundle["leaves_hex"].as_array().unwrap().iter().map(hex).collect();
    let tree = Tree::of(leaves.iter().map(|leaf| leaf_hash(leaf)));
    let log = Verifier::read(bundle["log_vkey"].as_str().unwrap()).unwrap();
    let secret: [u8; 32] = hex(&bundle["log_seed_hex"]).try_into().unwrap();
    let signer = Signer::new(bundle["origin"].as_str().unwrap(), &secret);

    for note in bundle["checkpoints"].as_array().unwrap() {
        let note = note.as_str().unwrap();
        let head = Checkpoint::read(opened(note, &log).unwrap()).unwrap();
        assert_eq!(tree.root(head.size), head.root);
        assert_eq!(signer.note(&head.text()), note);
    }
    let receipt = Receipt::read(vectors["receipt"]["tlog_proof"].as_str().unwrap()).unwrap();
    assert_eq!(receipt.proven(&log).map(|head| head.size), Some(12));
    let mut proofs = 0;
    for case in vectors["consistency"].as_array().unwrap() {
        let (old, new) = (case["m"].as_u64().unwrap(), case["n"].as_u64().unwrap());
        assert_eq!(tree.growth(old, new), path(&case["proof"]), "{old} to {new}");
        proofs += 1;
    }
    assert_eq!(proofs, 152);
}

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
        let nullifier = nullifier(&NULLIFIER_KEY, log_number(ORIGIN), slot, &[voter; 32]);
        let log = log_number(ORIGIN);
        let mut vote = Vote { log, slot, level: voter % 2, seq, nullifier, commitment: [0; 32] };
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
    let later = rules("2026-05-03T10:00:00Z");
    let mut amend = Leaf::Amend {
        log: log_number(ORIGIN),
        rules: later.hash(),
        key: log_signer().public(),
        staff: vec![staff(0).public(), staff(1).public()],
        signature: [0; 64],
    };
    let by = log_signer().sign(&amend.signed_part());
    if let Leaf::Amend { signature, .. } = &mut amend {
        *signature = by;
    }
    log.add(&amend);
    log.bundle.rules.push(later.json());
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

/// Does something to a log, and says at which check it must be caught.
type Fraud = (&'static str, u8, fn(&mut Log));

/// What can be done to a bundle, or by whoever holds the log's key and signs again.
fn frauds() -> [Fraud; 9] {
    [
        ("a leaf's byte flipped after a checkpoint", 3, |log| log.bundle.leaves[2][60] ^= 1),
        ("a leaf deleted", 3, |log| drop(log.bundle.leaves.remove(8))),
        ("the log truncated", 3, |log| log.bundle.leaves.truncate(12)),
        ("leaves reordered", 3, |log| log.bundle.leaves.swap(2, 3)),
        ("a second first vote, signed again", 7, |log| {
            let leaf = log.bundle.leaves[1].clone();
            log.bundle.leaves.insert(12, leaf);
            log.sign_again();
        }),
        ("a vote after the close, signed again", 8, |log| {
            log.vote(20, 11, 0, &[11]);
            log.sign_again();
        }),
        ("an opening that names another entry", 9, |log| {
            log.bundle.openings.insert(2, vec![13]);
        }),
        ("an opening missing", 9, |log| drop(log.bundle.openings.remove(&2))),
        ("another salt key", 6, |log| log.bundle.salt_key = [9; 32]),
    ]
}

/// The same, about decisions, results and keys.
fn further_frauds() -> [Fraud; 11] {
    [
        ("disqualified by one person only, signed again", 10, |log| {
            log.note(Verdict::Disqualify, &[2], &[0]);
            log.sign_again();
        }),
        ("disqualified by one person twice, signed again", 10, |log| {
            log.note(Verdict::Disqualify, &[2], &[0, 0]);
            log.sign_again();
        }),
        ("a note's signature of another text, signed again", 10, |log| {
            let index = log.leaves().iter().position(|leaf| matches!(leaf, Leaf::Note(_)));
            let leaf = &mut log.bundle.leaves[index.unwrap()];
            leaf[8] ^= 1;
            log.sign_again();
        }),
        ("a note about no vote, signed again", 10, |log| {
            log.note(Verdict::Quarantine, &[0], &[0]);
            log.sign_again();
        }),
        ("the result inflated, signed again", 12, |log| {
            log.bundle.result = log.bundle.result.replace("\"11\":1", "\"11\":9");
            let result = sha2_of(&log.bundle.result);
            log.add(&Leaf::Result { log: log_number(ORIGIN), result });
            log.sign_again();
        }),
        ("the result inflated beside the log", 11, |log| {
            log.bundle.result = log.bundle.result.replace("\"11\":1", "\"11\":9");
        }),
        ("checkpoints signed by another key", 2, |log| {
            log.signer = Signer::new(ORIGIN, &[0x77; 32]);
            log.sign_again();
        }),
        ("the deadline moved by another key, signed again", 2, |log| {
            let index = log.leaves().iter().position(|leaf| matches!(leaf, Leaf::Amend { .. }));
            let leaf = &mut log.bundle.leaves[index.unwrap()];
            *leaf.last_mut().unwrap() ^= 1;
            log.sign_again();
        }),
        ("rules that were not bound", 6, |log| log.bundle.rules[0] = rules("2027").json()),
        ("leaves behind the last checkpoint", 4, |log| {
            log.note(Verdict::Quarantine, &[2], &[0]);
        }),
        ("a leaf of another log, signed again", 1, |log| {
            log.add(&Leaf::Result { log: 7, result: [0; 32] });
            log.sign_again();
        }),
    ]
}

#[test]
fn both_verifiers_catch_every_fraud_at_the_same_check() {
    for (fraud, check, commit) in frauds().into_iter().chain(further_frauds()) {
        let mut log = whole();
        commit(&mut log);
        assert_eq!(judged(&log.bundle), Err(check), "{fraud}");
        assert_eq!(judged_in_python(&log.bundle), Err(check), "{fraud}, in Python");
    }
}

#[test]
fn a_vote_beyond_the_limits_is_caught_though_it_opens() {
    for (slot, entries) in [(11, vec![11, 12]), (11, vec![12]), (11, vec![11, 11])] {
        let mut log = whole();
        let closed = log.leaves().iter().position(|leaf| matches!(leaf, Leaf::Close { .. }));
        log.bundle.leaves.truncate(closed.unwrap());
        log.vote(30, slot, 0, &entries);
        log.close();
        log.publish();
        log.sign_again();

        assert_eq!(judged(&log.bundle), Err(9), "{entries:?}");
        assert_eq!(judged_in_python(&log.bundle), Err(9), "{entries:?}");
    }
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
fn tiles_hold_the_hashes_and_the_leaves_under_their_paths() {
    let leaves: Vec<Vec<u8>> = (0..600_u32).map(|n| n.to_be_bytes().to_vec()).collect();
    let tree = Tree::of(leaves.iter().map(|leaf| leaf_hash(leaf)));

    let tiles = hash_tiles(&tree);
    let bundles = entries(&leaves);

    let names: Vec<(&str, usize)> =
        tiles.iter().map(|(name, bytes)| (name.as_str(), bytes.len())).collect();
    assert_eq!(
        names,
        [
            ("tile/0/000", 8192),
            ("tile/0/001", 8192),
            ("tile/0/002.p/88", 2816),
            ("tile/1/000.p/2", 64)
        ]
    );
    let mut level: Vec<Hash> =
        tiles[0].1.chunks_exact(32).map(|hash| hash.try_into().unwrap()).collect();
    while level.len() > 1 {
        level = level.chunks_exact(2).map(|two| node_hash(&two[0], &two[1])).collect();
    }
    assert_eq!(level[0][..], tiles[3].1[..32]);
    assert_eq!((bundles[2].0.as_str(), bundles[2].1.len()), ("tile/entries/002.p/88", 88 * 6));
    assert_eq!(bundles[0].1[..8], [0, 4, 0, 0, 0, 0, 0, 4]);
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
