//! How far a panel is, sheet by sheet, and when it will have finished at the pace it goes.

use std::collections::HashMap;

use entity::assignment::{self, State as Work};
use entity::id::{EntryId, RoundId, SeatId};
use entity::instant::Instant;
use entity::{candidate, round, sheet};
use sea_orm::sea_query::Query;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};

use super::judge::{gone, in_round};
use super::panel::Progress;

/// The pace is that of so many seconds before now: two days and nights.
const SPAN: i64 = 48 * 3600;

/// Most columns of a strip; entries beyond share one.
pub const COLUMNS: usize = 200;

/// A stretch of a strip that looks alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// Its first column.
    pub from: usize,
    /// How many columns it has.
    pub columns: usize,
    /// How its sheets stand.
    pub look: Look,
}

/// How the sheets of a column stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// Not this judge's.
    None,
    /// Not one is complete.
    Open,
    /// Some are complete.
    Part,
    /// All are complete.
    Done,
    /// The judge stepped aside.
    Aside,
}

impl Look {
    /// Its name, as a class of the style sheet.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Open => "open",
            Self::Part => "part",
            Self::Done => "done",
            Self::Aside => "aside",
        }
    }

    fn of(done: usize, open: usize, aside: usize) -> Self {
        match (done, open, aside) {
            (0, 0, 0) => Self::None,
            (0, 0, _) => Self::Aside,
            (0, _, _) => Self::Open,
            (_, 0, _) => Self::Done,
            _ => Self::Part,
        }
    }
}

/// Judges by entries: for each seat the stretches of its strip, over the entries in the order of
/// their names; and how many columns there are.
///
/// # Errors
/// When the database fails.
pub async fn strips(
    db: &impl ConnectionTrait,
    round: RoundId,
) -> Result<(usize, HashMap<SeatId, Vec<Stretch>>), DbErr> {
    let entries: Vec<EntryId> = candidate::Entity::find()
        .select_only()
        .column(candidate::Column::EntryId)
        .filter(candidate::Column::RoundId.eq(round))
        .order_by_asc(candidate::Column::Alias)
        .into_tuple()
        .all(db)
        .await?;
    let columns = entries.len().min(COLUMNS);
    let place: HashMap<EntryId, usize> =
        entries.iter().enumerate().map(|(at, id)| (*id, at * columns / entries.len())).collect();
    let work: Vec<(SeatId, EntryId, Work)> = assignment::Entity::find()
        .select_only()
        .columns([
            assignment::Column::SeatId,
            assignment::Column::EntryId,
            assignment::Column::State,
        ])
        .filter(assignment::Column::RoundId.eq(round))
        .into_tuple()
        .all(db)
        .await?;
    let gone = gone(db, in_round(round)).await?;
    let mut counts: HashMap<SeatId, Vec<[usize; 3]>> = HashMap::new();
    for (seat, entry, state) in work.into_iter().filter(|(_, entry, _)| !gone.contains(entry)) {
        let Some(column) = place.get(&entry) else { continue };
        let strip = counts.entry(seat).or_insert_with(|| vec![[0; 3]; columns]);
        let kind = match state {
            Work::Done => 0,
            Work::Open => 1,
            Work::SteppedAside => 2,
        };
        strip[*column][kind] += 1;
    }
    let strips = counts.into_iter().map(|(seat, strip)| (seat, stretches(&strip)));
    Ok((columns, strips.collect()))
}

fn stretches(strip: &[[usize; 3]]) -> Vec<Stretch> {
    let mut found: Vec<Stretch> = Vec::new();
    for (at, [done, open, aside]) in strip.iter().enumerate() {
        let look = Look::of(*done, *open, *aside);
        match found.last_mut().filter(|last| last.look == look) {
            Some(last) => last.columns += 1,
            None => found.push(Stretch { from: at, columns: 1, look }),
        }
    }
    found
}

/// When a panel will have finished.
#[derive(Clone, Debug, PartialEq)]
pub enum Forecast {
    /// Nothing is open.
    Finished,
    /// These judges, by number, have open sheets and completed none in the last two days.
    Idle(Vec<i32>),
    /// Then the slowest has finished, if everybody goes on as in the last two days.
    At(Instant),
}

/// When the panel will have finished, if every judge goes on as in the two days before `now`, or
/// since the round was opened where that is less.
///
/// # Errors
/// When the database fails.
pub async fn forecast(
    db: &impl ConnectionTrait,
    round: &round::Model,
    progress: &[Progress],
    now: Instant,
) -> Result<Forecast, DbErr> {
    let saved = Query::select()
        .column(sheet::Column::AssignmentId)
        .from(sheet::Entity)
        .and_where(sheet::Column::SavedAt.gte(now.plus_seconds(-SPAN)))
        .to_owned();
    let recent: Vec<(SeatId, i64)> = assignment::Entity::find()
        .select_only()
        .column(assignment::Column::SeatId)
        .column_as(assignment::Column::Id.count(), "sheets")
        .filter(assignment::Column::RoundId.eq(round.id))
        .filter(assignment::Column::State.eq(Work::Done))
        .filter(assignment::Column::Id.in_subquery(saved))
        .group_by(assignment::Column::SeatId)
        .into_tuple()
        .all(db)
        .await?;
    let recent: HashMap<SeatId, i64> = recent.into_iter().collect();
    let sitting = progress.iter().filter(|one| one.seat.left_at.is_none());
    let judges: Vec<Pace> = sitting
        .map(|one| Pace {
            number: one.seat.number,
            open: i64::try_from(one.all - one.done).unwrap_or(i64::MAX),
            recent: recent.get(&one.seat.id).copied().unwrap_or(0),
        })
        .collect();
    let since = round.opened_at.map_or(SPAN, |at| (now.micros() - at.micros()) / 1_000_000);
    Ok(finish(&judges, since.clamp(1, SPAN), now))
}

/// A judge's open sheets, and how many were completed of late.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// By which minutes call the judge.
    pub number: i32,
    /// Sheets that are not complete.
    pub open: i64,
    /// Sheets that were completed in the span.
    pub recent: i64,
}

/// When the slowest judge has finished, who completed `recent` sheets in the last `span` seconds.
#[must_use]
pub fn finish(judges: &[Pace], span: i64, now: Instant) -> Forecast {
    let open = || judges.iter().filter(|judge| judge.open > 0);
    let idle: Vec<i32> = open().filter(|one| one.recent == 0).map(|one| one.number).collect();
    if !idle.is_empty() {
        return Forecast::Idle(idle);
    }
    let slowest = open().map(|one| one.open.saturating_mul(span) / one.recent).max();
    slowest.map_or(Forecast::Finished, |seconds| Forecast::At(now.plus_seconds(seconds)))
}
