//! Reports: how units take part, in numbers. Templates draw them.

mod pace;

use std::collections::{BTreeMap, HashMap, HashSet};

use entity::entry::State;
use entity::id::{ContestId, UnitId};
use entity::instant::Instant;
use entity::{entry, unit, vote};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, ExprTrait, FromQueryResult, PaginatorTrait,
    QueryFilter, QuerySelect,
};

pub use pace::{Abreast, Arrivals, Pace, abreast, arrivals, pace};

/// How a unit, with all below it, takes part.
#[derive(Clone, Debug, PartialEq)]
pub struct Share {
    /// The unit.
    pub unit: unit::Model,
    /// Entries that were submitted and not withdrawn.
    pub entries: u32,
    /// People and units behind them.
    pub entrants: u32,
    /// Votes from its links.
    pub votes: u32,
    /// Members of the unit and all below it, as far as their numbers are known.
    pub members: Option<i32>,
}

/// Participation of every unit that has an entry, or a vote where these are asked for, summed up the
/// tree, as of `as_of`; by place in the tree. Which units' links brought votes, and how many, would
/// tell strangers of counts that are hidden.
///
/// # Errors
/// When the database fails.
pub async fn participation(
    db: &impl ConnectionTrait,
    contest: ContestId,
    as_of: Instant,
    with_votes: bool,
) -> Result<Vec<Share>, DbErr> {
    type Of = (Option<UnitId>, Option<String>, Option<String>, String);
    let entries: Vec<Of> = entry::Entity::find()
        .select_only()
        .columns([
            entry::Column::UnitId,
            entry::Column::Phone,
            entry::Column::Email,
            entry::Column::EntrantName,
        ])
        .filter(entry::Column::ContestId.eq(contest))
        .filter(entry::Column::State.is_in([State::Submitted, State::Returned, State::Accepted]))
        .into_tuple()
        .all(db)
        .await?;
    let votes = if with_votes { votes(db, contest).await? } else { Vec::new() };
    let units = unit::Entity::find().all(db).await?;
    let members = crate::unit::members(db, units.iter().map(|unit| unit.id), as_of).await?;
    let by_id: HashMap<UnitId, &unit::Model> = units.iter().map(|unit| (unit.id, unit)).collect();
    let mut sums: BTreeMap<&str, (u32, HashSet<String>, u32)> = BTreeMap::new();
    for (unit, phone, email, name) in entries {
        let Some(unit) = unit.and_then(|id| by_id.get(&id)) else { continue };
        let entrant = phone.or(email).unwrap_or(name);
        for path in up(&unit.path) {
            let sum = sums.entry(path).or_default();
            sum.0 += 1;
            sum.1.insert(entrant.clone());
        }
    }
    for (id, count) in votes {
        let Some(unit) = by_id.get(&id) else { continue };
        for path in up(&unit.path) {
            sums.entry(path).or_default().2 += count;
        }
    }
    let strength = crate::unit::strength(&units, &members);
    let shares = units.iter().filter_map(|unit| {
        let (entries, entrants, votes) = sums.get(unit.path.as_str())?;
        let members = strength.get(&unit.id).map(|members| i32::try_from(*members));
        Some(Share {
            unit: unit.clone(),
            entries: *entries,
            entrants: u32::try_from(entrants.len()).unwrap_or(u32::MAX),
            votes: *votes,
            members: members.map(|members| members.unwrap_or(i32::MAX)),
        })
    });
    let mut shares: Vec<Share> = shares.collect();
    shares.sort_by(|a, b| a.unit.path.cmp(&b.unit.path));
    Ok(shares)
}

/// A day of a contest, in Vietnam.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Day {
    /// Its first moment.
    pub begins: Instant,
    /// Entries that were submitted on it.
    pub entries: u32,
    /// Votes that were cast on it and not taken back; those that are set aside too.
    pub votes: u32,
}

/// Seconds by which Vietnam is ahead of UTC, all year.
const AHEAD: i64 = 7 * 3600;
/// Seconds of a day.
const DAY: i64 = 86_400;
/// Most days of a timeline; later ones are left out.
const MOST_DAYS: i64 = 400;

