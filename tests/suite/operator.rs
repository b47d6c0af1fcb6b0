//! The operator's door: the real binary, from outside.

mod contest;
mod serving;
mod terminal;
mod votes;

use std::path::Path;
use std::process::Output;

use hoithi::cli::doctor;
use hoithi::media::Decoder;

use crate::support::process::{self, Process, request};

fn run(folder: &Path, arguments: &[&str]) -> Output {
    process::command(folder).args(arguments).output().expect("the binary runs")
}

/// What the command said; it must have ended well.
fn said(folder: &Path, arguments: &[&str]) -> String {
    let output = run(folder, arguments);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {errors}");
    String::from_utf8(output.stdout).expect("text")
}

/// What the command complained of; it must have ended with this code.
fn refused(folder: &Path, arguments: &[&str], code: i32) -> String {
    let output = run(folder, arguments);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}");
    String::from_utf8(output.stderr).expect("text")
}

#[test]
fn a_site_is_set_up_and_looked_after_from_the_command_line() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();

    assert!(said(at, &["migrate", "--dry-run"]).contains("would apply"));
    said(at, &["migrate"]);
    assert_eq!(said(at, &["migrate"]), "the schema is up to date\n");
    assert!(said(at, &["unit", "import", "--shipped"]).contains("units taken in"));
    assert!(said(at, &["unit", "list"]).contains("  ldld-an-giang  "));

    said(at, &["user", "add", "lan@example.vn", "--name", "Nguyễn Thị Lan"]);
    said(at, &["user", "grant", "lan@example.vn", "--unit", "ldld-an-giang", "--role", "lead"]);
    said(at, &["user", "grant", "lan@example.vn", "--admin"]);
    assert_eq!(
        said(at, &["user", "list", "nguyen lan"]),
        "lan@example.vn\tNguyễn Thị Lan\tadmin ldld-an-giang:lead\n"
    );
    said(at, &["user", "revoke", "lan@example.vn", "--unit", "ldld-an-giang"]);
    let json = said(at, &["user", "list", "--json"]);
    let person: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&person["admin"], person["offices"].as_array().unwrap().len()), (&true.into(), 0));

    assert_eq!(said(at, &["jobs", "list"]), "");
    assert_eq!(said(at, &["jobs", "retry", "--kind", "film"]), "0 jobs are tried again\n");

    let verdict = said(at, &["audit", "verify"]);
    assert!(verdict.starts_with("5 rows, unbroken; the last hash is "), "{verdict}");
    let hash = verdict.trim().rsplit(' ').next().unwrap();
    for right in ["--admin", "--account"] {
        let alone = refused(at, &["user", "revoke", "lan@example.vn", right], 1);
        assert!(alone.contains("the last administrator"), "{alone}");
        assert!(alone.contains("hoithi user grant EMAIL --admin"), "{alone}");
    }
    said(at, &["user", "add", "minh@example.vn", "--admin"]);
    said(at, &["user", "revoke", "lan@example.vn", "--admin"]);
    said(at, &["audit", "verify", "--holds", hash]);
    let other = refused(at, &["audit", "verify", "--holds", &"0".repeat(64)], 1);
    assert!(other.contains("no row has the hash"), "{other}");
}

