//! Rows of cases, and of what was ruled about them.

use entity::id::{ContestId, UserId, VoteCaseId, VoteRulingId};
use entity::instant::Instant;
use entity::vote_case::{self, Model, State};
use entity::{vote, vote_ruling};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait,
    ExprTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder, Set,
};

use crate::entry::code;
use crate::voting::Error;
use crate::voting::signals::Finding;

/// The act by which votes are disqualified.
pub(in crate::voting) const STRUCK: &str = "votes-struck";

/// Places in the log at which a case's ballots begin.
#[must_use]
pub fn leaves(case: &Model) -> Vec<u64> {
    serde_json::from_value(case.leaves.clone()).unwrap_or_default()
}

/// What was found.
#[must_use]
pub fn findings(case: &Model) -> Vec<Finding> {
    serde_json::from_value(case.findings.clone()).unwrap_or_default()
}

/// Whether its votes are set aside or disqualified.
#[must_use]
pub fn is_aside(state: State) -> bool {
    matches!(state, State::Held | State::Proposed | State::Struck | State::Appealed)
}

/// Cases of a contest: those that wait for somebody first, then by what they weigh.
///
/// # Errors
/// When the database fails.
pub async fn of_contest(
    db: &impl ConnectionTrait,
    contest: ContestId,
) -> Result<Vec<Model>, DbErr> {
    let rows = vote_case::Entity::find()
        .filter(vote_case::Column::ContestId.eq(contest))
        .order_by_desc(vote_case::Column::Points)
        .order_by_asc(vote_case::Column::FirstAt)
        .order_by_asc(vote_case::Column::Id);
    let mut rows = rows.all(db).await?;
    rows.sort_by_key(|case| match case.state {
        State::Proposed | State::Appealed => 0,
        State::Open => 1,
        State::Held => 2,
        _ => 3,
    });
    Ok(rows)
}

/// How many cases of a contest somebody has begun to rule about and nobody has decided.
///
/// # Errors
/// When the database fails.
pub async fn undecided(db: &impl ConnectionTrait, contest: ContestId) -> Result<u32, DbErr> {
    let begun = [State::Held, State::Proposed, State::Appealed];
    let count = vote_case::Entity::find()
        .filter(vote_case::Column::ContestId.eq(contest))
        .filter(vote_case::Column::State.is_in(begun))
        .count(db)
        .await?;
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}

/// Until when appeals are taken against the disqualification of the vote with this receipt; the last
/// of them, where several cases hold its ballot.
///
/// # Errors
/// When the database fails.
pub async fn appeal_until(
    db: &impl ConnectionTrait,
    contest: ContestId,
    receipt: &str,
) -> Result<Option<Instant>, DbErr> {
    let of = vote::Column::Receipt.eq(receipt).and(vote::Column::ContestId.eq(contest));
    let Some(vote) = vote::Entity::find().filter(of).one(db).await? else { return Ok(None) };
    let struck = vote_case::Entity::find()
        .filter(vote_case::Column::ContestId.eq(contest))
        .filter(vote_case::Column::State.is_in([State::Struck, State::Appealed]));
    let holds =
        |case: &Model| u64::try_from(vote.ballot).is_ok_and(|first| leaves(case).contains(&first));
    let cases = struck.all(db).await?;
    Ok(cases.iter().filter(|case| holds(case)).filter_map(|case| case.appeal_until).max())
}

/// The case with this code.
///
/// # Errors
/// [`Error::NoCase`] where the contest has none.
pub async fn by_code(
    db: &impl ConnectionTrait,
    contest: ContestId,
    code: &str,
) -> Result<Model, Error> {
    let found = vote_case::Entity::find()
        .filter(vote_case::Column::ContestId.eq(contest))
        .filter(vote_case::Column::Code.eq(code::meant(code)))
        .one(db)
        .await?;
    found.ok_or(Error::NoCase)
}

/// What was ruled about a case, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn rulings(
    db: &impl ConnectionTrait,
    case: VoteCaseId,
) -> Result<Vec<vote_ruling::Model>, DbErr> {
    vote_ruling::Entity::find()
        .filter(vote_ruling::Column::CaseId.eq(case))
        .order_by_asc(vote_ruling::Column::RuledAt)
        .order_by_asc(vote_ruling::Column::Id)
        .all(db)
        .await
}

pub(in crate::voting) async fn note_ruling(
    tx: &DatabaseTransaction,
    case: &Model,
    (act, words): (&str, &str),
    by: UserId,
    now: Instant,
) -> Result<(), DbErr> {
    let row = vote_ruling::ActiveModel {
        id: Set(VoteRulingId::new()),
        case_id: Set(case.id),
        act: Set(act.to_owned()),
        words: Set(words.to_owned()),
        votes: Set(i32::try_from(leaves(case).len()).unwrap_or(i32::MAX)),
        ruled_by: Set(by),
        ruled_at: Set(now),
    };
    vote_ruling::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

pub(in crate::voting) async fn change(
    tx: &DatabaseTransaction,
    case: Model,
    with: impl FnOnce(&mut vote_case::ActiveModel),
) -> Result<Model, DbErr> {
    let mut row = case.into_active_model();
    with(&mut row);
    row.update(tx).await
}
