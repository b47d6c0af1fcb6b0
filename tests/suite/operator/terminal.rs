//! What people see on a terminal, and what programs read that collect logs.

use std::fs::File;
use std::io::Read;
use std::os::fd::{FromRawFd, OwnedFd};
use std::path::Path;
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

/// What a command shows on a terminal, step by step; it must end well.
fn shown(folder: &Path, arguments: &[&str]) -> Vec<String> {
    let (mut ours, theirs) = terminal();
    let mut command = process::command(folder);
    command.args(arguments).stdout(Stdio::null()).stderr(theirs);
    let mut child = command.spawn().unwrap();
    // Our own copy of their end is let go with the command, or the reading below never ends.
    drop(command);
    let mut shown = Vec::new();
    // A terminal whose other end is closed ends with an error instead of an end.
    ours.read_to_end(&mut shown).ok();
    let shown = String::from_utf8(shown).unwrap();
    assert!(child.wait().unwrap().success(), "{arguments:?}: {shown}");
    let steps = shown.split('\r').map(str::trim).filter(|one| !one.is_empty());
    steps.map(str::to_owned).collect()
}

/// What is counted by the steps of a command, each once; whatever is counted must come to its end.
fn counted(folder: &Path, arguments: &[&str]) -> Vec<String> {
    let mut counted: Vec<String> = Vec::new();
    let steps = shown(folder, arguments);
    for (at, step) in steps.iter().enumerate() {
        let (what, far) = step.rsplit_once(' ').unwrap_or_else(|| panic!("{steps:?}"));
        let (done, all) = far.split_once('/').unwrap_or_else(|| panic!("{steps:?}"));
        let next = steps.get(at + 1).and_then(|next| Some(next.rsplit_once(' ')?.0));
        assert!(next == Some(what) || done == all, "{what} ends at {far}: {steps:?}");
        if counted.last().is_none_or(|last| last != what) {
            counted.push(what.to_owned());
        }
    }
    counted
}

#[test]
fn backup_restore_and_checks_say_on_a_terminal_how_far_they_are() {
    let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    said(here.path(), &["migrate"]);
    said(here.path(), &["user", "add", "lan@example.vn", "--name", "Nguyễn Thị Lan"]);
    let archive = there.path().join("site.tar");
    let archive = archive.to_str().unwrap();
    let target = there.path().join("data");

    let backup = counted(here.path(), &["backup", archive, "--key", &format!("{archive}.keys")]);
    let keys = format!("{archive}.keys");
    let restore = counted(&target, &["restore", archive, "--key", &keys]);
    let verify = counted(&target, &["verify"]);
    let log = counted(&target, &["audit", "verify"]);
    let store = counted(&target, &["storage", "check"]);
    let sweep = counted(&target, &["storage", "gc"]);

    assert_eq!(backup, ["kilobytes copied", "tables counted", "kilobytes packed"]);
    let steps = ["kilobytes unpacked", "databases checked", "tables compared"];
    assert_eq!(restore, steps);
    assert_eq!(verify, ["databases checked", "acts"]);
    assert_eq!(
        (log, store, sweep),
        (vec!["acts".into()], vec!["steps".into()], vec!["steps".into()])
    );
}

#[test]
fn a_long_command_says_on_a_terminal_how_far_it_is_and_nothing_elsewhere() {
    let (seen, unseen) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    said(seen.path(), &["migrate"]);
    said(unseen.path(), &["migrate"]);

    let steps = shown(seen.path(), &["unit", "import", "--shipped"]);
    let quiet = run(unseen.path(), &["unit", "import", "--shipped"]);

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
