//! Votes on a disk that syncs slowly, against one transaction for each vote.
//!
//! Where a sync takes long, whoever waits for one alone for each vote takes few votes; a log that
//! commits all that wait together hardly notices. The other side is what a plain site would do: an
//! endpoint that writes one row in one transaction for each vote, with the same engine and settings.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use actix_web::{App as Site, HttpResponse, HttpServer, web};
use sea_orm::ConnectionTrait;

use crate::figures::Figures;
use crate::process::free_address;
use crate::{postgres, votes};

/// For how long each side is measured.
const SPAN: Duration = Duration::from_secs(6);
/// Connections of the plain site to its database: SQLite has one writer.
const CONNECTIONS: (u32, u32) = (1, 20);

/// Builds the library that makes syncing slow, for `LD_PRELOAD`.
pub fn library(folder: &Path) -> PathBuf {
    let built = folder.join("slow_sync.so");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/slow_sync.c");
    let done =
        Command::new("cc").args(["-shared", "-fPIC", "-O1", "-o"]).arg(&built).arg(source).status();
    assert!(done.is_ok_and(|status| status.success()), "a C compiler");
    built
}

/// Measures it; this process and all that it starts have the slow disk.
pub async fn measure(figures: &mut Figures) {
    postgres::SYNCS.store(true, std::sync::atomic::Ordering::Relaxed);
    on(figures, ("sqlite", 100.0), None, CONNECTIONS.0).await;
    let (ours, theirs) = (postgres::database().await, postgres::empty());
    on(figures, ("postgres", 10.0), Some((ours, theirs)), CONNECTIONS.1).await;
}

async fn on(
    figures: &mut Figures,
    (engine, goal): (&str, f64),
    databases: Option<(String, String)>,
    connections: u32,
) {
    let folder = tempfile::tempdir().expect("a folder");
    let (ours, theirs) = databases.unzip();
    votes::prepare(folder.path(), ours.as_deref()).await;
    let mut site = votes::start(folder.path(), ours.as_deref());
    let plain = Plain::start(theirs, folder.path(), connections);
    let mut rates = Vec::new();
    for (address, from) in [(plain.address, 0), (site.address, 1 << 40)] {
        votes::load(address, Duration::from_secs(1), from);
        let done = votes::load(address, SPAN, from + (1 << 39));
        rates.push(done.counted as f64 / SPAN.as_secs_f64());
    }
    site.kill();
    figures.note(&format!("votes.{engine}.slow.plain-per-second"), rates[0], "");
    figures.note(&format!("votes.{engine}.slow.per-second"), rates[1], "");
    figures.at_least(&format!("votes.{engine}.slow.times"), rates[1] / rates[0], goal, "");
}

/// The other side's process.
struct Plain {
    child: Child,
    address: SocketAddr,
}

impl Plain {
    fn start(database: Option<String>, folder: &Path, connections: u32) -> Self {
        let address = free_address();
        let file = || format!("sqlite:{}", folder.join("plain.db").display());
        let child = Command::new(std::env::current_exe().expect("this program"))
            .args(["plain", &address.to_string(), &database.unwrap_or_else(file)])
            .arg(connections.to_string())
            .stdin(Stdio::null())
            .spawn()
            .expect("it starts");
        while std::net::TcpStream::connect(address).is_err() {
            std::thread::sleep(Duration::from_millis(5));
        }
        Self { child, address }
    }
}

impl Drop for Plain {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// The plain site: one transaction for each vote, durable before it answers.
pub async fn plain(address: &str, database: &str, connections: u32) -> std::io::Result<()> {
    let db = hoithi::db::connect(database, connections).await.expect("a database");
    let made = db
        .execute_unprepared("create table vote (voter text primary key, entry text not null)")
        .await;
    made.expect("a table");
    let site = move || {
        let db = db.clone();
        let cast = move |entry: web::Path<String>, body: String| {
            cast(db.clone(), entry.into_inner(), body)
        };
        Site::new().route("/entries/{code}/vote", web::post().to(cast))
    };
    HttpServer::new(site).workers(2).bind(address)?.run().await
}

async fn cast(db: sea_orm::DatabaseConnection, entry: String, body: String) -> HttpResponse {
    let sql = "insert into vote (voter, entry) values ($1, $2) on conflict do nothing";
    let vote = sea_orm::Statement::from_sql_and_values(
        db.get_database_backend(),
        sql,
        [body.into(), entry.into()],
    );
    match db.execute_raw(vote).await {
        Ok(_) => HttpResponse::Ok().content_type("application/json").body(r#"{"counted":true}"#),
        Err(error) => HttpResponse::InternalServerError().body(error.to_string()),
    }
}
