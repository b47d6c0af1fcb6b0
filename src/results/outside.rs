//! Counts read elsewhere: typed or imported with a proof by one person, confirmed or refused by
//! another.

use std::collections::{BTreeMap, HashMap};

use entity::id::{ContestId, EntryId, FileId, OutsideCountId};
use entity::instant::Instant;
use entity::{entry, outside_count};
use sea_orm::sea_query::{Expr, Query, SelectStatement};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect, Set,
};
use serde_json::json;

use super::Error;
use super::record::record;
use crate::contest::{self, Organiser};

/// A count of one kind for one entry.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Reading {
    /// The entry.
    pub entry: EntryId,
    /// What was counted, a key of the definition.
    pub kind: String,
    /// How many.
    pub count: i64,
}

/// Notes counts that were read at `read_at`, as `proof` shows; noted before with the same numbers and not refused,
/// they are not noted again. Answers how many are new.
///
/// # Errors
/// [`Error::Unknown`] when an entry or a kind is not of this contest; [`Error::ReadLater`] for a
/// moment that has not come, [`Error::ReadOutside`] for one outside the phase of the rules.
pub async fn type_in(
    tx: &DatabaseTransaction,
    by: &Organiser,
    readings: &[Reading],
    (read_at, proof): (Instant, FileId),
    now: Instant,
) -> Result<usize, Error> {
    let contest = contest::hold(tx, by.contest()).await?;
    if read_at > now {
        return Err(Error::ReadLater);
    }
    let counted = contest.definition.outside_counts.as_ref().ok_or(Error::Unknown)?;
    let kinds = &counted.kinds;
    if let Some(window) = contest.window(&counted.phase)
        && !(window.opens..=window.closes).contains(&read_at)
    {
        return Err(Error::ReadOutside(window.opens, window.closes));
    }
    let known = entries(tx, by.contest(), readings.iter().map(|one| one.entry)).await?;
    let fits = |one: &Reading| {
        one.count >= 0
            && known.contains(&one.entry)
            && kinds.iter().any(|kind| kind.key == one.kind)
    };
    if !readings.iter().all(fits) {
        return Err(Error::Unknown);
    }
    let fresh = fresh(tx, readings, read_at).await?;
    let row = |one: &&Reading| outside_count::ActiveModel {
        id: Set(OutsideCountId::new()),
        entry_id: Set(one.entry),
        kind_key: Set(one.kind.clone()),
        count: Set(one.count),
        read_at: Set(read_at),
        proof_file_id: Set(Some(proof)),
        typed_by: Set(by.user()),
        typed_at: Set(now),
        ..Default::default()
    };
    for chunk in fresh.chunks(500) {
        let rows: Vec<_> = chunk.iter().map(row).collect();
        outside_count::Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    if !fresh.is_empty() {
        let after = json!({ "counts": fresh.len(), "read_at": read_at, "proof": proof });
        let who = (by.user(), "organiser");
        record(tx, who, by.contest(), "outside-counts-typed", after, now).await?;
    }
    Ok(fresh.len())
}

/// Those of the entries that belong to the contest.
async fn entries(
    db: &impl ConnectionTrait,
    contest: ContestId,
    ids: impl Iterator<Item = EntryId>,
) -> Result<std::collections::BTreeSet<EntryId>, DbErr> {
    let rows: Vec<EntryId> = entry::Entity::find()
        .select_only()
        .column(entry::Column::Id)
        .filter(entry::Column::Id.is_in(ids.collect::<std::collections::BTreeSet<_>>()))
        .filter(entry::Column::ContestId.eq(contest))
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().collect())
}

/// Readings that were not noted before.
async fn fresh<'a>(
    db: &impl ConnectionTrait,
    readings: &'a [Reading],
    read_at: Instant,
) -> Result<Vec<&'a Reading>, DbErr> {
    let ids: std::collections::BTreeSet<EntryId> = readings.iter().map(|one| one.entry).collect();
    let noted = outside_count::Entity::find()
        .filter(outside_count::Column::EntryId.is_in(ids))
        .filter(outside_count::Column::ReadAt.eq(read_at))
        .filter(outside_count::Column::RefusedAt.is_null())
        .all(db)
        .await?;
    let noted: std::collections::HashSet<Reading> = noted
        .into_iter()
        .map(|row| Reading { entry: row.entry_id, kind: row.kind_key, count: row.count })
        .collect();
    Ok(readings.iter().filter(|one| !noted.contains(one)).collect())
}

/// What the second person says of counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict<'a> {
    /// They are as the proof shows.
    Confirmed,
    /// They are not, for this reason: they never count.
    Refused(&'a str),
}

