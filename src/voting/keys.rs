//! The secrets of a contest's log: files in a folder of their own, outside the database, never
//! printed.

use std::io::Write;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use entity::id::ContestId;

use super::Error;
use crate::ledger::{self, Leaf, Signer, Vote};

/// Numbers of the staff keys: who proposes, and who approves.
pub(super) const DESK: u8 = 0;
pub(super) const APPROVER: u8 = 1;

/// The secrets of one log.
#[derive(Clone)]
pub(super) struct Keys {
    folder: PathBuf,
    nullifier: Option<[u8; 32]>,
    salt: [u8; 32],
    log: [u8; 32],
    staff: [[u8; 32]; 2],
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys(***)")
    }
}

impl Keys {
    /// Reads the keys of a contest's log, or makes them where `fresh` gives random bytes.
    ///
    /// # Errors
    /// [`Error::Keys`] when the folder cannot be read or written, or a key is missing.
    pub(super) fn open(
        folder: &Path,
        contest: ContestId,
        fresh: Option<fn() -> [u8; 32]>,
    ) -> Result<Self, Error> {
        let folder = folder.join(contest.to_string());
        let one = |name| read(&folder, name, fresh).map_err(Error::Keys);
        if fresh.is_some() {
            let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder);
            made.map_err(Error::Keys)?;
        }
        let destroyed = folder.join("nullifier.destroyed").exists();
        let nullifier = if destroyed { None } else { Some(one("nullifier")?) };
        let staff = [one("staff-0")?, one("staff-1")?];
        Ok(Self { nullifier, salt: one("salt")?, log: one("log")?, staff, folder })
    }

    /// The voter in a slot.
    ///
    /// # Errors
    /// [`Error::Closed`] when the key is destroyed: then nobody can vote any more.
    pub(super) fn nullifier(
        &self,
        log: u32,
        slot: u32,
        voter: &[u8; 32],
    ) -> Result<ledger::Hash, Error> {
        let key = self.nullifier.as_ref().ok_or(Error::Closed)?;
        Ok(ledger::nullifier(key, log, slot, voter))
    }

    /// Seals a choice.
    pub(super) fn seal(&self, vote: &Vote, entries: &[u32]) -> ledger::Hash {
        ledger::choice(vote, &ledger::salt(&self.salt, &vote.nullifier, vote.seq), entries)
    }

    /// The salt key, for the bundle.
    pub(super) fn salt(&self) -> [u8; 32] {
        self.salt
    }

    /// Whoever signs checkpoints.
    pub(super) fn signer(&self, origin: &str) -> Signer {
        Signer::new(origin, &self.log)
    }

    /// Public halves of the staff keys.
    pub(super) fn staff(&self) -> Vec<[u8; 32]> {
        self.staff.iter().map(|secret| Signer::new("staff", secret).public()).collect()
    }

    /// Signs a note with these staff keys.
    pub(super) fn sign(&self, note: &Leaf, by: &[u8]) -> Vec<(u8, [u8; 64])> {
        let part = note.signed_part();
        let secret = |key: &u8| self.staff.get(usize::from(*key)).map(|secret| (*key, secret));
        let signed = by.iter().filter_map(secret);
        signed.map(|(key, secret)| (key, Signer::new("staff", secret).sign(&part))).collect()
    }

    /// What OPEN says of the keys.
    ///
    /// # Errors
    /// [`Error::Closed`] when the nullifier key is destroyed.
    pub(super) fn open_leaf(&self, log: u32, rules: ledger::Hash) -> Result<Leaf, Error> {
        let nullifier = self.nullifier.as_ref().ok_or(Error::Closed)?;
        Ok(Leaf::Open {
            log,
            rules,
            nullifier_key: ledger::key_hash("kn", nullifier),
            salt_key: ledger::key_hash("ks", &self.salt),
            staff: self.staff(),
        })
    }

    /// Destroys the nullifier key: nobody can be tied to a vote any more, and nobody can vote.
    ///
    /// # Errors
    /// When the file cannot be overwritten or removed.
    pub(super) fn destroy_nullifier(&self) -> std::io::Result<()> {
        let path = self.folder.join("nullifier");
        let mut file = std::fs::OpenOptions::new().write(true).open(&path)?;
        file.write_all(&[0; 32])?;
        file.sync_all()?;
        std::fs::write(self.folder.join("nullifier.destroyed"), "")?;
        std::fs::remove_file(path)
    }
}

fn read(folder: &Path, name: &str, fresh: Option<fn() -> [u8; 32]>) -> std::io::Result<[u8; 32]> {
    let path = folder.join(name);
    match (std::fs::read(&path), fresh) {
        (Ok(bytes), _) => bytes.try_into().map_err(|_| std::io::Error::other("not a key")),
        (Err(error), Some(fresh)) if error.kind() == std::io::ErrorKind::NotFound => {
            let bytes = fresh();
            write(folder, name, &bytes)?;
            Ok(bytes)
        }
        (Err(error), _) => Err(error),
    }
}

/// Writes a key so that it is there whole or not at all, for its owner's eyes alone.
fn write(folder: &Path, name: &str, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = tempfile::Builder::new().prefix(".key-").tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(folder.join(name)).map_err(|error| error.error)?;
    std::fs::File::open(folder)?.sync_all()
}
