//! Signed links of units and chat groups, made by the thousand.

use std::collections::{HashMap, HashSet};

use entity::id::{ContestId, UnitId, UserId};
use entity::instant::Instant;
use entity::{vote, vote_link};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, ExprTrait, QueryFilter,
    QueryOrder, QuerySelect, Set,
};
use serde_json::json;

use super::Error;
use crate::audit::{self, Act};
use crate::contest::{self, Organiser, record};

/// Rows that are written by one statement.
const ROWS: usize = 1000;

/// A link that is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewLink {
    /// The unit it is for.
    pub unit: Option<UnitId>,
    /// What it is called.
    pub label: String,
    /// People in the group; three in ten more may come by it.
    pub members: u32,
}

/// Adds links to a contest, numbered from the last on; they hold until `expires`. `by` is who asks:
/// an organiser, or none for the operator.
///
/// # Errors
/// When the database fails.
pub async fn add(
    tx: &DatabaseTransaction,
    contest: ContestId,
    by: Option<UserId>,
    links: &[NewLink],
    expires: Instant,
    now: Instant,
) -> Result<Vec<vote_link::Model>, Error> {
    contest::lock(tx, contest).await?;
    let last = vote_link::Entity::find()
        .filter(vote_link::Column::ContestId.eq(contest))
        .order_by_desc(vote_link::Column::Number)
        .one(tx)
        .await?;
    let first = last.map_or(1, |last| last.number + 1);
    let rows: Vec<vote_link::Model> = (first..)
        .zip(links)
        .map(|(number, link)| vote_link::Model {
            contest_id: contest,
            number,
            unit_id: link.unit,
            label: link.label.clone(),
            quota: i32::try_from(u64::from(Ord::max(link.members, 1)) * 13 / 10 + 1)
                .unwrap_or(i32::MAX),
            expires_at: expires,
            closed_at: None,
        })
        .collect();
    for rows in rows.chunks(ROWS) {
        let rows = rows.iter().map(|row| vote_link::ActiveModel {
            contest_id: Set(row.contest_id),
            number: Set(row.number),
            unit_id: Set(row.unit_id),
            label: Set(row.label.clone()),
            quota: Set(row.quota),
            expires_at: Set(row.expires_at),
            closed_at: Set(None),
        });
        vote_link::Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    let after = json!({ "links": rows.len(), "first": first, "until": expires });
    record(tx, contest, by, "vote-links-made", after, now).await?;
    Ok(rows)
}

/// Closes a link: nobody is counted as come by it any more, whoever came before stays counted.
///
/// # Errors
/// [`Error::NoLink`] where there is none of this number that is open.
pub async fn close(
    tx: &DatabaseTransaction,
    by: &Organiser,
    number: i32,
    now: Instant,
) -> Result<(), Error> {
    contest::lock(tx, by.contest()).await?;
    let closed = vote_link::Entity::update_many()
        .col_expr(vote_link::Column::ClosedAt, Expr::value(now))
        .filter(vote_link::Column::ContestId.eq(by.contest()))
        .filter(vote_link::Column::Number.eq(number))
        .filter(vote_link::Column::ClosedAt.is_null())
        .exec(tx)
        .await?;
    if closed.rows_affected == 0 {
        return Err(Error::NoLink);
    }
    // The writer reads the contest anew, and with it which links are closed.
    contest::touched(tx, by.contest()).await?;
    let act = Act {
        actor: Some(by.user()),
        role: "organiser",
        act: "vote-link-closed",
        subject: format!("vote_link:{number}"),
        contest: Some(by.contest()),
        ..Act::default()
    };
    Ok(audit::record(tx, act, now).await?)
}

/// Numbers of the links of a contest that are closed.
///
/// # Errors
/// When the database fails.
pub(super) async fn closed(
    db: &impl ConnectionTrait,
    contest: ContestId,
) -> Result<HashSet<u32>, DbErr> {
    let numbers: Vec<i32> = vote_link::Entity::find()
        .select_only()
        .column(vote_link::Column::Number)
        .filter(vote_link::Column::ContestId.eq(contest))
        .filter(vote_link::Column::ClosedAt.is_not_null())
        .into_tuple()
        .all(db)
        .await?;
    Ok(numbers.into_iter().filter_map(|number| u32::try_from(number).ok()).collect())
}

/// The links of a contest, by number.
///
/// # Errors
/// When the database fails.
pub async fn links(
    db: &impl ConnectionTrait,
    contest: ContestId,
) -> Result<Vec<vote_link::Model>, DbErr> {
    vote_link::Entity::find()
        .filter(vote_link::Column::ContestId.eq(contest))
        .order_by_asc(vote_link::Column::Number)
        .all(db)
        .await
}

/// The links of a contest from one number to another, both included.
///
/// # Errors
/// When the database fails.
pub async fn links_between(
    db: &impl ConnectionTrait,
    contest: ContestId,
    (first, last): (u32, u32),
) -> Result<Vec<vote_link::Model>, DbErr> {
    let number = |number: u32| i32::try_from(number).unwrap_or(i32::MAX);
    vote_link::Entity::find()
        .filter(vote_link::Column::ContestId.eq(contest))
        .filter(vote_link::Column::Number.between(number(first), number(last)))
        .order_by_asc(vote_link::Column::Number)
        .all(db)
        .await
}

/// People who voted by each link of a contest, by its number.
///
/// # Errors
/// When the database fails.
pub async fn voters_by_link(
    db: &impl ConnectionTrait,
    contest: ContestId,
) -> Result<HashMap<i32, i64>, DbErr> {
    let rows: Vec<(Option<i32>, i64)> = vote::Entity::find()
        .select_only()
        .column(vote::Column::Link)
        .column_as(Expr::col(vote::Column::Voter).count_distinct(), "voters")
        .filter(vote::Column::ContestId.eq(contest))
        .filter(vote::Column::State.ne(vote::State::Withdrawn))
        .filter(vote::Column::Link.is_not_null())
        .group_by(vote::Column::Link)
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().filter_map(|(link, voters)| Some((link?, voters))).collect())
}
