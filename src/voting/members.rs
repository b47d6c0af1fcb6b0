//! Rolls of voters: each place on a roll has a code, handed out on paper, and no name.

use entity::id::{ContestId, UnitId};
use entity::vote_member;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, PaginatorTrait,
    QueryFilter, QueryOrder, Set,
};

use super::Error;
use crate::contest;

/// Rows that are written by one statement.
const ROWS: usize = 1000;

/// Adds places to the roll of a contest, numbered from the last on: the unit of each, and the keyed
/// hash of its code. Answers the number of the first.
///
/// # Errors
/// When the database fails, or a code is there already.
pub async fn add(
    tx: &DatabaseTransaction,
    contest: ContestId,
    places: Vec<(Option<UnitId>, [u8; 32])>,
) -> Result<i32, Error> {
    contest::lock(tx, contest).await?;
    let last = vote_member::Entity::find()
        .filter(vote_member::Column::ContestId.eq(contest))
        .order_by_desc(vote_member::Column::Number)
        .one(tx)
        .await?;
    let first = last.map_or(1, |last| last.number + 1);
    let mut rows = (first..).zip(places).map(|(number, (unit, hash))| vote_member::ActiveModel {
        contest_id: Set(contest),
        number: Set(number),
        unit_id: Set(unit),
        code_hash: Set(hash.to_vec()),
    });
    loop {
        let some: Vec<_> = rows.by_ref().take(ROWS).collect();
        if some.is_empty() {
            return Ok(first);
        }
        vote_member::Entity::insert_many(some).exec_without_returning(tx).await?;
    }
}

/// The place whose code has this hash: its contest and its number there.
///
/// # Errors
/// When the database fails.
pub async fn by_hash(
    db: &impl ConnectionTrait,
    hash: &[u8; 32],
) -> Result<Option<(ContestId, u32)>, DbErr> {
    let of = vote_member::Column::CodeHash.eq(hash.to_vec());
    let row = vote_member::Entity::find().filter(of).one(db).await?;
    Ok(row.and_then(|row| Some((row.contest_id, u32::try_from(row.number).ok()?))))
}

/// How many places a contest's roll has.
///
/// # Errors
/// When the database fails.
pub async fn count(db: &impl ConnectionTrait, contest: ContestId) -> Result<u64, DbErr> {
    let of = vote_member::Column::ContestId.eq(contest);
    vote_member::Entity::find().filter(of).count(db).await
}
