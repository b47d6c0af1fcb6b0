//! What is written down of what a screener did: the entry's history, and the audit log.

use entity::entry_event;
use entity::id::{EntryEventId, EntryId};
use entity::instant::Instant;
use sea_orm::{DatabaseTransaction, DbErr, EntityTrait, Set};
use serde_json::json;

use crate::audit::{self, Act};
use crate::contest::Screener;

pub(super) async fn happened(
    tx: &DatabaseTransaction,
    by: &Screener,
    id: EntryId,
    kind: &'static str,
    note: Option<&String>,
    now: Instant,
) -> Result<(), DbErr> {
    let event = entry_event::ActiveModel {
        id: Set(EntryEventId::new()),
        entry_id: Set(id),
        kind: Set(kind.to_owned()),
        note: Set(note.filter(|note| !note.is_empty()).cloned()),
        actor_id: Set(Some(by.user())),
        happened_at: Set(now),
    };
    entry_event::Entity::insert(event).exec_without_returning(tx).await?;
    let act = Act {
        actor: Some(by.user()),
        role: "screener",
        act: kind,
        subject: format!("entry:{id}"),
        contest: Some(by.contest()),
        before: None,
        after: Some(json!({ "found": kind })),
    };
    audit::record(tx, act, now).await
}
