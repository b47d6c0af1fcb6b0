//! The words: both languages say the same things, and say everything.

use std::collections::BTreeSet;
use std::path::Path;

use hoithi::words::{self, Lang};

fn keys(lang: Lang) -> BTreeSet<String> {
    let files = words::files().filter(|(name, _)| name.starts_with(lang.tag()));
    let lines: Vec<String> =
        files.flat_map(|(_, text)| text.lines().map(str::to_owned).collect::<Vec<_>>()).collect();
    let named = lines.iter().filter(|line| line.starts_with(|c: char| c.is_ascii_alphabetic()));
    named.filter_map(|line| Some(line.split_once('=')?.0.trim().to_owned())).collect()
}

#[test]
fn both_languages_have_the_same_keys() {
    assert_eq!(keys(Lang::Vi), keys(Lang::En));
}

#[test]
fn no_key_is_said_twice_in_one_language() {
    for lang in [Lang::Vi, Lang::En] {
        let mut seen = BTreeSet::new();
        for (name, text) in words::files().filter(|(name, _)| name.starts_with(lang.tag())) {
            for line in text.lines().filter(|l| l.starts_with(|c: char| c.is_ascii_alphabetic())) {
                let key = line.split_once('=').map_or("", |(key, _)| key.trim()).to_owned();
                assert!(seen.insert(key.clone()), "{name} says `{key}` again");
            }
        }
    }
}

#[test]
fn every_text_is_in_the_form_that_screen_readers_read() {
    for (name, text) in words::files() {
        assert_eq!(words::nfc(&text), text, "{name} is not NFC");
    }
}

#[test]
fn the_tone_stands_on_one_vowel_everywhere() {
    let other = ["oá", "oà", "oả", "oã", "oạ", "oé", "oè", "oẻ", "oẽ", "oẹ"];
    for (name, text) in words::files().filter(|(name, _)| name.starts_with("vi")) {
        let spelt = text.split(|c: char| !c.is_alphabetic());
        let spelt = spelt.filter(|word| other.iter().any(|end| word.to_lowercase().ends_with(end)));
        assert_eq!(spelt.collect::<Vec<_>>(), Vec::<&str>::new(), "{name}: xóa, not xoá");
    }
}

#[test]
fn every_key_that_a_template_or_a_refusal_uses_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let known = keys(Lang::Vi);
    let mut missing = BTreeSet::new();
    for (folder, marks) in [
        ("templates", ["v.t(\"", "v.t1(\"", "v.t2(\""].as_slice()),
        ("src", ["v.t(\"", "view.t(\"", "Kind::", "words::say(lang, \""].as_slice()),
    ] {
        walk(&root.join(folder), &mut |path, text| {
            for mark in marks {
                for rest in text.split(mark).skip(1) {
                    let key = match *mark {
                        "Kind::" => rest.split_once(", \"").and_then(|(kind, rest)| {
                            kind.chars().all(char::is_alphabetic).then_some(rest)
                        }),
                        _ => Some(rest),
                    };
                    let key = key.and_then(|rest| rest.split('"').next()).unwrap_or_default();
                    let is_key = !key.is_empty()
                        && key
                            .bytes()
                            .all(|b| b.is_ascii_lowercase() || b == b'-' || b.is_ascii_digit());
                    if is_key && !known.contains(key) {
                        missing.insert(format!("{}: {key}", path.display()));
                    }
                }
            }
        });
    }

    assert_eq!(missing, BTreeSet::new());
}

/// Roles that stand beside an act where it is recorded.
const ROLES: [&str; 3] = ["organiser", "approver", "screener"];

#[test]
fn every_act_of_the_audit_log_has_words() {
    let mut acts = BTreeSet::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut |path, text| {
        let literals = |code: &str| -> Vec<String> {
            let quoted = code.split('"').skip(1).step_by(2).map(str::to_owned);
            let is_code = |text: &String| {
                !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')
            };
            quoted.filter(is_code).filter(|text| !ROLES.contains(&text.as_str())).collect()
        };
        for rest in text.split(" act: ").skip(1) {
            acts.extend(literals(rest.lines().next().unwrap_or_default()));
        }
        for mark in [" record(tx, ", "(record(tx, ", " added(tx, "] {
            for rest in text.split(mark).skip(1) {
                let call = rest.split(".await").next().unwrap_or_default();
                acts.extend(literals(&call.replace("\": ", ":")));
            }
        }
        if path.ends_with("cli/user.rs") {
            for (act, rest) in text.split("(\"").filter_map(|rest| rest.split_once("\", ")) {
                if rest.starts_with("id)") || rest.starts_with("person.id)") {
                    acts.insert(act.to_owned());
                }
            }
        }
    });
    let known = keys(Lang::Vi);

    assert!(acts.len() > 50, "{acts:?}");
    acts.retain(|act| !known.contains(&format!("act-{act}")));
    assert_eq!(acts, BTreeSet::new());
}

fn walk(folder: &Path, see: &mut impl FnMut(&Path, &str)) {
    for item in std::fs::read_dir(folder).unwrap() {
        let path = item.unwrap().path();
        if path.is_dir() {
            walk(&path, see);
        } else if path.extension().is_some_and(|ending| ending == "rs" || ending == "html") {
            see(&path, &std::fs::read_to_string(&path).unwrap());
        }
    }
}

#[test]
fn numbers_are_written_as_the_language_writes_them() {
    assert_eq!(words::number(Lang::Vi, 1_234_567), "1.234.567");
    assert_eq!(words::number(Lang::En, -1_234), "-1,234");
    assert_eq!(words::millionths(Lang::Vi, 8_505_000, 2), "8,51");
    assert_eq!(words::bytes(Lang::Vi, 27_400_000), "27,4\u{a0}MB");
    assert_eq!(words::money(Lang::Vi, 1_000_000), "1.000.000\u{a0}đồng");
}

#[test]
fn search_finds_text_typed_without_diacritics() {
    assert_eq!(words::fold("Nét ĐẸP  Đà Nẵng, LĐLĐ"), "net dep da nang ldld");
    assert_eq!(words::fold("d\u{309}"), "d");
}
