//! Who won a prize: as rows say it, and as it stands on the certificate.

use entity::award::{self, State};
use entity::id::{EntryId, UnitId};
use entity::{contributor, entry, unit};
use sea_orm::{ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder};

use crate::contest::Contest;
use crate::contest::definition::Recipient;
use crate::results::rank::Who;

/// Whom a prize was given to.
#[must_use]
pub fn winner(award: &award::Model) -> Option<Who> {
    award.entry_id.map(Who::Entry).or(award.unit_id.map(Who::Unit))
}

/// Whether somebody holds the prize.
#[must_use]
pub fn holds(award: &award::Model) -> bool {
    matches!(award.state, State::Given | State::Accepted)
}

/// The entry or the unit.
pub(in crate::results) fn split(who: Who) -> (Option<EntryId>, Option<UnitId>) {
    match who {
        Who::Entry(id) => (Some(id), None),
        Who::Unit(id) => (None, Some(id)),
    }
}

/// Whose name stands on the certificate.
pub(in crate::results) async fn recipient(
    tx: &DatabaseTransaction,
    contest: &Contest,
    prize: &str,
    who: Option<Who>,
) -> Result<String, DbErr> {
    let (entry, unit) = who.map_or((None, None), split);
    let mut unit = unit;
    if let Some(id) = entry {
        let prizes = contest.definition.prizes.iter();
        let to = prizes.filter(|one| one.key == prize).map(|one| one.recipient).next();
        let row = entry::Entity::find_by_id(id).one(tx).await?;
        let subject = contributor::Entity::find()
            .filter(contributor::Column::EntryId.eq(id))
            .filter(contributor::Column::Role.eq(contributor::Role::Subject))
            .order_by_asc(contributor::Column::Position);
        match to {
            Some(Recipient::Unit) => unit = row.as_ref().and_then(|row| row.unit_id),
            Some(Recipient::Subject) => {
                if let Some(subject) = subject.one(tx).await? {
                    return Ok(subject.name);
                }
            }
            _ => {}
        }
        if unit.is_none() {
            return Ok(row.map(|row| row.entrant_name).unwrap_or_default());
        }
    }
    let Some(id) = unit else { return Ok(String::new()) };
    let row = unit::Entity::find_by_id(id).one(tx).await?;
    Ok(row.map(|row| row.name).unwrap_or_default())
}
