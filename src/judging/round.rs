//! Opening and closing a round.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use entity::assignment::{self, State as Work};
use entity::entry::{self, State as EntryState};
use entity::id::{AssignmentId, EntryId, RoundId, SeatId};
use entity::instant::Instant;
use entity::round::{self, State};
use entity::{candidate, mark, seat, sheet, unit};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait,
    IntoActiveModel, QueryFilter, QueryOrder, Set,
};
use serde_json::json;

use super::aggregate::{self, Sheet};
use super::deal::{Dice, Table, deal};
use crate::audit::{self, Act};
use crate::contest::definition::{Round, RoundKind};
use crate::contest::{self, Contest, Organiser};
use crate::refusal::{Kind, Refusal, Refused};

/// Why a round could not be opened, judged or closed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such round, entry or seat for this person.
    #[error("no such round")]
    Unknown,
    /// This version does not run rounds of this kind.
    #[error("kind not run")]
    NotRun,
    /// It is not waiting to be opened.
    #[error("not waiting")]
    NotWaiting,
    /// It is not open.
    #[error("not open")]
    NotOpen,
    /// The round before it is not closed.
    #[error("the round before is not closed")]
    TooEarly,
    /// Nobody sits on the panel, or there is nothing to judge.
    #[error("nothing to deal")]
    Nothing,
    /// A mark that the scale does not have.
    #[error("no mark of `{0}`")]
    Mark(String, u32),
    /// The sheet was saved elsewhere meanwhile; its version now.
    #[error("changed meanwhile")]
    Stale(i32),
    /// The judge declared the sheets final.
    #[error("final")]
    Final,
    /// Some sheets are not complete.
    #[error("{0} sheets are not complete")]
    Incomplete(u32),
    /// Something stands in the way of closing.
    #[error("{} faults", .0.len())]
    Faults(Vec<Fault>),
    /// The contest is not known.
    #[error(transparent)]
    Contest(#[from] contest::Error),
    /// The database failed.
    #[error("database failure")]
    Database(#[from] DbErr),
}

impl Refusal for Error {
    fn refusal(&self) -> Refused {
        match self {
            Self::Unknown => Refused::new(Kind::NotFound, "round-unknown"),
            Self::NotRun => Refused::new(Kind::Conflict, "round-kind-not-run"),
            Self::NotWaiting => Refused::new(Kind::Conflict, "round-not-waiting"),
            Self::NotOpen => Refused::new(Kind::Conflict, "round-not-open"),
            Self::TooEarly => Refused::new(Kind::Conflict, "round-too-early"),
            Self::Nothing => Refused::new(Kind::Conflict, "round-nothing-to-deal"),
            Self::Mark(key, max) => Refused::new(Kind::Invalid, "mark-off-the-scale")
                .with("max", *max)
                .at(format!("mark.{key}")),
            Self::Stale(_) => Refused::new(Kind::Conflict, "sheet-stale"),
            Self::Final => Refused::new(Kind::Conflict, "sheets-final"),
            Self::Incomplete(count) => {
                Refused::new(Kind::Conflict, "sheets-incomplete").with("count", *count)
            }
            Self::Faults(faults) => faults
                .first()
                .map_or_else(|| Refused::new(Kind::Conflict, "round-not-open"), Fault::refused),
            Self::Contest(error) => error.refusal(),
            Self::Database(error) => error.refusal(),
        }
    }

    fn refusals(&self) -> Vec<Refused> {
        match self {
            Self::Faults(faults) => faults.iter().map(Fault::refused).collect(),
            _ => vec![self.refusal()],
        }
    }
}

/// Something that stands in the way of closing a round.
#[derive(Clone, Debug, PartialEq)]
pub enum Fault {
    /// An entry with fewer finished sheets than the quorum.
    UnderQuorum(String, usize),
    /// Entries that are equal where the cut falls: who goes on has to be decided.
    TieAtTheCut(Vec<String>),
}

impl Fault {
    fn refused(&self) -> Refused {
        match self {
            Self::UnderQuorum(alias, sheets) => Refused::new(Kind::Conflict, "round-under-quorum")
                .with("alias", alias.as_str())
                .with("sheets", i64::try_from(*sheets).unwrap_or(i64::MAX)),
            Self::TieAtTheCut(aliases) => Refused::new(Kind::Conflict, "round-tie-at-the-cut")
                .with("aliases", aliases.join(", ")),
        }
    }
}

pub(super) async fn definition_of<'a>(
    contest: &'a Contest,
    row: &round::Model,
) -> Result<&'a Round, Error> {
    contest.definition.round(&row.key).ok_or(Error::Unknown)
}

