//! The writer of a contest's log: one thread, one connection, one row for each commit.
//!
//! It takes all that waits in its queue, judges it in memory, writes the new leaves with the signed
//! head of the tree in one statement, and answers after the commit. There is no timer: batches grow
//! by themselves with the load. Whatever goes wrong, memory is dropped and read anew from the rows:
//! they say what was committed. Three things keep a second writer out: the holder's name in
//! `vote_log`, which the statement asks for, the lease on it, and the key of the rows.

mod crowd;
mod deeds;
mod keep;
mod lead;
mod loaded;

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use entity::contest;
use entity::id::ContestId;
use entity::instant::Instant;
use sea_orm::{EntityTrait, QuerySelect};
use tokio::sync::mpsc;

use self::crowd::Crowd;
use self::loaded::Loaded;
use super::ask::{Answer, Ask};
use super::batch::{Batch, Judged};
use super::desk::{Deed, Desk, Shown, Standing, Wish};
use super::details::Details;
use super::line::Line;
use super::policy::Policy;
use super::reply::{self, Address};
use super::traces::Trace;
use super::{Error, project, segment};

/// Most votes of a commit.
const MOST: usize = 1000;
/// How often projections are brought on.
const TICK: Duration = Duration::from_millis(75);
/// Seconds after the end for which votes that other nodes hand on are waited for.
const HANDED_ON: i64 = 15;
/// How long the database may take for one statement; longer than it waits for a lock.
const PATIENCE: Duration = Duration::from_secs(15);
/// A commit that takes longer is one of a slow disk.
const SLOW: Duration = Duration::from_micros(1500);
/// Tries of a commit before voters are told to come again.
const TRIES: u32 = 5;

struct Writer {
    contest: ContestId,
    desk: Desk,
    shown: Shown,
    line: Line,
    loaded: Option<Loaded>,
    lag: bool,
    leased_at: Instant,
    /// When votes were committed last.
    written_at: std::time::Instant,
    /// When it was looked last whether the contest changed.
    looked_at: std::time::Instant,
    crowd: Crowd,
    /// Answers that are certain. On a slow disk they are sent while the next votes are committed;
    /// otherwise before that, for then more votes are committed at once.
    owed: Vec<(Address, Answer)>,
    disk_is_slow: bool,
}

/// Starts a writer; it ends when nobody can ask it any more. However it ends, its queue ends with it:
/// everybody who waits there is told to come again, and the next who asks starts another.
pub(super) fn start(contest: ContestId, desk: Desk, shown: Shown, asks: mpsc::Receiver<Wish>) {
    let work = move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let Ok(runtime) = runtime else { return };
        runtime.block_on(async {
            match Line::open(&desk.database).await {
                Ok(line) => Writer::new(contest, desk, shown, line).run(asks).await,
                Err(error) => tracing::error!("the vote writer has no database: {error}"),
            }
        });
    };
    let named = std::thread::Builder::new().name("votes".to_owned()).spawn(work);
    if let Err(error) = named {
        tracing::error!("the vote writer cannot start: {error}");
    }
}

/// What the database says within [`PATIENCE`].
async fn in_time<T, E: Into<Error>>(asked: impl Future<Output = Result<T, E>>) -> Result<T, Error> {
    match tokio::time::timeout(PATIENCE, asked).await {
        Ok(said) => said.map_err(Into::into),
        Err(_) => Err(Error::Stuck),
    }
}

impl Writer {
    fn new(contest: ContestId, desk: Desk, shown: Shown, line: Line) -> Self {
        let now = std::time::Instant::now();
        Self {
            contest,
            shown,
            line,
            loaded: None,
            lag: true,
            leased_at: desk.clock.now(),
            written_at: now,
            looked_at: now,
            crowd: Crowd::default(),
            owed: Vec::new(),
            disk_is_slow: false,
            desk,
        }
    }

