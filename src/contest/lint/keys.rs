//! Names that other parts refer to.

use std::collections::HashSet;

use super::Findings;
use crate::contest::definition::Definition;

pub(super) fn check(definition: &Definition, found: &mut Findings) {
    if !is_slug(&definition.slug) {
        found.error("/slug", "lint-slug").with("slug", definition.slug.as_str());
    }
    if definition.title.vi.trim().is_empty() {
        found.error("/title", "lint-title-missing");
    }
    let mut texts = vec![("/title".to_owned(), definition.title.vi.as_str())];
    if let Some(rules) = &definition.rules {
        texts.push(("/rules".to_owned(), rules.vi.as_str()));
    }
    for (path, text) in texts {
        if text.chars().any(|letter| matches!(letter, '\u{1d400}'..='\u{1d7ff}')) {
            found.warning(path, "lint-styled-letters");
        }
    }
    unique("/phases", definition.phases.iter().map(|part| part.key.as_str()), found);
    unique("/categories", definition.categories.iter().map(|part| part.key.as_str()), found);
    unique("/rounds", definition.rounds.iter().map(|part| part.key.as_str()), found);
    unique("/tables", definition.tables.iter().map(|part| part.key.as_str()), found);
    unique("/prizes", definition.prizes.iter().map(|part| part.key.as_str()), found);
    unique("/declarations", definition.declarations.iter().map(|part| part.key.as_str()), found);
    for (index, category) in definition.categories.iter().enumerate() {
        let path = format!("/categories/{index}/slots");
        unique(&path, category.slots.iter().map(|part| part.key.as_str()), found);
    }
    for (index, round) in definition.rounds.iter().enumerate() {
        let path = format!("/rounds/{index}/criteria");
        unique(&path, round.criteria.iter().map(|part| part.key.as_str()), found);
    }
}

fn is_slug(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    (3..=80).contains(&text.len()) && text.bytes().all(plain)
}

fn unique<'a>(path: &str, keys: impl Iterator<Item = &'a str>, found: &mut Findings) {
    let mut seen = HashSet::new();
    for (index, key) in keys.enumerate() {
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_".contains(&b);
        if key.is_empty() || !key.bytes().all(plain) {
            found.error(format!("{path}/{index}/key"), "lint-key-unreadable").with("key", key);
        } else if !seen.insert(key) {
            found.error(format!("{path}/{index}/key"), "lint-key-twice").with("key", key);
        }
    }
}
