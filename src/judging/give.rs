//! Giving work to judges.

use std::collections::{BTreeSet, HashSet};

use entity::assignment::{self, State as Work};
use entity::id::{AssignmentId, EntryId, RoundId, SeatId};
use entity::instant::Instant;
use entity::{candidate, paper, round, seat, sheet};
use sea_orm::sea_query::{Query, SelectStatement};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait,
    IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, Set,
};
use serde_json::json;

use super::Error;
use super::deal::Dice;
use super::judge::sitting;
use super::plan::{Before, MANY, Plan, planned};
use crate::audit::{self, Act};
use crate::contest::definition::{Round, RoundKind};

/// Deals what is not dealt yet: at the opening, and when somebody leaves or steps aside. Every
/// judge's part stands in a random order of the judge's own, so that nobody's work is always
/// judged first or last; what all share for calibration stands before it, in one order.
pub(super) async fn give(
    tx: &DatabaseTransaction,
    round: &round::Model,
    definition: &Round,
    now: Instant,
) -> Result<(), Error> {
    lay(tx, round, definition, false, now).await
}

/// Deals when somebody joins: they also take from the others what these have not begun, from the
/// end of their orders, until all have alike.
pub(super) async fn share_out(
    tx: &DatabaseTransaction,
    round: &round::Model,
    definition: &Round,
    now: Instant,
) -> Result<(), Error> {
    lay(tx, round, definition, true, now).await
}

async fn lay(
    tx: &DatabaseTransaction,
    round: &round::Model,
    definition: &Round,
    joined: bool,
    now: Instant,
) -> Result<(), Error> {
    if definition.kind == RoundKind::Deliberate {
        return Ok(());
    }
    let entries = candidates(tx, round.id).await?;
    let seats = sitting(tx, round.id).await?;
    let known = assignment::Entity::find().filter(assignment::Column::RoundId.eq(round.id));
    let mut before = Before { rows: known.all(tx).await?, ..Before::default() };
    if joined {
        before.loose = loose(tx, &seats, &before.rows).await?;
    }
    let seed = u64::from_ne_bytes(round.seed.to_ne_bytes());
    let plan = planned(tx, definition, &entries, &seats, &before, seed).await?;
    let taken = plan.deal.taken.iter().map(|(entry, judge)| (entries[*entry], seats[*judge].id));
    let taken: HashSet<(EntryId, SeatId)> = taken.collect();
    let gone = before.rows.iter().filter(|row| taken.contains(&(row.entry_id, row.seat_id)));
    let gone: Vec<AssignmentId> = gone.map(|row| row.id).collect();
    let fresh = fresh(&plan, &entries, &seats, &before.rows, seed);
    write(tx, round, seats, (&gone, &fresh), now).await
}

/// Entries of a round, by their names.
pub(super) async fn candidates(
    db: &impl ConnectionTrait,
    round: RoundId,
) -> Result<Vec<EntryId>, DbErr> {
    candidate::Entity::find()
        .select_only()
        .column(candidate::Column::EntryId)
        .filter(candidate::Column::RoundId.eq(round))
        .order_by_asc(candidate::Column::Alias)
        .into_tuple()
        .all(db)
        .await
}

/// What a judge gets, and at which place of the judge's order.
pub(super) type Given = (SeatId, EntryId, i32);

