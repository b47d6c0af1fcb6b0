//! Uploads that may break off: bytes gather in a folder until they are a whole file.
//!
//! How much has arrived is the length of the file and nothing else, so that it is true after any
//! crash. One writer at a time: whoever comes later makes the earlier one stop, because the earlier
//! one is most often a line that died.

mod error;
mod hash;
mod held;
mod upload;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use entity::id::EntryId;
use entity::instant::Instant;
use tokio::sync::watch;

use self::hash::Hashed;
use self::upload::{folders, length, modified, read, write};

pub use error::{Error, MOST_BYTES, MOST_UPLOADS};
pub use held::{Held, Patience};
pub use upload::{IDLE_SECONDS, MOST_SECONDS, Upload};

/// Bytes of the disk that uploads leave free, so that the database goes on where files no longer fit;
/// a twentieth of a disk that is small.
const SPARE: u64 = 1 << 30;
/// Microseconds after which it is counted anew what open uploads still have to bring: when a deadline is
/// near these are thousands, and more begin every second.
const COUNTED: i64 = 10_000_000;

/// The folder of uploads: in it one for each entry, and in that one for each upload.
#[derive(Debug)]
pub struct Spool {
    root: PathBuf,
    turns: Mutex<HashMap<String, Arc<Turn>>>,
    patience: Patience,
    /// Bytes that are left free; none: as [`SPARE`] says.
    spare: Option<u64>,
    /// Held while room is measured and taken: what open uploads still had to bring, and when that was
    /// counted.
    room: Mutex<Option<(Instant, u64)>>,
}

#[derive(Debug)]
struct Turn {
    lock: Arc<tokio::sync::Mutex<()>>,
    newest: watch::Sender<u64>,
    hash: Arc<Mutex<Hashed>>,
}

impl Spool {
    /// Uploads in `root`.
    #[must_use]
    pub fn at(root: PathBuf) -> Self {
        let patience = Patience::USUAL;
        Self { root, turns: Mutex::default(), patience, spare: None, room: Mutex::default() }
    }

    /// The same with other patience.
    #[must_use]
    pub fn with_patience(mut self, patience: Patience) -> Self {
        self.patience = patience;
        self
    }

    /// The same where so many bytes of the disk are left free.
    #[must_use]
    pub fn sparing(mut self, bytes: u64) -> Self {
        self.spare = Some(bytes);
        self
    }

    /// Bytes that open uploads of all entries still have to bring. Those that are over have none here.
    fn promised(&self) -> Result<u64, Error> {
        let open = self.all()?.into_iter().filter(|upload| !upload.is_over);
        Ok(open.map(|upload| upload.length.saturating_sub(self.arrived(&upload))).sum())
    }

    /// Takes the room that an upload needs beside all that are open. Nobody is refused by a count that
    /// is old.
    fn take_room(
        &self,
        counted: &mut Option<(Instant, u64)>,
        upload: &Upload,
    ) -> Result<(), Error> {
        let now = upload.begun_at;
        let is_new =
            |known: &&mut (Instant, u64)| (0..COUNTED).contains(&(now.micros() - known.0.micros()));
        if let Some((_, promised)) = counted.as_mut().filter(is_new)
            && self.has_room(upload.length.saturating_add(*promised))?
        {
            *promised += upload.length;
            return Ok(());
        }
        let promised = self.promised()?.saturating_add(upload.length);
        if !self.has_room(promised)? {
            return Err(Error::NoRoom);
        }
        *counted = Some((now, promised));
        Ok(())
    }

    /// Whether the disk has room for so many bytes more.
    fn has_room(&self, bytes: u64) -> Result<bool, Error> {
        std::fs::create_dir_all(&self.root)?;
        let disk = rustix::fs::statvfs(&self.root).map_err(std::io::Error::from)?;
        let free = disk.f_bavail.saturating_mul(disk.f_frsize);
        let all = disk.f_blocks.saturating_mul(disk.f_frsize);
        let spare = self.spare.unwrap_or_else(|| SPARE.min(all / 20));
        Ok(free >= bytes.saturating_add(spare))
    }

