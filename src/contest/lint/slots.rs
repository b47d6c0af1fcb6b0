//! What a slot asks for: ends in order, and limits that its kind can be measured by.

use super::Findings;
use crate::contest::definition::{Format, Range, Slot, SlotKind, ratio};
use crate::contest::moment::{self, Error};

pub(super) fn check(slot: &Slot, rules: &str, path: &str, found: &mut Findings) {
    found.ordered(slot.count, &format!("{path}/count"));
    found.ordered(slot.bytes, &format!("{path}/bytes"));
    found.ordered(slot.long_side, &format!("{path}/long_side"));
    found.ordered(slot.short_side, &format!("{path}/short_side"));
    found.ordered(slot.width, &format!("{path}/width"));
    found.ordered(slot.height, &format!("{path}/height"));
    found.ordered(slot.seconds, &format!("{path}/seconds"));
    found.ordered(slot.words, &format!("{path}/words"));
    found.ordered(slot.characters, &format!("{path}/characters"));
    if let Some(caption) = &slot.caption {
        found.ordered(caption.words, &format!("{path}/caption/words"));
    }
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
    if slot.aspect.as_deref().is_some_and(|aspect| ratio(aspect).is_none()) {
        found.error(format!("{path}/aspect"), "lint-no-aspect");
    }
    if counts_words(slot, rules) {
        found.advice(format!("{path}/characters"), "lint-characters-of-words");
    }
    taken(slot, path, found);
    measured(slot, path, found);
}

/// Whether characters are limited where people speak of words, for which "chữ" stands: in the label
/// or the hint, or in the rules behind the number of a limit.
fn counts_words(slot: &Slot, rules: &str) -> bool {
    let limits: Vec<String> = [slot.characters.min, slot.characters.max]
        .into_iter()
        .flatten()
        .map(|limit| limit.to_string())
        .collect();
    let hint = slot.hint.as_ref().map(|hint| hint.vi.as_str()).unwrap_or_default();
    let said = [slot.label.vi.as_str(), hint];
    let behind = |before: &str| limits.iter().any(|limit| *limit == before.replace(['.', ','], ""));
    !limits.is_empty()
        && (said.into_iter().any(|text| words_named(text, |_| true)) || words_named(rules, behind))
}

/// Whether a text names words, behind something that `fits`. Signatures (chữ ký), letters (chữ cái),
/// digits (chữ số) and writing (chữ viết) are none.
fn words_named(text: &str, fits: impl Fn(&str) -> bool) -> bool {
    let text = text.to_lowercase();
    let bare = |word| str::trim_matches(word, |letter: char| !letter.is_alphanumeric());
    let words: Vec<&str> = text.split_whitespace().map(bare).collect();
    words.iter().enumerate().any(|(at, word)| {
        let before = at.checked_sub(1).map_or("", |at| words[at]);
        let after = words.get(at + 1).copied().unwrap_or_default();
        *word == "chữ" && fits(before) && !matches!(after, "ký" | "kí" | "cái" | "số" | "viết")
    })
}

/// Limits that the kind of the slot cannot be measured by: they would bind nothing.
fn measured(slot: &Slot, path: &str, found: &mut Findings) {
    use SlotKind::{Choice, Document, Link, Photo, Text, Video};
    let free = Range::default();
    let limits: [(&str, bool, &[SlotKind]); 16] = [
        ("formats", !slot.formats.is_empty(), &[Photo, Video, Document]),
        ("bytes", slot.bytes != Range::default(), &[Photo, Video, Document]),
        ("long_side", slot.long_side != free, &[Photo, Video]),
        ("short_side", slot.short_side != free, &[Photo, Video]),
        ("width", slot.width != free, &[Photo, Video]),
        ("height", slot.height != free, &[Photo, Video]),
        ("aspect", slot.aspect.is_some(), &[Photo, Video]),
        ("seconds", slot.seconds != free, &[Video]),
        ("words", slot.words != free, &[Text, Document]),
        ("characters", slot.characters != free, &[Text]),
        ("hosts", !slot.hosts.is_empty(), &[Link]),
        ("hashtags", !slot.hashtags.is_empty(), &[Link, Text]),
        ("taken_since", slot.taken_since.is_some(), &[Photo]),
        ("taken_until", slot.taken_until.is_some(), &[Photo]),
        ("place", slot.place, &[Photo]),
        ("options", !slot.options.is_empty(), &[Choice]),
    ];
    for (field, _, _) in limits.iter().filter(|(_, set, kinds)| *set && !kinds.contains(&slot.kind))
    {
        found.warning(format!("{path}/{field}"), "lint-limit-of-another-kind");
    }
}

/// Days on which a work may have been taken.
fn taken(slot: &Slot, path: &str, found: &mut Findings) {
    let mut read = |field: &str, written: &Option<String>| {
        let written = written.as_deref()?;
        match moment::day(written) {
            Ok(day) => return Some(day),
            Err(Error::NoSuchDay(last)) => {
                let finding = found.error(format!("{path}/{field}"), "lint-no-such-day");
                finding.with("written", written).with("last", i64::from(last));
            }
            Err(Error::Unreadable(_)) => {
                let finding = found.error(format!("{path}/{field}"), "lint-moment-unreadable");
                finding.with("written", written);
            }
        }
        None
    };
    let since = read("taken_since", &slot.taken_since);
    let until = read("taken_until", &slot.taken_until);
    if let (Some(since), Some(until)) = (since, until)
        && until < since
    {
        found.error(format!("{path}/taken_until"), "lint-taken-impossible");
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
