//! Whether an entry holds what its category asks for.

use entity::{file, part};

use super::{link, subject};
use crate::contest::definition::{Category, Format as Written, OnMiss, Range, Slot, SlotKind};
use crate::contest::moment;
use crate::media::{self, Facts, Format, text};
use crate::refusal::{Arg, Kind, Refused};
use crate::words::vietnam;

/// Everything in which `parts` miss the limits of `category`, by whether it refuses or only warns.
#[must_use]
pub fn faults(
    category: &Category,
    parts: &[part::Model],
    files: &[file::Model],
) -> (Vec<Refused>, Vec<Refused>) {
    let (mut refused, mut warned) = (Vec::new(), Vec::new());
    for slot in &category.slots {
        let held: Vec<&part::Model> =
            parts.iter().filter(|part| part.slot_key == slot.key).collect();
        let mut found = Vec::new();
        count(slot, subject::held(slot, &held), &mut found);
        for part in &held {
            let file = part.file_id.and_then(|id| files.iter().find(|file| file.id == id));
            piece(slot, part, file, &mut found);
        }
        match slot.on_miss {
            OnMiss::Refuse => refused.append(&mut found),
            OnMiss::Warn => warned.append(&mut found),
        }
        warned.extend(unseen(slot, &held));
        let read = held.iter().filter_map(|part| link::read(part.link.as_deref()?));
        warned.extend(read.filter(link::is_short).map(|_| fault(slot, "link-short")));
    }
    (refused, warned)
}

/// What the rules ask of a work elsewhere, which nobody but people can see.
#[must_use]
pub fn unseen(slot: &Slot, held: &[&part::Model]) -> Option<Refused> {
    let asks = slot.kind == SlotKind::Link && !slot.hashtags.is_empty() && !held.is_empty();
    asks.then(|| fault(slot, "hashtags-elsewhere").with("hashtags", slot.hashtags.join(" ")))
}

fn fault(slot: &Slot, code: &'static str) -> Refused {
    Refused::new(Kind::Invalid, code)
        .with("slot", slot.label.vi.as_str())
        .at(format!("slot.{}", slot.key))
}

fn count(slot: &Slot, held: usize, found: &mut Vec<Refused>) {
    let held = u32::try_from(held).unwrap_or(u32::MAX);
    if held < slot.fewest() {
        found.push(fault(slot, "slot-missing").with("fewest", slot.fewest()).with("held", held));
    }
    if held > slot.most() {
        found.push(fault(slot, "slot-full").with("most", slot.most()));
    }
}

fn piece(slot: &Slot, part: &part::Model, file: Option<&file::Model>, found: &mut Vec<Refused>) {
    match (slot.kind, file) {
        (SlotKind::Photo | SlotKind::Video | SlotKind::Document, Some(file)) => {
            self::file(slot, file, found)
        }
        (SlotKind::Text, _) => written(slot, part.body.as_deref().unwrap_or_default(), found),
        (SlotKind::Link, _) => address(slot, part.link.as_deref().unwrap_or_default(), found),
        (SlotKind::Choice, _) => {
            let chosen = part.body.as_deref().unwrap_or_default();
            if !slot.options.iter().any(|option| option.key == chosen) {
                found.push(fault(slot, "choice-unknown"));
            }
        }
        _ => {}
    }
    if let Some(caption) = &slot.caption {
        let words = text::words(part.caption.as_deref().unwrap_or_default());
        if caption.required && words == 0 {
            found.push(fault(slot, "caption-missing"));
        } else if words > 0 {
            within(slot, caption.words, words, "caption", found);
        }
    }
}

/// Says that a slot does not take this format.
#[must_use]
pub fn not_taken(slot: &Slot, format: Format) -> Refused {
    fault(slot, "format-not-taken")
        .with("found", format.name().to_uppercase())
        .with("wanted", wanted(slot))
}

/// Why nothing could be made of a file: the code of a sentence.
#[must_use]
pub fn unusable(file: &file::Model) -> Option<&'static str> {
    Some(match file.refusal.as_deref()? {
        media::ERASED => return None,
        "file-truncated" => "file-truncated",
        "file-stopped" => "file-stopped",
        "file-too-many-scans" => "file-too-many-scans",
        "file-unsafe" => "file-unsafe",
        _ => "file-corrupt",
    })
}

