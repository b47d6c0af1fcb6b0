//! Files that nothing names any more.

use entity::id::FileId;
use entity::instant::Instant;
use entity::{contest, file, outside_count, part};
use sea_orm::sea_query::{LockType, Query};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, ExprTrait,
    PaginatorTrait, QueryFilter, QuerySelect,
};

use super::copies::take_down;
use super::keep::ERASED;

/// Forgets a file and its copies, unless something still names it. The answer are keys of objects to
/// delete once this is certain.
///
/// # Errors
/// When the database fails.
pub async fn forget(tx: &DatabaseTransaction, id: FileId) -> Result<Vec<String>, DbErr> {
    // Whoever is about to name it waits for this lock, and then finds no such file.
    let row = file::Entity::find_by_id(id).lock(LockType::Update).one(tx).await?;
    let Some(row) = row else { return Ok(Vec::new()) };
    if is_named(tx, id).await? {
        return Ok(Vec::new());
    }
    let mut keys = take_down(tx, [id]).await?;
    file::Entity::delete_by_id(id).exec(tx).await?;
    keys.push(row.storage_key);
    Ok(keys)
}

/// Whether a file is part of an entry, a contest's poster or plan, or the proof of a count.
async fn is_named(db: &impl ConnectionTrait, id: FileId) -> Result<bool, DbErr> {
    let parts = part::Entity::find().filter(part::Column::FileId.eq(id)).count(db).await?;
    let own = contest::Column::PosterFileId.eq(id).or(contest::Column::PlanFileId.eq(id));
    let contests = contest::Entity::find().filter(own).count(db).await?;
    let proofs = outside_count::Entity::find().filter(outside_count::Column::ProofFileId.eq(id));
    Ok(parts + contests + proofs.count(db).await? > 0)
}

/// Files written down before this moment that nothing names: earlier versions left them behind. Those
/// that were erased have nothing left but their row.
///
/// # Errors
/// When the database fails.
pub async fn nobodys(db: &impl ConnectionTrait, before: Instant) -> Result<Vec<FileId>, DbErr> {
    let parts = Query::select()
        .column(part::Column::FileId)
        .from(part::Entity)
        .and_where(part::Column::FileId.is_not_null())
        .take();
    let of_contests = |column: contest::Column| {
        let rows = Query::select().column(column).from(contest::Entity).take();
        rows.clone().and_where(column.is_not_null()).take()
    };
    let proofs = Query::select()
        .column(outside_count::Column::ProofFileId)
        .from(outside_count::Entity)
        .and_where(outside_count::Column::ProofFileId.is_not_null())
        .take();
    let nobodys = Condition::all()
        .add(file::Column::Id.not_in_subquery(parts))
        .add(file::Column::Id.not_in_subquery(of_contests(contest::Column::PosterFileId)))
        .add(file::Column::Id.not_in_subquery(of_contests(contest::Column::PlanFileId)))
        .add(file::Column::Id.not_in_subquery(proofs));
    file::Entity::find()
        .filter(file::Column::CreatedAt.lt(before))
        .filter(file::Column::Refusal.is_null().or(file::Column::Refusal.ne(ERASED)))
        .filter(nobodys)
        .select_only()
        .column(file::Column::Id)
        .into_tuple()
        .all(db)
        .await
}
