//! From the log to rows: votes and tallies follow the log, a step at a time, and never lead it.
//!
//! A step is one transaction, which moves `vote_log.applied` as well, so a row is taken once,
//! however often a step is broken off.

use std::collections::{BTreeSet, HashMap};

use entity::entry;
use entity::id::{ContestId, EntryId, UnitId};
use entity::vote::{self, State};
use entity::{tally, tally_minute, vote_link, vote_log, vote_segment};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseConnection, DatabaseTransaction,
    EntityTrait, ExprTrait, IntoActiveModel, QueryFilter, QuerySelect, Set,
};

use super::details::Details;
use super::moves::{Moves, NONE};
use super::traces::Trace;
use super::{Error, receipt, segment};
use crate::contest::definition::VoteLimit;
use crate::ledger::{Leaf, Note, Verdict, Vote, leaf_hash};
use crate::{contest, db};

/// Leaves of a step, about: while votes come, and when none do. Votes wait for a step to end, so a
/// step is short while they come. Otherwise it is long: rows lie all over the database, and of two
/// rows on one page in one step the second costs next to nothing.
pub(super) const STEPS: (i64, i64) = (300, 5_000);
/// Rows that are written by one statement.
const ROWS: usize = 300;

/// Takes the next leaves, about so many; says whether there may be more.
///
/// # Errors
/// When the database fails or the log cannot be read.
pub(super) async fn step(
    db: &DatabaseConnection,
    contest: ContestId,
    most: i64,
) -> Result<bool, Error> {
    let Some(row) = vote_log::Entity::find_by_id(contest).one(db).await? else {
        return Ok(false);
    };
    let page = segment::all(db, contest, row.applied..row.applied + most).await?;
    if page.is_empty() {
        return Ok(false);
    }
    let names = Names::read(db, contest, &page).await?;
    let tx = db::begin(db).await?;
    let mut work = Work::new(&tx, contest, &names);
    let mut at = row.applied;
    for segment in &page {
        let traces = Trace::of(segment);
        for (leaf, details) in segment::parts(segment)? {
            let place = usize::try_from(at - segment.first).unwrap_or(usize::MAX);
            let trace = traces.get(place).copied().unwrap_or_default();
            work.take(at, leaf, (details, trace)).await?;
            at += 1;
        }
    }
    work.flush().await?;
    let (votes, closed) = (work.votes, work.closed);
    work.moves.write(&tx, contest).await?;
    let mut update = vote_log::Entity::update_many()
        .col_expr(vote_log::Column::Applied, Expr::value(at))
        .col_expr(vote_log::Column::Votes, Expr::col(vote_log::Column::Votes).add(votes));
    if let Some(closed) = closed {
        update = update.col_expr(vote_log::Column::ClosedAt, Expr::value(closed));
    }
    let moved = update
        .filter(vote_log::Column::ContestId.eq(contest))
        .filter(vote_log::Column::Applied.eq(row.applied))
        .exec(&tx)
        .await?;
    if moved.rows_affected == 1 {
        tx.commit().await?;
    }
    Ok(true)
}

/// Forgets all projections of a contest and begins anew.
///
/// # Errors
/// When the database fails.
pub async fn forget(tx: &DatabaseTransaction, contest: ContestId) -> Result<(), Error> {
    vote::Entity::delete_many().filter(vote::Column::ContestId.eq(contest)).exec(tx).await?;
    tally::Entity::update_many()
        .col_expr(tally::Column::Counted, Expr::value(0_i64))
        .col_expr(tally::Column::Seen, Expr::value(0_i64))
        .filter(tally::Column::ContestId.eq(contest))
        .exec(tx)
        .await?;
    let minutes = tally_minute::Entity::delete_many();
    minutes.filter(tally_minute::Column::ContestId.eq(contest)).exec(tx).await?;
    vote_log::Entity::update_many()
        .col_expr(vote_log::Column::Applied, Expr::value(0_i64))
        .col_expr(vote_log::Column::Votes, Expr::value(0_i64))
        .col_expr(vote_log::Column::ClosedAt, Expr::value(None::<i64>))
        .filter(vote_log::Column::ContestId.eq(contest))
        .exec(tx)
        .await?;
    Ok(())
}

/// What numbers in the log stand for.
struct Names {
    entries: HashMap<u32, EntryId>,
    links: HashMap<u32, Option<UnitId>>,
    by_day: bool,
    /// What a ballot's places are worth, and how many it has to name at least.
    rules: (Vec<u32>, usize),
}