/// Opens a round: names its candidates, gives them aliases, deals the work to the panel.
///
/// # Errors
/// [`Error::TooEarly`] before the round before is closed; [`Error::Nothing`] without a panel or
/// without entries.
pub async fn open(
    tx: &DatabaseTransaction,
    by: &Organiser,
    key: &str,
    seed: u64,
    now: Instant,
) -> Result<(), Error> {
    let contest = contest::lock(tx, by.contest()).await?;
    let row = contest::round_by_key(tx, contest.id(), key).await?;
    let definition = definition_of(&contest, &row).await?;
    if definition.kind != RoundKind::Score {
        return Err(Error::NotRun);
    }
    if row.state != State::Waiting {
        return Err(Error::NotWaiting);
    }
    let entries = eligible(tx, &contest, &row, definition).await?;
    let seats = super::panel::sitting(tx, row.id).await?;
    if entries.is_empty() || seats.is_empty() {
        return Err(Error::Nothing);
    }
    let mut dice = Dice(seed);
    let mut numbers: Vec<u32> = (0..u32::try_from(entries.len()).unwrap_or(u32::MAX)).collect();
    dice.shuffle(&mut numbers);
    for (entry, number) in entries.iter().zip(&numbers) {
        let candidate = candidate::ActiveModel {
            round_id: Set(row.id),
            entry_id: Set(entry.id),
            alias: Set(alias(*number)),
            ..Default::default()
        };
        candidate::Entity::insert(candidate).exec_without_returning(tx).await?;
    }
    let mut opened = row.clone().into_active_model();
    opened.state = Set(State::Open);
    opened.seed = Set(i64::from_ne_bytes(seed.to_ne_bytes()));
    opened.opened_at = Set(Some(now));
    opened.update(tx).await?;
    give(tx, row.id, definition, seed).await?;
    record(
        tx,
        by,
        row.id,
        "round-opened",
        json!({ "entries": entries.len(), "judges": seats.len() }),
        now,
    )
    .await
}

/// A short name without order: letters that are not misread, then a number.
fn alias(number: u32) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHKMNPQRSTUVXY";
    let letter = char::from(LETTERS[(number as usize / 99) % LETTERS.len()]);
    let block = number as usize / (99 * LETTERS.len());
    let head = if block == 0 { String::new() } else { block.to_string() };
    format!("{head}{letter}{:02}", number % 99 + 1)
}

async fn eligible(
    tx: &DatabaseTransaction,
    contest: &Contest,
    row: &round::Model,
    definition: &Round,
) -> Result<Vec<entry::Model>, Error> {
    let mut entries = entry::Entity::find()
        .filter(entry::Column::ContestId.eq(contest.id()))
        .filter(entry::Column::State.eq(EntryState::Accepted))
        .order_by_asc(entry::Column::Number)
        .all(tx)
        .await?;
    if !definition.categories.is_empty() {
        let ids = contest::category_ids(tx, contest.id()).await?;
        let judged: BTreeSet<_> =
            definition.categories.iter().filter_map(|key| ids.get(key)).collect();
        entries.retain(|entry| judged.contains(&entry.category_id));
    }
    let before = contest::rounds(tx, contest.id()).await?;
    let before = before.into_iter().rfind(|other| {
        let shared = contest.definition.round(&other.key).is_some_and(|other| {
            other.categories.is_empty()
                || definition.categories.is_empty()
                || other.categories.iter().any(|key| definition.categories.contains(key))
        });
        other.position < row.position && shared
    });
    let Some(before) = before else { return Ok(entries) };
    if before.state != State::Closed {
        return Err(Error::TooEarly);
    }
    let went_on = candidate::Entity::find()
        .filter(candidate::Column::RoundId.eq(before.id))
        .filter(candidate::Column::WentOn.eq(true))
        .all(tx)
        .await?;
    let went_on: BTreeSet<EntryId> = went_on.into_iter().map(|row| row.entry_id).collect();
    entries.retain(|entry| went_on.contains(&entry.id));
    Ok(entries)
}

