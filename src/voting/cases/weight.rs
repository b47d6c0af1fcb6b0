//! What a case weighs: its votes in time, what they are worth, and what was taken from whom.

use std::collections::{HashMap, HashSet};

use entity::id::{ContestId, EntryId};
use entity::instant::Instant;
use entity::vote::{self, State as VoteState};
use entity::vote_case::{Model, State};
use entity::vote_ruling;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use serde::{Deserialize, Serialize};

use super::rows::{STRUCK, is_aside, leaves, of_contest, rulings};
use super::trails::numbers;

/// The votes of a case's entry from `first` to `last`, each with whether it is of the case: by when
/// they were read.
///
/// # Errors
/// When the database fails.
pub async fn timeline(
    db: &impl ConnectionTrait,
    case: &Model,
    (first, last): (Instant, Instant),
) -> Result<Vec<(Instant, bool)>, DbErr> {
    let own: HashSet<u64> = leaves(case).into_iter().collect();
    let rows: Vec<(Instant, i64)> = vote::Entity::find()
        .select_only()
        .columns([vote::Column::CastAt, vote::Column::Ballot])
        .filter(vote::Column::ContestId.eq(case.contest_id))
        .filter(vote::Column::EntryId.eq(case.entry_id))
        .filter(vote::Column::CastAt.between(first, last))
        .order_by_asc(vote::Column::CastAt)
        .into_tuple()
        .all(db)
        .await?;
    let told =
        |(at, leaf): (Instant, i64)| (at, u64::try_from(leaf).is_ok_and(|l| own.contains(&l)));
    Ok(rows.into_iter().map(told).collect())
}

/// Votes on the ballots of a case, by entry: how many count now, and how many are set aside by it
/// alone.
///
/// # Errors
/// When the database fails.
pub async fn weight(
    db: &impl ConnectionTrait,
    case: &Model,
) -> Result<HashMap<EntryId, (i64, i64)>, DbErr> {
    let mut weight: HashMap<EntryId, (i64, i64)> = HashMap::new();
    let others = of_contest(db, case.contest_id).await?;
    let others = others.iter().filter(|other| other.id != case.id && is_aside(other.state));
    let others: HashSet<i64> =
        others.flat_map(leaves).filter_map(|leaf| i64::try_from(leaf).ok()).collect();
    for some in leaves(case).chunks(500) {
        let some = some.iter().map(|leaf| i64::try_from(*leaf).unwrap_or(i64::MAX));
        let rows: Vec<(EntryId, VoteState, i64)> = vote::Entity::find()
            .select_only()
            .columns([vote::Column::EntryId, vote::Column::State, vote::Column::Ballot])
            .filter(vote::Column::ContestId.eq(case.contest_id))
            .filter(vote::Column::Ballot.is_in(some))
            .into_tuple()
            .all(db)
            .await?;
        for (entry, state, _) in rows.into_iter().filter(|row| !others.contains(&row.2)) {
            let (counts, aside) = weight.entry(entry).or_default();
            *counts += i64::from(state == VoteState::Counted);
            *aside += i64::from(matches!(state, VoteState::Held | VoteState::Struck));
        }
    }
    Ok(weight)
}

/// Votes that were disqualified, as it is published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetAside {
    /// Number of the entry they were for.
    pub entry: i32,
    /// How many.
    pub votes: u64,
    /// Why, a key of the words.
    pub reason: String,
    /// When it was confirmed.
    pub decided_at: Instant,
    /// Until when appeals are taken.
    pub appeal_until: Option<Instant>,
}

/// What was disqualified in a contest, by entry.
///
/// # Errors
/// When the database fails.
pub async fn set_aside(
    db: &impl ConnectionTrait,
    contest: ContestId,
) -> Result<Vec<SetAside>, DbErr> {
    let numbers = numbers(db, contest).await?;
    let mut rows = of_contest(db, contest).await?;
    rows.retain(|case| case.state == State::Struck);
    let mut aside = Vec::new();
    for case in rows {
        let struck = |row: &vote_ruling::Model| row.act == STRUCK;
        let decided = rulings(db, case.id).await?.into_iter().rfind(struck);
        aside.push(SetAside {
            entry: numbers.get(&case.entry_id).and_then(|n| i32::try_from(*n).ok()).unwrap_or(0),
            votes: leaves(&case).len() as u64,
            reason: case.reason.clone().unwrap_or_default(),
            decided_at: decided.map_or(case.found_at, |row| row.ruled_at),
            appeal_until: case.appeal_until,
        });
    }
    aside.sort_by_key(|one| (one.entry, one.decided_at));
    Ok(aside)
}