    async fn run(mut self, mut asks: mpsc::Receiver<Wish>) {
        let mut wishes = Vec::with_capacity(MOST);
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            if asks.is_empty() || !self.disk_is_slow {
                self.pay();
            }
            tokio::select! {
                taken = asks.recv_many(&mut wishes, MOST) => {
                    if taken == 0 {
                        break;
                    }
                    self.grant(&mut wishes).await;
                }
                _ = tick.tick() => {
                    if self.keep(&asks).await {
                        tick.reset_immediately();
                    }
                }
            }
        }
        self.pay();
        if let Err(error) = lead::give_back(self.line.pool(), self.contest, &self.desk.node.0).await
        {
            tracing::debug!("the lead was not given back: {error}");
        }
        drop(self.line.close().await);
    }

    async fn grant(&mut self, wishes: &mut Vec<Wish>) {
        let (mut casts, mut deeds) = (Vec::with_capacity(wishes.len()), Vec::new());
        for wish in wishes.drain(..) {
            match wish {
                Wish::Cast(ask, to) => casts.push((ask, to)),
                Wish::Deed(deed, to) => deeds.push((deed, to)),
            }
        }
        if !casts.is_empty() {
            self.crowd.came(casts.len());
            let answers = self.cast(&casts).await;
            self.owed.extend(casts.into_iter().map(|(_, to)| to).zip(answers));
        }
        if !deeds.is_empty() {
            self.pay();
        }
        for (deed, to) in deeds {
            let done = self.perform(deed).await;
            drop(to.send(done));
        }
    }

    /// Sends the answers that are owed.
    fn pay(&mut self) {
        reply::send(std::mem::take(&mut self.owed).into_iter());
    }

    /// Judges and commits; every ask gets its answer, in order.
    async fn cast(&mut self, asks: &[(Ask, Address)]) -> Vec<Answer> {
        for attempt in 0..TRIES {
            match self.attempt(asks).await {
                Ok(answers) => return answers,
                Err(Error::Changed) => tracing::info!("the contest changed while votes came"),
                Err(error @ (Error::Database(_) | Error::Stuck)) => {
                    tracing::warn!("votes are not committed yet: {error}");
                    self.recover(&error, attempt).await;
                }
                Err(error) => {
                    self.loaded = None;
                    return asks.iter().map(|_| Err(error.again())).collect();
                }
            }
        }
        self.loaded = None;
        asks.iter().map(|_| Err(Error::Busy)).collect()
    }

    async fn attempt(&mut self, asks: &[(Ask, Address)]) -> Result<Vec<Answer>, Error> {
        let loaded = self.load().await?;
        let judged: Vec<Judged> = asks
            .iter()
            .map(|(ask, _)| loaded.memory.judge(&loaded.policy, &loaded.keys, ask))
            .collect();
        let mut batch = Batch::default();
        if !loaded.memory.is_idle() {
            self.commit(&mut batch).await?;
        } else if judged.iter().any(Judged::is_refusal) && !self.is_current().await? {
            self.reread().await?;
            return Err(Error::Changed);
        }
        Ok(judged.into_iter().map(|judged| batch.answer(judged)).collect())
    }

    /// Commits `batch` and all votes that wait, after what the log has to be bound to first.
    async fn commit(&mut self, batch: &mut Batch) -> Result<(), Error> {
        let Some(loaded) = self.loaded.as_mut() else { return Err(Error::Busy) };
        let before = loaded.memory.tree.clone();
        let bound = loaded.bind()?;
        if let Some((leaf, text)) = &bound {
            batch.leaves.insert(0, leaf.bytes());
            batch.details.insert(0, Details::Text(text.clone()));
            batch.traces.insert(0, Trace::default());
        }
        loaded.memory.seal(batch);
        let note = loaded.head();
        let at = (self.contest, self.desk.node.0.as_str());
        let place = (before.size(), &*batch);
        let written = segment::append(&mut self.line, at, &loaded.policy, place, &note);
        // The statement is on its way before those hear who were counted by the one before.
        let (begun, owed) = (std::time::Instant::now(), std::mem::take(&mut self.owed));
        let (written, ()) = tokio::join!(in_time(written), async { reply::send(owed.into_iter()) });
        let written = written?;
        self.disk_is_slow = begun.elapsed() > SLOW;
        if written {
            if let Some((leaf, text)) = &bound {
                loaded.memory.heed(leaf, text);
            }
            loaded.memory.committed();
            self.lag = true;
            self.written_at = std::time::Instant::now();
            return Ok(());
        }
        loaded.memory.undo(before);
        *batch = Batch::default();
        self.reread().await?;
        Err(Error::Changed)
    }

    /// After a failure, before the next try: memory is dropped, and so is every connection where one
    /// does not answer.
    async fn recover(&mut self, error: &Error, attempt: u32) {
        self.pay();
        self.loaded = None;
        if matches!(error, Error::Stuck) {
            match Line::open(&self.desk.database).await {
                Ok(line) => self.line = line,
                Err(error) => tracing::warn!("the vote writer has no database: {error}"),
            }
        }
        tokio::time::sleep(Duration::from_millis(20 << attempt)).await;
    }

    /// Whether the contest is still what the policy was read from.
    async fn is_current(&mut self) -> Result<bool, Error> {
        let row = contest::Entity::find_by_id(self.contest)
            .select_only()
            .columns([contest::Column::State, contest::Column::PublicVersion])
            .into_tuple();
        let row = in_time(row.one(self.line.pool())).await?;
        Ok(self.loaded.as_ref().map(|loaded| loaded.policy.fence) == row)
    }

    /// The contest changed, or the lead went to another node.
    async fn reread(&mut self) -> Result<(), Error> {
        self.lease().await?;
        let policy = Arc::new(Policy::read(self.line.pool(), self.contest).await?);
        self.show(&policy);
        if let Some(loaded) = self.loaded.as_mut() {
            loaded.policy = policy;
        }
        Ok(())
    }

    fn show(&self, policy: &Arc<Policy>) {
        let mut shown = self.shown.write().unwrap_or_else(PoisonError::into_inner);
        *shown = Some(Arc::clone(policy));
    }

    /// Reads everything that the log stands on, unless it is read already.
    async fn load(&mut self) -> Result<&mut Loaded, Error> {
        if self.loaded.is_none() {
            let policy = Arc::new(Policy::read(self.line.pool(), self.contest).await?);
            self.show(&policy);
            let origin = format!("{}/contests/{}", self.desk.host, policy.rules().contest);
            let row =
                lead::row(self.line.pool(), self.contest, origin).await?.ok_or(Error::Busy)?;
            self.lease().await?;
            self.loaded = Some(Loaded::read(self.line.pool(), &self.desk, policy, row).await?);
        }
        self.loaded.as_mut().ok_or(Error::Busy)
    }

    /// Takes the lead, or says that it is still ours.
    async fn lease(&mut self) -> Result<(), Error> {
        let now = self.desk.clock.now();
        let (id, url) = &self.desk.node;
        if in_time(lead::take(self.line.pool(), self.contest, (id, url), now)).await? {
            self.leased_at = now;
            return Ok(());
        }
        self.loaded = None;
        Err(Error::Elsewhere(lead::leader(self.line.pool(), self.contest).await?))
    }
}
