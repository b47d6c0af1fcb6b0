//! The audit log: every act that decides something, each row bound to the one before by a hash.
//!
//! Rows are only added. Their numbers have no gaps and `hash` is SHA-256 over the hash before and
//! the row's canonical JSON, so a row that is changed, left out or slipped in breaks the chain
//! from there on; [`verify`] finds the place.

use std::collections::HashMap;

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

/// Which rows of the log are asked for: all, unless something is named.
#[derive(Clone, Copy, Debug, Default)]
pub struct Asked {
    /// Those of one contest.
    pub contest: Option<ContestId>,
    /// Those from this moment on.
    pub since: Option<Instant>,
}

/// Rows after number `seq`, oldest first, each with the hash of the row before it in the log, which
/// need not be one that is asked for.
///
/// # Errors
/// When the database fails.
pub async fn after(
    db: &impl ConnectionTrait,
    asked: Asked,
    seq: i64,
    size: u64,
) -> Result<Vec<(audit_log::Model, Vec<u8>)>, DbErr> {
    let mut found = audit_log::Entity::find().filter(audit_log::Column::Seq.gt(seq));
    if let Some(contest) = asked.contest {
        found = found.filter(audit_log::Column::ContestId.eq(contest));
    }
    if let Some(since) = asked.since {
        found = found.filter(audit_log::Column::HappenedAt.gte(since));
    }
    let rows = found.order_by_asc(audit_log::Column::Seq).limit(size).all(db).await?;
    let before: Vec<(i64, Vec<u8>)> = audit_log::Entity::find()
        .select_only()
        .columns([audit_log::Column::Seq, audit_log::Column::Hash])
        .filter(audit_log::Column::Seq.is_in(rows.iter().map(|row| row.seq - 1)))
        .into_tuple()
        .all(db)
        .await?;
    let before: HashMap<i64, Vec<u8>> = before.into_iter().collect();
    let with = |row: audit_log::Model| {
        let hash = before.get(&(row.seq - 1)).cloned().unwrap_or_default();
        (row, hash)
    };
    Ok(rows.into_iter().map(with).collect())
}

/// Acts of a person, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn of_person(
    db: &impl ConnectionTrait,
    user: UserId,
) -> Result<Vec<audit_log::Model>, DbErr> {
    let theirs = audit_log::Entity::find().filter(audit_log::Column::ActorId.eq(user));
    theirs.order_by_asc(audit_log::Column::Seq).all(db).await
}

/// All acts of one kind, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn of_act(db: &impl ConnectionTrait, act: &str) -> Result<Vec<audit_log::Model>, DbErr> {
    let those = audit_log::Entity::find().filter(audit_log::Column::Act.eq(act));
    those.order_by_asc(audit_log::Column::Seq).all(db).await
}

/// Why something was done, where whoever did it had to say so.
#[must_use]
pub fn reason(row: &audit_log::Model) -> Option<&str> {
    let reason = row.after.as_ref()?.get("reason")?.as_str()?.trim();
    (!reason.is_empty()).then_some(reason)
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
    verify_telling(db, |_, _, _| {}).await
}

/// The same; `seen` is told how far it is: what is counted, how many are done, and of how many.
///
/// # Errors
/// When the database fails.
pub async fn verify_telling(
    db: &impl ConnectionTrait,
    seen: impl Fn(&'static str, usize, usize),
) -> Result<Verdict, DbErr> {
    const PAGE: u64 = 1000;
    let number = |seq: i64| usize::try_from(seq).unwrap_or_default();
    let last = audit_log::Entity::find().order_by_desc(audit_log::Column::Seq).one(db).await?;
    let all = last.map_or(0, |row| number(row.seq));
    let (mut seq, mut hash) = (0, Vec::new());
    loop {
        seen("acts", number(seq), all);
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
            seen("acts", number(seq), all);
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
