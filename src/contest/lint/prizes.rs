//! Prizes, best first.

use super::Findings;
use crate::contest::definition::{Definition, Prize, Ranked, Recipient};

pub(super) fn check(definition: &Definition, found: &mut Findings) {
    for (index, prize) in definition.prizes.iter().enumerate() {
        let path = format!("/prizes/{index}");
        let table = definition.table(&prize.table);
        if table.is_none() {
            let finding = found.error(format!("{path}/table"), "lint-key-unknown");
            finding.with("key", prize.table.as_str());
        }
        if let Some(key) = &prize.category
            && definition.category(key).is_none()
        {
            found.error(format!("{path}/category"), "lint-key-unknown").with("key", key.as_str());
        }
        if prize.count == 0 {
            found.error(format!("{path}/count"), "lint-prize-of-nothing");
        }
        if prize.next_in_line_days == Some(0) {
            found.error(format!("{path}/next_in_line_days"), "lint-no-days-to-accept");
        }
        if let (Some(key), Some(table)) = (&prize.category, table)
            && !table.categories.is_empty()
            && !table.categories.contains(key)
        {
            let finding = found.error(format!("{path}/category"), "lint-category-not-in-table");
            finding.with("key", key.as_str());
        }
        let units = table.is_some_and(|table| table.of == Ranked::Units);
        if units != (prize.recipient == Recipient::Unit) {
            found.warning(format!("{path}/recipient"), "lint-recipient-of-another-table");
        }
        order(definition, index, prize, found);
    }
    if definition.prizes.is_empty() {
        found.advice("/prizes", "lint-no-prizes");
    }
}

/// The prize before it in the same table and category must not be worth less, nor be given more
/// often.
fn order(definition: &Definition, index: usize, prize: &Prize, found: &mut Findings) {
    let earlier = definition.prizes[..index]
        .iter()
        .rev()
        .filter(|other| other.table == prize.table && other.category == prize.category);
    let worth = earlier.clone().find(|other| other.amount.is_some());
    if let Some(before) = worth
        && prize.amount > before.amount
    {
        let finding = found.error(format!("/prizes/{index}/amount"), "lint-lower-prize-worth-more");
        finding.with("prize", prize.label.vi.as_str()).with("before", before.label.vi.as_str());
    }
    let Some(before) = earlier.clone().next() else { return };
    if before.count > prize.count && before.amount != prize.amount {
        let finding = found.advice(format!("/prizes/{index}/count"), "lint-fewer-lower-prizes");
        finding.with("prize", prize.label.vi.as_str()).with("before", before.label.vi.as_str());
    }
}
