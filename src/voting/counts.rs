//! Counting votes, and what the public sees of it.

use std::collections::{BTreeMap, HashMap};

use entity::contest::State as ContestState;
use entity::id::{ContestId, EntryId};
use entity::instant::Instant;
use entity::vote::{self, State};
use entity::{tally, vote_log};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, ExprTrait, FromQueryResult, QueryFilter,
    QuerySelect,
};

use super::cases::numbers;
use super::{Error, moves, segment};
use crate::contest::Contest;
use crate::contest::definition::CountsShown;
use crate::ledger::Counts;

/// Counted votes of every entry of a contest, from the votes themselves.
///
/// # Errors
/// When the database fails.
pub async fn counts(
    db: &impl ConnectionTrait,
    contest: ContestId,
) -> Result<HashMap<EntryId, i64>, DbErr> {
    Ok(from_votes(db, contest).await?.counted)
}

/// What the votes themselves say of every entry; one without votes is not among them.
struct FromVotes {
    counted: HashMap<EntryId, i64>,
    /// What looks counted to the public.
    seen: HashMap<EntryId, i64>,
}

async fn from_votes(db: &impl ConnectionTrait, contest: ContestId) -> Result<FromVotes, DbErr> {
    let votes = vote::Entity::find()
        .select_only()
        .columns([vote::Column::State, vote::Column::EntryId])
        .column_as(Expr::col(vote::Column::Worth).sum().cast_as("bigint"), "count")
        .filter(vote::Column::ContestId.eq(contest))
        .group_by(vote::Column::State)
        .group_by(vote::Column::EntryId);
    let rows: Vec<(State, EntryId, i64)> = votes.into_tuple().all(db).await?;
    let (mut counted, mut seen) = (HashMap::new(), HashMap::new());
    for (state, entry, count) in rows.into_iter().filter(|(.., count)| *count != 0) {
        if state == State::Counted {
            counted.insert(entry, count);
        }
        if state != State::Withdrawn {
            *seen.entry(entry).or_default() += count;
        }
    }
    Ok(FromVotes { counted, seen })
}

/// Whether tallies say what votes say, and all of the log is in them; results are not published
/// before they do. Whether the votes are those of the log is another question: [`logged_counts`].
///
/// # Errors
/// When the database fails.
pub async fn tally_agrees(db: &impl ConnectionTrait, contest: ContestId) -> Result<bool, DbErr> {
    Ok(checked_counts(db, contest).await?.1)
}

/// Counted votes of every entry of a contest, from the votes themselves; and whether tallies say the
/// same, and all of the log is in them.
///
/// # Errors
/// When the database fails.
pub async fn checked_counts(
    db: &impl ConnectionTrait,
    contest: ContestId,
) -> Result<(HashMap<EntryId, i64>, bool), DbErr> {
    let FromVotes { counted, seen } = from_votes(db, contest).await?;
    if let Some(log) = vote_log::Entity::find_by_id(contest).one(db).await? {
        let leaves = leaves(db, contest).await?;
        if log.applied != leaves || log.closed_at.is_some_and(|closed| closed != log.votes) {
            return Ok((counted, false));
        }
    }
    let rows = tally::Entity::find().filter(tally::Column::ContestId.eq(contest)).all(db).await?;
    let told = |of: fn(&tally::Model) -> i64| -> HashMap<EntryId, i64> {
        let counts = rows.iter().map(|row| (row.entry_id, of(row)));
        counts.filter(|(_, count)| *count != 0).collect()
    };
    let mut minutes = moves::until(db, contest, None, None).await?;
    minutes.retain(|_, count| *count != 0);
    let agree =
        told(|row| row.counted) == counted && told(|row| row.seen) == seen && minutes == seen;
    Ok((counted, agree))
}

/// What a result of the log, as [`result`](super::result) has it, counts for each entry; one without
/// votes is not among them, and where there is no log none is.
///
/// # Errors
/// [`Error::BrokenLog`] where it is no result, or names what is no entry of the contest.
pub async fn logged_counts(
    db: &impl ConnectionTrait,
    contest: ContestId,
    result: Option<&str>,
) -> Result<HashMap<EntryId, i64>, Error> {
    let Some(result) = result else { return Ok(HashMap::new()) };
    let said: Counts = serde_json::from_str(result).map_err(|_| Error::BrokenLog)?;
    let known: HashMap<String, EntryId> = numbers(db, contest)
        .await?
        .into_iter()
        .map(|(id, number)| (number.to_string(), id))
        .collect();
    let counts = said.counts.iter().filter(|(_, count)| **count > 0).map(|(number, count)| {
        let entry = known.get(number).ok_or(Error::BrokenLog)?;
        Ok((*entry, i64::try_from(*count).unwrap_or(i64::MAX)))
    });
    counts.collect()
}

