//! Rolls of voters: each place on a roll has a code, handed out on paper, and no name.

use entity::id::{ContestId, UnitId, UserId};
use entity::instant::Instant;
use entity::vote_member;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, PaginatorTrait,
    QueryFilter, QueryOrder, Set,
};
use serde_json::json;

use super::Error;
use crate::audit::{self, Act};
use crate::contest::{self, Organiser, record};

/// Rows that are written by one statement.
const ROWS: usize = 1000;

/// Adds places to the roll of a contest, numbered from the last on: the unit of each, and the keyed
/// hash of its code. `by` is who asks: an organiser, or none for the operator. Answers the number of
/// the first.
///
/// # Errors
/// When the database fails, or a code is there already.
pub async fn add(
    tx: &DatabaseTransaction,
    contest: ContestId,
    by: Option<UserId>,
    places: Vec<(Option<UnitId>, [u8; 32])>,
    now: Instant,
) -> Result<i32, Error> {
    contest::lock(tx, contest).await?;
    let last = vote_member::Entity::find()
        .filter(vote_member::Column::ContestId.eq(contest))
        .order_by_desc(vote_member::Column::Number)
        .one(tx)
        .await?;
    let first = last.map_or(1, |last| last.number + 1);
    let after = json!({ "members": places.len(), "first": first });
    let mut rows = (first..).zip(places).map(|(number, (unit, hash))| vote_member::ActiveModel {
        contest_id: Set(contest),
        number: Set(number),
        unit_id: Set(unit),
        code_hash: Set(hash.to_vec()),
        used_at: Set(None),
    });
    loop {
        let some: Vec<_> = rows.by_ref().take(ROWS).collect();
        if some.is_empty() {
            record(tx, contest, by, "vote-members-enrolled", after, now).await?;
            return Ok(first);
        }
        vote_member::Entity::insert_many(some).exec_without_returning(tx).await?;
    }
}

/// The place whose code has this hash: its contest, its number there, and whether the code was used.
///
/// # Errors
/// When the database fails.
pub async fn by_hash(
    db: &impl ConnectionTrait,
    hash: &[u8; 32],
) -> Result<Option<(ContestId, u32, bool)>, DbErr> {
    let of = vote_member::Column::CodeHash.eq(hash.to_vec());
    let row = vote_member::Entity::find().filter(of).one(db).await?;
    Ok(row.and_then(|row| {
        Some((row.contest_id, u32::try_from(row.number).ok()?, row.used_at.is_some()))
    }))
}

/// Says that a code is used, at first; answers its contest and its number there, unless the slip was
/// voided meanwhile.
///
/// # Errors
/// When the database fails.
pub async fn used(
    tx: &DatabaseTransaction,
    hash: &[u8; 32],
    now: Instant,
) -> Result<Option<(ContestId, u32)>, DbErr> {
    vote_member::Entity::update_many()
        .col_expr(vote_member::Column::UsedAt, Expr::value(now))
        .filter(vote_member::Column::CodeHash.eq(hash.to_vec()))
        .filter(vote_member::Column::UsedAt.is_null())
        .exec(tx)
        .await?;
    Ok(by_hash(tx, hash).await?.map(|(contest, number, _)| (contest, number)))
}

/// The place with this number on a contest's roll.
///
/// # Errors
/// When the database fails.
pub async fn find(
    db: &impl ConnectionTrait,
    contest: ContestId,
    number: i32,
) -> Result<Option<vote_member::Model>, DbErr> {
    vote_member::Entity::find_by_id((contest, number)).one(db).await
}

/// Voids a slip that was lost: its place gets the new code with this hash, and the old one is nobody's.
/// The place stays one voter, whoever holds which slip.
///
/// # Errors
/// [`Error::NoWords`] without a reason; [`Error::NoSlip`] where the roll has no such place;
/// [`Error::SlipUsed`] when the code was used.
pub async fn renew(
    tx: &DatabaseTransaction,
    by: &Organiser,
    (number, hash): (i32, [u8; 32]),
    reason: &str,
    now: Instant,
) -> Result<vote_member::Model, Error> {
    if reason.is_empty() {
        return Err(Error::NoWords);
    }
    contest::lock(tx, by.contest()).await?;
    let renewed = vote_member::Entity::update_many()
        .col_expr(vote_member::Column::CodeHash, Expr::value(hash.to_vec()))
        .filter(vote_member::Column::ContestId.eq(by.contest()))
        .filter(vote_member::Column::Number.eq(number))
        .filter(vote_member::Column::UsedAt.is_null())
        .exec(tx)
        .await?;
    let place = find(tx, by.contest(), number).await?.ok_or(Error::NoSlip)?;
    if renewed.rows_affected == 0 {
        return Err(place.used_at.map_or(Error::NoSlip, Error::SlipUsed));
    }
    let act = Act {
        actor: Some(by.user()),
        role: "organiser",
        act: "vote-slip-voided",
        subject: format!("vote_member:{number}"),
        contest: Some(by.contest()),
        after: Some(json!({ "reason": reason })),
        ..Act::default()
    };
    audit::record(tx, act, now).await?;
    Ok(place)
}

/// How many places a contest's roll has whose slips were used.
///
/// # Errors
/// When the database fails.
pub async fn count_used(db: &impl ConnectionTrait, contest: ContestId) -> Result<u64, DbErr> {
    let of = vote_member::Column::ContestId.eq(contest);
    let used = vote_member::Column::UsedAt.is_not_null();
    vote_member::Entity::find().filter(of).filter(used).count(db).await
}

/// How many places a contest's roll has.
///
/// # Errors
/// When the database fails.
pub async fn count(db: &impl ConnectionTrait, contest: ContestId) -> Result<u64, DbErr> {
    let of = vote_member::Column::ContestId.eq(contest);
    vote_member::Entity::find().filter(of).count(db).await
}
