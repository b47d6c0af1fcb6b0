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

use super::segment;
use crate::contest::Contest;
use crate::contest::definition::CountsShown;

#[derive(FromQueryResult)]
struct Row {
    entry_id: EntryId,
    count: i64,
}

/// Counted votes of every entry of a contest, from the votes themselves.
///
/// # Errors
/// When the database fails.
pub async fn counts(
    db: &impl ConnectionTrait,
    contest: ContestId,
) -> Result<HashMap<EntryId, i64>, DbErr> {
    until(db, contest, [State::Counted], None, None).await
}

async fn until(
    db: &impl ConnectionTrait,
    contest: ContestId,
    states: impl IntoIterator<Item = State>,
    moment: Option<Instant>,
    of: Option<&[EntryId]>,
) -> Result<HashMap<EntryId, i64>, DbErr> {
    let mut votes = vote::Entity::find()
        .select_only()
        .column(vote::Column::EntryId)
        .column_as(Expr::col(vote::Column::EntryId).count(), "count")
        .filter(vote::Column::ContestId.eq(contest))
        .filter(vote::Column::State.is_in(states))
        .group_by(vote::Column::EntryId);
    if let Some(of) = of {
        votes = votes.filter(vote::Column::EntryId.is_in(of.iter().copied()));
    }
    if let Some(moment) = moment {
        votes = votes.filter(vote::Column::CastAt.lte(moment));
    }
    let rows = votes.into_model::<Row>().all(db).await?;
    Ok(rows.into_iter().map(|row| (row.entry_id, row.count)).collect())
}

/// Whether votes and tally say what the log says; results are not published before they do.
///
/// # Errors
/// When the database fails.
pub async fn tally_agrees(db: &impl ConnectionTrait, contest: ContestId) -> Result<bool, DbErr> {
    if let Some(log) = vote_log::Entity::find_by_id(contest).one(db).await? {
        let last = segment::last(db, contest).await?;
        let leaves = last.map_or(0, |last| last.first + i64::from(last.count));
        if log.applied != leaves || log.closed_at.is_some_and(|closed| closed != log.votes) {
            return Ok(false);
        }
    }
    let counted = counts(db, contest).await?;
    let rows = tally::Entity::find().filter(tally::Column::ContestId.eq(contest)).all(db).await?;
    let told: HashMap<EntryId, i64> = rows
        .into_iter()
        .filter(|row| row.counted != 0)
        .map(|row| (row.entry_id, row.counted))
        .collect();
    Ok(told == counted)
}

/// Votes that look counted to the public before the result: those that are set aside are so in
/// silence, lest whoever bought them learns what is seen, and what is frozen stays as it was.
const LOOKS_COUNTED: [State; 3] = [State::Counted, State::Held, State::Struck];

/// What the public sees of counts now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// Nothing.
    Hidden,
    /// As they are, with the votes that are set aside, which nobody is to learn before the result.
    Now,
    /// As the result has them.
    Final,
    /// As they were then.
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
        _ if late => Seen::AsOf(hidden_from),
        CountsShown::Live => Seen::Now,
        CountsShown::DelayedMinutes(minutes) => {
            Seen::AsOf(now.plus_seconds(-60 * i64::from(minutes)))
        }
    }
}

impl Seen {
    /// The counts of these entries that may be shown; none where they are hidden.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn of(
        self,
        db: &impl ConnectionTrait,
        contest: ContestId,
        entries: &[EntryId],
    ) -> Result<Option<HashMap<EntryId, i64>>, DbErr> {
        let (states, moment) = match self {
            Self::Hidden => return Ok(None),
            Self::Now => (&LOOKS_COUNTED[..], None),
            Self::Final => (&[State::Counted][..], None),
            Self::AsOf(moment) => (&LOOKS_COUNTED[..], Some(moment)),
        };
        let states = states.iter().copied();
        Ok(Some(until(db, contest, states, moment, Some(entries)).await?))
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
