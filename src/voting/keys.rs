//! The secrets of a contest's log: files in a folder of their own, outside the database, never
//! printed.

use std::io::Write;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use entity::id::ContestId;

use super::Error;
use crate::ledger::{self, Leaf, Signer, Verifier, Vote};

/// File of the public half of the log's key at its beginning; missing while that one still holds.
const FIRST: &str = "log.first";

/// Numbers of the staff keys: who proposes, and who approves.
pub(super) const DESK: u8 = 0;
pub(super) const APPROVER: u8 = 1;

/// Files of the keys that sign; the log's comes last, so that it says whether all are in place.
const SIGNING: [&str; 3] = ["staff-0", "staff-1", "log"];

/// The secrets of one log.
#[derive(Clone)]
pub(super) struct Keys {
    folder: PathBuf,
    nullifier: Option<[u8; 32]>,
    salt: [u8; 32],
    log: Signer,
    /// Public half of the log's key at its beginning.
    first: [u8; 32],
    staff: [[u8; 32]; 2],
}

/// Whether the keys of a contest's log are in this folder.
pub(super) fn are_in(folder: &Path, contest: ContestId) -> bool {
    SIGNING.iter().all(|name| folder.join(contest.to_string()).join(name).exists())
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
            make(&folder).map_err(Error::Keys)?;
        }
        let destroyed = folder.join("nullifier.destroyed").exists();
        let nullifier = if destroyed { None } else { Some(one("nullifier")?) };
        let staff = [one("staff-0")?, one("staff-1")?];
        let (salt, log) = (one("salt")?, signing(&one("log")?));
        let first = match read(&folder, FIRST, None) {
            Ok(first) => first,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => log.public(),
            Err(error) => return Err(Error::Keys(error)),
        };
        Ok(Self { nullifier, salt, log, first, staff, folder })
    }

    /// Makes new keys that sign, and puts them beside those that hold: until the log says that they
    /// hold, nothing is lost by a crash.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub(super) fn renewed(&self, fresh: fn() -> [u8; 32]) -> std::io::Result<Self> {
        if !self.folder.join(FIRST).exists() {
            write(&self.folder, FIRST, &self.first)?;
        }
        let mut keys = [[0; 32]; 3];
        for (name, key) in SIGNING.iter().zip(&mut keys) {
            *key = fresh();
            write(&self.folder, &next(name), key)?;
        }
        let [one, two, log] = keys;
        Ok(Self { log: signing(&log), staff: [one, two], ..self.clone() })
    }

    /// The keys of which the log says that they hold: those that lie in the folder, or those beside
    /// them where a crash came between the log and the folder. `bound` is the log's public key as
    /// its newest AMEND has it.
    ///
    /// # Errors
    /// [`Error::Keys`] where neither is, or the folder cannot be written.
    pub(super) fn in_force(self, bound: &[u8; 32]) -> Result<Self, Error> {
        if *bound == [0; 32] || *bound == self.log.public() {
            return Ok(self);
        }
        let waiting = read(&self.folder, &next("log"), None);
        if waiting.ok().is_none_or(|log| signing(&log).public() != *bound) {
            let why = "the log has another key; copy the newest folder of keys to this machine";
            return Err(Error::Keys(std::io::Error::other(why)));
        }
        let one = |name| {
            let waiting = read(&self.folder, &next(name), None);
            waiting.or_else(|_| read(&self.folder, name, None)).map_err(Error::Keys)
        };
        let (staff, log) = ([one("staff-0")?, one("staff-1")?], one("log")?);
        let renewed = Self { staff, log: signing(&log), ..self };
        renewed.settle().map_err(Error::Keys)?;
        Ok(renewed)
    }

    /// Puts renewed keys in the place of the old ones, which are gone then.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub(super) fn settle(&self) -> std::io::Result<()> {
        for name in SIGNING {
            match std::fs::rename(self.folder.join(next(name)), self.folder.join(name)) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        std::fs::File::open(&self.folder)?.sync_all()
    }

    /// Whoever checks the signature under this newest checkpoint: the key in force.
    pub(super) fn signed(&self, origin: &str, checkpoint: &str) -> Option<Verifier> {
        let waiting = read(&self.folder, &next("log"), None).ok();
        let mut keys = std::iter::once(self.log.clone()).chain(waiting.map(|log| signing(&log)));
        keys.find_map(|key| {
            let by = key.named(origin).verifier();
            ledger::opened(checkpoint, &by).is_some().then_some(by)
        })
    }

    /// Whoever checks signatures of the log's key at its beginning.
    pub(super) fn first(&self, origin: &str) -> Option<Verifier> {
        Verifier::new(origin, &self.first)
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
        self.log.named(origin)
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
        if self.nullifier.is_none() && !path.exists() {
            return Ok(());
        }
        let mut file = std::fs::OpenOptions::new().write(true).open(&path)?;
        file.write_all(&[0; 32])?;
        file.sync_all()?;
        std::fs::write(self.folder.join("nullifier.destroyed"), "")?;
        std::fs::remove_file(path)
    }
}

/// A secret of this site that belongs to no log, made when it is first asked for.
///
/// # Errors
/// When it cannot be read or written.
pub(super) fn secret(
    folder: &Path,
    name: &str,
    fresh: fn() -> [u8; 32],
) -> std::io::Result<[u8; 32]> {
    match read(folder, name, None) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            make(folder)?;
            read(folder, name, Some(fresh))
        }
        known => known,
    }
}

/// Makes a folder of keys, for its owner's eyes alone, so that it is there when the power goes. Its
/// name stands in the folder above it, and that one's in the one above: keys that were synced would
/// lie nowhere without them. A folder that we may not read is somebody else's to sync.
fn make(folder: &Path) -> std::io::Result<()> {
    let named = |one: &&Path| !one.as_os_str().is_empty();
    let missing = folder.ancestors().skip(1).filter(named).take_while(|one| !one.exists());
    // Beside those that are made now the two above in any case: whoever made them may have fallen.
    let deep = Ord::max(2, missing.count() + 1);
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    for above in folder.ancestors().skip(1).filter(named).take(deep) {
        match std::fs::File::open(above) {
            Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {}
            opened => opened?.sync_all()?,
        }
    }
    Ok(())
}

fn signing(secret: &[u8; 32]) -> Signer {
    Signer::new("log", secret)
}

/// File of a key that waits for the log to say that it holds.
fn next(name: &str) -> String {
    format!("{name}.next")
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
