//! An entry of one contest in the contest above.

use entity::entry::{self, State};
use entity::id::{CategoryId, ContributorId, EntryId, PartId};
use entity::instant::Instant;
use entity::{contributor, part};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DatabaseTransaction, EntityTrait, IntoActiveModel, QueryFilter,
    Set,
};

use super::Error;
use super::event::happened;
use super::submit::next_number;
use crate::contest::Contest;

/// Copies an entry into the contest above: new row, same files, provenance kept. Copied twice, the
/// first copy is the answer.
///
/// # Errors
/// When the database fails.
pub async fn copy_up(
    tx: &DatabaseTransaction,
    from: &entry::Model,
    to: &Contest,
    category: CategoryId,
    code: String,
    now: Instant,
) -> Result<entry::Model, Error> {
    let known = entry::Entity::find()
        .filter(entry::Column::ContestId.eq(to.id()))
        .filter(entry::Column::PromotedFrom.eq(from.id));
    if let Some(known) = known.one(tx).await? {
        return Ok(known);
    }
    let number = next_number(tx, to.id()).await?;
    let mut copy = from.clone().into_active_model().reset_all();
    copy.id = Set(EntryId::new());
    copy.contest_id = Set(to.id());
    copy.category_id = Set(category);
    copy.code = Set(code);
    copy.number = Set(Some(number));
    copy.state = Set(State::Submitted);
    copy.version = Set(1);
    copy.submitted_at = Set(Some(now));
    copy.repair_until = Set(None);
    copy.promoted_from = Set(Some(from.id));
    copy.resume_hash = Set(None);
    copy.created_at = Set(now);
    copy.updated_at = Set(now);
    let copy = copy.insert(tx).await?;
    for part in part::Entity::find().filter(part::Column::EntryId.eq(from.id)).all(tx).await? {
        let mut row = part.into_active_model().reset_all();
        row.id = Set(PartId::new());
        row.entry_id = Set(copy.id);
        part::Entity::insert(row).exec_without_returning(tx).await?;
    }
    let people = contributor::Entity::find().filter(contributor::Column::EntryId.eq(from.id));
    for person in people.all(tx).await? {
        let mut row = person.into_active_model().reset_all();
        row.id = Set(ContributorId::new());
        row.entry_id = Set(copy.id);
        contributor::Entity::insert(row).exec_without_returning(tx).await?;
    }
    happened(tx, copy.id, "promoted", None, now).await?;
    Ok(copy)
}
