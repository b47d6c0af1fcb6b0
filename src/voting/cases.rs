//! Cases: what the signals found, in a queue for people.
//!
//! A case belongs to one entry and grows while nobody has ruled about it. Votes about which somebody
//! ruled stand in no other case of that entry, so nothing is judged twice.

use std::collections::{HashMap, HashSet};

use entity::id::{ContestId, EntryId, VoteCaseId, VoteRulingId};
use entity::instant::Instant;
use entity::vote::{self, State as VoteState};
use entity::vote_case::{self, Model, State};
use entity::{entry, vote_link, vote_ruling};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait,
    IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Set,
};
use serde::{Deserialize, Serialize};

use super::Error;
use super::signals::{CELL, Finding, Suspicion, Trail};
use crate::contest;
use crate::entry::code;

/// The act by which votes are disqualified.
pub(super) const STRUCK: &str = "votes-struck";
/// Fewest votes of a case that are in no other.
const LEAST: usize = 12;

/// Places of a case's votes in the log.
#[must_use]
pub fn leaves(case: &Model) -> Vec<u64> {
    serde_json::from_value(case.leaves.clone()).unwrap_or_default()
}

/// What was found.
#[must_use]
pub fn findings(case: &Model) -> Vec<Finding> {
    serde_json::from_value(case.findings.clone()).unwrap_or_default()
}

/// Whether its votes are set aside or disqualified.
#[must_use]
pub fn is_aside(state: State) -> bool {
    matches!(state, State::Held | State::Proposed | State::Struck | State::Appealed)
}

/// What is known of the votes of a contest, as far as they are projected, and the quotas of its
/// links: what [`super::signals::look`] asks for.
///
/// # Errors
/// When the database fails.
pub async fn trails(
    db: &impl ConnectionTrait,
    contest: ContestId,
) -> Result<(Vec<Trail>, HashMap<u32, u32>), DbErr> {
    let links = vote_link::Entity::find().filter(vote_link::Column::ContestId.eq(contest));
    let quotas =
        links.all(db).await?.into_iter().filter_map(|row| {
            Some((u32::try_from(row.number).ok()?, u32::try_from(row.quota).ok()?))
        });
    Ok((votes(db, contest).await?, quotas.collect()))
}

type Row = (Vec<u8>, EntryId, i32, Option<i32>, i32, i32, bool, i64, Instant);

async fn votes(db: &impl ConnectionTrait, contest: ContestId) -> Result<Vec<Trail>, DbErr> {
    let numbers = numbers(db, contest).await?;
    let rows: Vec<Row> = vote::Entity::find()
        .select_only()
        .columns([vote::Column::Voter, vote::Column::EntryId, vote::Column::Level])
        .columns([vote::Column::Link, vote::Column::Device, vote::Column::Network])
        .columns([vote::Column::ByPage, vote::Column::LastLeaf, vote::Column::CastAt])
        .filter(vote::Column::ContestId.eq(contest))
        .filter(vote::Column::State.ne(VoteState::Withdrawn))
        .into_tuple()
        .all(db)
        .await?;
    let trail = |(voter, entry, level, link, device, network, by_page, leaf, at): Row| {
        let (head, _) = voter.split_first_chunk::<8>()?;
        let link = link.and_then(|link| u32::try_from(link).ok()).unwrap_or(0);
        Some(Trail {
            leaf: u64::try_from(leaf).ok()?,
            at: at.micros().div_euclid(1_000_000),
            millis: u16::try_from(at.micros().rem_euclid(1_000_000) / 1000).unwrap_or(0),
            entry: *numbers.get(&entry)?,
            link,
            beyond: link > 0 && level == 0,
            device: device.cast_unsigned(),
            network: network.cast_unsigned(),
            by_page,
            voter: u64::from_be_bytes(*head),
        })
    };
    Ok(rows.into_iter().filter_map(trail).collect())
}

