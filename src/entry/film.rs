//! Films that wait to be drawn: whose turn it is.

use std::collections::HashMap;

use entity::id::{EntryId, FileId};
use entity::{file, part};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};

/// Films that wait, in the order in which they are drawn: that of the entry of which the fewest were
/// drawn or stand before it comes first, so that nobody waits behind somebody else's twenty. `due`
/// are they in the order in which they came.
///
/// # Errors
/// When the database fails.
pub async fn in_turn<T: Copy>(
    db: &impl ConnectionTrait,
    due: Vec<(T, FileId)>,
) -> Result<Vec<(T, FileId)>, DbErr> {
    let (holders, mut served) = films(db, due.iter().map(|(_, file)| *file)).await?;
    let mut turns = Vec::new();
    for (place, film) in due.into_iter().enumerate() {
        let before = holders.get(&film.1).map(|entry| {
            let count = served.entry(*entry).or_default();
            *count += 1;
            *count
        });
        turns.push((before.unwrap_or(0), place, film));
    }
    turns.sort_unstable_by_key(|(before, place, _)| (*before, *place));
    Ok(turns.into_iter().map(|(_, _, film)| film).collect())
}

/// Whose these films are, and how many of each of these entries were drawn already.
async fn films(
    db: &impl ConnectionTrait,
    files: impl IntoIterator<Item = FileId>,
) -> Result<(HashMap<FileId, EntryId>, HashMap<EntryId, usize>), DbErr> {
    let held = part::Entity::find().filter(part::Column::FileId.is_in(files)).all(db).await?;
    let entries = held.iter().map(|part| part.entry_id);
    let all = part::Entity::find().filter(part::Column::EntryId.is_in(entries)).all(db).await?;
    let ready = file::Entity::find()
        .filter(file::Column::Id.is_in(all.iter().filter_map(|part| part.file_id)))
        .filter(file::Column::State.eq(file::State::Ready))
        .filter(file::Column::Milliseconds.is_not_null())
        .all(db)
        .await?;
    let mut drawn: HashMap<EntryId, usize> = HashMap::new();
    for part in all {
        if ready.iter().any(|file| Some(file.id) == part.file_id) {
            *drawn.entry(part.entry_id).or_default() += 1;
        }
    }
    Ok((held.iter().filter_map(|part| Some((part.file_id?, part.entry_id))).collect(), drawn))
}
