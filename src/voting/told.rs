//! What the public is told of counts: numbers, or the bands in which they lie.

use std::collections::HashMap;

use entity::id::EntryId;
use sea_orm::{ConnectionTrait, DbErr};

use super::Seen;
use crate::contest::Contest;

/// What the public is told of a count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Told {
    /// The count itself, or the least of its band.
    pub from: i64,
    /// The count itself, or the most of its band; none where the band has no end.
    pub to: Option<i64>,
}

impl Told {
    /// What is told of `count`, given the least of each band but the first.
    fn of(count: i64, bands: &[u32]) -> Self {
        if bands.is_empty() {
            return Self { from: count, to: Some(count) };
        }
        let over = |least: &&u32| i64::from(**least) > count;
        let from =
            bands.iter().rev().find(|least| !over(least)).map_or(0, |least| i64::from(*least));
        let to = bands.iter().find(over).map(|least| i64::from(*least) - 1);
        Self { from, to }
    }
}

/// What the public is told of the counts of `entries`; none where they are hidden.
///
/// # Errors
/// When the database fails.
pub async fn told(
    db: &impl ConnectionTrait,
    contest: &Contest,
    seen: Seen,
    entries: &[EntryId],
) -> Result<Option<HashMap<EntryId, Told>>, DbErr> {
    let some = Some(entries).filter(|entries| entries.len() <= 100);
    let Some(counts) = seen.of(db, contest.id(), some).await? else { return Ok(None) };
    let bands = match &contest.definition.voting {
        Some(voting) if seen != Seen::Final => voting.bands.as_slice(),
        _ => &[],
    };
    let told = |id: &EntryId| (*id, Told::of(counts.get(id).copied().unwrap_or(0), bands));
    Ok(Some(entries.iter().map(told).collect()))
}