/// Deals what is not dealt yet: at the opening, and when somebody joins, leaves or steps aside.
pub(super) async fn give(
    tx: &DatabaseTransaction,
    id: RoundId,
    definition: &Round,
    seed: u64,
) -> Result<Vec<EntryId>, Error> {
    let candidates = candidate::Entity::find()
        .filter(candidate::Column::RoundId.eq(id))
        .order_by_asc(candidate::Column::Alias)
        .all(tx)
        .await?;
    let seats = super::panel::sitting(tx, id).await?;
    let known =
        assignment::Entity::find().filter(assignment::Column::RoundId.eq(id)).all(tx).await?;
    let each = definition.judges_per_entry.map_or(seats.len(), |each| each as usize);
    let mut table = Table {
        entries: candidates.len(),
        judges: seats.len(),
        each: each.min(seats.len()),
        ..Table::default()
    };
    let place = |entry: EntryId| candidates.iter().position(|row| row.entry_id == entry);
    let chair = |seat: SeatId| seats.iter().position(|row| row.id == seat);
    for row in &known {
        let (Some(entry), Some(judge)) = (place(row.entry_id), chair(row.seat_id)) else {
            continue;
        };
        if row.state == Work::SteppedAside {
            table.conflicts.insert((entry, judge));
        } else {
            table.dealt.push((entry, judge));
        }
    }
    table.conflicts.extend(own_work(tx, &candidates, &seats).await?);
    let dealt = deal(&table, seed);
    for (judge, seat) in seats.iter().enumerate() {
        let mut own: Vec<usize> =
            dealt.fresh.iter().filter(|pair| pair.1 == judge).map(|pair| pair.0).collect();
        let mut dice = Dice(seed ^ (seat.number as u64).wrapping_mul(0x9E37_79B9));
        dice.shuffle(&mut own);
        let behind =
            known.iter().filter(|row| row.seat_id == seat.id).map(|row| row.position).max();
        for (position, index) in (behind.map_or(0, |last| last + 1)..).zip(own) {
            let row = assignment::ActiveModel {
                id: Set(AssignmentId::new()),
                round_id: Set(id),
                entry_id: Set(candidates[index].entry_id),
                seat_id: Set(seat.id),
                position: Set(position),
                state: Set(Work::Open),
                reason: Set(None),
            };
            assignment::Entity::insert(row).exec_without_returning(tx).await?;
        }
    }
    let short = dealt.short.iter().filter(|_| definition.judges_per_entry.is_some());
    Ok(short.map(|(index, _)| candidates[*index].entry_id).collect())
}

/// Pairs of candidate and seat that may not meet: one's own entry, or one of one's own unit.
async fn own_work(
    tx: &DatabaseTransaction,
    candidates: &[candidate::Model],
    seats: &[seat::Model],
) -> Result<Vec<(usize, usize)>, DbErr> {
    let entries = candidates.iter().map(|row| row.entry_id);
    let entries = entry::Entity::find().filter(entry::Column::Id.is_in(entries)).all(tx).await?;
    let entries: HashMap<EntryId, entry::Model> =
        entries.into_iter().map(|entry| (entry.id, entry)).collect();
    let mut own = Vec::new();
    for (judge, seat) in seats.iter().enumerate() {
        let units = own_units(tx, seat).await?;
        for (index, candidate) in candidates.iter().enumerate() {
            let Some(entry) = entries.get(&candidate.entry_id) else { continue };
            let mine =
                entry.author_id == Some(seat.user_id) || entry.entered_by == Some(seat.user_id);
            if mine || entry.unit_id.is_some_and(|unit| units.contains(&unit)) {
                own.push((index, judge));
            }
        }
    }
    Ok(own)
}

