//! What is known of an upload, and how it lies on the disk: a folder with its facts and its bytes.

use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use entity::id::{EntryId, FileId};
use entity::instant::Instant;
use serde::{Deserialize, Serialize};

use super::error::Error;

/// Seconds after the last byte at which an upload is given up: a day.
pub const IDLE_SECONDS: i64 = 24 * 3600;
/// Seconds after its beginning at which it is given up whatever happens: a week.
pub const MOST_SECONDS: i64 = 7 * 24 * 3600;

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
    /// When the last byte arrived; until it is over, the time of the file with the bytes says so.
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
    pub(super) fn gone_at(&self) -> Instant {
        self.begun_at.plus_seconds(MOST_SECONDS)
    }
}

pub(super) fn folders(root: &Path) -> Result<Vec<PathBuf>, Error> {
    match std::fs::read_dir(root) {
        Ok(items) => {
            Ok(items.map(|item| item.map(|item| item.path())).collect::<Result<_, _>>()?)
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error.into()),
    }
}

pub(super) fn length(folder: &Path) -> Result<u64, Error> {
    Ok(std::fs::metadata(folder.join("bytes"))?.len())
}

pub(super) fn read(folder: &Path) -> Result<Upload, Error> {
    let mut upload: Upload = match std::fs::read(folder.join("facts.json")) {
        Ok(text) => serde_json::from_slice(&text).map_err(std::io::Error::other)?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Err(Error::Unknown),
        Err(error) => return Err(error.into()),
    };
    if !upload.is_over
        && let Ok(bytes) = std::fs::metadata(folder.join("bytes"))
    {
        let since = bytes.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
        let micros = i64::try_from(since.as_micros()).unwrap_or(i64::MAX);
        upload.touched_at = Instant::from_micros(micros).map_err(std::io::Error::other)?;
    }
    Ok(upload)
}

pub(super) fn write(folder: &Path, upload: &Upload) -> Result<(), Error> {
    let mut file = tempfile::Builder::new().prefix(".facts-").tempfile_in(folder)?;
    serde_json::to_writer(&mut file, upload).map_err(std::io::Error::other)?;
    file.as_file().sync_data()?;
    file.persist(folder.join("facts.json")).map_err(|error| error.error)?;
    Ok(())
}

/// Dates a file.
pub(super) fn modified(file: &std::fs::File, at: Instant) -> std::io::Result<()> {
    file.set_modified(UNIX_EPOCH + Duration::from_micros(at.micros().try_into().unwrap_or(0)))
}
