//! Giving work to judges.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use entity::assignment::{self, State as Work};
use entity::id::{AssignmentId, EntryId, RoundId, SeatId, UnitId, UserId};
use entity::{candidate, entry, officer, seat, unit};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect, Set,
};

use super::Error;
use super::deal::{Deal, Dice, Table, deal};
use super::judge::sitting;
use crate::contest::definition::{Round, RoundKind};

/// Rows that are written in one statement: far below what both engines can bind.
pub(super) const MANY: usize = 500;

/// Deals what is not dealt yet: at the opening, and when somebody joins, leaves or steps aside.
/// Every judge's part stands in a random order of the judge's own, so that nobody's work is
/// always judged first or last; what all share for calibration stands before it, in one order.
pub(super) async fn give(
    tx: &DatabaseTransaction,
    id: RoundId,
    definition: &Round,
    seed: u64,
) -> Result<(), Error> {
    if definition.kind == RoundKind::Deliberate {
        return Ok(());
    }
    let candidates = candidate::Entity::find()
        .filter(candidate::Column::RoundId.eq(id))
        .order_by_asc(candidate::Column::Alias)
        .all(tx)
        .await?;
    let entries: Vec<EntryId> = candidates.into_iter().map(|row| row.entry_id).collect();
    let seats = sitting(tx, id).await?;
    let known =
        assignment::Entity::find().filter(assignment::Column::RoundId.eq(id)).all(tx).await?;
    let plan = planned(tx, definition, &entries, &seats, &known, seed).await?;
    let mut rows = Vec::new();
    for (judge, seat) in seats.iter().enumerate() {
        let own = plan.deal.fresh.iter().filter(|pair| pair.1 == judge).map(|pair| pair.0);
        let (shared, mut own): (Vec<usize>, Vec<usize>) =
            own.partition(|index| plan.shared.contains_key(index));
        let mut dice = Dice(seed ^ (seat.number as u64).wrapping_mul(0x9E37_79B9));
        dice.shuffle(&mut own);
        let held = known.iter().filter(|row| row.seat_id == seat.id).map(|row| row.position);
        let behind = held.max().map_or(0, |last| last + 1);
        let first = shared.into_iter().map(|index| (plan.shared[&index], index));
        for (position, index) in first.chain((behind..).zip(own)) {
            rows.push(assignment::ActiveModel {
                id: Set(AssignmentId::new()),
                round_id: Set(id),
                entry_id: Set(entries[index]),
                seat_id: Set(seat.id),
                position: Set(position),
                state: Set(Work::Open),
                reason: Set(None),
                favourite: Set(false),
                flag: Set(None),
            });
        }
    }
    for some in rows.chunks(MANY) {
        assignment::Entity::insert_many(some.to_vec()).exec_without_returning(tx).await?;
    }
    Ok(())
}

/// What is to be dealt.
pub(super) struct Plan {
    /// Who gets what.
    pub(super) deal: Deal,
    /// Where the shared entries stand in everybody's order, all below 0.
    pub(super) shared: BTreeMap<usize, i32>,
}

