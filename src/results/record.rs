//! What is written into the audit log about results.

use entity::entry;
use entity::id::{ComplaintId, ContestId, EntryId, UserId};
use entity::instant::Instant;
use sea_orm::{DatabaseTransaction, DbErr};
use serde_json::json;

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

/// That an entry was sent up and became a copy there, because `approved` let the result be published.
pub(super) async fn went_up(
    tx: &DatabaseTransaction,
    (from, copy): (&entry::Model, &entry::Model),
    approved: Option<UserId>,
    now: Instant,
) -> Result<(), DbErr> {
    let act = Act {
        actor: approved,
        role: "approver",
        act: "entry-promoted",
        subject: format!("entry:{}", from.id),
        contest: Some(from.contest_id),
        before: None,
        after: Some(json!({ "contest": copy.contest_id, "entry": copy.id })),
    };
    audit::record(tx, act, now).await
}

/// That somebody complained; who, and in what words, stays in the complaint alone.
pub(super) async fn complained(
    tx: &DatabaseTransaction,
    contest: ContestId,
    (complaint, about): (ComplaintId, Option<EntryId>),
    now: Instant,
) -> Result<(), DbErr> {
    let act = Act {
        role: "complainant",
        act: "complaint-filed",
        subject: format!("complaint:{complaint}"),
        contest: Some(contest),
        after: about.map(|entry| json!({ "entry": entry })),
        ..Act::default()
    };
    audit::record(tx, act, now).await
}
