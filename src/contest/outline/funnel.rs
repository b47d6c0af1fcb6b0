//! The funnel of rounds: how many entries go into each, how many come out, and what that asks of
//! the panel; and its few numbers as fields.

use std::collections::BTreeMap;

use crate::contest::definition::{
    Aggregate, Definition, Gate, Moment, Phase, PhaseKind, Round, RoundKind, Text,
};
use crate::refusal::{Kind, Refused};

/// One round of the funnel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stage {
    /// Its key.
    pub key: String,
    /// Entries that go into it.
    pub into: u64,
    /// Entries that come out of it; as many as go in where the rules do not limit them.
    pub out: u64,
    /// Judges on its panel.
    pub panel: u64,
    /// Sheets to be filled, or pairs to be compared at most; 0 where the panel talks.
    pub sheets: u64,
    /// Most of them that one judge has.
    pub each: u64,
}

/// What each round makes of `entries`, by category, with these panels, by round.
#[must_use]
pub fn funnel(
    definition: &Definition,
    entries: &BTreeMap<String, u64>,
    panels: &BTreeMap<String, u64>,
) -> Vec<Stage> {
    let mut stages: Vec<Stage> = Vec::new();
    for (at, round) in definition.rounds.iter().enumerate() {
        let within = |key: &String| round.categories.is_empty() || round.categories.contains(key);
        let all: u64 = entries.iter().filter(|(key, _)| within(key)).map(|(_, n)| n).sum();
        let before = definition.rounds[..at].iter().zip(&stages);
        let before = before.rev().find(|(other, _)| share(round, other));
        let into = before.map_or(all, |(_, stage)| stage.out.min(all));
        let pass = round.gate.as_ref().and_then(Gate::most);
        let into = pass.map_or(into, |most| into.min(u64::from(most)));
        let out = round.goes_on.map_or(into, |most| into.min(u64::from(most)));
        let panel = panels.get(&round.key).copied().unwrap_or(0);
        let own = entries.iter().filter(|(key, _)| within(key)).map(|(_, n)| *n);
        let (sheets, each) = match round.kind {
            RoundKind::Deliberate => (0, 0),
            RoundKind::Pairwise => compared(round, &own.collect::<Vec<_>>(), into, panel),
            _ => marked(round, into, panel),
        };
        stages.push(Stage { key: round.key.clone(), into, out, panel, sheets, each });
    }
    stages
}

/// Sheets to be filled, and the most of one judge.
fn marked(round: &Round, into: u64, panel: u64) -> (u64, u64) {
    let judges = round.judges_per_entry.map_or(panel, |each| u64::from(each).min(panel));
    let shared = into.min(u64::from(round.calibration));
    let sheets = into * judges + shared * (panel - judges);
    let even = sheets.checked_div(panel).unwrap_or(0);
    (sheets, even + u64::from(panel > 0 && !sheets.is_multiple_of(panel)))
}

/// Pairs to be compared, and the most of one judge: all that there are, or as many as the round
/// says. Only entries of one category are compared; of which categories those are that are left by
/// an earlier round nobody knows, and they may be of one.
fn compared(round: &Round, by_category: &[u64], into: u64, panel: u64) -> (u64, u64) {
    let pairs = |of: u64| of * of.saturating_sub(1) / 2;
    let apart: u64 = by_category.iter().map(|of| pairs(*of)).sum();
    let each = apart.min(pairs(into)).min(round.comparisons.map_or(u64::MAX, u64::from));
    (each * panel, each)
}

/// Whether two rounds judge a category both.
fn share(one: &Round, other: &Round) -> bool {
    one.categories.is_empty()
        || other.categories.is_empty()
        || one.categories.iter().any(|key| other.categories.contains(key))
}

/// The numbers and days of the rounds, field by field.
#[must_use]
pub fn round_fields(definition: &Definition) -> Vec<(String, String)> {
    let shown = |number: Option<u32>| number.map(|n| n.to_string()).unwrap_or_default();
    let rounds = definition.rounds.iter().enumerate();
    let fields = rounds.flat_map(|(at, round)| {
        let needed = match round.kind {
            RoundKind::Screen => Some(round.yes_needed),
            RoundKind::Veto => Some(round.vetoes),
            RoundKind::Pairwise => round.comparisons,
            _ => None,
        };
        let phase = definition.phase(&round.phase);
        let days = phase.map(|phase| (phase.opens.0.clone(), phase.closes.0.clone()));
        [
            (format!("round.{at}.goes_on"), shown(round.goes_on)),
            (format!("round.{at}.each"), shown(round.judges_per_entry)),
            (format!("round.{at}.calibration"), round.calibration.to_string()),
            (format!("round.{at}.quorum"), round.quorum.to_string()),
            (format!("round.{at}.needed"), shown(needed)),
            (format!("round.{at}.settled"), shown(round.settled_percent)),
            (
                format!("round.{at}.opens"),
                days.as_ref().map(|days| days.0.clone()).unwrap_or_default(),
            ),
            (format!("round.{at}.closes"), days.map(|days| days.1).unwrap_or_default()),
        ]
    });
    fields.collect()
}

