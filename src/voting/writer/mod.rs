//! The writer of a contest's log: one thread, one connection, one row for each commit.
//!
//! It takes all that waits in its queue, judges it in memory, writes the new leaves with the signed
//! head of the tree in one statement, and answers after the commit. Batches grow by themselves with
//! the load, and in a crowd it waits a moment for more. Whatever goes wrong, memory is dropped and read anew from the rows:
//! they say what was committed. Three things keep a second writer out: the holder's name in
//! `vote_log`, which the statement asks for, the lease on it, and the key of the rows.

mod casts;
mod crowd;
mod deeds;
mod follow;
mod keep;
mod lead;
mod loaded;

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use entity::contest;
use entity::id::ContestId;
use entity::instant::Instant;
use sea_orm::{EntityTrait, QuerySelect};
use tokio::sync::{mpsc, oneshot};

use self::casts::Cast;
use self::crowd::Crowd;
use self::follow::Followers;
use self::loaded::Loaded;
use super::ask::Answer;
use super::batch::Batch;
use super::desk::{Deed, Desk, Shown, Standing, Wish};
use super::details::Details;
use super::line::Line;
use super::policy::Policy;
use super::reply::{self, Address};
use super::{Error, project};

/// Most votes of a commit.
const MOST: usize = 1000;
/// How often projections are brought on.
const TICK: Duration = Duration::from_millis(75);
/// Seconds after the end for which votes that other nodes hand on are waited for.
const HANDED_ON: i64 = 15;
/// How long the database may take for one statement; longer than it waits for a lock.
const PATIENCE: Duration = Duration::from_secs(15);
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
    asks: mpsc::Receiver<Wish>,
    /// Votes that were taken from the queue.
    casts: Vec<Cast>,
    /// Deeds that were, to be done when no vote is judged and not committed.
    deeds: Vec<Errand>,
    /// Deeds that are done, whose askers wait for rows.
    followers: Followers,
    /// Answers that are certain. On a slow disk they are sent while the next votes are committed;
    /// otherwise before that, for then more votes are committed at once.
    owed: Vec<(Address, Answer)>,
    disk_is_slow: bool,
    /// Votes that were committed together last.
    together: usize,
}

/// A deed, and who hears how the log stands then.
type Errand = (Deed, oneshot::Sender<Result<Standing, Error>>);
/// A writer's ways to the database and to those who ask.
type Ways = (Line, mpsc::Receiver<Wish>);

/// Starts a writer; it ends when nobody can ask it any more. However it ends, its queue ends with it:
/// everybody who waits there is told to come again, and the next who asks starts another.
pub(super) fn start(contest: ContestId, desk: Desk, shown: Shown, asks: mpsc::Receiver<Wish>) {
    let work = move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let Ok(runtime) = runtime else { return };
        runtime.block_on(async {
            match Line::to(&desk.database) {
                Ok(line) => Writer::new(contest, desk, shown, (line, asks)).run().await,
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
    fn new(contest: ContestId, desk: Desk, shown: Shown, (line, asks): Ways) -> Self {
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
            asks,
            casts: Vec::new(),
            deeds: Vec::new(),
            followers: Followers::default(),
            owed: Vec::new(),
            disk_is_slow: false,
            together: 0,
            desk,
        }
    }

    async fn run(mut self) {
        let mut wishes = Vec::with_capacity(MOST);
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            if self.casts.is_empty() {
                if self.asks.is_empty() || !self.disk_is_slow {
                    self.pay();
                }
                tokio::select! {
                    taken = self.asks.recv_many(&mut wishes, MOST) => {
                        if taken == 0 {
                            break;
                        }
                        wishes.drain(..).for_each(|wish| self.take(wish));
                        self.gather().await;
                    }
                    _ = tick.tick() => {
                        if self.keep().await {
                            tick.reset_immediately();
                        }
                        continue;
                    }
                }
            }
            self.grant().await;
            if self.followers.are_there() {
                self.follow().await;
                tick.reset_immediately();
            }
        }
        self.pay();
        let given = lead::give_back(self.line.pool(), self.contest, &self.desk.node.0);
        if let Err(error) = in_time(given).await {
            tracing::debug!("the lead was not given back: {error}");
        }
        drop(self.line.close().await);
    }

    /// After a failure, before the next try: memory is dropped, with all that was judged by it, and
    /// so is the connection, which may never come back to its pool.
    async fn recover(&mut self, attempt: u32) {
        self.pay();
        self.loaded = None;
        self.casts.iter_mut().for_each(Cast::forget);
        match Line::to(&self.desk.database) {
            Ok(line) => self.line = line,
            Err(error) => tracing::error!("the vote writer has no database: {error}"),
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
        let policy = Arc::new(in_time(Policy::read(self.line.pool(), self.contest)).await?);
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
            let policy = Arc::new(in_time(Policy::read(self.line.pool(), self.contest)).await?);
            self.show(&policy);
            let origin = format!("{}/contests/{}", self.desk.host, policy.rules().contest);
            let row = in_time(lead::row(self.line.pool(), self.contest, origin)).await?;
            let row = row.ok_or(Error::Busy)?;
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
        let leader = in_time(lead::leader(self.line.pool(), self.contest)).await?;
        Err(Error::Elsewhere(leader))
    }
}
