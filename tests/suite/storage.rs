//! The object store: a folder, and a bucket of a real S3 server behind a line that fails.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use entity::instant::Instant;
use hoithi::storage::{Config, Store};
use serde_json::json;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::support::answers::note;
use crate::support::{Engine, Site};

/// A running S3 server; dropped, it is killed.
struct Server {
    child: Child,
    address: SocketAddr,
    _objects: TempDir,
}

/// Set, a test does not fail for want of a program that others wrote.
const WITHOUT: &str = "HOITHI_TEST_WITHOUT_PEERS";

/// S3 servers that others wrote, where `scripts/test` has put them, each with an empty bucket `works`.
fn servers() -> Vec<Server> {
    let found = [("s3s-fs", Server::s3s()), ("moto", Server::moto())];
    let there = found.into_iter().filter_map(|(name, server)| {
        if server.is_none() {
            let missing = format!("no {name} in target/peers, where scripts/test puts it");
            let left_out = std::env::var_os(WITHOUT).is_some_and(|set| !set.is_empty());
            assert!(left_out, "{missing}; {WITHOUT}=1 leaves out what needs it");
            note(&missing);
        }
        server
    });
    there.collect()
}

fn peer(program: &str) -> Option<PathBuf> {
    let peers = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/peers");
    Some(peers.join(program)).filter(|program| program.exists())
}

impl Server {
    /// s3s-fs, whose objects are files of a folder.
    fn s3s() -> Option<Self> {
        let program = peer("s3s-fs/bin/s3s-fs")?;
        let objects = tempfile::tempdir().unwrap();
        let folder = objects.path().to_owned();
        std::fs::create_dir(folder.join("works")).unwrap();
        Some(Self::start(&program, objects, |port| {
            let keys = ["--access-key", "key", "--secret-key", "secret"].map(str::to_owned);
            let place = ["--host".to_owned(), "127.0.0.1".to_owned(), "--port".to_owned(), port];
            let folder = folder.to_str().unwrap().to_owned();
            [&place[..], &keys, &[folder]].concat()
        }))
    }

    /// moto, which keeps objects in memory.
    fn moto() -> Option<Self> {
        let program = peer("moto/bin/moto_server")?;
        let server = Self::start(&program, tempfile::tempdir().unwrap(), |port| {
            ["-H", "127.0.0.1", "-p", &port].map(str::to_owned).to_vec()
        });
        let address = server.address;
        let head = format!(
            "PUT /works HTTP/1.1\r\nHost: {address}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        );
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(head.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        Some(server)
    }

    fn start(program: &Path, objects: TempDir, arguments: impl Fn(String) -> Vec<String>) -> Self {
        let address = crate::support::process::free_address();
        let child = Command::new(program)
            .args(arguments(address.port().to_string()))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let server = Self { child, address, _objects: objects };
        while TcpStream::connect(address).is_err() {
            std::thread::sleep(Duration::from_millis(20));
        }
        server
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a line does to a connection.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    None,
    /// Closes it at once.
    Outage,
    /// Answers that there are too many requests, so many times.
    SlowDown(u32),
    /// Closes it after so many bytes, once.
    Cut(usize),
    /// Waits so long before each piece.
    Slow(Duration),
    /// Waits so long before each piece of an answer.
    Late(Duration),
    /// Closes it after so many bytes of answers, and every one after it.
    Lost(usize),
}

/// A line to a server, with faults.
#[derive(Clone)]
struct Line {
    address: SocketAddr,
    fault: Arc<Mutex<Fault>>,
}

impl Line {
    async fn to(server: SocketAddr) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let line = Self {
            address: listener.local_addr().unwrap(),
            fault: Arc::new(Mutex::new(Fault::None)),
        };
        let theirs = line.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(theirs.clone().carry(client, server));
            }
        });
        line
    }

    fn set(&self, fault: Fault) {
        *self.fault.lock().unwrap_or_else(PoisonError::into_inner) = fault;
    }

    fn fault(&self) -> Fault {
        *self.fault.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn carry(self, mut client: tokio::net::TcpStream, server: SocketAddr) {
        match self.fault() {
            Fault::Outage => return,
            Fault::SlowDown(left) => {
                self.set(if left > 1 { Fault::SlowDown(left - 1) } else { Fault::None });
                let mut head = vec![0; 65536];
                let _ = client.read(&mut head).await;
                let body = "<Error><Code>SlowDown</Code><Message>slower</Message></Error>";
                let answer = format!(
                    "HTTP/1.1 503 Slow Down\r\nContent-Type: application/xml\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                    body.len()
                );
                let _ = client.write_all(answer.as_bytes()).await;
                let _ = client.shutdown().await;
                return;
            }
            _ => {}
        }
        let Ok(server) = tokio::net::TcpStream::connect(server).await else { return };
        let (mut from_server, mut to_server) = server.into_split();
        let (mut from_client, mut to_client) = client.into_split();
        let line = self.clone();
        let back = tokio::spawn(async move {
            let mut piece = vec![0; 65536];
            while let Ok(read @ 1..) = from_server.read(&mut piece).await {
                match line.fault() {
                    Fault::Late(pause) => tokio::time::sleep(pause).await,
                    Fault::Lost(left) if read > left => {
                        line.set(Fault::Outage);
                        break;
                    }
                    Fault::Lost(left) => line.set(Fault::Lost(left - read)),
                    _ => {}
                }
                if to_client.write_all(&piece[..read]).await.is_err() {
                    break;
                }
            }
        });
        let mut piece = vec![0; 65536];
        let mut carried = 0;
        while let Ok(read @ 1..) = from_client.read(&mut piece).await {
            match self.fault() {
                Fault::Outage => break,
                Fault::Cut(most) if carried + read > most => {
                    self.set(Fault::None);
                    break;
                }
                Fault::Slow(pause) => tokio::time::sleep(pause).await,
                _ => {}
            }
            carried += read;
            if to_server.write_all(&piece[..read]).await.is_err() {
                break;
            }
        }
        drop(to_server);
        back.abort();
    }
}

