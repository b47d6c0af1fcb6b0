//! Objects in a folder: written beside, synced, renamed, and the folder synced too.

use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use bytes::Bytes;

use super::Error;

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

    pub(super) async fn get(&self, key: &str) -> Result<Bytes, Error> {
        match tokio::fs::read(self.root.join(key)).await {
            Ok(bytes) => Ok(bytes.into()),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                Err(Error::Missing(key.to_owned()))
            }
            Err(error) => Err(error.into()),
        }
    }

    pub(super) fn local(&self, key: &str) -> Result<PathBuf, Error> {
        let path = self.root.join(key);
        if path.is_file() { Ok(path) } else { Err(Error::Missing(key.to_owned())) }
    }

    pub(super) async fn delete(&self, key: &str) -> Result<(), Error> {
        match tokio::fs::remove_file(self.root.join(key)).await {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }

    pub(super) async fn list(&self, prefix: &str) -> Result<Vec<String>, Error> {
        let (root, prefix) = (self.root.clone(), prefix.to_owned());
        blocking(move || {
            let mut keys = Vec::new();
            walk(&root, &root, &mut keys)?;
            keys.retain(|key| key.starts_with(&prefix));
            keys.sort();
            Ok(keys)
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
    let mut file = tempfile::Builder::new().prefix(".part-").tempfile_in(folder)?;
    std::io::copy(bytes, file.as_file_mut())?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    std::fs::File::open(folder)?.sync_all()
}

fn walk(root: &Path, folder: &Path, keys: &mut Vec<String>) -> std::io::Result<()> {
    for item in std::fs::read_dir(folder)? {
        let item = item?;
        let path = item.path();
        if item.file_type()?.is_dir() {
            walk(root, &path, keys)?;
        } else if !item.file_name().to_string_lossy().starts_with('.')
            && let Ok(key) = path.strip_prefix(root)
        {
            keys.push(key.to_string_lossy().into_owned());
        }
    }
    Ok(())
}
