//! What an entry is made of: files, texts, links and choices, each a part in one of its slots.

use entity::entry::{self, State};
use entity::id::{EntryId, FileId, PartId};
use entity::instant::Instant;
use entity::part;
use sea_orm::sea_query::LockType;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait,
    IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, Set,
};

use super::alike::forget_print;
use super::draft::changeable;
use super::{Author, Error, link};
use crate::contest::Contest;
use crate::contest::definition::{Slot, SlotKind};
use crate::jobs::{self, Job};
use crate::media;

/// Notes a change of the parts. The version stays: it is that of the form about the work, which is
/// filled in while files still arrive.
async fn touch(tx: &DatabaseTransaction, author: &Author, now: Instant) -> Result<(), Error> {
    let Some(row) =
        entry::Entity::find_by_id(author.id()).lock(LockType::NoKeyUpdate).one(tx).await?
    else {
        return Err(Error::Unknown);
    };
    let mut row = row.into_active_model();
    row.updated_at = Set(now);
    row.update(tx).await?;
    Ok(())
}

async fn parts(
    db: &impl ConnectionTrait,
    entry: EntryId,
    slot: &str,
) -> Result<Vec<part::Model>, DbErr> {
    part::Entity::find()
        .filter(part::Column::EntryId.eq(entry))
        .filter(part::Column::SlotKey.eq(slot))
        .order_by_asc(part::Column::Position)
        .all(db)
        .await
}

/// Writes a stored file down and puts it into a slot, behind what that holds. A file that it holds
/// already is not put in again, so a form sent twice fills a slot once: the answer is none then. What
/// the slot does not take leaves no row behind.
///
/// # Errors
/// [`Error::Full`] when it holds no more.
pub async fn add_file(
    tx: &DatabaseTransaction,
    author: &Author,
    contest: &Contest,
    slot: &Slot,
    kept: media::Kept,
    now: Instant,
) -> Result<Option<FileId>, Error> {
    changeable(contest, &author.entry, now)?;
    touch(tx, author, now).await?;
    let held = parts(tx, author.id(), &slot.key).await?;
    if holds(tx, &held, kept.sha256()).await? {
        return Ok(None);
    }
    room(held.len(), slot)?;
    let file = media::record(tx, kept, author.user(), now).await?;
    let row = part::ActiveModel {
        id: Set(PartId::new()),
        entry_id: Set(author.id()),
        slot_key: Set(slot.key.clone()),
        position: Set(held.last().map_or(0, |last| last.position + 1)),
        file_id: Set(Some(file)),
        ..Default::default()
    };
    part::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(Some(file))
}

/// Refuses a file for a slot that holds as many as it takes.
///
/// # Errors
/// [`Error::Full`].
pub async fn has_room(
    db: &impl ConnectionTrait,
    author: &Author,
    slot: &Slot,
) -> Result<(), Error> {
    room(parts(db, author.id(), &slot.key).await?.len(), slot)
}

fn room(held: usize, slot: &Slot) -> Result<(), Error> {
    let is_full = held >= slot.most() as usize;
    if is_full { Err(Error::Full(slot.key.clone(), slot.most())) } else { Ok(()) }
}

/// Whether one of these parts is a file with this hash.
async fn holds(
    db: &impl ConnectionTrait,
    held: &[part::Model],
    sha256: &[u8],
) -> Result<bool, DbErr> {
    let files = media::files(db, held.iter().filter_map(|part| part.file_id)).await?;
    Ok(files.iter().any(|file| file.sha256 == sha256))
}

/// Sets the one text, link or choice of a slot; an empty one clears it. A text that changes is held
/// against all others again: at once where the entry was submitted before, else when it will be.
///
/// # Errors
/// When the entry cannot be changed.
pub async fn set_text(
    tx: &DatabaseTransaction,
    author: &Author,
    slot: &Slot,
    text: &str,
    now: Instant,
) -> Result<(), Error> {
    let held = parts(tx, author.id(), &slot.key).await?;
    let Some(first) = held.into_iter().next() else {
        if text.is_empty() {
            return Ok(());
        }
        let mut row = part::ActiveModel {
            id: Set(PartId::new()),
            entry_id: Set(author.id()),
            slot_key: Set(slot.key.clone()),
            position: Set(0),
            ..Default::default()
        };
        fill(&mut row, slot, text);
        part::Entity::insert(row).exec_without_returning(tx).await?;
        return compare(tx, author, now).await;
    };
    if text.is_empty() {
        part::Entity::delete_by_id(first.id).exec(tx).await?;
        return Ok(());
    }
    let (id, before) = (first.id, first.body.clone());
    let mut row = first.into_active_model();
    fill(&mut row, slot, text);
    let row = row.update(tx).await?;
    if row.body == before {
        return Ok(());
    }
    forget_print(tx, id).await?;
    compare(tx, author, now).await
}

/// Promises that an entry is held against all others; a draft is when it is submitted.
async fn compare(tx: &DatabaseTransaction, author: &Author, now: Instant) -> Result<(), Error> {
    if author.entry.state != State::Draft {
        jobs::enqueue(tx, &Job::Compare { entry: author.id() }, now).await?;
    }
    Ok(())
}

fn fill(row: &mut part::ActiveModel, slot: &Slot, text: &str) {
    if slot.kind == SlotKind::Link {
        let read = link::read(text);
        let bare = read.is_some() && !text.contains("://");
        let text = if bare { format!("https://{text}") } else { text.to_owned() };
        row.link = Set(Some(text));
        row.link_key = Set(read.map(|link| link.key));
    } else {
        row.body = Set(Some(text.to_owned()));
    }
}

/// Notes what a part shows: its caption and its description for those who cannot see it.
///
/// # Errors
/// [`Error::NoPart`] when it is no part of this entry.
pub async fn note(
    tx: &DatabaseTransaction,
    author: &Author,
    part: PartId,
    caption: Option<String>,
    alt: Option<String>,
) -> Result<(), Error> {
    let row = own_part(tx, author, part).await?;
    let mut row = row.into_active_model();
    row.caption = Set(caption);
    row.alt = Set(alt);
    row.update(tx).await?;
    Ok(())
}

async fn own_part(
    tx: &DatabaseTransaction,
    author: &Author,
    id: PartId,
) -> Result<part::Model, Error> {
    let row = part::Entity::find_by_id(id).one(tx).await?;
    let row = row.filter(|row| row.entry_id == author.id());
    row.ok_or_else(|| Error::NoPart(id.to_string()))
}

/// Takes a part out of the entry, and its file out of the database where nothing else names it. The
/// answer are keys of objects to delete once this is certain.
///
/// # Errors
/// [`Error::NoPart`] when it is no part of this entry.
pub async fn remove_part(
    tx: &DatabaseTransaction,
    author: &Author,
    contest: &Contest,
    part: PartId,
    now: Instant,
) -> Result<Vec<String>, Error> {
    changeable(contest, &author.entry, now)?;
    let row = own_part(tx, author, part).await?;
    touch(tx, author, now).await?;
    part::Entity::delete_by_id(part).exec(tx).await?;
    match row.file_id {
        Some(file) => Ok(media::forget(tx, file).await?),
        None => Ok(Vec::new()),
    }
}
