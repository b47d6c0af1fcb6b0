//! What may be entered, by whom, and how often.

use super::{Findings, slots};
use crate::contest::definition::{
    Category, CategoryChoice, DeclaredBy, Definition, Eligibility, EligibilityRule, Entrant,
    PhaseKind, Proof, Quota, QuotaScope, Range, Whom,
};

pub(super) fn check(definition: &Definition, found: &mut Findings) {
    if definition.categories.is_empty() {
        found.error("/categories", "lint-no-category");
    }
    for (index, category) in definition.categories.iter().enumerate() {
        let rules = definition.rules.as_ref().map(|rules| rules.vi.as_str()).unwrap_or_default();
        self::category(category, rules, &format!("/categories/{index}"), found);
    }
    quotas(definition, found);
    minors(definition, found);
    let entered = |category: &Category| category.chosen_by == CategoryChoice::Entrant;
    if !definition.categories.is_empty() && !definition.categories.iter().any(entered) {
        found.error("/categories", "lint-only-jury-categories");
    }
    for (index, category) in definition.categories.iter().enumerate() {
        placed(definition, category, &format!("/categories/{index}"), found);
    }
    for (index, rule) in definition.eligibility.iter().enumerate() {
        condition(definition, rule, &format!("/eligibility/{index}"), found);
    }
}

fn condition(definition: &Definition, rule: &Eligibility, path: &str, found: &mut Findings) {
    let said_by_people = rule.rule == EligibilityRule::Declared || rule.of == Whom::Shown;
    if said_by_people && rule.text.is_none() {
        found.error(path, "lint-condition-without-words");
    }
    match &rule.rule {
        EligibilityRule::Age(range) => found.ordered(*range, &format!("{path}/rule/age")),
        EligibilityRule::Within(codes) | EligibilityRule::UnitTypes(codes) if codes.is_empty() => {
            found.error(format!("{path}/rule"), "lint-condition-of-nothing");
        }
        _ => {}
    }
    let closed = |category: &Category| !category.officer_enters;
    if rule.proof == Proof::Officer && definition.categories.iter().any(closed) {
        found.error(format!("{path}/proof"), "lint-officers-shut-out");
    }
}

/// The intake of a category, and the place from which its entries come.
fn placed(definition: &Definition, category: &Category, path: &str, found: &mut Findings) {
    if let Some(key) = &category.intake
        && definition.phase(key).is_none_or(|phase| phase.kind != PhaseKind::Intake)
    {
        found.error(format!("{path}/intake"), "lint-no-such-intake").with("key", key.as_str());
    }
    let same = |other: &Category| {
        other.chosen_by == CategoryChoice::Entrant && other.slots == category.slots
    };
    if category.chosen_by == CategoryChoice::Jury && !definition.categories.iter().any(same) {
        found.error(format!("{path}/slots"), "lint-jury-category-differs");
    }
}

fn category(category: &Category, rules: &str, path: &str, found: &mut Findings) {
    if category.slots.is_empty() {
        found.error(format!("{path}/slots"), "lint-no-slot");
    }
    if category.entrants.is_empty() {
        found.error(format!("{path}/entrants"), "lint-no-entrant");
    }
    found.ordered(category.team_size, &format!("{path}/team_size"));
    let asked = category.team_size != Range::default();
    if asked && !category.entrants.contains(&Entrant::Team) {
        found.warning(format!("{path}/team_size"), "lint-team-size-without-teams");
    }
    for (index, slot) in category.slots.iter().enumerate() {
        slots::check(slot, rules, &format!("{path}/slots/{index}"), found);
    }
    if !category.slots.is_empty() && category.slots.iter().all(|slot| slot.fewest() == 0) {
        found.error(format!("{path}/slots"), "lint-all-slots-optional");
    }
}

fn quotas(definition: &Definition, found: &mut Findings) {
    let whole = definition.quotas.iter().find(|quota| quota.per == QuotaScope::Contest);
    let most = whole.and_then(|quota| quota.max);
    for (index, quota) in definition.quotas.iter().enumerate() {
        let path = format!("/quotas/{index}");
        found.ordered(Range { min: quota.min, max: quota.max }, &path);
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
        reachable(definition, quota, &path, found);
        if quota.per == QuotaScope::Unit && quota.min.is_some() && quota.unit_type.is_none() {
            found.advice(format!("{path}/min"), "lint-minimum-for-small-units");
        }
    }
}

/// A quota that binds nobody, or a target above what another quota lets in.
fn reachable(definition: &Definition, quota: &Quota, path: &str, found: &mut Findings) {
    let takes = |kind| definition.categories.iter().any(|one| one.entrants.contains(&kind));
    let binds = match quota.per {
        QuotaScope::Person => takes(Entrant::Person),
        QuotaScope::Team => takes(Entrant::Team),
        QuotaScope::Unit | QuotaScope::Contest => true,
    };
    if !binds {
        found.warning(format!("{path}/per"), "lint-quota-binds-nobody");
    }
    let Some(min) = quota.min else { return };
    let same = |other: &&Quota| {
        let kind = other.unit_type.is_none() || other.unit_type == quota.unit_type;
        let category = other.category.is_none() || other.category == quota.category;
        *other != quota && other.per == quota.per && kind && category
    };
    let caps = definition.quotas.iter().filter(same).filter_map(|other| other.max);
    if let Some(cap) = caps.min().filter(|cap| min > *cap) {
        found.error(format!("{path}/min"), "lint-quota-above-another").with("cap", cap);
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
