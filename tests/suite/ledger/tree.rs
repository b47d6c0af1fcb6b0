//! The tree and the notes, against published vectors.

use std::path::Path;

use data_encoding::{BASE64, HEXLOWER};
use hoithi::ledger::{
    Checkpoint, Frontier, Hash, Receipt, Signer, Tree, Verifier, leaf_hash, opened, proves_growth,
    proves_inclusion,
};
use serde_json::Value;

/// A file of the reference vectors, where they lie beside the repository: others' work, which is not
/// kept in it. `defined` asks the same without them.
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
