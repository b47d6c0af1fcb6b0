//! The Merkle tree of RFC 6962, section 2.1.

use sha2::{Digest, Sha256};

/// SHA-256.
pub type Hash = [u8; 32];

/// Hash of a leaf: SHA-256 of a zero byte and the leaf.
#[must_use]
pub fn leaf_hash(leaf: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(leaf).finalize().into()
}

/// Hash of a node: SHA-256 of a one byte and the hashes below.
#[must_use]
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    let mut bytes = [1; 65];
    bytes[1..33].copy_from_slice(left);
    bytes[33..].copy_from_slice(right);
    Sha256::digest(bytes).into()
}

fn empty() -> Hash {
    Sha256::digest([]).into()
}

/// All that is needed to go on growing a tree: the roots of its full subtrees, largest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    roots: Vec<Hash>,
}

impl Frontier {
    /// Leaves so far.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Adds a leaf by its hash.
    pub fn push(&mut self, leaf: Hash) {
        let mut hash = leaf;
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.roots.pop() {
                hash = node_hash(&left, &hash);
            }
        }
        self.roots.push(hash);
        self.size += 1;
    }

    /// The root.
    #[must_use]
    pub fn root(&self) -> Hash {
        let mut roots = self.roots.iter().rev();
        let last = roots.next().copied();
        last.map_or_else(empty, |last| roots.fold(last, |right, left| node_hash(left, &right)))
    }
}

/// A tree that is held whole, level by level, and proves things about any of its sizes.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    /// Hashes of full subtrees: leaves first, then each two of them, …
    levels: Vec<Vec<Hash>>,
}

impl Tree {
    /// A tree over these leaf hashes.
    #[must_use]
    pub fn of(leaves: impl IntoIterator<Item = Hash>) -> Self {
        let mut tree = Self::default();
        leaves.into_iter().for_each(|leaf| tree.push(leaf));
        tree
    }

    /// Adds a leaf by its hash.
    pub fn push(&mut self, leaf: Hash) {
        let mut hash = leaf;
        for level in 0.. {
            if self.levels.len() == level {
                self.levels.push(Vec::new());
            }
            let hashes = &mut self.levels[level];
            hashes.push(hash);
            match hashes.as_slice() {
                [.., left, right] if hashes.len().is_multiple_of(2) => {
                    hash = node_hash(left, right)
                }
                _ => break,
            }
        }
    }

    /// Leaves.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.levels.first().map_or(0, |leaves| leaves.len() as u64)
    }

    /// Hashes of the full subtrees of `2^level` leaves.
    #[must_use]
    pub fn level(&self, level: usize) -> &[Hash] {
        self.levels.get(level).map(Vec::as_slice).unwrap_or_default()
    }

    /// The root of the first `size` leaves.
    ///
    /// # Panics
    /// When the tree has fewer.
    #[must_use]
    pub fn root(&self, size: u64) -> Hash {
        if size == 0 { empty() } else { self.subtree(0, size) }
    }

    /// Root of the leaves from `start` to just before `end`; `start` is a multiple of the largest
    /// power of two below the width, as in every subtree of the RFC.
    fn subtree(&self, start: u64, end: u64) -> Hash {
        let width = end - start;
        if width.is_power_of_two() {
            let level = width.trailing_zeros() as usize;
            return self.levels[level][usize::try_from(start >> level).unwrap_or(usize::MAX)];
        }
        let split = start + below(width);
        node_hash(&self.subtree(start, split), &self.subtree(split, end))
    }

    /// Hashes that prove leaf `index` to be in the tree of `size` leaves, nearest first; none
    /// where it is not.
    #[must_use]
    pub fn inclusion(&self, index: u64, size: u64) -> Option<Vec<Hash>> {
        if index >= size || size > self.size() {
            return None;
        }
        let (mut start, mut end, mut path) = (0, size, Vec::new());
        while end - start > 1 {
            let split = start + below(end - start);
            if index < split {
                path.push(self.subtree(split, end));
                end = split;
            } else {
                path.push(self.subtree(start, split));
                start = split;
            }
        }
        path.reverse();
        Some(path)
    }

    /// Hashes that prove the tree of `old` leaves to be the beginning of that of `new`; none where
    /// that cannot be.
    #[must_use]
    pub fn growth(&self, old: u64, new: u64) -> Option<Vec<Hash>> {
        if old == 0 || old > new || new > self.size() {
            return None;
        }
        let (mut start, mut end, mut whole, mut path) = (0, new, true, Vec::new());
        while old != end {
            let split = start + below(end - start);
            if old <= split {
                path.push(self.subtree(split, end));
                end = split;
            } else {
                path.push(self.subtree(start, split));
                start = split;
                whole = false;
            }
        }
        if !whole {
            path.push(self.subtree(start, end));
        }
        path.reverse();
        Some(path)
    }
}

/// The largest power of two below `width`, which is at least 2.
fn below(width: u64) -> u64 {
    1 << (63 - (width - 1).leading_zeros())
}

/// Whether `path` proves that the leaf with this hash is at `index` of the tree with this root.
#[must_use]
pub fn proves_inclusion(leaf: &Hash, index: u64, size: u64, path: &[Hash], root: &Hash) -> bool {
    if index >= size {
        return false;
    }
    let (mut node, mut last, mut hash) = (index, size - 1, *leaf);
    for step in path {
        if last == 0 {
            return false;
        }
        if node & 1 == 1 || node == last {
            hash = node_hash(step, &hash);
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(&hash, step);
        }
        node >>= 1;
        last >>= 1;
    }
    last == 0 && hash == *root
}

/// Whether `path` proves that the tree of `old` leaves with root `before` is the beginning of the
/// tree of `new` leaves with root `after`. From nothing nothing is proved: `old` is at least 1.
#[must_use]
pub fn proves_growth(old: u64, new: u64, path: &[Hash], before: &Hash, after: &Hash) -> bool {
    if old == 0 || old > new {
        return false;
    }
    if old == new {
        return path.is_empty() && before == after;
    }
    let mut path = path.iter();
    let (mut node, mut last) = (old - 1, new - 1);
    while node & 1 == 1 {
        node >>= 1;
        last >>= 1;
    }
    let first = if node == 0 { Some(before) } else { path.next() };
    let Some(first) = first else { return false };
    let (mut small, mut large) = (*first, *first);
    for step in path {
        if last == 0 {
            return false;
        }
        if node & 1 == 1 || node == last {
            small = node_hash(step, &small);
            large = node_hash(step, &large);
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            large = node_hash(&large, step);
        }
        node >>= 1;
        last >>= 1;
    }
    last == 0 && small == *before && large == *after
}
