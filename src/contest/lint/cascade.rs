//! What goes up to the contest above.

use super::Findings;
use crate::contest::definition::{Definition, PhaseKind, PromotionBasis, QuotaScope};
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
            let winners: u32 = prizes().map(|prize| prize.count).sum();
            if count.max.is_some_and(|max| winners > max) {
                let finding = found.error("/promotion/count", "lint-more-winners-than-go-up");
                finding.with("winners", winners);
            }
        }
        _ => {}
    }
    if let Some(parent) = parent {
        against(definition, parent, found);
    }
}

fn against(definition: &Definition, parent: &Definition, found: &mut Findings) {
    let Some(promotion) = &definition.promotion else { return };
    let caps = parent.quotas.iter().filter(|quota| quota.per == QuotaScope::Unit);
    let cap = caps.filter_map(|quota| quota.max).max();
    if let (Some(cap), Some(least)) = (cap, promotion.count.min.or(promotion.count.max))
        && least > cap
    {
        found.error("/promotion/count", "lint-beyond-the-parents-cap").with("cap", cap);
    }
    let first = definition.categories.first().map(|category| category.key.as_str());
    let key = promotion.category.as_deref().or(first).unwrap_or_default();
    if parent.category(key).is_none() {
        found.error("/promotion/category", "lint-parent-has-no-category").with("key", key);
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
