//! Entries in lists, and one with all that it holds.

use std::collections::HashMap;

use entity::entry::{self, State};
use entity::id::{CategoryId, ContestId, EntryId, FileId};
use entity::{contributor, entry_event, file, part, unit as unit_row};
use sea_orm::sea_query::{LikeExpr, Query};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect,
};

use crate::{media, unit};

/// An entry in a list.
#[derive(Clone, Debug)]
pub struct Card {
    /// Its row.
    pub entry: entry::Model,
    /// Name of its unit.
    pub unit: Option<String>,
    /// Its first picture.
    pub picture: Option<FileId>,
    /// What its first picture shows.
    pub alt: Option<String>,
    /// Whether its first picture was drawn for the public.
    pub is_ready: bool,
    /// Its mean colour, as CSS writes it: what stands in its place until it comes.
    pub ground: Option<String>,
}

impl Card {
    /// Its first picture, once it was drawn for the public.
    #[must_use]
    pub fn cover(&self) -> Option<FileId> {
        self.picture.filter(|_| self.is_ready)
    }
}

/// Cards of these entries, in their order.
///
/// # Errors
/// When the database fails.
pub async fn cards(
    db: &impl ConnectionTrait,
    entries: Vec<entry::Model>,
) -> Result<Vec<Card>, DbErr> {
    let units = unit::names(db, entries.iter().filter_map(|entry| entry.unit_id)).await?;
    let parts = part::Entity::find()
        .filter(part::Column::EntryId.is_in(entries.iter().map(|entry| entry.id)))
        .filter(part::Column::FileId.is_not_null())
        .order_by_asc(part::Column::Position)
        .all(db)
        .await?;
    let files = parts.iter().filter_map(|part| part.file_id);
    let files = file::Entity::find().filter(file::Column::Id.is_in(files)).all(db).await?;
    let pictures: HashMap<FileId, bool> = files
        .iter()
        .filter(|file| media::is_pictured(file) || is_photo(file))
        .map(|file| (file.id, media::is_pictured(file)))
        .collect();
    let card = |entry: entry::Model| {
        let first = parts.iter().find(|part| {
            part.entry_id == entry.id
                && part.file_id.is_some_and(|file| pictures.contains_key(&file))
        });
        let picture = first.and_then(|part| part.file_id);
        Card {
            unit: entry.unit_id.and_then(|id| units.get(&id).cloned()),
            picture,
            alt: first.and_then(|part| part.alt.clone()),
            ground: picture
                .and_then(|id| files.iter().find(|file| file.id == id))
                .and_then(media::ground),
            is_ready: picture.and_then(|id| pictures.get(&id).copied()).unwrap_or(false),
            entry,
        }
    };
    Ok(entries.into_iter().map(card).collect())
}

fn is_photo(file: &file::Model) -> bool {
    let format = media::Format::of_name(&file.format);
    format.is_some_and(|format| format.kind() == media::Kind::Picture)
}

/// A page of a list that is paged by number.
#[derive(Clone, Copy, Debug, Default)]
pub struct Page {
    /// Entries behind this number; 0 for the first page.
    pub after: i32,
    /// How many.
    pub size: u64,
}

/// Accepted entries by number: all, or those of one category.
///
/// # Errors
/// When the database fails.
pub async fn gallery(
    db: &impl ConnectionTrait,
    contest: ContestId,
    category: Option<CategoryId>,
    page: Page,
) -> Result<Vec<entry::Model>, DbErr> {
    let mut found = entry::Entity::find()
        .filter(entry::Column::ContestId.eq(contest))
        .filter(entry::Column::State.eq(State::Accepted))
        .filter(entry::Column::Number.gt(page.after));
    if let Some(category) = category {
        found = found.filter(entry::Column::CategoryId.eq(category));
    }
    found.order_by_asc(entry::Column::Number).limit(page.size).all(db).await
}

/// Entries in one state, by number.
///
/// # Errors
/// When the database fails.
pub async fn search_state(
    db: &impl ConnectionTrait,
    contest: ContestId,
    state: State,
    page: Page,
) -> Result<Vec<entry::Model>, DbErr> {
    entry::Entity::find()
        .filter(entry::Column::ContestId.eq(contest))
        .filter(entry::Column::State.eq(state))
        .filter(entry::Column::Number.gt(page.after))
        .order_by_asc(entry::Column::Number)
        .limit(page.size)
        .all(db)
        .await
}

/// An entry with all that it holds.
#[derive(Clone, Debug)]
pub struct Whole {
    /// Its row.
    pub entry: entry::Model,
    /// Its parts, by slot and position.
    pub parts: Vec<part::Model>,
    /// Their files.
    pub files: Vec<file::Model>,
    /// People in it.
    pub people: Vec<contributor::Model>,
}

impl Whole {
    /// The file of a part.
    #[must_use]
    pub fn file(&self, part: &part::Model) -> Option<&file::Model> {
        part.file_id.and_then(|id| self.files.iter().find(|file| file.id == id))
    }

    /// Parts in a slot.
    pub fn slot<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a part::Model> {
        self.parts.iter().filter(move |part| part.slot_key == key)
    }
}

