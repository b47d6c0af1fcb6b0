//! Where files are kept: a folder, an S3 bucket, or the memory of a test.
//!
//! Keys are made by us (ids and fixed names, never what a user typed), so a key is also a path.

mod folder;
mod s3;

use std::collections::BTreeMap;
use std::io::Write;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use entity::instant::Instant;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Bytes of an object that are in memory at the same time while it is copied.
pub const STEP: u64 = 4 << 20;

/// Where objects are kept.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Config {
    /// A folder; without a path, `objects` in the data folder.
    Folder {
        /// Its path.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        path: Option<PathBuf>,
    },
    /// A bucket of an S3 service.
    S3(s3::Config),
}

impl Default for Config {
    fn default() -> Self {
        Self::Folder { path: None }
    }
}

/// Why an object could not be kept or read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no object with this key.
    #[error("no object `{0}`")]
    Missing(String),
    /// The key is none of ours.
    #[error("`{0}` is no key")]
    Key(String),
    /// The file system failed.
    #[error("the object folder failed")]
    Io(#[from] std::io::Error),
    /// The S3 service failed.
    #[error("the object service failed: {0}")]
    Service(String),
}

impl Error {
    /// Whether the store itself failed, so that the same may go well later.
    #[must_use]
    pub fn is_away(&self) -> bool {
        matches!(self, Self::Io(_) | Self::Service(_))
    }
}

/// A place for objects.
#[derive(Clone, Debug)]
pub enum Store {
    /// A folder.
    Folder(Arc<folder::Folder>),
    /// A bucket.
    S3(Arc<s3::Bucket>),
    /// Memory, for tests.
    Memory(Arc<Mutex<BTreeMap<String, Bytes>>>),
}

/// An object and the time at which it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aged {
    /// Its key.
    pub key: String,
    /// When it was written.
    pub written_at: Instant,
}

/// An object as a file of the disk.
#[derive(Debug)]
pub enum Local {
    /// The store's own file: only to be read.
    Own(PathBuf),
    /// A copy.
    Copy(tempfile::NamedTempFile),
}

impl Local {
    /// Where it lies.
    #[must_use]
    pub fn path(&self) -> &Path {
        match self {
            Self::Own(path) => path,
            Self::Copy(file) => file.path(),
        }
    }
}

