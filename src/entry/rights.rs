//! What people may ask of their own data: see all of it, take the work back, have it erased.

use std::collections::BTreeSet;

use entity::entry::{self, State};
use entity::id::{ContestId, EntryId, FileId, UserId};
use entity::instant::Instant;
use entity::{consent, contributor, entry_event, file, part, screening};
use sea_orm::sea_query::{Expr, LockType};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, DbErr,
    EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Set,
};
use serde_json::{Value, json};

use super::event::happened;
use super::{Author, Error, card};
use crate::audit::{self, Act};
use crate::{contest, letters, media};

/// Takes the entry back. Its public copies go at once; the record stays. The answer are the keys of
/// objects that may be deleted once this is certain.
///
/// # Errors
/// [`Error::Settled`] when it was withdrawn or disqualified before.
pub async fn withdraw(
    tx: &DatabaseTransaction,
    author: &Author,
    now: Instant,
) -> Result<Vec<String>, Error> {
    leave(tx, author.id(), (author.user(), "author"), now).await
}

/// Takes an entry out of its contest, with its copies above; `by` is who does it, where known, and
/// as what: an author, or a guardian who takes their consent back.
pub(super) async fn leave(
    tx: &DatabaseTransaction,
    id: EntryId,
    by: (Option<UserId>, &'static str),
    now: Instant,
) -> Result<Vec<String>, Error> {
    let first = entry::Entity::find_by_id(id).one(tx).await?;
    contest::lock_all(tx, &contests(tx, first).await?).await?;
    let row = entry::Entity::find_by_id(id).lock(LockType::NoKeyUpdate).one(tx).await?;
    let row = row.ok_or(Error::Unknown)?;
    if matches!(row.state, State::Withdrawn | State::Disqualified) {
        return Err(Error::Settled);
    }
    let family = family(tx, row).await?;
    for row in &family {
        if row.state != State::Disqualified {
            take_back(tx, row, by.0, now).await?;
        }
    }
    let own = own_files(tx, &family).await?;
    let keys = media::take_down(tx, own).await?;
    for row in &family {
        left(tx, row, by, now).await?;
    }
    Ok(keys)
}

/// Writes into the log that an entry left its contest, as it stood before; a draft was in none.
async fn left(
    tx: &DatabaseTransaction,
    row: &entry::Model,
    (by, role): (Option<UserId>, &'static str),
    now: Instant,
) -> Result<(), DbErr> {
    if matches!(row.state, State::Draft | State::Withdrawn | State::Disqualified) {
        return Ok(());
    }
    let is_guardian = role == "guardian";
    let act = Act {
        actor: by,
        role,
        act: if is_guardian { "consent-withdrawn" } else { "entry-withdrawn" },
        subject: format!("entry:{}", row.id),
        contest: Some(row.contest_id),
        before: Some(json!({ "state": row.state })),
        after: Some(json!({ "state": State::Withdrawn })),
    };
    audit::record(tx, act, now).await
}

/// The contests of entries and of their copies: whoever changes such entries locks these first.
///
/// # Errors
/// When the database fails.
pub async fn contests(
    db: &impl ConnectionTrait,
    entries: impl IntoIterator<Item = entry::Model>,
) -> Result<BTreeSet<ContestId>, DbErr> {
    let mut contests = BTreeSet::new();
    for entry in entries {
        contests.extend(family(db, entry).await?.into_iter().map(|row| row.contest_id));
    }
    Ok(contests)
}

/// An entry, and its copies in the contests above to which it went up: whoever takes it back takes
/// it back everywhere.
async fn family(
    db: &impl ConnectionTrait,
    entry: entry::Model,
) -> Result<Vec<entry::Model>, DbErr> {
    let mut family = vec![entry];
    let mut at = 0;
    while let Some(id) = family.get(at).map(|entry| entry.id) {
        let copies = entry::Entity::find().filter(entry::Column::PromotedFrom.eq(id));
        family.extend(copies.all(db).await?);
        at += 1;
    }
    Ok(family)
}

async fn take_back(
    tx: &DatabaseTransaction,
    row: &entry::Model,
    by: Option<UserId>,
    now: Instant,
) -> Result<(), Error> {
    let (id, contest) = (row.id, row.contest_id);
    let mut row = row.clone().into_active_model();
    row.state = Set(State::Withdrawn);
    row.updated_at = Set(now);
    row.update(tx).await?;
    let consents = consent::Entity::find()
        .filter(consent::Column::EntryId.eq(id))
        .filter(consent::Column::WithdrawnAt.is_null());
    for given in consents.all(tx).await? {
        let mut given = given.into_active_model();
        given.withdrawn_at = Set(Some(now));
        given.update(tx).await?;
    }
    happened(tx, id, "withdrawn", by, now).await?;
    Ok(contest::touched(tx, contest).await?)
}

/// Whether copies of a file may be drawn and shown: not when it was erased, nor when every entry
/// that holds it was taken back. Nobody takes it down before the transaction ends, and its contests
/// are locked, so that they can be told.
///
/// # Errors
/// When the database fails.
pub async fn may_be_shown(tx: &DatabaseTransaction, id: FileId) -> Result<bool, Error> {
    let holders = part::Entity::find().filter(part::Column::FileId.eq(id)).all(tx).await?;
    let entries = entry::Entity::find()
        .filter(entry::Column::Id.is_in(holders.iter().map(|part| part.entry_id)));
    let contests = entries.all(tx).await?.into_iter().map(|entry| entry.contest_id).collect();
    contest::lock_all(tx, &contests).await?;
    let Some(row) = file::Entity::find_by_id(id).lock(LockType::NoKeyUpdate).one(tx).await? else {
        return Ok(false);
    };
    if row.refusal.as_deref() == Some(media::ERASED) {
        return Ok(false);
    }
    let holders = part::Entity::find().filter(part::Column::FileId.eq(id)).all(tx).await?;
    let live = entry::Entity::find()
        .filter(entry::Column::Id.is_in(holders.iter().map(|part| part.entry_id)))
        .filter(entry::Column::State.ne(State::Withdrawn));
    // A file of no entry is a proof, a plan or a poster.
    Ok(holders.is_empty() || live.count(tx).await? > 0)
}

/// Files of an entry and its copies, which may hold others by now, that no other entry holds which is
/// still in a contest. The record of a disqualified one is evidence.
async fn own_files(
    db: &impl ConnectionTrait,
    family: &[entry::Model],
) -> Result<Vec<FileId>, DbErr> {
    let ids = family.iter().filter(|row| row.state != State::Disqualified).map(|row| row.id);
    let ids: Vec<EntryId> = ids.collect();
    let held = part::Entity::find().filter(part::Column::EntryId.is_in(ids.iter().copied()));
    let held = held.all(db).await?;
    let mut own: Vec<FileId> = held.into_iter().filter_map(|part| part.file_id).collect();
    let others = part::Entity::find()
        .filter(part::Column::FileId.is_in(own.clone()))
        .filter(part::Column::EntryId.is_not_in(ids))
        .all(db)
        .await?;
    let live = entry::Entity::find()
        .filter(entry::Column::Id.is_in(others.iter().map(|part| part.entry_id)))
        .filter(entry::Column::State.ne(State::Withdrawn))
        .all(db)
        .await?;
    let shared = |file: &FileId| {
        others.iter().any(|part| {
            part.file_id == Some(*file) && live.iter().any(|entry| entry.id == part.entry_id)
        })
    };
    own.retain(|file| !shared(file));
    Ok(own)
}

/// Erases what is personal in the entry, after taking it back. That it was there, and what was
/// decided on it, stays without a name. The answer are the keys of objects to delete.
///
/// # Errors
/// [`Error::Settled`] for a disqualified entry, whose record is evidence.
pub async fn erase(
    tx: &DatabaseTransaction,
    author: &Author,
    now: Instant,
) -> Result<Vec<String>, Error> {
    let mut keys = match withdraw(tx, author, now).await {
        Ok(keys) => keys,
        Err(Error::Settled) if author.entry.state == State::Withdrawn => Vec::new(),
        Err(error) => return Err(error),
    };
    let id = author.id();
    let whole = entry::Entity::find_by_id(id).one(tx).await?.ok_or(Error::Unknown)?;
    let family = family(tx, whole).await?;
    for id in own_files(tx, &family).await? {
        let Some(row) = file::Entity::find_by_id(id).one(tx).await? else { continue };
        keys.push(row.storage_key.clone());
        let mut row = row.into_active_model();
        row.name = Set(String::new());
        row.taken_at = Set(None);
        row.camera = Set(None);
        row.facts = Set(json!({}));
        row.owner_id = Set(None);
        row.state = Set(file::State::Refused);
        row.refusal = Set(Some(media::ERASED.to_owned()));
        row.update(tx).await?;
    }
    for row in family {
        if row.state == State::Disqualified {
            continue;
        }
        let id = row.id;
        letters::forget_entry(tx, id).await?;
        forget_words(tx, id).await?;
        part::Entity::delete_many().filter(part::Column::EntryId.eq(id)).exec(tx).await?;
        let people = contributor::Entity::delete_many();
        people.filter(contributor::Column::EntryId.eq(id)).exec(tx).await?;
        let mut row = row.into_active_model();
        row.title = Set(String::new());
        row.entrant_name = Set(String::new());
        row.shown_name = Set(String::new());
        row.search_text = Set(String::new());
        row.phone = Set(None);
        row.email = Set(None);
        row.author_id = Set(None);
        row.resume_hash = Set(None);
        row.update(tx).await?;
        happened(tx, id, "erased", None, now).await?;
    }
    Ok(keys)
}

/// What others wrote about an entry: a guardian's name, a reason with the entrant's. What was done,
/// and when, stays.
async fn forget_words(tx: &DatabaseTransaction, id: EntryId) -> Result<(), DbErr> {
    entry_event::Entity::update_many()
        .col_expr(entry_event::Column::Note, Expr::value(None::<String>))
        .filter(entry_event::Column::EntryId.eq(id))
        .exec(tx)
        .await?;
    screening::Entity::update_many()
        .col_expr(screening::Column::Note, Expr::value(None::<String>))
        .filter(screening::Column::EntryId.eq(id))
        .exec(tx)
        .await?;
    Ok(())
}

/// Entries that can be erased with a person: those of the account, and those without an account
/// that name this address or telephone number. Copies above go with theirs; a disqualified entry is
/// evidence and stays.
///
/// # Errors
/// When the database fails.
pub async fn of_person(
    db: &impl ConnectionTrait,
    user: Option<UserId>,
    contact: Option<&str>,
) -> Result<Vec<entry::Model>, DbErr> {
    let mut whose = Condition::any();
    if let Some(user) = user {
        whose = whose.add(entry::Column::AuthorId.eq(user));
    }
    if let Some(contact) = contact {
        let named = Condition::any()
            .add(entry::Column::Email.eq(contact))
            .add(entry::Column::Phone.eq(contact));
        let nobodys = entry::Column::AuthorId.is_null();
        whose = whose.add(Condition::all().add(nobodys).add(named));
    }
    if whose.is_empty() {
        return Ok(Vec::new());
    }
    entry::Entity::find()
        .filter(whose)
        .filter(entry::Column::PromotedFrom.is_null())
        .filter(entry::Column::State.ne(State::Disqualified))
        .order_by_asc(entry::Column::CreatedAt)
        .all(db)
        .await
}

/// An entry of somebody's, and what was agreed to for it.
pub type Agreed = (entry::Model, Vec<consent::Model>);

/// Entries of an account, newest first, each with what was agreed to for it.
///
/// # Errors
/// When the database fails.
pub async fn agreements(db: &impl ConnectionTrait, user: UserId) -> Result<Vec<Agreed>, DbErr> {
    let entries = entry::Entity::find()
        .filter(entry::Column::AuthorId.eq(user))
        .filter(entry::Column::SubmittedAt.is_not_null())
        .order_by_desc(entry::Column::SubmittedAt);
    let entries = entries.all(db).await?;
    let given = consent::Entity::find()
        .filter(consent::Column::EntryId.is_in(entries.iter().map(|entry| entry.id)))
        .order_by_asc(consent::Column::GivenAt);
    let given = given.all(db).await?;
    let of = |id: EntryId| given.iter().filter(|row| row.entry_id == id).cloned().collect();
    Ok(entries.into_iter().map(|entry| (entry.clone(), of(entry.id))).collect())
}

/// Everything that we hold about an entry and the people in it.
///
/// # Errors
/// When the database fails.
pub async fn export(db: &impl ConnectionTrait, author: &Author) -> Result<Value, DbErr> {
    let whole = card::whole(db, author.entry.clone()).await?;
    let consents = consent::Entity::find().filter(consent::Column::EntryId.eq(author.id()));
    let consents = consents.all(db).await?;
    let events = card::events(db, author.id()).await?;
    let entry = &whole.entry;
    Ok(json!({
        "entry": {
            "code": entry.code, "number": entry.number, "title": entry.title, "state": entry.state,
            "name": entry.entrant_name, "shown_name": entry.shown_name,
            "phone": entry.phone, "email": entry.email,
            "submitted_at": entry.submitted_at, "created_at": entry.created_at,
        },
        "people": whole.people.iter().map(|who| json!({
            "role": who.role, "name": who.name, "birth_date": who.birth_date, "email": who.email,
        })).collect::<Vec<_>>(),
        "parts": whole.parts.iter().map(|part| json!({
            "slot": part.slot_key, "text": part.body, "link": part.link,
            "caption": part.caption, "alt": part.alt,
            "file": whole.file(part).map(|file| json!({
                "name": file.name, "bytes": file.bytes, "format": file.format,
                "taken_at": file.taken_at, "camera": file.camera, "facts": file.facts,
            })),
        })).collect::<Vec<_>>(),
        "consents": consents.iter().map(|given| json!({
            "by": given.given_by, "text": given.text, "given_at": given.given_at, "withdrawn_at": given.withdrawn_at,
        })).collect::<Vec<_>>(),
        "events": events.iter().map(|event| json!({
            "what": event.kind, "when": event.happened_at, "note": event.note,
        })).collect::<Vec<_>>(),
    }))
}
