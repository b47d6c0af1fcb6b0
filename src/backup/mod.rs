//! Backups: the database of one moment and every object, in one archive with a hash for each.
//!
//! The database is read first and the objects after it. Objects are stored before their rows, so
//! every object of that moment is there, unless somebody had their work deleted meanwhile. The
//! site's key is not in the archive: whoever holds both could open drafts and vote for others.

mod archive;
mod keys;
mod postgres;
mod sqlite;

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use entity::instant::Instant;
use migration::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, Statement};
use serde::{Deserialize, Serialize};

pub use keys::{keep_keys, restore_keys};

use crate::storage::{self, Store};

/// Form of the archive that this version writes.
const FORMAT: u32 = 1;

/// Why a backup was not made or not restored.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The archive cannot be read to its end, or is none.
    #[error("the archive cannot be used: {0}")]
    Archive(String),
    /// A member is not what was written.
    #[error("the archive is damaged: {0}")]
    Damaged(String),
    /// It was made by a later version.
    #[error("the archive was made by a later version of hoithi")]
    Later,
    /// It is of the other database engine.
    #[error("the archive is of {0}; name an empty database of that kind in [data]")]
    Engine(String),
    /// Where it should go there is something already.
    #[error("{0} is not empty; a backup is restored into an empty place only")]
    NotEmpty(String),
    /// What was restored is not what the archive says.
    #[error("table {table}: the archive says {said} rows, {held} were restored")]
    Rows {
        /// The table.
        table: String,
        /// Rows according to the archive.
        said: u64,
        /// Rows that are there.
        held: u64,
    },
    /// The store failed.
    #[error("the object store failed")]
    Store(#[from] storage::Error),
    /// The database failed.
    #[error("the database failed")]
    Database(#[from] DbErr),
    /// The database failed.
    #[error("the database failed")]
    Sql(#[from] sqlx::Error),
    /// The file system failed.
    #[error("the file system failed")]
    Io(#[from] std::io::Error),
}

/// What an archive holds: its last member.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Form of the archive.
    pub format: u32,
    /// Version of the program that made it.
    pub version: String,
    /// When it was begun.
    pub taken_at: Instant,
    /// `sqlite` or `postgres`.
    pub engine: String,
    /// Steps of the schema, in order.
    pub schema: Vec<String>,
    /// Which key the site had; not the key.
    pub key: String,
    /// Tables, in the order in which they can be filled.
    pub tables: Vec<Table>,
    /// Members of the archive.
    pub members: BTreeMap<String, Member>,
}

/// A table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Its columns, where the archive holds it as text.
    pub columns: Vec<String>,
    /// How many rows it has.
    pub rows: u64,
}

/// A member of the archive.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Member {
    /// Its size.
    pub bytes: u64,
    /// SHA-256, in hexadecimal digits.
    pub sha256: String,
}

impl Manifest {
    /// How many objects there are.
    #[must_use]
    pub fn objects(&self) -> usize {
        self.members.keys().filter(|name| name.starts_with(OBJECTS)).count()
    }

    /// How many rows there are in all tables.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.tables.iter().map(|table| table.rows).sum()
    }
}

/// Folder of the objects in the archive.
const OBJECTS: &str = "objects/";

