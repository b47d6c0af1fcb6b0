//! Writing one upload: what a body brings is added at the end, and stays when the line breaks.

use std::io::{ErrorKind, IoSlice, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use entity::instant::Instant;
use futures_util::{Stream, StreamExt};
use sha2::Digest;
use tokio::sync::{OwnedMutexGuard, watch};

use super::error::Error;
use super::hash::Hashed;
use super::upload::{Upload, modified, write};
use crate::media::format::Format;
use crate::media::sum::{Sum, Summing};

/// Bytes by which a format is told.
const HEAD: u64 = 4096;
/// Bytes that must arrive within [`Patience::step`]: whoever is slower is not sending any more.
const STEP: u64 = 64 << 10;
/// Most pieces of a body that are written at once, where so many have come: the server reads pieces
/// of 8 KB, and each write costs the same however long it is.
const AT_ONCE: usize = 8;
/// Bytes after which the disk is told to begin with them, so that little is left to wait for when the
/// last byte has come.
const EARLY: u64 = 1 << 20;

/// For how long a writer waits.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// For any byte.
    pub silence: Duration,
    /// For the next 64 KiB.
    pub step: Duration,
}

impl Patience {
    pub(super) const USUAL: Self =
        Self { silence: Duration::from_secs(20), step: Duration::from_secs(60) };
}

/// The right to change one upload; nobody else has it meanwhile.
#[derive(Debug)]
pub struct Held {
    /// What is known of it.
    pub upload: Upload,
    /// Bytes that have arrived.
    pub offset: u64,
    pub(super) folder: PathBuf,
    pub(super) hash: Arc<Mutex<Hashed>>,
    pub(super) newer: watch::Receiver<u64>,
    pub(super) patience: Patience,
    pub(super) _lock: OwnedMutexGuard<()>,
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
        let patience = self.patience;
        let (mut step, mut due) = (0, tokio::time::Instant::now() + patience.step);
        let mut begun = self.offset;
        let mut body = body.ready_chunks(AT_ONCE);
        loop {
            let until = due.min(tokio::time::Instant::now() + patience.silence);
            let come = tokio::select! {
                biased;
                _ = self.newer.changed() => return Err(Error::Broken),
                come = tokio::time::timeout_at(until, body.next()) => come,
            };
            let come = match come {
                Ok(Some(come)) => come,
                Ok(None) => return Ok(()),
                Err(_) => return Err(Error::Broken),
            };
            let is_broken = come.iter().any(Result::is_err);
            let pieces: Vec<Bytes> = come.into_iter().map_while(Result::ok).collect();
            let before = self.offset;
            self.add(file, &pieces, summing)?;
            let told = HEAD.min(self.upload.length);
            if before < told && told <= self.offset {
                let format = Format::sniff(&head(&self.path())?);
                if !fits(format) {
                    return Err(Error::Unfit(format));
                }
            }
            if is_broken {
                return Err(Error::Broken);
            }
            if self.offset - begun >= EARLY {
                begin(file, begun..self.offset);
                begun = self.offset;
            }
            step += self.offset - before;
            if step >= STEP {
                (step, due) = (0, tokio::time::Instant::now() + patience.step);
            }
        }
    }

    /// Adds pieces at the end, in one write, into the page cache: as quick as counting the bytes.
    fn add(
        &mut self,
        file: &mut std::fs::File,
        pieces: &[Bytes],
        summing: &mut Option<Summing>,
    ) -> Result<(), Error> {
        let bytes: u64 = pieces.iter().map(|piece| piece.len() as u64).sum();
        if self.offset + bytes > self.upload.length {
            return Err(Error::TooLong);
        }
        write_all(file, pieces)?;
        for piece in pieces {
            self.hash().add(piece);
            if let Some(summing) = summing {
                summing.add(piece);
            }
        }
        self.offset += bytes;
        Ok(())
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

    /// Notes that bytes arrived at `now`: as the time of their file, which costs no further one.
    ///
    /// # Errors
    /// [`Error::Disk`].
    pub fn touch(&mut self, now: Instant) -> Result<(), Error> {
        self.upload.touched_at = now;
        Ok(modified(&std::fs::File::options().append(true).open(self.path())?, now)?)
    }

    /// Notes that it became a file; its bytes are not needed here any more.
    ///
    /// # Errors
    /// [`Error::Disk`].
    pub fn over(&mut self, now: Instant) -> Result<(), Error> {
        self.upload.is_over = true;
        self.upload.touched_at = now;
        write(&self.folder, &self.upload)?;
        match std::fs::remove_file(self.path()) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }
}

fn write_all(file: &mut std::fs::File, pieces: &[Bytes]) -> std::io::Result<()> {
    let mut slices: Vec<IoSlice<'_>> = pieces.iter().map(|piece| IoSlice::new(piece)).collect();
    let mut left = &mut slices[..];
    IoSlice::advance_slices(&mut left, 0);
    while !left.is_empty() {
        match file.write_vectored(left) {
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(written) => IoSlice::advance_slices(&mut left, written),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Tells the disk to begin with these bytes. Whether it does is its own affair: the sync at the end
/// waits for what is left. Bytes that it has not yet stay in memory, whatever the advice is called.
fn begin(file: &std::fs::File, bytes: std::ops::Range<u64>) {
    let length = std::num::NonZeroU64::new(bytes.end - bytes.start);
    rustix::fs::fadvise(file, bytes.start, length, rustix::fs::Advice::DontNeed).ok();
}

fn head(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut head = Vec::new();
    std::fs::File::open(path)?.take(HEAD).read_to_end(&mut head)?;
    Ok(head)
}
