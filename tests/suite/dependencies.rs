//! What others wrote and we ship: under licences that let us, and none of it for nothing.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// Licences that go together with MIT and Apache-2.0 in one program.
const LICENCES: [&str; 15] = [
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "IJG",
    "ISC",
    "MIT",
    "MPL-2.0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// Dependencies that no line of ours names, each with its reason.
const UNNAMED: [(&str, &str); 3] = [
    ("kamadak-exif", "its name in the code is `exif`"),
    ("rust_xlsxwriter", "writes the sheets that officers get back"),
    ("rustls", "chooses the cryptography of whoever speaks TLS"),
];

fn metadata() -> Value {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let here = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    let told = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--locked", "--offline"])
        .args(["--filter-platform", &here])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    serde_json::from_slice(&told.stdout).expect("JSON")
}

/// Whether an SPDX expression lets us: one of what `OR` joins, all of what `AND` joins.
fn lets_us(expression: &str) -> bool {
    let split = |word: &str| -> Vec<String> {
        let (mut parts, mut depth) = (vec![String::new()], 0_i32);
        for token in expression
            .replace('/', " OR ")
            .replace('(', " ( ")
            .replace(')', " ) ")
            .split_whitespace()
        {
            depth += i32::from(token == "(") - i32::from(token == ")");
            if token == word && depth == 0 {
                parts.push(String::new());
            } else if let Some(part) = parts.last_mut() {
                part.push_str(token);
                part.push(' ');
            }
        }
        parts.into_iter().map(|part| part.trim().to_owned()).collect()
    };
    let (any, all) = (split("OR"), split("AND"));
    if any.len() > 1 {
        return any.iter().any(|part| lets_us(part));
    }
    if all.len() > 1 {
        return all.iter().all(|part| lets_us(part));
    }
    let one = any[0].trim();
    match one.strip_prefix("( ").and_then(|one| one.strip_suffix(" )")) {
        Some(inside) => lets_us(inside),
        None => LICENCES.contains(&one),
    }
}

#[test]
fn everything_that_is_linked_has_a_licence_that_lets_us() {
    let metadata = metadata();
    let packages = metadata["packages"].as_array().expect("packages");
    assert!(packages.len() > 200, "the graph is read");
    let refused: Vec<String> = packages
        .iter()
        .filter(|package| !lets_us(package["license"].as_str().unwrap_or_default()))
        .map(|package| format!("{}: {}", package["name"], package["license"]))
        .collect();

    assert_eq!(refused, Vec::<String>::new());
    assert!(!lets_us("MIT AND GPL-3.0-or-later") && lets_us("(MIT OR GPL-2.0) AND Unicode-3.0"));
}

fn sources(folder: &Path, text: &mut String) {
    for item in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path: PathBuf = item.path();
        if path.is_dir() && !path.ends_with("target") {
            sources(&path, text);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            text.push_str(&std::fs::read_to_string(path).expect("a source"));
        }
    }
}

#[test]
fn every_dependency_is_named_by_some_line() {
    let metadata = metadata();
    let members = metadata["workspace_members"].as_array().expect("members");
    let mut idle = Vec::new();
    for package in metadata["packages"].as_array().expect("packages") {
        if !members.contains(&package["id"]) {
            continue;
        }
        let manifest = PathBuf::from(package["manifest_path"].as_str().expect("a path"));
        let home = manifest.parent().expect("a folder");
        let (mut shipped, mut tested) = (String::new(), String::new());
        sources(&home.join("src"), &mut shipped);
        sources(&home.join("tests"), &mut tested);
        sources(&home.join("benches"), &mut tested);
        for dependency in package["dependencies"].as_array().expect("dependencies") {
            let name = dependency["name"].as_str().expect("a name");
            let ident = name.replace('-', "_");
            let text = if dependency["kind"] == "dev" { &tested } else { &shipped };
            let used = text.match_indices(&ident).any(|(at, _)| {
                let before = text[..at].chars().next_back();
                let after = &text[at + ident.len()..];
                !before.is_some_and(|c| c.is_alphanumeric() || c == '_')
                    && (after.starts_with("::")
                        || after.starts_with(';')
                        || after.starts_with(" as "))
            });
            if !used && !UNNAMED.iter().any(|(unnamed, _)| *unnamed == name) {
                idle.push(format!("{}: {name}", package["name"]));
            }
        }
    }

    assert_eq!(idle, Vec::<String>::new());
}
