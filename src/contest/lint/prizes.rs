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
    let before = definition.prizes[..index]
        .iter()
        .rev()
        .find(|other| other.table == prize.table && other.category == prize.category);
    let Some(before) = before else { return };
    if let (Some(higher), Some(lower)) = (before.amount, prize.amount)
        && lower > higher
    {
        let finding = found.error(format!("/prizes/{index}/amount"), "lint-lower-prize-worth-more");
        finding.with("prize", prize.label.vi.as_str()).with("before", before.label.vi.as_str());
    }
    if before.count > prize.count && before.amount != prize.amount {
        let finding = found.advice(format!("/prizes/{index}/count"), "lint-fewer-lower-prizes");
        finding.with("prize", prize.label.vi.as_str()).with("before", before.label.vi.as_str());
    }
}