fn bucket(folder: &TempDir, address: SocketAddr, signed: u32) -> Store {
    let secret = folder.path().join("secret");
    std::fs::write(&secret, "secret").unwrap();
    let config: Config = serde_json::from_value(json!({
        "kind": "s3",
        "endpoint": format!("http://{address}"),
        "bucket": "works",
        "access_key": "key",
        "secret_key_file": secret,
        "path_style": true,
        "signed_seconds": signed,
    }))
    .unwrap();
    Store::open(&config, folder.path()).unwrap()
}

/// A file of `mega` million bytes of which no two parts are the same.
fn large(folder: &TempDir, mega: u32) -> (PathBuf, Bytes) {
    let bytes: Vec<u8> =
        (0..mega * 250_000).flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
    let path = folder.path().join("large");
    std::fs::write(&path, &bytes).unwrap();
    (path, bytes.into())
}

/// What every store does alike.
async fn keeps(store: &Store, folder: &TempDir) {
    let (path, bytes) = large(folder, 20);
    store.put_once("originals/large", &path, "video/mp4").await.unwrap();
    store.put("copies/a/320.jpeg", "small".into(), "image/jpeg").await.unwrap();
    store.put("copies/a/320.jpeg", "other".into(), "image/jpeg").await.unwrap();

    assert_eq!(store.get("originals/large").await.unwrap(), bytes);
    let part = store.range("originals/large", 8_388_600..8_388_620).await.unwrap();
    assert_eq!(part, bytes.slice(8_388_600..8_388_620));
    let behind = store.range("originals/large", 20_000_000..20_000_010).await.unwrap();
    assert!(behind.is_empty(), "nothing lies behind the end");
    assert_eq!(store.get("copies/a/320.jpeg").await.unwrap(), "other");
    assert_eq!(store.list("copies/").await.unwrap(), ["copies/a/320.jpeg"]);
    let local = store.local("originals/large", folder.path()).await.unwrap();
    assert_eq!(std::fs::read(local.path()).unwrap(), bytes);
    store.delete("copies/a/320.jpeg").await.unwrap();
    store.delete("copies/a/320.jpeg").await.unwrap();
    assert!(matches!(
        store.get("copies/a/320.jpeg").await,
        Err(hoithi::storage::Error::Missing(_))
    ));
    assert!(matches!(store.get("../key").await, Err(hoithi::storage::Error::Key(_))));
}

#[actix_web::test]
async fn a_folder_and_memory_keep_what_they_are_given() {
    let folder = tempfile::tempdir().unwrap();

    keeps(&Store::open(&Config::default(), folder.path()).unwrap(), &folder).await;
    keeps(&Store::memory(), &folder).await;
}

