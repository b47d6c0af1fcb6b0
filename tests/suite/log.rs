//! The log names nobody.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use hoithi::log::{Masking, mask};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use crate::entry;
use crate::support::both;

#[test]
fn addresses_and_numbers_are_masked_and_the_rest_is_left() {
    for (text, masked) in [
        ("550 5.1.1 <lan.nguyen@example.vn>: unknown", "550 5.1.1 <***>: unknown"),
        ("GET /session/new?email=lan%40example.vn", "GET /session/new?email=***"),
        ("call 0912345678 or +84912345678, 0912.345.678", "call *** or ***, ***"),
        ("(84912345678)", "(***)"),
        ("took 1764072000000000 micros, 0.012 s", "took 1764072000000000 micros, 0.012 s"),
        (
            "2026-11-25T12:00:00.000000Z INFO request{id=ABC}",
            "2026-11-25T12:00:00.000000Z INFO request{id=ABC}",
        ),
        ("0193a5f0-0912-7345-8678-001122334455", "0193a5f0-0912-7345-8678-001122334455"),
        ("error at src/web/mod.rs:12 @ main", "error at src/web/mod.rs:12 @ main"),
        (r#"{"why":"a\n0912345678\tb@example.vn"}"#, r#"{"why":"a\n***\t***"}"#),
        (r#""\u001b0912345678 \u001b[0m""#, r#""\u001b*** \u001b[0m""#),
        (r"C:\data\0912345678", r"C:\data\***"),
    ] {
        assert_eq!(mask(text), masked);
    }
}

/// Lines that were logged.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[test]
fn a_line_for_programs_stays_json_and_names_nobody() {
    let lines = Lines::default();
    let log = tracing_subscriber::fmt()
        .json()
        .with_env_filter(EnvFilter::new("trace"))
        .with_writer(Masking(lines.clone()))
        .finish();
    tracing::subscriber::with_default(log, || {
        let span = tracing::info_span!("request", path = "/x?phone=0987654321");
        let _inside = span.enter();
        tracing::error!(to = "nga.canary@example.vn", tries = 3, "refused:\n0987654321\nKH-12");
        tracing::warn!("\u{1b}[31mnga.canary@example.vn\u{1b}[0m \"0987.654.321\"");
    });

    let logged = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    let read: Vec<serde_json::Value> =
        logged.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(read.len(), 2);
    let (first, second) = (&read[0]["fields"], &read[1]["fields"]);
    assert_eq!((&first["to"], &first["tries"]), (&"***".into(), &3.into()));
    assert_eq!(first["message"], "refused:\n***\nKH-12");
    assert_eq!(read[0]["span"]["path"], "/x?phone=***");
    assert!(second["message"].as_str().unwrap().contains("\"***\""), "{second}");
    for planted in &PLANTED[1..] {
        assert!(!logged.contains(planted), "{planted} is in the log");
    }
}

const PLANTED: [&str; 4] = ["Kiều Nguyệt Nga", "nga.canary@example.vn", "0987654321", "987654321"];

both! {
    async fn a_whole_entry_leaves_no_personal_data_in_the_log(site: Site) {
        let lines = Lines::default();
        let log = tracing_subscriber::fmt()
            .with_env_filter(EnvFilter::new("trace"))
            .with_writer(Masking(lines.clone()))
            .finish();
        let guard = tracing::subscriber::set_default(log);

        entry::contest(site, |text| text).await;
        let mut browser = site.signed_in(PLANTED[1]).await;
        let code = entry::begin(&mut browser, 1).await;
        entry::fill(&mut browser, &code, PLANTED[0], PLANTED[2]).await;
        let done = entry::submit(&mut browser, &code).await;
        site.work().await;
        browser.get(&format!("/receipts/{code}")).await;
        browser.get("/session/new?email=nga.canary%40example.vn").await;
        drop(guard);

        assert_eq!(done.location, Some(format!("/receipts/{code}")), "{}", done.text());
        let logged = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
        assert!(logged.contains("answered"), "requests are logged at this level");
        for planted in PLANTED {
            assert!(!logged.contains(planted), "{planted} is in the log");
        }
    }
}
