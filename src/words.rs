//! Words: every sentence that people read, in Vietnamese and English.
//!
//! Texts are Fluent files under `templates/words/<language>/`, built into the binary. A key that
//! is missing prints itself, and a test finds it.

use std::sync::LazyLock;

use entity::instant::Instant;
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use intl_memoizer::concurrent::IntlLangMemoizer;
use jiff::ZonedDateTime;
use jiff::tz::{self, TimeZone};
use rust_embed::RustEmbed;
use unicode_normalization::UnicodeNormalization;

use crate::refusal::Arg;

/// A language of the site.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Lang {
    /// Vietnamese.
    #[default]
    Vi,
    /// English.
    En,
}

impl Lang {
    /// Its tag, as in `<html lang>` and in rows.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::Vi => "vi",
            Self::En => "en",
        }
    }

    /// The language with this tag; Vietnamese for any other.
    #[must_use]
    pub fn of(tag: &str) -> Self {
        if tag == "en" { Self::En } else { Self::Vi }
    }

    /// The language with exactly this tag.
    #[must_use]
    pub fn named(tag: &str) -> Option<Self> {
        [Self::Vi, Self::En].into_iter().find(|lang| lang.tag() == tag)
    }

    /// Whether it is English, for [`crate::contest::definition::Text::read`].
    #[must_use]
    pub fn is_english(self) -> bool {
        self == Self::En
    }
}

#[derive(RustEmbed)]
#[folder = "templates/words/"]
struct Files;

type Bundle = FluentBundle<FluentResource>;

static BUNDLES: LazyLock<[Bundle; 2]> = LazyLock::new(|| [bundle(Lang::Vi), bundle(Lang::En)]);

fn bundle(lang: Lang) -> Bundle {
    let mut bundle = Bundle::new_concurrent(lang.tag().parse().into_iter().collect());
    bundle.set_use_isolating(false);
    bundle.set_formatter(Some(match lang {
        Lang::Vi => |value: &FluentValue<'_>, _: &IntlLangMemoizer| grouped(value, Lang::Vi),
        Lang::En => |value: &FluentValue<'_>, _: &IntlLangMemoizer| grouped(value, Lang::En),
    }));
    for name in Files::iter().filter(|name| name.starts_with(lang.tag())) {
        let text = Files::get(&name).map(|file| String::from_utf8_lossy(&file.data).into_owned());
        let resource = FluentResource::try_new(text.unwrap_or_default());
        bundle.add_resource_overriding(resource.unwrap_or_else(|(resource, _)| resource));
    }
    bundle
}

fn grouped(value: &FluentValue<'_>, lang: Lang) -> Option<String> {
    match value {
        FluentValue::Number(number) if number.value.fract() == 0.0 => {
            Some(self::number(lang, number.value as i64))
        }
        _ => None,
    }
}

/// What an act of the audit log is called; its code where it has no words.
#[must_use]
pub fn act(lang: Lang, code: &str) -> String {
    let key = format!("act-{code}");
    let said = say(lang, &key, &[]);
    if said == key { code.to_owned() } else { said }
}

/// The sentence with this key.
#[must_use]
pub fn say(lang: Lang, key: &str, args: &[(&str, Arg)]) -> String {
    let bundle = &BUNDLES[usize::from(lang.is_english())];
    let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) else {
        return key.to_owned();
    };
    let mut values = FluentArgs::new();
    for (name, arg) in args {
        values.set(*name, written(lang, arg));
    }
    bundle.format_pattern(pattern, Some(&values), &mut Vec::new()).into_owned()
}

fn written(lang: Lang, arg: &Arg) -> FluentValue<'static> {
    match arg {
        Arg::Text(text) => text.clone().into(),
        Arg::Number(number) => (*number).into(),
        Arg::Bytes(bytes) => self::bytes(lang, *bytes).into(),
        Arg::Moment(moment) => self::moment(lang, *moment).into(),
        Arg::End(moment) => end(lang, *moment, true).into(),
    }
}

/// Whether there is a sentence with this key in `lang`.
#[must_use]
pub fn knows(lang: Lang, key: &str) -> bool {
    BUNDLES[usize::from(lang.is_english())].has_message(key)
}

