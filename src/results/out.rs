//! Entries that were submitted and do not count, each with its reason.

use std::collections::HashMap;

use entity::entry::{self, State};
use entity::id::{ContestId, EntryId};
use entity::screening::{self, Verdict};
use sea_orm::sea_query::Query;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder};

use super::strike;

/// An entry that does not count.
#[derive(Clone, Debug, PartialEq)]
pub struct LeftOut {
    /// Its number in the contest.
    pub number: i32,
    /// Its code.
    pub code: String,
    /// Its title.
    pub title: String,
    /// Rejected, withdrawn or disqualified.
    pub state: State,
    /// The reason's key among the words, where it was found at screening.
    pub reason: Option<String>,
    /// What was written about it; empty where nothing was.
    pub words: String,
}

/// The entries of a contest that were rejected, struck out or withdrawn, by number.
///
/// # Errors
/// When the database fails.
pub async fn left_out(
    db: &impl ConnectionTrait,
    contest: ContestId,
) -> Result<Vec<LeftOut>, DbErr> {
    let states = [State::Rejected, State::Withdrawn, State::Disqualified];
    let rows = entry::Entity::find()
        .filter(entry::Column::ContestId.eq(contest))
        .filter(entry::Column::Number.is_not_null())
        .filter(entry::Column::State.is_in(states))
        .order_by_asc(entry::Column::Number)
        .all(db)
        .await?;
    let rejected = Query::select()
        .column(entry::Column::Id)
        .from(entry::Entity)
        .and_where(entry::Column::ContestId.eq(contest))
        .and_where(entry::Column::State.eq(State::Rejected))
        .to_owned();
    let found = screening::Entity::find()
        .filter(screening::Column::EntryId.in_subquery(rejected))
        .filter(screening::Column::Verdict.eq(Verdict::Rejected))
        .filter(screening::Column::UndoneAt.is_null())
        .order_by_asc(screening::Column::FoundAt)
        .all(db)
        .await?;
    let found: HashMap<EntryId, screening::Model> =
        found.into_iter().map(|row| (row.entry_id, row)).collect();
    let struck: HashMap<EntryId, String> = strike::newest(db, contest)
        .await?
        .into_iter()
        .map(|strike| (strike.entry, strike.reason))
        .collect();
    let line = |row: entry::Model| {
        let finding = found.get(&row.id).filter(|_| row.state == State::Rejected);
        let struck = struck.get(&row.id).filter(|_| row.state == State::Disqualified);
        let note = finding.and_then(|finding| finding.note.clone());
        LeftOut {
            number: row.number.unwrap_or(0),
            reason: finding.and_then(|finding| finding.reason.clone()),
            words: note.or_else(|| struck.cloned()).unwrap_or_default(),
            code: row.code,
            title: row.title,
            state: row.state,
        }
    };
    Ok(rows.into_iter().map(line).collect())
}
