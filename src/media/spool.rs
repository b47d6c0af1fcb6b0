//! Uploads that may break off: bytes gather in a folder until they are a whole file.
//!
//! How much has arrived is the length of the file and nothing else, so that it is true after any
//! crash. One writer at a time: whoever comes later makes the earlier one stop, because the earlier
//! one is most often a line that died.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use entity::id::{EntryId, FileId};
use entity::instant::Instant;
use futures_util::{Stream, StreamExt};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tokio::sync::{OwnedMutexGuard, watch};

use super::flaw::Flaw;
use super::format::Format;
use super::sum::{Sum, Summing};
use crate::refusal::{Arg, Kind, Refusal, Refused};

/// Bytes by which a format is told.
const HEAD: u64 = 4096;
/// Bytes that must arrive within [`PATIENCE`]: whoever is slower is not sending any more.
const STEP: usize = 64 << 10;
/// For how long the writer waits for the next [`STEP`].
const PATIENCE: Duration = Duration::from_secs(60);
/// For how long the writer waits for any byte.
const SILENCE: Duration = Duration::from_secs(20);
/// Most bytes that the open uploads of one entry may come to.
pub const MOST_BYTES: u64 = 2 << 30;
/// Most open uploads of one entry.
pub const MOST_UPLOADS: usize = 64;
/// Seconds after the last byte at which an upload is given up: a day.
pub const IDLE_SECONDS: i64 = 24 * 3600;
/// Seconds after its beginning at which it is given up whatever happens: a week.
pub const MOST_SECONDS: i64 = 7 * 24 * 3600;

/// Why an upload cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is none, or not for this entry.
    #[error("there is no such upload")]
    Unknown,
    /// The sender believes that another number of bytes has arrived.
    #[error("{at} bytes have arrived")]
    Offset {
        /// How many have.
        at: u64,
    },
    /// More bytes than were announced.
    #[error("more bytes than were announced")]
    TooLong,
    /// The bytes do not have the hash that was sent with them.
    #[error("the hash does not fit")]
    Sum,
    /// The first bytes are of a format that is not asked for here.
    #[error("the format is not asked for")]
    Unfit(Option<Format>),
    /// The open uploads of the entry come to more than [`MOST_BYTES`] or [`MOST_UPLOADS`].
    #[error("too many open uploads")]
    Crowded,
    /// Another sender took over, or the line died.
    #[error("the line broke off")]
    Broken,
    /// The disk failed.
    #[error("the disk failed")]
    Disk(#[from] std::io::Error),
}

impl Refusal for Error {
    fn refusal(&self) -> Refused {
        match self {
            Self::Unknown => Refused::new(Kind::NotFound, "upload-unknown"),
            Self::Offset { .. } => Refused::new(Kind::Conflict, "upload-offset"),
            Self::TooLong => Refused::new(Kind::TooLarge, "upload-too-long"),
            Self::Sum => Refused::new(Kind::Conflict, "upload-sum"),
            Self::Unfit(_) => Flaw::Unknown.refused(),
            Self::Crowded => {
                Refused::new(Kind::TooLarge, "upload-too-many").with("most", Arg::Bytes(MOST_BYTES))
            }
            Self::Broken => Refused::new(Kind::Conflict, "upload-broken"),
            Self::Disk(_) => Refused::new(Kind::Unavailable, "store-unavailable"),
        }
    }
}

/// What is known of an upload.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Upload {
    /// Its unguessable name.
    pub id: String,
    /// Whose it is.
    pub entry: EntryId,
    /// The slot that it is for.
    pub slot: String,
    /// What the sender calls it.
    pub name: String,
    /// Its whole length.
    pub length: u64,
    /// The row that it will be, fixed now so that ending it twice makes one.
    pub file: FileId,
    /// When it was begun.
    pub begun_at: Instant,
    /// When the last byte arrived.
    pub touched_at: Instant,
    /// Whether it became a file; its bytes are gone from here then.
    pub is_over: bool,
}

impl Upload {
    /// When it is given up. One that became a file is told as such for [`IDLE_SECONDS`] more: the
    /// answer to its last bytes may have been lost.
    #[must_use]
    pub fn expires_at(&self) -> Instant {
        let idle = self.touched_at.plus_seconds(IDLE_SECONDS);
        if self.is_over { idle } else { idle.min(self.gone_at()) }
    }

    /// When it is given up whatever happens.
    fn gone_at(&self) -> Instant {
        self.begun_at.plus_seconds(MOST_SECONDS)
    }
}

/// The folder of uploads: in it one for each entry, and in that one for each upload.
#[derive(Debug)]
pub struct Spool {
    root: PathBuf,
    turns: Mutex<HashMap<String, Arc<Turn>>>,
    /// Held while room is measured and taken.
    room: Mutex<()>,
}

