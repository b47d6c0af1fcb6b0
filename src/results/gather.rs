//! Reading everything that decides, once.

use std::collections::{BTreeMap, HashMap};

use entity::decision::{self, Kind};
use entity::entry::{self, State};
use entity::id::EntryId;
use entity::instant::Instant;
use entity::round::State as RoundState;
use entity::{category, unit};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter,
    QueryOrder,
};

use super::award::entrant;
use super::decision::Subject;
use super::inputs::{Inputs, Problem};
use super::outside;
use super::rank::{self, Candidate, Decided, Who};
use crate::contest::definition::{OutsideKind, PhaseKind, Ranked, Source};
use crate::contest::{self, Contest};
use crate::{judging, voting};

/// Reads everything that decides; in a snapshot or under the contest's lock.
///
/// # Errors
/// When the database fails.
pub async fn gather(
    db: &impl ConnectionTrait,
    contest: &Contest,
    now: Instant,
) -> Result<Inputs, contest::Error> {
    let mut inputs = Inputs { version: contest.row.version, ..Inputs::default() };
    let entries = entry::Entity::find()
        .filter(entry::Column::ContestId.eq(contest.id()))
        .filter(entry::Column::State.eq(State::Accepted))
        .order_by_asc(entry::Column::Number)
        .all(db)
        .await?;
    let keys = category::Entity::find().filter(category::Column::ContestId.eq(contest.id()));
    let keys: HashMap<_, _> =
        keys.all(db).await?.into_iter().map(|row| (row.id, row.key)).collect();
    inputs.entries = entries
        .iter()
        .map(|entry| Candidate {
            who: Who::Entry(entry.id),
            category: keys.get(&entry.category_id).cloned().unwrap_or_default(),
            raw: BTreeMap::new(),
            criteria: BTreeMap::new(),
            outside: BTreeMap::new(),
            submitted_at: entry.submitted_at.map_or(0, Instant::micros),
        })
        .collect();
    for entry in &entries {
        inputs.entrants.insert(format!("{:?}", Who::Entry(entry.id)), entrant(entry));
    }
    windows(contest, now, &mut inputs);
    unchecked(db, contest, now, &mut inputs).await?;
    rounds(db, contest, &mut inputs).await?;
    votes(db, contest, now, &mut inputs).await?;
    outside_counts(db, contest, &mut inputs).await?;
    units(db, contest, &entries, now, &mut inputs).await?;
    decisions(db, contest, &mut inputs).await?;
    if inputs.entries.is_empty() {
        inputs.problems.push(Problem::Nothing);
    }
    Ok(inputs)
}

fn windows(contest: &Contest, now: Instant, inputs: &mut Inputs) {
    for kind in [PhaseKind::Intake, PhaseKind::Voting, PhaseKind::OutsideCount] {
        for window in contest.windows(kind).filter(|window| !window.is_over(now)) {
            let name = kind.name().to_owned();
            inputs.problems.push(Problem::StillOpen(name, window.grace_until));
        }
    }
}

fn by_entry(inputs: &mut Inputs) -> HashMap<EntryId, &mut Candidate> {
    let pairs = inputs.entries.iter_mut().filter_map(|one| match one.who {
        Who::Entry(id) => Some((id, one)),
        Who::Unit(_) => None,
    });
    pairs.collect()
}

async fn rounds(
    db: &impl ConnectionTrait,
    contest: &Contest,
    inputs: &mut Inputs,
) -> Result<(), contest::Error> {
    for row in contest::rounds(db, contest.id()).await? {
        if row.state != RoundState::Closed {
            inputs.problems.push(Problem::RoundNotClosed(row.key.clone()));
            continue;
        }
        let outcomes = judging::result_of(db, &row).await?.unwrap_or_default();
        let mut on: Vec<Who> = outcomes
            .iter()
            .filter(|outcome| outcome.went_on)
            .map(|outcome| Who::Entry(outcome.entry))
            .collect();
        on.sort();
        inputs.went_on.insert(row.key.clone(), on);
        let mut entries = by_entry(inputs);
        for outcome in outcomes {
            let Some(one) = entries.get_mut(&outcome.entry) else { continue };
            let source = rank::name(&Source::Round(row.key.clone()));
            one.raw.insert(source, outcome.millionths);
            for (key, mean) in outcome.criteria {
                one.criteria.insert(format!("{}/{key}", row.key), mean);
            }
        }
    }
    Ok(())
}

async fn votes(
    db: &impl ConnectionTrait,
    contest: &Contest,
    now: Instant,
    inputs: &mut Inputs,
) -> Result<(), DbErr> {
    if contest.definition.voting.is_none() {
        return Ok(());
    }
    let over = contest.windows(PhaseKind::Voting).all(|window| window.is_over(now));
    if over && !voting::is_closed(db, contest.id()).await? {
        inputs.problems.push(Problem::VotesComing);
    }
    let (counts, agree) = voting::checked_counts(db, contest.id()).await?;
    if !agree {
        inputs.problems.push(Problem::TallyDisagrees);
    }
    let undecided = voting::cases::undecided(db, contest.id()).await?;
    if undecided > 0 {
        inputs.problems.push(Problem::VotesUndecided(undecided));
    }
    for (id, one) in by_entry(inputs) {
        let count = counts.get(&id).copied().unwrap_or(0);
        one.raw.insert(rank::name(&Source::Votes), count * 1_000_000);
    }
    Ok(())
}

