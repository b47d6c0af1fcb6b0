//! What is done to logs beside votes: settling them, deciding about votes, results, keys.

use std::sync::atomic::Ordering;
use std::time::Duration;

use entity::id::ContestId;
use entity::instant::Instant;
use tokio::sync::oneshot;

use super::desk::{Deed, Standing, Wish};
use super::keys::{APPROVER, DESK};
use super::votes::Votes;
use super::{Error, Seen};
use crate::contest::Contest;
use crate::ledger::Verdict;

impl Votes {
    /// Does something to the log of a contest; says how the log stands then.
    ///
    /// # Errors
    /// [`Error::Busy`] when its writer does not answer, and what the writer says.
    pub(super) async fn deed(&self, contest: ContestId, deed: Deed) -> Result<Standing, Error> {
        let (to, answer) = oneshot::channel();
        let sent = self.lane(contest).asks.send(Wish::Deed(deed, to)).await;
        sent.map_err(|_| Error::Busy)?;
        answer.await.map_err(|_| Error::Busy)?
    }

    /// Closes the log when the vote is over at `now` and no vote that was read before the end is
    /// still on its way. Waits a second for such votes and then answers that the log is open. What
    /// is projected from it may still be behind: the log alone says what was voted.
    ///
    /// # Errors
    /// [`Error::Closed`] where the contest has no public vote.
    pub async fn close(&self, contest: ContestId, now: Instant) -> Result<Standing, Error> {
        for _ in 0..20 {
            let standing = self.deed(contest, Deed::Close(now)).await?;
            if !standing.waits {
                return Ok(standing);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        self.deed(contest, Deed::Close(now)).await
    }

    /// [`Votes::close`], and brings votes, tallies and all that is projected up to the log.
    ///
    /// # Errors
    /// As [`Votes::close`].
    pub async fn settle(&self, contest: ContestId, now: Instant) -> Result<Standing, Error> {
        let waits = self.close(contest, now).await?.waits;
        let standing = self.deed(contest, Deed::CatchUp).await?;
        Ok(Standing { waits, ..standing })
    }

    /// Brings the projections a bounded step on, where the public sees counts at all.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn glance(&self, contest: &Contest, seen: Seen) -> Result<(), Error> {
        if seen == Seen::Hidden || self.known_lane(contest.id()).is_none() {
            return Ok(());
        }
        lenient(self.deed(contest.id(), Deed::Glance).await)
    }

    /// Brings the projections a bounded step on for somebody who looks at their own ballot, at most
    /// once a second for all of them.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn glance_seldom(&self, contest: &Contest, now: Instant) -> Result<(), Error> {
        let second = now.micros() / 1_000_000;
        let Some(lane) = self.known_lane(contest.id()) else { return Ok(()) };
        if lane.glanced.swap(second, Ordering::Relaxed) == second {
            return Ok(());
        }
        lenient(self.deed(contest.id(), Deed::Glance).await)
    }

    /// [`Votes::settle`], for a contest that may have no public vote, or one that another node
    /// leads.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn caught_up(&self, contest: &Contest, now: Instant) -> Result<(), Error> {
        if contest.definition.voting.is_none() {
            return Ok(());
        }
        lenient(self.settle(contest.id(), now).await)
    }

    /// Sets ballots aside, silently: one signature. As with every note, each is named by its first
    /// leaf, and those that it does not fit are left out.
    ///
    /// # Errors
    /// [`Error::Decided`] when it fits none, because of what is decided already.
    pub async fn hold(
        &self,
        contest: ContestId,
        leaves: Vec<u64>,
        found: (u16, String),
    ) -> Result<Standing, Error> {
        self.note(contest, (Verdict::Quarantine, None, vec![DESK]), leaves, found).await
    }

    /// Disqualifies ballots: the signatures of the desk and of the approver.
    ///
    /// # Errors
    /// [`Error::Decided`] when it fits none, because of what is decided already.
    pub async fn strike(
        &self,
        contest: ContestId,
        leaves: Vec<u64>,
        found: (u16, String),
    ) -> Result<Standing, Error> {
        self.note(contest, (Verdict::Disqualify, None, vec![DESK, APPROVER]), leaves, found).await
    }

    /// Counts ballots again that were set aside or disqualified.
    ///
    /// # Errors
    /// [`Error::Decided`] when none is.
    pub async fn restore(
        &self,
        contest: ContestId,
        leaves: Vec<u64>,
        found: (u16, String),
    ) -> Result<Standing, Error> {
        self.note(contest, (Verdict::Restore, None, vec![APPROVER]), leaves, found).await
    }

    pub(super) async fn note(
        &self,
        contest: ContestId,
        (verdict, from, by): (Verdict, Option<Verdict>, Vec<u8>),
        leaves: Vec<u64>,
        (reason, report): (u16, String),
    ) -> Result<Standing, Error> {
        self.deed(contest, Deed::Note { verdict, from, reason, leaves, report, by }).await
    }

    /// Binds the log to the published result, canonical JSON. Bound last before, it does nothing.
    ///
    /// # Errors
    /// [`Error::Elsewhere`] where another node leads; [`Error::Busy`] when it cannot be written now.
    pub async fn bind(&self, contest: ContestId, result: String) -> Result<Standing, Error> {
        self.deed(contest, Deed::Result(result)).await
    }

    /// Lets new keys sign the log from here on: the log says so under the old one, and the old ones
    /// are gone. Checkpoints that the old one signed still verify.
    ///
    /// # Errors
    /// [`Error::Unknown`] before the first vote; [`Error::Keys`] when the new keys cannot be written.
    pub async fn rotate_keys(&self, contest: ContestId) -> Result<Standing, Error> {
        self.deed(contest, Deed::Rotate).await
    }
}

fn lenient(done: Result<Standing, Error>) -> Result<(), Error> {
    match done {
        Ok(_) | Err(Error::Closed | Error::Elsewhere(_)) => Ok(()),
        Err(error) => Err(error),
    }
}
