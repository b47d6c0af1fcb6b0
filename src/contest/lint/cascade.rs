//! What goes up to the contest above.

use super::Findings;
use crate::contest::definition::{
    Category, Definition, PhaseKind, Prize, Promotion, PromotionBasis, Quota, QuotaScope, Range,
};
use crate::contest::moment;

pub(super) fn check(definition: &Definition, parent: Option<&Definition>, found: &mut Findings) {
    let Some(promotion) = &definition.promotion else { return };
    if definition.parent.is_none() {
        found.error("/promotion", "lint-promotion-to-nowhere");
    }
    let count = promotion.count;
    if let (Some(min), Some(max)) = (count.min, count.max)
        && min > max
    {
        found.error("/promotion/count", "lint-min-above-max");
    }
    match &promotion.basis {
        PromotionBasis::Rank(key) if definition.table(key).is_none() => {
            found.error("/promotion/basis", "lint-key-unknown").with("key", key.as_str());
        }
        PromotionBasis::Prizes(keys) => {
            let prizes = || definition.prizes.iter().filter(|prize| keys.contains(&prize.key));
            for key in keys.iter().filter(|key| !prizes().any(|prize| prize.key == **key)) {
                found.error("/promotion/basis", "lint-key-unknown").with("key", key.as_str());
            }
            let winners = total(prizes());
            if count.max.is_some_and(|max| winners > max) {
                let finding = found.error("/promotion/count", "lint-more-winners-than-go-up");
                finding.with("winners", winners);
            }
            if count.min.is_some_and(|min| winners < min) {
                let finding = found.error("/promotion/count", "lint-fewer-winners-than-go-up");
                finding.with("winners", winners);
            }
        }
        PromotionBasis::Votes if definition.voting.is_none() => {
            found.error("/promotion/basis", "lint-source-missing");
        }
        _ => {}
    }
    if let Some(parent) = parent {
        against(definition, parent, found);
    }
}

fn against(definition: &Definition, parent: &Definition, found: &mut Findings) {
    let Some(promotion) = &definition.promotion else { return };
    let first = definition.categories.first().map(|category| category.key.as_str());
    let key = promotion.category.as_deref().or(first).unwrap_or_default();
    caps(definition, promotion, (parent, key), found);
    if parent.category(key).is_none() {
        found.error("/promotion/category", "lint-parent-has-no-category").with("key", key);
    }
    if let Some(above) = parent.category(key) {
        narrower(definition, above, found);
    }
    let ends = |definition: &Definition, kind| {
        let ends =
            definition.phases_of(kind).filter_map(|phase| moment::closes(&phase.closes).ok());
        ends.max()
    };
    let own = ends(definition, PhaseKind::Announcement).or(ends(definition, PhaseKind::Round));
    if let (Some(own), Some(above)) = (own, ends(parent, PhaseKind::Intake))
        && own > above
    {
        found.warning("/promotion", "lint-result-after-the-parents-intake");
    }
}

/// Whether more go up than the contest above takes: an error where that many certainly go up.
fn caps(
    definition: &Definition,
    promotion: &Promotion,
    (parent, key): (&Definition, &str),
    found: &mut Findings,
) {
    let of = |per: QuotaScope| {
        let own = move |quota: &&Quota| {
            quota.per == per && quota.category.as_deref().is_none_or(|own| own == key)
        };
        parent.quotas.iter().filter(own).filter_map(|quota| quota.max)
    };
    // Units of several types may have caps of their own: which binds, only the tree of units knows.
    let unit = of(QuotaScope::Unit).max();
    let whole = of(QuotaScope::Contest).min();
    let least = sure(definition, promotion);
    let beyond = |cap: Option<u32>, count: Option<u32>| cap.filter(|cap| count > Some(*cap));
    if let Some(cap) = beyond(unit, least) {
        found.error("/promotion/count", "lint-beyond-the-parents-cap").with("cap", cap);
    } else if let Some(cap) = beyond(unit, promotion.count.max) {
        found.warning("/promotion/count", "lint-most-beyond-the-parents-cap").with("cap", cap);
    }
    if let Some(cap) = beyond(whole, least) {
        found.error("/promotion/count", "lint-beyond-the-parents-whole").with("cap", cap);
    } else if let Some(cap) = beyond(whole, promotion.count.max) {
        found.warning("/promotion/count", "lint-most-beyond-the-parents-whole").with("cap", cap);
    }
}

/// How many go up for certain: as many as have to, and all that win prizes which have to be given.
fn sure(definition: &Definition, promotion: &Promotion) -> Option<u32> {
    let least = promotion.count.min.or(promotion.count.max);
    let PromotionBasis::Prizes(keys) = &promotion.basis else { return least };
    let given = |prize: &&Prize| keys.contains(&prize.key) && !prize.may_stay_empty;
    let given = definition.prizes.iter().filter(given);
    // One work may win in several tables, but once in each.
    let of = |table: &str| total(given.clone().filter(|prize| prize.table == table));
    let won = match definition.one_prize_per {
        Some(_) => Some(total(given.clone())),
        None => definition.tables.iter().map(|table| of(&table.key)).max(),
    };
    least.max(won.map(|won| won.min(promotion.count.max.unwrap_or(won))))
}

/// How many prizes these are together.
fn total<'a>(prizes: impl Iterator<Item = &'a Prize>) -> u32 {
    prizes.fold(0, |sum, prize| sum.saturating_add(prize.count))
}

/// A contest below may only narrow what the one above fixed: what goes up has to fit there.
fn narrower(definition: &Definition, above: &Category, found: &mut Findings) {
    for (index, category) in definition.categories.iter().enumerate() {
        let path = format!("/categories/{index}");
        for wanted in above.slots.iter().filter(|slot| slot.fewest() > 0) {
            let Some(at) = category.slots.iter().position(|slot| slot.key == wanted.key) else {
                let finding = found.error(format!("{path}/slots"), "lint-parent-slot-missing");
                finding.with("key", wanted.key.as_str());
                continue;
            };
            let own = &category.slots[at];
            let wider = own.fewest() < wanted.fewest()
                || own.most() > wanted.most()
                || exceeds(own.seconds, wanted.seconds)
                || exceeds(own.words, wanted.words)
                || exceeds(own.characters, wanted.characters)
                || exceeds(own.long_side, wanted.long_side)
                || exceeds(own.short_side, wanted.short_side)
                || exceeds(own.width, wanted.width)
                || exceeds(own.height, wanted.height)
                || more(&own.formats, &wanted.formats)
                || more(&own.hosts, &wanted.hosts)
                || exceeds(own.bytes, wanted.bytes);
            if wider {
                found.warning(format!("{path}/slots/{at}"), "lint-wider-than-the-parent");
            }
        }
    }
}

/// Whether `own` names something that `above` does not; an empty list names everything.
fn more<T: PartialEq>(own: &[T], above: &[T]) -> bool {
    !above.is_empty() && (own.is_empty() || own.iter().any(|one| !above.contains(one)))
}

/// Whether something that fits `own` may not fit `above`.
fn exceeds<T: PartialOrd + Copy>(own: Range<T>, above: Range<T>) -> bool {
    let low = above.min.is_some_and(|least| own.min.is_none_or(|min| min < least));
    low || above.max.is_some_and(|most| own.max.is_none_or(|max| max > most))
}
