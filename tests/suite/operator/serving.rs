//! A site that serves: when it stops, and what it tells of itself.

use crate::support::process::{self, Process, request};

#[test]
fn a_site_whose_log_nobody_reads_serves_on_and_stops_when_asked() {
    let (folder, address) = (tempfile::tempdir().unwrap(), process::free_address());
    let mut site = process::command(folder.path())
        .arg("serve")
        .env("HOITHI__SERVER__LISTEN", address.to_string())
        .env("HOITHI__LOG__FILTER", "debug")
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(site.stderr.take());
    let alive =
        || request(address, "GET", "/health/ready", &[], b"").is_ok_and(|a| a.status == 204);
    let begun = std::time::Instant::now();
    while !alive() {
        assert!(begun.elapsed().as_secs() < 60, "the site is never ready");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }

    assert_eq!(unsafe { libc::kill(site.id().cast_signed(), libc::SIGTERM) }, 0);
    let begun = std::time::Instant::now();
    let ended = loop {
        match site.try_wait().unwrap() {
            None if begun.elapsed().as_secs() < 30 => {
                std::thread::sleep(std::time::Duration::from_millis(20));
            }
            ended => break ended,
        }
    };
    site.kill().ok();
    site.wait().unwrap();

    assert_eq!(ended.and_then(|status| status.code()), Some(0));
}

#[test]
fn a_stopped_site_lets_what_has_begun_end_and_ends_well() {
    use std::io::{Read, Write};
    let folder = tempfile::tempdir().unwrap();
    let mut site = Process::start(
        folder.path(),
        &[("HOITHI__SERVER__DRAIN_SECONDS", "2"), ("HOITHI__LOG__FILTER", "info")],
    );
    site.ready(std::time::Instant::now());
    // A form of which the last byte is still on its way when the site is asked to stop.
    let form = "email=lan%40example.vn";
    let mut slow = std::net::TcpStream::connect(site.address).unwrap();
    let head = format!(
        "POST /session/code HTTP/1.1\r\nhost: x\r\nsec-fetch-site: same-origin\r\nconnection: close\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n",
        form.len()
    );
    slow.write_all(format!("{head}{}", &form[..form.len() - 1]).as_bytes()).unwrap();

    site.ask_to_stop();
    // A proxy that asks so late that nobody listens any more knows as much.
    let ready = || request(site.address, "GET", "/health/ready", &[], b"");
    while ready().is_ok_and(|said| said.status == 204) {}
    slow.write_all(&form.as_bytes()[form.len() - 1..]).unwrap();
    let mut answer = String::new();
    slow.read_to_string(&mut answer).unwrap();
    let begun = std::time::Instant::now();
    let (status, log) = site.wait();

    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    assert_eq!(status.code(), Some(0), "{log}");
    assert!(log.contains("stopped"), "{log}");
    assert!(begun.elapsed().as_secs() < 30);
    assert!(!log.contains("lan@example.vn"), "{log}");
}

#[test]
fn numbers_are_told_on_a_listener_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let numbers = process::free_address();
    let mut site =
        Process::start(folder.path(), &[("HOITHI__SERVER__METRICS", &numbers.to_string())]);
    site.ready(std::time::Instant::now());
    request(site.address, "GET", "/contests/khong-co", &[], b"").unwrap();
    request(site.address, "POST", "/session/code", &[], b"email=x").unwrap();

    let told = request(numbers, "GET", "/metrics", &[], b"").unwrap();
    let elsewhere = request(site.address, "GET", "/metrics", &[], b"").unwrap();

    let text = String::from_utf8(told.body).unwrap();
    for line in [
        "http_request_duration_seconds_count{method=\"GET\",route=\"/contests/{slug}\",status=\"4xx\"} 1",
        "hoithi_refusals_total{code=\"contest-unknown\"} 1",
        "hoithi_db_pool_connections{state=\"open\"}",
        "process_resident_memory_bytes",
    ] {
        assert!(text.contains(line), "{line} is missing in:\n{text}");
    }
    assert_eq!(elsewhere.status, 404);
}
