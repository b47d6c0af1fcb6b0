//! The panel: who judges, and how far they are.

use std::collections::BTreeSet;

use entity::assignment::{self, State as Work};
use entity::id::{ContestId, RoundId, SeatId, UserId};
use entity::instant::Instant;
use entity::round::State;
use entity::seat;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait,
    IntoActiveModel, QueryFilter, QueryOrder, Set,
};
use serde_json::json;

use super::give::{begun, give, share_out};
use super::judge::{Judge, gone, in_round};
use super::record::{definition_of, record};
use super::{Error, Presiding};
use crate::audit::{self, Act};
use crate::contest::{self, Contest, Organiser};

/// The whole panel, by number, those who left included.
///
/// # Errors
/// When the database fails.
pub async fn panel(db: &impl ConnectionTrait, round: RoundId) -> Result<Vec<seat::Model>, DbErr> {
    seat::Entity::find()
        .filter(seat::Column::RoundId.eq(round))
        .order_by_asc(seat::Column::Number)
        .all(db)
        .await
}

/// Gives somebody a seat; in an open round they get work at once. Somebody who sits already keeps
/// the seat, somebody who left takes it again.
///
/// # Errors
/// [`Error::NotOpen`] when the round is closed.
pub async fn add(
    tx: &DatabaseTransaction,
    by: &Organiser,
    key: &str,
    user: UserId,
    chair: bool,
    now: Instant,
) -> Result<SeatId, Error> {
    let contest = contest::lock(tx, by.contest()).await?;
    let round = contest::round_by_key(tx, contest.id(), key).await?;
    if round.state == State::Closed {
        return Err(Error::NotOpen);
    }
    let seats = panel(tx, round.id).await?;
    let id = match seats.iter().find(|seat| seat.user_id == user) {
        Some(seat) => {
            let mut back = seat.clone().into_active_model();
            back.left_at = Set(None);
            back.chair = Set(chair);
            back.update(tx).await?;
            take_up(tx, seat.id).await?;
            seat.id
        }
        None => {
            let row = seat::ActiveModel {
                id: Set(SeatId::new()),
                round_id: Set(round.id),
                user_id: Set(user),
                number: Set(seats.iter().map(|seat| seat.number).max().unwrap_or(0) + 1),
                chair: Set(chair),
                version: Set(0),
                created_at: Set(now),
                finished_at: Set(None),
                left_at: Set(None),
            };
            row.insert(tx).await?.id
        }
    };
    if round.state == State::Open {
        share_out(tx, &round, definition_of(&contest, &round)?, now).await?;
    }
    record(tx, by, round.id, "judge-added", json!({ "seat": id }), now).await?;
    Ok(id)
}

/// Takes a judge off the panel; finished sheets stay, open work goes to others.
///
/// # Errors
/// [`Error::NotOpen`] when the round is closed.
pub async fn remove(
    tx: &DatabaseTransaction,
    by: &Organiser,
    key: &str,
    id: SeatId,
    now: Instant,
) -> Result<(), Error> {
    let contest = contest::lock(tx, by.contest()).await?;
    let round = contest::round_by_key(tx, contest.id(), key).await?;
    if round.state == State::Closed {
        return Err(Error::NotOpen);
    }
    let seat = seat::Entity::find_by_id(id).one(tx).await?;
    let seat = seat.filter(|seat| seat.round_id == round.id).ok_or(Error::Unknown)?;
    let mut gone = seat.into_active_model();
    gone.left_at = Set(Some(now));
    gone.update(tx).await?;
    put_down(tx, id).await?;
    if round.state == State::Open {
        give(tx, &round, definition_of(&contest, &round)?, now).await?;
    }
    record(tx, by, round.id, "judge-left", json!({ "seat": id }), now).await
}

/// Takes what is open from the desk of somebody who leaves: what they begun or said something of is
/// kept as stepped aside from without a reason, the rest as if it had never been dealt.
async fn put_down(tx: &DatabaseTransaction, id: SeatId) -> Result<(), DbErr> {
    assignment::Entity::delete_many()
        .filter(assignment::Column::SeatId.eq(id))
        .filter(assignment::Column::State.eq(Work::Open))
        .filter(assignment::Column::Flag.is_null())
        .filter(assignment::Column::Id.not_in_subquery(begun()))
        .exec(tx)
        .await?;
    assignment::Entity::update_many()
        .set(assignment::ActiveModel { state: Set(Work::SteppedAside), ..Default::default() })
        .filter(assignment::Column::SeatId.eq(id))
        .filter(assignment::Column::State.eq(Work::Open))
        .exec(tx)
        .await?;
    Ok(())
}

