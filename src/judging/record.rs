//! What every act on a round begins and ends with: its definition, and a line in the log.

use entity::id::RoundId;
use entity::instant::Instant;
use entity::round;
use sea_orm::DatabaseTransaction;

use super::Error;
use crate::audit::{self, Act};
use crate::contest::definition::Round;
use crate::contest::{Contest, Organiser};

/// The round as the contest defines it.
pub(super) fn definition_of<'a>(
    contest: &'a Contest,
    row: &round::Model,
) -> Result<&'a Round, Error> {
    contest.definition.round(&row.key).ok_or(Error::Unknown)
}

/// Writes an organiser's act on a round into the log.
pub(super) async fn record(
    tx: &DatabaseTransaction,
    by: &Organiser,
    round: RoundId,
    act: &'static str,
    after: serde_json::Value,
    now: Instant,
) -> Result<(), Error> {
    let act = Act {
        actor: Some(by.user()),
        role: "organiser",
        act,
        subject: format!("round:{round}"),
        contest: Some(by.contest()),
        before: None,
        after: Some(after),
    };
    Ok(audit::record(tx, act, now).await?)
}
