//! Everybody's connections, which outlive a line that fell silent.

use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use sea_orm::entity::prelude::async_trait::async_trait;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DbBackend, DbErr, ExecResult, QueryResult, Statement,
};
use sqlx::postgres::PgConnectOptions;

use super::line;
use super::pulse::Pulse;

/// Everybody's connections. Cheap to clone.
///
/// The driver asks a connection that is given back whether it lives, and waits for the answer without
/// end (sqlx 0.9.0; reported there as 4349). One at whose other end nobody is any more never comes
/// back, nor does its place. So once a connection was silent for too long, or all seem to be lost,
/// others are used than those that were there.
#[derive(Clone, Debug)]
pub struct Pool(Arc<Link>);

#[derive(Debug)]
struct Link {
    connections: DatabaseConnection,
    /// Where there are others to be had, and how many; not on SQLite, where nothing falls silent.
    again: Option<(PgConnectOptions, u32)>,
    pulse: Arc<Pulse>,
    /// What is used once these are gone.
    next: OnceLock<Box<Link>>,
}

impl Pool {
    /// Connects as [`super::connect`] does.
    ///
    /// # Errors
    /// As there.
    pub async fn open(url: &str, connections: u32) -> Result<Self, DbErr> {
        let link = if url.starts_with("sqlite:") {
            let connections = line::prepare(url, connections, line::ROOM)?;
            let (pulse, next) = Default::default();
            Link { connections, again: None, pulse, next }
        } else {
            Link::to(line::address(url)?, connections)
        };
        link.connections.ping().await?;
        Ok(Self(Arc::new(link)))
    }

    /// Hangs up.
    ///
    /// # Errors
    /// When a connection cannot be closed.
    pub async fn close(self) -> Result<(), DbErr> {
        self.deref().clone().close().await
    }
}

impl Link {
    fn to(address: PgConnectOptions, most: u32) -> Self {
        let pulse = Arc::default();
        let connections = line::postgres(&address, most, &pulse);
        Self { connections, again: Some((address, most)), pulse, next: OnceLock::new() }
    }

    /// What is used in place of these connections, if they are gone.
    fn next(&self) -> Option<&Self> {
        let (address, most) = self.again.as_ref()?;
        if !self.pulse.is_gone(self.connections.get_postgres_connection_pool()) {
            return None;
        }
        let next = self.next.get_or_init(|| {
            tracing::warn!("connections to the database are silent: others take their place");
            Box::new(Self::to(address.clone(), *most))
        });
        Some(next)
    }
}

impl Deref for Pool {
    type Target = DatabaseConnection;

    fn deref(&self) -> &DatabaseConnection {
        let mut link = &*self.0;
        while let Some(next) = link.next() {
            link = next;
        }
        &link.connections
    }
}

#[async_trait]
impl ConnectionTrait for Pool {
    fn get_database_backend(&self) -> DbBackend {
        self.deref().get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.deref().execute_raw(statement).await
    }

    async fn execute_unprepared(&self, statement: &str) -> Result<ExecResult, DbErr> {
        self.deref().execute_unprepared(statement).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.deref().query_one_raw(statement).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.deref().query_all_raw(statement).await
    }
}
