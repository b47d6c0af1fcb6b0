//! Opening logs: the first leaf binds the rules, and the key is there, before anybody can vote.

use entity::contest::State;
use entity::id::ContestId;
use entity::instant::Instant;
use entity::{contest, phase, vote_segment};
use sea_orm::sea_query::{Expr, ExprTrait, Query, SelectStatement};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use tokio::sync::{mpsc, oneshot};

use super::desk::{Deed, Shown, Standing, Wish};
use super::{Error, Votes, writer};
use crate::contest::by_ids;
use crate::contest::definition::PhaseKind;

/// Contests that are announced with a public vote which is not over, and whose log has no leaf yet.
///
/// # Errors
/// When the database fails.
pub async fn unopened(db: &impl ConnectionTrait, now: Instant) -> Result<Vec<ContestId>, Error> {
    let ids = contest::Entity::find()
        .select_only()
        .column(contest::Column::Id)
        .filter(contest::Column::State.eq(State::Announced))
        .filter(Expr::exists(votes_until(now)))
        .filter(Expr::exists(first_leaf()).not())
        .into_tuple::<ContestId>()
        .all(db)
        .await?;
    let mut contests = by_ids(db, ids).await?;
    contests.retain(|contest| contest.definition.voting.is_some());
    Ok(contests.iter().map(crate::contest::Contest::id).collect())
}

/// Phases of voting of a contest that are not over.
fn votes_until(now: Instant) -> SelectStatement {
    Query::select()
        .expr(Expr::val(1))
        .from(phase::Entity)
        .and_where(phase::Column::ContestId.into_expr().eq(contest::Column::Id.into_expr()))
        .and_where(phase::Column::Kind.eq(PhaseKind::Voting.name()))
        .and_where(phase::Column::GraceUntil.gt(now))
        .take()
}

fn first_leaf() -> SelectStatement {
    let of = vote_segment::Column::ContestId.into_expr();
    Query::select()
        .expr(Expr::val(1))
        .from(vote_segment::Entity)
        .and_where(of.eq(contest::Column::Id.into_expr()))
        .and_where(vote_segment::Column::First.eq(0))
        .take()
}

impl Votes {
    /// Opens the log of a contest that has none yet: makes its keys and binds the rules. Where no
    /// writer runs here, one runs for this alone and gives the lead back: the node to which the
    /// first vote comes takes it.
    ///
    /// # Errors
    /// [`Error::Elsewhere`] where another node leads; [`Error::Keys`] where keys cannot be made.
    pub async fn begin(&self, contest: ContestId) -> Result<Standing, Error> {
        if self.known_lane(contest).is_some() {
            return self.deed(contest, Deed::Open).await;
        }
        let (asks, queue) = mpsc::channel(1);
        writer::start(contest, self.desk().clone(), Shown::default(), queue);
        let (to, answer) = oneshot::channel();
        asks.send(Wish::Deed(Deed::Open, to)).await.map_err(|_| Error::Busy)?;
        answer.await.map_err(|_| Error::Busy)?
    }
}
