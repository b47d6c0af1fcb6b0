//! `hoithi doctor`: looks at everything that the site needs, and says what to do.

mod durable;
mod nodes;

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use clap::Args;
use migration::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};
use serde_json::json;

use crate::app::{self, Key};
use crate::clock::Clock;
use crate::config::Config;
use crate::mail::{Mailer, Way};
use crate::media::Decoder;
use crate::media::child::Leaks;
use crate::storage::{self, Store};
use crate::{account, db, jobs};

/// Look at everything that the site needs, and say what to do. Exits with 1 when something is wrong.
///
/// It changes nothing that stays: it writes a small object and removes it, and speaks to the mail
/// server without sending a letter.
#[derive(Debug, Args)]
pub(super) struct Doctor {
    /// Print JSON, one finding a line.
    #[arg(long)]
    json: bool,
}

/// How a thing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Good,
    Note,
    Wrong,
}

struct Findings {
    json: bool,
    wrong: u32,
}

impl Findings {
    #[expect(clippy::print_stdout, reason = "this is the command's answer")]
    fn say(&mut self, state: State, what: &str, text: &str) {
        self.wrong += u32::from(state == State::Wrong);
        let word = match state {
            State::Good => "ok",
            State::Note => "note",
            State::Wrong => "WRONG",
        };
        if self.json {
            println!("{}", json!({ "state": word.to_lowercase(), "what": what, "text": text }));
        } else {
            println!("{word:<6}{what}: {text}");
        }
    }

    fn good(&mut self, what: &str, text: &str) {
        self.say(State::Good, what, text);
    }

    fn note(&mut self, what: &str, text: &str) {
        self.say(State::Note, what, text);
    }

    fn wrong(&mut self, what: &str, text: &str) {
        self.say(State::Wrong, what, text);
    }
}

impl Doctor {
    pub(super) async fn run(self, config: Config) -> Result<()> {
        let mut found = Findings { json: self.json, wrong: 0 };
        address(&mut found, &config);
        folder(&mut found, &config.data.folder);
        match db::connect(&config.database(), 2).await {
            Ok(db) => {
                database(&mut found, &db).await;
                durable::look(&mut found, &db).await;
                nodes::look(&mut found, &config, &db).await;
            }
            Err(error) => found.wrong(
                "database",
                &format!(
                    "cannot be reached: {error}. Check data.database, and that the server runs"
                ),
            ),
        }
        store(&mut found, &config).await;
        mail(&mut found, &config).await;
        child(&mut found, &config.data.folder).await;
        if found.wrong > 0 {
            bail!("{} things are wrong", found.wrong);
        }
        Ok(())
    }
}

fn address(found: &mut Findings, config: &Config) {
    let base = &config.server.base_url;
    let is_local = ["://localhost", "://127.0.0.1"].iter().any(|local| base.contains(local));
    if !base.starts_with("http://") && !base.starts_with("https://") {
        found.wrong(
            "base_url",
            &format!("`{base}` is no address; write https://… in server.base_url"),
        );
    } else if base.starts_with("http://") && !is_local {
        found.wrong("base_url", &format!("{base} is without TLS; put a proxy with TLS in front"));
    } else if is_local {
        found.note("base_url", &format!("{base} is for trying out; links in letters lead there"));
    } else {
        found.good("base_url", base);
    }
    if base.starts_with("https://") && config.server.trusted_proxies.is_empty() {
        found.note(
            "proxies",
            "no proxy is trusted, so every client seems to be the proxy; name it in \
             server.trusted_proxies",
        );
    }
}

fn folder(found: &mut Findings, folder: &Path) {
    let Ok(facts) = rustix::fs::statvfs(folder) else {
        found.wrong("data", &format!("{} is not there; `hoithi serve` makes it", folder.display()));
        return;
    };
    let (free, all) = (facts.f_bavail * facts.f_frsize, facts.f_blocks * facts.f_frsize);
    let text = format!("{:.1} GB of {:.1} GB are free", free as f64 / 1e9, all as f64 / 1e9);
    if free < 1_000_000_000 || free * 20 < all {
        found.wrong("disk", &format!("{text}; make room before uploads fail"));
    } else {
        found.good("disk", &text);
    }
    match Key::kept(folder) {
        Ok(Some(key)) => {
            let key = key.fingerprint();
            found.good("key", &format!("{key}; keep a copy apart from the backups"));
        }
        Ok(None) => found.note("key", "there is none yet; `hoithi serve` makes one"),
        Err(error) => found.wrong("key", &format!("cannot be read: {error}")),
    }
}

async fn database(found: &mut Findings, db: &DatabaseConnection) {
    let begun = Instant::now();
    if let Err(error) = db.execute_unprepared("select 1").await {
        found.wrong("database", &format!("does not answer: {error}"));
        return;
    }
    let engine = match db.get_database_backend() {
        DbBackend::Postgres => "PostgreSQL",
        _ => "SQLite",
    };
    found.good("database", &format!("{engine}, {:.1} ms", begun.elapsed().as_secs_f64() * 1e3));
    match Migrator::get_pending_migrations_read_only(db).await {
        Ok(pending) if pending.is_empty() => found.good("schema", "up to date"),
        Ok(pending) => {
            found.wrong("schema", &format!("{} steps behind; run `hoithi migrate`", pending.len()));
            return;
        }
        Err(error) => return found.wrong("schema", &format!("cannot be read: {error}")),
    }
    clock(found, db).await;
    if let Err(error) = queues(found, db).await {
        found.wrong("queues", &format!("cannot be counted: {error}"));
    }
    match account::admins(db).await {
        Ok(0) => found.note("administrator", "there is none; `hoithi serve` prints the first link"),
        Ok(number) => found.good("administrator", &format!("{number}")),
        Err(error) => found.wrong("administrator", &format!("cannot be counted: {error}")),
    }
}

