//! The object store: a folder, and a bucket of a real S3 server behind a line that fails.

mod bucket;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use bytes::Bytes;
use entity::instant::Instant;
use hoithi::storage::{Config, Store};
use serde_json::json;
use tempfile::TempDir;

use crate::support::bucket::{Fault, Line, Server, bucket, fetched, servers};
use crate::support::{Engine, Site};

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
        let store = bucket(&folder, server.address, json!({ "signed_seconds": 60 }));

        keeps(&store, &folder).await;

        let other = folder.path().join("other");
        std::fs::write(&other, "something else").unwrap();
        store.put_once("originals/small", &other, "text/plain").await.unwrap();
        let before = store.get("originals/large").await.unwrap();
        store.put_once("originals/large", &other, "text/plain").await.unwrap();
        assert_eq!(store.get("originals/large").await.unwrap(), before);
        let saved = "attachment; filename=\"a.txt\"";
        let signed = store.signed("originals/small", "text/plain", saved).await.unwrap();
        let signed = signed.expect("an address");
        assert!(signed.contains("response-content-disposition=attachment%3B"), "{signed}");
        let answer = fetched(&signed);
        assert_eq!((answer.status, &answer.body[..]), (200, &b"something else"[..]));
        // moto does as the address says of names, s3s-fs asks whether the signature is right.
        if server.tells_parts {
            assert_eq!(answer.header("content-disposition"), Some(saved));
        } else {
            assert_eq!(fetched(&signed.replace("small", "large")).status, 403);
        }
    }
}

#[actix_web::test]
async fn a_line_that_is_cut_slow_late_or_busy_costs_time_and_nothing_else() {
    for server in servers() {
        let folder = tempfile::tempdir().unwrap();
        let line = Line::to(server.address).await;
        let store = bucket(&folder, line.address, json!({}));
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
        let store = bucket(&folder, line.address, json!({}));
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
        for engine in [Engine::Sqlite, Engine::Postgres] {
            catches_up(&server, engine).await;
        }
    }
}

async fn catches_up(server: &Server, engine: Engine) {
    use crate::entry::{contest, picture};
    use image::ImageFormat;
    use sea_orm::EntityTrait;

    let folder = tempfile::tempdir().unwrap();
    let line = Line::to(server.address).await;
    let store = bucket(&folder, line.address, json!({ "signed_seconds": 60 }));
    let site = Site::with_store(engine, store).await;
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
    let code = answer.location.unwrap().split('/').nth(2).unwrap().to_owned();
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

    // The bucket itself hands the original out, to whoever was sent there.
    let original = browser.get(&format!("/receipts/{code}/originals/{}", rows[0].id)).await;
    assert_eq!(original.status.as_u16(), 303);
    let there = original.location.expect("an address");
    let there = tokio::task::spawn_blocking(move || fetched(&there)).await.unwrap();
    assert_eq!((there.status, &there.body), (200, &photo));
    site.end().await;
}

/// Runs a command of the real binary on a data folder; what it says.
fn said(folder: &Path, arguments: &[&str]) -> String {
    let (done, told) = tried(folder, arguments);
    assert!(done, "{arguments:?}: {told}");
    told
}

/// As [`said`], and whether it ended well.
fn tried(folder: &Path, arguments: &[&str]) -> (bool, String) {
    let done = Command::new(env!("CARGO_BIN_EXE_hoithi"))
        .args(arguments)
        .env("HOITHI__DATA__FOLDER", folder)
        .output()
        .unwrap();
    let (out, err) = (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    (done.status.success(), format!("{out}{err}"))
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
