//! The ledger: tree and notes against published vectors, bundles against two verifiers.

mod defined;
mod drawn;
mod frauds;
mod tree;

use data_encoding::HEXLOWER;
use hoithi::ledger::{
    Bundle, Hash, Leaf, Receipt, Signer, Tile, Tree, audit, cosigned, leaf_hash, log_number,
    node_hash,
};
use serde_json::{Value, json};

use self::drawn::{
    Log, NULLIFIER_KEY, ORIGIN, SALT_KEY, judged, judged_in_python, log_signer, rules, staff, whole,
};

pub use self::drawn::in_python;

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
