//! The audit log: every act that decides something, each row bound to the one before by a hash.
//!
//! Rows are only added. Their numbers have no gaps and `hash` is SHA-256 over the hash before and
//! the row's canonical JSON, so a row that is changed, left out or slipped in breaks the chain
//! from there on; [`verify`] finds the place.

use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use entity::audit_log;
use entity::id::{ContestId, UserId};
use entity::instant::Instant;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, EntityTrait, QueryFilter,
    QueryOrder, QuerySelect, Set,
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// An act that decided something.
#[derive(Clone, Debug, Default)]
pub struct Act {
    /// Who; none: the system.
    pub actor: Option<UserId>,
    /// In which role.
    pub role: &'static str,
    /// What was done: a code of the words, such as `contest-announced`.
    pub act: &'static str,
    /// To what, as `table:key`.
    pub subject: String,
    /// In which contest.
    pub contest: Option<ContestId>,
    /// What it was, without personal data.
    pub before: Option<Value>,
    /// What it became, without personal data.
    pub after: Option<Value>,
}

/// Adds an act to the log, in the transaction that does it.
///
/// # Errors
/// When the database fails.
pub async fn record(tx: &DatabaseTransaction, act: Act, now: Instant) -> Result<(), DbErr> {
    if tx.get_database_backend() == DbBackend::Postgres {
        // One after the other: two rows with the same hash before would fork the chain.
        tx.execute_unprepared("lock table audit_log in share row exclusive mode").await?;
    }
    let last = audit_log::Entity::find().order_by_desc(audit_log::Column::Seq).one(tx).await?;
    let (seq, before) = last.map_or((1, Vec::new()), |last| (last.seq + 1, last.hash));
    let mut row = audit_log::Model {
        seq,
        happened_at: now,
        actor_id: act.actor,
        role: act.role.to_owned(),
        act: act.act.to_owned(),
        subject: act.subject,
        contest_id: act.contest,
        before: act.before,
        after: act.after,
        request_id: None,
        hash: Vec::new(),
    };
    row.hash = chained(&before, &row);
    let row = audit_log::ActiveModel {
        seq: Set(row.seq),
        happened_at: Set(row.happened_at),
        actor_id: Set(row.actor_id),
        role: Set(row.role),
        act: Set(row.act),
        subject: Set(row.subject),
        contest_id: Set(row.contest_id),
        before: Set(row.before),
        after: Set(row.after),
        request_id: Set(row.request_id),
        hash: Set(row.hash),
    };
    audit_log::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// Acts in a contest, newest first, those before number `before`.
///
/// # Errors
/// When the database fails.
pub async fn of_contest(
    db: &impl ConnectionTrait,
    contest: ContestId,
    before: Option<i64>,
    size: u64,
) -> Result<Vec<audit_log::Model>, DbErr> {
    let mut found = audit_log::Entity::find().filter(audit_log::Column::ContestId.eq(contest));
    if let Some(before) = before {
        found = found.filter(audit_log::Column::Seq.lt(before));
    }
    found.order_by_desc(audit_log::Column::Seq).limit(size).all(db).await
}

/// What a check of the whole log found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// So many rows, each bound to the one before.
    Whole(u64),
    /// The first row that is not what was written.
    Broken(i64),
}

/// Reads the whole log and checks every hash.
///
/// # Errors
/// When the database fails.
pub async fn verify(db: &impl ConnectionTrait) -> Result<Verdict, DbErr> {
    const PAGE: u64 = 1000;
    let (mut seq, mut hash) = (0, Vec::new());
    loop {
        let rows = audit_log::Entity::find()
            .filter(audit_log::Column::Seq.gt(seq))
            .order_by_asc(audit_log::Column::Seq)
            .limit(PAGE)
            .all(db)
            .await?;
        for row in &rows {
            if row.seq != seq + 1 || row.hash != chained(&hash, row) {
                return Ok(Verdict::Broken(seq + 1));
            }
            (seq, hash) = (row.seq, row.hash.clone());
        }
        if rows.len() < PAGE as usize {
            return Ok(Verdict::Whole(seq.unsigned_abs()));
        }
    }
}

/// The last row's hash, in hexadecimal digits; empty where there is no row.
///
/// # Errors
/// When the database fails.
pub async fn head(db: &impl ConnectionTrait) -> Result<String, DbErr> {
    let last = audit_log::Entity::find().order_by_desc(audit_log::Column::Seq).one(db).await?;
    Ok(last.map(|row| HEXLOWER.encode(&row.hash)).unwrap_or_default())
}

/// Whether a row has this hash, in hexadecimal digits.
///
/// # Errors
/// When the database fails.
pub async fn holds(db: &impl ConnectionTrait, hash: &str) -> Result<bool, DbErr> {
    let Ok(hash) = HEXLOWER_PERMISSIVE.decode(hash.as_bytes()) else { return Ok(false) };
    let row = audit_log::Entity::find().filter(audit_log::Column::Hash.eq(hash)).one(db).await?;
    Ok(row.is_some())
}

fn chained(before: &[u8], row: &audit_log::Model) -> Vec<u8> {
    let canonical = json!({
        "seq": row.seq,
        "happened_at": row.happened_at.micros(),
        "actor": row.actor_id,
        "role": row.role,
        "act": row.act,
        "subject": row.subject,
        "contest": row.contest_id,
        "before": row.before,
        "after": row.after,
    });
    Sha256::new().chain_update(before).chain_update(canonical.to_string()).finalize().to_vec()
}
