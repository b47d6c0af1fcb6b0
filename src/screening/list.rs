//! Which entries a screener looks at, and which hold the same file.

use entity::entry::{self, State};
use entity::id::EntryId;
use entity::{file, part, unit};
use sea_orm::sea_query::{Alias, Expr, LikeExpr, Query, SelectStatement};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, ExprTrait, JoinType, QueryFilter, QueryOrder,
    QuerySelect,
};

use crate::contest::Screener;

/// Which entries a screener looks at.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// In which state; absent: those that wait.
    pub state: Option<State>,
    /// Of this unit or one below it: its path.
    pub path: Option<String>,
    /// Only with pictures of which the camera says nothing.
    pub without_camera: bool,
    /// Only with a file that another entry of the contest holds too.
    pub duplicates: bool,
}

/// Entries by number, behind `after`: one indexed walk, however many there are.
///
/// # Errors
/// When the database fails.
pub async fn list(
    db: &impl ConnectionTrait,
    by: &Screener,
    filter: &Filter,
    after: i32,
    size: u64,
) -> Result<Vec<entry::Model>, DbErr> {
    let mut found = entry::Entity::find()
        .filter(entry::Column::ContestId.eq(by.contest()))
        .filter(entry::Column::State.eq(filter.state.unwrap_or(State::Submitted)))
        .filter(entry::Column::Number.gt(after));
    if let Some(path) = &filter.path {
        let below = Query::select()
            .column(unit::Column::Id)
            .from(unit::Entity)
            .and_where(unit::Column::Path.like(LikeExpr::new(format!("{path}%"))))
            .to_owned();
        found = found.filter(entry::Column::UnitId.in_subquery(below));
    }
    if filter.without_camera {
        let silent = own_files()
            .and_where(file::Column::Camera.is_null())
            .and_where(file::Column::TakenAt.is_null())
            .and_where(file::Column::Width.is_not_null())
            .to_owned();
        found = found.filter(Expr::exists(silent));
    }
    if filter.duplicates {
        found = found.filter(Expr::exists(twice()));
    }
    found.order_by_asc(entry::Column::Number).limit(size).all(db).await
}

/// Files of the entry in the outer query.
fn own_files() -> SelectStatement {
    Query::select()
        .expr(Expr::val(1))
        .from(part::Entity)
        .inner_join(
            file::Entity,
            Expr::col((file::Entity, file::Column::Id))
                .equals((part::Entity, part::Column::FileId)),
        )
        .and_where(
            Expr::col((part::Entity, part::Column::EntryId))
                .equals((entry::Entity, entry::Column::Id)),
        )
        .to_owned()
}

/// Files of the entry in the outer query that another entry of its contest holds too.
fn twice() -> SelectStatement {
    let (file_two, part_two, entry_two) =
        (Alias::new("file_two"), Alias::new("part_two"), Alias::new("entry_two"));
    own_files()
        .join_as(
            JoinType::InnerJoin,
            file::Entity,
            file_two.clone(),
            Expr::col((file_two.clone(), file::Column::Sha256))
                .equals((file::Entity, file::Column::Sha256)),
        )
        .join_as(
            JoinType::InnerJoin,
            part::Entity,
            part_two.clone(),
            Expr::col((part_two.clone(), part::Column::FileId))
                .equals((file_two, file::Column::Id)),
        )
        .join_as(
            JoinType::InnerJoin,
            entry::Entity,
            entry_two.clone(),
            Expr::col((entry_two.clone(), entry::Column::Id))
                .equals((part_two, part::Column::EntryId)),
        )
        .and_where(
            Expr::col((entry_two.clone(), entry::Column::ContestId))
                .equals((entry::Entity, entry::Column::ContestId)),
        )
        .and_where(Expr::col((entry_two.clone(), entry::Column::State)).ne("draft"))
        .and_where(
            Expr::col((entry_two, entry::Column::Id))
                .not_equals((entry::Entity, entry::Column::Id)),
        )
        .to_owned()
}

/// Entries of the same contest that hold the very same file.
///
/// # Errors
/// When the database fails.
pub async fn same_files(
    db: &impl ConnectionTrait,
    by: &Screener,
    id: EntryId,
) -> Result<Vec<entry::Model>, DbErr> {
    let own = part::Entity::find().filter(part::Column::EntryId.eq(id)).all(db).await?;
    let own = own.into_iter().filter_map(|part| part.file_id);
    let own = file::Entity::find().filter(file::Column::Id.is_in(own)).all(db).await?;
    let hashes = own.into_iter().map(|file| file.sha256);
    let same = file::Entity::find().filter(file::Column::Sha256.is_in(hashes)).all(db).await?;
    let parts = part::Entity::find()
        .filter(part::Column::FileId.is_in(same.into_iter().map(|file| file.id)))
        .filter(part::Column::EntryId.ne(id))
        .all(db)
        .await?;
    entry::Entity::find()
        .filter(entry::Column::Id.is_in(parts.into_iter().map(|part| part.entry_id)))
        .filter(entry::Column::ContestId.eq(by.contest()))
        .filter(entry::Column::State.ne(State::Draft))
        .all(db)
        .await
}