async fn numbers(
    db: &impl ConnectionTrait,
    contest: ContestId,
) -> Result<HashMap<EntryId, u32>, DbErr> {
    let rows: Vec<(EntryId, Option<i32>)> = entry::Entity::find()
        .select_only()
        .columns([entry::Column::Id, entry::Column::Number])
        .filter(entry::Column::ContestId.eq(contest))
        .filter(entry::Column::Number.is_not_null())
        .into_tuple()
        .all(db)
        .await?;
    let known = rows.into_iter().filter_map(|(id, n)| Some((id, u32::try_from(n?).ok()?)));
    Ok(known.collect())
}

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

/// Cases of a contest: those that wait for somebody first, then by what they weigh.
///
/// # Errors
/// When the database fails.
pub async fn of_contest(
    db: &impl ConnectionTrait,
    contest: ContestId,
) -> Result<Vec<Model>, DbErr> {
    let rows = vote_case::Entity::find()
        .filter(vote_case::Column::ContestId.eq(contest))
        .order_by_desc(vote_case::Column::Points)
        .order_by_asc(vote_case::Column::FirstAt)
        .order_by_asc(vote_case::Column::Id);
    let mut rows = rows.all(db).await?;
    rows.sort_by_key(|case| match case.state {
        State::Proposed | State::Appealed => 0,
        State::Open => 1,
        State::Held => 2,
        _ => 3,
    });
    Ok(rows)
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

/// How many cases of a contest somebody has begun to rule about and nobody has decided.
///
/// # Errors
/// When the database fails.
pub async fn undecided(db: &impl ConnectionTrait, contest: ContestId) -> Result<u32, DbErr> {
    let begun = [State::Held, State::Proposed, State::Appealed];
    let count = vote_case::Entity::find()
        .filter(vote_case::Column::ContestId.eq(contest))
        .filter(vote_case::Column::State.is_in(begun))
        .count(db)
        .await?;
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}

/// The case with this code.
///
/// # Errors
/// [`Error::NoCase`] where the contest has none.
pub async fn by_code(
    db: &impl ConnectionTrait,
    contest: ContestId,
    code: &str,
) -> Result<Model, Error> {
    let found = vote_case::Entity::find()
        .filter(vote_case::Column::ContestId.eq(contest))
        .filter(vote_case::Column::Code.eq(code::meant(code)))
        .one(db)
        .await?;
    found.ok_or(Error::NoCase)
}

/// What was ruled about a case, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn rulings(
    db: &impl ConnectionTrait,
    case: VoteCaseId,
) -> Result<Vec<vote_ruling::Model>, DbErr> {
    vote_ruling::Entity::find()
        .filter(vote_ruling::Column::CaseId.eq(case))
        .order_by_asc(vote_ruling::Column::RuledAt)
        .order_by_asc(vote_ruling::Column::Id)
        .all(db)
        .await
}

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
        .columns([vote::Column::CastAt, vote::Column::LastLeaf])
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
            .columns([vote::Column::EntryId, vote::Column::State, vote::Column::LastLeaf])
            .filter(vote::Column::ContestId.eq(case.contest_id))
            .filter(vote::Column::LastLeaf.is_in(some))
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

pub(super) async fn note_ruling(
    tx: &DatabaseTransaction,
    case: &Model,
    (act, words): (&str, &str),
    by: entity::id::UserId,
    now: Instant,
) -> Result<(), DbErr> {
    let row = vote_ruling::ActiveModel {
        id: Set(VoteRulingId::new()),
        case_id: Set(case.id),
        act: Set(act.to_owned()),
        words: Set(words.to_owned()),
        votes: Set(i32::try_from(leaves(case).len()).unwrap_or(i32::MAX)),
        ruled_by: Set(by),
        ruled_at: Set(now),
    };
    vote_ruling::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

pub(super) async fn change(
    tx: &DatabaseTransaction,
    case: Model,
    with: impl FnOnce(&mut vote_case::ActiveModel),
) -> Result<Model, DbErr> {
    let mut row = case.into_active_model();
    with(&mut row);
    row.update(tx).await
}
