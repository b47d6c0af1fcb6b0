//! Buckets: uploads in parts that end badly, and the operator's commands.

use std::sync::{Arc, Mutex};

use hoithi::app::App;
use hoithi::{db, media};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::*;
use crate::support::process::request;

/// A moment behind every upload of these tests.
fn later() -> Instant {
    "2100-01-01T00:00:00Z".parse().unwrap()
}

#[actix_web::test]
async fn a_second_original_in_parts_leaves_the_first_as_it_is_and_no_parts() {
    for server in servers() {
        let folder = tempfile::tempdir().unwrap();
        let store = bucket(&folder, server.address, json!({}));
        let (path, first) = large(&folder, 20);
        store.put_once("originals/a", &path, "video/mp4").await.unwrap();
        let (path, second) = large(&folder, 10);

        store.put_once("originals/a", &path, "video/mp4").await.unwrap();

        assert_eq!(store.get("originals/a").await.unwrap(), first);
        assert_eq!((store.forget_parts(later()).await.unwrap(), server.parts()), (0, 0));

        // A service that does not know the condition is not asked to keep it.
        let plain = bucket(&folder, server.address, json!({ "conditional": false }));
        plain.put_once("originals/a", &path, "video/mp4").await.unwrap();
        assert_eq!(store.get("originals/a").await.unwrap(), second);
        let small = folder.path().join("small");
        std::fs::write(&small, "small").unwrap();
        plain.put_once("originals/a", &small, "text/plain").await.unwrap();
        assert_eq!(store.get("originals/a").await.unwrap(), "small");
        assert_eq!((store.forget_parts(later()).await.unwrap(), server.parts()), (0, 0));
    }
}

#[actix_web::test]
async fn parts_that_were_sent_before_an_outage_are_given_up_later() {
    for server in servers() {
        let folder = tempfile::tempdir().unwrap();
        let line = Line::to(server.address).await;
        let store = bucket(&folder, line.address, json!({}));
        let (path, _) = large(&folder, 20);

        line.set(Fault::Gone(10_000_000));
        assert!(store.put_once("originals/a", &path, "video/mp4").await.is_err());

        line.set(Fault::None);
        assert_eq!(store.list("originals/").await.unwrap(), Vec::<String>::new());
        let early = "2001-01-01T00:00:00Z".parse().unwrap();
        assert_eq!(store.forget_parts(early).await.unwrap(), 0, "another may still be at it");
        let told = usize::from(server.tells_parts);
        assert_eq!(store.forget_parts(later()).await.unwrap(), told);
        assert_eq!(store.forget_parts(later()).await.unwrap(), 0);
        // The other one never tells them; that the outage came behind the first part shows there.
        assert_eq!(server.parts(), 1 - told);
    }
}

/// A service that tells its open uploads one a page; the second one's turn comes first. What it is
/// asked to give up.
async fn in_pages() -> (std::net::SocketAddr, Arc<Mutex<Vec<String>>>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, given_up) =
        (listener.local_addr().unwrap(), Arc::<Mutex<Vec<String>>>::default());
    let noted = Arc::clone(&given_up);
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let mut head = vec![0; 65536];
            let read = client.read(&mut head).await.unwrap();
            let head = String::from_utf8_lossy(&head[..read]).into_owned();
            let asked = head.lines().next().unwrap_or_default();
            let (status, body) = if asked.starts_with("DELETE") {
                noted.lock().unwrap().push(asked.to_owned());
                ("204 No Content", String::new())
            } else if asked.contains("key-marker=originals%2Fa") {
                ("200 OK", page("b", false))
            } else {
                ("200 OK", page("a", true))
            };
            let answer = format!(
                "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                body.len()
            );
            client.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    (address, given_up)
}

fn page(name: &str, goes_on: bool) -> String {
    format!(
        "<ListMultipartUploadsResult><IsTruncated>{goes_on}</IsTruncated>\
         <NextKeyMarker>originals/{name}</NextKeyMarker><NextUploadIdMarker>{name}</NextUploadIdMarker>\
         <Upload><Key>originals/{name}</Key><UploadId>{name}</UploadId>\
         <Initiated>2010-11-10T20:48:33.000Z</Initiated></Upload></ListMultipartUploadsResult>"
    )
}

#[actix_web::test]
async fn parts_behind_the_first_page_are_given_up_too() {
    let folder = tempfile::tempdir().unwrap();
    let (address, given_up) = in_pages().await;

    let forgotten = bucket(&folder, address, json!({})).forget_parts(later()).await.unwrap();

    assert_eq!(forgotten, 2);
    let given_up = given_up.lock().unwrap().join("\n");
    assert!(given_up.contains("uploadId=a") && given_up.contains("uploadId=b"), "{given_up}");
}

#[actix_web::test]
async fn the_operator_moves_objects_into_a_bucket_checks_it_and_tidies_it_up() {
    for server in servers() {
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
        let there = bucket(&folder, server.address, json!({}));
        let file = folder.path().join("there.toml");
        let secret = folder.path().join("secret");
        let written = format!(
            "[storage]\nkind = \"s3\"\nendpoint = \"http://{}\"\nbucket = \"works\"\naccess_key = \"key\"\n\
             secret_key_file = \"{}\"\npath_style = true\n",
            server.address,
            secret.display()
        );
        std::fs::write(&file, written).unwrap();
        let file = file.to_str().unwrap();

        let moved = [(); 2].map(|()| said(folder.path(), &["storage", "move", "--to", file]));
        assert!(moved[0].contains("1 objects copied, 0 were there"), "{}", moved[0]);
        assert!(moved[1].contains("0 objects copied, 1 were there"), "{}", moved[1]);
        let key = format!("originals/{id}");
        assert_eq!(there.get(&key).await.unwrap(), photo);

        there.put("originals/loose", "of no row".into(), "text/plain").await.unwrap();
        let of_bucket = |act: &[&str]| {
            let arguments = [&["--config", file, "storage"][..], act].concat();
            tried(folder.path(), &arguments)
        };
        let (good, told) = of_bucket(&["check"]);
        assert!(good && told.contains("1 that rows name, 1 that none names"), "{told}");

        // One of them is old: the file that s3s-fs has of it, or the upload of which moto says so.
        let old = if server.tells_parts {
            request(server.address, "POST", "/works/originals/dead?uploads", &[], b"").unwrap();
            "0 objects removed, 1 that were never whole"
        } else {
            let files = server.files();
            let loose = files.iter().find(|path| path.ends_with("originals/loose")).unwrap();
            let file = std::fs::File::options().write(true).open(loose).unwrap();
            file.set_modified(std::time::UNIX_EPOCH + Duration::from_secs(1_000_000_000)).unwrap();
            "1 objects removed, 0 that were never whole"
        };
        let (_, trial) = of_bucket(&["gc", "--dry-run"]);
        assert!(trial.contains("objects would be removed, 0 that"), "{trial}");
        let before = there.list("").await.unwrap().len();
        let (good, told) = of_bucket(&["gc"]);
        assert!(good && told.contains(old), "{told}");
        let left = there.list("").await.unwrap();
        assert_eq!(left.len(), before - usize::from(!server.tells_parts));

        there.delete(&key).await.unwrap();
        let (good, told) = of_bucket(&["check"]);
        assert!(!good && told.contains(&format!("{key}: missing")), "{told}");
    }
}