/// Units for which a judge holds an office, or to which an account's entries belong: what comes
/// from them is not theirs to judge.
async fn own_units(
    tx: &DatabaseTransaction,
    seat: &seat::Model,
) -> Result<BTreeSet<entity::id::UnitId>, DbErr> {
    use entity::officer;
    let offices = officer::Entity::find()
        .filter(officer::Column::UserId.eq(seat.user_id))
        .filter(officer::Column::ValidTo.is_null())
        .all(tx)
        .await?;
    let mut units = BTreeSet::new();
    for office in offices {
        let Some(top) = unit::Entity::find_by_id(office.unit_id).one(tx).await? else { continue };
        let below = crate::unit::below(tx, &top).await?;
        units.extend(below.into_iter().map(|unit| unit.id));
    }
    let own =
        entry::Entity::find().filter(entry::Column::AuthorId.eq(seat.user_id)).all(tx).await?;
    units.extend(own.into_iter().filter_map(|entry| entry.unit_id));
    Ok(units)
}

/// Closes a round: reckons every candidate and says who goes on. `decided` are entries that the
/// jury let go on where the cut falls between equals.
///
/// # Errors
/// [`Error::Faults`] with everything that stands in the way.
pub async fn close(
    tx: &DatabaseTransaction,
    by: &Organiser,
    key: &str,
    decided: &[EntryId],
    now: Instant,
) -> Result<(), Error> {
    let contest = contest::lock(tx, by.contest()).await?;
    let row = contest::round_by_key(tx, contest.id(), key).await?;
    if row.state != State::Open {
        return Err(Error::NotOpen);
    }
    let definition = definition_of(&contest, &row).await?;
    let reckoned = reckon(tx, row.id, definition).await?;
    let mut faults: Vec<Fault> = reckoned
        .iter()
        .filter(|one| one.sheets < definition.quorum as usize)
        .map(|one| Fault::UnderQuorum(one.alias.clone(), one.sheets))
        .collect();
    let (on, fault) = cut(&reckoned, definition.goes_on, decided);
    faults.extend(fault);
    if !faults.is_empty() {
        return Err(Error::Faults(faults));
    }
    for one in &reckoned {
        let candidate = candidate::ActiveModel {
            round_id: Set(row.id),
            entry_id: Set(one.entry),
            alias: Set(one.alias.clone()),
            sheets: Set(Some(i32::try_from(one.sheets).unwrap_or(i32::MAX))),
            millionths: Set(Some(one.millionths)),
            went_on: Set(Some(on.contains(&one.entry))),
            worksheet: Set(Some(one.worksheet.clone())),
        };
        candidate.update(tx).await?;
    }
    let mut closed = row.clone().into_active_model();
    closed.state = Set(State::Closed);
    closed.closed_at = Set(Some(now));
    closed.closed_by = Set(Some(by.user()));
    closed.update(tx).await?;
    let after = json!({ "went_on": on.len(), "of": reckoned.len() });
    record(tx, by, row.id, "round-closed", after, now).await
}

