//! How counts move: what counts, what looks counted to the public, and by which minute, so that what
//! the public saw at a moment stays what it was, whatever is taken back or given again after it.

use std::collections::HashMap;

use entity::id::{ContestId, EntryId};
use entity::instant::Instant;
use entity::vote::State;
use entity::{tally, tally_minute};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, ExprTrait,
    FromQueryResult, QueryFilter, QuerySelect, Set,
};

/// Rows that are written by one statement.
const ROWS: usize = 300;

/// The minute of a moment, in minutes since 1970.
fn minute(at: Instant) -> i64 {
    at.micros().div_euclid(60_000_000)
}

/// How a vote stands: its state, and what it is worth.
pub(super) type Stand = (State, i32);

/// A vote that is not there.
pub(super) const NONE: Stand = (State::Withdrawn, 0);

fn counts((state, worth): Stand) -> i64 {
    if state == State::Counted { worth.into() } else { 0 }
}

/// Votes that are set aside look counted until the result, in silence, lest whoever bought them
/// learns what is seen.
fn looks((state, worth): Stand) -> i64 {
    if state == State::Withdrawn { 0 } else { worth.into() }
}

/// Movements that are gathered before they are written.
#[derive(Debug, Default)]
pub(super) struct Moves {
    /// What counts, and what looks counted.
    tallies: HashMap<EntryId, (i64, i64)>,
    minutes: HashMap<(EntryId, i64), i64>,
}

impl Moves {
    /// A vote for `entry` that stood as `before` stands as `after` since `at`.
    pub(super) fn add(&mut self, entry: EntryId, at: Instant, (before, after): (Stand, Stand)) {
        let tally = self.tallies.entry(entry).or_default();
        tally.0 += counts(after) - counts(before);
        tally.1 += looks(after) - looks(before);
        *self.minutes.entry((entry, minute(at))).or_default() += looks(after) - looks(before);
    }

    /// Writes all of it.
    ///
    /// # Errors
    /// When the database fails.
    pub(super) async fn write(
        self,
        tx: &DatabaseTransaction,
        contest: ContestId,
    ) -> Result<(), DbErr> {
        let mut tallies: Vec<_> =
            self.tallies.into_iter().filter(|(_, by)| *by != (0, 0)).collect();
        tallies.sort_unstable();
        for some in tallies.chunks(ROWS) {
            let rows = some.iter().map(|(entry, (counted, seen))| tally::ActiveModel {
                entry_id: Set(*entry),
                contest_id: Set(contest),
                counted: Set(*counted),
                seen: Set(*seen),
            });
            let conflict = OnConflict::column(tally::Column::EntryId)
                .value(tally::Column::Counted, Expr::cust("tally.counted + excluded.counted"))
                .value(tally::Column::Seen, Expr::cust("tally.seen + excluded.seen"))
                .to_owned();
            let insert = tally::Entity::insert_many(rows).on_conflict(conflict);
            insert.exec_without_returning(tx).await?;
        }
        let mut minutes: Vec<_> = self.minutes.into_iter().filter(|(_, by)| *by != 0).collect();
        minutes.sort_unstable();
        for some in minutes.chunks(ROWS) {
            let rows = some.iter().map(|((entry, minute), by)| tally_minute::ActiveModel {
                entry_id: Set(*entry),
                minute: Set(*minute),
                contest_id: Set(contest),
                moved: Set(*by),
            });
            let sum = Expr::cust("tally_minute.moved + excluded.moved");
            let conflict =
                OnConflict::columns([tally_minute::Column::EntryId, tally_minute::Column::Minute])
                    .value(tally_minute::Column::Moved, sum)
                    .to_owned();
            let insert = tally_minute::Entity::insert_many(rows).on_conflict(conflict);
            insert.exec_without_returning(tx).await?;
        }
        Ok(())
    }
}

/// What the public saw of these entries' counts when the minute of a moment began; without a moment,
/// what it sees now.
///
/// # Errors
/// When the database fails.
pub(super) async fn until(
    db: &impl ConnectionTrait,
    contest: ContestId,
    moment: Option<Instant>,
    of: Option<&[EntryId]>,
) -> Result<HashMap<EntryId, i64>, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        entry_id: EntryId,
        count: i64,
    }
    let mut rows = tally_minute::Entity::find()
        .select_only()
        .column(tally_minute::Column::EntryId)
        .column_as(Expr::col(tally_minute::Column::Moved).sum().cast_as("bigint"), "count")
        .filter(tally_minute::Column::ContestId.eq(contest))
        .group_by(tally_minute::Column::EntryId);
    if let Some(of) = of {
        rows = rows.filter(tally_minute::Column::EntryId.is_in(of.iter().copied()));
    }
    if let Some(moment) = moment {
        rows = rows.filter(tally_minute::Column::Minute.lt(minute(moment)));
    }
    let rows = rows.into_model::<Row>().all(db).await?;
    Ok(rows.into_iter().map(|row| (row.entry_id, row.count)).collect())
}