#[derive(Debug)]
struct Turn {
    lock: Arc<tokio::sync::Mutex<()>>,
    newest: watch::Sender<u64>,
    hash: Arc<Mutex<Hashed>>,
}

/// The hash of the first so many bytes, grown while they stream by.
#[derive(Clone, Debug, Default)]
struct Hashed {
    bytes: u64,
    sum: Sha256,
}

impl Hashed {
    fn add(&mut self, bytes: &[u8]) {
        self.bytes += bytes.len() as u64;
        self.sum.update(bytes);
    }

    /// Of the first `bytes` of a file: what a restart forgot.
    fn again(path: &Path, bytes: u64) -> std::io::Result<Self> {
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

/// Takes back what arrived under a promised hash, unless it was kept: also when the request is
/// dropped in its middle.
struct Promise {
    path: PathBuf,
    offset: u64,
    is_kept: bool,
}

impl Drop for Promise {
    fn drop(&mut self) {
        if self.is_kept {
            return;
        }
        let cut = std::fs::File::options().write(true).open(&self.path);
        if let Err(error) = cut.and_then(|file| file.set_len(self.offset)) {
            tracing::warn!("bytes that nobody vouches for cannot be cut off: {error}");
        }
    }
}

/// The right to change one upload; nobody else has it meanwhile.
#[derive(Debug)]
pub struct Held {
    /// What is known of it.
    pub upload: Upload,
    /// Bytes that have arrived.
    pub offset: u64,
    folder: PathBuf,
    hash: Arc<Mutex<Hashed>>,
    newer: watch::Receiver<u64>,
    _lock: OwnedMutexGuard<()>,
}

impl Spool {
    /// Uploads in `root`.
    #[must_use]
    pub fn at(root: PathBuf) -> Self {
        Self { root, turns: Mutex::default(), room: Mutex::default() }
    }

    /// Begins an upload and takes the room that it will need. When it returns, the upload survives
    /// a power cut.
    ///
    /// # Errors
    /// [`Error::Crowded`]; [`Error::Disk`].
    pub fn begin(&self, upload: &Upload) -> Result<(), Error> {
        let _room = self.room.lock().unwrap_or_else(PoisonError::into_inner);
        let open = self.open(upload.entry)?;
        let bytes: u64 = open.iter().map(|open| open.length).sum();
        if open.len() >= MOST_UPLOADS || bytes.saturating_add(upload.length) > MOST_BYTES {
            return Err(Error::Crowded);
        }
        let of_entry = self.of_entry(upload.entry);
        let folder = of_entry.join(&upload.id);
        std::fs::create_dir_all(&folder)?;
        std::fs::File::create(folder.join("bytes"))?.sync_all()?;
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
        Ok(Held { upload, offset, folder, hash, newer, _lock: lock })
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

    fn all(&self) -> Result<Vec<Upload>, Error> {
        let mut found = Vec::new();
        for of_entry in folders(&self.root)? {
            for folder in folders(&of_entry)? {
                match read(&folder) {
                    Ok(upload) => found.push(upload),
                    Err(Error::Unknown) => {}
                    Err(error) => return Err(error),
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

impl Held {
    /// Where the bytes lie.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        self.folder.join("bytes")
    }

    /// Whether every byte has arrived.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.offset == self.upload.length
    }

    /// Appends what `body` brings at `offset`. What arrived before the line broke stays, unless a
    /// hash was promised that cannot be checked any more. When it returns, the bytes survive a
    /// power cut. `fits` judges the format as soon as it shows.
    ///
    /// # Errors
    /// As [`Error`] says; [`Held::offset`] is true afterwards in any case.
    pub async fn append<E>(
        &mut self,
        offset: u64,
        promised: Option<Sum>,
        mut body: impl Stream<Item = Result<Bytes, E>> + Unpin,
        fits: impl Fn(Option<Format>) -> bool,
    ) -> Result<(), Error> {
        if offset != self.offset {
            return Err(Error::Offset { at: self.offset });
        }
        if self.upload.is_over {
            return Ok(());
        }
        let before = self.hashed(offset).await?;
        let mut file = std::fs::File::options().append(true).open(self.path())?;
        let mut promise = Promise { path: self.path(), offset, is_kept: promised.is_none() };
        let mut summing = promised.as_ref().map(Summing::of);
        let ended = self.pour(&mut file, &mut body, &mut summing, &fits).await;
        let is_promised = promised.is_some();
        let ended = match (ended, promised, summing) {
            (Ok(()), Some(promised), Some(summing)) if !summing.is(&promised) => Err(Error::Sum),
            (ended, ..) => ended,
        };
        let keeps = match &ended {
            Ok(()) => true,
            Err(Error::TooLong | Error::Unfit(_) | Error::Sum) => false,
            Err(_) => !is_promised,
        };
        promise.is_kept = true;
        if !keeps {
            file.set_len(offset)?;
            self.offset = offset;
            *self.hash() = before;
        }
        tokio::task::spawn_blocking(move || file.sync_data())
            .await
            .map_err(std::io::Error::other)??;
        ended
    }

    async fn pour<E>(
        &mut self,
        file: &mut std::fs::File,
        body: &mut (impl Stream<Item = Result<Bytes, E>> + Unpin),
        summing: &mut Option<Summing>,
        fits: &impl Fn(Option<Format>) -> bool,
    ) -> Result<(), Error> {
        loop {
            let mut step = Vec::with_capacity(STEP);
            let more = tokio::select! {
                biased;
                _ = self.newer.changed() => Err(Error::Broken),
                more = fill(&mut step, body) => more,
            };
            if self.offset + step.len() as u64 > self.upload.length {
                return Err(Error::TooLong);
            }
            // Into the page cache: as quick as counting the bytes.
            file.write_all(&step)?;
            self.hash().add(&step);
            let before = self.offset;
            self.offset += step.len() as u64;
            if let Some(summing) = summing {
                summing.add(&step);
            }
            let told = HEAD.min(self.upload.length);
            if before < told && told <= self.offset {
                let format = Format::sniff(&head(&self.path())?);
                if !fits(format) {
                    return Err(Error::Unfit(format));
                }
            }
            if !more? {
                return Ok(());
            }
        }
    }

    fn hash(&self) -> MutexGuard<'_, Hashed> {
        self.hash.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The hash of the first `bytes`, which have arrived; read anew where it is not known.
    async fn hashed(&self, bytes: u64) -> Result<Hashed, Error> {
        let known = self.hash().clone();
        if known.bytes == bytes {
            return Ok(known);
        }
        let path = self.path();
        let again = tokio::task::spawn_blocking(move || Hashed::again(&path, bytes));
        let again = again.await.map_err(std::io::Error::other)??;
        *self.hash() = again.clone();
        Ok(again)
    }

    /// The SHA-256 of everything that has arrived.
    ///
    /// # Errors
    /// [`Error::Disk`] when the bytes must be read anew and cannot.
    pub async fn sha256(&self) -> Result<[u8; 32], Error> {
        Ok(self.hashed(self.offset).await?.sum.finalize().into())
    }

    /// Notes that bytes arrived at `now`.
    ///
    /// # Errors
    /// [`Error::Disk`].
    pub fn touch(&mut self, now: Instant) -> Result<(), Error> {
        self.upload.touched_at = now;
        write(&self.folder, &self.upload)
    }

    /// Notes that it became a file; its bytes are not needed here any more.
    ///
    /// # Errors
    /// [`Error::Disk`].
    pub fn over(&mut self, now: Instant) -> Result<(), Error> {
        self.upload.is_over = true;
        self.touch(now)?;
        match std::fs::remove_file(self.path()) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }
}

/// Fills a step; false when there is no more. What it held when the line died is in `step`.
async fn fill<E>(
    step: &mut Vec<u8>,
    body: &mut (impl Stream<Item = Result<Bytes, E>> + Unpin),
) -> Result<bool, Error> {
    let filled = tokio::time::timeout(PATIENCE, async {
        while step.len() < STEP {
            match tokio::time::timeout(SILENCE, body.next()).await {
                Ok(None) => return Ok(false),
                Ok(Some(Ok(bytes))) => step.extend_from_slice(&bytes),
                Ok(Some(Err(_))) | Err(_) => return Err(Error::Broken),
            }
        }
        Ok(true)
    });
    filled.await.unwrap_or(Err(Error::Broken))
}

fn folders(root: &Path) -> Result<Vec<PathBuf>, Error> {
    match std::fs::read_dir(root) {
        Ok(items) => {
            Ok(items.map(|item| item.map(|item| item.path())).collect::<Result<_, _>>()?)
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error.into()),
    }
}

fn head(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut head = Vec::new();
    std::fs::File::open(path)?.take(HEAD).read_to_end(&mut head)?;
    Ok(head)
}

fn length(folder: &Path) -> Result<u64, Error> {
    Ok(std::fs::metadata(folder.join("bytes"))?.len())
}

fn read(folder: &Path) -> Result<Upload, Error> {
    match std::fs::read(folder.join("facts.json")) {
        Ok(text) => Ok(serde_json::from_slice(&text).map_err(std::io::Error::other)?),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(Error::Unknown),
        Err(error) => Err(error.into()),
    }
}

fn write(folder: &Path, upload: &Upload) -> Result<(), Error> {
    let mut file = tempfile::Builder::new().prefix(".facts-").tempfile_in(folder)?;
    serde_json::to_writer(&mut file, upload).map_err(std::io::Error::other)?;
    file.as_file().sync_data()?;
    file.persist(folder.join("facts.json")).map_err(|error| error.error)?;
    Ok(())
}
