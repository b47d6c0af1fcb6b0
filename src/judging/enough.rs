//! When pairs have been compared enough: it is settled who goes on.

use std::collections::{BTreeSet, HashMap};

use entity::id::{EntryId, RoundId};
use sea_orm::{ConnectionTrait, DbErr};

use super::comparisons;
use super::method::pairs::Preference;
use super::method::settled::certainty;
use super::reckon::{PRIOR, standing};
use crate::contest::definition::Round;

/// How sure a round of pairs is of those who would go on now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sure {
    /// In whole per cent, rounded down: at least so probable is it that they are the best.
    pub percent: u32,
    /// In per cent: from here on nobody is asked to compare more.
    pub wanted: u32,
    /// Entries that have fewer comparisons than the quorum.
    pub short: usize,
}

impl Sure {
    /// Whether nobody is asked to compare more.
    #[must_use]
    pub fn is_enough(&self) -> bool {
        self.percent >= self.wanted && self.short == 0
    }
}

/// How sure a round of pairs is; nothing where its definition does not stop early.
///
/// # Errors
/// When the database fails.
pub async fn sure(
    db: &impl ConnectionTrait,
    round: RoundId,
    definition: &Round,
) -> Result<Option<Sure>, DbErr> {
    let (Some(wanted), Some(out)) = (definition.settled_percent, definition.goes_on) else {
        return Ok(None);
    };
    let candidates = standing(db, round).await?;
    let place: HashMap<EntryId, usize> =
        candidates.iter().enumerate().map(|(at, row)| (row.entry_id, at)).collect();
    let mut compared = vec![0; candidates.len()];
    let mut said = Vec::new();
    for (better, worse) in comparisons::said(db, round).await? {
        if let (Some(&better), Some(&worse)) = (place.get(&better), place.get(&worse)) {
            said.push(Preference { better, worse, times: 1.0 });
            compared[better] += 1;
            compared[worse] += 1;
        }
    }
    let alone: BTreeSet<EntryId> =
        comparisons::alone(db, candidates.iter().map(|row| row.entry_id)).await?;
    let short = candidates
        .iter()
        .zip(compared)
        .filter(|(row, times)| *times < definition.quorum && !alone.contains(&row.entry_id));
    let short = short.count();
    let percent = certainty(candidates.len(), &said, PRIOR, out as usize) * 100.0;
    Ok(Some(Sure { percent: percent as u32, wanted, short }))
}

/// Whether nobody is asked to compare more.
pub(super) async fn is_settled(
    db: &impl ConnectionTrait,
    round: RoundId,
    definition: &Round,
) -> Result<bool, DbErr> {
    Ok(sure(db, round, definition).await?.is_some_and(|sure| sure.is_enough()))
}
