//! Casting a vote, and taking it back.

use entity::entry::{self, State as EntryState};
use entity::id::{EntryId, UnitId, UserId, VoteId, VoterId};
use entity::instant::Instant;
use entity::vote::{self, State};
use entity::{candidate, tally, voter};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait,
    ExprTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QuerySelect, Set,
};

use crate::contest::definition::{Level, VoteLimit, VotedOn, Voting};
use crate::contest::{self, Contest};
use crate::refusal::{Kind, Refusal, Refused};
use crate::words::vietnam;

/// Why a vote was not counted.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The contest takes no votes now.
    #[error("voting is closed")]
    Closed,
    /// There is no such entry to vote for.
    #[error("no such entry")]
    Unknown,
    /// The entry is not among those that may be voted for.
    #[error("not to be voted for")]
    NotVotedOn,
    /// Nobody votes for an entry of their own.
    #[error("own entry")]
    Own,
    /// The voter has to prove more.
    #[error("level too low")]
    TooLow,
    /// The voter has given all their votes.
    #[error("no votes left")]
    NoVotesLeft(u32),
    /// Votes cannot be taken back here.
    #[error("votes stay")]
    Stays,
    /// The contest is not known.
    #[error(transparent)]
    Contest(#[from] contest::Error),
    /// The database failed.
    #[error("database failure")]
    Database(#[from] DbErr),
}

impl Refusal for Error {
    fn refusal(&self) -> Refused {
        match self {
            Self::Closed => Refused::new(Kind::Conflict, "voting-closed"),
            Self::Unknown => Refused::new(Kind::NotFound, "entry-unknown"),
            Self::NotVotedOn => Refused::new(Kind::Conflict, "entry-not-voted-on"),
            Self::Own => Refused::new(Kind::Forbidden, "own-entry"),
            Self::TooLow => Refused::new(Kind::Unauthenticated, "vote-needs-code"),
            Self::NoVotesLeft(most) => {
                Refused::new(Kind::Conflict, "no-votes-left").with("most", *most)
            }
            Self::Stays => Refused::new(Kind::Conflict, "vote-stays"),
            Self::Contest(error) => error.refusal(),
            Self::Database(error) => error.refusal(),
        }
    }
}

/// What a voter has proved.
#[derive(Clone, Debug)]
pub struct Proof {
    /// Keyed hash of it, for this contest alone.
    pub key: [u8; 32],
    /// How well they are known.
    pub level: Level,
    /// Their account, where signed in.
    pub user: Option<UserId>,
    /// The unit whose link brought them.
    pub unit: Option<UnitId>,
}

/// A vote that is counted.
#[derive(Clone, Debug, PartialEq)]
pub struct Cast {
    /// By which the voter finds it.
    pub receipt: String,
    /// When it was read.
    pub at: Instant,
    /// Whether it had been counted before.
    pub again: bool,
}

/// The period in which `now` lies: 0, or the day in Vietnam where votes are given by the day.
fn period(voting: &Voting, now: Instant) -> i32 {
    match voting.limit {
        VoteLimit::PerDay(_) => {
            let epoch = jiff::civil::date(1970, 1, 1);
            let days = vietnam(now).date().since(epoch).map(|span| span.get_days());
            days.unwrap_or(0)
        }
        VoteLimit::OnePerEntry | VoteLimit::InAll(_) => 0,
    }
}

/// Casts the voter's vote for `entry`. Voting twice for the same entry changes nothing. `receipt`
/// is a fresh code, used when the vote is new.
///
/// # Errors
/// [`Error::Closed`] outside the voting window; [`Error::NoVotesLeft`] when the voter has given as
/// many other votes as the contest allows.
pub async fn cast(
    tx: &DatabaseTransaction,
    entry: EntryId,
    proof: &Proof,
    receipt: String,
    now: Instant,
) -> Result<Cast, Error> {
    let entry = entry::Entity::find_by_id(entry).one(tx).await?.ok_or(Error::Unknown)?;
    let contest = contest::hold(tx, entry.contest_id).await?;
    let voting = open(&contest, now)?;
    may(tx, &contest, &voting, &entry, proof).await?;
    let voter = take(tx, &contest, proof, now).await?;
    let period = period(&voting, now);
    let known = vote::Entity::find()
        .filter(vote::Column::VoterId.eq(voter.id))
        .filter(vote::Column::EntryId.eq(entry.id))
        .filter(vote::Column::Period.eq(period))
        .one(tx)
        .await?;
    if let Some(known) = known.as_ref().filter(|known| known.state != State::Withdrawn) {
        return Ok(Cast { receipt: known.receipt.clone(), at: known.cast_at, again: true });
    }
    let most = match voting.limit {
        VoteLimit::OnePerEntry => None,
        VoteLimit::PerDay(most) | VoteLimit::InAll(most) => Some(most),
    };
    if let Some(most) = most {
        let spent = vote::Entity::find()
            .filter(vote::Column::VoterId.eq(voter.id))
            .filter(vote::Column::Period.eq(period))
            .filter(vote::Column::State.ne(State::Withdrawn))
            .count(tx)
            .await?;
        if spent >= u64::from(most) {
            return Err(Error::NoVotesLeft(most));
        }
    }
    let receipt = match known {
        Some(known) => revive(tx, known, now).await?,
        None => {
            let row = vote::ActiveModel {
                id: Set(VoteId::new()),
                contest_id: Set(contest.id()),
                entry_id: Set(entry.id),
                voter_id: Set(voter.id),
                period: Set(period),
                level: Set(proof.level as i32),
                state: Set(State::Counted),
                unit_id: Set(proof.unit),
                receipt: Set(receipt.clone()),
                cast_at: Set(now),
                changed_at: Set(None),
            };
            vote::Entity::insert(row).exec_without_returning(tx).await?;
            receipt
        }
    };
    count(tx, &contest, entry.id, 1).await?;
    Ok(Cast { receipt, at: now, again: false })
}

async fn revive(
    tx: &DatabaseTransaction,
    vote: vote::Model,
    now: Instant,
) -> Result<String, DbErr> {
    let receipt = vote.receipt.clone();
    let mut row = vote.into_active_model();
    row.state = Set(State::Counted);
    row.cast_at = Set(now);
    row.changed_at = Set(Some(now));
    row.update(tx).await?;
    Ok(receipt)
}

fn open(contest: &Contest, now: Instant) -> Result<Voting, Error> {
    let voting = contest.definition.voting.clone().ok_or(Error::Closed)?;
    let window = contest.window(&voting.phase).ok_or(Error::Closed)?;
    if !contest.is_running() || !window.contains(now) {
        return Err(Error::Closed);
    }
    Ok(voting)
}

async fn may(
    tx: &DatabaseTransaction,
    contest: &Contest,
    voting: &Voting,
    entry: &entry::Model,
    proof: &Proof,
) -> Result<(), Error> {
    if entry.state != EntryState::Accepted {
        return Err(Error::NotVotedOn);
    }
    if proof.level < voting.level {
        return Err(Error::TooLow);
    }
    if !voting.own_entry && proof.user.is_some() && entry.author_id == proof.user {
        return Err(Error::Own);
    }
    if let VotedOn::WentOnFrom(key) = &voting.on {
        let round = contest::round_by_key(tx, contest.id(), key).await?;
        let went_on = candidate::Entity::find_by_id((round.id, entry.id)).one(tx).await?;
        if went_on.is_none_or(|row| row.went_on != Some(true)) {
            return Err(Error::NotVotedOn);
        }
    }
    Ok(())
}

/// The voter's row, locked, so that two touches at once cannot spend one vote.
async fn take(
    tx: &DatabaseTransaction,
    contest: &Contest,
    proof: &Proof,
    now: Instant,
) -> Result<voter::Model, Error> {
    let row = voter::ActiveModel {
        id: Set(VoterId::new()),
        contest_id: Set(contest.id()),
        key_hash: Set(proof.key.to_vec()),
        level: Set(proof.level as i32),
        user_id: Set(proof.user),
        seen_at: Set(now),
    };
    let unique = OnConflict::columns([voter::Column::ContestId, voter::Column::KeyHash]);
    voter::Entity::insert(row)
        .on_conflict(unique.clone().do_nothing().to_owned())
        .exec_without_returning(tx)
        .await?;
    let row = voter::Entity::find()
        .filter(voter::Column::ContestId.eq(contest.id()))
        .filter(voter::Column::KeyHash.eq(proof.key.to_vec()))
        .lock_exclusive()
        .one(tx)
        .await?;
    row.ok_or(Error::Unknown)
}

/// Moves the tally of an entry.
async fn count(
    tx: &DatabaseTransaction,
    contest: &Contest,
    entry: EntryId,
    by: i64,
) -> Result<(), DbErr> {
    let row = tally::ActiveModel {
        entry_id: Set(entry),
        contest_id: Set(contest.id()),
        counted: Set(by),
    };
    let add = Expr::col((tally::Entity, tally::Column::Counted)).add(by);
    let conflict =
        OnConflict::column(tally::Column::EntryId).value(tally::Column::Counted, add).to_owned();
    tally::Entity::insert(row).on_conflict(conflict).exec_without_returning(tx).await?;
    Ok(())
}

/// Takes the voter's vote for `entry` back, until the close.
///
/// # Errors
/// [`Error::Stays`] where the rules do not allow it; [`Error::Unknown`] where there is no vote.
pub async fn withdraw(
    tx: &DatabaseTransaction,
    entry: EntryId,
    key: [u8; 32],
    now: Instant,
) -> Result<(), Error> {
    let entry = entry::Entity::find_by_id(entry).one(tx).await?.ok_or(Error::Unknown)?;
    let contest = contest::hold(tx, entry.contest_id).await?;
    let voting = open(&contest, now)?;
    if !voting.withdrawal {
        return Err(Error::Stays);
    }
    let voter = voter::Entity::find()
        .filter(voter::Column::ContestId.eq(contest.id()))
        .filter(voter::Column::KeyHash.eq(key.to_vec()))
        .lock_exclusive()
        .one(tx)
        .await?;
    let voter = voter.ok_or(Error::Unknown)?;
    let vote = vote::Entity::find()
        .filter(vote::Column::VoterId.eq(voter.id))
        .filter(vote::Column::EntryId.eq(entry.id))
        .filter(vote::Column::Period.eq(period(&voting, now)))
        .one(tx)
        .await?;
    let Some(vote) = vote.filter(|vote| vote.state == State::Counted) else {
        return Err(Error::Unknown);
    };
    let mut row = vote.into_active_model();
    row.state = Set(State::Withdrawn);
    row.changed_at = Set(Some(now));
    row.update(tx).await?;
    count(tx, &contest, entry.id, -1).await?;
    Ok(())
}

/// The vote with this receipt.
///
/// # Errors
/// When the database fails.
pub async fn own(db: &impl ConnectionTrait, receipt: &str) -> Result<Option<vote::Model>, DbErr> {
    vote::Entity::find().filter(vote::Column::Receipt.eq(receipt)).one(db).await
}
