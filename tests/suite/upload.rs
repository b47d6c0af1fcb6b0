//! Uploads that break off and go on.

pub mod away;
mod line;

use std::time::Duration;

use actix_web::http::{Method, StatusCode};
use bytes::Bytes;
use entity::id::{EntryId, FileId};
use futures_util::StreamExt;
use hoithi::media::spool::{Error, Patience, Spool, Upload};
use image::ImageFormat;
use sea_orm::EntityTrait;
use sha2::{Digest, Sha256};

use crate::entry::{contest, picture};
use crate::support::{Answer, Browser, both};

const BODY: &str = "application/offset+octet-stream";

fn b64(bytes: &[u8]) -> String {
    data_encoding::BASE64.encode(bytes)
}

/// A draft without a file; answers its code.
async fn draft(browser: &mut Browser) -> String {
    let form = [("category", "photo"), ("unit", "td-cs-59")];
    let answer = browser.post_files("/contests/anh-dep/entries", &form, &[]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    answer.location.expect("the next step").split('/').nth(2).expect("a code").to_owned()
}

async fn start(browser: &mut Browser, code: &str, length: usize, more: &[(&str, &str)]) -> Answer {
    let told = format!("filename {},slot {}", b64("ảnh.jpg".as_bytes()), b64(b"photo"));
    let length = length.to_string();
    let mut headers =
        vec![("tus-resumable", "1.0.0"), ("upload-length", &length), ("upload-metadata", &told)];
    headers.extend_from_slice(more);
    browser.send(Method::POST, &format!("/drafts/{code}/uploads"), &headers, Vec::new()).await
}

async fn patch(browser: &mut Browser, to: &str, at: usize, bytes: &[u8]) -> Answer {
    patch_with(browser, to, at, bytes, &[]).await
}

async fn patch_with(
    browser: &mut Browser,
    to: &str,
    at: usize,
    bytes: &[u8],
    more: &[(&str, &str)],
) -> Answer {
    let at = at.to_string();
    let mut headers =
        vec![("tus-resumable", "1.0.0"), ("content-type", BODY), ("upload-offset", &at)];
    headers.extend_from_slice(more);
    browser.send(Method::PATCH, to, &headers, bytes.to_vec()).await
}

fn number(answer: &Answer, name: &str) -> usize {
    let value = answer.headers.get(name).expect("the header").to_str().expect("text");
    value.parse().expect("a number")
}

/// Where the bytes of an upload gather.
fn bytes_of(folder: &std::path::Path, address: &str) -> std::path::PathBuf {
    let id = address.rsplit('/').next().expect("its name");
    let entries = std::fs::read_dir(folder.join("uploads")).expect("the folder");
    let found = entries.map(|entry| entry.unwrap().path().join(id)).find(|folder| folder.exists());
    found.expect("the upload").join("bytes")
}

async fn offset(browser: &mut Browser, to: &str) -> usize {
    let answer = browser.send(Method::HEAD, to, &[("tus-resumable", "1.0.0")], Vec::new()).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.headers.get("cache-control").unwrap(), "no-store");
    number(&answer, "upload-offset")
}

