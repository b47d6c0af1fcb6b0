//! Whether a result is the one that is in force already.

use entity::publication;
use sea_orm::{DatabaseTransaction, DbErr};

use super::award::{recipient, split, winner};
use super::outcome::Outcome;
use super::rows::{awards, standings};
use crate::contest::Contest;

/// Whether publishing `result` would say in every place, prize, name and count what `row` says.
pub(super) async fn is_same(
    tx: &DatabaseTransaction,
    contest: &Contest,
    (row, summary): (&publication::Model, &serde_json::Value),
    result: &Outcome,
) -> Result<bool, DbErr> {
    if row.summary != *summary {
        return Ok(false);
    }
    let mut held = standings(tx, row.id).await?;
    // Databases sort keys by rules of their own.
    held.sort_by(|one, other| {
        (&one.table_key, one.position).cmp(&(&other.table_key, other.position))
    });
    let mut places = Vec::new();
    for (key, ranked) in &result.tables {
        for (placed, position) in ranked.iter().zip(1..) {
            let (entry, unit) = split(placed.who);
            let worksheet = serde_json::to_value(&placed.worksheet).unwrap_or_default();
            places.push((key.clone(), position, entry, unit, placed.millionths, worksheet));
        }
    }
    let held = held.into_iter().map(|one| {
        let (entry, unit) = (one.entry_id, one.unit_id);
        (one.table_key, one.position, entry, unit, one.millionths, one.worksheet)
    });
    if held.collect::<Vec<_>>() != places {
        return Ok(false);
    }
    let given = awards(tx, row.id).await?;
    for prize in &result.prizes {
        let name = recipient(tx, contest, &prize.prize, prize.who).await?;
        let stands = given.iter().any(|old| {
            let place = i32::try_from(prize.position).is_ok_and(|at| at == old.position);
            let same = old.prize_key == prize.prize && winner(old) == prize.who;
            place && same && old.recipient == name
        });
        if !stands {
            return Ok(false);
        }
    }
    Ok(true)
}
