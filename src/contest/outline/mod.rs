//! The outline: the few things in which most contests differ, as fields of a form.
//!
//! The pages draw these fields and put them back into the definition; everything else in it stays
//! as it is. Whether the whole makes sense is for [`super::lint`] to say; its paths are led back to
//! the fields by [`field_of`].

mod days;
mod funnel;
mod rules;

pub use funnel::{Added, Stage, add_round, funnel, put_rounds, remove_round, round_fields};

pub use rules::{rows, scored};

use days::Days;
use jiff::civil::Date;

use crate::contest::definition::{
    Bytes, Contact, Definition, Eligibility, EligibilityRule, Level, PhaseKind, Plan, Proof, Quota,
    QuotaScope, Slot, SlotKind, Source, Table, Text, Whom,
};
use crate::refusal::{Kind, Refused};

/// What a definition says, field by field.
#[must_use]
pub fn fields(definition: &Definition) -> Vec<(String, String)> {
    let days = Days::of(definition);
    let day = |day: Option<Date>| day.map(|day| day.to_string()).unwrap_or_default();
    let number = |number: Option<u32>| number.map(|n| n.to_string()).unwrap_or_default();
    let voters = definition.voting.as_ref().map_or("none", |voting| match voting.level {
        Level::Device => "device",
        _ => "code",
    });
    let (contact, plan) = (definition.contact.as_ref(), definition.plan.as_ref());
    let mut fields = vec![
        ("title", definition.title.vi.clone()),
        ("unit", definition.unit.clone()),
        ("from", day(days.from)),
        ("to", day(days.to)),
        ("vote", day(days.vote)),
        ("announce", day(days.announce)),
        ("who", if home_rule(definition).is_some() { "unit" } else { "all" }.to_owned()),
        ("voters", voters.to_owned()),
        ("quota", number(own_quota(definition).and_then(|at| definition.quotas[at].max))),
        ("plan", plan.map(|plan| plan.number.clone()).unwrap_or_default()),
        ("plan_file", plan.and_then(|plan| plan.file.clone()).unwrap_or_default()),
        ("contact", contact.map(|one| one.name.clone()).unwrap_or_default()),
        ("phone", contact.and_then(|one| one.phone.clone()).unwrap_or_default()),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect::<Vec<_>>();
    fields.extend(rules::fields(definition));
    for (at, slot) in slots(definition).iter().enumerate() {
        let megabytes = slot.bytes.max.map(|most| most.0 / 1_000_000);
        fields.push((format!("slot.{at}.most"), number(slot.count.max)));
        fields.push((
            format!("slot.{at}.bytes"),
            megabytes.map_or_else(String::new, |n| n.to_string()),
        ));
        fields.push((format!("slot.{at}.words"), number(slot.words.max)));
        fields.push((format!("slot.{at}.seconds"), number(slot.seconds.max)));
    }
    for (at, prize) in definition.prizes.iter().enumerate() {
        fields.push((format!("prize.{at}.count"), prize.count.to_string()));
        let amount = prize.amount.map(|amount| amount.to_string()).unwrap_or_default();
        fields.push((format!("prize.{at}.amount"), amount));
    }
    fields
}

fn slots(definition: &Definition) -> &[Slot] {
    definition.categories.first().map(|one| one.slots.as_slice()).unwrap_or_default()
}

/// Limits that a slot of this kind has as fields.
#[must_use]
pub fn limits(kind: SlotKind) -> &'static [&'static str] {
    match kind {
        SlotKind::Photo => &["most", "bytes"],
        SlotKind::Video => &["bytes", "seconds"],
        SlotKind::Document => &["bytes", "words"],
        SlotKind::Text => &["words"],
        SlotKind::Link | SlotKind::Choice | SlotKind::People => &[],
    }
}

fn home_rule(definition: &Definition) -> Option<usize> {
    let home = |rule: &Eligibility| match &rule.rule {
        EligibilityRule::Within(codes) => codes.len() == 1 && codes[0] == definition.unit,
        _ => false,
    };
    definition.eligibility.iter().position(home)
}

