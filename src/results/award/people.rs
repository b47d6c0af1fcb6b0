//! Who may win, by the rules about prizes.

use std::collections::HashMap;

use entity::id::EntryId;
use entity::{category, entry};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};

use crate::contest::Contest;
use crate::contest::definition::OnePrizePer;
use crate::results::rank::Who;

/// The accepted entries of a contest, as far as the rules about prizes ask for them.
#[derive(Clone, Debug)]
pub(super) struct People(HashMap<EntryId, (String, String)>);

impl People {
    pub(super) async fn of(db: &impl ConnectionTrait, contest: &Contest) -> Result<Self, DbErr> {
        let keys = category::Entity::find().filter(category::Column::ContestId.eq(contest.id()));
        let keys: HashMap<_, _> =
            keys.all(db).await?.into_iter().map(|row| (row.id, row.key)).collect();
        let rows = entry::Entity::find()
            .filter(entry::Column::ContestId.eq(contest.id()))
            .filter(entry::Column::State.eq(entry::State::Accepted));
        let of = |row: entry::Model| {
            (row.id, (entrant(&row), keys.get(&row.category_id).cloned().unwrap_or_default()))
        };
        Ok(Self(rows.all(db).await?.into_iter().map(of).collect()))
    }

    fn find(&self, who: Who) -> Option<&(String, String)> {
        match who {
            Who::Entry(id) => self.0.get(&id),
            Who::Unit(_) => None,
        }
    }

    /// By what one entrant is told from another, where the rules say one prize each.
    pub(super) fn key(&self, contest: &Contest, who: Who) -> String {
        let per_entrant = contest.definition.one_prize_per == Some(OnePrizePer::Entrant);
        let entrant = self.find(who).filter(|_| per_entrant).map(|row| row.0.clone());
        entrant.unwrap_or_else(|| format!("{who:?}"))
    }

    /// Whether a prize of this category, or of any, may go there; an entry that was withdrawn or
    /// disqualified since wins nothing.
    pub(super) fn fits(&self, who: Who, category: Option<&str>) -> bool {
        match who {
            Who::Unit(_) => category.is_none(),
            Who::Entry(_) => {
                self.find(who).is_some_and(|row| category.is_none_or(|key| row.1 == key))
            }
        }
    }
}

/// The person or unit behind an entry: by account, telephone number or address, else by name.
pub(in crate::results) fn entrant(entry: &entry::Model) -> String {
    let account = entry.author_id.filter(|_| entry.entered_by.is_none());
    account
        .map(|id| id.to_string())
        .or_else(|| entry.phone.clone())
        .or_else(|| entry.email.clone())
        .unwrap_or_else(|| entry.entrant_name.clone())
}