/// Reads an entry with all that it holds.
///
/// # Errors
/// When the database fails.
pub async fn whole(db: &impl ConnectionTrait, entry: entry::Model) -> Result<Whole, DbErr> {
    let mut held = held(db, &[entry.id]).await?;
    let (parts, files, people) = held.remove(&entry.id).unwrap_or_default();
    Ok(Whole { entry, parts, files, people })
}

/// Entries by key, each with all that it holds.
///
/// # Errors
/// When the database fails.
pub async fn wholes(
    db: &impl ConnectionTrait,
    ids: impl IntoIterator<Item = EntryId>,
) -> Result<HashMap<EntryId, Whole>, DbErr> {
    let ids: Vec<EntryId> = ids.into_iter().collect();
    let mut held = held(db, &ids).await?;
    let rows = entry::Entity::find().filter(entry::Column::Id.is_in(ids)).all(db).await?;
    let whole = |entry: entry::Model| {
        let (parts, files, people) = held.remove(&entry.id).unwrap_or_default();
        (entry.id, Whole { entry, parts, files, people })
    };
    Ok(rows.into_iter().map(whole).collect())
}

type Held = (Vec<part::Model>, Vec<file::Model>, Vec<contributor::Model>);

async fn held(db: &impl ConnectionTrait, ids: &[EntryId]) -> Result<HashMap<EntryId, Held>, DbErr> {
    let parts = part::Entity::find()
        .filter(part::Column::EntryId.is_in(ids.iter().copied()))
        .order_by_asc(part::Column::SlotKey)
        .order_by_asc(part::Column::Position)
        .all(db)
        .await?;
    let files = parts.iter().filter_map(|part| part.file_id);
    let files = file::Entity::find().filter(file::Column::Id.is_in(files)).all(db).await?;
    let files: HashMap<FileId, file::Model> =
        files.into_iter().map(|file| (file.id, file)).collect();
    let people = contributor::Entity::find()
        .filter(contributor::Column::EntryId.is_in(ids.iter().copied()))
        .order_by_asc(contributor::Column::Position)
        .order_by_asc(contributor::Column::Id)
        .all(db)
        .await?;
    let mut held: HashMap<EntryId, Held> = HashMap::new();
    for part in parts {
        let (parts, own, _) = held.entry(part.entry_id).or_default();
        own.extend(part.file_id.and_then(|id| files.get(&id).cloned()));
        parts.push(part);
    }
    for person in people {
        held.entry(person.entry_id).or_default().2.push(person);
    }
    Ok(held)
}

/// What happened to an entry, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn events(
    db: &impl ConnectionTrait,
    entry: EntryId,
) -> Result<Vec<entry_event::Model>, DbErr> {
    entry_event::Entity::find()
        .filter(entry_event::Column::EntryId.eq(entry))
        .order_by_asc(entry_event::Column::HappenedAt)
        .all(db)
        .await
}

/// The newest entry that a resume code brings back.
///
/// # Errors
/// When the database fails.
pub async fn newest_of(
    db: &impl ConnectionTrait,
    resume_hash: [u8; 32],
) -> Result<Option<entry::Model>, DbErr> {
    entry::Entity::find()
        .filter(entry::Column::ResumeHash.eq(resume_hash.to_vec()))
        .order_by_desc(entry::Column::CreatedAt)
        .one(db)
        .await
}

/// The entry in a contest that holds a file with this hash already, drafts left out.
///
/// # Errors
/// When the database fails.
pub async fn holder_of(
    db: &impl ConnectionTrait,
    contest: ContestId,
    sha256: &[u8],
) -> Result<Option<entry::Model>, DbErr> {
    let same =
        file::Entity::find().filter(file::Column::Sha256.eq(sha256.to_vec())).all(db).await?;
    let parts = part::Entity::find()
        .filter(part::Column::FileId.is_in(same.into_iter().map(|file| file.id)))
        .all(db)
        .await?;
    entry::Entity::find()
        .filter(entry::Column::Id.is_in(parts.into_iter().map(|part| part.entry_id)))
        .filter(entry::Column::ContestId.eq(contest))
        .filter(entry::Column::State.is_in([State::Submitted, State::Returned, State::Accepted]))
        .one(db)
        .await
}

/// Entries of the units under a path, newest first, those older than `before`; drafts only where
/// an officer began them.
///
/// # Errors
/// When the database fails.
pub async fn of_units(
    db: &impl ConnectionTrait,
    path: &str,
    before: Option<EntryId>,
    size: u64,
) -> Result<Vec<entry::Model>, DbErr> {
    let below = Query::select()
        .column(unit_row::Column::Id)
        .from(unit_row::Entity)
        .and_where(unit_row::Column::Path.like(LikeExpr::new(format!("{path}%"))))
        .to_owned();
    let told = Condition::any()
        .add(entry::Column::State.ne(State::Draft))
        .add(entry::Column::EnteredBy.is_not_null());
    let mut found =
        entry::Entity::find().filter(entry::Column::UnitId.in_subquery(below)).filter(told);
    if let Some(before) = before {
        found = found.filter(entry::Column::Id.lt(before));
    }
    found.order_by_desc(entry::Column::Id).limit(size).all(db).await
}
