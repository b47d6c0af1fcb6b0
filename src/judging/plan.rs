//! What is to be dealt: who may have what, what is dealt already, and what all share.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use entity::assignment::{self, State as Work};
use entity::id::{AssignmentId, CategoryId, EntryId, RoundId, SeatId, UnitId, UserId};
use entity::{entry, officer, seat, unit};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QuerySelect};

use super::deal::{Deal, Table, deal};
use crate::contest::definition::{Round, RoundKind};

/// Rows that are written in one statement: far below what both engines can bind.
pub(super) const MANY: usize = 500;

/// What is to be dealt.
pub(super) struct Plan {
    /// Who gets what.
    pub(super) deal: Deal,
    /// Where the shared entries stand in everybody's order, all below 0.
    pub(super) shared: BTreeMap<usize, i32>,
}

/// What was dealt before.
#[derive(Default)]
pub(super) struct Before {
    /// All of it, of judges who left too.
    pub(super) rows: Vec<assignment::Model>,
    /// What may be taken from a desk again.
    pub(super) loose: BTreeSet<AssignmentId>,
    /// Who gets nothing more.
    pub(super) barred: Option<SeatId>,
}

/// The deal of these entries to these seats, beside what was dealt before.
pub(super) async fn planned(
    db: &impl ConnectionTrait,
    definition: &Round,
    entries: &[EntryId],
    seats: &[seat::Model],
    before: &Before,
    seed: u64,
) -> Result<Plan, DbErr> {
    // Lists and comparisons need everything in sight.
    let all = matches!(definition.kind, RoundKind::Rank | RoundKind::Pairwise);
    let each = definition.judges_per_entry.filter(|_| !all);
    let origins = origins(db, entries).await?;
    let mut table = Table {
        entries: entries.len(),
        judges: seats.len(),
        each: each.map_or(seats.len(), |each| (each as usize).min(seats.len())),
        groups: groups(&origins),
        ..Table::default()
    };
    let place: HashMap<EntryId, usize> = entries.iter().copied().zip(0..).collect();
    let chair: HashMap<SeatId, usize> = seats.iter().map(|seat| seat.id).zip(0..).collect();
    for row in &before.rows {
        let (Some(&entry), Some(&judge)) = (place.get(&row.entry_id), chair.get(&row.seat_id))
        else {
            continue;
        };
        if row.state == Work::SteppedAside {
            table.conflicts.insert((entry, judge));
        } else {
            table.dealt.push((entry, judge));
        }
        if before.loose.contains(&row.id) {
            table.loose.insert((entry, judge));
        }
    }
    table.conflicts.extend(own_work(db, &origins, seats).await?);
    if let Some(judge) = before.barred.and_then(|seat| chair.get(&seat).copied()) {
        table.conflicts.extend((0..entries.len()).map(|entry| (entry, judge)));
    }
    let held: BTreeSet<(usize, usize)> = table.dealt.iter().copied().collect();
    table.conflicts.retain(|pair| !held.contains(pair));
    let shared: BTreeMap<usize, i32> = if before.rows.is_empty() {
        let drawn = table.drawn(definition.calibration as usize, seed);
        let first = -i32::try_from(drawn.len()).unwrap_or(0);
        drawn.into_iter().zip(first..).collect()
    } else {
        // Whoever comes later shares what the others share.
        let shared = before.rows.iter().filter(|row| row.position < 0);
        shared.filter_map(|row| Some((*place.get(&row.entry_id)?, row.position))).collect()
    };
    table.shared = shared.keys().copied().collect();
    let finished = (0..seats.len()).filter(|at| seats[*at].finished_at.is_some());
    Ok(Plan { deal: sparing(&table, &finished.collect::<Vec<_>>(), seed), shared })
}

/// Deals to judges who have finished only where an entry would else have too few.
fn sparing(table: &Table, finished: &[usize], seed: u64) -> Deal {
    let whole = deal(table, seed);
    if finished.is_empty() {
        return whole;
    }
    let held: BTreeSet<(usize, usize)> = table.dealt.iter().copied().collect();
    let mut spared = table.clone();
    for judge in finished {
        let rest = (0..table.entries).map(|entry| (entry, *judge));
        spared.conflicts.extend(rest.filter(|pair| !held.contains(pair)));
    }
    let spared = deal(&spared, seed);
    if spared.short == whole.short { spared } else { whole }
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

/// Where an entry comes from.
struct Origin {
    author: Option<UserId>,
    by: Option<UserId>,
    unit: Option<UnitId>,
    category: CategoryId,
}

/// Where entries come from, in their order; none of what is not known.
async fn origins(
    db: &impl ConnectionTrait,
    entries: &[EntryId],
) -> Result<Vec<Option<Origin>>, DbErr> {
    let mut found = HashMap::new();
    for some in entries.chunks(MANY) {
        let rows = entry::Entity::find()
            .select_only()
            .columns([
                entry::Column::Id,
                entry::Column::AuthorId,
                entry::Column::EnteredBy,
                entry::Column::UnitId,
                entry::Column::CategoryId,
            ])
            .filter(entry::Column::Id.is_in(some.iter().copied()))
            .into_tuple::<(EntryId, Option<UserId>, Option<UserId>, Option<UnitId>, CategoryId)>()
            .all(db)
            .await?;
        found.extend(
            rows.into_iter().map(|(id, author, by, unit, category)| {
                (id, Origin { author, by, unit, category })
            }),
        );
    }
    Ok(entries.iter().map(|id| found.remove(id)).collect())
}

/// Entries of one category and unit have one number: every judge gets a like part of each.
fn groups(origins: &[Option<Origin>]) -> Vec<usize> {
    let key = |one: &Option<Origin>| one.as_ref().map(|one| (one.category, one.unit));
    let known: BTreeSet<_> = origins.iter().map(key).collect();
    let number: BTreeMap<_, usize> = known.into_iter().zip(0..).collect();
    origins.iter().map(|one| number[&key(one)]).collect()
}

/// Pairs of candidate and seat that may not meet: one's own entry, or one of one's own unit.
async fn own_work(
    db: &impl ConnectionTrait,
    origins: &[Option<Origin>],
    seats: &[seat::Model],
) -> Result<Vec<(usize, usize)>, DbErr> {
    let mut own = Vec::new();
    for (judge, seat) in seats.iter().enumerate() {
        let units = own_units(db, seat).await?;
        for (index, origin) in origins.iter().enumerate() {
            let Some(origin) = origin else { continue };
            let mine = [origin.author, origin.by].contains(&Some(seat.user_id));
            if mine || origin.unit.is_some_and(|unit| units.contains(&unit)) {
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
