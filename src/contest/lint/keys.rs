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
    plan(definition, found);
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
    if let Some(counts) = &definition.outside_counts {
        unique("/outside_counts/kinds", counts.kinds.iter().map(|one| one.key.as_str()), found);
    }
    for (index, round) in definition.rounds.iter().enumerate() {
        let path = format!("/rounds/{index}/criteria");
        unique(&path, round.criteria.iter().map(|part| part.key.as_str()), found);
    }
}

/// The signed plan, and whom to ask.
fn plan(definition: &Definition, found: &mut Findings) {
    if let Some(plan) = &definition.plan {
        if plan.number.trim().is_empty() {
            found.error("/plan/number", "lint-plan-without-number");
        }
        let is_address = |file: &str| file.starts_with("https://") || file.starts_with("http://");
        if plan.file.as_deref().is_some_and(|file| !is_address(file)) {
            found.error("/plan/file", "lint-no-address");
        }
    }
    let Some(contact) = &definition.contact else { return };
    if contact.phone.is_none() && contact.email.is_none() {
        found.warning("/contact", "lint-contact-unreachable");
    }
    let has_at = |email: &str| email.split_once('@').is_some_and(|(_, host)| host.contains('.'));
    if contact.email.as_deref().is_some_and(|email| !has_at(email)) {
        found.error("/contact/email", "lint-no-email");
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
