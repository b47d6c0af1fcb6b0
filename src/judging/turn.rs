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
/// [`Error::NotOpen`] outside the round or its phase; [`Error::Final`] after the judge finished.
pub(super) async fn may_say(
    tx: &DatabaseTransaction,
    judge: &Judge,
    now: Instant,
) -> Result<(Round, seat::Model), Error> {
    let contest = contest::hold(tx, judge.round.contest_id).await?;
    let definition = definition_of(&contest, &judge.round)?;
    let window = contest.window(&definition.phase);
    let round = round::Entity::find_by_id(judge.round.id).one(tx).await?;
    let open = round.is_some_and(|round| round.state == State::Open);
    if !open || !window.is_some_and(|window| window.contains(now)) {
        return Err(Error::NotOpen);
    }
    let seat = seat::Entity::find_by_id(judge.seat.id).lock(LockType::NoKeyUpdate).one(tx).await?;
    match seat.filter(|seat| seat.finished_at.is_none() && seat.left_at.is_none()) {
        Some(seat) => Ok((definition.clone(), seat)),
        None => Err(Error::Final),
    }
}
