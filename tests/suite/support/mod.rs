//! What tests stand on: a database of their own, a stopped clock, a store and an inbox in memory.

pub mod answers;
mod book;
pub mod bucket;
pub mod fault;
mod given;
pub mod postgres;
pub mod process;
pub mod rows;
pub mod sender;
mod site;
pub mod smtp;
pub mod stage;
pub mod storm;
pub mod town;

use sea_orm::{ConnectionTrait, DbBackend};

pub use book::book;
pub use given::rounds;
pub use site::Site;
pub use site::{Answer, Browser};

/// A database engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// SQLite in a temporary folder.
    Sqlite,
    /// PostgreSQL, one server for the whole run.
    Postgres,
}

/// Address of a database of this engine in which there is nothing, not even a schema.
pub fn empty(engine: Engine, folder: &std::path::Path) -> String {
    match engine {
        Engine::Sqlite => format!("sqlite:{}", folder.join("empty.sqlite").display()),
        Engine::Postgres => postgres::empty(),
    }
}

/// Lets rows of a table that is only added to be changed: what somebody could do who rules over the
/// database.
pub async fn unguard(db: &impl ConnectionTrait, table: &str) {
    let of = match db.get_database_backend() {
        DbBackend::Postgres => format!(" on {table}"),
        _ => String::new(),
    };
    let statement = format!("drop trigger {table}_changed{of}");
    db.execute_unprepared(&statement).await.expect("a trigger");
}

/// Address of a database of this engine of a process's own; none where its data folder holds it.
pub fn fresh(engine: Engine) -> Option<String> {
    match engine {
        Engine::Sqlite => None,
        Engine::Postgres => {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            Some(runtime.expect("a runtime").block_on(postgres::database()))
        }
    }
}

/// Writes one test for each engine: `both! { async fn it_is_so(site: Site) { … } }`.
macro_rules! both {
    ($($(#[$meta:meta])* async fn $name:ident($site:ident: Site) $body:block)*) => { $(
        $(#[$meta])*
        async fn $name($site: &mut $crate::support::Site) $body

        mod $name {
            #[actix_web::test]
            async fn on_sqlite() {
                let mut site = $crate::support::Site::new($crate::support::Engine::Sqlite).await;
                super::$name(&mut site).await;
                site.end().await;
            }

            #[actix_web::test]
            async fn on_postgres() {
                let mut site = $crate::support::Site::new($crate::support::Engine::Postgres).await;
                super::$name(&mut site).await;
                site.end().await;
            }
        }
    )* };
}
pub(crate) use both;