/// Puts the numbers and days of the rounds back. A field that was not sent leaves the round as it is.
///
/// # Errors
/// Everything that is no number, each at its field; the definition is then half changed.
pub fn put_rounds(
    definition: &mut Definition,
    sent: &[(String, String)],
) -> Result<(), Vec<Refused>> {
    let mut refused = Vec::new();
    let mut read = |name: String| -> Option<Option<u32>> {
        let (_, written) = sent.iter().find(|(key, _)| *key == name)?;
        match written.trim() {
            "" => Some(None),
            number => number.parse().map(Some).ok().or_else(|| {
                let fault = Refused::new(Kind::Invalid, "shape-number-wanted").at(name);
                refused.push(fault.with("written", written.as_str()));
                None
            }),
        }
    };
    for (at, round) in definition.rounds.iter().enumerate() {
        let day = |name: &str| {
            let name = format!("round.{at}.{name}");
            let (_, day) = sent.iter().find(|(key, day)| *key == name && !day.trim().is_empty())?;
            Some(Moment(day.trim().to_owned()))
        };
        for phase in definition.phases.iter_mut().filter(|phase| phase.key == round.phase) {
            phase.opens = day("opens").unwrap_or_else(|| phase.opens.clone());
            phase.closes = day("closes").unwrap_or_else(|| phase.closes.clone());
        }
    }
    for (at, round) in definition.rounds.iter_mut().enumerate() {
        if let Some(most) = read(format!("round.{at}.goes_on")) {
            round.goes_on = most;
        }
        if let Some(each) = read(format!("round.{at}.each")) {
            round.judges_per_entry = each;
        }
        if let Some(shared) = read(format!("round.{at}.calibration")) {
            round.calibration = shared.unwrap_or(0);
        }
        if let Some(Some(quorum)) = read(format!("round.{at}.quorum")) {
            round.quorum = quorum;
        }
        match (read(format!("round.{at}.needed")), round.kind) {
            (Some(Some(needed)), RoundKind::Screen) => round.yes_needed = needed,
            (Some(Some(needed)), RoundKind::Veto) => round.vetoes = needed,
            (Some(needed), RoundKind::Pairwise) => round.comparisons = needed,
            _ => {}
        }
        if let Some(percent) = read(format!("round.{at}.settled")) {
            round.settled_percent = percent;
        }
    }
    if refused.is_empty() { Ok(()) } else { Err(refused) }
}

/// A round that is to be added: what judges do, its name, and the days between which they do it.
#[derive(Clone, Debug)]
pub struct Added<'a> {
    /// What judges do.
    pub kind: RoundKind,
    /// Its name.
    pub title: &'a str,
    /// First and last day, as typed.
    pub days: (&'a str, &'a str),
    /// Key of the round before which it stands; none: it is the last.
    pub before: Option<&'a str>,
}

/// Pairs that each judge compares where a round of pairs is added.
const COMPARISONS: u32 = 30;

/// Adds a round with its phase. What it marks is taken from the round that scores, if there is one.
pub fn add_round(definition: &mut Definition, added: &Added<'_>) {
    let taken = |key: &str| definition.phase(key).is_some() || definition.round(key).is_some();
    let key = (2..).map(|n| format!("round-{n}")).find(|key| !taken(key)).unwrap_or_default();
    let scored = definition.rounds.iter().find(|round| !round.criteria.is_empty());
    let criteria = scored.map(|round| round.criteria.clone()).unwrap_or_default();
    let is = |kind| added.kind == kind;
    let round = Round {
        key: key.clone(),
        title: Text { vi: added.title.to_owned(), en: None },
        kind: added.kind,
        phase: key.clone(),
        categories: Vec::new(),
        gate: None,
        blind: true,
        judges_per_entry: None,
        calibration: 0,
        quorum: 1,
        criteria: if is(RoundKind::Score) { criteria } else { Vec::new() },
        yes_needed: 1,
        vetoes: 1,
        places: None,
        place_points: Vec::new(),
        comparisons: is(RoundKind::Pairwise).then_some(COMPARISONS),
        settled_percent: None,
        aggregate: if is(RoundKind::Rank) { Aggregate::Borda } else { Aggregate::Mean },
        goes_on: None,
    };
    let at = added.before.and_then(|key| definition.rounds.iter().position(|one| one.key == key));
    definition.rounds.insert(at.unwrap_or(definition.rounds.len()), round);
    let (opens, closes) = added.days;
    definition.phases.push(Phase {
        key,
        kind: PhaseKind::Round,
        title: None,
        opens: Moment(opens.to_owned()),
        closes: Moment(closes.to_owned()),
        grace_minutes: 0,
    });
}

/// Takes a round out, and its phase where no other round needs it.
pub fn remove_round(definition: &mut Definition, key: &str) {
    let Some(at) = definition.rounds.iter().position(|round| round.key == key) else { return };
    let gone = definition.rounds.remove(at);
    let needed = definition.rounds.iter().any(|round| round.phase == gone.phase);
    if !needed {
        definition.phases.retain(|phase| phase.key != gone.phase);
    }
}
