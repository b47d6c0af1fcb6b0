//! A voter's own ballot, read from what is projected of the log.

use entity::entry;
use entity::id::EntryId;
use entity::instant::Instant;
use entity::vote::{self, State};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use super::details::Details;
use super::policy::day;
use super::{Error, segment};
use crate::contest::Contest;
use crate::contest::definition::VoteLimit;

/// The entries that a voter's ballot names at `now`, in order, each with what it is worth; where
/// votes are by entry, in the order in which they were given.
///
/// # Errors
/// When the database fails or the log cannot be read.
pub async fn ballot(
    db: &impl ConnectionTrait,
    contest: &Contest,
    voter: &[u8; 32],
    now: Instant,
) -> Result<Vec<(EntryId, i32)>, Error> {
    let limit = contest.definition.voting.as_ref().map(|voting| voting.limit);
    let period = match limit {
        Some(VoteLimit::PerDay(_)) => i32::try_from(day(now)).unwrap_or(i32::MAX),
        _ => 0,
    };
    let mut rows = vote::Entity::find()
        .filter(vote::Column::ContestId.eq(contest.id()))
        .filter(vote::Column::Voter.eq(voter.to_vec()))
        .filter(vote::Column::Period.eq(period))
        .filter(vote::Column::State.ne(State::Withdrawn))
        .order_by_asc(vote::Column::CastAt)
        .all(db)
        .await?;
    if limit != Some(VoteLimit::OnePerEntry)
        && let Some(newest) = rows.iter().map(|row| row.last_leaf).max()
    {
        let order = order(db, contest, newest).await?;
        rows.sort_by_key(|row| order.iter().position(|id| *id == row.entry_id));
    }
    Ok(rows.into_iter().map(|row| (row.entry_id, row.worth)).collect())
}

/// The entries of the ballot at this place of the log.
async fn order(
    db: &impl ConnectionTrait,
    contest: &Contest,
    leaf: i64,
) -> Result<Vec<EntryId>, Error> {
    let details = segment::details(db, contest.id(), leaf).await?;
    let Some(Details::Vote { entries, .. }) = details else { return Err(Error::BrokenLog) };
    let numbers = entries.iter().filter_map(|number| i32::try_from(*number).ok());
    let rows = entry::Entity::find()
        .filter(entry::Column::ContestId.eq(contest.id()))
        .filter(entry::Column::Number.is_in(numbers))
        .all(db)
        .await?;
    let id = |number: &u32| {
        let same =
            |row: &&entry::Model| row.number.and_then(|n| u32::try_from(n).ok()) == Some(*number);
        rows.iter().find(same).map(|row| row.id)
    };
    Ok(entries.iter().filter_map(id).collect())
}