/// Writes a backup to `path`, where nothing may be. The site goes on meanwhile. `key` says which
/// key the site has; `seen` is told how far it is: what is counted, how many are done, and of how
/// many.
///
/// # Errors
/// When anything cannot be read or written; then there is no archive.
pub async fn create(
    db: &DatabaseConnection,
    store: &Store,
    path: &Path,
    key: &str,
    now: Instant,
    seen: impl Fn(&'static str, usize, usize),
) -> Result<Manifest, Error> {
    if path.exists() {
        return Err(Error::NotEmpty(path.display().to_string()));
    }
    let folder = archive::folder(path);
    let mut archive = archive::Writer::beside(path)?;
    let (engine, tables) = match db.get_database_backend() {
        DbBackend::Postgres => ("postgres", postgres::dump(db, &mut archive, folder, &seen).await?),
        _ => ("sqlite", sqlite::dump(db, &mut archive, folder, &seen).await?),
    };
    let steps = Migrator::get_applied_migrations_read_only(db).await?;
    let keys = store.list("").await?;
    for (done, key) in keys.iter().enumerate() {
        seen("objects", done, keys.len());
        match store.get(key).await {
            Ok(bytes) => archive.add(&format!("{OBJECTS}{key}"), &bytes)?,
            Err(storage::Error::Missing(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    seen("objects", keys.len(), keys.len());
    archive.finish(Manifest {
        format: FORMAT,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        taken_at: now,
        engine: engine.to_owned(),
        schema: steps.iter().map(|step| step.name().to_owned()).collect(),
        key: key.to_owned(),
        tables,
        members: BTreeMap::new(),
    })
}

/// Reads a whole archive and compares every member with its hash. `seen` is told how far it is.
///
/// # Errors
/// [`Error::Damaged`] names the first member that is not what was written; [`Error::Later`] when
/// this version cannot restore it.
pub fn check(path: &Path, seen: impl Fn(&'static str, usize, usize)) -> Result<Manifest, Error> {
    let manifest = archive::check(path, seen)?;
    let known: Vec<String> =
        Migrator::migrations().iter().map(|step| step.name().to_owned()).collect();
    if manifest.format > FORMAT || !known.starts_with(&manifest.schema) {
        return Err(Error::Later);
    }
    Ok(manifest)
}

/// Restores an archive into an empty store and an empty database at `address`, and brings the
/// schema to this version's. Objects come first and rows second, as always. `seen` is told how far
/// it is.
///
/// # Errors
/// When the archive is damaged, of another engine or of a later version; when there is something
/// already; when what is there at the end is not what the archive says.
pub async fn restore(
    path: &Path,
    address: &str,
    store: &Store,
    seen: impl Fn(&'static str, usize, usize),
) -> Result<Manifest, Error> {
    let manifest = check(path, &seen)?;
    let file = address.strip_prefix("sqlite:").map(Path::new);
    if file.is_some() != (manifest.engine == "sqlite") {
        return Err(Error::Engine(manifest.engine.clone()));
    }
    match file {
        Some(file) if file.exists() => return Err(Error::NotEmpty(file.display().to_string())),
        Some(_) => {}
        None => postgres::must_be_empty(address).await?,
    }
    if !store.list("").await?.is_empty() {
        return Err(Error::NotEmpty("the object store".to_owned()));
    }
    put_objects(path, store, manifest.objects(), &seen).await?;
    let db = match file {
        Some(file) => sqlite::restore(path, file, address, &seen).await?,
        None => postgres::restore(path, &manifest, address, &seen).await?,
    };
    compare(&db, &manifest, &seen).await?;
    Migrator::up(&db, None).await?;
    db.close().await?;
    Ok(manifest)
}

async fn put_objects(
    path: &Path,
    store: &Store,
    all: usize,
    seen: impl Fn(&'static str, usize, usize),
) -> Result<(), Error> {
    let mut done = 0;
    for member in archive::open(path)?.entries()? {
        let Some((key, mut member)) = archive::named(member, OBJECTS)? else { continue };
        seen("objects", done, all);
        let mut bytes = Vec::new();
        member.read_to_end(&mut bytes)?;
        store.put(&key, bytes.into(), mime(&key)).await?;
        done += 1;
    }
    seen("objects", done, all);
    Ok(())
}

fn mime(key: &str) -> &'static str {
    match key.rsplit_once('.').map(|(_, ending)| ending) {
        Some("jpeg") => "image/jpeg",
        Some("webp") => "image/webp",
        _ => "application/octet-stream",
    }
}

async fn compare(
    db: &DatabaseConnection,
    manifest: &Manifest,
    seen: impl Fn(&'static str, usize, usize),
) -> Result<(), Error> {
    let all = manifest.tables.len();
    for (done, table) in manifest.tables.iter().enumerate() {
        seen("tables compared", done, all);
        let held = count(db, &table.name).await?;
        if held != table.rows {
            let (table, said) = (table.name.clone(), table.rows);
            return Err(Error::Rows { table, said, held });
        }
    }
    seen("tables compared", all, all);
    Ok(())
}

async fn count(db: &DatabaseConnection, table: &str) -> Result<u64, Error> {
    let question = format!("select count(*) as n from \"{table}\"");
    let answer =
        db.query_one_raw(Statement::from_string(db.get_database_backend(), question)).await?;
    let number = answer.map(|row| row.try_get::<i64>("", "n")).transpose()?;
    Ok(number.unwrap_or_default().unsigned_abs())
}

/// Names of all tables but the list of steps, of which the migrations take care.
async fn names(db: &DatabaseConnection, question: &str) -> Result<Vec<String>, Error> {
    let rows = db
        .query_all_raw(Statement::from_string(db.get_database_backend(), question.to_owned()))
        .await?;
    let names = rows.iter().map(|row| row.try_get::<String>("", "name"));
    Ok(names.collect::<Result<_, _>>()?)
}
