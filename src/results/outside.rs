//! Counts read elsewhere: typed by one person, confirmed by another.

use std::collections::{BTreeMap, HashMap};

use entity::id::{ContestId, EntryId, FileId, OutsideCountId};
use entity::instant::Instant;
use entity::{entry, outside_count};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait,
    IntoActiveModel, QueryFilter, QueryOrder, Set,
};
use serde_json::json;

use super::Error;
use crate::audit::{self, Act};
use crate::contest::Organiser;

/// Notes a count that was read at `read_at`.
///
/// # Errors
/// [`Error::Unknown`] when the entry is not of this contest.
pub async fn type_in(
    tx: &DatabaseTransaction,
    by: &Organiser,
    entry: EntryId,
    (kind, count): (&str, i64),
    (read_at, proof): (Instant, Option<FileId>),
    now: Instant,
) -> Result<OutsideCountId, Error> {
    let known = entry::Entity::find_by_id(entry).one(tx).await?;
    if known.is_none_or(|known| known.contest_id != by.contest()) || count < 0 {
        return Err(Error::Unknown);
    }
    let id = OutsideCountId::new();
    let row = outside_count::ActiveModel {
        id: Set(id),
        entry_id: Set(entry),
        kind_key: Set(kind.to_owned()),
        count: Set(count),
        read_at: Set(read_at),
        proof_file_id: Set(proof),
        typed_by: Set(by.user()),
        typed_at: Set(now),
        confirmed_by: Set(None),
        confirmed_at: Set(None),
    };
    outside_count::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(id)
}

/// Confirms a count that somebody else typed.
///
/// # Errors
/// [`Error::SamePerson`] for whoever typed it.
pub async fn confirm(
    tx: &DatabaseTransaction,
    by: &Organiser,
    id: OutsideCountId,
    now: Instant,
) -> Result<(), Error> {
    let row = outside_count::Entity::find_by_id(id).one(tx).await?.ok_or(Error::Unknown)?;
    let known = entry::Entity::find_by_id(row.entry_id).one(tx).await?;
    if known.is_none_or(|known| known.contest_id != by.contest()) {
        return Err(Error::Unknown);
    }
    if row.typed_by == by.user() {
        return Err(Error::SamePerson);
    }
    let act = Act {
        actor: Some(by.user()),
        role: "organiser",
        act: "outside-count-confirmed",
        subject: format!("entry:{}", row.entry_id),
        contest: Some(by.contest()),
        before: None,
        after: Some(json!({ "kind": row.kind_key, "count": row.count })),
    };
    audit::record(tx, act, now).await?;
    let mut row = row.into_active_model();
    row.confirmed_by = Set(Some(by.user()));
    row.confirmed_at = Set(Some(now));
    row.update(tx).await?;
    Ok(())
}

/// All counts of a contest, newest first.
///
/// # Errors
/// When the database fails.
pub async fn of_contest(
    db: &impl ConnectionTrait,
    contest: ContestId,
) -> Result<Vec<outside_count::Model>, DbErr> {
    let entries = sea_orm::sea_query::Query::select()
        .column(entry::Column::Id)
        .from(entry::Entity)
        .and_where(entry::Column::ContestId.eq(contest))
        .to_owned();
    outside_count::Entity::find()
        .filter(outside_count::Column::EntryId.in_subquery(entries))
        .order_by_desc(outside_count::Column::TypedAt)
        .all(db)
        .await
}

type Counts = HashMap<EntryId, BTreeMap<String, i64>>;

/// The newest confirmed count of each kind, and how many counts wait for a second person.
pub(super) async fn newest(
    db: &impl ConnectionTrait,
    contest: ContestId,
) -> Result<(Counts, u32), DbErr> {
    let rows = of_contest(db, contest).await?;
    let waiting = rows.iter().filter(|row| row.confirmed_at.is_none()).count();
    let mut counts = Counts::new();
    for row in rows.into_iter().filter(|row| row.confirmed_at.is_some()) {
        counts.entry(row.entry_id).or_default().entry(row.kind_key).or_insert(row.count);
    }
    Ok((counts, u32::try_from(waiting).unwrap_or(u32::MAX)))
}
