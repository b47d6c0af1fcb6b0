//! The hash of what has arrived of an upload, grown while it streams by.

use std::io::Read;
use std::path::Path;

use sha2::{Digest, Sha256};

/// Bytes that are read at once.
const STEP: usize = 64 << 10;

/// The hash of the first so many bytes.
#[derive(Clone, Debug, Default)]
pub(super) struct Hashed {
    pub(super) bytes: u64,
    pub(super) sum: Sha256,
}

impl Hashed {
    pub(super) fn add(&mut self, bytes: &[u8]) {
        self.bytes += bytes.len() as u64;
        self.sum.update(bytes);
    }

    /// Of the first `bytes` of a file: what a restart forgot.
    pub(super) fn again(path: &Path, bytes: u64) -> std::io::Result<Self> {
        let mut hashed = Self::default();
        let mut file = std::fs::File::open(path)?.take(bytes);
        let mut step = vec![0; STEP];
        loop {
            let read = file.read(&mut step)?;
            if read == 0 {
                return Ok(hashed);
            }
            hashed.add(&step[..read]);
        }
    }
}
