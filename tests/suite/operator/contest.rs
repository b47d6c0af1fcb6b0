//! Contests as files, from the command line.

use std::io::Write;
use std::path::Path;
use std::process::{Output, Stdio};

use hoithi::contest::definition::Definition;
use hoithi::contest::document;
use serde_json::Value;

use super::{refused, run, said};
use crate::contest::examples;
use crate::story::example;
use crate::support::process;

/// Gives a command this text on its standard input.
fn fed(folder: &Path, arguments: &[&str], text: &str) -> Output {
    let mut command = process::command(folder);
    let piped = command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = piped.stderr(Stdio::piped()).spawn().expect("the binary runs");
    child.stdin.take().expect("a pipe").write_all(text.as_bytes()).expect("written");
    child.wait_with_output().expect("it ends")
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("text")
}

#[test]
fn a_command_whose_reader_is_gone_ends_without_a_word() {
    let folder = tempfile::tempdir().unwrap();
    said(folder.path(), &["migrate"]);
    said(folder.path(), &["user", "add", "lan@example.vn"]);
    for arguments in [["contest", "schema"], ["audit", "list"]] {
        let mut command = process::command(folder.path());
        let piped = command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = piped.spawn().expect("the binary runs");
        drop(child.stdout.take());

        let ended = child.wait_with_output().unwrap();

        assert_eq!(text(&ended.stderr), "", "{arguments:?}");
        assert!(!ended.status.success(), "{arguments:?} met the closed end");
    }
}

#[test]
fn what_is_wrong_with_contest_files_is_told_with_file_and_line() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let (good, bad) = (at.join("tot.yaml"), at.join("sai.yaml"));
    let sound = example("01-net-dep-ngan-hang-2019");
    std::fs::write(&good, &sound).unwrap();
    let line = 1 + sound.lines().position(|line| line.contains("key: intake")).unwrap();
    let closes = sound.lines().nth(line - 1).unwrap().split("closes: ").nth(1).unwrap();
    let closes: String = closes.chars().take(10).collect();
    std::fs::write(&bad, sound.replacen(&closes, "2019-09-31", 1)).unwrap();
    let (good, bad) = (good.to_str().unwrap(), bad.to_str().unwrap());

    let well = said(at, &["contest", "check", good]);
    let told = run(at, &["contest", "check", good, bad]);
    let json = run(at, &["contest", "check", "--format", "json", "--lang", "en", bad]);
    let piped = fed(at, &["contest", "check", "-"], &sound);
    let none = refused(at, &["contest", "check", at.join("khong.yaml").to_str().unwrap()], 1);
    let usage = refused(at, &["contest", "check"], 2);

    assert!(well.ends_with("1 tệp dùng được.\n"), "{well}");
    assert_eq!(told.status.code(), Some(1));
    let errors: Vec<_> =
        text(&told.stdout).lines().filter(|line| line.contains(": lỗi: ")).collect();
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(errors[0].starts_with(&format!("{bad}:{line}:")), "{}", errors[0]);
    assert!(errors[0].ends_with("[lint-no-such-day]"), "{}", errors[0]);
    assert!(text(&told.stderr).contains("1 trong 2 tệp chưa dùng được."));
    assert_eq!(json.status.code(), Some(1));
    let found: Vec<Value> = serde_json::from_slice(&json.stdout).expect("one array");
    let error = found.iter().find(|one| one["severity"] == "error").unwrap();
    let place = (&error["file"], &error["line"], &error["code"], &error["path"]);
    let wanted =
        (&bad.into(), &line.into(), &"lint-no-such-day".into(), &"/phases/0/closes".into());
    assert_eq!(place, wanted);
    assert!(error["sentence"].as_str().unwrap().starts_with("There is no day"), "{error}");
    assert!(piped.status.success() && text(&piped.stdout).ends_with("1 tệp dùng được.\n"));
    assert!(none.contains("khong.yaml"), "{none}");
    assert!(usage.contains("<FILE>"), "{usage}");
}

#[test]
fn a_file_is_held_against_its_parent_where_both_are_checked() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let (town, province) = (at.join("thi-xa.yaml"), at.join("tinh.yaml"));
    std::fs::write(&town, example("15-the-duc-giua-gio-ba-don-2020")).unwrap();
    let above = example("15-the-duc-giua-gio-quang-binh-2020");
    std::fs::write(&province, above.replacen("- key: clip", "- key: dance", 1)).unwrap();
    let (town, province) = (town.to_str().unwrap(), province.to_str().unwrap());

    let alone = said(at, &["contest", "check", town]);
    let both = run(at, &["contest", "check", province, town]);

    assert!(!alone.contains("lint-parent-has-no-category"), "{alone}");
    let lines: Vec<_> = text(&both.stdout).lines().filter(|line| line.starts_with(town)).collect();
    assert_eq!(both.status.code(), Some(1));
    assert!(lines.iter().any(|line| line.ends_with("[lint-parent-has-no-category]")), "{lines:?}");
}

#[test]
fn a_contest_is_applied_exported_and_cloned_for_another_year() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    said(at, &["migrate"]);
    said(at, &["unit", "import", "--shipped"]);
    let file = at.join("cuoc-thi.yaml");
    std::fs::write(&file, example("18-vong-tay-cong-doan-3-2023")).unwrap();
    let written = document::read(&std::fs::read_to_string(&file).unwrap()).unwrap();
    let slug = written.slug.as_str();

    said(at, &["contest", "apply", file.to_str().unwrap()]);
    let exported = said(at, &["contest", "export", slug]);
    let cloned = said(at, &["contest", "clone", slug, "lan-sau", "--years", "3"]);
    let child =
        said(at, &["contest", "clone", slug, "vong-duoi", "--years", "0", "--parent", slug]);
    let checked = fed(at, &["contest", "check", "-"], &cloned);
    let none = refused(at, &["contest", "clone", "khong-co", "x"], 1);

    assert_eq!(document::read(&exported).unwrap(), written, "what is exported is what was applied");
    let clone = document::read(&cloned).unwrap();
    assert_eq!((clone.slug.as_str(), clone.plan.as_ref()), ("lan-sau", None));
    let moved = |definition: &Definition, years: i16| -> Vec<String> {
        let moments = definition.phases.iter().flat_map(|one| [&one.opens.0, &one.closes.0]);
        let later = |text: &String| text[..4].parse::<i16>().unwrap() + years;
        moments.map(|text| format!("{}{}", later(text), &text[4..])).collect()
    };
    assert_eq!(moved(&clone, 0), moved(&written, 3), "every date is three years later");
    assert!(checked.status.success(), "{}", text(&checked.stdout));
    assert_eq!(document::read(&child).unwrap().parent.as_deref(), Some(slug));
    assert!(!none.is_empty());
    assert_eq!(said(at, &["contest", "list"]).lines().count(), 1, "a clone is only printed");
}

#[test]
fn the_schema_for_editors_names_every_field_of_the_examples() {
    let folder = tempfile::tempdir().unwrap();

    let schema: Value = serde_json::from_str(&said(folder.path(), &["contest", "schema"])).unwrap();

    let known = schema["properties"].as_object().expect("properties");
    for (name, definition) in examples() {
        let value = serde_json::to_value(&definition).unwrap();
        let fields = value.as_object().unwrap().keys();
        let unknown: Vec<_> = fields.filter(|field| !known.contains_key(*field)).collect();
        assert!(unknown.is_empty(), "{name}: {unknown:?}");
    }
    assert_eq!(
        schema["additionalProperties"], false,
        "an unknown field is a fault in an editor too"
    );
}
