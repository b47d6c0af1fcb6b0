//! What hides a voter and a choice in the log, and what says which key hid them: keyed hashes, each
//! with its purpose, so that none can stand for another.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use super::{CTX, Hash, Vote};

fn keyed(key: &[u8; 32], purpose: &str, parts: &[&[u8]]) -> Hash {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
        unreachable!("HMAC takes keys of any length")
    };
    mac.update(CTX.as_bytes());
    mac.update(purpose.as_bytes());
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// Number of the log with this name: the first four bytes of its SHA-256, so that a leaf of one
/// log cannot stand in another.
#[must_use]
pub fn log_number(origin: &str) -> u32 {
    let hash = Sha256::digest(origin);
    u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]])
}

/// What OPEN says of a key: `purpose` is `kn` for the nullifier key, `ks` for the salt key.
#[must_use]
pub fn key_hash(purpose: &str, key: &[u8; 32]) -> Hash {
    Sha256::new()
        .chain_update(CTX)
        .chain_update(purpose)
        .chain_update([0])
        .chain_update(key)
        .finalize()
        .into()
}

/// The voter in a slot: the same voter has another one in every slot and every log, and without
/// the key nobody can tell that they belong together.
#[must_use]
pub fn nullifier(key: &[u8; 32], log: u32, slot: u32, voter: &[u8]) -> Hash {
    keyed(key, "nullifier\0", &[&log.to_be_bytes(), &slot.to_be_bytes(), voter])
}

/// What makes a seal impossible to guess; derived, so nobody chooses it later.
#[must_use]
pub fn salt(key: &[u8; 32], nullifier: &Hash, seq: u16) -> Hash {
    keyed(key, "salt\0", &[nullifier, &seq.to_be_bytes()])
}

/// Seals a choice: the numbers of the chosen entries, in order; none is a vote taken back.
#[must_use]
pub fn choice(vote: &Vote, salt: &Hash, entries: &[u32]) -> Hash {
    let mut bytes = Vec::with_capacity(160);
    bytes.extend_from_slice(CTX.as_bytes());
    bytes.extend_from_slice(b"choice\0");
    bytes.extend_from_slice(&vote.log.to_be_bytes());
    bytes.extend_from_slice(&vote.slot.to_be_bytes());
    bytes.extend_from_slice(&vote.nullifier);
    bytes.extend_from_slice(&vote.seq.to_be_bytes());
    bytes.extend_from_slice(salt);
    bytes.push(u8::try_from(entries.len()).unwrap_or(u8::MAX));
    for entry in entries {
        bytes.extend_from_slice(&entry.to_be_bytes());
    }
    Sha256::digest(bytes).into()
}
