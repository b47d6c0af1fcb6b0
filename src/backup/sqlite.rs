//! SQLite: the whole file, as one moment saw it.

use std::fs::File;
use std::io::{self, BufReader};
use std::path::Path;
use std::time::Duration;

use flate2::read::GzDecoder;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, Statement};

use super::archive::{self, Packed, Seen, Telling, Writer, kilobytes};
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
    seen: Seen<'_>,
) -> Result<Vec<Table>, Error> {
    let folder = tempfile::Builder::new().prefix(".backup-").tempdir_in(folder)?;
    let path = folder.path().join("database.sqlite");
    let copy = Statement::from_sql_and_values(
        DbBackend::Sqlite,
        "vacuum into ?",
        [path.display().to_string().into()],
    );
    let all = size(db).await?;
    watched(db.execute_raw(copy), &path, all, seen).await?;
    let copy = db::connect(&format!("sqlite:{}", path.display()), 1).await?;
    let mut tables = Vec::new();
    let names = names(&copy, TABLES).await?;
    for (done, name) in names.iter().enumerate() {
        seen("tables counted", done, names.len());
        let (rows, name) = (count(&copy, name).await?, name.clone());
        tables.push(Table { rows, columns: Vec::new(), name });
    }
    seen("tables counted", names.len(), names.len());
    copy.close().await?;
    let mut packed = Packed::new(folder.path())?;
    let file = File::open(&path)?;
    let bytes = file.metadata()?.len();
    let mut file = Telling::new(BufReader::new(file), "kilobytes packed", bytes, seen);
    io::copy(&mut file, &mut packed)?;
    archive.add_packed(MEMBER, packed)?;
    Ok(tables)
}

/// Bytes that a copy of the database will have: its pages without those that hold nothing.
async fn size(db: &DatabaseConnection) -> Result<u64, Error> {
    let question = "select (page_count - freelist_count) * page_size as n \
        from pragma_page_count, pragma_freelist_count, pragma_page_size";
    let answer =
        db.query_one_raw(Statement::from_string(DbBackend::Sqlite, question.to_owned())).await?;
    let bytes = answer.map(|row| row.try_get::<i64>("", "n")).transpose()?;
    Ok(bytes.unwrap_or_default().unsigned_abs())
}

/// Does `work`, which writes the file at `path`, and tells meanwhile how much of it is there.
async fn watched<T>(
    work: impl Future<Output = Result<T, DbErr>>,
    path: &Path,
    all: u64,
    seen: Seen<'_>,
) -> Result<T, DbErr> {
    let mut work = std::pin::pin!(work);
    loop {
        let written = path.metadata().map_or(0, |file| file.len().min(all));
        seen("kilobytes copied", kilobytes(written), kilobytes(all));
        tokio::select! {
            done = &mut work => {
                seen("kilobytes copied", kilobytes(all), kilobytes(all));
                return done;
            }
            () = tokio::time::sleep(Duration::from_millis(200)) => {}
        }
    }
}

/// Unpacks the database to `file`, where nothing may be, and checks it.
pub(super) async fn restore(
    path: &Path,
    file: &Path,
    address: &str,
    seen: Seen<'_>,
) -> Result<DatabaseConnection, Error> {
    let folder = archive::folder(file);
    let mut unpacked = tempfile::Builder::new().prefix(".restore-").tempfile_in(folder)?;
    for member in archive::open(path)?.entries()? {
        if let Some((_, member)) = archive::named(member, MEMBER)? {
            let packed = member.size();
            let member = Telling::new(member, "kilobytes unpacked", packed, seen);
            io::copy(&mut GzDecoder::new(member), &mut unpacked)?;
        }
    }
    unpacked.as_file().sync_all()?;
    unpacked.persist_noclobber(file).map_err(|error| error.error)?;
    File::open(folder)?.sync_all()?;
    let db = db::connect(address, 2).await?;
    seen("databases checked", 0, 1);
    let flaw = db::flaw(&db).await?;
    seen("databases checked", 1, 1);
    match flaw {
        Some(flaw) => Err(Error::Damaged(flaw)),
        None => Ok(db),
    }
}
