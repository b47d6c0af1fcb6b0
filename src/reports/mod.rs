//! Reports: how units take part, in numbers. Templates draw them.

use std::collections::{BTreeMap, HashMap, HashSet};

use entity::entry::State;
use entity::id::{ContestId, UnitId};
use entity::instant::Instant;
use entity::{entry, unit, vote};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, ExprTrait, FromQueryResult, QueryFilter,
    QuerySelect,
};

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

/// Participation of every unit that has an entry or a vote, summed up the tree, as of `as_of`; by
/// place in the tree.
///
/// # Errors
/// When the database fails.
pub async fn participation(
    db: &impl ConnectionTrait,
    contest: ContestId,
    as_of: Instant,
) -> Result<Vec<Share>, DbErr> {
    let entries = entry::Entity::find()
        .filter(entry::Column::ContestId.eq(contest))
        .filter(entry::Column::State.is_in([State::Submitted, State::Returned, State::Accepted]))
        .all(db)
        .await?;
    let votes = votes(db, contest).await?;
    let units = unit::Entity::find().all(db).await?;
    let members = crate::unit::members(db, units.iter().map(|unit| unit.id), as_of).await?;
    let by_id: HashMap<UnitId, &unit::Model> = units.iter().map(|unit| (unit.id, unit)).collect();
    let mut sums: BTreeMap<&str, (u32, HashSet<String>, u32)> = BTreeMap::new();
    for entry in &entries {
        let Some(unit) = entry.unit_id.and_then(|id| by_id.get(&id)) else { continue };
        let entrant = entry.phone.clone().or_else(|| entry.email.clone());
        let entrant = entrant.unwrap_or_else(|| entry.entrant_name.clone());
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
