//! Steps of a contest: announced, called off.

use entity::contest::State;
use entity::instant::Instant;
use sea_orm::{ActiveModelTrait, DatabaseTransaction, IntoActiveModel, Set};
use serde_json::json;

use super::Change;
use super::error::Error;
use crate::contest::{Organiser, lock, record};

/// Shows the contest to the public.
///
/// # Errors
/// [`Error::Over`] when it is no draft.
pub async fn announce(tx: &DatabaseTransaction, by: &Organiser, now: Instant) -> Result<(), Error> {
    let contest = lock(tx, by.contest()).await?;
    if contest.row.state != State::Draft {
        return Err(Error::Over);
    }
    let version = contest.row.public_version + 1;
    let mut row = contest.row.into_active_model();
    row.state = Set(State::Announced);
    row.announced_at = Set(Some(now));
    row.public_version = Set(version);
    row.update(tx).await?;
    let after = json!({ "state": "announced" });
    Ok(record(tx, by.contest(), Some(by.user()), "contest-announced", after, now).await?)
}

/// Ends the contest without a result; the reason is public.
///
/// # Errors
/// [`Error::Over`] when it is over already, [`Error::NoReason`] without a reason.
pub async fn cancel(
    tx: &DatabaseTransaction,
    by: &Organiser,
    change: &Change,
    now: Instant,
) -> Result<(), Error> {
    let contest = lock(tx, by.contest()).await?;
    if matches!(contest.row.state, State::Published | State::Closed | State::Cancelled) {
        return Err(Error::Over);
    }
    if change.reason.is_empty() {
        return Err(Error::NoReason);
    }
    let version = contest.row.public_version + 1;
    let mut row = contest.row.into_active_model();
    row.state = Set(State::Cancelled);
    row.public_version = Set(version);
    row.update(tx).await?;
    let after = json!({ "state": "cancelled", "reason": change.reason });
    Ok(record(tx, by.contest(), Some(by.user()), "contest-cancelled", after, now).await?)
}