fn own_quota(definition: &Definition) -> Option<usize> {
    let own = |quota: &Quota| {
        quota.per == QuotaScope::Person && quota.category.is_none() && quota.min.is_none()
    };
    definition.quotas.iter().position(own)
}

/// Puts the fields back. A field that was not sent leaves the definition as it is.
///
/// # Errors
/// Everything that cannot be read, each at its field; the definition is then half changed.
pub fn put(definition: &mut Definition, sent: &[(String, String)]) -> Result<(), Vec<Refused>> {
    let field = |name: &str| {
        let found = sent.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.trim().to_owned())
    };
    let mut refused = Vec::new();
    let home = home_rule(definition);
    if let Some(title) = field("title")
        && title != definition.title.vi
    {
        definition.title = Text { vi: title, en: None };
    }
    if let Some(unit) = field("unit") {
        if let Some(rule) = home {
            definition.eligibility[rule].rule = EligibilityRule::Within(vec![unit.clone()]);
        }
        definition.unit = unit;
    }
    people(definition, &field);
    rules::put(definition, &field, &mut refused);
    voters(definition, &field);
    numbers(definition, &field, &mut refused);
    let days = ["from", "to", "vote", "announce"].map(|name| field(name).unwrap_or_default());
    if sent.iter().any(|(name, _)| name == "to")
        && let Some(days) = Days::read(&days, &mut refused)
    {
        days.spread(definition);
    }
    if refused.is_empty() { Ok(()) } else { Err(refused) }
}

/// Who may enter, the plan, whom to ask.
fn people(definition: &mut Definition, field: &dyn Fn(&str) -> Option<String>) {
    match (field("who").as_deref(), home_rule(definition)) {
        (Some("all"), Some(rule)) => drop(definition.eligibility.remove(rule)),
        (Some("unit"), None) => {
            let rule = EligibilityRule::Within(vec![definition.unit.clone()]);
            let home = Eligibility { of: Whom::Author, rule, text: None, proof: Proof::Declared };
            definition.eligibility.insert(0, home);
        }
        _ => {}
    }
    if let Some(number) = field("plan") {
        let old = definition.plan.take();
        let date = old.as_ref().and_then(|plan| plan.date.clone());
        let file = field("plan_file").or_else(|| old.and_then(|plan| plan.file));
        let file = file.filter(|file| !file.is_empty());
        let known = !number.is_empty() || file.is_some();
        definition.plan = known.then_some(Plan { number, date, file });
    }
    if let (Some(name), Some(phone)) = (field("contact"), field("phone")) {
        let email = definition.contact.take().and_then(|contact| contact.email);
        let phone = (!phone.is_empty()).then_some(phone);
        let known = !name.is_empty() || phone.is_some() || email.is_some();
        definition.contact = known.then_some(Contact { name, phone, email });
    }
}

/// Without a vote, what it decides goes too.
fn voters(definition: &mut Definition, field: &dyn Fn(&str) -> Option<String>) {
    match (field("voters").as_deref(), &mut definition.voting) {
        (Some("none"), Some(_)) => {
            definition.voting = None;
            definition.phases.retain(|phase| phase.kind != PhaseKind::Voting);
            let by_votes =
                |table: &Table| table.formula.iter().all(|term| term.source == Source::Votes);
            let gone: Vec<String> = definition
                .tables
                .iter()
                .filter(|one| by_votes(one))
                .map(|one| one.key.clone())
                .collect();
            definition.tables.retain(|table| !gone.contains(&table.key));
            definition.prizes.retain(|prize| !gone.contains(&prize.table));
            let gates = definition.tables.iter_mut().map(|table| &mut table.gate);
            let gates = gates.chain(definition.rounds.iter_mut().map(|round| &mut round.gate));
            gates.for_each(|gate| drop(gate.take_if(|one| one.counts() == Some(Source::Votes))));
        }
        (Some("device"), Some(voting)) => voting.level = Level::Device,
        (Some("code"), Some(voting)) if voting.level == Level::Device => {
            voting.level = Level::Code;
        }
        _ => {}
    }
}

