//! Those who wait until rows say what the log said when they asked. Rows may be far behind after a
//! crowd, and whoever looks must not stop those who vote: rows come on a step at a time, and votes go
//! between two steps.

use tokio::sync::oneshot;

use super::{Error, Standing, TRIES, Writer, in_time, project};

/// Who waits, each with the leaf up to which rows are wanted, and how often in a row they could not
/// be written.
#[derive(Debug, Default)]
pub(super) struct Followers {
    waiting: Vec<(u64, oneshot::Sender<Result<Standing, Error>>)>,
    failures: u32,
}

impl Followers {
    /// Somebody waits for rows up to this leaf.
    pub(super) fn add(&mut self, until: u64, to: oneshot::Sender<Result<Standing, Error>>) {
        self.waiting.push((until, to));
    }

    /// Whether anybody waits.
    pub(super) fn are_there(&self) -> bool {
        !self.waiting.is_empty()
    }
}

impl Writer {
    /// Brings rows a step on for those who wait for them.
    pub(super) async fn follow(&mut self) {
        self.pay();
        let step = project::step(self.line.pool(), self.contest, || !self.asks.is_empty());
        match in_time(step).await {
            Ok(reached) => {
                (self.lag, self.followers.failures) = (reached.more, 0);
                let applied = u64::try_from(reached.applied).unwrap_or(0);
                self.tell(|until| until <= applied || !reached.more).await;
            }
            Err(error) => {
                tracing::warn!("rows of votes lag, and somebody waits for them: {error}");
                self.followers.failures += 1;
                self.recover(self.followers.failures).await;
                if self.followers.failures >= TRIES {
                    self.followers = Followers::default();
                }
            }
        }
    }

    /// Tells those for whom rows are far enough how the log stands.
    async fn tell(&mut self, is_there: impl Fn(u64) -> bool) {
        let waiting = std::mem::take(&mut self.followers.waiting);
        let (there, waiting) = waiting.into_iter().partition(|(until, _)| is_there(*until));
        self.followers.waiting = waiting;
        let there: Vec<_> = there;
        for (_, to) in there {
            drop(to.send(self.standing().await));
        }
    }
}
