//! Which of two is better: a judge's comparisons, in rounds of kind `pairwise`.

use std::collections::{BTreeSet, HashMap};

use entity::assignment::{self, State as Work_};
use entity::id::{CategoryId, ComparisonId, EntryId, SeatId};
use entity::instant::Instant;
use entity::{comparison, round};
use sea_orm::sea_query::LockType;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect, Set,
};

use super::Error;
use super::comparisons::{categories, rows};
use super::enough::is_settled;
use super::judge::{Judge, Work, sitting, work};
use super::method::pairs::{Belief, Trust, learned, next_pair};
use super::turn::may_say;
use crate::contest::definition::Round;

/// How many comparisons a judge has made.
///
/// # Errors
/// When the database fails.
pub async fn made(db: &impl ConnectionTrait, seat: SeatId) -> Result<usize, DbErr> {
    let own = comparison::Entity::find().filter(comparison::Column::SeatId.eq(seat));
    Ok(usize::try_from(own.count(db).await?).unwrap_or(usize::MAX))
}

/// What a judge may still be asked.
struct Asked {
    rows: Vec<comparison::Model>,
    desk: Vec<Work>,
    categories: HashMap<EntryId, CategoryId>,
    seen: BTreeSet<(EntryId, EntryId)>,
    is_over: bool,
}

impl Asked {
    async fn of(
        db: &impl ConnectionTrait,
        judge: &Judge,
        definition: &Round,
    ) -> Result<Self, DbErr> {
        let rows = rows(db, judge.round.id).await?;
        let own = rows.iter().filter(|row| row.seat_id == judge.seat.id);
        let seen: BTreeSet<(EntryId, EntryId)> = own
            .flat_map(|row| [(row.better_id, row.worse_id), (row.worse_id, row.better_id)])
            .collect();
        let is_over = seen.len() / 2 >= definition.comparisons.unwrap_or(u32::MAX) as usize;
        let desk = work(db, judge).await?;
        let categories = categories(db, desk.iter().map(|one| one.assignment.entry_id)).await?;
        Ok(Self { rows, desk, categories, seen, is_over })
    }

    /// Only entries of one category are compared, and each pair once.
    fn may(&self, one: usize, other: usize) -> bool {
        let (a, b) = (self.desk[one].assignment.entry_id, self.desk[other].assignment.entry_id);
        self.categories.get(&a) == self.categories.get(&b) && !self.seen.contains(&(a, b))
    }

    /// Whether a pair is left.
    fn any(&self) -> bool {
        let mut all = (0..self.desk.len()).flat_map(|one| (0..one).map(move |other| (one, other)));
        !self.is_over && all.any(|(one, other)| self.may(one, other))
    }
}

/// The two entries from whose comparison by this judge most is learned, by the names under which
/// the judge knows them; none when the judge has made all comparisons or has seen every pair, or
/// when it is settled who goes on. Only entries of one category are compared.
///
/// # Errors
/// When the database fails.
pub async fn next(
    db: &impl ConnectionTrait,
    judge: &Judge,
    definition: &Round,
) -> Result<Option<(Work, Work)>, DbErr> {
    let mut asked = Asked::of(db, judge, definition).await?;
    if asked.is_over || is_settled(db, judge.round.id, definition).await? {
        return Ok(None);
    }
    let (beliefs, trust) = believed(&asked.rows);
    let of_desk = asked.desk.iter().map(|one| beliefs.get(&one.assignment.entry_id).copied());
    let of_desk: Vec<Belief> = of_desk.map(|belief| belief.unwrap_or(Belief::BEFORE)).collect();
    let trust = trust.get(&judge.seat.id).copied().unwrap_or(Trust::BEFORE);
    let pair = next_pair(trust, &of_desk, |one, other| asked.may(one, other));
    let Some((one, other, _)) = pair else { return Ok(None) };
    // Which stands on the left follows the judge's own random order, not the standing.
    let (left, right) = (one.min(other), one.max(other));
    let right = asked.desk.swap_remove(right);
    Ok(Some((asked.desk.swap_remove(left), right)))
}

