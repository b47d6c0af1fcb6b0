//! Who goes on.

use std::collections::BTreeSet;

use entity::id::EntryId;

use super::Reckoned;
use crate::contest::definition::{Round, RoundKind};
use crate::judging::error::Fault;

/// Who goes on: those who pass, or the best so many; equals at the cut only as far as it was
/// decided. A deliberation lets go on whom it named, as many as the definition says.
pub(in crate::judging) fn cut(
    reckoned: &[Reckoned],
    definition: &Round,
    decided: &[EntryId],
) -> (BTreeSet<EntryId>, Option<Fault>) {
    if definition.kind == RoundKind::Deliberate {
        return named(reckoned, definition.goes_on, decided);
    }
    let running: Vec<&Reckoned> =
        reckoned.iter().filter(|one| one.passes.unwrap_or(true)).collect();
    let most = definition.goes_on.map(|most| most as usize);
    let Some(most) = most.filter(|most| *most < running.len()) else {
        return (running.iter().map(|one| one.entry).collect(), None);
    };
    let mut order = running;
    order.sort_by_key(|one| std::cmp::Reverse(one.millionths));
    let Some(edge) = most.checked_sub(1).map(|last| order[last].millionths) else {
        return (BTreeSet::new(), None);
    };
    let above: BTreeSet<EntryId> =
        order.iter().filter(|one| one.millionths > edge).map(|one| one.entry).collect();
    let equal: Vec<&Reckoned> = order.into_iter().filter(|one| one.millionths == edge).collect();
    let open = most - above.len();
    if equal.len() == open {
        return (above.into_iter().chain(equal.iter().map(|one| one.entry)).collect(), None);
    }
    let chosen: BTreeSet<EntryId> =
        equal.iter().map(|one| one.entry).filter(|entry| decided.contains(entry)).collect();
    if chosen.len() == open {
        return (above.into_iter().chain(chosen).collect(), None);
    }
    let aliases = equal.iter().map(|one| one.alias.clone()).collect();
    (BTreeSet::new(), Some(Fault::TieAtTheCut(aliases)))
}

fn named(
    reckoned: &[Reckoned],
    goes_on: Option<u32>,
    decided: &[EntryId],
) -> (BTreeSet<EntryId>, Option<Fault>) {
    let all = reckoned.iter().map(|one| one.entry);
    let on: BTreeSet<EntryId> = all.filter(|entry| decided.contains(entry)).collect();
    let wanted = goes_on.map_or(on.len().max(1), |most| (most as usize).min(reckoned.len()));
    let fault = (on.len() != wanted).then_some(Fault::Named(on.len(), wanted));
    (on, fault)
}
