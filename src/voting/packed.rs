//! The bundle of a log as a file in the data folder, made once for each state of the log.
//!
//! It is named after the newest checkpoint with its cosignatures, which stands for every byte in it:
//! a result, a decision after it or a witness that came later makes another. Made beside and renamed,
//! it is there whole or not at all; who asks meanwhile waits for the same one.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufWriter, Error as Fault, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use data_encoding::HEXLOWER;
use entity::id::ContestId;
use sea_orm::ConnectionTrait;
use sha2::{Digest, Sha256};

use super::bundle::beside;
use super::{Error, Votes, segment};
use crate::ledger::{Bundle, Unreadable};

/// What is changed about how bundles are packed gives them other names.
const PACKED: &str = concat!("bundle/", env!("CARGO_PKG_VERSION"), "\n");

/// Bundles that are being made, by contest: one at a time.
#[derive(Debug, Default)]
pub(super) struct Making(Mutex<HashMap<ContestId, Arc<tokio::sync::Mutex<()>>>>);

impl Making {
    fn of(&self, contest: ContestId) -> Arc<tokio::sync::Mutex<()>> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(all.entry(contest).or_default())
    }
}

/// A bundle as a file.
#[derive(Debug)]
pub struct Packed {
    /// It; it can be read to its end when a newer one has taken its place.
    pub file: File,
    /// How long it is, in bytes.
    pub bytes: u64,
    /// What tells it from every other: letters and digits.
    pub name: String,
}

impl Votes {
    /// The bundle of a contest's log as a file, made where there is none of the log as it stands.
    ///
    /// # Errors
    /// [`Error::Unknown`] where there is no log, or no result is bound in it; [`Error::Unwritten`]
    /// when the data folder cannot be written.
    pub async fn packed(
        &self,
        db: &impl ConnectionTrait,
        contest: ContestId,
    ) -> Result<Packed, Error> {
        if let Some(there) = self.kept(db, contest).await? {
            return Ok(there);
        }
        let alone = self.packing().of(contest).lock_owned().await;
        if let Some(there) = self.kept(db, contest).await? {
            return Ok(there);
        }
        let bundle = self.bundle(db, contest).await?;
        let newest = bundle.checkpoints.last().filter(|_| !bundle.result.is_empty());
        let name = named(newest.ok_or(Error::Unknown)?);
        let (folder, file) = (self.folder(contest), format!("{name}.zip"));
        // Held until it is written, though nobody may wait for it any more.
        let make = move || {
            let _alone = alone;
            packed(write(&bundle, &folder, &file).map_err(Error::Unwritten)?, name)
        };
        beside(make).await
    }

    /// The file of the log as it stands, where it was made.
    async fn kept(
        &self,
        db: &impl ConnectionTrait,
        contest: ContestId,
    ) -> Result<Option<Packed>, Error> {
        let newest = segment::checkpoint(db, contest).await?.ok_or(Error::Unknown)?;
        let name = named(&newest);
        let path = self.folder(contest).join(format!("{name}.zip"));
        let open = move || match File::open(path) {
            Ok(file) => packed(file, name).map(Some),
            Err(fault) if fault.kind() == ErrorKind::NotFound => Ok(None),
            Err(fault) => Err(Error::Unwritten(fault)),
        };
        beside(open).await
    }

    fn folder(&self, contest: ContestId) -> PathBuf {
        self.desk().keys.with_file_name("bundles").join(contest.to_string())
    }
}

/// The name of the bundle of a log with this newest checkpoint.
fn named(newest: &str) -> String {
    HEXLOWER.encode(&Sha256::digest([PACKED, newest].concat())[..16])
}

fn packed(file: File, name: String) -> Result<Packed, Error> {
    let bytes = file.metadata().map_err(Error::Unwritten)?.len();
    Ok(Packed { file, bytes, name })
}

/// Writes a bundle beside, puts it in its place, and removes those that it replaces.
fn write(bundle: &Bundle, folder: &Path, name: &str) -> std::io::Result<File> {
    std::fs::create_dir_all(folder)?;
    let part = tempfile::Builder::new().prefix(".part-").tempfile_in(folder)?;
    let written = bundle.write(BufWriter::new(part)).map_err(|error| match error {
        Unreadable::File(fault) => fault,
        other => Fault::other(other),
    })?;
    let part = written.into_inner().map_err(|error| error.into_error())?;
    part.as_file().sync_all()?;
    part.persist(folder.join(name)).map_err(|error| error.error)?;
    File::open(folder)?.sync_all()?;
    for old in std::fs::read_dir(folder)?.flatten() {
        if old.file_name() == name {
            continue;
        }
        match std::fs::remove_file(old.path()) {
            Err(fault) if fault.kind() != ErrorKind::NotFound => return Err(fault),
            _ => {}
        }
    }
    File::open(folder.join(name))
}
