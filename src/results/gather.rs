//! Everything that decides, read once.

use std::collections::{BTreeMap, HashMap};

use entity::decision::{self, Kind};
use entity::entry::{self, State};
use entity::id::{AwardId, EntryId};
use entity::instant::Instant;
use entity::round::State as RoundState;
use entity::{category, unit};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter,
    QueryOrder,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::outside;
use super::rank::{self, Candidate, Decided, Who};
use crate::contest::definition::{PhaseKind, Ranked, Source};
use crate::contest::{self, Contest};
use crate::{judging, voting};

/// Everything that decides.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Inputs {
    /// Version of the definition.
    pub version: i32,
    /// Entries, by number.
    pub entries: Vec<Candidate>,
    /// Units with at least one entry of theirs or below them, by code; their category is their
    /// type.
    pub units: Vec<Candidate>,
    /// Units right below the one that runs the contest.
    pub right_below: Vec<Who>,
    /// Recorded decisions between equals, by table, oldest first.
    pub ties: BTreeMap<String, Vec<Decided>>,
    /// Prizes that stay empty, with how many of them.
    pub empty: BTreeMap<String, u32>,
    /// Entries that an officer named to go up, first first.
    pub named: Vec<Who>,
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
    /// Entries wait to be checked.
    Unchecked(u32),
    /// A round is not closed.
    RoundNotClosed(String),
    /// The tally does not say what the votes say.
    TallyDisagrees,
    /// The log of votes is not closed: some that were in time are on their way.
    VotesComing,
    /// Cases of votes are held, proposed or appealed.
    VotesUndecided(u32),
    /// Outside counts wait for a second person.
    Unconfirmed(u32),
    /// Equals where something depends on their order: table, place, who.
    Tie(String, u32, Vec<Who>),
    /// Fewer entries go up than the rules ask for: how many, and the least.
    TooFewGoUp(u32, u32),
    /// More entries would go up than the rules allow: how many, and the most.
    TooManyGoUp(u32, u32),
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

/// The person or unit behind an entry: by account, telephone number or address, else by name.
pub(super) fn entrant(entry: &entry::Model) -> String {
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
    if !voting::tally_agrees(db, contest.id()).await? {
        inputs.problems.push(Problem::TallyDisagrees);
    }
    let undecided = voting::cases::undecided(db, contest.id()).await?;
    if undecided > 0 {
        inputs.problems.push(Problem::VotesUndecided(undecided));
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
    /// Everybody between whom it was decided.
    #[serde(default)]
    pub among: Vec<Who>,
    /// Whom it put first, first first.
    #[serde(default)]
    pub order: Vec<Who>,
    /// The prize that was passed on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub award: Option<AwardId>,
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
