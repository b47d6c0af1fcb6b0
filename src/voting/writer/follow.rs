//! Those who wait until rows say what the log said when they asked. Rows may be far behind after a
//! crowd, and whoever looks must not stop those who vote: rows come on a step at a time, and votes go
//! between two steps.

use tokio::sync::oneshot;

use super::{Error, Standing, TRIES, Writer, in_time, project};

/// Who waits, each with how the log stood when what they asked for was done, and how often in a row
/// rows could not be written.
#[derive(Debug, Default)]
pub(super) struct Followers {
    waiting: Vec<(Standing, oneshot::Sender<Result<Standing, Error>>)>,
    failures: u32,
}

impl Followers {
    /// Somebody waits for the rows of a log that stands like this.
    pub(super) fn add(&mut self, stands: Standing, to: oneshot::Sender<Result<Standing, Error>>) {
        self.waiting.push((stands, to));
    }

    /// Whether anybody waits.
    pub(super) fn are_there(&self) -> bool {
        !self.waiting.is_empty()
    }
}

impl Writer {
    /// Brings rows a step on for those who wait for them, a short one where somebody votes.
    pub(super) async fn follow(&mut self) {
        self.pay();
        let votes = || !self.casts.is_empty() || !self.asks.is_empty();
        let step = project::step(self.line.pool(), self.contest, votes);
        match in_time(step).await {
            Ok(reached) => {
                (self.lag, self.followers.failures) = (reached.more, 0);
                let applied = u64::try_from(reached.applied).unwrap_or(0);
                let there =
                    |(stands, _): &mut (Standing, _)| stands.leaves <= applied || !reached.more;
                for (stands, to) in self.followers.waiting.extract_if(.., there) {
                    drop(to.send(Ok(stands)));
                }
            }
            Err(error) => self.stumble(error).await,
        }
    }

    /// Rows could not be written: tries again while that may pass, and else says so.
    async fn stumble(&mut self, error: Error) {
        tracing::warn!("rows of votes lag, and somebody waits for them: {error}");
        self.followers.failures += 1;
        let (tries, passes) =
            (self.followers.failures, matches!(error, Error::Database(_) | Error::Stuck));
        if !passes || tries >= TRIES {
            for (_, to) in std::mem::take(&mut self.followers).waiting {
                drop(to.send(Err(error.again())));
            }
        }
        if passes {
            self.recover(tries).await;
        }
    }
}