/// The deal of these entries to these seats, beside what is `known`.
pub(super) async fn planned(
    db: &impl ConnectionTrait,
    definition: &Round,
    entries: &[EntryId],
    seats: &[seat::Model],
    known: &[assignment::Model],
    seed: u64,
) -> Result<Plan, DbErr> {
    // Lists and comparisons need everything in sight.
    let all = matches!(definition.kind, RoundKind::Rank | RoundKind::Pairwise);
    let each = definition.judges_per_entry.filter(|_| !all);
    let mut table = Table {
        entries: entries.len(),
        judges: seats.len(),
        each: each.map_or(seats.len(), |each| (each as usize).min(seats.len())),
        ..Table::default()
    };
    let place: HashMap<EntryId, usize> = entries.iter().copied().zip(0..).collect();
    let chair: HashMap<SeatId, usize> = seats.iter().map(|seat| seat.id).zip(0..).collect();
    for row in known {
        let (Some(&entry), Some(&judge)) = (place.get(&row.entry_id), chair.get(&row.seat_id))
        else {
            continue;
        };
        if row.state == Work::SteppedAside {
            table.conflicts.insert((entry, judge));
        } else {
            table.dealt.push((entry, judge));
        }
    }
    table.conflicts.extend(own_work(db, entries, seats).await?);
    let held: BTreeSet<(usize, usize)> = table.dealt.iter().copied().collect();
    table.conflicts.retain(|pair| !held.contains(pair));
    let shared: BTreeMap<usize, i32> = if known.is_empty() {
        let drawn = table.drawn(definition.calibration as usize, seed);
        let first = -i32::try_from(drawn.len()).unwrap_or(0);
        drawn.into_iter().zip(first..).collect()
    } else {
        // Whoever comes later shares what the others share.
        let shared = known.iter().filter(|row| row.position < 0);
        shared.filter_map(|row| Some((*place.get(&row.entry_id)?, row.position))).collect()
    };
    table.shared = shared.keys().copied().collect();
    Ok(Plan { deal: deal(&table, seed), shared })
}

/// Entries that all judges of a round share for calibration, in no order.
///
/// # Errors
/// When the database fails.
pub async fn calibration(
    db: &impl ConnectionTrait,
    round: RoundId,
) -> Result<BTreeSet<EntryId>, DbErr> {
    let shared: Vec<EntryId> = assignment::Entity::find()
        .select_only()
        .column(assignment::Column::EntryId)
        .distinct()
        .filter(assignment::Column::RoundId.eq(round))
        .filter(assignment::Column::Position.lt(0))
        .into_tuple()
        .all(db)
        .await?;
    Ok(shared.into_iter().collect())
}

/// Pairs of candidate and seat that may not meet: one's own entry, or one of one's own unit.
async fn own_work(
    db: &impl ConnectionTrait,
    entries: &[EntryId],
    seats: &[seat::Model],
) -> Result<Vec<(usize, usize)>, DbErr> {
    let mut authors = HashMap::new();
    for some in entries.chunks(MANY) {
        let rows = entry::Entity::find()
            .select_only()
            .columns([
                entry::Column::Id,
                entry::Column::AuthorId,
                entry::Column::EnteredBy,
                entry::Column::UnitId,
            ])
            .filter(entry::Column::Id.is_in(some.iter().copied()))
            .into_tuple::<(EntryId, Option<UserId>, Option<UserId>, Option<UnitId>)>()
            .all(db)
            .await?;
        authors.extend(rows.into_iter().map(|(id, author, by, unit)| (id, (author, by, unit))));
    }
    let mut own = Vec::new();
    for (judge, seat) in seats.iter().enumerate() {
        let units = own_units(db, seat).await?;
        for (index, entry) in entries.iter().enumerate() {
            let Some((author, by, unit)) = authors.get(entry) else { continue };
            let mine = *author == Some(seat.user_id) || *by == Some(seat.user_id);
            if mine || unit.is_some_and(|unit| units.contains(&unit)) {
                own.push((index, judge));
            }
        }
    }
    Ok(own)
}

/// Units for which a judge holds an office, or to which an account's entries belong: what comes
/// from them is not theirs to judge.
async fn own_units(
    db: &impl ConnectionTrait,
    seat: &seat::Model,
) -> Result<BTreeSet<UnitId>, DbErr> {
    let offices = officer::Entity::find()
        .filter(officer::Column::UserId.eq(seat.user_id))
        .filter(officer::Column::ValidTo.is_null())
        .all(db)
        .await?;
    let mut units = BTreeSet::new();
    for office in offices {
        let Some(top) = unit::Entity::find_by_id(office.unit_id).one(db).await? else { continue };
        let below = crate::unit::below(db, &top).await?;
        units.extend(below.into_iter().map(|unit| unit.id));
    }
    let own =
        entry::Entity::find().filter(entry::Column::AuthorId.eq(seat.user_id)).all(db).await?;
    units.extend(own.into_iter().filter_map(|entry| entry.unit_id));
    Ok(units)
}
