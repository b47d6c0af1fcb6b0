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
    if file::Entity::find_by_id(id).filter(nobodys_own()).count(tx).await? == 0 {
        return Ok(Vec::new());
    }
    let mut keys = take_down(tx, [id]).await?;
    file::Entity::delete_by_id(id).exec(tx).await?;
    keys.push(row.storage_key);
    Ok(keys)
}

/// Whether nothing names a file: no part of an entry, no contest as its poster or plan, no count as
/// its proof.
fn nobodys_own() -> Condition {
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
    Condition::all()
        .add(file::Column::Id.not_in_subquery(parts))
        .add(file::Column::Id.not_in_subquery(of_contests(contest::Column::PosterFileId)))
        .add(file::Column::Id.not_in_subquery(of_contests(contest::Column::PlanFileId)))
        .add(file::Column::Id.not_in_subquery(proofs))
}

/// Files written down before this moment that nothing names, each with its hash: earlier versions
/// left them behind, and a poster, plan or proof that another took the place of. Those that were
/// erased have nothing left but their row.
///
/// # Errors
/// When the database fails.
pub async fn nobodys(
    db: &impl ConnectionTrait,
    before: Instant,
) -> Result<Vec<(FileId, Vec<u8>)>, DbErr> {
    file::Entity::find()
        .filter(file::Column::CreatedAt.lt(before))
        .filter(file::Column::Refusal.is_null().or(file::Column::Refusal.ne(ERASED)))
        .filter(nobodys_own())
        .select_only()
        .columns([file::Column::Id, file::Column::Sha256])
        .into_tuple()
        .all(db)
        .await
}