impl Names {
    /// Of the numbers that stand in these segments, and no more: a contest may have tens of thousands
    /// of links.
    async fn read(
        db: &impl ConnectionTrait,
        id: ContestId,
        page: &[vote_segment::Model],
    ) -> Result<Self, Error> {
        let (mut numbers, mut came_by) = (BTreeSet::new(), BTreeSet::new());
        for segment in page {
            for (leaf, details) in segment::parts(segment)? {
                if let Some(Leaf::Vote(vote)) = Leaf::read(leaf)
                    && let Some(Details::Vote { link, entries, .. }) = Details::read(details)
                {
                    let named = entries.into_iter().chain([vote.slot]);
                    numbers.extend(named.filter_map(|number| i32::try_from(number).ok()));
                    came_by.extend(i32::try_from(link).ok());
                }
            }
        }
        let contest = contest::by_id(db, id).await?;
        let voting = contest.definition.voting.as_ref();
        let limit = voting.map(|voting| voting.limit);
        let rules = voting.map(|voting| (voting.points.clone(), voting.least as usize));
        let entries: Vec<(EntryId, Option<i32>)> = entry::Entity::find()
            .select_only()
            .columns([entry::Column::Id, entry::Column::Number])
            .filter(entry::Column::ContestId.eq(id))
            .filter(entry::Column::Number.is_in(numbers))
            .into_tuple()
            .all(db)
            .await?;
        let links = vote_link::Entity::find()
            .filter(vote_link::Column::ContestId.eq(id))
            .filter(vote_link::Column::Number.is_in(came_by));
        let links = links.all(db).await?.into_iter();
        let number = |number: i32| u32::try_from(number).ok();
        Ok(Self {
            entries: entries
                .into_iter()
                .filter_map(|(id, n)| Some((n.and_then(number)?, id)))
                .collect(),
            links: links.filter_map(|row| Some((number(row.number)?, row.unit_id))).collect(),
            by_day: matches!(limit, Some(VoteLimit::PerDay(_))),
            rules: rules.unwrap_or_default(),
        })
    }

    /// The entries of a ballot, in order, each with what it is worth: as the ledger counts them.
    fn ballot(&self, entries: &[u32]) -> Result<Vec<(EntryId, i32)>, Error> {
        let (points, least) = &self.rules;
        let worth = |place: usize| match points.get(place) {
            _ if entries.len() < *least => 0,
            _ if points.is_empty() => 1,
            points => points.map_or(0, |points| i32::try_from(*points).unwrap_or(i32::MAX)),
        };
        let known = entries.iter().enumerate().map(|(place, number)| {
            let entry = self.entries.get(number).ok_or(Error::BrokenLog)?;
            Ok((*entry, worth(place)))
        });
        known.collect()
    }

    fn period(&self, slot: u32) -> i32 {
        if self.by_day { i32::try_from(slot).unwrap_or(i32::MAX) } else { 0 }
    }
}

struct Work<'a> {
    tx: &'a DatabaseTransaction,
    contest: ContestId,
    names: &'a Names,
    rows: Vec<vote::ActiveModel>,
    moves: Moves,
    votes: i64,
    closed: Option<i64>,
}

impl<'a> Work<'a> {
    fn new(tx: &'a DatabaseTransaction, contest: ContestId, names: &'a Names) -> Self {
        let (rows, moves) = (Vec::new(), Moves::default());
        Self { tx, contest, names, rows, moves, votes: 0, closed: None }
    }