fn file(slot: &Slot, file: &file::Model, found: &mut Vec<Refused>) {
    found.extend(unusable(file).map(|code| fault(slot, code)));
    let Some(format) = Format::of_name(&file.format) else { return };
    if !accepts(slot, format) {
        found.push(not_taken(slot, format));
        return;
    }
    let bytes = u64::try_from(file.bytes).unwrap_or(0);
    if slot.bytes.max.is_some_and(|max| bytes > max.0) {
        let max = slot.bytes.max.map_or(0, |max| max.0);
        found.push(
            fault(slot, "bytes-above")
                .with("found", Arg::Bytes(bytes))
                .with("most", Arg::Bytes(max)),
        );
    }
    if slot.bytes.min.is_some_and(|min| bytes < min.0) {
        let min = slot.bytes.min.map_or(0, |min| min.0);
        found.push(
            fault(slot, "bytes-below")
                .with("found", Arg::Bytes(bytes))
                .with("least", Arg::Bytes(min)),
        );
    }
    let side = |side: Option<i32>| side.and_then(|side| u32::try_from(side).ok());
    if let (Some(width), Some(height)) = (side(file.width), side(file.height)) {
        within(slot, slot.width, width, "width", found);
        within(slot, slot.height, height, "height", found);
        if let Some(aspect) = slot.aspect.as_deref().filter(|aspect| !fits(aspect, width, height)) {
            let size = format!("{width} × {height}");
            found.push(fault(slot, "aspect-other").with("wanted", aspect).with("found", size));
        }
        within(slot, slot.long_side, width.max(height), "long-side", found);
        within(slot, slot.short_side, width.min(height), "short-side", found);
    }
    taken(slot, file, found);
    if let Some(milliseconds) = file.milliseconds {
        let seconds = u32::try_from(milliseconds / 1000).unwrap_or(u32::MAX);
        within(slot, slot.seconds, seconds, "seconds", found);
    }
    if let Some(words) = side(file.words) {
        within(slot, tolerant(slot.words, slot.tolerance_percent), words, "words", found);
    }
}

/// Whether width to height is as asked, one part in fifty missed at most.
fn fits(aspect: &str, width: u32, height: u32) -> bool {
    let Some((across, down)) = crate::contest::definition::ratio(aspect) else { return true };
    let (one, other) = (u64::from(width) * u64::from(down), u64::from(height) * u64::from(across));
    one.abs_diff(other) * 50 <= other
}

/// A file that tells its own day has to tell one that the rules take; one that tells none is
/// believed, as the entrant declares.
fn taken(slot: &Slot, file: &file::Model, found: &mut Vec<Refused>) {
    let Some(on) = file.taken_at.map(|at| vietnam(at).date()) else { return };
    let edge = |written: &Option<String>| written.as_deref().and_then(|day| moment::day(day).ok());
    if let Some(since) = edge(&slot.taken_since).filter(|since| on < *since) {
        let refused = fault(slot, "taken-before").with("found", on.to_string());
        found.push(refused.with("since", since.to_string()));
    }
    if let Some(until) = edge(&slot.taken_until).filter(|until| on > *until) {
        let refused = fault(slot, "taken-after").with("found", on.to_string());
        found.push(refused.with("until", until.to_string()));
    }
}

/// In what a file that was just sent misses the limits of its slot.
#[must_use]
pub fn misfits(slot: &Slot, facts: &Facts, bytes: u64) -> Vec<Refused> {
    let number = |number: Option<u32>| number.and_then(|number| i32::try_from(number).ok());
    let sent = file::Model {
        id: entity::id::FileId::new(),
        storage_key: String::new(),
        name: String::new(),
        sha256: Vec::new(),
        bytes: i64::try_from(bytes).unwrap_or(i64::MAX),
        format: facts.format.name().to_owned(),
        width: number(facts.width),
        height: number(facts.height),
        milliseconds: facts.milliseconds,
        words: number(facts.words),
        taken_at: facts.taken_at,
        camera: None,
        facts: serde_json::Value::Null,
        state: file::State::Received,
        refusal: None,
        progress: None,
        owner_id: None,
        created_at: jiff::Timestamp::UNIX_EPOCH.into(),
    };
    let mut found = Vec::new();
    self::file(slot, &sent, &mut found);
    if slot.on_miss == OnMiss::Warn && accepts(slot, facts.format) {
        found.clear();
    }
    found
}

