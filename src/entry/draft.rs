//! Drafts: begun with a category, filled bit by bit, never lost.

use entity::entry::{self, EntrantKind, State};
use entity::id::{CategoryId, EntryId, FileId, PartId, UnitId, UserId};
use entity::instant::Instant;
use entity::part;
use sea_orm::sea_query::LockType;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait,
    IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, Set,
};

use super::{Author, Error, link};
use crate::contest::Contest;
use crate::contest::definition::{PhaseKind, Slot, SlotKind};
use crate::media;

/// What a fresh draft is made of.
#[derive(Clone, Debug)]
pub struct New {
    /// Its key, made when the form was drawn: a form sent twice begins one draft.
    pub id: EntryId,
    /// The entry's public code: eight random letters.
    pub code: String,
    /// Its category.
    pub category: CategoryId,
    /// The author's account, where there is one.
    pub author: Option<UserId>,
    /// The officer who enters for somebody.
    pub officer: Option<UserId>,
    /// By which the draft is taken up again.
    pub resume_hash: Option<[u8; 32]>,
    /// The unit, where it is known already.
    pub unit: Option<UnitId>,
    /// Language of its letters.
    pub lang: String,
}

/// Begins a draft while entries are taken.
///
/// # Errors
/// [`Error::Closed`] outside of intake.
pub async fn open(
    tx: &DatabaseTransaction,
    contest: &Contest,
    new: New,
    now: Instant,
) -> Result<entry::Model, Error> {
    if !contest.is_running() || contest.open(PhaseKind::Intake, now).is_none() {
        return Err(closed(contest, now));
    }
    let row = entry::ActiveModel {
        id: Set(new.id),
        contest_id: Set(contest.id()),
        category_id: Set(new.category),
        code: Set(new.code),
        title: Set(String::new()),
        search_text: Set(String::new()),
        state: Set(State::Draft),
        entrant_kind: Set(EntrantKind::Person),
        entrant_name: Set(String::new()),
        shown_name: Set(String::new()),
        unit_id: Set(new.unit),
        author_id: Set(new.author),
        entered_by: Set(new.officer),
        resume_hash: Set(new.resume_hash.map(|hash| hash.to_vec())),
        lang: Set(new.lang),
        version: Set(1),
        created_at: Set(now),
        updated_at: Set(now),
        ..Default::default()
    };
    entry::Entity::insert(row).on_conflict_do_nothing().exec_without_returning(tx).await?;
    let row = entry::Entity::find_by_id(new.id).one(tx).await?.ok_or(Error::Unknown)?;
    let resumed = row.resume_hash.as_deref() == new.resume_hash.as_ref().map(<[u8; 32]>::as_slice);
    let mine = row.contest_id == contest.id() && resumed && row.entered_by == new.officer;
    if mine { Ok(row) } else { Err(Error::Unknown) }
}

pub(super) fn closed(contest: &Contest, now: Instant) -> Error {
    let ends = contest.windows(PhaseKind::Intake).map(|window| window.closes);
    Error::Closed(ends.filter(|end| *end <= now).max())
}

/// The entry with this public code.
///
/// # Errors
/// [`Error::Unknown`] where there is none.
pub async fn by_code(db: &impl ConnectionTrait, code: &str) -> Result<entry::Model, Error> {
    let row = entry::Entity::find().filter(entry::Column::Code.eq(code)).one(db).await?;
    row.ok_or(Error::Unknown)
}

/// Whether the entry may be changed now: a draft begun in time, an entry until the deadline, a
/// returned one until its date.
///
/// # Errors
/// [`Error::Closed`] or [`Error::Settled`] when it may not.
pub fn changeable(contest: &Contest, entry: &entry::Model, now: Instant) -> Result<(), Error> {
    let in_time = contest.is_running()
        && contest.windows(PhaseKind::Intake).any(|w| w.lets_finish(entry.created_at, now));
    match entry.state {
        State::Draft | State::Submitted if in_time => Ok(()),
        State::Draft => Err(closed(contest, now)),
        State::Returned if entry.repair_until.is_some_and(|until| now < until) => Ok(()),
        State::Returned => Err(Error::Closed(entry.repair_until)),
        _ => Err(Error::Settled),
    }
}

/// Whether what is typed may be kept: a draft takes words even after the deadline, so that nothing
/// is lost; it only cannot be submitted any more.
///
/// # Errors
/// [`Error::Closed`] or [`Error::Settled`] for an entry that was submitted.
pub fn may_write(contest: &Contest, entry: &entry::Model, now: Instant) -> Result<(), Error> {
    match entry.state {
        State::Draft => Ok(()),
        _ => changeable(contest, entry, now),
    }
}

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

/// Puts a file into a slot, behind what it holds. A file that it holds already is not put in again,
/// so a form sent twice fills a slot once.
///
/// # Errors
/// [`Error::Full`] when it holds no more.
pub async fn add_file(
    tx: &DatabaseTransaction,
    author: &Author,
    contest: &Contest,
    slot: &Slot,
    file: FileId,
    now: Instant,
) -> Result<(), Error> {
    changeable(contest, &author.entry, now)?;
    touch(tx, author, now).await?;
    let held = parts(tx, author.id(), &slot.key).await?;
    if holds(tx, &held, file).await? {
        return Ok(());
    }
    room(held.len(), slot)?;
    let position = held.last().map_or(0, |last| last.position + 1);
    let row = part::ActiveModel {
        id: Set(PartId::new()),
        entry_id: Set(author.id()),
        slot_key: Set(slot.key.clone()),
        position: Set(position),
        file_id: Set(Some(file)),
        ..Default::default()
    };
    part::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
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

async fn holds(db: &impl ConnectionTrait, held: &[part::Model], id: FileId) -> Result<bool, DbErr> {
    if held.iter().any(|part| part.file_id == Some(id)) {
        return Ok(true);
    }
    let files = media::files(db, held.iter().filter_map(|part| part.file_id).chain([id])).await?;
    let new = files.iter().find(|file| file.id == id).map(|file| &file.sha256);
    Ok(files.iter().any(|file| file.id != id && Some(&file.sha256) == new))
}

/// Sets the one text, link or choice of a slot; an empty one clears it.
///
/// # Errors
/// When the entry cannot be changed.
pub async fn set_text(
    tx: &DatabaseTransaction,
    author: &Author,
    slot: &Slot,
    text: &str,
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
        return Ok(());
    };
    if text.is_empty() {
        part::Entity::delete_by_id(first.id).exec(tx).await?;
        return Ok(());
    }
    let mut row = first.into_active_model();
    fill(&mut row, slot, text);
    row.update(tx).await?;
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

/// Takes a part out of the entry; its file stays in the store until it is swept.
///
/// # Errors
/// [`Error::NoPart`] when it is no part of this entry.
pub async fn remove_part(
    tx: &DatabaseTransaction,
    author: &Author,
    contest: &Contest,
    part: PartId,
    now: Instant,
) -> Result<(), Error> {
    changeable(contest, &author.entry, now)?;
    own_part(tx, author, part).await?;
    touch(tx, author, now).await?;
    part::Entity::delete_by_id(part).exec(tx).await?;
    Ok(())
}
