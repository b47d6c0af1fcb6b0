//! How many entries are in each state.

use entity::entry::{self, State};
use sea_orm::sea_query::{Expr, Query};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, ExprTrait, FromQueryResult, QueryFilter,
    QuerySelect,
};

use crate::contest::Screener;

/// How many entries of a contest are in each state.
///
/// # Errors
/// When the database fails.
pub async fn counts(db: &impl ConnectionTrait, by: &Screener) -> Result<Vec<(State, i64)>, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        state: State,
        count: i64,
    }
    let rows = entry::Entity::find()
        .select_only()
        .column(entry::Column::State)
        .column_as(Expr::col(entry::Column::Id).count(), "count")
        .filter(entry::Column::ContestId.eq(by.contest()))
        .group_by(entry::Column::State)
        .into_model::<Row>()
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| (row.state, row.count)).collect())
}

/// Beyond so many nobody counts on.
pub const MANY: i64 = 500;

/// How many entries of a contest are in each of `states`, up to [`MANY`]: a page that is opened
/// again and again costs the same in a contest of any size.
///
/// # Errors
/// When the database fails.
pub async fn counts_up_to_many(
    db: &impl ConnectionTrait,
    by: &Screener,
    states: impl IntoIterator<Item = State>,
) -> Result<Vec<(State, i64)>, DbErr> {
    let mut counts = Vec::new();
    for state in states {
        let some = Query::select()
            .column(entry::Column::Id)
            .from(entry::Entity)
            .and_where(entry::Column::ContestId.eq(by.contest()))
            .and_where(entry::Column::State.eq(state))
            .limit(MANY.unsigned_abs())
            .to_owned();
        let count = Query::select()
            .expr_as(Expr::cust("count(*)"), "count")
            .from_subquery(some, "some_entries")
            .to_owned();
        let row = db.query_one(&count).await?;
        let count = row.map(|row| row.try_get::<i64>("", "count")).transpose()?;
        counts.push((state, count.unwrap_or_default()));
    }
    Ok(counts)
}
