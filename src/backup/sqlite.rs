//! SQLite: the whole file, as one moment saw it.

use std::fs::File;
use std::io::{self, BufReader};
use std::path::Path;

use flate2::read::GzDecoder;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};

use super::archive::{self, Packed, Writer};
use super::{Error, Table, count, names};
use crate::db;

const MEMBER: &str = "database.sqlite.gz";

const TABLES: &str = "select name from sqlite_master where type = 'table' \
    and name not like 'sqlite_%' and name <> 'seaql_migrations' order by name";

/// Puts the database into the archive. Writers do not wait for it.
pub(super) async fn dump(
    db: &DatabaseConnection,
    archive: &mut Writer,
    folder: &Path,
) -> Result<Vec<Table>, Error> {
    let folder = tempfile::Builder::new().prefix(".backup-").tempdir_in(folder)?;
    let path = folder.path().join("database.sqlite");
    let copy = Statement::from_sql_and_values(
        DbBackend::Sqlite,
        "vacuum into ?",
        [path.display().to_string().into()],
    );
    db.execute_raw(copy).await?;
    let copy = db::connect(&format!("sqlite:{}", path.display()), 1).await?;
    let mut tables = Vec::new();
    for name in names(&copy, TABLES).await? {
        tables.push(Table { rows: count(&copy, &name).await?, columns: Vec::new(), name });
    }
    copy.close().await?;
    let mut packed = Packed::new(folder.path())?;
    io::copy(&mut BufReader::new(File::open(&path)?), &mut packed)?;
    archive.add_packed(MEMBER, packed)?;
    Ok(tables)
}

/// Unpacks the database to `file`, where nothing may be, and checks it.
pub(super) async fn restore(
    path: &Path,
    file: &Path,
    address: &str,
) -> Result<DatabaseConnection, Error> {
    let folder = archive::folder(file);
    let mut unpacked = tempfile::Builder::new().prefix(".restore-").tempfile_in(folder)?;
    for member in archive::open(path)?.entries()? {
        if let Some((_, member)) = archive::named(member, MEMBER)? {
            io::copy(&mut GzDecoder::new(member), &mut unpacked)?;
        }
    }
    unpacked.as_file().sync_all()?;
    unpacked.persist_noclobber(file).map_err(|error| error.error)?;
    File::open(folder)?.sync_all()?;
    let db = db::connect(address, 2).await?;
    match db::flaw(&db).await? {
        Some(flaw) => Err(Error::Damaged(flaw)),
        None => Ok(db),
    }
}
