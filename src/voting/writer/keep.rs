//! What a writer does between votes.

use std::time::Duration;

use super::{Deed, Error, Writer, in_time, project};

/// How often a writer looks whether its contest changed, and for how long the crowd is not gone yet
/// after a vote.
pub(super) const LOOK: Duration = Duration::from_millis(500);

impl Writer {
    /// Between votes: says that it still leads, closes the log when its time is over, and brings
    /// the projections on. Says whether to go on with that at once: not after a failure.
    pub(super) async fn keep(&mut self) -> bool {
        self.pay();
        if self.looked_at.elapsed() > LOOK {
            self.looked_at = std::time::Instant::now();
            self.crowd.count();
            self.look().await;
        }
        if self.followers.are_there() {
            if self.asks.is_empty() {
                self.follow().await;
            }
            return self.followers.are_there();
        }
        if !self.asks.is_empty() || !self.lag || self.crowd.goes_first() {
            return false;
        }
        let step = project::step(self.line.pool(), self.contest, || !self.asks.is_empty());
        match in_time(step).await {
            Ok(reached) => {
                self.lag = reached.more;
                reached.more && self.is_calm()
            }
            Err(error) => {
                tracing::warn!("projections of votes lag: {error}");
                self.recover(0).await;
                false
            }
        }
    }

    /// Looks whether the log's time is over, whether the contest changed, and whether this node still
    /// leads.
    async fn look(&mut self) {
        let now = self.desk.clock.now();
        let over = self.loaded.as_ref().is_some_and(|loaded| loaded.is_due(now));
        if over && let Err(error) = self.perform(&Deed::Close(now)).await {
            tracing::warn!("the log of votes is not closed yet: {error}");
        }
        if let Err(error) = self.heed_changes().await {
            tracing::info!("the contest of a log of votes cannot be read anew: {error}");
            self.recover(0).await;
        }
        let due = now.micros() - self.leased_at.micros() >= 1_000_000;
        if self.loaded.is_some()
            && due
            && let Err(error) = self.lease().await
        {
            tracing::info!("this node leads no more: {error}");
            self.recover(0).await;
        }
    }

    /// Reads the contest anew when it changed while nobody voted: what a voter has to prove is known
    /// before their vote is judged.
    async fn heed_changes(&mut self) -> Result<(), Error> {
        if self.loaded.is_some() && !self.is_current().await? {
            self.reread().await?;
        }
        Ok(())
    }

    /// Whether the crowd has gone: then projections catch up without a pause.
    fn is_calm(&self) -> bool {
        self.loaded.is_some() && self.written_at.elapsed() > LOOK
    }
}
