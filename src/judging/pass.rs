//! A late judge's work, passed on to the others while the judge stays on the panel.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use entity::id::{AssignmentId, EntryId, SeatId};
use entity::instant::Instant;
use entity::round::State;
use entity::{assignment, round, seat};
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter};
use serde_json::json;

use super::Error;
use super::give::{Given, candidates, fresh, untouched, write};
use super::judge::{gone, in_round, sitting};
use super::plan::{Before, planned};
use super::record::{definition_of, record};
use crate::contest::definition::Round;
use crate::contest::{self, Contest, Organiser};

/// What passes from a judge to the others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passing {
    /// Entries that the judge has not begun.
    pub untouched: usize,
    /// How many of them others can take.
    pub passed: usize,
    /// How many each taker gets.
    pub takers: BTreeMap<SeatId, usize>,
}

/// What is written for it.
struct Move {
    passing: Passing,
    seats: Vec<seat::Model>,
    gone: Vec<AssignmentId>,
    fresh: Vec<Given>,
}

/// What would pass from a judge to the others now.
///
/// # Errors
/// [`Error::NotOpen`] when the round is not open; [`Error::Unknown`] of a seat that is not in it.
pub async fn passing(
    db: &impl ConnectionTrait,
    contest: &Contest,
    key: &str,
    late: SeatId,
) -> Result<Passing, Error> {
    let round = contest::round_by_key(db, contest.id(), key).await?;
    Ok(reckoned(db, &round, definition_of(contest, &round)?, late).await?.passing)
}

/// Passes what a late judge has not begun to the others, as evenly as it goes and to nobody whose
/// own it is. What nobody else may judge, or everybody has already, stays where it is.
///
/// # Errors
/// As [`passing`].
pub async fn pass_on(
    tx: &DatabaseTransaction,
    by: &Organiser,
    key: &str,
    late: SeatId,
    now: Instant,
) -> Result<(), Error> {
    let contest = contest::lock(tx, by.contest()).await?;
    let round = contest::round_by_key(tx, contest.id(), key).await?;
    let moved = reckoned(tx, &round, definition_of(&contest, &round)?, late).await?;
    write(tx, &round, moved.seats, (&moved.gone, &moved.fresh), now).await?;
    let after = json!({ "seat": late, "entries": moved.passing.passed });
    record(tx, by, round.id, "work-passed-on", after, now).await
}

async fn reckoned(
    db: &impl ConnectionTrait,
    round: &round::Model,
    definition: &Round,
    late: SeatId,
) -> Result<Move, Error> {
    if round.state != State::Open {
        return Err(Error::NotOpen);
    }
    let seats = sitting(db, round.id).await?;
    let own = seats.iter().find(|seat| seat.id == late).ok_or(Error::Unknown)?;
    let known = assignment::Entity::find().filter(assignment::Column::RoundId.eq(round.id));
    let known = known.all(db).await?;
    let left = gone(db, in_round(round.id)).await?;
    let free = untouched(db, std::slice::from_ref(own), &known).await?;
    let (free, rows): (Vec<_>, Vec<_>) = known
        .iter()
        .cloned()
        .partition(|row| free.contains(&row.id) && !left.contains(&row.entry_id));
    let free: HashMap<EntryId, AssignmentId> =
        free.into_iter().map(|row| (row.entry_id, row.id)).collect();
    let entries = candidates(db, round.id).await?;
    let seed = u64::from_ne_bytes(round.seed.to_ne_bytes());
    let before = Before { rows, barred: Some(late), ..Before::default() };
    let mut plan = planned(db, definition, &entries, &seats, &before, seed).await?;
    plan.deal.fresh.retain(|(entry, _)| free.contains_key(&entries[*entry]));
    let fresh = fresh(&plan, &entries, &seats, &known, seed);
    let passed: BTreeSet<EntryId> = fresh.iter().map(|(_, entry, _)| *entry).collect();
    let mut takers = BTreeMap::new();
    for (seat, ..) in &fresh {
        *takers.entry(*seat).or_default() += 1;
    }
    let passing = Passing { untouched: free.len(), passed: passed.len(), takers };
    let gone = passed.iter().map(|entry| free[entry]).collect();
    Ok(Move { passing, seats, gone, fresh })
}
