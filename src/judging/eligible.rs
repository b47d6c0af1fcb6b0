//! Which entries come before a panel.

use std::collections::HashMap;

use entity::entry;
use entity::id::EntryId;
use entity::round;
use sea_orm::{ConnectionTrait, QuerySelect};

use super::error::Error;
use super::field::sent_on;
use crate::contest::Contest;
use crate::contest::definition::Round;

/// Entries that come before the panel of a round that has not begun, by number, with their titles;
/// and how many its gate keeps out, by what it counts.
///
/// # Errors
/// [`Error::TooEarly`] before the round before is closed.
pub(super) async fn eligible(
    db: &impl ConnectionTrait,
    contest: &Contest,
    (row, definition): (&round::Model, &Round),
    counted: &HashMap<EntryId, i64>,
) -> Result<(Vec<(EntryId, String)>, usize), Error> {
    let found = sent_on(db, contest, row, definition).await?.select_only();
    let found = found.columns([entry::Column::Id, entry::Column::Title]);
    let mut entries: Vec<(EntryId, String)> = found.into_tuple().all(db).await?;
    let Some(gate) = &definition.gate else { return Ok((entries, 0)) };
    let all = entries.len();
    let count = |(id, _): &(EntryId, String)| counted.get(id).copied().unwrap_or(0);
    let edge = gate.edge(entries.iter().map(count));
    entries.retain(|entry| count(entry) >= edge);
    let kept_out = all - entries.len();
    Ok((entries, kept_out))
}