/// Whether a file of this format may lie in the slot: of its kind, and named where formats are.
#[must_use]
pub fn accepts(slot: &Slot, format: Format) -> bool {
    let kind = match slot.kind {
        SlotKind::Photo => media::Kind::Picture,
        SlotKind::Video => media::Kind::Video,
        SlotKind::Document => media::Kind::Document,
        _ => return false,
    };
    let named = slot.formats.is_empty()
        || slot.formats.iter().any(|written| name(*written) == format.name());
    format.kind() == kind && named
}

fn wanted(slot: &Slot) -> String {
    let named: Vec<String> =
        slot.formats.iter().map(|format| name(*format).to_uppercase()).collect();
    if !named.is_empty() {
        return named.join(", ");
    }
    match slot.kind {
        SlotKind::Photo => "JPEG, PNG, WEBP, HEIC, AVIF, GIF".to_owned(),
        SlotKind::Video => "MP4, MOV, WEBM, MKV".to_owned(),
        _ => "DOCX, PDF, TXT".to_owned(),
    }
}

fn name(format: Written) -> &'static str {
    match format {
        Written::Jpeg => "jpeg",
        Written::Png => "png",
        Written::Webp => "webp",
        Written::Heic => "heic",
        Written::Avif => "avif",
        Written::Gif => "gif",
        Written::Mp4 => "mp4",
        Written::Mov => "mov",
        Written::Webm => "webm",
        Written::Mkv => "mkv",
        Written::Pdf => "pdf",
        Written::Docx => "docx",
        Written::Txt => "txt",
    }
}

fn written(slot: &Slot, body: &str, found: &mut Vec<Refused>) {
    let words = tolerant(slot.words, slot.tolerance_percent);
    within(slot, words, text::words(body), "words", found);
    let characters = tolerant(slot.characters, slot.tolerance_percent);
    within(slot, characters, text::characters(body), "characters", found);
    let body = body.to_lowercase();
    let part_of_tag = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '#');
    let tags: Vec<&str> = body.split(|letter| !part_of_tag(letter)).collect();
    let missing = slot.hashtags.iter().filter(|tag| !tags.contains(&tag.to_lowercase().as_str()));
    let missing: Vec<&str> = missing.map(String::as_str).collect();
    if !missing.is_empty() {
        found.push(fault(slot, "hashtags-missing").with("hashtags", missing.join(" ")));
    }
}

/// The range widened by so many per cent at both ends, rounded in the entrant's favour.
fn tolerant(range: Range<u32>, percent: u32) -> Range<u32> {
    let part = |edge: u32| u64::from(edge) * u64::from(percent);
    let below =
        |edge: u32| edge.saturating_sub(u32::try_from(part(edge).div_ceil(100)).unwrap_or(edge));
    let above =
        |edge: u32| edge.saturating_add(u32::try_from(part(edge).div_ceil(100)).unwrap_or(0));
    Range { min: range.min.map(below), max: range.max.map(above) }
}

fn address(slot: &Slot, typed: &str, found: &mut Vec<Refused>) {
    match link::read(typed) {
        None => found.push(fault(slot, "link-unreadable")),
        Some(link) if !link::is_on(&link, &slot.hosts) => {
            found.push(fault(slot, "link-elsewhere").with("hosts", slot.hosts.join(", ")));
        }
        Some(_) => {}
    }
}

fn within(slot: &Slot, range: Range<u32>, value: u32, what: &str, found: &mut Vec<Refused>) {
    let (below, above) = match what {
        "width" => ("width-below", "width-above"),
        "height" => ("height-below", "height-above"),
        "long-side" => ("long-side-below", "long-side-above"),
        "short-side" => ("short-side-below", "short-side-above"),
        "seconds" => ("seconds-below", "seconds-above"),
        "words" => ("words-below", "words-above"),
        "characters" => ("characters-below", "characters-above"),
        _ => ("caption-below", "caption-above"),
    };
    if let Some(least) = range.min.filter(|least| value < *least) {
        found.push(fault(slot, below).with("least", least).with("found", value));
    }
    if let Some(most) = range.max.filter(|most| value > *most) {
        found.push(fault(slot, above).with("most", most).with("found", value));
    }
}
