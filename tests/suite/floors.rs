//! The first law: a room imports only from floors below it.

use std::path::{Path, PathBuf};

/// Rooms by floor, the ground first. A room may import from lower lines only.
const FLOORS: [&[&str]; 12] = [
    &["refusal"],
    &[
        "clock", "db", "fetch", "words", "markdown", "storage", "mail", "jobs", "limits", "log",
        "paging", "ledger", "contact",
    ],
    &["audit", "letters", "backup", "sheet", "pdf"],
    &["account", "unit", "media"],
    &["contest"],
    &["entry"],
    &["screening", "judging", "voting"],
    &["results"],
    &["reports"],
    &["config"],
    &["app"],
    &["web", "worker", "cli"],
];

/// Imports that are not as the floors say, each with its reason.
const EXCEPTIONS: [(&str, &str, &str); 4] = [
    ("unit", "account", "an office is held by a person"),
    ("cli", "web", "the command line starts the site"),
    ("cli", "worker", "the command line starts the worker"),
    ("web", "worker", "pages that send a letter at once let the worker word it"),
];

fn floor(room: &str) -> usize {
    let found = FLOORS.iter().position(|floor| floor.contains(&room));
    found.unwrap_or_else(|| panic!("`{room}` is on no floor: say in tests/suite/floors.rs where"))
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for item in std::fs::read_dir(folder).unwrap() {
        let path = item.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

/// Rooms that a file names after `crate::`, braces of `use crate::{…}` included.
fn named(text: &str) -> Vec<String> {
    let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    let code = code.collect::<Vec<_>>().join("\n");
    let word = |text: &str| -> String {
        text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
    };
    let mut rooms = Vec::new();
    for rest in code.split("crate::").skip(1) {
        let Some(list) = rest.strip_prefix('{') else {
            rooms.push(word(rest));
            continue;
        };
        let mut depth = 0;
        let end = list.find(|letter| {
            depth += i32::from(letter == '{') - i32::from(letter == '}');
            depth < 0
        });
        let mut depth = 0;
        for part in list[..end.unwrap_or(list.len())].split(|letter| {
            depth += i32::from(letter == '{') - i32::from(letter == '}');
            letter == ',' && depth == 0
        }) {
            rooms.push(word(part));
        }
    }
    rooms.retain(|room| !room.is_empty());
    rooms
}

#[test]
fn every_room_imports_only_from_floors_below_it() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    files(&source, &mut found);
    let mut breaches = Vec::new();
    for path in found {
        let inside = path.strip_prefix(&source).unwrap();
        let room = inside.iter().next().unwrap().to_string_lossy().replace(".rs", "");
        if room == "lib" || room == "main" {
            continue;
        }
        for other in named(&std::fs::read_to_string(&path).unwrap()) {
            let excepted = EXCEPTIONS.iter().any(|(from, to, _)| *from == room && *to == other);
            if other != room && !excepted && floor(&other) >= floor(&room) {
                breaches.push(format!("{}: {room} imports {other}", inside.display()));
            }
        }
    }

    assert_eq!(breaches, Vec::<String>::new());
}

#[test]
fn only_the_doors_begin_and_commit() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    files(&source, &mut found);
    // A backup reads and writes whole databases, on connections of its own; the writer of votes
    // commits many people's votes at once.
    let doors = ["web", "worker", "cli", "db", "backup", "voting"];
    let outside = found.iter().filter(|path| {
        let inside = path.strip_prefix(&source).unwrap();
        let room = inside.iter().next().unwrap().to_string_lossy().replace(".rs", "");
        let text = std::fs::read_to_string(path).unwrap();
        !doors.contains(&room.as_str())
            && (text.contains(".commit()") || text.contains("db::begin("))
    });

    assert_eq!(outside.collect::<Vec<_>>(), Vec::<&PathBuf>::new());
}
