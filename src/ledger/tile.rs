//! Tiles (C2SP tlog-tiles, height 8): the log as files that never change.

use super::Tree;

/// Hashes in a full tile.
const WIDTH: usize = 256;

/// Path in groups of three digits: 1234067 is `x001/x234/067`.
fn number(tile: usize) -> String {
    let mut path = format!("{:03}", tile % 1000);
    let mut rest = tile / 1000;
    while rest > 0 {
        path = format!("x{:03}/{path}", rest % 1000);
        rest /= 1000;
    }
    path
}

fn name(prefix: &str, tile: usize, width: usize) -> String {
    let part = if width < WIDTH { format!(".p/{width}") } else { String::new() };
    format!("{prefix}/{}{part}", number(tile))
}

/// Every hash tile of `tree`: its path, and its hashes one after the other.
#[must_use]
pub fn hash_tiles(tree: &Tree) -> Vec<(String, Vec<u8>)> {
    let mut tiles = Vec::new();
    for height in 0.. {
        let hashes = tree.level(height * 8);
        if hashes.is_empty() {
            break;
        }
        for (tile, hashes) in hashes.chunks(WIDTH).enumerate() {
            tiles.push((name(&format!("tile/{height}"), tile, hashes.len()), hashes.concat()));
        }
    }
    tiles
}

/// Every bundle of leaves: its path, and its leaves, each after its length in two bytes.
#[must_use]
pub fn entries(leaves: &[Vec<u8>]) -> Vec<(String, Vec<u8>)> {
    let bundles = leaves.chunks(WIDTH).enumerate().map(|(tile, leaves)| {
        let mut bytes = Vec::new();
        for leaf in leaves {
            bytes.extend_from_slice(&u16::try_from(leaf.len()).unwrap_or(u16::MAX).to_be_bytes());
            bytes.extend_from_slice(leaf);
        }
        (name("tile/entries", tile, leaves.len()), bytes)
    });
    bundles.collect()
}
