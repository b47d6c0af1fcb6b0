//! From the log to rows: votes and tallies follow the log, a step at a time, and never lead it.
//!
//! A step is one transaction, which moves `vote_log.applied` as well, so a row is taken once,
//! however often a step is broken off.

use entity::id::{ContestId, EntryId};
use entity::vote::{self, State};
use entity::{tally, tally_minute, vote_log};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DatabaseConnection, DatabaseTransaction, EntityTrait, ExprTrait,
    IntoActiveModel, QueryFilter, Set,
};

use super::details::Details;
use super::moves::{Moves, NONE};
use super::names::Names;
use super::traces::Trace;
use super::{Error, receipt, segment};
use crate::db;
use crate::ledger::{Leaf, Note, Verdict, Vote, leaf_hash};

/// Leaves of a step, about: at least, and at most. A step is long, because rows lie all over the
/// database and of two rows on one page in one step the second costs next to nothing; but votes wait
/// for it to end, so it ends early when some come.
const STEP: (i64, i64) = (150, 5_000);
/// Rows that are written by one statement.
const ROWS: usize = 300;

/// How far rows have followed the log.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reached {
    /// Leaves of which the rows are written.
    pub(super) applied: i64,
    /// Whether there may be more.
    pub(super) more: bool,
}

/// Takes the next leaves, fewer where somebody `waits`.
///
/// # Errors
/// When the database fails or the log cannot be read.
pub(super) async fn step(
    db: &DatabaseConnection,
    contest: ContestId,
    waits: impl Fn() -> bool,
) -> Result<Reached, Error> {
    let Some(row) = vote_log::Entity::find_by_id(contest).one(db).await? else {
        return Ok(Reached { applied: 0, more: false });
    };
    let page = segment::all(db, contest, row.applied..row.applied + STEP.1).await?;
    if page.is_empty() {
        return Ok(Reached { applied: row.applied, more: false });
    }
    let names = Names::read(db, contest, &page).await?;
    let tx = db::begin(db).await?;
    let mut work = Work::new(&tx, contest, &names);
    let mut at = row.applied;
    for segment in &page {
        if at - row.applied >= STEP.0 && waits() {
            break;
        }
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
    if moved.rows_affected != 1 {
        return Ok(Reached { applied: row.applied, more: true });
    }
    tx.commit().await?;
    Ok(Reached { applied: at, more: true })
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
            ballot: Set(at),
            aside: Set(State::Counted),
            cast_at: Set(*cast_at),
            changed_at: Set(None),
        })
    }

    /// A ballot that is changed: what it says now counts, unless the ballot is set aside; what it says
    /// no more does not.
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
        let of = known.first().ok_or(Error::BrokenLog)?;
        let (ballot, aside) = (of.ballot, of.aside);
        let mut wanted = self.names.ballot(entries)?;
        for row in known {
            let (entry, before) = (row.entry_id, (row.state, row.worth));
            let stays = wanted.iter().find(|(other, _)| *other == entry);
            let after = stays.map_or(NONE, |(_, worth)| (aside, *worth));
            wanted.retain(|(other, _)| *other != entry);
            let mut row = row.into_active_model();
            if before.0 == State::Withdrawn && after.0 != State::Withdrawn {
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
            let mut row = self.row((at, code.clone()), leaf, (details, trace), one)?;
            (row.state, row.ballot, row.aside) = (Set(aside), Set(ballot), Set(aside));
            vote::Entity::insert(row).exec_without_returning(self.tx).await?;
            self.moves.add(one.0, *cast_at, (NONE, (aside, one.1)));
        }
        Ok(())
    }

    /// Ballots that are set aside, disqualified or restored.
    async fn decided(&mut self, note: &Note) -> Result<(), Error> {
        let state = match note.verdict {
            Verdict::Quarantine => State::Held,
            Verdict::Disqualify => State::Struck,
            Verdict::Restore => State::Counted,
        };
        let to = || Expr::value(sea_orm::ActiveEnum::to_value(&state));
        for ballots in note.leaves.chunks(ROWS) {
            let ballots = ballots.iter().map(|first| i64::try_from(*first).unwrap_or(i64::MAX));
            let all =
                vote::Column::ContestId.eq(self.contest).and(vote::Column::Ballot.is_in(ballots));
            let among = all.clone().and(vote::Column::State.ne(State::Withdrawn));
            for row in vote::Entity::find().filter(among.clone()).all(self.tx).await? {
                let stands = ((row.state, row.worth), (state, row.worth));
                self.moves.add(row.entry_id, row.cast_at, stands);
            }
            for (column, which) in [(vote::Column::Aside, all), (vote::Column::State, among)] {
                let update = vote::Entity::update_many().col_expr(column, to());
                update.filter(which).exec(self.tx).await?;
            }
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