async fn leaves(db: &impl ConnectionTrait, contest: ContestId) -> Result<i64, DbErr> {
    let last = segment::last(db, contest).await?;
    Ok(last.map_or(0, |last| last.first + i64::from(last.count)))
}

/// How many leaves of a contest's log are in rows already, and of how many.
///
/// # Errors
/// When the database fails.
pub async fn taken(db: &impl ConnectionTrait, contest: ContestId) -> Result<(usize, usize), DbErr> {
    let log = vote_log::Entity::find_by_id(contest).one(db).await?;
    let number = |number: i64| usize::try_from(number).unwrap_or(0);
    Ok((number(log.map_or(0, |log| log.applied)), number(leaves(db, contest).await?)))
}

/// Whether the log of a contest's votes is closed; one without votes needs no end.
///
/// # Errors
/// When the database fails.
pub async fn is_closed(db: &impl ConnectionTrait, contest: ContestId) -> Result<bool, DbErr> {
    let Some(log) = vote_log::Entity::find_by_id(contest).one(db).await? else { return Ok(true) };
    Ok(log.closed_at.is_some() || segment::last(db, contest).await?.is_none())
}

/// What the public sees of counts now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// Nothing.
    Hidden,
    /// As they are, with the votes that are set aside, which nobody is to learn before the result.
    Now,
    /// As the result has them.
    Final,
    /// As they were when the minute of that moment began, whatever was taken back since.
    AsOf(Instant),
}

/// What the public sees of a contest's counts now: the one place that decides it, for every page.
#[must_use]
pub fn seen(contest: &Contest, now: Instant) -> Seen {
    let Some(voting) = &contest.definition.voting else { return Seen::Hidden };
    if matches!(contest.row.state, ContestState::Published | ContestState::Closed) {
        return Seen::Final;
    }
    let Some(window) = contest.window(&voting.phase) else { return Seen::Hidden };
    let hidden_from = window.closes.plus_seconds(-3600 * i64::from(voting.hidden_last_hours));
    let late = voting.hidden_last_hours > 0 && now >= hidden_from;
    match voting.counts {
        CountsShown::Hidden => Seen::Hidden,
        CountsShown::DelayedMinutes(minutes) => {
            let delayed = now.plus_seconds(-60 * i64::from(minutes));
            Seen::AsOf(if late { std::cmp::min(delayed, hidden_from) } else { delayed })
        }
        CountsShown::Live if late => Seen::AsOf(hidden_from),
        CountsShown::Live => Seen::Now,
    }
}

impl Seen {
    /// The counts of these entries, or of all, that may be shown; none where they are hidden.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn of(
        self,
        db: &impl ConnectionTrait,
        contest: ContestId,
        entries: Option<&[EntryId]>,
    ) -> Result<Option<HashMap<EntryId, i64>>, DbErr> {
        let of: fn(&tally::Model) -> i64 = match self {
            Self::Hidden => return Ok(None),
            Self::AsOf(moment) => {
                return Ok(Some(moves::until(db, contest, Some(moment), entries).await?));
            }
            Self::Now => |row: &tally::Model| row.seen,
            Self::Final => |row: &tally::Model| row.counted,
        };
        let mut rows = tally::Entity::find().filter(tally::Column::ContestId.eq(contest));
        if let Some(entries) = entries {
            rows = rows.filter(tally::Column::EntryId.is_in(entries.iter().copied()));
        }
        let rows = rows.all(db).await?;
        Ok(Some(rows.iter().map(|row| (row.entry_id, of(row))).collect()))
    }
}

/// Votes by state and by level: what is published beside a result.
///
/// # Errors
/// When the database fails.
pub async fn statement(
    db: &impl ConnectionTrait,
    contest: ContestId,
) -> Result<BTreeMap<String, i64>, DbErr> {
    #[derive(FromQueryResult)]
    struct Group {
        state: State,
        level: i32,
        count: i64,
    }
    let rows = vote::Entity::find()
        .select_only()
        .column(vote::Column::State)
        .column(vote::Column::Level)
        .column_as(Expr::col(vote::Column::EntryId).count(), "count")
        .filter(vote::Column::ContestId.eq(contest))
        .group_by(vote::Column::State)
        .group_by(vote::Column::Level)
        .into_model::<Group>()
        .all(db)
        .await?;
    let named = rows
        .into_iter()
        .map(|row| (format!("{:?}-l{}", row.state, row.level).to_lowercase(), row.count));
    Ok(named.collect())
}