async fn outside_counts(
    db: &impl ConnectionTrait,
    contest: &Contest,
    inputs: &mut Inputs,
) -> Result<(), DbErr> {
    let Some(counted) = &contest.definition.outside_counts else { return Ok(()) };
    let (counts, unconfirmed) = outside::newest(db, contest.id()).await?;
    if unconfirmed > 0 {
        inputs.problems.push(Problem::Unconfirmed(unconfirmed));
    }
    for (id, one) in by_entry(inputs) {
        let own = counts.get(&id);
        let count = |key: &str| own.and_then(|own| own.get(key)).copied().unwrap_or(0);
        one.outside =
            counted.kinds.iter().map(|kind| (kind.key.clone(), count(&kind.key))).collect();
        let worth = |kind: &OutsideKind| i128::from(count(&kind.key)) * i128::from(kind.points);
        let points: i128 = counted.kinds.iter().map(worth).sum();
        let points = if counted.is_reached(&one.outside) { points } else { 0 };
        let millionths = i64::try_from(points * 1_000_000).unwrap_or(i64::MAX);
        one.raw.insert(rank::name(&Source::OutsidePoints), millionths);
    }
    Ok(())
}

/// Entries that nobody has checked yet, or that may still be mended.
async fn unchecked(
    db: &impl ConnectionTrait,
    contest: &Contest,
    now: Instant,
    inputs: &mut Inputs,
) -> Result<(), DbErr> {
    let waiting =
        entry::Entity::find()
            .filter(entry::Column::ContestId.eq(contest.id()))
            .filter(entry::Column::State.eq(State::Submitted).or(
                entry::Column::State.eq(State::Returned).and(entry::Column::RepairUntil.gt(now)),
            ))
            .count(db)
            .await?;
    if waiting > 0 {
        inputs.problems.push(Problem::Unchecked(u32::try_from(waiting).unwrap_or(u32::MAX)));
    }
    Ok(())
}

/// Units below the one that runs the contest, each with the entries of all below it.
async fn units(
    db: &impl ConnectionTrait,
    contest: &Contest,
    entries: &[entry::Model],
    now: Instant,
    inputs: &mut Inputs,
) -> Result<(), DbErr> {
    if !contest.definition.tables.iter().any(|table| table.of == Ranked::Units) {
        return Ok(());
    }
    let top = unit::Entity::find_by_id(contest.row.unit_id).one(db).await?;
    let Some(top) = top else { return Ok(()) };
    let rows = crate::unit::below(db, &top).await?;
    let paths: HashMap<_, &str> = rows.iter().map(|row| (row.id, row.path.as_str())).collect();
    let mut counts: BTreeMap<&str, i64> = BTreeMap::new();
    for path in entries.iter().filter_map(|entry| paths.get(&entry.unit_id?)) {
        for (end, _) in path.match_indices('/').skip(1) {
            *counts.entry(&path[..=end]).or_default() += 1;
        }
    }
    let members = crate::unit::members(db, rows.iter().map(|row| row.id), now).await?;
    let strength = crate::unit::strength(&rows, &members);
    for row in rows.iter().filter(|row| row.id != top.id) {
        let Some(count) = counts.get(row.path.as_str()) else { continue };
        let members = strength.get(&row.id).copied().unwrap_or(0);
        let per_thousand = if members > 0 { count * 1_000_000_000 / members } else { 0 };
        if row.path[top.path.len()..].matches('/').count() == 1 {
            inputs.right_below.push(Who::Unit(row.id));
        }
        inputs.units.push(Candidate {
            who: Who::Unit(row.id),
            category: row.type_code.clone(),
            raw: BTreeMap::from([
                (rank::name(&Source::AcceptedEntries), count * 1_000_000),
                (rank::name(&Source::EntriesPerThousandMembers), per_thousand),
            ]),
            criteria: BTreeMap::new(),
            outside: BTreeMap::new(),
            submitted_at: 0,
        });
    }
    Ok(())
}

async fn decisions(
    db: &impl ConnectionTrait,
    contest: &Contest,
    inputs: &mut Inputs,
) -> Result<(), DbErr> {
    let rows = decision::Entity::find()
        .filter(decision::Column::ContestId.eq(contest.id()))
        .order_by_asc(decision::Column::DecidedAt)
        .order_by_asc(decision::Column::Id)
        .all(db)
        .await?;
    for row in rows {
        let subject: Subject = serde_json::from_value(row.subject).unwrap_or_default();
        let Subject { table, prize, count, among, order, award: _ } = subject;
        match row.kind {
            Kind::Tie => inputs.ties.entry(table).or_default().push(Decided { among, order }),
            Kind::EmptyPrize => {
                inputs.empty.insert(prize, count);
            }
            Kind::Promotion => inputs.named = order,
            Kind::NextInLine | Kind::Disqualification => {}
        }
    }
    Ok(())
}