/// What all comparisons so far teach.
fn believed(rows: &[comparison::Model]) -> (HashMap<EntryId, Belief>, HashMap<SeatId, Trust>) {
    let mut beliefs = HashMap::<EntryId, Belief>::new();
    let mut trusts = HashMap::<SeatId, Trust>::new();
    for row in rows {
        let trust = trusts.get(&row.seat_id).copied().unwrap_or(Trust::BEFORE);
        let of = |id: EntryId| beliefs.get(&id).copied().unwrap_or(Belief::BEFORE);
        let (trust, better, worse, _) = learned(trust, of(row.better_id), of(row.worse_id));
        trusts.insert(row.seat_id, trust);
        beliefs.insert(row.better_id, better);
        beliefs.insert(row.worse_id, worse);
    }
    (beliefs, trusts)
}

/// Records that a judge finds one entry better than another. Saying it twice changes nothing;
/// saying the opposite corrects it.
///
/// # Errors
/// [`Error::Pair`] when one of them is not on the judge's desk or they are the same.
pub async fn say(
    tx: &DatabaseTransaction,
    judge: &Judge,
    better: &str,
    worse: &str,
    now: Instant,
) -> Result<(), Error> {
    let (definition, _) = may_say(tx, judge, now).await?;
    let desk = work(tx, judge).await?;
    let find =
        |alias: &str| desk.iter().find(|one| one.alias == alias).map(|one| one.assignment.entry_id);
    let (Some(better), Some(worse)) = (find(better), find(worse)) else { return Err(Error::Pair) };
    if better == worse {
        return Err(Error::Pair);
    }
    comparison::Entity::delete_many()
        .filter(comparison::Column::SeatId.eq(judge.seat.id))
        .filter(comparison::Column::BetterId.is_in([better, worse]))
        .filter(comparison::Column::WorseId.is_in([better, worse]))
        .exec(tx)
        .await?;
    let row = comparison::ActiveModel {
        id: Set(ComparisonId::new()),
        round_id: Set(judge.round.id),
        seat_id: Set(judge.seat.id),
        better_id: Set(better),
        worse_id: Set(worse),
        said_at: Set(now),
    };
    comparison::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(settle(tx, judge, &definition).await?)
}

/// Marks everything on the judge's desk as done where no pair is left to be asked, and as open
/// where one is. Where comparing stops once it is settled who goes on, one judge's word ends the
/// work of all, or takes it up again: then the round is held, so that of two judges at once the
/// later counts what the earlier said.
pub(super) async fn settle(
    tx: &DatabaseTransaction,
    judge: &Judge,
    definition: &Round,
) -> Result<(), DbErr> {
    let round = judge.round.id;
    if definition.settled_percent.is_none() {
        let any = Asked::of(tx, judge, definition).await?.any();
        return stands(tx, judge.seat.id, any).await;
    }
    round::Entity::find_by_id(round).lock(LockType::NoKeyUpdate).one(tx).await?;
    let settled = is_settled(tx, round, definition).await?;
    let seats = sitting(tx, round).await?;
    for seat in seats.into_iter().filter(|seat| seat.finished_at.is_none()) {
        let one = Judge { seat, round: judge.round.clone() };
        let any = !settled && Asked::of(tx, &one, definition).await?.any();
        stands(tx, one.seat.id, any).await?;
    }
    Ok(())
}

/// Writes whether a judge's desk is open.
async fn stands(tx: &DatabaseTransaction, seat: SeatId, is_open: bool) -> Result<(), DbErr> {
    let (from, to) = if is_open { (Work_::Done, Work_::Open) } else { (Work_::Open, Work_::Done) };
    assignment::Entity::update_many()
        .set(assignment::ActiveModel { state: Set(to), ..Default::default() })
        .filter(assignment::Column::SeatId.eq(seat))
        .filter(assignment::Column::State.eq(from))
        .exec(tx)
        .await?;
    Ok(())
}

/// Takes back the judge's last comparison; nothing where there is none.
///
/// # Errors
/// When the round takes nothing now.
pub async fn take_back(tx: &DatabaseTransaction, judge: &Judge, now: Instant) -> Result<(), Error> {
    let (definition, _) = may_say(tx, judge, now).await?;
    let last = comparison::Entity::find()
        .filter(comparison::Column::SeatId.eq(judge.seat.id))
        .order_by_desc(comparison::Column::SaidAt)
        .order_by_desc(comparison::Column::Id)
        .one(tx)
        .await?;
    let Some(last) = last else { return Ok(()) };
    comparison::Entity::delete_by_id(last.id).exec(tx).await?;
    Ok(settle(tx, judge, &definition).await?)
}