/// Names of the files of words with their texts, such as `vi/layout.ftl`; for the test that holds
/// both languages together.
pub fn files() -> impl Iterator<Item = (String, String)> {
    Files::iter().filter_map(|name| {
        let data = Files::get(&name)?.data;
        Some((name.into_owned(), String::from_utf8_lossy(&data).into_owned()))
    })
}

/// Sentences for a script, as JSON: every key that begins with `room` and a hyphen, without that
/// beginning. What the script fills in is written `%name`.
#[must_use]
pub fn phrases(lang: Lang, room: &str) -> String {
    let files = files().filter(|(name, _)| name.starts_with(lang.tag()));
    let mut said = serde_json::Map::new();
    for (_, text) in files {
        for line in text.lines() {
            let key = line.strip_prefix(room).and_then(|line| line.strip_prefix('-'));
            if let Some((key, _)) = key.and_then(|line| line.split_once(" = ")) {
                said.insert(key.to_owned(), say(lang, &format!("{room}-{key}"), &[]).into());
            }
        }
    }
    serde_json::Value::Object(said).to_string()
}

/// A whole number as the language groups it: 1.234.567, or 1,234,567.
#[must_use]
pub fn number(lang: Lang, number: i64) -> String {
    let mark = if lang.is_english() { ',' } else { '.' };
    let digits = number.unsigned_abs().to_string();
    let mut text = String::from(if number < 0 { "-" } else { "" });
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(mark);
        }
        text.push(digit);
    }
    text
}

/// A number of millionths with `decimals` places: 8,50, or 8.50.
#[must_use]
pub fn millionths(lang: Lang, millionths: i64, decimals: u32) -> String {
    let step = 10_i64.pow(6 - decimals.min(6));
    let rounded = millionths.saturating_abs().saturating_add(step / 2) / step;
    let unit = 10_i64.pow(decimals.min(6));
    let sign = if millionths < 0 && rounded > 0 { "-" } else { "" };
    let whole = number(lang, rounded / unit);
    if decimals == 0 {
        return format!("{sign}{whole}");
    }
    let mark = if lang.is_english() { '.' } else { ',' };
    format!("{sign}{whole}{mark}{:0width$}", rounded % unit, width = decimals as usize)
}

/// A number of billionths with as many places as it has: 8, 8,5, or 68,260619449.
#[must_use]
pub fn billionths(lang: Lang, billionths: i128) -> String {
    const UNIT: i128 = 1_000_000_000;
    let sign = if billionths < 0 { "-" } else { "" };
    let whole = i64::try_from(billionths.abs() / UNIT).unwrap_or(i64::MAX);
    let places = format!("{:09}", billionths.abs() % UNIT);
    let mark = if lang.is_english() { '.' } else { ',' };
    let told = format!("{sign}{}{mark}{places}", number(lang, whole));
    told.trim_end_matches('0').trim_end_matches(mark).to_owned()
}

/// A number of bytes as phones show it: 27,4 MB.
#[must_use]
pub fn bytes(lang: Lang, bytes: u64) -> String {
    let (unit, name) = match bytes {
        0..1_000 => return format!("{bytes} B"),
        1_000..1_000_000 => (1_000, "KB"),
        1_000_000..1_000_000_000 => (1_000_000, "MB"),
        _ => (1_000_000_000, "GB"),
    };
    let tenths = i64::try_from(bytes * 10 / unit).unwrap_or(i64::MAX / 1_000_000);
    let places = u32::from(tenths % 10 != 0);
    format!("{}\u{a0}{name}", millionths(lang, tenths * 100_000, places))
}

/// An amount in đồng: 1.000.000 đồng.
#[must_use]
pub fn money(lang: Lang, amount: u64) -> String {
    let amount = number(lang, i64::try_from(amount).unwrap_or(i64::MAX));
    format!("{amount}\u{a0}{}", if lang.is_english() { "VND" } else { "đồng" })
}

/// The moment on Vietnamese clocks.
#[must_use]
pub fn vietnam(moment: Instant) -> ZonedDateTime {
    moment.timestamp().to_zoned_datetime(TimeZone::fixed(tz::offset(7)))
}

/// Hour and day: "17 giờ 00 ngày 30/4/2026", or "17:00 on 30 April 2026".
#[must_use]
pub fn moment(lang: Lang, moment: Instant) -> String {
    let local = vietnam(moment);
    match lang {
        Lang::Vi => {
            format!("{} giờ {:02} ngày {}", local.hour(), local.minute(), day(lang, moment))
        }
        Lang::En => format!("{:02}:{:02} on {}", local.hour(), local.minute(), day(lang, moment)),
    }
}

