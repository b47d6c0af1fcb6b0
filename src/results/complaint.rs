//! Complaints about a result, and their answers.

use entity::complaint::{self, Decision};
use entity::id::{ComplaintId, ContestId, EntryId};
use entity::instant::Instant;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait,
    IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, Set,
};
use serde_json::json;

use super::error::Error;
use super::record::{complained, record};
use super::rows::in_force;
use crate::contest::{Contest, Organiser};
use crate::{account, contact};

/// Whether a complaint that was upheld led to a publication, so that the result is corrected.
///
/// # Errors
/// When the database fails.
pub async fn is_corrected(
    db: &impl ConnectionTrait,
    row: &complaint::Model,
) -> Result<bool, DbErr> {
    let Some(answered) = row.answered_at.filter(|_| row.decision == Some(Decision::Upheld)) else {
        return Ok(false);
    };
    let published = in_force(db, row.contest_id).await?.and_then(|now| now.approved_at);
    Ok(published.is_some_and(|at| at > answered))
}

/// Files a complaint, within its window.
///
/// # Errors
/// [`Error::NotNow`] outside of it; [`Error::NoReason`] without a name, a contact or words.
pub async fn complain(
    tx: &DatabaseTransaction,
    contest: &Contest,
    (name, contact, body): (&str, &str, &str),
    (code, about): (String, Option<EntryId>),
    now: Instant,
) -> Result<String, Error> {
    if contest.takes_complaints(now).is_none() {
        return Err(Error::NotNow);
    }
    if [name, contact, body].iter().any(|words| words.trim().is_empty()) {
        return Err(Error::NoReason);
    }
    let id = ComplaintId::new();
    let row = complaint::ActiveModel {
        id: Set(id),
        contest_id: Set(contest.id()),
        code: Set(code.clone()),
        name: Set(name.to_owned()),
        contact: Set(contact.to_owned()),
        body: Set(body.to_owned()),
        entry_id: Set(about),
        filed_at: Set(now),
        ..Default::default()
    };
    complaint::Entity::insert(row).exec_without_returning(tx).await?;
    complained(tx, contest.id(), (id, about), now).await?;
    Ok(code)
}

/// Takes name and contact off the complaints of whoever is reached at `contact`, which is in its one
/// form, however they wrote it; what they said and what was decided stays.
///
/// # Errors
/// When the database fails.
pub async fn forget(tx: &DatabaseTransaction, contact: &str) -> Result<(), DbErr> {
    complaint::Entity::update_many()
        .col_expr(complaint::Column::Name, Expr::value(account::ERASED))
        .col_expr(complaint::Column::Contact, Expr::value(account::ERASED))
        .filter(complaint::Column::Id.is_in(naming(tx, contact).await?))
        .exec(tx)
        .await?;
    Ok(())
}

/// Complaints of whoever is reached at `contact`, which is in its one form, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn of_contact(
    db: &impl ConnectionTrait,
    contact: &str,
) -> Result<Vec<complaint::Model>, DbErr> {
    let theirs = complaint::Column::Id.is_in(naming(db, contact).await?);
    let found = complaint::Entity::find().filter(theirs);
    found.order_by_asc(complaint::Column::FiledAt).all(db).await
}

/// Complaints whose sender is reached at `contact`, however they wrote it.
async fn naming(db: &impl ConnectionTrait, contact: &str) -> Result<Vec<ComplaintId>, DbErr> {
    let filed: Vec<(ComplaintId, String)> = complaint::Entity::find()
        .select_only()
        .columns([complaint::Column::Id, complaint::Column::Contact])
        .into_tuple()
        .all(db)
        .await?;
    let theirs = filed.into_iter().filter(|(_, written)| contact::names(written, contact));
    Ok(theirs.map(|(id, _)| id).collect())
}

/// Complaints of a contest, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn of_contest(
    db: &impl ConnectionTrait,
    contest: ContestId,
) -> Result<Vec<complaint::Model>, DbErr> {
    complaint::Entity::find()
        .filter(complaint::Column::ContestId.eq(contest))
        .order_by_asc(complaint::Column::FiledAt)
        .order_by_asc(complaint::Column::Id)
        .all(db)
        .await
}

/// The complaint with this code, for whoever filed it.
///
/// # Errors
/// [`Error::Unknown`] where there is none.
pub async fn by_code(db: &impl ConnectionTrait, code: &str) -> Result<complaint::Model, Error> {
    let found = complaint::Entity::find().filter(complaint::Column::Code.eq(code)).one(db).await?;
    found.ok_or(Error::Unknown)
}

/// Decides about a complaint and answers it; a later answer takes the place of an earlier one, and
/// the log keeps both.
///
/// # Errors
/// [`Error::NoReason`] without words; [`Error::Unknown`] when it is of another contest.
pub async fn answer(
    tx: &DatabaseTransaction,
    by: &Organiser,
    code: &str,
    (decision, words): (Decision, &str),
    now: Instant,
) -> Result<(), Error> {
    let row = by_code(tx, code).await?;
    if row.contest_id != by.contest() {
        return Err(Error::Unknown);
    }
    if words.trim().is_empty() {
        return Err(Error::NoReason);
    }
    let after = json!({ "complaint": row.id, "decision": decision, "answer": words });
    let mut row = row.into_active_model();
    row.decision = Set(Some(decision));
    row.answer = Set(Some(words.to_owned()));
    row.answered_by = Set(Some(by.user()));
    row.answered_at = Set(Some(now));
    row.update(tx).await?;
    let who = (by.user(), "organiser");
    Ok(record(tx, who, by.contest(), "complaint-decided", after, now).await?)
}