/// Opens a closed round again, before results were published, with a reason for the record.
///
/// # Errors
/// [`Error::NotOpen`] when it is not closed or a later round has begun.
pub async fn reopen(
    tx: &DatabaseTransaction,
    by: &Organiser,
    key: &str,
    reason: &str,
    now: Instant,
) -> Result<(), Error> {
    let contest = contest::lock(tx, by.contest()).await?;
    let row = contest::round_by_key(tx, contest.id(), key).await?;
    let later = contest::rounds(tx, contest.id()).await?;
    let begun =
        later.iter().any(|other| other.position > row.position && other.state != State::Waiting);
    if row.state != State::Closed || begun || !contest.is_running() {
        return Err(Error::NotOpen);
    }
    let mut opened = row.clone().into_active_model();
    opened.state = Set(State::Open);
    opened.closed_at = Set(None);
    opened.update(tx).await?;
    record(tx, by, row.id, "round-reopened", json!({ "reason": reason }), now).await
}

struct Reckoned {
    entry: EntryId,
    alias: String,
    sheets: usize,
    millionths: i64,
    worksheet: serde_json::Value,
}

async fn reckon(
    db: &impl ConnectionTrait,
    id: RoundId,
    definition: &Round,
) -> Result<Vec<Reckoned>, DbErr> {
    let candidates =
        candidate::Entity::find().filter(candidate::Column::RoundId.eq(id)).all(db).await?;
    let sheets = finished_sheets(db, id).await?;
    let reckoned = candidates.into_iter().map(|row| {
        let own = sheets.get(&row.entry_id).map(Vec::as_slice).unwrap_or_default();
        let totals: Vec<_> =
            own.iter().map(|(_, sheet)| aggregate::total(&definition.criteria, sheet)).collect();
        let millionths = aggregate::aggregate(definition.aggregate, &totals)
            .map_or(0, aggregate::Fraction::millionths);
        let only: Vec<Sheet> = own.iter().map(|(_, sheet)| sheet.clone()).collect();
        let means: BTreeMap<&str, i64> = definition
            .criteria
            .iter()
            .map(|one| (one.key.as_str(), aggregate::criterion_mean(&one.key, &only).millionths()))
            .collect();
        let worksheet = json!({
            "aggregate": definition.aggregate,
            "sheets": own.iter().zip(&totals).map(|((seat, sheet), total)| json!({
                "judge": seat, "hundredths": sheet, "total_millionths": total.millionths(),
            })).collect::<Vec<_>>(),
            "criterion_means_millionths": means,
            "result_millionths": millionths,
        });
        Reckoned { entry: row.entry_id, alias: row.alias, sheets: own.len(), millionths, worksheet }
    });
    Ok(reckoned.collect())
}

/// Finished sheets by entry: the judge's number, and the marks.
async fn finished_sheets(
    db: &impl ConnectionTrait,
    id: RoundId,
) -> Result<HashMap<EntryId, Vec<(i32, Sheet)>>, DbErr> {
    let done = assignment::Entity::find()
        .filter(assignment::Column::RoundId.eq(id))
        .filter(assignment::Column::State.eq(Work::Done))
        .all(db)
        .await?;
    let seats = seat::Entity::find().filter(seat::Column::RoundId.eq(id)).all(db).await?;
    let numbers: HashMap<SeatId, i32> = seats.iter().map(|seat| (seat.id, seat.number)).collect();
    let inner = sea_orm::sea_query::Query::select()
        .column(assignment::Column::Id)
        .from(assignment::Entity)
        .and_where(assignment::Column::RoundId.eq(id))
        .to_owned();
    let sheets = sheet::Entity::find()
        .filter(sheet::Column::AssignmentId.in_subquery(inner.clone()))
        .all(db)
        .await?;
    let of_round = sea_orm::sea_query::Query::select()
        .column(sheet::Column::Id)
        .from(sheet::Entity)
        .and_where(sheet::Column::AssignmentId.in_subquery(inner))
        .to_owned();
    let marks =
        mark::Entity::find().filter(mark::Column::SheetId.in_subquery(of_round)).all(db).await?;
    let mut by_sheet: HashMap<_, Sheet> = HashMap::new();
    for mark in marks {
        by_sheet.entry(mark.sheet_id).or_default().insert(mark.criterion_key, mark.hundredths);
    }
    let sheets: HashMap<_, _> = sheets.into_iter().map(|row| (row.assignment_id, row.id)).collect();
    let mut found: HashMap<EntryId, Vec<(i32, Sheet)>> = HashMap::new();
    for work in done {
        let marks = sheets.get(&work.id).and_then(|sheet| by_sheet.remove(sheet));
        let number = numbers.get(&work.seat_id).copied().unwrap_or(0);
        if let Some(marks) = marks {
            found.entry(work.entry_id).or_default().push((number, marks));
        }
    }
    for sheets in found.values_mut() {
        sheets.sort_by_key(|(number, _)| *number);
    }
    Ok(found)
}

