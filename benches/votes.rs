//! What a vote costs: the processor time of a durable, logged vote against that of an endpoint that
//! does nothing; how long voters wait while four thousand come a second; and on a disk that syncs
//! slowly, how many come through against one transaction for each.

use std::cell::Cell;
use std::io::{BufRead, BufReader, Read};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use actix_web::{App as Site, HttpResponse, HttpServer, web};
use entity::entry;
use hoithi::{contest, db};
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};

use crate::figures::Figures;
use crate::load::{Connection, open};
use crate::peers::seconds;
use crate::process::{Process, free_address};
use crate::{postgres, slow_disk, stage};

/// Threads that send, and connections of each.
const SENDERS: (usize, usize) = (2, 128);
/// For how long each side is measured.
const SPAN: Duration = Duration::from_secs(6);
/// Entries that are voted for.
pub const ENTRIES: i32 = 40;

/// The other side of the comparison: takes a form, answers as many bytes.
pub async fn bare(address: &str) -> std::io::Result<()> {
    let body =
        r#"{"counted":true,"receipt":"0123456789AB","at":"08:42:10 01/04/2026","again":false}"#;
    let answer = move |_: web::Bytes| async move {
        HttpResponse::Ok().content_type("application/json").body(body)
    };
    let site = move || Site::new().route("/entries/{code}/vote", web::post().to(answer));
    HttpServer::new(site).workers(2).bind(address)?.run().await
}

/// Votes a second at which waits are measured, over so many connections.
const CROWD: (f64, usize) = (4000.0, 256);

/// Measures votes against the bare endpoint, on each engine, and on a slow disk in a process of its
/// own, as are those that it starts.
pub async fn measure(figures: &mut Figures) {
    postgres::SYNCS.store(true, Ordering::Relaxed);
    on(figures, "sqlite", None).await;
    on(figures, "postgres", Some(postgres::database().await)).await;
    let folder = tempfile::tempdir().expect("a folder");
    let slow = slow_disk::library(folder.path());
    let slow = Command::new(std::env::current_exe().expect("this program"))
        .arg("slow-votes")
        .env("LD_PRELOAD", slow)
        .status();
    figures.also(slow.expect("it starts"));
}

/// The process that takes the votes is measured, and with it the database's own where it has some.
async fn on(figures: &mut Figures, engine: &str, database: Option<String>) {
    let folder = tempfile::tempdir().expect("a folder");
    prepare(folder.path(), database.as_deref()).await;
    let mut site = start(folder.path(), database.as_deref());
    let mut other = Bare::start();
    let warm = Duration::from_secs(1);
    load(site.address, warm, 0);
    load(other.address, warm, 0);
    let mut costs = Vec::new();
    for round in 1..=3_u64 {
        calm(site.id());
        let bare_process = || seconds(other.child.id());
        let (bare, bare_count, _) = side(bare_process, other.address, round << 40);
        let processes =
            || seconds(site.id()) + if database.is_some() { of_postgres() } else { 0.0 };
        let (vote, vote_count, waits) = side(processes, site.address, (round << 40) + (1 << 39));
        figures.note(
            &format!("votes.{engine}.per-second"),
            vote_count as f64 / SPAN.as_secs_f64(),
            "",
        );
        figures.note(
            &format!("votes.{engine}.bare-per-second"),
            bare_count as f64 / SPAN.as_secs_f64(),
            "",
        );
        figures.note(&format!("votes.{engine}.wait-p99"), percentile(&waits, 0.99), "ms");
        figures.note(&format!("votes.{engine}.bare-us"), bare * 1e6 / bare_count as f64, "us");
        figures.note(&format!("votes.{engine}.vote-us"), vote * 1e6 / vote_count as f64, "us");
        costs.push((bare / bare_count as f64) / (vote / vote_count as f64));
    }
    calm(site.id());
    let waits = crowd(site.address).await;
    figures.at_most(&format!("votes.{engine}.p99-at-4000"), percentile(&waits, 0.99), 25.0, "ms");
    costs.sort_by(f64::total_cmp);
    figures.at_least(&format!("votes.{engine}.cpu-bare-per-vote"), costs[1], 0.5, "");
    site.kill();
    other.child.kill().ok();
    other.child.wait().ok();
}

/// Waits in milliseconds, sorted, while voters come at one rate however long the others wait.
async fn crowd(address: SocketAddr) -> Vec<f64> {
    let next = Rc::new(Cell::new(1_u64 << 50));
    let request = move || touch(address, next.replace(next.get() + 1)).into_bytes();
    let waits = open(address, CROWD, SPAN, request).await;
    waits.iter().map(|wait| wait.as_secs_f64() * 1000.0).collect()
}

/// Processor seconds, answers, and waits in milliseconds, sorted, of one side.
fn side(spent: impl Fn() -> f64, address: SocketAddr, from: u64) -> (f64, u64, Vec<f64>) {
    let before = spent();
    let mut done = load(address, SPAN, from);
    done.waits.sort_by(f64::total_cmp);
    (spent() - before, done.counted, done.waits)
}

/// Waits until rows have caught up with the log, so that neither side is measured beside that.
fn calm(id: u32) {
    let before = seconds(id);
    std::thread::sleep(Duration::from_secs(1));
    if seconds(id) - before > 0.05 {
        calm(id);
    }
}