/// Entries and votes day by day, from the first day on which there was one to the last.
///
/// # Errors
/// When the database fails.
pub async fn days(db: &impl ConnectionTrait, contest: ContestId) -> Result<Vec<Day>, DbErr> {
    let of_votes = vote::Entity::find()
        .select_only()
        .column_as(day_of("cast_at"), "day")
        .column_as(Expr::col(vote::Column::Receipt).count(), "count")
        .filter(vote::Column::ContestId.eq(contest))
        .filter(vote::Column::State.ne(vote::State::Withdrawn))
        .group_by(day_of("cast_at"))
        .into_tuple::<(i64, i64)>()
        .all(db)
        .await?;
    let entries = entries_by_day(db, contest).await?;
    let votes: BTreeMap<i64, i64> = of_votes.into_iter().collect();
    let known = || entries.keys().chain(votes.keys()).copied();
    let (Some(first), Some(last)) = (known().min(), known().max()) else { return Ok(Vec::new()) };
    let count = |of: &BTreeMap<i64, i64>, day: i64| {
        u32::try_from(of.get(&day).copied().unwrap_or(0)).unwrap_or(u32::MAX)
    };
    let day = |day: i64| {
        let begins = Instant::from_micros((day * DAY - AHEAD) * 1_000_000).ok()?;
        Some(Day { begins, entries: count(&entries, day), votes: count(&votes, day) })
    };
    Ok((first..=Ord::min(last, first + MOST_DAYS)).filter_map(day).collect())
}

/// Entries that were submitted, by the day in Vietnam.
async fn entries_by_day(
    db: &impl ConnectionTrait,
    contest: ContestId,
) -> Result<BTreeMap<i64, i64>, DbErr> {
    let rows: Vec<(i64, i64)> = entry::Entity::find()
        .select_only()
        .column_as(day_of("submitted_at"), "day")
        .column_as(Expr::col(entry::Column::Id).count(), "count")
        .filter(entry::Column::ContestId.eq(contest))
        .filter(entry::Column::SubmittedAt.is_not_null())
        .group_by(day_of("submitted_at"))
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().collect())
}

/// Number of the day in Vietnam on which the moment of a column lies.
fn day_of(column: &'static str) -> Expr {
    let (ahead, day) = (AHEAD * 1_000_000, DAY * 1_000_000);
    Expr::cust(format!("({column} + {ahead}) / {day}"))
}

/// How far entries came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Funnel {
    /// Begun, submitted or not.
    pub begun: u64,
    /// Submitted, whatever became of them.
    pub submitted: u64,
    /// Accepted.
    pub accepted: u64,
}

/// How far the entries of a contest came.
///
/// # Errors
/// When the database fails.
pub async fn funnel(db: &impl ConnectionTrait, contest: ContestId) -> Result<Funnel, DbErr> {
    let all = || entry::Entity::find().filter(entry::Column::ContestId.eq(contest));
    Ok(Funnel {
        begun: all().count(db).await?,
        submitted: all().filter(entry::Column::SubmittedAt.is_not_null()).count(db).await?,
        accepted: all().filter(entry::Column::State.eq(State::Accepted)).count(db).await?,
    })
}

/// Votes by the unit whose link brought the voter; those that are set aside too, for people took part
/// and nobody is to learn of a hold from a number.
async fn votes(db: &impl ConnectionTrait, contest: ContestId) -> Result<Vec<(UnitId, u32)>, DbErr> {
    #[derive(FromQueryResult)]
    struct Group {
        unit_id: UnitId,
        count: i64,
    }
    let rows = vote::Entity::find()
        .select_only()
        .column(vote::Column::UnitId)
        .column_as(Expr::col(vote::Column::Receipt).count(), "count")
        .filter(vote::Column::ContestId.eq(contest))
        .filter(vote::Column::State.ne(vote::State::Withdrawn))
        .filter(vote::Column::UnitId.is_not_null())
        .group_by(vote::Column::UnitId)
        .into_model::<Group>()
        .all(db)
        .await?;
    let counted = |row: Group| (row.unit_id, u32::try_from(row.count).unwrap_or(u32::MAX));
    Ok(rows.into_iter().map(counted).collect())
}

/// A path and those of all units above it: `/a/b/c/`, `/a/b/`, `/a/`.
fn up(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').skip(1).map(|(end, _)| &path[..=end])
}
