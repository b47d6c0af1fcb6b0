//! Lines to the database: which one, and what is asked of a connection before it is used.

use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use sea_orm::{DatabaseConnection, DbErr, RuntimeErr, SqlxPostgresConnector, SqlxSqliteConnector};
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, Executor};

use super::pulse::Pulse;

/// How long a statement on SQLite waits for another's lock before it is refused.
const BUSY: Duration = Duration::from_secs(10);

/// How long a connection to PostgreSQL is waited for.
const CONNECTS: Duration = Duration::from_secs(5);

/// For how long a connection that answered is not asked again.
const FRESH: Duration = Duration::from_secs(1);

/// How long a connection that is given back may take to answer.
const ANSWERS: Duration = Duration::from_secs(5);

/// MiB of pages that a connection to SQLite keeps in memory, once it has read them.
pub(super) const ROOM: u32 = 2;

/// A pool of at most so many connections to `url`; each is made when it is needed. On SQLite each
/// keeps so many MiB of pages.
///
/// # Errors
/// When `url` is none.
pub(crate) fn prepare(url: &str, connections: u32, room: u32) -> Result<DatabaseConnection, DbErr> {
    if let Some(path) = url.strip_prefix("sqlite:") {
        return Ok(sqlite(Path::new(path), connections, room));
    }
    Ok(postgres(&address(url)?, connections, &Arc::default()))
}

/// The address of a PostgreSQL.
///
/// # Errors
/// When `url` is none.
pub(super) fn address(url: &str) -> Result<PgConnectOptions, DbErr> {
    if !["postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme)) {
        return Err(DbErr::Custom("neither sqlite:PATH nor postgres://…".to_owned()));
    }
    let address = url.parse::<PgConnectOptions>();
    let address = address.map_err(|error| DbErr::Conn(RuntimeErr::SqlxError(error.into())))?;
    Ok(address.disable_statement_logging())
}

/// A pool of connections to PostgreSQL, and how they fare.
pub(super) fn postgres(
    address: &PgConnectOptions,
    connections: u32,
    pulse: &Arc<Pulse>,
) -> DatabaseConnection {
    let [made, given_back, taken] = [Arc::clone(pulse), Arc::clone(pulse), Arc::clone(pulse)];
    let pool = PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(CONNECTS)
        .test_before_acquire(false)
        .after_connect(move |connection, _| {
            made.beat();
            Box::pin(
                async move { connection.execute("set search_path = public").await.map(|_| ()) },
            )
        })
        .after_release(move |connection, _| {
            let pulse = Arc::clone(&given_back);
            Box::pin(async move { answers(connection, &pulse).await })
        })
        .before_acquire(move |connection, is| {
            taken.beat();
            let pulse = Arc::clone(&taken);
            Box::pin(async move { Ok(is.idle_for < FRESH || answers(connection, &pulse).await?) })
        })
        .connect_lazy_with(address.clone());
    SqlxPostgresConnector::from_sqlx_postgres_pool(pool)
}

/// Whether a connection still answers. One at whose other end nobody is would otherwise be waited for
/// without end, and its place in the pool with it.
async fn answers(connection: &mut PgConnection, pulse: &Pulse) -> Result<bool, sqlx::Error> {
    if let Ok(answered) = tokio::time::timeout(ANSWERS, connection.ping()).await {
        pulse.beat();
        return answered.map(|()| true);
    }
    pulse.miss();
    Err(sqlx::Error::PoolTimedOut)
}

fn sqlite(path: &Path, connections: u32, room: u32) -> DatabaseConnection {
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
        .connect_lazy_with(options);
    SqlxSqliteConnector::from_sqlx_sqlite_pool(pool)
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