impl Store {
    /// Opens the store that the configuration names; `data` is the data folder.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn open(config: &Config, data: &Path) -> Result<Self, Error> {
        Ok(match config {
            Config::Folder { path } => {
                let path = path.clone().unwrap_or_else(|| data.join("objects"));
                Self::Folder(Arc::new(folder::Folder::open(path)?))
            }
            Config::S3(config) => Self::S3(Arc::new(s3::Bucket::open(config))),
        })
    }

    /// A store that forgets.
    #[must_use]
    pub fn memory() -> Self {
        Self::Memory(Arc::default())
    }

    /// Keeps `bytes` under `key`; when it returns, they survive a power cut.
    ///
    /// # Errors
    /// When they could not be kept.
    pub async fn put(&self, key: &str, bytes: Bytes, mime: &str) -> Result<(), Error> {
        check(key)?;
        match self {
            Self::Folder(folder) => folder.put(key, bytes).await,
            Self::S3(bucket) => bucket.put(key, bytes, mime).await,
            Self::Memory(objects) => {
                objects
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .insert(key.to_owned(), bytes);
                Ok(())
            }
        }
    }

    /// Keeps a file of the disk under `key`, without reading it into memory where the store can.
    ///
    /// # Errors
    /// When it could not be kept.
    pub async fn put_file(&self, key: &str, path: &Path, mime: &str) -> Result<(), Error> {
        self.write(key, path, mime, false).await
    }

    /// As [`Store::put_file`], for a key under which one file only is ever kept: an object that is
    /// there already stays, where the store can tell. A folder takes the file itself where it can, so
    /// nobody may write to it afterwards; removing it is right.
    ///
    /// # Errors
    /// When it could not be kept.
    pub async fn put_once(&self, key: &str, path: &Path, mime: &str) -> Result<(), Error> {
        self.write(key, path, mime, true).await
    }

    async fn write(&self, key: &str, path: &Path, mime: &str, once: bool) -> Result<(), Error> {
        check(key)?;
        match self {
            Self::Folder(folder) if once => folder.put_once(key, path).await,
            Self::Folder(folder) => folder.put_file(key, path).await,
            Self::S3(bucket) => bucket.put_file(key, path, mime, once).await,
            Self::Memory(_) => self.put(key, tokio::fs::read(path).await?.into(), mime).await,
        }
    }

    /// Some bytes of an object, from `range.start` on and before `range.end`.
    ///
    /// # Errors
    /// [`Error::Missing`] where there is no such object.
    pub async fn range(&self, key: &str, range: Range<u64>) -> Result<Bytes, Error> {
        check(key)?;
        match self {
            Self::Folder(folder) => folder.range(key, range).await,
            Self::S3(bucket) => bucket.range(key, range).await,
            Self::Memory(_) => {
                let whole = self.get(key).await?;
                let edge = |at: u64| usize::try_from(at).unwrap_or(usize::MAX).min(whole.len());
                Ok(whole.slice(edge(range.start)..edge(range.end)))
            }
        }
    }

    /// An address under which the object can be had for a while without us, to be saved as
    /// `disposition` says; none where this site hands objects out itself.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn signed(
        &self,
        key: &str,
        mime: &str,
        disposition: &str,
    ) -> Result<Option<String>, Error> {
        match self {
            Self::S3(bucket) => bucket.signed(key, mime, disposition).await,
            Self::Folder(_) | Self::Memory(_) => Ok(None),
        }
    }

    /// The whole object.
    ///
    /// # Errors
    /// [`Error::Missing`] where there is none.
    pub async fn get(&self, key: &str) -> Result<Bytes, Error> {
        check(key)?;
        match self {
            Self::Folder(folder) => folder.get(key).await,
            Self::S3(bucket) => bucket.get(key).await,
            Self::Memory(objects) => objects
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .get(key)
                .cloned()
                .ok_or_else(|| Error::Missing(key.to_owned())),
        }
    }

    /// The object as a file of the disk: the store's own where it has one, else a copy below
    /// `folder` that lives as long as this value.
    ///
    /// # Errors
    /// [`Error::Missing`] where there is none.
    pub async fn local(&self, key: &str, folder: &Path) -> Result<Local, Error> {
        check(key)?;
        match self {
            Self::Folder(objects) => objects.local(key).map(Local::Own),
            _ => {
                let mut file = tempfile::Builder::new().prefix("object-").tempfile_in(folder)?;
                // Step by step, for a film does not belong into memory.
                for start in (0..).map(|step| step * STEP) {
                    let bytes = self.range(key, start..start + STEP).await?;
                    file.write_all(&bytes)?;
                    if (bytes.len() as u64) < STEP {
                        break;
                    }
                }
                Ok(Local::Copy(file))
            }
        }
    }

    /// Removes the object; one that is not there is as good as removed.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn delete(&self, key: &str) -> Result<(), Error> {
        check(key)?;
        match self {
            Self::Folder(folder) => folder.delete(key).await,
            Self::S3(bucket) => bucket.delete(key).await,
            Self::Memory(objects) => {
                objects.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
                Ok(())
            }
        }
    }

    /// Keys of all objects under `prefix` (`""`: all), in order.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn list(&self, prefix: &str) -> Result<Vec<String>, Error> {
        Ok(self.list_aged(prefix).await?.into_iter().map(|object| object.key).collect())
    }

    /// As [`Store::list`], with the time at which each was written; memory forgets the time.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn list_aged(&self, prefix: &str) -> Result<Vec<Aged>, Error> {
        match self {
            Self::Folder(folder) => folder.list(prefix).await,
            Self::S3(bucket) => bucket.list(prefix).await,
            Self::Memory(objects) => {
                let objects = objects.lock().unwrap_or_else(PoisonError::into_inner);
                let keys = objects.keys().filter(|key| key.starts_with(prefix)).cloned();
                let written_at: Instant = jiff::Timestamp::UNIX_EPOCH.into();
                Ok(keys.map(|key| Aged { key, written_at }).collect())
            }
        }
    }

    /// Gives up parts of objects that were begun before `before` and never became whole; says how
    /// many there were.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn forget_parts(&self, before: Instant) -> Result<usize, Error> {
        match self {
            Self::S3(bucket) => bucket.forget_parts(before).await,
            // A folder writes beside and renames; its parts are named so that nobody lists them.
            Self::Folder(folder) => folder.forget_parts(before).await,
            Self::Memory(_) => Ok(0),
        }
    }
}

fn check(key: &str) -> Result<(), Error> {
    let part = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
    };
    if key.split('/').all(part) { Ok(()) } else { Err(Error::Key(key.to_owned())) }
}
