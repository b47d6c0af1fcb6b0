//! Entries by name, where nothing else of them is wanted.

use entity::entry::{self, State};
use entity::id::{ContestId, EntryId};
use sea_orm::sea_query::SimpleExpr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, ExprTrait, QueryFilter, QuerySelect,
};

use super::code;

/// An entry by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// Its key.
    pub id: EntryId,
    /// Number in the contest.
    pub number: i32,
    /// Public code.
    pub code: String,
    /// Title.
    pub title: String,
    /// Its author, as it is shown where names are shown.
    pub shown_name: String,
}

type Row = (EntryId, Option<i32>, String, String, String);

/// The accepted entries of a contest.
///
/// # Errors
/// When the database fails.
pub async fn accepted(db: &impl ConnectionTrait, contest: ContestId) -> Result<Vec<Named>, DbErr> {
    let of = entry::Column::ContestId.eq(contest).and(entry::Column::State.eq(State::Accepted));
    read(db, of).await
}

/// The entries with these keys.
///
/// # Errors
/// When the database fails.
pub async fn named(
    db: &impl ConnectionTrait,
    ids: impl IntoIterator<Item = EntryId>,
) -> Result<Vec<Named>, DbErr> {
    read(db, entry::Column::Id.is_in(ids)).await
}

async fn read(db: &impl ConnectionTrait, of: SimpleExpr) -> Result<Vec<Named>, DbErr> {
    let rows: Vec<Row> = entry::Entity::find()
        .select_only()
        .columns([entry::Column::Id, entry::Column::Number, entry::Column::Code])
        .columns([entry::Column::Title, entry::Column::ShownName])
        .filter(of)
        .into_tuple()
        .all(db)
        .await?;
    let named = |(id, number, code, title, shown_name): Row| {
        Some(Named { id, number: number?, code, title, shown_name })
    };
    Ok(rows.into_iter().filter_map(named).collect())
}

/// The accepted entry of a contest with this code or number, as somebody types it.
///
/// # Errors
/// When the database fails.
pub async fn by_code_or_number(
    db: &impl ConnectionTrait,
    contest: ContestId,
    typed: &str,
) -> Result<Option<entry::Model>, DbErr> {
    let code = entry::Column::Code.eq(code::meant(typed));
    let which = match typed.parse::<i32>() {
        Ok(number) => code.or(entry::Column::Number.eq(number)),
        Err(_) => code,
    };
    let of = entry::Column::ContestId.eq(contest);
    let rows = entry::Entity::find().filter(of).filter(entry::Column::State.eq(State::Accepted));
    rows.filter(which).one(db).await
}
