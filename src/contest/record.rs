//! What organisers, and the operator for them, do to a contest, as the audit log has it.

use entity::id::{ContestId, UserId};
use entity::instant::Instant;
use sea_orm::{DatabaseTransaction, DbErr};

use crate::audit::{self, Act};

/// Writes an act of an organiser, or of the operator where `by` is nobody, into the audit log.
///
/// # Errors
/// When the database fails.
pub(crate) async fn record(
    tx: &DatabaseTransaction,
    contest: ContestId,
    by: Option<UserId>,
    act: &'static str,
    after: serde_json::Value,
    now: Instant,
) -> Result<(), DbErr> {
    let act = Act {
        actor: by,
        role: if by.is_some() { "organiser" } else { "operator" },
        act,
        subject: format!("contest:{contest}"),
        contest: Some(contest),
        before: None,
        after: Some(after),
    };
    audit::record(tx, act, now).await
}
