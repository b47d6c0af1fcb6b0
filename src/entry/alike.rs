//! Works that look or read alike: fingerprints of parts, held against one another.
//!
//! A work is compared with every other that was ever submitted, of this contest and of earlier
//! ones. All fingerprints pass by in pages, so it takes the same memory however many there are, and
//! everything that waits is compared in one passage.

use std::collections::{HashMap, HashSet};

use entity::entry::State;
use entity::id::{EntryId, PartId};
use entity::instant::Instant;
use entity::{duplicate, entry, file, part, print};
use sea_orm::sea_query::{LockType, OnConflict};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, ExprTrait,
    QueryFilter, QueryOrder, QuerySelect, Set,
};

use crate::media::print::{Likeness, Print};

/// Fingerprints that are in memory at the same time; each of a picture takes 4 KB.
const PAGE: u64 = 1000;

/// Fingerprints that are compared in one passage, at most.
const WAITING: u64 = 500;

/// Parts of an entry that have no fingerprint yet, with their files.
///
/// # Errors
/// When the database fails.
pub async fn without_print(
    db: &impl ConnectionTrait,
    entry: EntryId,
) -> Result<Vec<(part::Model, Option<file::Model>)>, DbErr> {
    let parts = part::Entity::find().filter(part::Column::EntryId.eq(entry)).all(db).await?;
    let known = print::Entity::find()
        .filter(print::Column::PartId.is_in(parts.iter().map(|part| part.id)))
        .select_only()
        .column(print::Column::PartId)
        .into_tuple::<PartId>()
        .all(db)
        .await?;
    let files = parts.iter().filter_map(|part| part.file_id);
    let files = file::Entity::find().filter(file::Column::Id.is_in(files)).all(db).await?;
    let with_file = |part: part::Model| {
        let file = files.iter().find(|file| Some(file.id) == part.file_id).cloned();
        (part, file)
    };
    Ok(parts.into_iter().filter(|part| !known.contains(&part.id)).map(with_file).collect())
}

/// Keeps the fingerprint of a part, to be compared. Where the text changed since it was taken, nothing
/// is kept: whoever changed it promised another comparison.
///
/// # Errors
/// When the database fails.
pub async fn keep_print(
    tx: &DatabaseTransaction,
    seen: &part::Model,
    found: &Print,
) -> Result<(), DbErr> {
    let held = part::Entity::find_by_id(seen.id).lock(LockType::NoKeyUpdate).one(tx).await?;
    if held.is_none_or(|held| held.body != seen.body) {
        return Ok(());
    }
    let row = print::ActiveModel {
        part_id: Set(seen.id),
        kind: Set(found.kind().to_owned()),
        bytes: Set(found.bytes()),
        compared_at: Set(None),
    };
    print::Entity::insert(row)
        .on_conflict(
            OnConflict::column(print::Column::PartId)
                .update_columns([print::Column::Bytes, print::Column::ComparedAt])
                .to_owned(),
        )
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Forgets the fingerprint of a part and what was found by it: the text became another.
///
/// # Errors
/// When the database fails.
pub(super) async fn forget_print(tx: &DatabaseTransaction, part: PartId) -> Result<(), DbErr> {
    print::Entity::delete_by_id(part).exec(tx).await?;
    let of = duplicate::Column::PartId.eq(part).or(duplicate::Column::OtherId.eq(part));
    duplicate::Entity::delete_many().filter(of).exec(tx).await?;
    Ok(())
}

/// A pair that was found.
#[derive(Clone, Copy, Debug)]
pub struct Found {
    /// The part that was compared.
    pub part: PartId,
    /// The part that it is like.
    pub other: PartId,
    /// How alike they are.
    pub likeness: Likeness,
}

/// What came of a comparison.
#[derive(Debug, Default)]
pub struct Compared {
    /// Parts whose fingerprints waited.
    pub waited: Vec<PartId>,
    /// What was found.
    pub found: Vec<Found>,
    /// Fingerprints of all these parts, as they were compared.
    seen: HashMap<PartId, Vec<u8>>,
}

/// Compares every fingerprint that waits with all others. Works of one entry are not held against each other, nor against those that they were
/// copied from.
///
/// # Errors
/// When the database fails.
pub async fn compare(db: &impl ConnectionTrait) -> Result<Compared, DbErr> {
    let waiting = print::Entity::find()
        .filter(print::Column::ComparedAt.is_null())
        .order_by_asc(print::Column::PartId)
        .limit(WAITING)
        .all(db)
        .await?;
    let mut seen: HashMap<PartId, Vec<u8>> =
        waiting.iter().map(|row| (row.part_id, row.bytes.clone())).collect();
    let waiting: Vec<(PartId, Print)> = waiting.into_iter().filter_map(read).collect();
    let (mut found, mut after) = (Vec::new(), None);
    while !waiting.is_empty() {
        let mut page = print::Entity::find().order_by_asc(print::Column::PartId).limit(PAGE);
        if let Some(after) = after {
            page = page.filter(print::Column::PartId.gt(after));
        }
        let page = page.all(db).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.part_id);
        for row in page {
            let Some(theirs) = Print::read(&row.bytes) else { continue };
            let (other, before) = (row.part_id, found.len());
            let pairs = waiting.iter().filter(|(part, _)| *part != other);
            found.extend(pairs.filter_map(|(part, ours)| {
                let likeness = ours.likeness(&theirs)?;
                Some(Found { part: *part, other, likeness })
            }));
            if found.len() > before {
                seen.insert(other, row.bytes);
            }
        }
    }
    let found = strangers(db, found).await?;
    Ok(Compared { waited: waiting.into_iter().map(|(part, _)| part).collect(), found, seen })
}