/// A node whose clock is off judges deadlines wrongly.
async fn clock(found: &mut Findings, db: &DatabaseConnection) {
    if db.get_database_backend() != DbBackend::Postgres {
        return;
    }
    let ask = "select (extract(epoch from clock_timestamp()) * 1000)::bigint as ms";
    let before = Clock::System.now().micros() / 1000;
    let told = db.query_one_raw(Statement::from_string(DbBackend::Postgres, ask)).await;
    let after = Clock::System.now().micros() / 1000;
    let told = told.ok().flatten().and_then(|row| row.try_get::<i64>("", "ms").ok());
    let Some(told) = told else {
        return found.wrong("clock", "the database does not tell its time");
    };
    let off = if told < before { before - told } else { (told - after).max(0) };
    if off > 100 {
        found.wrong("clock", &format!("{off} ms off the database's; run NTP on both"));
    } else {
        found.good("clock", &format!("{off} ms off the database's"));
    }
}

async fn queues(found: &mut Findings, db: &DatabaseConnection) -> Result<(), sea_orm::DbErr> {
    /// Older than this, nobody is working.
    const OLD: i64 = 15 * 60;
    let queues = jobs::queues(db, Clock::System.now()).await?;
    let waiting: u64 = queues.iter().map(|queue| queue.open).sum();
    let given_up: u64 = queues.iter().map(|queue| queue.given_up).sum();
    let oldest = queues.iter().map(|queue| queue.oldest_seconds).max().unwrap_or_default();
    let text = format!("{waiting} jobs wait, the oldest for {oldest} s");
    if oldest > OLD {
        found.wrong("queues", &format!("{text}; is a process with server.worker = true running?"));
    } else {
        found.good("queues", &text);
    }
    if given_up > 0 {
        found.note("queues", &format!("{given_up} jobs were given up after many tries"));
    }
    Ok(())
}

async fn store(found: &mut Findings, config: &Config) {
    let key = format!("doctor/{}", data_encoding::HEXLOWER.encode(&app::fresh::<8>()));
    match try_store(config, &key).await {
        Ok(took) => found.good("store", &format!("write, read, delete in {} ms", took.as_millis())),
        Err(error) => found.wrong("store", &format!("{error:#}. Check [storage]")),
    }
}

async fn try_store(config: &Config, key: &str) -> Result<Duration> {
    let begun = Instant::now();
    let store = match Store::open(&config.storage, &config.data.folder) {
        Ok(store) => store,
        Err(error @ storage::Error::Io(_)) => {
            bail!("{error}: {:?}", std::error::Error::source(&error))
        }
        Err(error) => return Err(error.into()),
    };
    store.put(key, "xin chào".into(), "text/plain").await?;
    let read = store.get(key).await;
    store.delete(key).await?;
    if read? != "xin chào" {
        bail!("what was read is not what was written");
    }
    Ok(begun.elapsed())
}

async fn mail(found: &mut Findings, config: &Config) {
    let mailer = match Mailer::open(&config.mail, &config.data.folder) {
        Ok(mailer) => mailer,
        Err(error) => return found.wrong("mail", &format!("{error:#}. Check [mail]")),
    };
    if let Way::Folder { .. } = config.mail.way {
        return found.note("mail", "letters become files; set mail.way to send them");
    }
    match mailer.greet().await {
        Ok(()) => found.good("mail", "the server takes letters"),
        Err(error) => {
            found.wrong("mail", &format!("{error}. Check mail.way, and the password's file"))
        }
    }
}

/// The child in which strangers' files are opened, and the programs that it calls.
async fn child(found: &mut Findings, folder: &Path) {
    let program = match std::env::current_exe() {
        Ok(program) => program,
        Err(error) => return found.wrong("child", &format!("this program is not found: {error}")),
    };
    let decoder = Decoder::at(program, folder.join("work"));
    match decoder.leaks().await {
        Ok(leaks) if leaks == Leaks::default() => {
            found.good("child", "opens strangers' files without a way out");
        }
        Ok(leaks) => found.note(
            "child",
            &format!("this kernel does not hold it back: {leaks:?}; use one with Landlock (6.7)"),
        ),
        Err(error) => found.wrong("child", &format!("no file can be opened: {error}")),
    }
    for (program, is_there, text) in programs(&decoder.missing()) {
        found.say(if is_there { State::Good } else { State::Note }, program, &text);
    }
}

/// What is said of the programs of the system where these are `missing`: each program, whether it is
/// there, and the words.
#[must_use]
pub fn programs(missing: &[&str]) -> Vec<(&'static str, bool, String)> {
    let all = [
        ("ffmpeg", "ffmpeg", "videos are shown as they come, without what they say of their maker"),
        ("ffprobe", "ffmpeg", "as without ffmpeg, and lengths of videos are what their heads say"),
        ("heif-convert", "libheif-examples", "HEIC photographs are refused"),
        ("pdftotext", "poppler-utils", "words of PDFs are not counted"),
        ("pdftoppm", "poppler-utils", "PDFs have no picture of their first page"),
    ];
    let told = all.map(|(program, package, without)| match missing.contains(&program) {
        true => (program, false, format!("missing: {without}; install Debian's {package}")),
        false => (program, true, "there".to_owned()),
    });
    told.into()
}
