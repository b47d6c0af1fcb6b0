//! Votes: judged, committed, answered.
//!
//! On a slow disk those that come while others are committed are judged meanwhile, so that the disk
//! does not wait for them. Judged is not counted: what is judged ahead is committed after what is on
//! its way, and judged anew where that fails.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::mpsc;

use super::keep::LOOK;
use super::{Batch, Details, Errand, Error, Loaded, MOST, TRIES, Wish, Writer, in_time, reply};
use crate::voting::ask::{Answer, Ask};
use crate::voting::batch::Judged;
use crate::voting::reply::Address;
use crate::voting::segment;
use crate::voting::traces::Trace;

/// A commit that takes longer is one of a slow disk.
const SLOW: Duration = Duration::from_micros(1500);
/// Votes that were committed together when it is a crowd that votes, and for how long more are
/// waited for then. By themselves commits on a quick disk are for few, and a signature, a sync and
/// three turns between threads are made for each.
const CROWD: usize = 32;
const GATHER: Duration = Duration::from_millis(3);
/// How often it is looked who came while a commit is on its way.
const MEANWHILE: Duration = Duration::from_millis(1);

/// A vote that was taken from the queue, and what came of it so far.
pub(super) struct Cast {
    ask: Ask,
    to: Address,
    judged: Option<Judged>,
}

impl Cast {
    /// It is judged anew.
    pub(super) fn forget(&mut self) {
        self.judged = None;
    }

    fn judge(&mut self, loaded: &mut Loaded) {
        let Loaded { memory, policy, keys, .. } = loaded;
        self.judged.get_or_insert_with(|| memory.judge(policy, keys, &self.ask));
    }
}

impl Writer {
    /// Takes a wish from the queue.
    pub(super) fn take(&mut self, wish: Wish) {
        match wish {
            Wish::Cast(ask, to) => self.casts.push(Cast { ask, to, judged: None }),
            Wish::Deed(deed, to) => self.deeds.push((deed, to)),
        }
    }

    /// In a crowd waits a little for more votes: what a commit costs is then shared by many.
    pub(super) async fn gather(&mut self) {
        let is_crowd = self.together >= CROWD && self.casts.len() < MOST;
        if !is_crowd || self.disk_is_slow || !self.deeds.is_empty() {
            return;
        }
        tokio::time::sleep(GATHER).await;
        while self.casts.len() < MOST && self.deeds.is_empty() {
            let Ok(wish) = self.asks.try_recv() else { break };
            self.take(wish);
        }
    }

    /// Commits the votes that were taken, and then does the deeds.
    pub(super) async fn grant(&mut self) {
        let mut casts = std::mem::take(&mut self.casts);
        if !casts.is_empty() {
            self.crowd.came(casts.len());
            self.together = casts.len();
            let answers = self.cast(&mut casts).await;
            self.owed.extend(casts.into_iter().map(|cast| cast.to).zip(answers));
        }
        if !self.casts.is_empty() || self.deeds.is_empty() {
            return;
        }
        self.pay();
        for (deed, to) in std::mem::take(&mut self.deeds) {
            match self.perform(&deed).await {
                Ok(standing) if deed.waits_for_rows() => self.followers.add(standing, to),
                done => drop(to.send(done)),
            }
        }
    }

    /// Sends the answers that are owed.
    pub(super) fn pay(&mut self) {
        reply::send(std::mem::take(&mut self.owed).into_iter());
    }

    /// Judges and commits; every vote gets its answer, in order.
    async fn cast(&mut self, casts: &mut [Cast]) -> Vec<Answer> {
        for attempt in 0..TRIES {
            let failed = match self.attempt(casts).await {
                Ok(answers) => return answers,
                Err(error) => error,
            };
            casts.iter_mut().chain(&mut self.casts).for_each(Cast::forget);
            match failed {
                Error::Changed => tracing::info!("the contest changed while votes came"),
                Error::Database(_) | Error::Stuck => {
                    tracing::warn!("votes are not committed yet: {failed}");
                    self.recover(attempt).await;
                }
                other => {
                    self.loaded = None;
                    return casts.iter().map(|_| Err(other.again())).collect();
                }
            }
        }
        self.loaded = None;
        casts.iter().map(|_| Err(Error::Busy)).collect()
    }