fn read(row: print::Model) -> Option<(PartId, Print)> {
    Print::read(&row.bytes).map(|print| (row.part_id, print))
}

/// Pairs whose parts belong to different works; the later part first, each pair once.
async fn strangers(db: &impl ConnectionTrait, found: Vec<Found>) -> Result<Vec<Found>, DbErr> {
    let named = found.iter().flat_map(|pair| [pair.part, pair.other]);
    let parts = part::Entity::find().filter(part::Column::Id.is_in(named)).all(db).await?;
    let entries = parts.iter().map(|part| part.entry_id);
    let entries = entry::Entity::find().filter(entry::Column::Id.is_in(entries)).all(db).await?;
    let parts: HashMap<PartId, &part::Model> = parts.iter().map(|part| (part.id, part)).collect();
    let of = |id: PartId| {
        let part = parts.get(&id)?;
        Some((*part, entries.iter().find(|entry| entry.id == part.entry_id)?))
    };
    let mut kept: HashMap<(PartId, PartId), Found> = HashMap::new();
    for pair in found {
        let (Some(one), Some(two)) = (of(pair.part), of(pair.other)) else { continue };
        let copied = one.0.file_id.is_some() && one.0.file_id == two.0.file_id;
        let drafts = [one, two].iter().any(|(_, entry)| entry.state == State::Draft);
        if one.1.id == two.1.id || copied || drafts {
            continue;
        }
        let (part, other) = if one.1.submitted_at < two.1.submitted_at {
            (pair.other, pair.part)
        } else {
            (pair.part, pair.other)
        };
        kept.entry((part, other)).or_insert(Found { part, other, ..pair });
    }
    kept.retain(|(part, other), _| part != other);
    Ok(kept.into_values().collect())
}

/// Writes down what [`compare`] found, of parts that are still what was compared: a text that was
/// changed meanwhile waits for another comparison.
///
/// # Errors
/// When the database fails.
pub async fn keep_found(
    tx: &DatabaseTransaction,
    compared: &Compared,
    now: Instant,
) -> Result<(), DbErr> {
    let Compared { waited, found, seen } = compared;
    let prints = print::Entity::find().filter(print::Column::PartId.is_in(seen.keys().copied()));
    let prints = prints.lock(LockType::NoKeyUpdate).all(tx).await?;
    let same: HashSet<PartId> = prints
        .iter()
        .filter(|row| seen.get(&row.part_id) == Some(&row.bytes))
        .map(|row| row.part_id)
        .collect();
    for pair in found.iter().filter(|pair| same.contains(&pair.part) && same.contains(&pair.other))
    {
        duplicate::Entity::delete_many()
            .filter(duplicate::Column::PartId.is_in([pair.part, pair.other]))
            .filter(duplicate::Column::OtherId.is_in([pair.part, pair.other]))
            .exec(tx)
            .await?;
        let row = duplicate::ActiveModel {
            part_id: Set(pair.part),
            other_id: Set(pair.other),
            shape: Set(pair.likeness.shape.name().to_owned()),
            distance: Set(i32::try_from(pair.likeness.distance).unwrap_or(i32::MAX)),
            found_at: Set(now),
        };
        duplicate::Entity::insert(row).exec_without_returning(tx).await?;
    }
    print::Entity::update_many()
        .col_expr(print::Column::ComparedAt, sea_orm::sea_query::Expr::value(Some(now)))
        .filter(
            print::Column::PartId.is_in(waited.iter().copied().filter(|part| same.contains(part))),
        )
        .exec(tx)
        .await?;
    Ok(())
}

/// A work that looks or reads like one of an entry's.
#[derive(Clone, Debug)]
pub struct Alike {
    /// The entry's own part.
    pub own: part::Model,
    /// The other part.
    pub part: part::Model,
    /// Its entry.
    pub entry: entry::Model,
    /// As in `duplicate`.
    pub shape: String,
    /// As in `duplicate`.
    pub distance: i32,
}

/// Works that look or read like those of an entry, the nearest first.
///
/// # Errors
/// When the database fails.
pub async fn alike(db: &impl ConnectionTrait, entry: EntryId) -> Result<Vec<Alike>, DbErr> {
    let own = part::Entity::find().filter(part::Column::EntryId.eq(entry)).all(db).await?;
    let ids: Vec<PartId> = own.iter().map(|part| part.id).collect();
    let either = Condition::any()
        .add(duplicate::Column::PartId.is_in(ids.clone()))
        .add(duplicate::Column::OtherId.is_in(ids));
    let pairs = duplicate::Entity::find()
        .filter(either)
        .order_by_asc(duplicate::Column::Distance)
        .limit(50)
        .all(db)
        .await?;
    let named = pairs.iter().flat_map(|pair| [pair.part_id, pair.other_id]);
    let parts = part::Entity::find().filter(part::Column::Id.is_in(named)).all(db).await?;
    let entries = parts.iter().map(|part| part.entry_id);
    let entries = entry::Entity::find().filter(entry::Column::Id.is_in(entries)).all(db).await?;
    let joined = pairs.into_iter().filter_map(|pair| {
        let mine = own.iter().find(|part| [pair.part_id, pair.other_id].contains(&part.id))?;
        let theirs = if mine.id == pair.part_id { pair.other_id } else { pair.part_id };
        let part = parts.iter().find(|part| part.id == theirs)?;
        let entry = entries.iter().find(|entry| entry.id == part.entry_id)?;
        Some(Alike {
            own: mine.clone(),
            part: part.clone(),
            entry: entry.clone(),
            shape: pair.shape,
            distance: pair.distance,
        })
    });
    Ok(joined.collect())
}
