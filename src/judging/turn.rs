//! Whether a judge may say something now, in whatever kind of round.

use entity::instant::Instant;
use entity::round::State;
use entity::{round, seat};
use sea_orm::sea_query::LockType;
use sea_orm::{DatabaseTransaction, EntityTrait, QuerySelect};

use super::Error;
use super::judge::Judge;
use super::record::definition_of;
use crate::contest;
use crate::contest::definition::Round;

/// Proves that the judge may say something now; the seat is held until the transaction ends.
///
/// # Errors
/// [`Error::NotOpen`] outside the round, or outside its phase before it was opened again; [`Error::Final`] after the judge finished.
pub(super) async fn may_say(
    tx: &DatabaseTransaction,
    judge: &Judge,
    now: Instant,
) -> Result<(Round, seat::Model), Error> {
    let contest = contest::hold(tx, judge.round.contest_id).await?;
    let definition = definition_of(&contest, &judge.round)?;
    let window = contest.window(&definition.phase);
    let round = round::Entity::find_by_id(judge.round.id).one(tx).await?;
    let round = round.filter(|round| round.state == State::Open).ok_or(Error::NotOpen)?;
    // A round that somebody closed and opened again is corrected, whenever that is needed.
    let again = round.closed_by.is_some();
    if !again && !window.is_some_and(|window| window.contains(now)) {
        return Err(Error::NotOpen);
    }
    let seat = seat::Entity::find_by_id(judge.seat.id).lock(LockType::NoKeyUpdate).one(tx).await?;
    match seat.filter(|seat| seat.finished_at.is_none() && seat.left_at.is_none()) {
        Some(seat) => Ok((definition.clone(), seat)),
        None => Err(Error::Final),
    }
}
