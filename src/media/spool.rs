//! Uploads that may break off: bytes gather in a folder until they are a whole file.
//!
//! How much has arrived is the length of the file and nothing else, so that it is true after any
//! crash. One writer at a time: whoever comes later makes the earlier one stop, because the earlier
//! one is most often a line that died.

use std::collections::HashMap;
use std::io::Write;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use entity::id::{EntryId, FileId};
use entity::instant::Instant;
use futures_util::{Stream, StreamExt};
use serde::{Deserialize, Serialize};
use tokio::sync::{OwnedMutexGuard, watch};

use super::flaw::Flaw;
use super::format::Format;
use super::sum::{Sum, Summing};
use crate::refusal::{Kind, Refusal, Refused};

/// Bytes by which a format is told.
const HEAD: u64 = 4096;
/// Bytes that must arrive within [`PATIENCE`]: whoever is slower is not sending any more.
const STEP: usize = 64 << 10;
/// For how long the writer waits for the next [`STEP`].
const PATIENCE: Duration = Duration::from_secs(60);
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
    /// When it is given up.
    #[must_use]
    pub fn expires_at(&self) -> Instant {
        let idle = self.touched_at.plus_seconds(IDLE_SECONDS);
        idle.min(self.begun_at.plus_seconds(MOST_SECONDS))
    }
}

/// The folder of uploads.
#[derive(Debug)]
pub struct Spool {
    root: PathBuf,
    turns: Mutex<HashMap<String, Arc<Turn>>>,
}

#[derive(Debug)]
struct Turn {
    lock: Arc<tokio::sync::Mutex<()>>,
    newest: watch::Sender<u64>,
}

/// The right to change one upload; nobody else has it meanwhile.
#[derive(Debug)]
pub struct Held {
    /// What is known of it.
    pub upload: Upload,
    /// Bytes that have arrived.
    pub offset: u64,
    folder: PathBuf,
    newer: watch::Receiver<u64>,
    _lock: OwnedMutexGuard<()>,
}

impl Spool {
    /// Uploads in `root`.
    #[must_use]
    pub fn at(root: PathBuf) -> Self {
        Self { root, turns: Mutex::default() }
    }

    /// Begins an upload. When it returns, the upload survives a power cut.
    ///
    /// # Errors
    /// [`Error::Disk`].
    pub fn begin(&self, upload: &Upload) -> Result<(), Error> {
        let folder = self.root.join(&upload.id);
        std::fs::create_dir_all(&folder)?;
        std::fs::File::create(folder.join("bytes"))?.sync_all()?;
        write(&folder, upload)?;
        std::fs::File::open(&self.root)?.sync_all()?;
        Ok(())
    }

    /// Takes over an upload of this entry; an earlier writer stops first.
    ///
    /// # Errors
    /// [`Error::Unknown`] where there is none, or it is another's.
    pub async fn hold(&self, id: &str, entry: EntryId) -> Result<Held, Error> {
        let folder = self.folder(id)?;
        if read(&folder)?.entry != entry {
            return Err(Error::Unknown);
        }
        let turn = self.turn(id);
        turn.newest.send_modify(|number| *number += 1);
        let newer = turn.newest.subscribe();
        let lock = Arc::clone(&turn.lock).lock_owned().await;
        let upload = read(&folder)?;
        let offset = if upload.is_over { upload.length } else { length(&folder)? };
        Ok(Held { upload, offset, folder, newer, _lock: lock })
    }

    /// Uploads of an entry that are not over.
    ///
    /// # Errors
    /// [`Error::Disk`].
    pub fn open(&self, entry: EntryId) -> Result<Vec<Upload>, Error> {
        let all = self.all()?;
        Ok(all.into_iter().filter(|upload| upload.entry == entry && !upload.is_over).collect())
    }

    /// Removes what was given up; says how many. What somebody takes up at this moment stays.
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
            if held.upload.expires_at() <= now {
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
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        turns.remove(&held.upload.id);
        Ok(())
    }

    fn all(&self) -> Result<Vec<Upload>, Error> {
        let mut found = Vec::new();
        if !self.root.exists() {
            return Ok(found);
        }
        for item in std::fs::read_dir(&self.root)? {
            match read(&item?.path()) {
                Ok(upload) => found.push(upload),
                Err(Error::Unknown) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(found)
    }

    fn folder(&self, id: &str) -> Result<PathBuf, Error> {
        let fits = id.len() >= 20 && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if fits { Ok(self.root.join(id)) } else { Err(Error::Unknown) }
    }

    fn turn(&self, id: &str) -> Arc<Turn> {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = || Arc::new(Turn { lock: Arc::default(), newest: watch::Sender::new(0) });
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
        let mut file = std::fs::File::options().append(true).open(self.path())?;
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
        if !keeps {
            file.set_len(offset)?;
            self.offset = offset;
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
            match body.next().await {
                None => return Ok(false),
                Some(Ok(bytes)) => step.extend_from_slice(&bytes),
                Some(Err(_)) => return Err(Error::Broken),
            }
        }
        Ok(true)
    });
    filled.await.unwrap_or(Err(Error::Broken))
}

fn head(path: &std::path::Path) -> std::io::Result<Vec<u8>> {
    use std::io::Read;
    let mut head = Vec::new();
    std::fs::File::open(path)?.take(HEAD).read_to_end(&mut head)?;
    Ok(head)
}

fn length(folder: &std::path::Path) -> Result<u64, Error> {
    Ok(std::fs::metadata(folder.join("bytes"))?.len())
}

fn read(folder: &std::path::Path) -> Result<Upload, Error> {
    match std::fs::read(folder.join("facts.json")) {
        Ok(text) => Ok(serde_json::from_slice(&text).map_err(std::io::Error::other)?),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(Error::Unknown),
        Err(error) => Err(error.into()),
    }
}

fn write(folder: &std::path::Path, upload: &Upload) -> Result<(), Error> {
    let mut file = tempfile::Builder::new().prefix(".facts-").tempfile_in(folder)?;
    serde_json::to_writer(&mut file, upload).map_err(std::io::Error::other)?;
    file.as_file().sync_data()?;
    file.persist(folder.join("facts.json")).map_err(|error| error.error)?;
    Ok(())
}