/// Confirms or refuses counts that somebody else typed; those settled before stay as they are.
///
/// # Errors
/// [`Error::SamePerson`] when whoever decides typed one of them; [`Error::NoReason`] for a refusal
/// without words.
pub async fn settle(
    tx: &DatabaseTransaction,
    by: &Organiser,
    ids: &[OutsideCountId],
    verdict: Verdict<'_>,
    now: Instant,
) -> Result<usize, Error> {
    contest::hold(tx, by.contest()).await?;
    let reason = match verdict {
        Verdict::Refused(reason) if reason.trim().is_empty() => return Err(Error::NoReason),
        Verdict::Refused(reason) => Some(reason),
        Verdict::Confirmed => None,
    };
    let rows = waiting_of(by.contest())
        .filter(outside_count::Column::Id.is_in(ids.iter().copied()))
        .all(tx)
        .await?;
    if rows.iter().any(|row| row.typed_by == by.user()) {
        return Err(Error::SamePerson);
    }
    use outside_count::Column as C;
    let (who, when, act) = match verdict {
        Verdict::Confirmed => (C::ConfirmedBy, C::ConfirmedAt, "outside-counts-confirmed"),
        Verdict::Refused(_) => (C::RefusedBy, C::RefusedAt, "outside-counts-refused"),
    };
    let own: Vec<OutsideCountId> = rows.iter().map(|row| row.id).collect();
    outside_count::Entity::update_many()
        .col_expr(who, Expr::value(by.user()))
        .col_expr(when, Expr::value(now))
        .filter(C::Id.is_in(own))
        .exec(tx)
        .await?;
    let counts: Vec<_> =
        rows.iter().map(|row| json!([row.entry_id, row.kind_key, row.count])).collect();
    if !counts.is_empty() {
        let after = json!({ "counts": counts, "reason": reason });
        record(tx, (by.user(), "organiser"), by.contest(), act, after, now).await?;
    }
    Ok(rows.len())
}

fn of_contest(contest: ContestId) -> SelectStatement {
    Query::select()
        .column(entry::Column::Id)
        .from(entry::Entity)
        .and_where(entry::Column::ContestId.eq(contest))
        .to_owned()
}

fn waiting_of(contest: ContestId) -> sea_orm::Select<outside_count::Entity> {
    outside_count::Entity::find()
        .filter(outside_count::Column::EntryId.in_subquery(of_contest(contest)))
        .filter(outside_count::Column::ConfirmedAt.is_null())
        .filter(outside_count::Column::RefusedAt.is_null())
}

/// Counts that wait for the second person, oldest first, at most `most`.
///
/// # Errors
/// When the database fails.
pub async fn waiting(
    db: &impl ConnectionTrait,
    contest: ContestId,
    most: u64,
) -> Result<Vec<outside_count::Model>, DbErr> {
    waiting_of(contest).order_by_asc(outside_count::Column::Id).limit(most).all(db).await
}

/// Whether `file` is the proof of a count of this contest.
///
/// # Errors
/// When the database fails.
pub async fn is_proof(
    db: &impl ConnectionTrait,
    contest: ContestId,
    file: FileId,
) -> Result<bool, DbErr> {
    let found = outside_count::Entity::find()
        .filter(outside_count::Column::ProofFileId.eq(file))
        .filter(outside_count::Column::EntryId.in_subquery(of_contest(contest)));
    Ok(found.count(db).await? > 0)
}

type Counts = HashMap<EntryId, BTreeMap<String, i64>>;

/// Of each kind the confirmed count that was read last: for all entries of a contest, or for these.
///
/// # Errors
/// When the database fails.
pub async fn confirmed(
    db: &impl ConnectionTrait,
    contest: ContestId,
    entries: Option<Vec<EntryId>>,
) -> Result<Counts, DbErr> {
    let mut found = outside_count::Entity::find()
        .filter(outside_count::Column::ConfirmedAt.is_not_null())
        .order_by_desc(outside_count::Column::ReadAt)
        .order_by_desc(outside_count::Column::Id);
    found = match entries {
        Some(ids) => found.filter(outside_count::Column::EntryId.is_in(ids)),
        None => found.filter(outside_count::Column::EntryId.in_subquery(of_contest(contest))),
    };
    let mut counts = Counts::new();
    for row in found.all(db).await? {
        counts.entry(row.entry_id).or_default().entry(row.kind_key).or_insert(row.count);
    }
    Ok(counts)
}

/// The confirmed counts that decide, and how many wait for a second person.
pub(super) async fn newest(
    db: &impl ConnectionTrait,
    contest: ContestId,
) -> Result<(Counts, u32), DbErr> {
    let waiting = waiting_of(contest).count(db).await?;
    Ok((confirmed(db, contest, None).await?, u32::try_from(waiting).unwrap_or(u32::MAX)))
}
