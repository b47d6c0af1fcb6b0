//! Filing what the signals found.

use std::collections::{HashMap, HashSet};

use entity::id::{ContestId, EntryId, VoteCaseId};
use entity::instant::Instant;
use entity::vote_case::{self, Model, State};
use sea_orm::{ActiveModelTrait, DatabaseTransaction, DbErr, EntityTrait, Set};

use super::rows::{leaves, of_contest};
use super::trails::numbers;
use crate::contest;
use crate::voting::Error;
use crate::voting::signals::{CELL, Suspicion};

/// Fewest votes of a case that are in no other.
const LEAST: usize = 12;

/// Puts what was found into the queue: a case about which nobody has ruled grows, what is new gets a
/// case of its own, and votes about which somebody has ruled are left alone. Says how many cases are
/// new. `fresh` makes codes.
///
/// # Errors
/// When the database fails.
pub async fn file(
    tx: &DatabaseTransaction,
    contest: ContestId,
    found: Vec<Suspicion>,
    fresh: fn() -> String,
    now: Instant,
) -> Result<u32, Error> {
    contest::lock(tx, contest).await?;
    let entries: HashMap<u32, EntryId> =
        numbers(tx, contest).await?.into_iter().map(|(id, number)| (number, id)).collect();
    let known = of_contest(tx, contest).await?;
    let mut ruled: HashSet<(EntryId, u64)> = HashSet::new();
    for case in known.iter().filter(|case| case.state != State::Open) {
        ruled.extend(leaves(case).into_iter().map(|leaf| (case.entry_id, leaf)));
    }
    let mut added = 0;
    for mut one in found {
        let Some(entry) = entries.get(&one.entry).copied() else { continue };
        one.leaves.retain(|leaf| !ruled.contains(&(entry, *leaf)));
        if one.leaves.len() < LEAST {
            continue;
        }
        let same = known.iter().find(|case| is_same(case, entry, &one));
        added += u32::from(same.is_none());
        keep(tx, (contest, entry), (same, one), fresh, now).await?;
    }
    Ok(added)
}

fn is_same(case: &Model, entry: EntryId, found: &Suspicion) -> bool {
    let seconds = |moment: Instant| moment.micros() / 1_000_000;
    let link = i32::try_from(found.link).ok().filter(|link| *link > 0);
    case.state == State::Open
        && (case.entry_id, case.link) == (entry, link)
        && seconds(case.first_at) <= found.span.1 + CELL
        && found.span.0 <= seconds(case.last_at) + CELL
}

async fn keep(
    tx: &DatabaseTransaction,
    (contest, entry): (ContestId, EntryId),
    (same, found): (Option<&Model>, Suspicion),
    fresh: fn() -> String,
    now: Instant,
) -> Result<(), DbErr> {
    let json = |error: serde_json::Error| DbErr::Json(error.to_string());
    let moment = |seconds: i64| Instant::from_micros(seconds * 1_000_000).unwrap_or(now);
    let mut row = vote_case::ActiveModel {
        points: Set(i32::try_from(found.points).unwrap_or(i32::MAX)),
        findings: Set(serde_json::to_value(&found.findings).map_err(json)?),
        leaves: Set(serde_json::to_value(&found.leaves).map_err(json)?),
        first_at: Set(moment(found.span.0)),
        last_at: Set(moment(found.span.1)),
        found_at: Set(now),
        ..Default::default()
    };
    if let Some(same) = same {
        row.id = Set(same.id);
        row.update(tx).await?;
        return Ok(());
    }
    row.id = Set(VoteCaseId::new());
    row.contest_id = Set(contest);
    row.code = Set(fresh());
    row.entry_id = Set(entry);
    row.link = Set(i32::try_from(found.link).ok().filter(|link| *link > 0));
    row.state = Set(State::Open);
    vote_case::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}
