//! Objects in a folder: written beside, synced, renamed, and the folder synced too.

use std::io::{ErrorKind, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use entity::instant::Instant;
use rustix::fs::{Timespec, Timestamps, UTIME_NOW, UTIME_OMIT};

use super::{Aged, Error};

/// How the name of a file begins that is being written.
const PART: &str = ".part-";

/// A folder of objects.
#[derive(Debug)]
pub struct Folder {
    root: PathBuf,
}

impl Folder {
    pub(super) fn open(root: PathBuf) -> Result<Self, Error> {
        std::fs::create_dir_all(&root)?;
        Ok(Self { root })
    }

    pub(super) async fn put(&self, key: &str, bytes: Bytes) -> Result<(), Error> {
        let path = self.root.join(key);
        blocking(move || write(&path, &mut &bytes[..])).await
    }

    pub(super) async fn put_file(&self, key: &str, from: &Path) -> Result<(), Error> {
        let (path, from) = (self.root.join(key), from.to_owned());
        blocking(move || write(&path, &mut std::fs::File::open(from)?)).await
    }

    /// Makes the file itself the object, under a second name, where both lie in one file system:
    /// nothing is copied. Whoever hands it over does not write to it any more.
    pub(super) async fn put_once(&self, key: &str, from: &Path) -> Result<(), Error> {
        let (path, from) = (self.root.join(key), from.to_owned());
        blocking(move || match link(&path, &from) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
            Err(_) => write(&path, &mut std::fs::File::open(from)?),
        })
        .await
    }

    pub(super) async fn get(&self, key: &str) -> Result<Bytes, Error> {
        match tokio::fs::read(self.root.join(key)).await {
            Ok(bytes) => Ok(bytes.into()),
            Err(error) => Err(self.told(key, error)),
        }
    }

    /// Why an object cannot be had. A disk that is not there holds none of them, and may be back.
    fn told(&self, key: &str, error: std::io::Error) -> Error {
        if error.kind() == ErrorKind::NotFound && self.root.is_dir() {
            Error::Missing(key.to_owned())
        } else {
            error.into()
        }
    }

    pub(super) fn local(&self, key: &str) -> Result<PathBuf, Error> {
        let path = self.root.join(key);
        match std::fs::metadata(&path) {
            Ok(found) if found.is_file() => Ok(path),
            Ok(_) => Err(Error::Missing(key.to_owned())),
            Err(error) => Err(self.told(key, error)),
        }
    }

    pub(super) async fn delete(&self, key: &str) -> Result<(), Error> {
        match tokio::fs::remove_file(self.root.join(key)).await {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }

    pub(super) async fn range(&self, key: &str, range: Range<u64>) -> Result<Bytes, Error> {
        let path = self.local(key)?;
        blocking(move || {
            let mut file = std::fs::File::open(path)?;
            file.seek(SeekFrom::Start(range.start))?;
            let mut bytes = Vec::new();
            file.take(range.end.saturating_sub(range.start)).read_to_end(&mut bytes)?;
            Ok(bytes.into())
        })
        .await
    }

    pub(super) async fn list(&self, prefix: &str) -> Result<Vec<Aged>, Error> {
        let (root, prefix) = (self.root.clone(), prefix.to_owned());
        let found = blocking(move || {
            let mut found = Vec::new();
            walk(&root, &root, &mut found)?;
            Ok(found)
        });
        let is_object = |object: &Aged| {
            let name = object.key.rsplit('/').next().unwrap_or_default();
            object.key.starts_with(&prefix) && !name.starts_with('.')
        };
        let mut found: Vec<Aged> = found.await?.into_iter().filter(is_object).collect();
        found.sort_by(|one, other| one.key.cmp(&other.key));
        Ok(found)
    }

    pub(super) async fn forget_parts(&self, before: Instant) -> Result<usize, Error> {
        let root = self.root.clone();
        blocking(move || {
            let mut found = Vec::new();
            walk(&root, &root, &mut found)?;
            let is_part = |object: &&Aged| {
                let name = object.key.rsplit('/').next().unwrap_or_default();
                name.starts_with(PART) && object.written_at < before
            };
            let parts = found.iter().filter(is_part);
            parts.map(|part| std::fs::remove_file(root.join(&part.key)).map(|()| 1)).sum()
        })
        .await
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> std::io::Result<T> + Send + 'static,
) -> Result<T, Error> {
    let done = tokio::task::spawn_blocking(work).await;
    Ok(done.map_err(std::io::Error::other)??)
}

fn write(path: &Path, bytes: &mut impl Read) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let mut file = tempfile::Builder::new().prefix(PART).tempfile_in(folder)?;
    std::io::copy(bytes, file.as_file_mut())?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    std::fs::File::open(folder)?.sync_all()
}

/// Gives a file the name of an object. Its age begins anew, as if it had been written now.
fn link(path: &Path, from: &Path) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let file = std::fs::File::open(from)?;
    let (kept, now) =
        (Timespec { tv_sec: 0, tv_nsec: UTIME_OMIT }, Timespec { tv_sec: 0, tv_nsec: UTIME_NOW });
    rustix::fs::futimens(&file, &Timestamps { last_access: kept, last_modification: now })?;
    file.sync_all()?;
    std::fs::hard_link(from, path)?;
    std::fs::File::open(folder)?.sync_all()
}

fn walk(root: &Path, folder: &Path, found: &mut Vec<Aged>) -> std::io::Result<()> {
    for item in std::fs::read_dir(folder)? {
        let item = item?;
        let path = item.path();
        if item.file_type()?.is_dir() {
            walk(root, &path, found)?;
        } else if let Ok(key) = path.strip_prefix(root) {
            let written = item.metadata()?.modified()?;
            let written = jiff::Timestamp::try_from(written).unwrap_or(jiff::Timestamp::MAX);
            found
                .push(Aged { key: key.to_string_lossy().into_owned(), written_at: written.into() });
        }
    }
    Ok(())
}
