//! Everything that decides, read once; and what follows from it.

use std::collections::{BTreeMap, HashMap};

use entity::decision::{self, Kind as Decided};
use entity::entry::{self, State};
use entity::id::EntryId;
use entity::instant::Instant;
use entity::round::State as RoundState;
use entity::{category, unit};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::outside;
use super::prizes::{self, Given};
use super::rank::{self, Candidate, Ranking, Who};
use crate::contest::definition::{Gate, PhaseKind, Ranked, Source, Table};
use crate::contest::{self, Contest};
use crate::{judging, voting};

/// Everything that decides.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Inputs {
    /// Version of the definition.
    pub version: i32,
    /// Entries, by number.
    pub entries: Vec<Candidate>,
    /// Units with at least one entry below them, by code.
    pub units: Vec<Candidate>,
    /// Recorded decisions between equals, by table, oldest first.
    pub ties: BTreeMap<String, Vec<Vec<Who>>>,
    /// Prizes that stay empty, with how many of them.
    pub empty: BTreeMap<String, u32>,
    /// Entries that went on from a round, by the round's key.
    pub went_on: BTreeMap<String, Vec<Who>>,
    /// The person or unit behind each entry.
    pub entrants: BTreeMap<String, String>,
    /// What stands in the way of publishing.
    pub problems: Vec<Problem>,
}

/// Something that stands in the way of publishing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Problem {
    /// A window is still open: its kind, and when it ends.
    StillOpen(String, Instant),
    /// A round is not closed.
    RoundNotClosed(String),
    /// The tally does not say what the votes say.
    TallyDisagrees,
    /// Outside counts wait for a second person.
    Unconfirmed(u32),
    /// Equals where something depends on their order: table, place, who.
    Tie(String, u32, Vec<Who>),
    /// Nothing to rank.
    Nothing,
}

impl Inputs {
    /// SHA-256 over everything that decides.
    #[must_use]
    pub fn hash(&self) -> Vec<u8> {
        let canonical = serde_json::to_vec(self).unwrap_or_default();
        Sha256::digest(canonical).to_vec()
    }
}

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
    rounds(db, contest, &mut inputs).await?;
    votes(db, contest, &mut inputs).await?;
    outside_counts(db, contest, &mut inputs).await?;
    units(db, contest, &entries, now, &mut inputs).await?;
    decisions(db, contest, &mut inputs).await?;
    if inputs.entries.is_empty() {
        inputs.problems.push(Problem::Nothing);
    }
    Ok(inputs)
}

/// The person or unit behind an entry: by account, telephone number or address, else by name.
fn entrant(entry: &entry::Model) -> String {
    let account = entry.author_id.filter(|_| entry.entered_by.is_none());
    account
        .map(|id| id.to_string())
        .or_else(|| entry.phone.clone())
        .or_else(|| entry.email.clone())
        .unwrap_or_else(|| entry.entrant_name.clone())
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
) -> Result<(), DbErr> {
    let rows = contest::rounds(db, contest.id()).await;
    for row in rows.unwrap_or_default() {
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
    inputs: &mut Inputs,
) -> Result<(), DbErr> {
    if contest.definition.voting.is_none() {
        return Ok(());
    }
    if !voting::tally_agrees(db, contest.id()).await? {
        inputs.problems.push(Problem::TallyDisagrees);
    }
    let counts = voting::counts(db, contest.id()).await?;
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
        let reached = counted
            .kinds
            .iter()
            .all(|kind| kind.threshold.is_none_or(|least| count(&kind.key) >= i64::from(least)));
        let points: i64 =
            counted.kinds.iter().map(|kind| count(&kind.key) * i64::from(kind.points)).sum();
        let points = if reached { points } else { 0 };
        one.raw.insert(rank::name(&Source::OutsidePoints), points * 1_000_000);
        one.outside =
            counted.kinds.iter().map(|kind| (kind.key.clone(), count(&kind.key))).collect();
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
    let ids: Vec<_> = entries.iter().filter_map(|entry| entry.unit_id).collect();
    let rows = unit::Entity::find().filter(unit::Column::Id.is_in(ids)).all(db).await?;
    let mut counts: BTreeMap<_, i64> = BTreeMap::new();
    for entry in entries {
        if let Some(unit) = rows.iter().find(|unit| Some(unit.id) == entry.unit_id) {
            *counts.entry((unit.code.clone(), unit.id)).or_default() += 1;
        }
    }
    let members = crate::unit::members(db, rows.iter().map(|unit| unit.id), now).await?;
    inputs.units = counts
        .into_iter()
        .map(|((_, id), count)| {
            let per_thousand = members
                .get(&id)
                .map_or(0, |members| count * 1_000_000_000 / i64::from(*members).max(1));
            Candidate {
                who: Who::Unit(id),
                category: String::new(),
                raw: BTreeMap::from([
                    (rank::name(&Source::AcceptedEntries), count * 1_000_000),
                    (rank::name(&Source::EntriesPerThousandMembers), per_thousand),
                ]),
                criteria: BTreeMap::new(),
                outside: BTreeMap::new(),
                submitted_at: 0,
            }
        })
        .collect();
    Ok(())
}

/// What a decision is about.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Subject {
    /// Key of the table.
    #[serde(default)]
    pub table: String,
    /// Key of the prize.
    #[serde(default)]
    pub prize: String,
    /// How many of the prize.
    #[serde(default)]
    pub count: u32,
    /// Who, first first.
    #[serde(default)]
    pub order: Vec<Who>,
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
        match row.kind {
            Decided::Tie => inputs.ties.entry(subject.table).or_default().push(subject.order),
            Decided::EmptyPrize => {
                inputs.empty.insert(subject.prize, subject.count);
            }
            _ => {}
        }
    }
    Ok(())
}

