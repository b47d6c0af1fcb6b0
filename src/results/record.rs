//! What is written into the audit log about results.

use entity::id::{ContestId, UserId};
use entity::instant::Instant;
use sea_orm::{DatabaseTransaction, DbErr};

use crate::audit::{self, Act};

pub(super) async fn record(
    tx: &DatabaseTransaction,
    (actor, role): (UserId, &'static str),
    contest: ContestId,
    act: &'static str,
    after: serde_json::Value,
    now: Instant,
) -> Result<(), DbErr> {
    let act = Act {
        actor: Some(actor),
        role,
        act,
        subject: format!("contest:{contest}"),
        contest: Some(contest),
        before: None,
        after: Some(after),
    };
    audit::record(tx, act, now).await
}