/// Who goes on: the best so many; equals at the cut only as far as it was decided.
fn cut(
    reckoned: &[Reckoned],
    goes_on: Option<u32>,
    decided: &[EntryId],
) -> (BTreeSet<EntryId>, Option<Fault>) {
    let all = || reckoned.iter().map(|one| one.entry).collect();
    let Some(most) = goes_on.map(|most| most as usize).filter(|most| *most < reckoned.len()) else {
        return (all(), None);
    };
    let mut order: Vec<&Reckoned> = reckoned.iter().collect();
    order.sort_by_key(|one| std::cmp::Reverse(one.millionths));
    let Some(edge) = most.checked_sub(1).map(|last| order[last].millionths) else {
        return (BTreeSet::new(), None);
    };
    let above: BTreeSet<EntryId> =
        order.iter().filter(|one| one.millionths > edge).map(|one| one.entry).collect();
    let equal: Vec<&Reckoned> = order.into_iter().filter(|one| one.millionths == edge).collect();
    let open = most - above.len();
    if equal.len() == open {
        return (above.into_iter().chain(equal.iter().map(|one| one.entry)).collect(), None);
    }
    let chosen: BTreeSet<EntryId> =
        equal.iter().map(|one| one.entry).filter(|entry| decided.contains(entry)).collect();
    if chosen.len() == open {
        return (above.into_iter().chain(chosen).collect(), None);
    }
    let aliases = equal.iter().map(|one| one.alias.clone()).collect();
    (BTreeSet::new(), Some(Fault::TieAtTheCut(aliases)))
}

pub(super) async fn record(
    tx: &DatabaseTransaction,
    by: &Organiser,
    round: RoundId,
    act: &'static str,
    after: serde_json::Value,
    now: Instant,
) -> Result<(), Error> {
    let act = Act {
        actor: Some(by.user()),
        role: "organiser",
        act,
        subject: format!("round:{round}"),
        contest: Some(by.contest()),
        before: None,
        after: Some(after),
    };
    Ok(audit::record(tx, act, now).await?)
}

/// What a closed round says of an entry.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The entry.
    pub entry: EntryId,
    /// Result in millionths of a point.
    pub millionths: i64,
    /// Whether it went on.
    pub went_on: bool,
    /// Means of criteria, in millionths.
    pub criteria: BTreeMap<String, i64>,
    /// The numbers it came from.
    pub worksheet: serde_json::Value,
}

/// The results of a round; none while it is not closed.
///
/// # Errors
/// When the database fails.
pub async fn result_of(
    db: &impl ConnectionTrait,
    round: &round::Model,
) -> Result<Option<Vec<Outcome>>, DbErr> {
    if round.state != State::Closed {
        return Ok(None);
    }
    let rows =
        candidate::Entity::find().filter(candidate::Column::RoundId.eq(round.id)).all(db).await?;
    let outcome = |row: candidate::Model| {
        let worksheet = row.worksheet.unwrap_or_default();
        let means = worksheet.get("criterion_means_millionths").cloned().unwrap_or_default();
        Outcome {
            entry: row.entry_id,
            millionths: row.millionths.unwrap_or(0),
            went_on: row.went_on.unwrap_or(false),
            criteria: serde_json::from_value(means).unwrap_or_default(),
            worksheet,
        }
    };
    Ok(Some(rows.into_iter().map(outcome).collect()))
}