    async fn attempt(&mut self, casts: &mut [Cast]) -> Result<Vec<Answer>, Error> {
        let loaded = self.load().await?;
        casts.iter_mut().for_each(|cast| cast.judge(loaded));
        let mut batch = Batch::default();
        if !loaded.memory.is_idle() {
            // Not ahead of a deed, nor of a look at the contest: those find nothing half done.
            let ahead = self.deeds.is_empty() && self.looked_at.elapsed() < LOOK;
            self.commit(&mut batch, ahead).await?;
        } else if casts.iter().filter_map(|cast| cast.judged.as_ref()).any(Judged::is_refusal)
            && !self.is_current().await?
        {
            self.reread().await?;
            return Err(Error::Changed);
        }
        let judged = casts.iter_mut().filter_map(|cast| cast.judged.take());
        Ok(judged.map(|judged| batch.answer(judged)).collect())
    }

    /// Commits `batch` and all votes that are judged, after what the log has to be bound to first;
    /// meanwhile judges those that come, if the disk is slow and that may be done `ahead`.
    pub(super) async fn commit(&mut self, batch: &mut Batch, ahead: bool) -> Result<(), Error> {
        let Some(loaded) = self.loaded.as_mut() else { return Err(Error::Busy) };
        let before = loaded.memory.tree.clone();
        let bound = loaded.bind()?;
        if let Some((leaf, text)) = &bound {
            batch.leaves.insert(0, leaf.bytes());
            batch.details.insert(0, Details::Text(text.clone()));
            batch.traces.insert(0, Trace::default());
        }
        loaded.memory.seal(batch);
        let (note, policy) = (loaded.head(), Arc::clone(&loaded.policy));
        let at = (self.contest, self.desk.node.0.as_str());
        let place = (before.size(), &*batch);
        let written = segment::append(&mut self.line, at, &policy, place, &note);
        // The statement is on its way before those hear who were counted by the one before.
        let (begun, mut owed) = (Instant::now(), std::mem::take(&mut self.owed));
        let more = (ahead && bound.is_none() && self.disk_is_slow).then_some(&mut self.asks);
        let meanwhile = async {
            reply::send(std::mem::take(&mut owed).into_iter());
            judge_ahead(loaded, more, (&mut self.casts, &mut self.deeds)).await
        };
        let written = tokio::select! {
            biased;
            written = in_time(written) => written,
            never = meanwhile => match never {},
        };
        // It may have been written at once.
        reply::send(owed.into_iter());
        let written = written?;
        self.disk_is_slow = begun.elapsed() > SLOW;
        let Some(loaded) = self.loaded.as_mut() else { return Err(Error::Busy) };
        if written {
            if let Some((leaf, text)) = &bound {
                loaded.memory.heed(leaf, text);
            }
            loaded.memory.committed();
            self.lag = true;
            self.written_at = Instant::now();
            return Ok(());
        }
        loaded.memory.undo(before);
        *batch = Batch::default();
        self.reread().await?;
        Err(Error::Changed)
    }
}

/// Judges who comes, until it is dropped.
async fn judge_ahead(
    loaded: &mut Loaded,
    asks: Option<&mut mpsc::Receiver<Wish>>,
    (casts, deeds): (&mut Vec<Cast>, &mut Vec<Errand>),
) -> Infallible {
    let Some(asks) = asks else { return std::future::pending().await };
    loop {
        tokio::time::sleep(MEANWHILE).await;
        while deeds.is_empty() && casts.len() < MOST {
            match asks.try_recv() {
                Ok(Wish::Cast(ask, to)) => {
                    let mut cast = Cast { ask, to, judged: None };
                    cast.judge(loaded);
                    casts.push(cast);
                }
                Ok(Wish::Deed(deed, to)) => deeds.push((deed, to)),
                Err(_) => break,
            }
        }
    }
}