/// Processor seconds of all processes of PostgreSQL on this machine.
fn of_postgres() -> f64 {
    let all = std::fs::read_dir("/proc").expect("processes").flatten();
    let numbers = all.filter_map(|one| one.file_name().to_str()?.parse::<u32>().ok());
    let named = |id: &u32| {
        std::fs::read_to_string(format!("/proc/{id}/comm")).is_ok_and(|name| name == "postgres\n")
    };
    numbers.filter(named).map(seconds).sum()
}

/// The value below which this share lies.
pub fn percentile(sorted: &[f64], share: f64) -> f64 {
    let place = (sorted.len() as f64 * share) as usize;
    sorted.get(place.min(sorted.len().saturating_sub(1))).copied().unwrap_or(0.0)
}

/// The comparison's process.
struct Bare {
    child: Child,
    address: SocketAddr,
}

impl Bare {
    fn start() -> Self {
        let address = free_address();
        let child = Command::new(std::env::current_exe().expect("this program"))
            .args(["bare", &address.to_string()])
            .stdin(Stdio::null())
            .spawn()
            .expect("it starts");
        while TcpStream::connect(address).is_err() {
            std::thread::sleep(Duration::from_millis(5));
        }
        Self { child, address }
    }
}

/// The site, with two threads.
pub fn start(folder: &Path, database: Option<&str>) -> Process {
    let mut settings = vec![("HOITHI__SERVER__THREADS", "2"), ("HOITHI__LOG__FILTER", "error")];
    settings.extend(database.map(|address| ("HOITHI__DATA__DATABASE", address)));
    let mut site = Process::start(folder, &settings);
    site.ready(Instant::now());
    site
}

/// A site with a contest in its vote.
pub async fn prepare(folder: &Path, database: Option<&str>) {
    let (app, id) = stage::contest(folder, database, include_str!("votes.yaml")).await;
    let now = app.clock.now();
    let tx = db::begin(&app.db).await.expect("a transaction");
    let category = contest::category_ids(&tx, id).await.expect("categories")["main"];
    for number in 1..=ENTRIES {
        let row = stage::accepted((id, category), ("VVVV", number), now);
        let row = row.into_active_model().reset_all();
        entry::Entity::insert(row).exec_without_returning(&tx).await.expect("an entry");
    }
    tx.commit().await.expect("committed");
    app.db.close().await.expect("closed");
}

/// What a voter's browser sends.
pub fn touch(address: SocketAddr, voter: u64) -> String {
    let entry = voter % u64::from(ENTRIES.unsigned_abs()) + 1;
    format!(
        "POST /entries/VVVV{entry:04}/vote HTTP/1.1\r\nhost: {address}\r\naccept: application/json\r\n\
         sec-fetch-site: same-origin\r\nuser-agent: Mozilla/5.0 (Linux; Android 13; SM-A145F) Zalo\r\n\
         cookie: b={voter:032}\r\ncontent-type: application/x-www-form-urlencoded\r\n\
         content-length: 22\r\n\r\nnonce={voter:016}"
    )
}

/// What came of a load.
#[derive(Default)]
pub struct Done {
    pub counted: u64,
    waits: Vec<f64>,
}

/// Keeps all connections busy for a while: each sends its next vote when the last one is answered,
/// whatever the others do.
pub fn load(address: SocketAddr, span: Duration, from: u64) -> Done {
    let next = Arc::new(AtomicU64::new(from));
    let senders: Vec<_> = (0..SENDERS.0)
        .map(|_| {
            let next = Arc::clone(&next);
            std::thread::spawn(move || send(address, span, &next))
        })
        .collect();
    let mut done = Done::default();
    for sender in senders {
        let part = sender.join().expect("a sender");
        done.counted += part.counted;
        done.waits.extend(part.waits);
    }
    done
}

fn send(address: SocketAddr, span: Duration, next: &Arc<AtomicU64>) -> Done {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let until = Instant::now() + span;
    runtime.expect("a runtime").block_on(async {
        let mut lines = tokio::task::JoinSet::new();
        for _ in 0..SENDERS.1 {
            lines.spawn(line(address, until, Arc::clone(next)));
        }
        let mut done = Done::default();
        while let Some(part) = lines.join_next().await {
            let waits = part.expect("a connection");
            done.counted += waits.len() as u64;
            done.waits.extend(waits);
        }
        done
    })
}

/// One voter after another on one connection; how long each waited, in milliseconds.
async fn line(address: SocketAddr, until: Instant, next: Arc<AtomicU64>) -> Vec<f64> {
    let mut connection = Connection::to(address).await;
    let mut waits = Vec::new();
    while Instant::now() < until {
        let voter = next.fetch_add(1, Ordering::Relaxed);
        let asked = Instant::now();
        let (head, _) = connection.ask(touch(address, voter).as_bytes()).await;
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        waits.push(asked.elapsed().as_secs_f64() * 1000.0);
    }
    waits
}

/// Status and body of the next answer.
pub fn answer(stream: &mut BufReader<TcpStream>) -> Option<(u16, String)> {
    let (mut head, mut status, mut length) = (String::new(), 0, 0);
    loop {
        head.clear();
        if stream.read_line(&mut head).ok()? == 0 {
            return None;
        }
        let line = head.trim_end();
        if line.is_empty() {
            break;
        }
        if let Some(rest) = line.strip_prefix("HTTP/1.1 ") {
            status = rest.get(..3)?.parse().ok()?;
        } else if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).ok()?;
    Some((status, String::from_utf8_lossy(&body).into_owned()))
}