#[actix_web::test]
async fn a_folder_takes_an_original_itself_and_never_writes_it_over_another() {
    use std::os::unix::fs::MetadataExt;
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&Config::default(), folder.path()).unwrap();
    let (path, bytes) = large(&folder, 1);
    let file = std::fs::metadata(&path).unwrap();

    store.put_once("originals/a", &path, "video/mp4").await.unwrap();
    std::fs::remove_file(&path).unwrap();

    let local = store.local("originals/a", folder.path()).await.unwrap();
    assert_eq!(std::fs::metadata(local.path()).unwrap().ino(), file.ino());
    let other = folder.path().join("other");
    std::fs::write(&other, "something else").unwrap();
    store.put_once("originals/a", &other, "text/plain").await.unwrap();
    assert_eq!(store.get("originals/a").await.unwrap(), bytes);
    // From a file system from which nothing can be linked it is copied.
    let memory = tempfile::tempdir_in("/dev/shm").unwrap();
    let there = memory.path().join("other");
    std::fs::copy(&other, &there).unwrap();
    store.put_once("originals/b", &there, "text/plain").await.unwrap();
    assert_eq!(store.get("originals/b").await.unwrap(), "something else");
}

#[actix_web::test]
async fn a_bucket_keeps_what_it_is_given_and_never_writes_an_original_over_another() {
    for server in servers() {
        let folder = tempfile::tempdir().unwrap();
        let store = bucket(&folder, server.address, 60);

        keeps(&store, &folder).await;

        let other = folder.path().join("other");
        std::fs::write(&other, "something else").unwrap();
        store.put_once("originals/small", &other, "text/plain").await.unwrap();
        let before = store.get("originals/large").await.unwrap();
        store.put_once("originals/large", &other, "text/plain").await.unwrap();
        assert_eq!(store.get("originals/large").await.unwrap(), before);
        let signed = store.signed("originals/small", "text/plain", "attachment").await.unwrap();
        assert!(signed.is_some_and(|address| address.contains("X-Amz-Signature=")));
    }
}

#[actix_web::test]
async fn a_line_that_is_cut_slow_late_or_busy_costs_time_and_nothing_else() {
    for server in servers() {
        let folder = tempfile::tempdir().unwrap();
        let line = Line::to(server.address).await;
        let store = bucket(&folder, line.address, 0);
        let (path, bytes) = large(&folder, 20);
        let later: Instant = "2100-01-01T00:00:00Z".parse().unwrap();

        let faults = [
            Fault::Cut(3_000_000),
            Fault::SlowDown(2),
            Fault::Slow(Duration::from_millis(2)),
            Fault::Late(Duration::from_millis(300)),
        ];
        for (place, fault) in faults.into_iter().enumerate() {
            let key = format!("originals/{place}");
            line.set(fault);
            let put = store.put_once(&key, &path, "video/mp4").await;
            put.unwrap_or_else(|error| panic!("{fault:?}: {error}"));
            line.set(Fault::None);
            assert_eq!(store.get(&key).await.unwrap(), bytes, "{fault:?}");
        }

        line.set(Fault::Outage);
        assert!(store.put_once("originals/lost", &path, "video/mp4").await.is_err());
        line.set(Fault::None);
        assert_eq!(store.list("originals/").await.unwrap().len(), 4);
        assert_eq!(store.forget_parts(later).await.unwrap(), 0);
    }
}

#[actix_web::test]
async fn an_original_that_stops_coming_is_an_error_and_never_a_shorter_one() {
    for server in servers() {
        let folder = tempfile::tempdir().unwrap();
        let line = Line::to(server.address).await;
        let store = bucket(&folder, line.address, 0);
        let (path, bytes) = large(&folder, 20);
        store.put_once("originals/film", &path, "video/mp4").await.unwrap();

        // Behind the first steps, where the next one is asked for.
        line.set(Fault::Lost(10_000_000));
        assert!(store.local("originals/film", folder.path()).await.is_err());

        line.set(Fault::None);
        let local = store.local("originals/film", folder.path()).await.unwrap();
        assert_eq!(std::fs::read(local.path()).unwrap(), bytes);
    }
}

#[actix_web::test]
async fn while_the_bucket_is_away_drafts_are_kept_and_the_work_catches_up() {
    for server in servers() {
        catches_up(&server).await;
    }
}

