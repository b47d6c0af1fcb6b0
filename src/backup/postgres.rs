//! PostgreSQL: the rows of each table, read in one transaction that sees one moment.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::path::Path;

use flate2::read::GzDecoder;
use futures_util::StreamExt;
use migration::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};
use sqlx::{Connection, PgConnection};

use super::archive::{self, Packed, Seen, Writer};
use super::{Error, Manifest, Table, names};
use crate::db;

const FOLDER: &str = "tables/";

const TABLES: &str = "select relname as name from pg_class where relkind = 'r' \
    and relnamespace = 'public'::regnamespace and relname <> 'seaql_migrations' order by relname";

/// Which table refers to which other one.
const REFERENCES: &str = "select c.relname as child, p.relname as parent from pg_constraint k \
    join pg_class c on c.oid = k.conrelid join pg_class p on p.oid = k.confrelid \
    where k.contype = 'f' and k.conrelid <> k.confrelid \
    and c.relnamespace = 'public'::regnamespace";

const COLUMNS: &str = "select attname as name from pg_attribute where attrelid = $1::regclass \
    and attnum > 0 and not attisdropped and attgenerated = '' order by attnum";

/// Puts every table into the archive, those that others refer to first.
pub(super) async fn dump(
    db: &DatabaseConnection,
    archive: &mut Writer,
    folder: &Path,
    seen: Seen<'_>,
) -> Result<Vec<Table>, Error> {
    let order = ordered(db).await?;
    let mut connection = db.get_postgres_connection_pool().acquire().await?;
    let mut tx = connection.begin().await?;
    sqlx::raw_sql("set transaction isolation level repeatable read, read only")
        .execute(&mut *tx)
        .await?;
    let mut tables = Vec::new();
    let all = order.len();
    for (done, name) in order.into_iter().enumerate() {
        seen("tables copied", done, all);
        let mut packed = Packed::new(folder)?;
        let columns = columns(db, &name).await?;
        let rows = copy_out(&mut tx, &name, &columns, &mut packed).await?;
        archive.add_packed(&format!("{FOLDER}{name}"), packed)?;
        tables.push(Table { name, columns, rows });
    }
    seen("tables copied", all, all);
    tx.commit().await?;
    Ok(tables)
}

async fn copy_out(
    connection: &mut PgConnection,
    table: &str,
    columns: &[String],
    packed: &mut Packed,
) -> Result<u64, Error> {
    let statement = format!("copy {} to stdout", listed(table, columns));
    let mut pieces = connection.copy_out_raw(&statement).await?;
    let mut rows = 0;
    while let Some(piece) = pieces.next().await {
        let piece = piece?;
        rows += piece.iter().filter(|byte| **byte == b'\n').count() as u64;
        packed.write_all(&piece)?;
    }
    Ok(rows)
}

fn listed(table: &str, columns: &[String]) -> String {
    let columns: Vec<_> = columns.iter().map(|name| format!("\"{name}\"")).collect();
    format!("\"{table}\" ({})", columns.join(", "))
}

async fn columns(db: &DatabaseConnection, table: &str) -> Result<Vec<String>, Error> {
    let question = Statement::from_sql_and_values(
        DbBackend::Postgres,
        COLUMNS,
        [format!("public.\"{table}\"").into()],
    );
    let rows = db.query_all_raw(question).await?;
    let names = rows.iter().map(|row| row.try_get::<String>("", "name"));
    Ok(names.collect::<Result<_, _>>()?)
}

/// Tables in the order in which they can be filled.
async fn ordered(db: &DatabaseConnection) -> Result<Vec<String>, Error> {
    let question = Statement::from_string(DbBackend::Postgres, REFERENCES);
    let mut references = BTreeSet::new();
    for row in db.query_all_raw(question).await? {
        let pair: (String, String) = (row.try_get("", "child")?, row.try_get("", "parent")?);
        references.insert(pair);
    }
    let (mut waiting, mut order) = (names(db, TABLES).await?, Vec::new());
    while !waiting.is_empty() {
        let refers = |child: &String| {
            references.iter().any(|(c, parent)| c == child && waiting.contains(parent))
        };
        let (held, free): (Vec<_>, Vec<_>) = waiting.iter().cloned().partition(refers);
        if free.is_empty() {
            return Err(Error::Archive(format!("tables refer in a circle: {}", held.join(", "))));
        }
        order.extend(free);
        waiting = held;
    }
    Ok(order)
}

/// Refuses a database that has tables.
pub(super) async fn must_be_empty(address: &str) -> Result<(), Error> {
    let db = db::connect(address, 1).await?;
    let held = names(&db, TABLES).await?;
    db.close().await?;
    if held.is_empty() { Ok(()) } else { Err(Error::NotEmpty("the database".to_owned())) }
}

/// Fills an empty database: the archive's schema first, then its rows, all or none.
pub(super) async fn restore(
    path: &Path,
    manifest: &Manifest,
    address: &str,
    seen: impl Fn(&'static str, usize, usize),
) -> Result<DatabaseConnection, Error> {
    let db = db::connect(address, 4).await?;
    let steps = u32::try_from(manifest.schema.len()).unwrap_or(u32::MAX);
    Migrator::up(&db, Some(steps)).await?;
    let mut connection = db.get_postgres_connection_pool().acquire().await?;
    let mut tx = connection.begin().await?;
    let all: Vec<_> = manifest.tables.iter().map(|table| format!("\"{}\"", table.name)).collect();
    let empty = sqlx::AssertSqlSafe(format!("truncate {}", all.join(", ")));
    sqlx::raw_sql(empty).execute(&mut *tx).await?;
    let mut done = 0;
    for member in archive::open(path)?.entries()? {
        let Some((name, member)) = archive::named(member, FOLDER)? else { continue };
        let Some(table) = manifest.tables.iter().find(|table| table.name == name) else {
            return Err(Error::Damaged(name));
        };
        seen("tables", done, all.len());
        copy_in(&mut tx, table, GzDecoder::new(member)).await?;
        done += 1;
    }
    seen("tables", all.len(), all.len());
    tx.commit().await?;
    drop(connection);
    Ok(db)
}

async fn copy_in(
    connection: &mut PgConnection,
    table: &Table,
    mut rows: impl Read,
) -> Result<(), Error> {
    let statement = format!("copy {} from stdin", listed(&table.name, &table.columns));
    let mut copy = connection.copy_in_raw(&statement).await?;
    let mut piece = vec![0; 1 << 16];
    loop {
        let read = rows.read(&mut piece)?;
        if read == 0 {
            break;
        }
        copy.send(&piece[..read]).await?;
    }
    copy.finish().await?;
    Ok(())
}