/// How long it is from `now` until then, in the largest unit that fits: "Còn 12 ngày". Days are
/// full ones, so that nobody is told of a day too many.
#[must_use]
pub fn left(lang: Lang, now: Instant, until: Instant) -> String {
    let minutes = (until.micros() - now.micros()) / 60_000_000;
    let (key, count) = match minutes {
        ..=0 => ("left-none", 0),
        1..60 => ("left-minutes", minutes),
        60..2_880 => ("left-hours", minutes / 60),
        _ => ("left-days", minutes / 1_440),
    };
    say(lang, key, &[("count", Arg::Number(count))])
}

/// The last hour and day on which something is open, with its weekday: "17 giờ 00 thứ Năm ngày 30
/// tháng 4". Midnight is the last minute of the day before, and the year is said unless it is
/// this one.
#[must_use]
pub fn deadline(lang: Lang, now: Instant, until: Instant) -> String {
    let last = vietnam(until.plus_seconds(-60)).year();
    end(lang, until, last != vietnam(now).year())
}

/// The end of something, with its year or without.
fn end(lang: Lang, until: Instant, with_year: bool) -> String {
    let at = vietnam(until);
    let is_midnight = at.hour() == 0 && at.minute() == 0;
    let last = if is_midnight { vietnam(until.plus_seconds(-60)) } else { at };
    let weekday = usize::from(last.weekday().to_monday_zero_offset().unsigned_abs());
    let years = if with_year { " năm %Y" } else { "" };
    if lang.is_english() {
        return last
            .strftime(&format!("%H:%M on %A %-d %B{}", if years.is_empty() { "" } else { " %Y" }))
            .to_string();
    }
    let weekday = WEEKDAYS[weekday];
    let form = format!("%-H giờ %M {weekday} ngày %-d tháng %-m{years}");
    last.strftime(&form).to_string()
}

const WEEKDAYS: [&str; 7] =
    ["thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật"];

/// To the second: "16:58:03 ngày 30/4/2026".
#[must_use]
pub fn second(lang: Lang, moment: Instant) -> String {
    let local = vietnam(moment);
    let on = if lang.is_english() { "on" } else { "ngày" };
    format!(
        "{:02}:{:02}:{:02} {on} {}",
        local.hour(),
        local.minute(),
        local.second(),
        day_of(lang, &local)
    )
}

/// The day: 30/4/2026, or 30 April 2026.
#[must_use]
pub fn day(lang: Lang, moment: Instant) -> String {
    day_of(lang, &vietnam(moment))
}

/// The day as papers that are signed say it: "ngày 05 tháng 02 năm 2026", or "5 February 2026". Days
/// below ten and the first two months have a nought, so that nothing can be written before them.
#[must_use]
pub fn date(lang: Lang, moment: Instant) -> String {
    let local = vietnam(moment);
    let month = if local.month() < 3 { "%m" } else { "%-m" };
    match lang {
        Lang::Vi => local.strftime(&format!("ngày %d tháng {month} năm %Y")).to_string(),
        Lang::En => day_of(lang, &local),
    }
}

fn day_of(lang: Lang, local: &ZonedDateTime) -> String {
    match lang {
        Lang::Vi => format!("{}/{}/{}", local.day(), local.month(), local.year()),
        Lang::En => local.strftime("%-d %B %Y").to_string(),
    }
}

/// Text in the one form that we keep: NFC, without control characters but line ends.
#[must_use]
pub fn nfc(text: &str) -> String {
    if text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic()) {
        return text.to_owned();
    }
    let kept = text.replace("\r\n", "\n");
    kept.nfc().filter(|letter| !letter.is_control() || matches!(letter, '\n' | '\t')).collect()
}

/// Text as search compares it: lower case without diacritics, đ as d, single spaces.
#[must_use]
pub fn fold(text: &str) -> String {
    let bare = text.nfd().filter(|letter| !unicode_normalization::char::is_combining_mark(*letter));
    let lower: String = bare.flat_map(char::to_lowercase).collect();
    let plain: String = lower
        .chars()
        .map(|letter| match letter {
            'đ' => 'd',
            letter if letter.is_alphanumeric() => letter,
            _ => ' ',
        })
        .collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}