fn numbers(
    definition: &mut Definition,
    field: &dyn Fn(&str) -> Option<String>,
    refused: &mut Vec<Refused>,
) {
    let mut read = |name: &str| -> Option<Option<u64>> {
        let written = field(name)?;
        let digits: String = written.chars().filter(|c| !matches!(c, '.' | ',' | ' ')).collect();
        match digits.parse() {
            _ if digits.is_empty() => Some(None),
            Ok(number) if number <= 1_000_000_000_000 => Some(Some(number)),
            _ => {
                let fault = Refused::new(Kind::Invalid, "shape-number-wanted").at(name);
                refused.push(fault.with("written", written));
                None
            }
        }
    };
    let small = |number: Option<u64>| number.map(|n| u32::try_from(n).unwrap_or(u32::MAX));
    if let Some(most) = read("quota") {
        set_quota(definition, small(most));
    }
    let slots = definition.categories.first_mut().map(|one| one.slots.as_mut_slice());
    for (at, slot) in slots.unwrap_or_default().iter_mut().enumerate() {
        for limit in limits(slot.kind) {
            let Some(most) = read(&format!("slot.{at}.{limit}")) else { continue };
            match *limit {
                "most" => slot.count.max = small(most),
                "words" => slot.words.max = small(most),
                "seconds" => slot.seconds.max = small(most),
                _ if most != slot.bytes.max.map(|old| old.0 / 1_000_000) => {
                    slot.bytes.max = most.map(|most| Bytes(most.saturating_mul(1_000_000)));
                }
                _ => {}
            }
        }
    }
    for (at, prize) in definition.prizes.iter_mut().enumerate() {
        if let Some(Some(count)) = read(&format!("prize.{at}.count")) {
            prize.count = u32::try_from(count).unwrap_or(u32::MAX);
        }
        if let Some(amount) = read(&format!("prize.{at}.amount")) {
            prize.amount = amount;
        }
    }
    // A prize of which there is none is no prize; one that is written so is taken out.
    definition.prizes.retain(|prize| prize.count > 0);
}

fn set_quota(definition: &mut Definition, most: Option<u32>) {
    match (own_quota(definition), most) {
        (Some(at), Some(most)) => definition.quotas[at].max = Some(most),
        (Some(at), None) => drop(definition.quotas.remove(at)),
        (None, Some(most)) => definition.quotas.push(Quota {
            per: QuotaScope::Person,
            unit_type: None,
            category: None,
            max: Some(most),
            min: None,
        }),
        (None, None) => {}
    }
}

/// The field of the form that a path of the definition is about.
#[must_use]
pub fn field_of(definition: &Definition, path: &str) -> String {
    let steps: Vec<&str> = path.split('/').skip(1).collect();
    let number = |at: usize| steps.get(at).and_then(|step| step.parse::<usize>().ok());
    match steps.first().copied().unwrap_or_default() {
        "phases" => match number(1).and_then(|at| definition.phases.get(at)).map(|one| one.kind) {
            Some(PhaseKind::Intake) if steps.get(2) == Some(&"opens") => "from".to_owned(),
            Some(PhaseKind::Voting) => "vote".to_owned(),
            Some(PhaseKind::Announcement | PhaseKind::Complaint) => "announce".to_owned(),
            _ => "to".to_owned(),
        },
        "categories" if steps.get(2) == Some(&"slots") => {
            let limit = match steps.get(4).copied().unwrap_or_default() {
                "count" => "most",
                other => other,
            };
            number(3).map_or_else(|| "title".to_owned(), |at| format!("slot.{at}.{limit}"))
        }
        "prizes" => {
            let part = steps.get(2).copied().unwrap_or("count");
            number(1).map_or_else(|| "prizes".to_owned(), |at| format!("prize.{at}.{part}"))
        }
        "rounds" => rules::field_of(&steps).unwrap_or_else(|| "rounds".to_owned()),
        "promotion" => "up".to_owned(),
        "eligibility" => "who".to_owned(),
        "plan" if steps.get(1) == Some(&"file") => "plan_file".to_owned(),
        "quotas" => "quota".to_owned(),
        "voting" => "voters".to_owned(),
        first => first.to_owned(),
    }
}