#[test]
fn the_log_of_acts_is_printed_whole_for_people_and_for_programs() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    said(at, &["migrate"]);
    said(at, &["unit", "import", "--shipped"]);
    said(at, &["user", "add", "lan@example.vn", "--name", "Nguyễn Thị Lan"]);
    said(at, &["user", "grant", "lan@example.vn", "--unit", "ldld-an-giang", "--role", "lead"]);

    let told = said(at, &["audit", "list"]);
    let json = said(at, &["audit", "list", "--json"]);
    let none = said(at, &["audit", "list", "--since", "2100-01-01"]);
    let wrong = refused(at, &["audit", "list", "--since", "31/12/2026"], 2);
    let nowhere = refused(at, &["audit", "list", "--contest", "nowhere"], 1);
    let head = said(at, &["audit", "verify"]);

    let rows: Vec<Vec<&str>> = told.lines().map(|line| line.split('\t').collect()).collect();
    let did: Vec<_> = rows.iter().map(|row| (row[0], row[2], row[3])).collect();
    let by = |seq, act| (seq, "operator", act);
    let acts = ["list of units taken in", "person added", "office granted"];
    assert_eq!(did, [by("1", acts[0]), by("2", acts[1]), by("3", acts[2])], "{told}");
    assert!(rows.iter().all(|row| row.len() == 6 && row[1].ends_with('Z')), "{told}");
    let rows = json.lines().map(|line| serde_json::from_str(line).unwrap());
    let rows: Vec<serde_json::Value> = rows.collect();
    let codes: Vec<_> = rows.iter().map(|row| row["act"].as_str().unwrap()).collect();
    assert_eq!(codes, ["units-imported", "user-added", "office-granted"]);
    assert_eq!(rows[0]["previous_hash"], "");
    assert!(rows.windows(2).all(|two| two[1]["previous_hash"] == two[0]["hash"]), "{json}");
    assert!(head.trim().ends_with(rows[2]["hash"].as_str().unwrap()), "{head}");
    assert_eq!(none, "");
    assert!(wrong.contains("write a day as 2026-05-01"), "{wrong}");
    assert!(nowhere.contains("nowhere"), "{nowhere}");
}

