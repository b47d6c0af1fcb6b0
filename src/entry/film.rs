//! Films that wait to be drawn: whose turn it is.

use std::collections::{HashMap, HashSet};

use entity::id::{EntryId, FileId, UserId};
use entity::{entry, file, part};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter};

/// Films that wait, in the order in which they are drawn: that of the entrant of whom the fewest were
/// drawn or stand before it comes first, so that nobody waits behind somebody else's twenty, be they
/// of one work or of several. `due` are they in the order in which they came.
///
/// # Errors
/// When the database fails.
pub async fn in_turn<T: Copy>(
    db: &impl ConnectionTrait,
    due: Vec<(T, FileId)>,
) -> Result<Vec<(T, FileId)>, DbErr> {
    if due.len() < 2 {
        return Ok(due);
    }
    let (holders, mut served) = films(db, due.iter().map(|(_, file)| *file)).await?;
    let mut turns = Vec::new();
    for (place, film) in due.into_iter().enumerate() {
        let before = holders.get(&film.1).map(|entrant| {
            let count = served.entry(entrant.clone()).or_default();
            *count += 1;
            *count
        });
        turns.push((before.unwrap_or(0), place, film));
    }
    turns.sort_unstable_by_key(|(before, place, _)| (*before, *place));
    Ok(turns.into_iter().map(|(_, _, film)| film).collect())
}

/// Who sent a work in, as far as it is known: an account, else a browser, else a telephone.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Entrant {
    Account(UserId),
    Browser(Vec<u8>),
    Phone(String),
    Work(EntryId),
}

impl Entrant {
    fn of(entry: &entry::Model) -> Self {
        match (entry.author_id, &entry.resume_hash, &entry.phone) {
            (Some(account), _, _) => Self::Account(account),
            (_, Some(browser), _) => Self::Browser(browser.clone()),
            (_, _, Some(phone)) => Self::Phone(phone.clone()),
            _ => Self::Work(entry.id),
        }
    }
}

/// Whose these films are, and how many of each of these entrants were drawn already.
async fn films(
    db: &impl ConnectionTrait,
    files: impl IntoIterator<Item = FileId>,
) -> Result<(HashMap<FileId, Entrant>, HashMap<Entrant, usize>), DbErr> {
    let held = part::Entity::find().filter(part::Column::FileId.is_in(files)).all(db).await?;
    let works = of_the_same(db, held.iter().map(|part| part.entry_id)).await?;
    let works: HashMap<EntryId, Entrant> =
        works.iter().map(|entry| (entry.id, Entrant::of(entry))).collect();
    let of_works = part::Column::EntryId.is_in(works.keys().copied());
    let all = part::Entity::find().filter(of_works).all(db).await?;
    let ready = file::Entity::find()
        .filter(file::Column::Id.is_in(all.iter().filter_map(|part| part.file_id)))
        .filter(file::Column::State.eq(file::State::Ready))
        .filter(file::Column::Milliseconds.is_not_null())
        .all(db)
        .await?;
    let ready: HashSet<FileId> = ready.into_iter().map(|file| file.id).collect();
    let mut drawn: HashMap<Entrant, usize> = HashMap::new();
    for part in all {
        let is_drawn = part.file_id.is_some_and(|file| ready.contains(&file));
        if let Some(entrant) = works.get(&part.entry_id).filter(|_| is_drawn) {
            *drawn.entry(entrant.clone()).or_default() += 1;
        }
    }
    let holder = |part: &part::Model| Some((part.file_id?, works.get(&part.entry_id)?.clone()));
    Ok((held.iter().filter_map(holder).collect(), drawn))
}

/// These works and all others of whoever sent them in to the same contests.
async fn of_the_same(
    db: &impl ConnectionTrait,
    works: impl IntoIterator<Item = EntryId>,
) -> Result<Vec<entry::Model>, DbErr> {
    let mut of = entry::Entity::find().filter(entry::Column::Id.is_in(works)).all(db).await?;
    let contests = entry::Column::ContestId.is_in(of.iter().map(|entry| entry.contest_id));
    let same = Condition::any()
        .add(entry::Column::AuthorId.is_in(of.iter().filter_map(|entry| entry.author_id)))
        .add(
            entry::Column::ResumeHash
                .is_in(of.iter().filter_map(|entry| entry.resume_hash.clone())),
        )
        .add(entry::Column::Phone.is_in(of.iter().filter_map(|entry| entry.phone.clone())));
    of.extend(entry::Entity::find().filter(contests).filter(same).all(db).await?);
    Ok(of)
}