    /// Begins an upload and takes the room that it will need. When it returns, the upload survives
    /// a power cut.
    ///
    /// # Errors
    /// [`Error::Crowded`]; [`Error::NoRoom`]; [`Error::Disk`].
    pub fn begin(&self, upload: &Upload) -> Result<(), Error> {
        let mut room = self.room.lock().unwrap_or_else(PoisonError::into_inner);
        let open = self.open(upload.entry)?;
        let bytes: u64 = open.iter().map(|open| open.length).sum();
        if open.len() >= MOST_UPLOADS || bytes.saturating_add(upload.length) > MOST_BYTES {
            return Err(Error::Crowded);
        }
        self.take_room(&mut room, upload)?;
        let of_entry = self.of_entry(upload.entry);
        let folder = of_entry.join(&upload.id);
        std::fs::create_dir_all(&folder)?;
        let bytes = std::fs::File::create(folder.join("bytes"))?;
        modified(&bytes, upload.begun_at)?;
        bytes.sync_all()?;
        write(&folder, upload)?;
        std::fs::File::open(&of_entry)?.sync_all()?;
        std::fs::File::open(&self.root)?.sync_all()?;
        Ok(())
    }

    /// Takes over an upload of this entry; an earlier writer stops first.
    ///
    /// # Errors
    /// [`Error::Unknown`] where there is none, or it is another's.
    pub async fn hold(&self, id: &str, entry: EntryId) -> Result<Held, Error> {
        let fits = id.len() >= 20 && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !fits {
            return Err(Error::Unknown);
        }
        let folder = self.of_entry(entry).join(id);
        read(&folder)?;
        let turn = self.turn(id);
        turn.newest.send_modify(|number| *number += 1);
        let newer = turn.newest.subscribe();
        let lock = Arc::clone(&turn.lock).lock_owned().await;
        let upload = read(&folder)?;
        let offset = if upload.is_over { upload.length } else { length(&folder)? };
        let hash = Arc::clone(&turn.hash);
        let patience = self.patience;
        Ok(Held { upload, offset, folder, hash, newer, patience, _lock: lock })
    }

    /// Uploads of an entry that are not over.
    ///
    /// # Errors
    /// [`Error::Disk`].
    pub fn open(&self, entry: EntryId) -> Result<Vec<Upload>, Error> {
        let all = folders(&self.of_entry(entry))?.into_iter().map(|folder| read(&folder));
        let all = all.filter(|read| !matches!(read, Err(Error::Unknown)));
        Ok(all.collect::<Result<Vec<_>, _>>()?.into_iter().filter(|one| !one.is_over).collect())
    }

    /// How many bytes of an upload have arrived, without taking it over.
    #[must_use]
    pub fn arrived(&self, upload: &Upload) -> u64 {
        length(&self.of_entry(upload.entry).join(&upload.id)).unwrap_or(0)
    }

    /// Removes what was given up; says how many. What somebody takes up at this moment stays, and
    /// so does, to its last day, what is whole and only waits for being made a file.
    ///
    /// # Errors
    /// [`Error::Disk`].
    pub async fn sweep(&self, now: Instant) -> Result<usize, Error> {
        let mut swept = 0;
        for upload in self.all()?.into_iter().filter(|upload| upload.expires_at() <= now) {
            let held = match self.hold(&upload.id, upload.entry).await {
                Ok(held) => held,
                Err(Error::Unknown) => continue,
                Err(error) => return Err(error),
            };
            let waits = held.is_whole() && !held.upload.is_over;
            let end = if waits { held.upload.gone_at() } else { held.upload.expires_at() };
            if end <= now {
                self.remove(held)?;
                swept += 1;
            }
        }
        Ok(swept)
    }

    /// Ends an upload for good.
    ///
    /// # Errors
    /// [`Error::Disk`].
    #[expect(clippy::needless_pass_by_value, reason = "the right ends with it")]
    pub fn remove(&self, held: Held) -> Result<(), Error> {
        std::fs::remove_dir_all(&held.folder)?;
        // The last one takes the entry's folder along; where it was not the last, it stays.
        if let Some(of_entry) = held.folder.parent() {
            drop(std::fs::remove_dir(of_entry));
        }
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        turns.remove(&held.upload.id);
        Ok(())
    }

    /// All uploads that can be read: one that cannot stands in nobody else's way.
    fn all(&self) -> Result<Vec<Upload>, Error> {
        let mut found = Vec::new();
        for of_entry in folders(&self.root)? {
            for folder in folders(&of_entry)? {
                match read(&folder) {
                    Ok(upload) => found.push(upload),
                    Err(Error::Unknown) => {}
                    Err(error) => tracing::error!("{}: {error}", folder.display()),
                }
            }
        }
        Ok(found)
    }

    fn of_entry(&self, entry: EntryId) -> PathBuf {
        self.root.join(entry.to_string())
    }

    fn turn(&self, id: &str) -> Arc<Turn> {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = || {
            let newest = watch::Sender::new(0);
            Arc::new(Turn { lock: Arc::default(), newest, hash: Arc::default() })
        };
        Arc::clone(turns.entry(id.to_owned()).or_insert_with(fresh))
    }
}
