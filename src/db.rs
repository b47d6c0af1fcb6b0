//! The database: SQLite by default, PostgreSQL for many nodes, one code for both.
//!
//! [`begin`] is the only way into a transaction that writes. On SQLite it takes the write lock at
//! once (`BEGIN IMMEDIATE`): there are no row locks there, and sea-query leaves `FOR UPDATE` out
//! in silence. On PostgreSQL rows are locked in this order, so that nobody waits in a circle:
//! contest (several by their keys), then entry, then file; contest, then seat, then round, then
//! assignment; then job, and last the audit log. They are locked `FOR NO KEY UPDATE`: a row that
//! only refers to one of them does not wait for it.

use std::net::IpAddr;
use std::path::Path;
use std::time::Duration;

use sea_orm::{
    AccessMode, ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction,
    DbBackend, DbErr, IsolationLevel, SqliteTransactionMode, SqlxSqliteConnector, Statement,
    TransactionOptions, TransactionTrait,
};
use sqlx::Connection;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

/// How long a statement waits for another's lock before it is refused.
const BUSY: Duration = Duration::from_secs(10);

/// For how long a connection that answered is not asked again.
const FRESH: Duration = Duration::from_secs(1);

/// How long a connection that is given back may take to answer.
const ANSWERS: Duration = Duration::from_secs(5);

/// Connects to `url`: `sqlite:PATH` or `postgres://…`, with at most `connections` connections.
///
/// # Errors
/// When the database cannot be reached.
pub async fn connect(url: &str, connections: u32) -> Result<DatabaseConnection, DbErr> {
    connect_with_room(url, connections, 2).await
}

/// As [`connect`]; each connection to SQLite keeps so many MiB of pages in memory, once it has read
/// them.
///
/// # Errors
/// As [`connect`].
pub async fn connect_with_room(
    url: &str,
    connections: u32,
    room: u32,
) -> Result<DatabaseConnection, DbErr> {
    if let Some(path) = url.strip_prefix("sqlite:") {
        return sqlite(Path::new(path), connections, room).await;
    }
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(connections)
        .acquire_timeout(Duration::from_secs(5))
        .sqlx_logging(false)
        .test_before_acquire(false)
        .map_sqlx_postgres_pool_opts(|pool| {
            pool.after_release(|connection, _| Box::pin(answers(connection))).before_acquire(
                |connection, is| {
                    Box::pin(async move { Ok(is.idle_for < FRESH || answers(connection).await?) })
                },
            )
        })
        .set_schema_search_path("public");
    let db = Database::connect(options).await?;
    Ok(db)
}

/// Whether the database at `url` is on this machine: then so is every process that reaches it there.
#[must_use]
pub fn is_here(url: &str) -> bool {
    let Ok(options) = url.parse::<PgConnectOptions>() else { return url.starts_with("sqlite:") };
    let host = options.get_host();
    options.get_socket().is_some()
        || host == "localhost"
        || host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|host| host.is_loopback())
}

/// Whether a connection that was given back still answers. One at whose other end nobody is would
/// otherwise be waited for without end, and its place in the pool with it.
async fn answers(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    let asked = tokio::time::timeout(ANSWERS, connection.ping()).await;
    asked.unwrap_or(Err(sqlx::Error::PoolTimedOut)).map(|()| true)
}

async fn sqlite(path: &Path, connections: u32, room: u32) -> Result<DatabaseConnection, DbErr> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .pragma("cache_size", format!("-{}", room * 1024))
        .busy_timeout(BUSY);
    let pool = SqlitePoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(BUSY)
        .test_before_acquire(false)
        .connect_with(options)
        .await
        .map_err(|error| DbErr::Conn(sea_orm::RuntimeErr::SqlxError(error.into())))?;
    Ok(SqlxSqliteConnector::from_sqlx_sqlite_pool(pool))
}

/// Opens a transaction that writes.
///
/// # Errors
/// When the database fails, or another writer holds the lock for too long.
#[expect(clippy::disallowed_methods, reason = "this is the one place")]
pub async fn begin(db: &DatabaseConnection) -> Result<DatabaseTransaction, DbErr> {
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..Default::default()
    };
    let tx = db.begin_with_options(options).await?;
    if tx.get_database_backend() == DbBackend::Postgres {
        tx.execute_unprepared(
            "set local lock_timeout = '10s'; set local idle_in_transaction_session_timeout = '30s'",
        )
        .await?;
    }
    Ok(tx)
}

/// Opens a transaction that only reads and sees one moment, however long it reads; it waits for
/// nobody and nobody waits for it.
///
/// # Errors
/// When the database fails.
#[expect(clippy::disallowed_methods, reason = "this is the one place")]
pub async fn snapshot(db: &DatabaseConnection) -> Result<DatabaseTransaction, DbErr> {
    let mut options = TransactionOptions::default();
    if db.get_database_backend() == DbBackend::Postgres {
        options.isolation_level = Some(IsolationLevel::RepeatableRead);
        options.access_mode = Some(AccessMode::ReadOnly);
    }
    db.begin_with_options(options).await
}

/// What SQLite finds wrong with its own file, references included; nothing on PostgreSQL, which
/// has other tools for that.
///
/// # Errors
/// When the database fails.
pub async fn flaw(db: &DatabaseConnection) -> Result<Option<String>, DbErr> {
    let engine = db.get_database_backend();
    if engine != DbBackend::Sqlite {
        return Ok(None);
    }
    let ask = |question: &str| db.query_one_raw(Statement::from_string(engine, question));
    let file = ask("pragma integrity_check").await?;
    let file = file.map(|row| row.try_get_by_index::<String>(0)).transpose()?;
    if let Some(flaw) = file.filter(|said| said != "ok") {
        return Ok(Some(flaw));
    }
    let loose = ask("pragma foreign_key_check").await?;
    let table = loose.map(|row| row.try_get_by_index::<String>(0)).transpose()?;
    Ok(table.map(|table| format!("a row of {table} refers to nothing")))
}