async fn catches_up(server: &Server) {
    use crate::entry::{contest, picture};
    use image::ImageFormat;
    use sea_orm::EntityTrait;

    let folder = tempfile::tempdir().unwrap();
    let line = Line::to(server.address).await;
    let store = bucket(&folder, line.address, 0);
    let site = Site::with_store(Engine::Sqlite, store).await;
    contest(&site, |written| written).await;
    let mut browser = site.browser();
    let form = [("category", "photo"), ("unit", "td-cs-59")];
    let photo = picture(900, 600, 7, ImageFormat::Jpeg);

    line.set(Fault::Outage);
    let files = [("slot.photo", "ảnh.jpg", &photo[..])];
    let answer = browser.post_files("/contests/anh-dep/entries", &form, &files).await;
    assert_eq!(answer.status.as_u16(), 503, "{}", answer.text());
    let rows = entity::file::Entity::find().all(&site.app.db).await.unwrap();
    assert_eq!(rows, Vec::<entity::file::Model>::new());

    line.set(Fault::None);
    let answer = browser.post_files("/contests/anh-dep/entries", &form, &files).await;
    assert_eq!(answer.status.as_u16(), 303, "{}", answer.text());
    line.set(Fault::Outage);
    assert_eq!(site.work().await, 1);
    let rows = entity::file::Entity::find().all(&site.app.db).await.unwrap();
    assert_eq!(rows[0].state, entity::file::State::Received);

    line.set(Fault::None);
    site.set_clock("2026-04-01T02:00:00Z");
    site.work().await;
    let rows = entity::file::Entity::find().all(&site.app.db).await.unwrap();
    assert_eq!(rows[0].state, entity::file::State::Ready);
    let held = site.app.store.list("").await.unwrap();
    for object in hoithi::media::objects(&site.app.db).await.unwrap() {
        assert!(held.contains(&object.key), "{}", object.key);
    }
    site.end().await;
}

/// Runs a command of the real binary on a data folder; what it says.
fn said(folder: &Path, arguments: &[&str]) -> String {
    let done = Command::new(env!("CARGO_BIN_EXE_hoithi"))
        .args(arguments)
        .env("HOITHI__DATA__FOLDER", folder)
        .output()
        .unwrap();
    let (out, err) = (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    assert!(done.status.success(), "{arguments:?}: {out}{err}");
    out.into_owned()
}

#[test]
fn objects_that_no_row_names_are_removed_when_they_are_old_and_only_then() {
    let folder = tempfile::tempdir().unwrap();
    said(folder.path(), &["migrate"]);
    let objects = folder.path().join("objects/originals");
    std::fs::create_dir_all(&objects).unwrap();
    for name in ["young", "old", ".part-dead"] {
        std::fs::write(objects.join(name), name).unwrap();
    }
    let long_ago = std::time::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    for name in ["old", ".part-dead"] {
        let file = std::fs::File::options().write(true).open(objects.join(name)).unwrap();
        file.set_modified(long_ago).unwrap();
    }

    assert!(said(folder.path(), &["storage", "check"]).contains("0 that rows name, 2 that none"));
    let trial = said(folder.path(), &["storage", "gc", "--dry-run"]);
    assert!(trial.contains("originals/old\n1 objects would be removed"), "{trial}");
    assert!(objects.join("old").exists());
    said(folder.path(), &["storage", "gc"]);

    let left = |name: &str| objects.join(name).exists();
    assert_eq!(["young", "old", ".part-dead"].map(left), [true, false, false]);
}

#[actix_web::test]
async fn moving_copies_what_rows_name_once_and_nothing_else() {
    use hoithi::{app::App, db, media};
    let folder = tempfile::tempdir().unwrap();
    said(folder.path(), &["migrate"]);
    let mut config = hoithi::config::Config::default();
    config.data.folder = folder.path().to_owned();
    let app = App::open(config).await.unwrap();
    let photo = crate::entry::picture(400, 300, 1, image::ImageFormat::Jpeg);
    let facts = media::read(&photo).unwrap();
    let kept = media::keep(&app.store, photo.clone().into(), "a.jpg", facts).await.unwrap();
    let tx = db::begin(&app.db).await.unwrap();
    let id = media::record(&tx, kept, None, app.clock.now()).await.unwrap();
    tx.commit().await.unwrap();
    app.store.put("originals/loose", "of no row".into(), "text/plain").await.unwrap();
    let (there, file) = (folder.path().join("there"), folder.path().join("there.toml"));
    let written = format!("[storage]\nkind = \"folder\"\npath = \"{}\"\n", there.display());
    std::fs::write(&file, written).unwrap();

    let told =
        [(); 2].map(|()| said(folder.path(), &["storage", "move", "--to", file.to_str().unwrap()]));

    assert!(told[0].contains("1 objects copied, 0 were there"), "{}", told[0]);
    assert!(told[1].contains("0 objects copied, 1 were there"), "{}", told[1]);
    assert_eq!(std::fs::read(there.join(format!("originals/{id}"))).unwrap(), photo);
    assert!(!there.join("originals/loose").exists());
}