/// What follows from the inputs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// Rankings by table.
    pub tables: BTreeMap<String, Ranking>,
    /// Prizes.
    pub prizes: Vec<Given>,
    /// What stands in the way of publishing.
    pub problems: Vec<Problem>,
}

/// Reckons the tables and gives the prizes. Pure: the same inputs give the same outcome.
#[must_use]
pub fn outcome(contest: &Contest, inputs: &Inputs) -> Outcome {
    let mut problems = inputs.problems.clone();
    let mut tables = BTreeMap::new();
    for table in &contest.definition.tables {
        let candidates = through_gate(table, inputs);
        let edges = prizes::edges(&contest.definition, table);
        let decided = inputs.ties.get(&table.key).map(Vec::as_slice).unwrap_or_default();
        let ranking = rank::rank(table, &candidates, &edges, decided);
        let open = ranking.open.iter();
        problems
            .extend(open.map(|(place, who)| Problem::Tie(table.key.clone(), *place, who.clone())));
        tables.insert(table.key.clone(), ranking);
    }
    let entrant = |who: Who| {
        let name = format!("{who:?}");
        inputs.entrants.get(&name).cloned().unwrap_or(name)
    };
    let prizes = prizes::give(&contest.definition, &tables, &entrant, &inputs.empty);
    Outcome { tables, prizes, problems }
}

fn through_gate(table: &Table, inputs: &Inputs) -> Vec<Candidate> {
    let mut candidates = match table.of {
        Ranked::Entries => inputs.entries.clone(),
        Ranked::Units => inputs.units.clone(),
    };
    if !table.categories.is_empty() {
        candidates.retain(|one| table.categories.contains(&one.category));
    }
    let raw =
        |one: &Candidate, source: &Source| one.raw.get(&rank::name(source)).copied().unwrap_or(0);
    let mut best = |source: Source, most: u32| {
        let mut values: Vec<i64> = candidates.iter().map(|one| raw(one, &source)).collect();
        values.sort_unstable_by(|a, b| b.cmp(a));
        // Equals at the edge all pass: a gate never decides between equals in silence.
        let edge = values.get((most as usize).saturating_sub(1)).copied().unwrap_or(i64::MIN);
        candidates.retain(|one| raw(one, &source) >= edge);
    };
    match &table.gate {
        None => {}
        Some(Gate::MostVotes(most)) => best(Source::Votes, *most),
        Some(Gate::MostOutsidePoints(most)) => best(Source::OutsidePoints, *most),
        Some(Gate::FewestVotes(least)) => {
            candidates.retain(|one| raw(one, &Source::Votes) >= i64::from(*least) * 1_000_000);
        }
        Some(Gate::WentOnFrom(key)) => {
            let on = inputs.went_on.get(key).map(Vec::as_slice).unwrap_or_default();
            candidates.retain(|one| on.contains(&one.who));
        }
    }
    candidates
}
