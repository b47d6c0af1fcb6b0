//! Hashes that a sender promises for the bytes of one request.

use sha1::Sha1;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// A promised hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sum {
    /// SHA-1: what the protocol asks everybody to know.
    Sha1([u8; 20]),
    /// SHA-256.
    Sha256([u8; 32]),
}

impl Sum {
    /// Names of the algorithms, as the protocol writes them.
    pub const NAMES: &'static str = "sha1,sha256";

    /// Reads `sha256 ` and the hash in base 64; none for another algorithm or length.
    #[must_use]
    pub fn read(written: &str) -> Option<Self> {
        let (name, hash) = written.trim().split_once(' ')?;
        let hash = data_encoding::BASE64.decode(hash.trim().as_bytes()).ok()?;
        match name {
            "sha1" => hash.try_into().ok().map(Self::Sha1),
            "sha256" => hash.try_into().ok().map(Self::Sha256),
            _ => None,
        }
    }
}

/// A hash that grows with the bytes.
pub(super) enum Summing {
    Sha1(Sha1),
    Sha256(Sha256),
}

impl Summing {
    pub(super) fn of(promised: &Sum) -> Self {
        match promised {
            Sum::Sha1(_) => Self::Sha1(Sha1::new()),
            Sum::Sha256(_) => Self::Sha256(Sha256::new()),
        }
    }

    pub(super) fn add(&mut self, bytes: &[u8]) {
        match self {
            Self::Sha1(hash) => hash.update(bytes),
            Self::Sha256(hash) => hash.update(bytes),
        }
    }

    pub(super) fn is(&self, promised: &Sum) -> bool {
        match (self, promised) {
            (Self::Sha1(hash), Sum::Sha1(kept)) => {
                hash.clone().finalize().as_slice().ct_eq(kept).into()
            }
            (Self::Sha256(hash), Sum::Sha256(kept)) => {
                hash.clone().finalize().as_slice().ct_eq(kept).into()
            }
            _ => false,
        }
    }
}