    async fn take(
        &mut self,
        at: i64,
        bytes: &[u8],
        (details, trace): (&[u8], Trace),
    ) -> Result<(), Error> {
        match Leaf::read(bytes).ok_or(Error::BrokenLog)? {
            Leaf::Vote(leaf) => {
                let details = Details::read(details).ok_or(Error::BrokenLog)?;
                self.votes += 1;
                let code = receipt::code(receipt::of(&leaf_hash(bytes)));
                if leaf.seq == 0 {
                    self.first((at, code), &leaf, (&details, trace))?;
                    if self.rows.len() >= ROWS {
                        self.flush().await?;
                    }
                    return Ok(());
                }
                self.flush().await?;
                self.changed((at, code), &leaf, (&details, trace)).await
            }
            Leaf::Note(note) => {
                self.flush().await?;
                self.decided(&note).await
            }
            Leaf::Close { votes, .. } => {
                self.closed = Some(i64::try_from(votes).unwrap_or(i64::MAX));
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// A voter's first vote in a slot.
    fn first(
        &mut self,
        (at, code): (i64, String),
        leaf: &Vote,
        (details, trace): (&Details, Trace),
    ) -> Result<(), Error> {
        let Details::Vote { entries, at: cast_at, .. } = details else {
            return Err(Error::BrokenLog);
        };
        for one in self.names.ballot(entries)? {
            let row = self.row((at, code.clone()), leaf, (details, trace), one)?;
            self.rows.push(row);
            self.moves.add(one.0, *cast_at, (NONE, (State::Counted, one.1)));
        }
        Ok(())
    }

    fn row(
        &self,
        (at, receipt): (i64, String),
        leaf: &Vote,
        (details, trace): (&Details, Trace),
        (entry, worth): (EntryId, i32),
    ) -> Result<vote::ActiveModel, Error> {
        let Details::Vote { at: cast_at, voter, link, nonce, .. } = details else {
            return Err(Error::BrokenLog);
        };
        let number = i32::try_from(*link).ok().filter(|number| *number > 0);
        Ok(vote::ActiveModel {
            contest_id: Set(self.contest),
            voter: Set(voter.to_vec()),
            period: Set(self.names.period(leaf.slot)),
            entry_id: Set(entry),
            level: Set(leaf.level.into()),
            state: Set(State::Counted),
            worth: Set(worth),
            link: Set(number),
            unit_id: Set(self.names.links.get(link).copied().flatten()),
            device: Set(trace.device.cast_signed()),
            network: Set(trace.network.cast_signed()),
            by_page: Set(*nonce != 0),
            receipt: Set(receipt),
            leaf: Set(at),
            last_leaf: Set(at),
            cast_at: Set(*cast_at),
            changed_at: Set(None),
        })
    }

    /// A ballot that is changed: what it says now counts, what it says no more does not.
    async fn changed(
        &mut self,
        (at, code): (i64, String),
        leaf: &Vote,
        (details, trace): (&Details, Trace),
    ) -> Result<(), Error> {
        let Details::Vote { entries, at: cast_at, voter, .. } = details else {
            return Err(Error::BrokenLog);
        };
        let known = vote::Entity::find()
            .filter(vote::Column::ContestId.eq(self.contest))
            .filter(vote::Column::Voter.eq(voter.to_vec()))
            .filter(vote::Column::Period.eq(self.names.period(leaf.slot)));
        let one = self.names.entries.get(&leaf.slot).copied();
        let mut known = known.all(self.tx).await?;
        if entries.iter().all(|entry| *entry == leaf.slot) && leaf.slot > 0 && !self.names.by_day {
            // One vote for each entry: the ballot is that entry's alone.
            known.retain(|row| Some(row.entry_id) == one);
        }
        let mut wanted = self.names.ballot(entries)?;
        for row in known {
            let (entry, before) = (row.entry_id, (row.state, row.worth));
            let stays = wanted.iter().find(|(other, _)| *other == entry);
            let after = stays.map_or(NONE, |(_, worth)| (State::Counted, *worth));
            wanted.retain(|(other, _)| *other != entry);
            let mut row = row.into_active_model();
            if before.0 == State::Withdrawn && after.0 == State::Counted {
                row.receipt = Set(code.clone());
                row.leaf = Set(at);
                row.cast_at = Set(*cast_at);
            }
            if before.0 != after.0 {
                row.changed_at = Set(Some(*cast_at));
            }
            row.state = Set(after.0);
            row.worth = Set(after.1);
            row.last_leaf = Set(at);
            row.update(self.tx).await?;
            self.moves.add(entry, *cast_at, (before, after));
        }
        for one in wanted {
            let row = self.row((at, code.clone()), leaf, (details, trace), one)?;
            vote::Entity::insert(row).exec_without_returning(self.tx).await?;
            self.moves.add(one.0, *cast_at, (NONE, (State::Counted, one.1)));
        }
        Ok(())
    }

    /// Votes that are set aside, disqualified or restored.
    async fn decided(&mut self, note: &Note) -> Result<(), Error> {
        let state = match note.verdict {
            Verdict::Quarantine => State::Held,
            Verdict::Disqualify => State::Struck,
            Verdict::Restore => State::Counted,
        };
        for leaves in note.leaves.chunks(ROWS) {
            let leaves = leaves.iter().map(|leaf| i64::try_from(*leaf).unwrap_or(i64::MAX));
            let among = vote::Column::ContestId
                .eq(self.contest)
                .and(vote::Column::LastLeaf.is_in(leaves))
                .and(vote::Column::State.ne(State::Withdrawn));
            for row in vote::Entity::find().filter(among.clone()).all(self.tx).await? {
                let stands = ((row.state, row.worth), (state, row.worth));
                self.moves.add(row.entry_id, row.cast_at, stands);
            }
            vote::Entity::update_many()
                .col_expr(vote::Column::State, Expr::value(sea_orm::ActiveEnum::to_value(&state)))
                .filter(among)
                .exec(self.tx)
                .await?;
        }
        Ok(())
    }

    async fn flush(&mut self) -> Result<(), Error> {
        if !self.rows.is_empty() {
            let rows = std::mem::take(&mut self.rows);
            vote::Entity::insert_many(rows).exec_without_returning(self.tx).await?;
        }
        Ok(())
    }
}
