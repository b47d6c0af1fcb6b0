//! What rules say in words, what judges mark, and the contest above: fields of the form.

use std::collections::BTreeSet;

use crate::contest::definition::{
    Criterion, Definition, Promotion, PromotionBasis, Range, Round, RoundKind, Text,
};
use crate::refusal::{Kind, Refused};
use crate::words::fold;

/// Empty criteria that each round offers beside its own.
const SPARE: usize = 2;

/// Rounds that are marked by criteria, with their places in the definition.
pub fn scored(definition: &Definition) -> impl Iterator<Item = (usize, &Round)> {
    definition.rounds.iter().enumerate().filter(|(_, round)| round.kind == RoundKind::Score)
}

/// How many criteria the form of a round shows.
#[must_use]
pub fn rows(round: &Round) -> usize {
    round.criteria.len() + SPARE
}

/// What a definition says of them, field by field.
pub(super) fn fields(definition: &Definition) -> Vec<(String, String)> {
    let rules = definition.rules.as_ref().map(|rules| rules.vi.trim().to_owned());
    let most = definition.promotion.as_ref().and_then(|up| up.count.max);
    let mut fields = vec![
        ("rules".to_owned(), rules.unwrap_or_default()),
        ("parent".to_owned(), definition.parent.clone().unwrap_or_default()),
        ("up".to_owned(), most.map(|most| most.to_string()).unwrap_or_default()),
    ];
    for (at, round) in scored(definition) {
        for number in 0..rows(round) {
            let one = round.criteria.get(number);
            let name = |part: &str| format!("round.{at}.criterion.{number}.{part}");
            let label = one.map(|one| one.label.vi.clone()).unwrap_or_default();
            let max = one.map(|one| one.max.to_string()).unwrap_or_default();
            let weight = one.and_then(|one| one.weight).map(|weight| weight.to_string());
            fields.push((name("label"), label));
            fields.push((name("max"), max));
            fields.push((name("weight"), weight.unwrap_or_default()));
        }
    }
    fields
}

/// Puts the words of the rules and the contest above back; without a contest above, nothing goes up.
pub(super) fn put(
    definition: &mut Definition,
    field: &dyn Fn(&str) -> Option<String>,
    refused: &mut Vec<Refused>,
) {
    let known = definition.rules.as_ref().map(|rules| rules.vi.trim().to_owned());
    if let Some(rules) = field("rules")
        && rules != known.unwrap_or_default()
    {
        definition.rules = (!rules.is_empty()).then_some(Text { vi: rules, en: None });
    }
    if let Some(parent) = field("parent") {
        definition.parent = (!parent.is_empty()).then_some(parent);
        if definition.parent.is_none() {
            definition.promotion = None;
        }
    }
    if let Some(most) = number(field, "up", refused)
        && definition.parent.is_some()
    {
        match (&mut definition.promotion, most) {
            (Some(up), most) => up.count.max = most,
            (None, None) => {}
            (none, most) => {
                let count = Range { min: None, max: most };
                let basis = PromotionBasis::Chosen;
                *none = Some(Promotion { count, basis, category: None });
            }
        }
    }
    for (at, round) in definition.rounds.iter_mut().enumerate() {
        put_criteria(round, at, field, refused);
    }
}

/// Puts the criteria of a round back: one whose name was emptied is taken out.
fn put_criteria(
    round: &mut Round,
    at: usize,
    field: &dyn Fn(&str) -> Option<String>,
    refused: &mut Vec<Refused>,
) {
    let name = |number: usize, part: &str| format!("round.{at}.criterion.{number}.{part}");
    if round.kind != RoundKind::Score || field(&name(0, "label")).is_none() {
        return;
    }
    let mut keys: BTreeSet<String> = round.criteria.iter().map(|one| one.key.clone()).collect();
    let mut kept = Vec::new();
    for place in 0.. {
        let Some(label) = field(&name(place, "label")) else { break };
        if label.is_empty() {
            continue;
        }
        let max = number(field, &name(place, "max"), refused).flatten();
        let weight = number(field, &name(place, "weight"), refused).flatten();
        let mut one = round.criteria.get(place).cloned().unwrap_or_else(|| Criterion {
            key: key(&label, &mut keys),
            label: Text { vi: label.clone(), en: None },
            hint: None,
            max: 10,
            weight: None,
            step_hundredths: 100,
        });
        if one.label.vi != label {
            one.label = Text { vi: label, en: None };
        }
        one.max = max.unwrap_or(one.max);
        one.weight = weight;
        kept.push(one);
    }
    round.criteria = kept;
}

/// A key of its own for a new criterion, after its name.
fn key(label: &str, known: &mut BTreeSet<String>) -> String {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == ' ';
    let words: String = fold(label).chars().filter(|c| plain(*c)).take(40).collect();
    let stem = words.split_whitespace().collect::<Vec<_>>().join("-");
    let stem = if stem.is_empty() { "criterion".to_owned() } else { stem };
    let numbered = (2..).map(|number| format!("{stem}-{number}"));
    let mut all = std::iter::once(stem.clone()).chain(numbered);
    let free = all.find(|key| !known.contains(key)).unwrap_or(stem);
    known.insert(free.clone());
    free
}

/// A number as it was written; none where nothing was sent, or what is no number, which is said.
fn number(
    field: &dyn Fn(&str) -> Option<String>,
    name: &str,
    refused: &mut Vec<Refused>,
) -> Option<Option<u32>> {
    let written = field(name)?;
    if written.is_empty() {
        return Some(None);
    }
    let number = written.trim_end_matches('%').trim().parse().ok();
    if number.is_none() {
        let fault = Refused::new(Kind::Invalid, "shape-number-wanted").at(name);
        refused.push(fault.with("written", written));
    }
    number.map(Some)
}

/// The field that a path below `/rounds` is about, where it is one of these.
pub(super) fn field_of(steps: &[&str]) -> Option<String> {
    let [_, at, "criteria", rest @ ..] = steps else { return None };
    let number = rest.first().copied().unwrap_or("0");
    let part = match rest.get(1).copied() {
        Some("label") => "label",
        Some("max") | None if !rest.is_empty() => "max",
        _ => "weight",
    };
    Some(format!("round.{at}.criterion.{number}.{part}"))
}
