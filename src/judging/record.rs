//! What every act on a round begins and ends with: its definition, and a line in the log; and what
//! was decided with a reason, read from there again.

use entity::id::{RoundId, UserId};
use entity::instant::Instant;
use entity::{audit_log, round};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder,
};

use super::{Error, Presiding};
use crate::audit::{self, Act};
use crate::contest::Contest;
use crate::contest::definition::Round;

/// The round as the contest defines it.
pub(super) fn definition_of<'a>(
    contest: &'a Contest,
    row: &round::Model,
) -> Result<&'a Round, Error> {
    contest.definition.round(&row.key).ok_or(Error::Unknown)
}

/// Writes what was done with a round by somebody who rules over it into the log.
pub(super) async fn record(
    tx: &DatabaseTransaction,
    by: impl Into<Presiding>,
    round: RoundId,
    act: &'static str,
    after: serde_json::Value,
    now: Instant,
) -> Result<(), Error> {
    let by = by.into();
    let act = Act {
        actor: Some(by.user()),
        role: by.role(),
        act,
        subject: format!("round:{round}"),
        contest: Some(by.contest()),
        before: None,
        after: Some(after),
    };
    Ok(audit::record(tx, act, now).await?)
}

/// Something that people decided in a round, with their reason.
#[derive(Clone, Debug, PartialEq)]
pub struct Reasoned {
    /// When.
    pub at: Instant,
    /// Who; none: the system.
    pub by: Option<UserId>,
    /// What was done, as the log calls it.
    pub act: String,
    /// Why.
    pub reason: String,
}

/// What was decided in a round with a reason, oldest first: who goes on among equals, a round or a
/// sheet opened again.
///
/// # Errors
/// When the database fails.
pub async fn reasoned(db: &impl ConnectionTrait, round: RoundId) -> Result<Vec<Reasoned>, DbErr> {
    let rows = audit_log::Entity::find()
        .filter(audit_log::Column::Subject.eq(format!("round:{round}")))
        .order_by_asc(audit_log::Column::Seq)
        .all(db)
        .await?;
    let told = |row: audit_log::Model| {
        let reason = row.after?.get("reason")?.as_str()?.trim().to_owned();
        let (at, by, act) = (row.happened_at, row.actor_id, row.act);
        (!reason.is_empty()).then_some(Reasoned { at, by, act, reason })
    };
    Ok(rows.into_iter().filter_map(told).collect())
}