both! {
    async fn a_photo_that_comes_in_pieces_is_the_photo_that_was_sent(site: Site) {
        let one = "        formats: [jpeg]\n        count: { min: 1, max: 1 }\n";
        contest(site, |yaml| yaml.replace("        formats: [jpeg]\n", one)).await;
        let mut browser = site.browser();
        let code = draft(&mut browser).await;
        let photo = picture(600, 400, 1, ImageFormat::Jpeg);
        let begun = start(&mut browser, &code, photo.len(), &[]).await;
        assert_eq!(begun.status, StatusCode::CREATED, "{}", begun.text());
        let to = begun.location.expect("its address");
        let (first, rest) = photo.split_at(photo.len() / 3);
        let sent = patch(&mut browser, &to, 0, first).await;
        assert_eq!((sent.status, number(&sent, "upload-offset")), (StatusCode::NO_CONTENT, first.len()));
        assert_eq!(offset(&mut browser, &to).await, first.len());
        let sum = format!("sha256 {}", b64(&Sha256::digest(rest)));
        let sent = patch_with(&mut browser, &to, first.len(), rest, &[("upload-checksum", &sum)]).await;
        assert_eq!(sent.status, StatusCode::NO_CONTENT, "{}", sent.text());
        // The last answer was lost: asking and sending again changes nothing.
        assert_eq!(offset(&mut browser, &to).await, photo.len());
        let again = patch(&mut browser, &to, photo.len(), &[]).await;
        assert_eq!(again.status, StatusCode::NO_CONTENT);
        let files = entity::file::Entity::find().all(&site.app.db).await.unwrap();
        assert_eq!(files.len(), 1);
        assert_eq!(files[0].name, "ảnh.jpg");
        let kept = site.app.store.get(&files[0].storage_key).await.unwrap();
        assert_eq!(kept, photo);
        assert_eq!(files[0].sha256, Sha256::digest(&photo).to_vec());
        let parts = entity::part::Entity::find().all(&site.app.db).await.unwrap();
        assert_eq!(parts.len(), 1);
        let more = start(&mut browser, &code, photo.len(), &[("accept", "application/json")]).await;
        assert_eq!(more.json()["errors"][0]["code"], "slot-full", "before it is sent");
        site.work().await;
        let page = browser.get(&format!("/drafts/{code}/work")).await;
        assert_eq!(page.all(".piece").len(), 1);
    }

    async fn every_rule_of_the_protocol_gets_its_status(site: Site) {
        contest(site, |yaml| yaml).await;
        let mut browser = site.browser();
        let code = draft(&mut browser).await;
        let photo = picture(600, 400, 2, ImageFormat::Jpeg);
        let path = format!("/drafts/{code}/uploads");
        let told = browser.send(Method::OPTIONS, &path, &[], Vec::new()).await;
        assert_eq!(told.headers.get("tus-version").unwrap(), "1.0.0");
        assert_eq!(told.headers.get("tus-checksum-algorithm").unwrap(), "sha1,sha256");
        let extensions = "creation,creation-with-upload,termination,expiration,checksum";
        assert_eq!(told.headers.get("tus-extension").unwrap(), extensions);
        let old = browser.send(Method::POST, &path, &[("tus-resumable", "0.2.2")], Vec::new()).await;
        assert_eq!(old.status, StatusCode::PRECONDITION_FAILED);
        let to = start(&mut browser, &code, photo.len(), &[]).await.location.expect("its address");
        let plain = [("tus-resumable", "1.0.0"), ("upload-offset", "0"), ("content-type", "image/jpeg")];
        let plain = browser.send(Method::PATCH, &to, &plain, photo.clone()).await;
        assert_eq!(plain.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
        assert_eq!(patch(&mut browser, &to, 7, &photo).await.status, StatusCode::CONFLICT);
        let wrong = format!("sha1 {}", b64(&[0; 20]));
        let sent = patch_with(&mut browser, &to, 0, &photo[..5000], &[("upload-checksum", &wrong)]).await;
        assert_eq!(sent.status.as_u16(), 460);
        assert_eq!(offset(&mut browser, &to).await, 0);
        let sent = patch_with(&mut browser, &to, 0, &photo[..9], &[("upload-checksum", "md5 AAAA")]).await;
        assert_eq!(sent.status, StatusCode::BAD_REQUEST);
        let long = [photo.as_slice(), b"more"].concat();
        assert_eq!(patch(&mut browser, &to, 0, &long).await.status, StatusCode::PAYLOAD_TOO_LARGE);
        assert_eq!(offset(&mut browser, &to).await, 0);
        let mut other = site.browser();
        let asked = other.send(Method::HEAD, &to, &[("tus-resumable", "1.0.0")], Vec::new()).await;
        assert_eq!(asked.status, StatusCode::NOT_FOUND);
        assert_eq!(patch(&mut other, &to, 0, &photo).await.status, StatusCode::NOT_FOUND);
        let huge = start(&mut browser, &code, 61_000_000, &[]).await;
        assert_eq!(huge.status, StatusCode::PAYLOAD_TOO_LARGE);
        let ended = [("tus-resumable", "1.0.0"), ("x-http-method-override", "DELETE")];
        let ended = browser.send(Method::POST, &to, &ended, Vec::new()).await;
        assert_eq!(ended.status, StatusCode::NO_CONTENT);
        assert_eq!(patch(&mut browser, &to, 0, &photo).await.status, StatusCode::NOT_FOUND);
    }

    async fn a_file_that_was_whole_when_the_server_died_is_made_by_whoever_asks(site: Site) {
        contest(site, |yaml| yaml).await;
        let mut browser = site.browser();
        let code = draft(&mut browser).await;
        let photo = picture(600, 400, 7, ImageFormat::Jpeg);
        let to = start(&mut browser, &code, photo.len(), &[]).await.location.expect("its address");
        // The last byte is on the disk, and the server died before it made the file.
        std::fs::write(bytes_of(&site.app.config.data.folder, &to), &photo).unwrap();
        assert_eq!(offset(&mut browser, &to).await, photo.len());
        let files = entity::file::Entity::find().all(&site.app.db).await.unwrap();
        assert_eq!(files.len(), 1);
        assert_eq!(site.app.store.get(&files[0].storage_key).await.unwrap(), photo);
        site.work().await;
    }

    async fn a_file_that_arrives_while_the_form_about_the_work_is_filled_in_does_not_make_it_stale(site: Site) {
        contest(site, |yaml| yaml).await;
        let mut browser = site.browser();
        let code = draft(&mut browser).await;
        let photo = picture(600, 400, 8, ImageFormat::Jpeg);
        let to = start(&mut browser, &code, photo.len(), &[]).await.location.expect("its address");
        let page = browser.get(&format!("/drafts/{code}/about")).await;
        let version = page.attributes("input[name='version']", "value").remove(0);
        assert_eq!(patch(&mut browser, &to, 0, &photo).await.status, StatusCode::NO_CONTENT);
        let form = [("version", version.as_str()), ("title", "Ca đêm"), ("name", "Trần Thị Mơ"), ("unit", "td-cs-59"), ("phone", "0912345678")];
        let kept = browser.post(&format!("/drafts/{code}/about"), &form).await;
        assert_eq!(kept.status, StatusCode::SEE_OTHER, "{}", kept.text());
        site.work().await;
    }

    async fn the_picker_offers_what_the_slot_takes_and_the_machine_reads(site: Site) {
        contest(site, |yaml| yaml.replace("        formats: [jpeg]\n", "")).await;
        let at = "/contests/anh-dep/entries/new?category=photo";
        let offered = site.browser().get(at).await.attributes("input[type='file']", "accept").remove(0);
        for kind in ["image/jpeg", ".jpeg", "image/png", "image/webp", "image/gif"] {
            assert!(offered.split(',').any(|one| one == kind), "{offered}");
        }
        let reads_heic = !site.app.decoder.missing().contains(&"heif-convert");
        assert_eq!(offered.contains("image/heic,.heic,.heif"), reads_heic, "{offered}");

        // A telephone sends JPEG by itself where HEIC is not asked for.
        site.app.decoder = site.app.decoder.clone().with_programs("/nowhere");
        site.configured((*site.app.config).clone()).await;
        let offered = site.browser().get(at).await.attributes("input[type='file']", "accept").remove(0);
        assert!(!offered.contains("heic") && !offered.contains("avif"), "{offered}");
    }

    async fn where_the_disk_is_nearly_full_no_upload_begins_and_everything_else_goes_on(site: Site) {
        contest(site, |yaml| yaml).await;
        let full = Spool::at(site.app.config.data.folder.join("uploads")).sparing(u64::MAX);
        site.app.spool = std::sync::Arc::new(full);
        site.configured((*site.app.config).clone()).await;
        let mut browser = site.browser();
        let code = draft(&mut browser).await;

        let refused = start(&mut browser, &code, 5000, &[]).await;

        assert_eq!(refused.status, StatusCode::INSUFFICIENT_STORAGE);
        assert_eq!(refused.json()["errors"][0]["code"], "upload-no-room");
        assert!(refused.text().contains("tạm hết chỗ"), "{}", refused.text());
        assert_eq!(browser.get(&format!("/drafts/{code}/work")).await.status, StatusCode::OK);
    }

    async fn what_is_no_photo_is_refused_at_its_first_bytes(site: Site) {
        contest(site, |yaml| yaml).await;
        let mut browser = site.browser();
        let code = draft(&mut browser).await;
        let to = start(&mut browser, &code, 40_000_000, &[]).await.location.expect("its address");
        let mut film = vec![0; 5000];
        film[4..12].copy_from_slice(b"ftypisom");
        let sent = patch(&mut browser, &to, 0, &film).await;
        assert_eq!(sent.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(sent.json()["errors"][0]["code"], "format-not-taken");
        assert_eq!(offset(&mut browser, &to).await, 0);
    }

    async fn a_photo_that_is_too_small_is_told_at_its_end_and_makes_no_file(site: Site) {
        contest(site, |yaml| yaml).await;
        let mut browser = site.browser();
        let code = draft(&mut browser).await;
        let photo = picture(300, 200, 3, ImageFormat::Jpeg);
        let to = start(&mut browser, &code, photo.len(), &[]).await.location.expect("its address");
        let sent = patch_with(&mut browser, &to, 0, &photo, &[("accept", "application/json")]).await;
        assert_eq!(sent.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(sent.json()["errors"][0]["code"], "long-side-below");
        assert!(entity::file::Entity::find().all(&site.app.db).await.unwrap().is_empty());
    }

    async fn an_upload_that_nobody_finishes_is_swept_after_a_day(site: Site) {
        contest(site, |yaml| yaml).await;
        let mut browser = site.browser();
        let code = draft(&mut browser).await;
        let photo = picture(600, 400, 4, ImageFormat::Jpeg);
        let to = start(&mut browser, &code, photo.len(), &[]).await.location.expect("its address");
        site.set_clock("2026-04-02T00:30:00Z");
        patch(&mut browser, &to, 0, &photo[..100]).await;
        site.set_clock("2026-04-03T00:29:00Z");
        assert_eq!(site.app.spool.sweep(site.app.clock.now()).await.unwrap(), 0);
        assert_eq!(offset(&mut browser, &to).await, 100);
        site.set_clock("2026-04-03T00:31:00Z");
        let held = browser.send(Method::HEAD, &to, &[("tus-resumable", "1.0.0")], Vec::new()).await;
        assert_eq!(held.headers.get("upload-expires").unwrap(), "Fri, 03 Apr 2026 00:30:00 GMT");
        assert_eq!(site.app.spool.sweep(site.app.clock.now()).await.unwrap(), 1);
        let gone = browser.send(Method::HEAD, &to, &[("tus-resumable", "1.0.0")], Vec::new()).await;
        assert_eq!(gone.status, StatusCode::NOT_FOUND);
    }
}

fn upload(length: u64) -> Upload {
    let now = "2026-04-01T00:00:00Z".parse().expect("a moment");
    Upload {
        id: "abcdefghijklmnopqrstuvwxyz".to_owned(),
        entry: EntryId::new(),
        slot: "photo".to_owned(),
        name: "a.txt".to_owned(),
        length,
        file: FileId::new(),
        begun_at: now,
        touched_at: now,
        is_over: false,
    }
}

#[tokio::test]
async fn a_new_sender_stops_the_old_one_and_goes_on_where_its_bytes_end() {
    let folder = tempfile::tempdir().unwrap();
    let spool = std::sync::Arc::new(Spool::at(folder.path().to_owned()));
    let upload = upload(10);
    spool.begin(&upload).unwrap();
    let (line, bytes) = tokio::sync::mpsc::unbounded_channel::<Bytes>();
    let bytes = futures_util::stream::unfold(bytes, async |mut bytes| {
        bytes.recv().await.map(|piece| (Ok::<_, ()>(piece), bytes))
    });
    let mut old = spool.hold(&upload.id, upload.entry).await.unwrap();
    let stalled = tokio::spawn(async move { old.append(0, None, Box::pin(bytes), |_| true).await });
    line.send(Bytes::from_static(b"12345")).unwrap();
    tokio::task::yield_now().await;
    let mut new = spool.hold(&upload.id, upload.entry).await.unwrap();
    assert!(matches!(stalled.await.unwrap(), Err(Error::Broken)));
    assert_eq!(new.offset, 5);
    // A restart: another process looks at the same folder.
    let rest = futures_util::stream::iter([Ok::<_, ()>(Bytes::from_static(b"67890"))]);
    new.append(5, None, rest, |_| true).await.unwrap();
    assert_eq!(std::fs::read(new.path()).unwrap(), b"1234567890");
    drop(new);
    let after = Spool::at(folder.path().to_owned()).hold(&upload.id, upload.entry).await.unwrap();
    assert!(after.is_whole());
}

/// All of `pieces`, as a body.
fn body(pieces: &[&'static [u8]]) -> impl futures_util::Stream<Item = Result<Bytes, ()>> + Unpin {
    let pieces: Vec<_> = pieces.iter().map(|piece| Ok(Bytes::from_static(piece))).collect();
    futures_util::stream::iter(pieces)
}

#[tokio::test]
async fn the_hash_of_all_bytes_is_known_at_the_end_also_when_a_restart_forgot_the_first_ones() {
    let folder = tempfile::tempdir().unwrap();
    let upload = upload(10);
    let spool = Spool::at(folder.path().to_owned());
    spool.begin(&upload).unwrap();
    let mut held = spool.hold(&upload.id, upload.entry).await.unwrap();
    held.append(0, None, body(&[b"12", b"345"]), |_| true).await.unwrap();
    drop(held);

    let after = Spool::at(folder.path().to_owned());
    let mut held = after.hold(&upload.id, upload.entry).await.unwrap();
    held.append(5, None, body(&[b"67890"]), |_| true).await.unwrap();

    assert_eq!(held.sha256().await.unwrap(), <[u8; 32]>::from(Sha256::digest(b"1234567890")));
}

#[tokio::test]
async fn bytes_under_a_promised_hash_are_cut_off_when_their_sender_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let spool = std::sync::Arc::new(Spool::at(folder.path().to_owned()));
    let upload = upload(200_000);
    spool.begin(&upload).unwrap();
    let mut held = spool.hold(&upload.id, upload.entry).await.unwrap();
    let bytes = held.path();
    let (arrived, seen) = tokio::sync::oneshot::channel();
    let mut arrived = Some(arrived);
    // The first piece fills a step; when the second is asked for, the first is in the file.
    let stream = futures_util::stream::unfold(0, move |piece: u8| {
        let arrived = if piece == 1 { arrived.take() } else { None };
        async move {
            if piece == 0 {
                return Some((Ok::<_, ()>(Bytes::from(vec![7; 100_000])), 1));
            }
            arrived.map(|arrived| arrived.send(()));
            std::future::pending().await
        }
    });
    let promised = hoithi::media::Sum::read(&format!("sha256 {}", b64(&[0; 32])));
    let sender =
        tokio::spawn(async move { held.append(0, promised, Box::pin(stream), |_| true).await });
    seen.await.unwrap();
    assert_eq!(std::fs::metadata(&bytes).unwrap().len(), 100_000);
    sender.abort();
    assert!(sender.await.unwrap_err().is_cancelled());

    let held = spool.hold(&upload.id, upload.entry).await.unwrap();
    assert_eq!((held.offset, std::fs::metadata(&bytes).unwrap().len()), (0, 0));
}

#[tokio::test]
async fn open_uploads_take_their_room_when_they_begin_and_give_it_back_when_they_end() {
    let folder = tempfile::tempdir().unwrap();
    let spool = Spool::at(folder.path().to_owned());
    let first = upload(1 << 30);
    let other = |letter: &str| Upload { id: letter.repeat(26), ..first.clone() };
    spool.begin(&first).unwrap();
    spool.begin(&other("b")).unwrap();
    assert!(matches!(spool.begin(&other("c")), Err(Error::Crowded)));
    spool.begin(&Upload { entry: EntryId::new(), ..other("d") }).unwrap();

    let held = spool.hold(&first.id, first.entry).await.unwrap();
    spool.remove(held).unwrap();

    spool.begin(&other("c")).unwrap();
}

#[tokio::test]
async fn a_sweep_leaves_what_is_whole_and_only_waits_for_being_made_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let spool = Spool::at(folder.path().to_owned());
    let upload = upload(5);
    spool.begin(&upload).unwrap();
    let mut held = spool.hold(&upload.id, upload.entry).await.unwrap();
    held.append(0, None, body(&[b"12345"]), |_| true).await.unwrap();
    drop(held);

    let after = |hours: i64| upload.begun_at.plus_seconds(hours * 3600);
    assert_eq!(spool.sweep(after(6 * 24)).await.unwrap(), 0);
    assert_eq!(spool.arrived(&upload), 5);
    assert_eq!(spool.sweep(after(7 * 24)).await.unwrap(), 1);
    assert_eq!(spool.open(upload.entry).unwrap().len(), 0);
}

#[tokio::test]
async fn an_upload_that_goes_on_and_on_is_given_up_after_a_week() {
    let folder = tempfile::tempdir().unwrap();
    let spool = Spool::at(folder.path().to_owned());
    let upload = upload(10);
    spool.begin(&upload).unwrap();
    let after = |hours: i64| upload.begun_at.plus_seconds(hours * 3600);
    for (day, at) in (1..7).zip(0..) {
        let mut held = spool.hold(&upload.id, upload.entry).await.unwrap();
        held.append(at, None, body(&[b"1"]), |_| true).await.unwrap();
        held.touch(after(day * 24 - 1)).unwrap();
        assert_eq!(held.upload.expires_at(), after(day * 24 + 23));
        drop(held);
        assert_eq!(spool.sweep(after(day * 24)).await.unwrap(), 0, "day {day}");
    }
    let mut held = spool.hold(&upload.id, upload.entry).await.unwrap();
    held.touch(after(7 * 24 - 1)).unwrap();
    assert_eq!(held.upload.expires_at(), after(7 * 24));
    drop(held);

    assert_eq!(spool.sweep(after(7 * 24).plus_seconds(-1)).await.unwrap(), 0);
    assert_eq!(spool.sweep(after(7 * 24)).await.unwrap(), 1);
}

#[tokio::test]
async fn an_upload_that_became_a_file_is_told_as_such_for_one_more_day() {
    let folder = tempfile::tempdir().unwrap();
    let spool = Spool::at(folder.path().to_owned());
    let upload = upload(5);
    spool.begin(&upload).unwrap();
    let ended = upload.begun_at.plus_seconds(7 * 24 * 3600 - 60);
    let mut held = spool.hold(&upload.id, upload.entry).await.unwrap();
    held.append(0, None, body(&[b"12345"]), |_| true).await.unwrap();
    held.over(ended).unwrap();
    assert!(!held.path().exists());
    drop(held);

    let day = 24 * 3600;
    assert_eq!(spool.sweep(ended.plus_seconds(day - 1)).await.unwrap(), 0);
    let held = spool.hold(&upload.id, upload.entry).await.unwrap();
    assert_eq!((held.offset, held.is_whole(), held.upload.is_over), (5, true, true));
    drop(held);
    assert_eq!(spool.sweep(ended.plus_seconds(day)).await.unwrap(), 1);
    assert!(matches!(spool.hold(&upload.id, upload.entry).await, Err(Error::Unknown)));
}

#[tokio::test]
async fn a_sweep_leaves_what_its_sender_takes_up_at_the_same_moment() {
    let folder = tempfile::tempdir().unwrap();
    let spool = std::sync::Arc::new(Spool::at(folder.path().to_owned()));
    let upload = upload(10);
    spool.begin(&upload).unwrap();
    let late = upload.begun_at.plus_seconds(25 * 3600);
    // The sweep has found it idle, and waits for whoever holds it.
    let mut held = spool.hold(&upload.id, upload.entry).await.unwrap();
    let theirs = std::sync::Arc::clone(&spool);
    let sweep = tokio::spawn(async move { theirs.sweep(late).await });
    tokio::task::yield_now().await;
    assert!(!sweep.is_finished());
    held.touch(late).unwrap();
    drop(held);

    assert_eq!(sweep.await.unwrap().unwrap(), 0);
    assert_eq!(spool.open(upload.entry).unwrap().len(), 1);
}

#[tokio::test]
async fn a_sender_that_falls_silent_or_trickles_is_let_go_and_its_bytes_stay() {
    let folder = tempfile::tempdir().unwrap();
    let (short, long) = (Duration::from_millis(50), Duration::from_secs(1000));
    let patient = |silence, step| {
        Spool::at(folder.path().to_owned()).with_patience(Patience { silence, step })
    };
    let upload = upload(1 << 20);
    let spool = patient(short, long);
    spool.begin(&upload).unwrap();

    let mut held = spool.hold(&upload.id, upload.entry).await.unwrap();
    let silent = body(&[b"12345"]).chain(futures_util::stream::pending());
    let ended = held.append(0, None, Box::pin(silent), |_| true).await;
    assert!(matches!(ended, Err(Error::Broken)), "{ended:?}");
    assert_eq!(held.offset, 5);
    drop(held);

    let mut held = patient(long, short).hold(&upload.id, upload.entry).await.unwrap();
    let trickle = futures_util::stream::unfold((), |()| async {
        tokio::time::sleep(Duration::from_millis(5)).await;
        Some((Ok::<_, ()>(Bytes::from_static(b"1")), ()))
    });
    let ended = held.append(5, None, Box::pin(trickle), |_| true).await;
    assert!(matches!(ended, Err(Error::Broken)), "{ended:?}");
    assert!((5..30).contains(&held.offset), "{}", held.offset);
    assert_eq!(spool.arrived(&upload), held.offset);
}
