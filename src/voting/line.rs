//! The writer's way to the database: a pool of one connection, and that connection while it is held.
//!
//! A pool asks a connection whether it is alive when it is given back and again when it is taken:
//! two turns beside each statement. While votes come it is held, and asked nothing.

use sea_orm::{DatabaseConnection, DbBackend, DbErr, RuntimeErr};
use sqlx::pool::PoolConnection;
use sqlx::{Postgres, Sqlite};

use crate::db;

/// Connections of a writer: a second one that wrote would make the first forget the pages it knows.
const CONNECTIONS: u32 = 1;
/// MiB of pages that it keeps: rows of votes lie all over the database.
const ROOM: u32 = 64;

/// The one connection of a writer.
#[derive(Debug)]
pub(super) struct Line {
    pool: DatabaseConnection,
    held: Option<Held>,
}

/// A connection that nobody else has.
#[derive(Debug)]
pub(super) enum Held {
    Sqlite(PoolConnection<Sqlite>),
    Postgres(PoolConnection<Postgres>),
}

impl Line {
    /// To the database at `url`; it is connected when something is asked of it.
    ///
    /// # Errors
    /// When `url` is none.
    pub(super) fn to(url: &str) -> Result<Self, DbErr> {
        Ok(Self { pool: db::prepare(url, CONNECTIONS, ROOM)?, held: None })
    }

    /// The pool, for whatever is not said on the held connection, which is given back: there is no
    /// other.
    pub(super) fn pool(&mut self) -> &DatabaseConnection {
        self.held = None;
        &self.pool
    }

    /// The connection, held from now on.
    ///
    /// # Errors
    /// When it cannot be had.
    pub(super) async fn held(&mut self) -> Result<&mut Held, DbErr> {
        let held = match self.held.take() {
            Some(held) => held,
            None => Held::of(&self.pool).await.map_err(failed)?,
        };
        Ok(self.held.insert(held))
    }

    /// Hangs up.
    pub(super) async fn close(self) -> Result<(), DbErr> {
        drop(self.held);
        self.pool.close().await
    }
}

impl Held {
    async fn of(pool: &DatabaseConnection) -> Result<Self, sqlx::Error> {
        Ok(match pool.get_database_backend() {
            DbBackend::Postgres => {
                Self::Postgres(pool.get_postgres_connection_pool().acquire().await?)
            }
            _ => Self::Sqlite(pool.get_sqlite_connection_pool().acquire().await?),
        })
    }
}

/// What the driver says, as the rest of the house reads it.
pub(super) fn failed(error: sqlx::Error) -> DbErr {
    DbErr::Exec(RuntimeErr::SqlxError(error.into()))
}