/// Takes this from desks and lays that on them.
pub(super) async fn write(
    tx: &DatabaseTransaction,
    round: &round::Model,
    seats: Vec<seat::Model>,
    (gone, fresh): (&[AssignmentId], &[Given]),
    now: Instant,
) -> Result<(), Error> {
    for some in gone.chunks(MANY) {
        let rows = assignment::Column::Id.is_in(some.iter().copied());
        assignment::Entity::delete_many().filter(rows).exec(tx).await?;
    }
    for some in fresh.chunks(MANY) {
        let rows = some.iter().map(|(seat, entry, position)| assignment::ActiveModel {
            id: Set(AssignmentId::new()),
            round_id: Set(round.id),
            entry_id: Set(*entry),
            seat_id: Set(*seat),
            position: Set(*position),
            state: Set(Work::Open),
            reason: Set(None),
            favourite: Set(false),
            flag: Set(None),
        });
        assignment::Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    let given: BTreeSet<SeatId> = fresh.iter().map(|(seat, ..)| *seat).collect();
    let finished = seats.into_iter().filter(|seat| seat.finished_at.is_some());
    for seat in finished.filter(|seat| given.contains(&seat.id)) {
        go_on(tx, round, seat, now).await?;
    }
    Ok(())
}

/// What everybody gets, and at which place of their order.
pub(super) fn fresh(
    plan: &Plan,
    entries: &[EntryId],
    seats: &[seat::Model],
    known: &[assignment::Model],
    seed: u64,
) -> Vec<Given> {
    let mut rows = Vec::new();
    for (judge, seat) in seats.iter().enumerate() {
        let own = plan.deal.fresh.iter().filter(|pair| pair.1 == judge).map(|pair| pair.0);
        let (shared, mut own): (Vec<usize>, Vec<usize>) =
            own.partition(|index| plan.shared.contains_key(index));
        let mut dice = Dice(seed ^ (seat.number as u64).wrapping_mul(0x9E37_79B9));
        dice.shuffle(&mut own);
        let held = known.iter().filter(|row| row.seat_id == seat.id).map(|row| row.position);
        let behind = held.max().map_or(0, |last| (last + 1).max(0));
        let first = shared.into_iter().map(|index| (plan.shared[&index], index));
        let placed = first.chain((behind..).zip(own));
        rows.extend(placed.map(|(position, index)| (seat.id, entries[index], position)));
    }
    rows
}

/// Assignments on which somebody has begun a sheet.
pub(super) fn begun() -> SelectStatement {
    Query::select().column(sheet::Column::AssignmentId).from(sheet::Entity).to_owned()
}

/// What judges who have more than an even share have not begun, as far as they have more, from the
/// end of their orders.
async fn loose(
    tx: &DatabaseTransaction,
    seats: &[seat::Model],
    known: &[assignment::Model],
) -> Result<BTreeSet<AssignmentId>, DbErr> {
    let sitting: HashSet<SeatId> = seats.iter().map(|seat| seat.id).collect();
    let held = known.iter().filter(|row| row.state != Work::SteppedAside);
    let held: Vec<_> = held.filter(|row| sitting.contains(&row.seat_id)).collect();
    let share = held.len() / seats.len().max(1);
    let untouched = untouched(tx, seats, known).await?;
    let mut loose = BTreeSet::new();
    for seat in seats {
        let mut own: Vec<_> = held.iter().filter(|row| row.seat_id == seat.id).collect();
        own.sort_unstable_by_key(|row| -row.position);
        let surplus = own.len().saturating_sub(share);
        let free = own.into_iter().filter(|row| untouched.contains(&row.id));
        loose.extend(free.take(surplus).map(|row| row.id));
    }
    Ok(loose)
}

/// What these judges have not begun and said nothing of, without what all share. Whoever judges on
/// paper keeps what was printed.
pub(super) async fn untouched(
    db: &impl ConnectionTrait,
    seats: &[seat::Model],
    known: &[assignment::Model],
) -> Result<BTreeSet<AssignmentId>, DbErr> {
    let ids = || seats.iter().map(|seat| seat.id);
    let begun: HashSet<AssignmentId> = assignment::Entity::find()
        .select_only()
        .column(assignment::Column::Id)
        .filter(assignment::Column::SeatId.is_in(ids()))
        .filter(assignment::Column::Id.in_subquery(begun()))
        .into_tuple()
        .all(db)
        .await?
        .into_iter()
        .collect();
    let papers = paper::Entity::find().filter(paper::Column::SeatId.is_in(ids())).all(db).await?;
    let on_paper: HashSet<SeatId> = papers.into_iter().map(|paper| paper.seat_id).collect();
    let theirs: HashSet<SeatId> = ids().filter(|id| !on_paper.contains(id)).collect();
    let free = known.iter().filter(|row| {
        let said = row.favourite || row.flag.is_some() || begun.contains(&row.id);
        !said && row.position >= 0 && row.state == Work::Open && theirs.contains(&row.seat_id)
    });
    Ok(free.map(|row| row.id).collect())
}

/// A judge who had finished has work again: the sheets are not final any more.
async fn go_on(
    tx: &DatabaseTransaction,
    round: &round::Model,
    seat: seat::Model,
    now: Instant,
) -> Result<(), Error> {
    let act = Act {
        actor: None,
        role: "system",
        act: "judge-unlocked",
        subject: format!("round:{}", round.id),
        contest: Some(round.contest_id),
        before: None,
        after: Some(json!({ "seat": seat.id })),
    };
    let mut seat = seat.into_active_model();
    seat.finished_at = Set(None);
    seat.update(tx).await?;
    Ok(audit::record(tx, act, now).await?)
}
