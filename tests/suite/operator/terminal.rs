//! What people see on a terminal, and what programs read that collect logs.

use std::fs::File;
use std::io::Read;
use std::os::fd::{FromRawFd, OwnedFd};
use std::process::Stdio;

use super::{run, said};
use crate::support::process::{self, Process, request};

/// The two ends of a terminal of our own.
fn terminal() -> (File, OwnedFd) {
    let (mut ours, mut theirs) = (-1, -1);
    let none = std::ptr::null_mut();
    let opened =
        unsafe { libc::openpty(&raw mut ours, &raw mut theirs, none, none.cast(), none.cast()) };
    assert_eq!(opened, 0, "{}", std::io::Error::last_os_error());
    unsafe { (File::from_raw_fd(ours), OwnedFd::from_raw_fd(theirs)) }
}

#[test]
fn a_long_command_says_on_a_terminal_how_far_it_is_and_nothing_elsewhere() {
    let (seen, unseen) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    said(seen.path(), &["migrate"]);
    said(unseen.path(), &["migrate"]);
    let (mut ours, theirs) = terminal();

    let mut command = process::command(seen.path());
    command.args(["unit", "import", "--shipped"]).stdout(Stdio::null()).stderr(theirs);
    let mut child = command.spawn().unwrap();
    // Our own copy of their end is let go with the command, or the reading below never ends.
    drop(command);
    let mut shown = Vec::new();
    // A terminal whose other end is closed ends with an error instead of an end.
    ours.read_to_end(&mut shown).ok();
    let quiet = run(unseen.path(), &["unit", "import", "--shipped"]);

    assert!(child.wait().unwrap().success());
    let shown = String::from_utf8(shown).unwrap();
    let steps: Vec<&str> = shown.split('\r').map(str::trim).filter(|one| !one.is_empty()).collect();
    assert!(steps.len() > 5, "{steps:?}");
    let (done, all) =
        steps.last().unwrap().strip_prefix("units ").unwrap().split_once('/').unwrap();
    assert_eq!(done, all);
    assert!(quiet.status.success());
    assert_eq!(String::from_utf8(quiet.stderr).unwrap(), "");
}

#[test]
fn a_site_whose_log_is_json_writes_an_object_a_line_and_names_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let settings = [("HOITHI__LOG__JSON", "true"), ("HOITHI__LOG__FILTER", "hoithi=debug")];
    let mut site = Process::start(folder.path(), &settings);
    site.ready(std::time::Instant::now());

    request(site.address, "GET", "/session/new?email=nga.canary%40example.vn", &[], b"").unwrap();
    request(site.address, "GET", "/receipts?phone=0987654321", &[], b"").unwrap();
    site.ask_to_stop();
    let (status, log) = site.wait();

    assert!(status.success(), "{log}");
    let read: Vec<serde_json::Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}")))
        .collect();
    assert!(read.iter().all(|line| line["level"].is_string() && line["timestamp"].is_string()));
    assert!(read.iter().any(|line| line["fields"]["message"] == "answered"), "{log}");
    assert!(!log.contains("nga.canary") && !log.contains("0987654321"));
}