#[test]
fn exported_units_imported_elsewhere_are_the_same_units() {
    let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for folder in [&here, &there] {
        said(folder.path(), &["migrate"]);
    }
    said(here.path(), &["unit", "import", "--shipped"]);
    let exported = said(here.path(), &["unit", "export"]);
    let list = there.path().join("units.csv");
    std::fs::write(&list, &exported).unwrap();

    said(there.path(), &["unit", "import", list.to_str().unwrap()]);
    assert_eq!(said(there.path(), &["unit", "export"]), exported);

    std::fs::write(&list, format!("{exported}x-y,Tên,,khong-co,,,\n")).unwrap();
    let output = run(there.path(), &["unit", "import", list.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(said(there.path(), &["unit", "export"]), exported, "all or none");
}

#[test]
fn a_backup_and_its_keys_make_the_same_site_elsewhere() {
    let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    said(here.path(), &["migrate"]);
    said(here.path(), &["user", "add", "lan@example.vn", "--name", "Nguyễn Thị Lan"]);
    let log = here.path().join("votes/a-contest");
    std::fs::create_dir_all(&log).unwrap();
    std::fs::write(log.join("log"), [7; 32]).unwrap();
    let (archive, keys) = (there.path().join("site.tar"), there.path().join("site.keys"));
    let (archive, keys) = (archive.to_str().unwrap(), keys.to_str().unwrap());
    let target = there.path().join("data");

    said(here.path(), &["backup", archive, "--key", keys]);
    assert!(said(&target, &["verify", archive]).starts_with("whole: "));
    assert!(said(&target, &["restore", archive, "--dry-run"]).starts_with("would restore "));
    said(&target, &["restore", archive, "--key", keys]);

    assert_eq!(said(&target, &["user", "list"]), "lan@example.vn\tNguyễn Thị Lan\t\n");
    for secret in ["key", "votes/a-contest/log"] {
        let read = |folder: &Path| std::fs::read(folder.join(secret)).unwrap();
        assert_eq!(read(here.path()), read(&target), "{secret}");
    }
    said(&target, &["verify", "--deep"]);
    let again = refused(&target, &["restore", archive, "--key", keys], 1);
    assert!(again.contains("is not empty"), "{again}");
    let none = refused(&there.path().join("x"), &["restore", archive, "--key", archive], 1);
    assert!(none.contains("it holds no keys of hoithi"), "{none}");
}

#[test]
fn refusals_say_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    said(at, &["migrate"]);

    let nobody = refused(at, &["user", "grant", "x@example.vn", "--admin"], 1);
    assert!(nobody.contains("`hoithi user add x@example.vn` adds them"), "{nobody}");
    let nowhere = refused(at, &["unit", "list", "nowhere"], 1);
    assert!(nowhere.contains("no unit `nowhere`"), "{nowhere}");
    let usage = refused(at, &["user", "grant", "x@example.vn"], 2);
    assert!(usage.contains("--unit <CODE>"), "{usage}");
    let file = at.join("hoithi.toml");
    std::fs::write(&file, "[server]\nlisen = \"x\"").unwrap();
    let setting = refused(at, &["--config", file.to_str().unwrap(), "config", "check"], 1);
    assert!(setting.contains("did you mean `server.listen`?"), "{setting}");
}

#[test]
fn the_doctor_looks_at_everything_and_finds_what_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    assert!(run(at, &["doctor"]).status.code() == Some(1), "there is no schema yet");
    said(at, &["migrate"]);

    let well = String::from_utf8(run(at, &["doctor"]).stdout).expect("text");
    for word in [
        "base_url", "disk", "key", "database", "schema", "queues", "store", "mail", "child",
        "ffmpeg",
    ] {
        assert!(well.lines().any(|line| line[6..].starts_with(word)), "{word}: {well}");
    }
    let here = Decoder::at(env!("CARGO_BIN_EXE_hoithi").into(), at.join("work"));
    for (program, is_there, text) in doctor::programs(&here.missing()) {
        let line = format!("{:<6}{program}: {text}", if is_there { "ok" } else { "note" });
        assert!(well.lines().any(|said| said == line), "{line}: {well}");
    }
    let bare = doctor::programs(&here.with_programs("/nowhere").missing());
    assert!(bare.iter().all(|(_, is_there, text)| !is_there && text.starts_with("missing: ")));
    assert_eq!(
        bare[0].2,
        "missing: videos are shown as they come, without what they say of their maker; \
         install Debian's ffmpeg"
    );
    // How much room the machine has is the machine's.
    let wrong = well.lines().find(|line| line.starts_with("WRONG") && !line.contains(" disk:"));
    assert_eq!(wrong, None, "{well}");

    let output = process::command(at)
        .args(["doctor", "--json"])
        .env("HOITHI__MAIL__WAY__KIND", "smtp")
        .env("HOITHI__MAIL__WAY__URL", format!("smtp://{}", process::free_address()))
        .env("HOITHI__SERVER__BASE_URL", "hoithi.example.vn")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let lines = String::from_utf8(output.stdout).unwrap();
    let wrong: Vec<String> = lines
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
        .filter(|finding| finding["state"] == "wrong" && finding["what"] != "disk")
        .map(|finding| finding["what"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(wrong, ["base_url", "mail"]);
}

#[test]
fn a_link_lets_somebody_in_once() {
    let folder = tempfile::tempdir().unwrap();
    said(folder.path(), &["migrate"]);
    said(folder.path(), &["user", "add", "lan@example.vn", "--name", "Nguyễn Thị Lan", "--admin"]);
    let mut site = Process::start(folder.path(), &[]);
    site.ready(std::time::Instant::now());
    let link = said(folder.path(), &["user", "link", "lan@example.vn"]);
    let path = format!("/setup/{}", link.trim().rsplit('/').next().unwrap());

    let page = request(site.address, "GET", &path, &[], b"").unwrap();
    let first = request(site.address, "POST", &path, &[], b"").unwrap();
    let second = request(site.address, "POST", &path, &[], b"").unwrap();

    assert!(String::from_utf8(page.body).unwrap().contains("Nguyễn Thị Lan"));
    assert_eq!((first.status, first.header("location")), (303, Some("/desk")));
    assert_eq!(second.status, 410);
}

#[test]
fn every_command_explains_itself() {
    let folder = tempfile::tempdir().unwrap();
    let top = said(folder.path(), &["--help"]);
    let commands = top.split("Commands:").nth(1).unwrap().split("Options:").next().unwrap();
    let names: Vec<&str> =
        commands.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert!(names.len() > 10, "{names:?}");
    for line in commands.lines().filter(|line| !line.trim().is_empty()) {
        assert!(line.split_whitespace().count() > 3, "a command without a sentence: {line}");
    }
    for name in names.iter().filter(|name| **name != "help") {
        assert!(said(folder.path(), &[name, "--help"]).contains("Usage: hoithi"), "{name}");
    }
}
