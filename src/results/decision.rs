//! Decisions that people take where the rules leave something open.

use entity::decision::{self, Kind as Decided};
use entity::id::{AwardId, ContestId, DecisionId, UserId};
use entity::instant::Instant;
use sea_orm::{DatabaseTransaction, DbErr, EntityTrait, Set};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::error::Error;
use super::rank::Who;
use super::record::record;
use crate::contest::{self, Organiser};

/// What a decision is about.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Subject {
    /// Key of the table.
    #[serde(default)]
    pub table: String,
    /// Key of the prize.
    #[serde(default)]
    pub prize: String,
    /// How many of the prize.
    #[serde(default)]
    pub count: u32,
    /// Everybody between whom it was decided.
    #[serde(default)]
    pub among: Vec<Who>,
    /// Whom it put first, first first.
    #[serde(default)]
    pub order: Vec<Who>,
    /// The prize that was passed on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub award: Option<AwardId>,
}

/// Records a decision: between equals, of a prize that stays empty, of what goes up.
///
/// # Errors
/// [`Error::NoReason`] without one; [`Error::StaysFull`] for a prize that has to be given.
pub async fn decide(
    tx: &DatabaseTransaction,
    by: &Organiser,
    kind: Decided,
    subject: &Subject,
    reason: &str,
    now: Instant,
) -> Result<(), Error> {
    if reason.trim().is_empty() {
        return Err(Error::NoReason);
    }
    let contest = contest::lock(tx, by.contest()).await?;
    let prizes = &contest.definition.prizes;
    let may = prizes.iter().any(|prize| prize.key == subject.prize && prize.may_stay_empty);
    if kind == Decided::EmptyPrize && !may {
        return Err(Error::StaysFull);
    }
    let json = keep(tx, (by.contest(), by.user()), kind, (subject, reason), now).await?;
    let after = json!({ "kind": kind, "subject": json, "reason": reason });
    Ok(record(tx, (by.user(), "organiser"), by.contest(), "decided", after, now).await?)
}

/// Writes a decision down; gives back what it is about, as it was written.
///
/// # Errors
/// When the database fails.
pub(super) async fn keep(
    tx: &DatabaseTransaction,
    (contest, by): (ContestId, UserId),
    kind: Decided,
    (subject, reason): (&Subject, &str),
    now: Instant,
) -> Result<Value, DbErr> {
    let json = serde_json::to_value(subject).map_err(|error| DbErr::Json(error.to_string()))?;
    let row = decision::ActiveModel {
        id: Set(DecisionId::new()),
        contest_id: Set(contest),
        kind: Set(kind),
        subject: Set(json.clone()),
        reason: Set(reason.to_owned()),
        decided_by: Set(by),
        decided_at: Set(now),
    };
    decision::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(json)
}