/// Puts it back on the desk of somebody who comes back.
async fn take_up(tx: &DatabaseTransaction, id: SeatId) -> Result<(), DbErr> {
    assignment::Entity::update_many()
        .set(assignment::ActiveModel { state: Set(Work::Open), ..Default::default() })
        .filter(assignment::Column::SeatId.eq(id))
        .filter(assignment::Column::State.eq(Work::SteppedAside))
        .filter(assignment::Column::Reason.is_null())
        .exec(tx)
        .await?;
    Ok(())
}

/// Contests with a round that is not over and in which somebody judges.
///
/// # Errors
/// When the database fails.
pub async fn judged_by(
    db: &impl ConnectionTrait,
    user: UserId,
) -> Result<BTreeSet<ContestId>, DbErr> {
    let live = |judge: &Judge| judge.round.state != State::Closed;
    let seats = Judge::all(db, user).await?;
    Ok(seats.iter().filter(|judge| live(judge)).map(|judge| judge.round.contest_id).collect())
}

/// Takes somebody off the panels of rounds that wait; seats in rounds that are over stay, for what
/// was decided there. `by` is who asked. The answer is a contest in which their sheets are not final
/// yet: then nothing is done.
///
/// # Errors
/// When the database fails.
pub async fn leave_all(
    tx: &DatabaseTransaction,
    user: UserId,
    by: UserId,
    now: Instant,
) -> Result<Option<Contest>, Error> {
    contest::lock_all(tx, &judged_by(tx, user).await?).await?;
    let seats = Judge::all(tx, user).await?;
    let busy =
        |judge: &&Judge| judge.round.state == State::Open && judge.seat.finished_at.is_none();
    if let Some(judge) = seats.iter().find(busy) {
        return Ok(Some(contest::by_id(tx, judge.round.contest_id).await?));
    }
    for judge in seats.into_iter().filter(|judge| judge.round.state == State::Waiting) {
        let Judge { seat, round } = judge;
        let after = json!({ "seat": seat.id });
        let mut gone = seat.into_active_model();
        gone.left_at = Set(Some(now));
        gone.update(tx).await?;
        let act = Act {
            actor: Some(by),
            role: if by == user { "judge" } else { "admin" },
            act: "judge-left",
            subject: format!("round:{}", round.id),
            contest: Some(round.contest_id),
            before: None,
            after: Some(after),
        };
        audit::record(tx, act, now).await?;
    }
    Ok(None)
}

/// Lets a judge who declared the sheets final change them again, with a reason for the record.
///
/// # Errors
/// [`Error::NotOpen`] when the round is not open; [`Error::DecidedWithoutReason`]; [`Error::Final`]
/// to a chair whose own sheets they are: these are the organisers' to open.
pub async fn unlock(
    tx: &DatabaseTransaction,
    by: impl Into<Presiding>,
    (key, id): (&str, SeatId),
    reason: &str,
    now: Instant,
) -> Result<(), Error> {
    let by = by.into();
    if reason.trim().is_empty() {
        return Err(Error::DecidedWithoutReason);
    }
    let contest = contest::lock(tx, by.contest()).await?;
    let round = contest::round_by_key(tx, contest.id(), key).await?;
    by.over(&round)?;
    if round.state != State::Open {
        return Err(Error::NotOpen);
    }
    let seat = seat::Entity::find_by_id(id).one(tx).await?;
    let seat = seat.filter(|seat| seat.round_id == round.id).ok_or(Error::Unknown)?;
    if by.is_chair() && seat.user_id == by.user() {
        return Err(Error::Final);
    }
    let mut open = seat.into_active_model();
    open.finished_at = Set(None);
    open.update(tx).await?;
    let after = json!({ "seat": id, "reason": reason });
    record(tx, by, round.id, "judge-unlocked", after, now).await
}

/// How far a judge is.
#[derive(Clone, Debug, PartialEq)]
pub struct Progress {
    /// The seat.
    pub seat: seat::Model,
    /// Sheets that are complete.
    pub done: usize,
    /// Sheets to be filled, complete ones included.
    pub all: usize,
    /// Entries that were stepped aside from.
    pub aside: usize,
}

/// How far each judge is.
///
/// # Errors
/// When the database fails.
pub async fn progress(db: &impl ConnectionTrait, round: RoundId) -> Result<Vec<Progress>, DbErr> {
    let mut work =
        assignment::Entity::find().filter(assignment::Column::RoundId.eq(round)).all(db).await?;
    let gone = gone(db, in_round(round)).await?;
    work.retain(|row| !gone.contains(&row.entry_id));
    let count = |seat: SeatId, state: Work| {
        work.iter().filter(|row| row.seat_id == seat && row.state == state).count()
    };
    let progress = panel(db, round).await?.into_iter().map(|seat| {
        let done = count(seat.id, Work::Done);
        let aside = count(seat.id, Work::SteppedAside);
        Progress { done, all: done + count(seat.id, Work::Open), aside, seat }
    });
    Ok(progress.collect())
}
