//! What may be entered, by whom, and how often.

use super::Findings;
use crate::contest::definition::{
    Category, DeclaredBy, Definition, EligibilityRule, Entrant, Format, QuotaScope, Range, Slot,
    SlotKind,
};
use crate::contest::moment;

pub(super) fn check(definition: &Definition, found: &mut Findings) {
    if definition.categories.is_empty() {
        found.error("/categories", "lint-no-category");
    }
    for (index, category) in definition.categories.iter().enumerate() {
        self::category(category, &format!("/categories/{index}"), found);
    }
    quotas(definition, found);
    minors(definition, found);
    for (index, rule) in definition.eligibility.iter().enumerate() {
        let path = format!("/eligibility/{index}");
        match &rule.rule {
            EligibilityRule::Declared if rule.text.is_none() => {
                found.error(path, "lint-condition-without-words");
            }
            EligibilityRule::Age(range) => ordered(*range, &format!("{path}/rule/age"), found),
            _ => {}
        }
    }
}

fn category(category: &Category, path: &str, found: &mut Findings) {
    if category.slots.is_empty() {
        found.error(format!("{path}/slots"), "lint-no-slot");
    }
    if category.entrants.is_empty() {
        found.error(format!("{path}/entrants"), "lint-no-entrant");
    }
    ordered(category.team_size, &format!("{path}/team_size"), found);
    let asked = category.team_size != Range::default();
    if asked && !category.entrants.contains(&Entrant::Team) {
        found.warning(format!("{path}/team_size"), "lint-team-size-without-teams");
    }
    for (index, slot) in category.slots.iter().enumerate() {
        self::slot(slot, &format!("{path}/slots/{index}"), found);
    }
    if category.slots.iter().all(|slot| slot.fewest() == 0) {
        found.error(format!("{path}/slots"), "lint-all-slots-optional");
    }
}

fn slot(slot: &Slot, path: &str, found: &mut Findings) {
    ordered(slot.count, &format!("{path}/count"), found);
    ordered(slot.bytes, &format!("{path}/bytes"), found);
    ordered(slot.long_side, &format!("{path}/long_side"), found);
    ordered(slot.short_side, &format!("{path}/short_side"), found);
    ordered(slot.width, &format!("{path}/width"), found);
    ordered(slot.seconds, &format!("{path}/seconds"), found);
    ordered(slot.words, &format!("{path}/words"), found);
    ordered(slot.characters, &format!("{path}/characters"), found);
    if let (Some(short), Some(long)) = (slot.short_side.min, slot.long_side.max)
        && short > long
    {
        found.error(format!("{path}/short_side"), "lint-sides-impossible");
    }
    if slot.count.max == Some(0) {
        found.error(format!("{path}/count/max"), "lint-slot-holds-nothing");
    }
    for (index, format) in slot.formats.iter().enumerate() {
        if kind_of(*format) != slot.kind {
            found.error(format!("{path}/formats/{index}"), "lint-format-of-another-kind");
        }
    }
    match slot.kind {
        SlotKind::Link if slot.hosts.is_empty() => {
            found.error(format!("{path}/hosts"), "lint-link-without-hosts");
        }
        SlotKind::Choice if slot.options.is_empty() => {
            found.error(format!("{path}/options"), "lint-choice-without-options");
        }
        _ => {}
    }
    let measured = slot.seconds != Range::default();
    if measured && slot.kind != SlotKind::Video {
        found.warning(format!("{path}/seconds"), "lint-limit-of-another-kind");
    }
    let counted = slot.words != Range::default() || slot.characters != Range::default();
    if counted && !matches!(slot.kind, SlotKind::Text | SlotKind::Document) {
        found.warning(format!("{path}/words"), "lint-limit-of-another-kind");
    }
    if let Some(since) = &slot.taken_since
        && moment::day(since).is_err()
    {
        let finding = found.error(format!("{path}/taken_since"), "lint-moment-unreadable");
        finding.with("written", since.as_str());
    }
}

fn kind_of(format: Format) -> SlotKind {
    use Format::{Avif, Docx, Gif, Heic, Jpeg, Mkv, Mov, Mp4, Pdf, Png, Txt, Webm, Webp};
    match format {
        Jpeg | Png | Webp | Heic | Avif | Gif => SlotKind::Photo,
        Mp4 | Mov | Webm | Mkv => SlotKind::Video,
        Pdf | Docx | Txt => SlotKind::Document,
    }
}

fn ordered<T: PartialOrd + Copy>(range: Range<T>, path: &str, found: &mut Findings) {
    if let (Some(min), Some(max)) = (range.min, range.max)
        && min > max
    {
        found.error(path, "lint-min-above-max");
    }
}

fn quotas(definition: &Definition, found: &mut Findings) {
    let whole = definition.quotas.iter().find(|quota| quota.per == QuotaScope::Contest);
    let most = whole.and_then(|quota| quota.max);
    for (index, quota) in definition.quotas.iter().enumerate() {
        let path = format!("/quotas/{index}");
        ordered(Range { min: quota.min, max: quota.max }, &path, found);
        if quota.min.is_none() && quota.max.is_none() {
            found.error(path.clone(), "lint-quota-of-nothing");
        }
        if quota.max == Some(0) {
            found.error(format!("{path}/max"), "lint-quota-lets-nobody-in");
        }
        if let (Some(min), Some(most)) = (quota.min, most)
            && min > most
        {
            found.error(format!("{path}/min"), "lint-quota-above-the-whole");
        }
        if quota.unit_type.is_some() && quota.per != QuotaScope::Unit {
            found.error(format!("{path}/unit_type"), "lint-unit-type-without-unit");
        }
        if let Some(key) = &quota.category
            && definition.category(key).is_none()
        {
            found.error(format!("{path}/category"), "lint-key-unknown").with("key", key.as_str());
        }
        if quota.per == QuotaScope::Unit && quota.min.is_some() && quota.unit_type.is_none() {
            found.advice(format!("{path}/min"), "lint-minimum-for-small-units");
        }
    }
}

/// Somebody under 16 needs a legal representative, and from 7 on a say of their own.
fn minors(definition: &Definition, found: &mut Findings) {
    let youngest = definition.eligibility.iter().find_map(|rule| match &rule.rule {
        EligibilityRule::Age(range) => range.min,
        _ => None,
    });
    let has = |of| definition.declarations.iter().any(|declaration| declaration.of == of);
    if youngest.is_some_and(|age| age < 16)
        && !(has(DeclaredBy::Guardian) && has(DeclaredBy::Child))
    {
        found.error("/declarations", "lint-minors-without-guardian");
    }
    if !definition.declarations.iter().any(|declaration| declaration.required) {
        found.warning("/declarations", "lint-no-declaration");
    }
}
