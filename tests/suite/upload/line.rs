//! Lines that die half open, against the real binary: nobody but it ends them.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Instant;

use super::*;
use crate::support::process::Process;
use crate::support::sender::Sender;
use crate::support::stage;

/// A request whose body stops before its end, on a line that stays open.
fn half(site: &Process, how: &str, headers: &[(&str, &str)], sent: &[u8]) -> TcpStream {
    let mut line = TcpStream::connect(site.address).unwrap();
    line.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let length = (sent.len() + 1000).to_string();
    let host = site.address.to_string();
    let fixed =
        [("host", &host[..]), ("sec-fetch-site", "same-origin"), ("content-length", &length)];
    let mut head = format!("{how} HTTP/1.1\r\n");
    for (name, value) in fixed.iter().chain(headers) {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    line.write_all(format!("{head}\r\n").as_bytes()).unwrap();
    line.write_all(sent).unwrap();
    line
}

/// The status of what comes on a line before it is ended; 0 where nothing comes.
fn status(mut line: TcpStream) -> u16 {
    let mut answer = Vec::new();
    let mut piece = [0; 1024];
    while !answer.contains(&b'\n') {
        match line.read(&mut piece) {
            Ok(0) => break,
            Ok(read) => answer.extend_from_slice(&piece[..read]),
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => break,
            Err(error) => panic!("the line is never ended: {error}"),
        }
    }
    let answer = String::from_utf8_lossy(&answer);
    answer.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0)
}

#[actix_web::test]
async fn a_line_that_died_half_open_gives_way_to_a_new_one_at_once_and_ends_when_it_is_silent() {
    let folder = tempfile::tempdir().unwrap();
    let rules = include_str!("../../../benches/uploads.yaml");
    let (app, _) = stage::contest(folder.path(), None, rules).await;
    app.db.close().await.unwrap();
    let mut site = Process::start(folder.path(), &[("HOITHI__LOG__FILTER", "error")]);
    site.ready(Instant::now());
    let photo = picture(1200, 800, 4, ImageFormat::Jpeg);
    let sender = Sender::with_draft(site.address).expect("a draft");
    let (left, taken) = (sender.begin(photo.len()).unwrap(), sender.begin(photo.len()).unwrap());
    let headers = [
        ("cookie", sender.cookie.as_str()),
        ("tus-resumable", "1.0.0"),
        ("upload-offset", "0"),
        ("content-type", BODY),
    ];
    let patch = |to: &str| half(&site, &format!("PATCH {to}"), &headers, &photo[..20_000]);

    // One that nobody follows, a form that stops, and one whose sender comes again from elsewhere.
    let begun = Instant::now();
    let silent = patch(&left);
    let form = ("content-type", "application/x-www-form-urlencoded");
    let stopped = half(&site, "POST /preferences", &[form], b"lang=vi");
    let dead = patch(&taken);
    std::thread::sleep(Duration::from_millis(300));
    let asked = Instant::now();
    assert_eq!(sender.arrived(&taken), Some(20_000));
    assert!(asked.elapsed() < Duration::from_secs(5), "{:?}", asked.elapsed());
    assert_eq!(status(dead), 408);
    let mut nothing = [0];
    stopped.set_nonblocking(true).unwrap();
    let early = stopped.peek(&mut nothing).map_err(|error| error.kind());
    assert_eq!(early, Err(std::io::ErrorKind::WouldBlock), "the form is waited for");
    stopped.set_nonblocking(false).unwrap();
    assert_eq!(sender.append(&taken, 20_000, &photo[20_000..]), Some(photo.len()));

    assert_eq!(status(silent), 408);
    let waited = begun.elapsed();
    assert!((18..50).contains(&waited.as_secs()), "{waited:?}");
    assert_eq!(sender.arrived(&left), Some(20_000), "its bytes stay");
    let answer = status(stopped);
    assert!(answer == 0 || answer >= 400, "a form is broken off too, and not taken: {answer}");
    assert!(begun.elapsed() < Duration::from_secs(55), "{:?}", begun.elapsed());
}
