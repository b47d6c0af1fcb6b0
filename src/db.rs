//! The database: SQLite by default, PostgreSQL for many nodes, one code for both.
//!
//! [`begin`] is the only way into a transaction that writes. On SQLite it takes the write lock at
//! once (`BEGIN IMMEDIATE`): there are no row locks there, and sea-query leaves `FOR UPDATE` out
//! in silence. On PostgreSQL rows are locked in this order, so that nobody waits in a circle:
//! contest (several by their keys), then entry, then file; contest, then seat, then round, then
//! assignment; then job, and last the audit log. They are locked `FOR NO KEY UPDATE`: a row that
//! only refers to one of them does not wait for it.

mod line;
mod pool;
mod pulse;

use sea_orm::{
    AccessMode, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr,
    IsolationLevel, SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait,
};

pub use self::line::is_here;
pub(crate) use self::line::prepare;
pub use self::pool::Pool;

/// Connects to `url`: `sqlite:PATH` or `postgres://…`, with at most `connections` connections.
///
/// # Errors
/// When the database cannot be reached.
pub async fn connect(url: &str, connections: u32) -> Result<DatabaseConnection, DbErr> {
    let db = prepare(url, connections, line::ROOM)?;
    db.ping().await?;
    Ok(db)
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
