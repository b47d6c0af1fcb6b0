//! The tree against RFC 6962's own words: section 2.1 as it stands there, recursive and slow, with
//! nothing of ours in it. Ours walks levels and loops instead.

use hoithi::ledger::{Frontier, Hash, Tree, leaf_hash, proves_growth, proves_inclusion};
use sha2::{Digest, Sha256};

type Data = [Vec<u8>];

fn hashed(parts: &[&[u8]]) -> Hash {
    Sha256::digest(parts.concat()).into()
}

fn node(left: &Hash, right: &Hash) -> Hash {
    hashed(&[&[1], left, right])
}

/// `k`: the largest power of two smaller than `n`.
fn split(n: usize) -> usize {
    let mut k = 1;
    while k * 2 < n {
        k *= 2;
    }
    k
}

/// `MTH(D[n])`.
fn root(data: &Data) -> Hash {
    match data {
        [] => hashed(&[]),
        [one] => hashed(&[&[0], one]),
        _ => {
            let (left, right) = data.split_at(split(data.len()));
            node(&root(left), &root(right))
        }
    }
}

/// `PATH(m, D[n])`.
fn path(m: usize, data: &Data) -> Vec<Hash> {
    if data.len() == 1 {
        return Vec::new();
    }
    let k = split(data.len());
    let (left, right) = data.split_at(k);
    let (mut path, beside) =
        if m < k { (path(m, left), root(right)) } else { (path(m - k, right), root(left)) };
    path.push(beside);
    path
}

/// `SUBPROOF(m, D[n], b)`.
fn subproof(m: usize, data: &Data, whole: bool) -> Vec<Hash> {
    if m == data.len() {
        return if whole { Vec::new() } else { vec![root(data)] };
    }
    let k = split(data.len());
    let (left, right) = data.split_at(k);
    let (mut proof, beside) = if m <= k {
        (subproof(m, left, whole), root(right))
    } else {
        (subproof(m - k, right, false), root(left))
    };
    proof.push(beside);
    proof
}

/// The root of `n` leaves to which a path leads from the leaf at `m`; none where it is no such path.
fn led_to(leaf: Hash, m: usize, n: usize, path: &[Hash]) -> Option<Hash> {
    if m >= n {
        return None;
    }
    if n == 1 {
        return path.is_empty().then_some(leaf);
    }
    let ((beside, below), k) = (path.split_last()?, split(n));
    match m < k {
        true => Some(node(&led_to(leaf, m, k, below)?, beside)),
        false => Some(node(beside, &led_to(leaf, m - k, n - k, below)?)),
    }
}

/// The roots of `m` and of `n` leaves to which a proof of growth from `old` leads.
fn grown_to(old: Hash, m: usize, n: usize, proof: &[Hash], whole: bool) -> Option<(Hash, Hash)> {
    if m == 0 || m > n {
        return None;
    }
    if m == n {
        return match (whole, proof) {
            (true, []) => Some((old, old)),
            (false, [root]) => Some((*root, *root)),
            _ => None,
        };
    }
    let ((beside, below), k) = (proof.split_last()?, split(n));
    if m <= k {
        let (before, after) = grown_to(old, m, k, below, whole)?;
        return Some((before, node(&after, beside)));
    }
    let (before, after) = grown_to(old, m - k, n - k, below, false)?;
    Some((node(beside, &before), node(beside, &after)))
}

fn data(count: usize) -> Vec<Vec<u8>> {
    (0..count).map(|n| format!("phiếu {n}").repeat(n % 5).into_bytes()).collect()
}

fn number(n: usize) -> u64 {
    n.try_into().unwrap()
}

/// A path, and what could be made of it: shorter, longer, in another order, one bit changed.
fn variants(path: &[Hash]) -> Vec<Vec<Hash>> {
    let mut all = vec![path.to_vec(), [path, &[[7; 32]]].concat(), [&[[7; 32]][..], path].concat()];
    if let [first, rest @ ..] = path {
        all.extend([rest.to_vec(), path[..path.len() - 1].to_vec(), Vec::new()]);
        all.extend([[rest, &[*first]].concat(), [path, &[*first]].concat()]);
    }
    for step in 0..path.len() {
        let mut changed = path.to_vec();
        changed[step][step] ^= 0x80;
        all.push(changed);
    }
    all
}

#[test]
fn roots_and_proofs_are_what_rfc_6962_defines() {
    let data = data(70);
    let tree = Tree::of(data.iter().map(|leaf| leaf_hash(leaf)));
    let mut frontier = Frontier::default();
    assert_eq!(frontier.root(), root(&[]));
    for n in 1..=data.len() {
        frontier.push(leaf_hash(&data[n - 1]));
        let (some, size) = (&data[..n], number(n));
        assert_eq!((tree.root(size), frontier.root()), (root(some), root(some)), "{n}");
        for m in 0..n {
            assert_eq!(tree.inclusion(number(m), size), Some(path(m, some)), "{m} of {n}");
        }
        for m in 1..=n {
            let proof = subproof(m, some, true);
            assert_eq!(tree.growth(number(m), size), Some(proof), "{m} to {n}");
        }
    }
}

#[test]
fn a_proof_of_a_leaf_is_believed_exactly_where_rfc_6962_leads_to_the_root() {
    let (data, mut judged) = (data(11), [0, 0]);
    for n in 1..=data.len() {
        let some = &data[..n];
        for m in 0..n {
            let (leaf, head) = (leaf_hash(&some[m]), root(some));
            for proof in variants(&path(m, some)) {
                for (at, of) in [(m, n), (m + 1, n), (m ^ 1, n), (m, n + 1), (m, m), (m, 2 * n)] {
                    for (leaf, head) in [(leaf, head), ([7; 32], head), (leaf, [7; 32])] {
                        let holds = led_to(leaf, at, of, &proof) == Some(head);
                        let ours = proves_inclusion(&leaf, number(at), number(of), &proof, &head);
                        assert_eq!(ours, holds, "{m} of {n} as {at} of {of}: {proof:02x?}");
                        judged[usize::from(holds)] += 1;
                    }
                }
            }
        }
    }
    assert!(judged[0] > 5000 && judged[1] >= 66, "{judged:?}");
}

#[test]
fn a_proof_of_growth_is_believed_exactly_where_rfc_6962_leads_to_both_roots() {
    let (data, mut judged) = (data(11), [0, 0]);
    for n in 1..=data.len() {
        for m in 1..=n {
            let (before, after) = (root(&data[..m]), root(&data[..n]));
            for proof in variants(&subproof(m, &data[..n], true)) {
                for (old, new) in [(m, n), (m - 1, n), (m + 1, n), (m, n + 1), (n, m), (0, n)] {
                    for (one, two) in [(before, after), ([7; 32], after), (before, [7; 32])] {
                        let holds = grown_to(one, old, new, &proof, true) == Some((one, two));
                        let ours = proves_growth(number(old), number(new), &proof, &one, &two);
                        assert_eq!(ours, holds, "{m} to {n} as {old} to {new}: {proof:02x?}");
                        judged[usize::from(holds)] += 1;
                    }
                }
            }
        }
    }
    assert!(judged[0] > 5000 && judged[1] >= 66, "{judged:?}");
}
