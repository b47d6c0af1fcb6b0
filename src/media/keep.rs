//! From bytes to an original: read, stored, written down.

use std::io::Read;
use std::path::Path;

use bytes::Bytes;
use entity::file::{self, State};
use entity::id::{FileId, UserId};
use entity::instant::Instant;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, Set,
};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::facts::Facts;
use super::flaw::Flaw;
use super::format::Kind;
use crate::jobs::{self, Job};
use crate::refusal::{Refusal, Refused};
use crate::storage::{self, Store};

/// Why a file is refused whose original was erased on request.
pub const ERASED: &str = "file-erased";

/// Why a file was not kept.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Something is wrong with it.
    #[error(transparent)]
    Flaw(#[from] Flaw),
    /// No child could be started to open it.
    #[error("no reader can be started: {0}")]
    Child(std::io::Error),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] storage::Error),
    /// The database failed.
    #[error("database failure")]
    Database(#[from] DbErr),
}

impl Refusal for Error {
    fn refusal(&self) -> Refused {
        match self {
            Self::Flaw(flaw) => flaw.refused(),
            Self::Store(_) | Self::Child(_) => {
                Refused::new(crate::refusal::Kind::Unavailable, "store-unavailable")
            }
            Self::Database(error) => error.refusal(),
        }
    }
}

/// An original that is stored, not yet written down.
#[derive(Clone, Debug)]
pub struct Kept {
    id: FileId,
    key: String,
    name: String,
    sha256: Vec<u8>,
    bytes: i64,
    keeps_place: bool,
    /// What it is.
    pub facts: Facts,
}

impl Kept {
    /// Hash of its bytes.
    #[must_use]
    pub fn sha256(&self) -> &[u8] {
        &self.sha256
    }

    /// Where the store keeps it.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The same, to be written down with the place where it was taken, if the rules ask for that.
    #[must_use]
    pub fn with_place(mut self, asked: bool) -> Self {
        self.keeps_place = asked;
        self
    }
}

/// Stores an original under a fresh key.
///
/// # Errors
/// [`Error::Store`] when the store fails.
pub async fn keep(store: &Store, bytes: Bytes, name: &str, facts: Facts) -> Result<Kept, Error> {
    let sha256 = Sha256::digest(&bytes).to_vec();
    let kept = kept(FileId::new(), name, sha256, bytes.len() as u64, facts);
    store.put(&kept.key, bytes, kept.facts.format.mime()).await?;
    Ok(kept)
}

/// Stores an original that lies on the disk; doing it again with the same key changes nothing. Its
/// hash is reckoned where it is not known already.
///
/// # Errors
/// [`Error::Store`] when the store fails.
pub async fn keep_file(
    store: &Store,
    path: &Path,
    id: FileId,
    name: &str,
    facts: Facts,
    sha256: Option<[u8; 32]>,
) -> Result<Kept, Error> {
    let path = path.to_owned();
    let (sha256, bytes, path) = tokio::task::spawn_blocking(move || {
        let hashed = match sha256 {
            Some(known) => std::fs::metadata(&path).map(|file| (known.to_vec(), file.len())),
            None => hash_of(&path),
        };
        hashed.map(|(sha256, bytes)| (sha256, bytes, path))
    })
    .await
    .unwrap_or_else(|error| Err(std::io::Error::other(error)))
    .map_err(storage::Error::from)?;
    let kept = kept(id, name, sha256, bytes, facts);
    store.put_once(&kept.key, &path, kept.facts.format.mime()).await?;
    Ok(kept)
}

fn hash_of(path: &Path) -> std::io::Result<(Vec<u8>, u64)> {
    let mut file = std::fs::File::open(path)?;
    let (mut hash, mut step, mut bytes) = (Sha256::new(), vec![0; 1 << 18], 0);
    loop {
        let read = file.read(&mut step)?;
        if read == 0 {
            return Ok((hash.finalize().to_vec(), bytes));
        }
        hash.update(&step[..read]);
        bytes += read as u64;
    }
}

fn kept(id: FileId, name: &str, sha256: Vec<u8>, bytes: u64, facts: Facts) -> Kept {
    Kept {
        id,
        key: format!("originals/{id}"),
        name: name.chars().take(200).collect(),
        sha256,
        bytes: i64::try_from(bytes).unwrap_or(i64::MAX),
        keeps_place: false,
        facts,
    }
}

/// Writes a stored original down, and promises its copies.
///
/// # Errors
/// When the database fails.
pub async fn record(
    tx: &DatabaseTransaction,
    kept: Kept,
    owner: Option<UserId>,
    now: Instant,
) -> Result<FileId, DbErr> {
    let is_film = kept.facts.format.kind() == Kind::Video;
    let number = |number: Option<u32>| number.and_then(|number| i32::try_from(number).ok());
    let row = file::ActiveModel {
        id: Set(kept.id),
        storage_key: Set(kept.key),
        name: Set(kept.name),
        sha256: Set(kept.sha256),
        bytes: Set(kept.bytes),
        format: Set(kept.facts.format.name().to_owned()),
        width: Set(number(kept.facts.width)),
        height: Set(number(kept.facts.height)),
        milliseconds: Set(kept.facts.milliseconds),
        words: Set(number(kept.facts.words)),
        taken_at: Set(kept.facts.taken_at),
        camera: Set(kept.facts.camera),
        facts: Set(json!({
            "has_place": kept.facts.has_place,
            "place": kept.facts.place.filter(|_| kept.keeps_place),
            "software": kept.facts.software,
        })),
        state: Set(State::Received),
        progress: Set(None),
        refusal: Set(None),
        owner_id: Set(owner),
        created_at: Set(now),
    };
    file::Entity::insert(row).exec_without_returning(tx).await?;
    let file = kept.id;
    let job = if is_film { Job::Film { file } } else { Job::Render { file } };
    jobs::enqueue(tx, &job, now).await?;
    Ok(kept.id)
}

/// Files, by key.
///
/// # Errors
/// When the database fails.
pub async fn files(
    db: &impl ConnectionTrait,
    ids: impl IntoIterator<Item = FileId>,
) -> Result<Vec<file::Model>, DbErr> {
    file::Entity::find().filter(file::Column::Id.is_in(ids)).all(db).await
}
