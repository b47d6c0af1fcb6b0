//! The writer of a contest's log: one thread, one connection, one row for each commit.
//!
//! It takes all that waits in its queue, judges it in memory, writes the new leaves with the signed
//! head of the tree in one statement, and answers after the commit. There is no timer: batches grow
//! by themselves with the load. Whatever goes wrong, memory is dropped and read anew from the rows:
//! they say what was committed. Three things keep a second writer out: the holder's name in
//! `vote_log`, which the statement asks for, the lease on it, and the key of the rows.

use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use entity::id::ContestId;
use entity::instant::Instant;
use entity::{contest, vote_log};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ColumnTrait, DatabaseConnection, EntityTrait, ExprTrait, QueryFilter, QuerySelect, Set,
};
use sha2::{Digest, Sha256};
use tokio::sync::{mpsc, oneshot};

use super::coming::Doors;
use super::details::Details;
use super::keys::Keys;
use super::memory::{Answer, Ask, Batch, Judged, Memory};
use super::policy::Policy;
use super::reply::{Address, Answers, Mailbox};
use super::traces::Trace;
use super::{Error, project, segment};
use crate::clock::Clock;
use crate::ledger::{Checkpoint, Hash, Leaf, Note, Verdict, Verifier, log_number};

/// Most votes of a commit.
const MOST: usize = 1000;
/// Seconds for which a node leads without saying so again.
const LEASE: i64 = 3;
/// How often a lead is said again, and projections are brought on.
const TICK: Duration = Duration::from_millis(500);
/// Seconds after the end for which votes that other nodes hand on are waited for.
const HANDED_ON: i64 = 15;
/// Tries of a commit before voters are told to come again.
const TRIES: u32 = 5;

/// Who writes, and where.
#[derive(Clone, Debug)]
pub(super) struct Desk {
    /// Address of the database.
    pub(super) database: String,
    /// Folder of the keys.
    pub(super) keys: PathBuf,
    /// The site's host: logs are named after it.
    pub(super) host: String,
    /// The time, for leases.
    pub(super) clock: Clock,
    /// Name of this process, and where other nodes reach it.
    pub(super) node: (String, String),
    /// Random bytes for keys.
    pub(super) fresh: fn() -> [u8; 32],
    /// Votes that are on their way to this process's writers.
    pub(super) doors: Doors,
}

/// What is asked of a writer.
#[derive(Debug)]
pub(super) enum Wish {
    /// A vote, or one to be taken back.
    Cast(Box<Ask>, Address),
    /// Something else; the answer says how the log stands.
    Deed(Deed, oneshot::Sender<Result<Standing, Error>>),
}

/// What is done to a log beside votes.
#[derive(Debug)]
pub(super) enum Deed {
    /// Close it when the vote is over at this moment, and bring all projections up to it.
    Settle(Instant),
    /// Bring the projections one step on.
    Glance,
    /// Decide about votes.
    Note {
        /// What is decided.
        verdict: Verdict,
        /// Of those votes only about which this was decided before.
        from: Option<Verdict>,
        /// Number of the reason.
        reason: u16,
        /// Places of the votes.
        leaves: Vec<u64>,
        /// What was found.
        report: String,
        /// Staff keys that sign.
        by: Vec<u8>,
    },
    /// Bind the published result: canonical JSON.
    Result(String),
    /// Let new keys sign from here on.
    Rotate,
    /// Sever votes from voters and destroy the nullifier key.
    Destroy,
}

/// How a log stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Leaves.
    pub leaves: u64,
    /// Votes among them.
    pub votes: u64,
    /// Whether it takes no votes any more.
    pub closed: bool,
    /// Whether its time is over and it is still open: votes that were read before the end are on
    /// their way.
    pub waits: bool,
}

/// What others may see of a writer's policy.
pub(super) type Shown = Arc<RwLock<Option<Arc<Policy>>>>;

struct Loaded {
    memory: Memory,
    policy: Arc<Policy>,
    keys: Keys,
    /// Keys that hold from the commit on that is under way.
    renewed: Option<Keys>,
    origin: String,
}

impl Loaded {
    /// Whether the log has to be closed at `now`.
    fn is_due(&self, now: Instant) -> bool {
        self.policy.is_over(now) && !self.memory.closed && self.memory.tree.size() > 0
    }
}

struct Writer {
    contest: ContestId,
    desk: Desk,
    shown: Shown,
    db: DatabaseConnection,
    loaded: Option<Loaded>,
    lag: bool,
    leased_at: Instant,
    /// When votes were committed last.
    written_at: std::time::Instant,
}

/// Starts a writer; it ends when nobody can ask it any more.
pub(super) fn start(contest: ContestId, desk: Desk, shown: Shown, asks: mpsc::Receiver<Wish>) {
    let work = move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let Ok(runtime) = runtime else { return };
        runtime.block_on(async {
            match crate::db::connect(&desk.database, 2).await {
                Ok(db) => {
                    let leased_at = desk.clock.now();
                    let (loaded, lag) = (None, true);
                    let written_at = std::time::Instant::now();
                    let writer =
                        Writer { contest, desk, shown, db, loaded, lag, leased_at, written_at };
                    let open = writer.db.clone();
                    writer.run(asks).await;
                    drop(open.close().await);
                }
                Err(error) => {
                    tracing::error!("the vote writer has no database: {error}");
                    refuse(asks).await;
                }
            }
        });
    };
    let named = std::thread::Builder::new().name("votes".to_owned()).spawn(work);
    if let Err(error) = named {
        tracing::error!("the vote writer cannot start: {error}");
    }
}

/// Tells everybody who waits to come again.
async fn refuse(mut asks: mpsc::Receiver<Wish>) {
    asks.close();
    while let Some(wish) = asks.recv().await {
        if let Wish::Cast(_, to) = wish {
            to.mailbox.put(vec![(to.ticket, Err(Error::Busy))]);
        }
    }
}

impl Writer {
    async fn run(mut self, mut asks: mpsc::Receiver<Wish>) {
        let mut wishes = Vec::with_capacity(MOST);
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                biased;
                taken = asks.recv_many(&mut wishes, MOST) => {
                    if taken == 0 {
                        break;
                    }
                    self.grant(&mut wishes).await;
                }
                _ = tick.tick() => {
                    if self.keep(asks.is_empty()).await {
                        tick.reset_immediately();
                    }
                }
            }
        }
        self.release().await;
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
            let answers = self.cast(&casts).await;
            send(casts, answers);
        }
        for (deed, to) in deeds {
            let done = self.perform(deed).await;
            drop(to.send(done));
        }
    }

    /// Judges and commits; every ask gets its answer, in order.
    async fn cast(&mut self, asks: &[(Box<Ask>, Address)]) -> Vec<Answer> {
        for attempt in 0..TRIES {
            match self.attempt(asks).await {
                Ok(answers) => return answers,
                Err(error @ (Error::Database(_) | Error::Changed)) => {
                    tracing::warn!("votes are not committed yet: {error}");
                    if !matches!(error, Error::Changed) {
                        self.loaded = None;
                        tokio::time::sleep(Duration::from_millis(20 << attempt)).await;
                    }
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

    async fn attempt(&mut self, asks: &[(Box<Ask>, Address)]) -> Result<Vec<Answer>, Error> {
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
        let bound = bind(loaded)?;
        for (leaf, text) in bound.iter().rev() {
            batch.leaves.insert(0, leaf.bytes());
            batch.details.insert(0, Details::Text(text.clone()));
            batch.traces.insert(0, Trace::default());
        }
        loaded.memory.seal(batch);
        let (size, root) = (loaded.memory.tree.size(), loaded.memory.tree.root());
        let head = Checkpoint { origin: loaded.origin.clone(), size, root };
        let keys = loaded.renewed.as_ref().unwrap_or(&loaded.keys);
        let note = keys.signer(&loaded.origin).note(&head.text());
        let at = (self.contest, self.desk.node.0.as_str());
        let written =
            segment::append(&self.db, at, &loaded.policy, (before.size(), batch), &note).await?;
        if written {
            bound.iter().for_each(|(leaf, text)| loaded.memory.heed(leaf, text));
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

    /// Whether the crowd has gone: then projections catch up without a pause.
    fn is_calm(&self) -> bool {
        self.loaded.is_some() && self.written_at.elapsed() > TICK
    }

    /// Whether the contest is still what the policy was read from.
    async fn is_current(&self) -> Result<bool, Error> {
        let row: Option<(contest::State, i64)> = contest::Entity::find_by_id(self.contest)
            .select_only()
            .columns([contest::Column::State, contest::Column::PublicVersion])
            .into_tuple()
            .one(&self.db)
            .await?;
        Ok(self.loaded.as_ref().map(|loaded| loaded.policy.fence) == row)
    }

    /// The contest changed, or the lead went to another node.
    async fn reread(&mut self) -> Result<(), Error> {
        self.lease().await?;
        let policy = Arc::new(Policy::read(&self.db, self.contest).await?);
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
            let policy = Arc::new(Policy::read(&self.db, self.contest).await?);
            self.show(&policy);
            let row = self.row(&policy).await?;
            self.lease().await?;
            let last = segment::last(&self.db, self.contest).await?;
            let fresh = last.is_none().then_some(self.desk.fresh);
            let keys = Keys::open(&self.desk.keys, self.contest, fresh)?;
            let memory = replay(&self.db, &row).await?;
            let keys = keys.in_force(&memory.key)?;
            let loaded = Loaded { memory, policy, keys, renewed: None, origin: row.origin };
            check(&loaded, last.map(|last| last.checkpoint).as_deref())?;
            self.loaded = Some(loaded);
        }
        self.loaded.as_mut().ok_or(Error::Busy)
    }

    async fn row(&self, policy: &Policy) -> Result<vote_log::Model, Error> {
        let origin = format!("{}/contests/{}", self.desk.host, policy.rules().contest);
        let row = vote_log::ActiveModel {
            contest_id: Set(self.contest),
            origin: Set(origin),
            holder: Set(String::new()),
            holder_url: Set(String::new()),
            leased_until: Set(Instant::from_micros(0).unwrap_or(self.desk.clock.now())),
            applied: Set(0),
            votes: Set(0),
            closed_at: Set(None),
        };
        vote_log::Entity::insert(row)
            .on_conflict(OnConflict::column(vote_log::Column::ContestId).do_nothing().to_owned())
            .exec_without_returning(&self.db)
            .await?;
        let row = vote_log::Entity::find_by_id(self.contest).one(&self.db).await?;
        row.ok_or(Error::Busy)
    }

    /// Takes the lead, or says that it is still ours.
    async fn lease(&mut self) -> Result<(), Error> {
        let now = self.desk.clock.now();
        let (id, url) = &self.desk.node;
        let free = vote_log::Column::Holder.eq(id).or(vote_log::Column::LeasedUntil.lt(now));
        let taken = vote_log::Entity::update_many()
            .col_expr(vote_log::Column::Holder, Expr::value(id))
            .col_expr(vote_log::Column::HolderUrl, Expr::value(url))
            .col_expr(vote_log::Column::LeasedUntil, Expr::value(now.plus_seconds(LEASE)))
            .filter(vote_log::Column::ContestId.eq(self.contest))
            .filter(free)
            .exec(&self.db)
            .await?;
        if taken.rows_affected == 1 {
            self.leased_at = now;
            return Ok(());
        }
        self.loaded = None;
        let row = vote_log::Entity::find_by_id(self.contest).one(&self.db).await?;
        Err(Error::Elsewhere(row.map(|row| row.holder_url).unwrap_or_default()))
    }

    /// Gives the lead back, so that another node need not wait.
    async fn release(&mut self) {
        let none = Instant::from_micros(0).unwrap_or(self.desk.clock.now());
        let freed = vote_log::Entity::update_many()
            .col_expr(vote_log::Column::LeasedUntil, Expr::value(none))
            .filter(vote_log::Column::ContestId.eq(self.contest))
            .filter(vote_log::Column::Holder.eq(&self.desk.node.0))
            .exec(&self.db)
            .await;
        if let Err(error) = freed {
            tracing::debug!("the lead was not given back: {error}");
        }
    }

    /// Between votes: says that it still leads, closes the log when its time is over, and brings
    /// the projections on. Says whether to go on with that at once: not after a failure.
    async fn keep(&mut self, idle: bool) -> bool {
        let now = self.desk.clock.now();
        let over = self.loaded.as_ref().is_some_and(|loaded| loaded.is_due(now));
        if over && let Err(error) = self.perform(Deed::Settle(now)).await {
            tracing::warn!("the log of votes is not closed yet: {error}");
        }
        let due = now.micros() - self.leased_at.micros() >= 1_000_000;
        if self.loaded.is_some()
            && due
            && let Err(error) = self.lease().await
        {
            tracing::info!("this node leads no more: {error}");
        }
        if !idle || !self.lag {
            return false;
        }
        match project::step(&self.db, self.contest).await {
            Ok(more) => {
                self.lag = more;
                more && self.is_calm()
            }
            Err(error) => {
                tracing::warn!("projections of votes lag: {error}");
                false
            }
        }
    }

    /// Lets new keys sign from here on. The log says so first; then they take the old ones' place.
    async fn rotate(&mut self) -> Result<(), Error> {
        let fresh = self.desk.fresh;
        let loaded = self.load().await?;
        if loaded.memory.tree.size() == 0 {
            return Err(Error::Unknown);
        }
        let mut first = bind(loaded)?;
        let (rules, text) = match first.pop() {
            Some((_, text)) => (loaded.policy.rules_hash(), text),
            None => (loaded.memory.rules, loaded.memory.text.clone()),
        };
        let renewed = loaded.keys.renewed(fresh).map_err(Error::Keys)?;
        let leaf = amend(loaded, rules, &renewed);
        loaded.renewed = Some(renewed);
        loaded.memory.rules = rules;
        let mut batch = Batch::default();
        batch.add(&leaf, Details::Text(text.clone()));
        let written = self.commit(&mut batch).await;
        let Some(loaded) = self.loaded.as_mut() else { return Err(Error::Busy) };
        let renewed = loaded.renewed.take();
        if let Err(error) = written {
            self.loaded = None;
            return Err(error);
        }
        loaded.memory.heed(&leaf, &text);
        if let Some(renewed) = renewed {
            renewed.settle().map_err(Error::Keys)?;
            loaded.keys = renewed;
        }
        Ok(())
    }

    async fn perform(&mut self, deed: Deed) -> Result<Standing, Error> {
        for attempt in 0..TRIES {
            match self.attempt_deed(&deed).await {
                Err(Error::Database(error)) => {
                    tracing::warn!("the log is not written yet: {error}");
                    self.loaded = None;
                    tokio::time::sleep(Duration::from_millis(20 << attempt)).await;
                }
                Err(Error::Changed) => {}
                done => return done,
            }
        }
        Err(Error::Busy)
    }

    async fn attempt_deed(&mut self, deed: &Deed) -> Result<Standing, Error> {
        let late = if self.desk.node.1.is_empty() { 0 } else { HANDED_ON };
        let doors = self.desk.doors.clone();
        let loaded = self.load().await?;
        let ends = loaded.policy.ends();
        let from = if doors.any_before(ends) { None } else { Some(ends.plus_seconds(late)) };
        let mut batch = Batch::default();
        if matches!(deed, Deed::Rotate) {
            self.rotate().await?;
        } else if let Some((leaf, text)) = leaf_of(loaded, deed, from)? {
            batch.add(&leaf, Details::Text(text.clone()));
            self.commit(&mut batch).await?;
            self.load().await?.memory.heed(&leaf, &text);
        } else if matches!(deed, Deed::Destroy) {
            loaded.keys.destroy_nullifier().map_err(Error::Keys)?;
            self.loaded = None;
        }
        self.lag = project::step(&self.db, self.contest).await?;
        while self.lag && !matches!(deed, Deed::Glance) {
            self.lag = project::step(&self.db, self.contest).await?;
        }
        let loaded = self.load().await?;
        let waits = matches!(deed, Deed::Settle(now) if loaded.is_due(*now));
        let memory = &loaded.memory;
        let (leaves, votes, closed) = (memory.tree.size(), memory.votes, memory.closed);
        Ok(Standing { leaves, votes, closed, waits })
    }
}

/// The leaf that a deed adds, if it adds one, and the text whose hash stands in it.
/// From `closes_from` on the log may be closed; not at all where that is none.
fn leaf_of(
    loaded: &Loaded,
    deed: &Deed,
    closes_from: Option<Instant>,
) -> Result<Option<(Leaf, String)>, Error> {
    let memory = &loaded.memory;
    let log = memory.log;
    Ok(match deed {
        Deed::Settle(now) => {
            let closes = loaded.is_due(*now) && closes_from.is_some_and(|from| *now >= from);
            closes.then(|| (Leaf::Close { log, votes: memory.votes }, String::new()))
        }
        Deed::Note { verdict, from, reason, leaves, report, by } => {
            let fits = |leaf: &u64| match (verdict, memory.verdicts.get(leaf)) {
                (_, now) if from.is_some() && now != from.as_ref() => false,
                (Verdict::Restore, now) => now.is_some(),
                (Verdict::Quarantine, now) => now.is_none(),
                (Verdict::Disqualify, now) => now != Some(&Verdict::Disqualify),
            };
            let leaves: Vec<u64> = leaves.iter().copied().filter(fits).collect();
            if leaves.is_empty() {
                return Err(Error::Decided);
            }
            let mut note = Note {
                log,
                verdict: *verdict,
                reason: *reason,
                leaves,
                evidence: Sha256::digest(report).into(),
                signatures: Vec::new(),
            };
            note.signatures = loaded.keys.sign(&Leaf::Note(note.clone()), by);
            Some((Leaf::Note(note), report.clone()))
        }
        Deed::Result(json) => {
            let result = Sha256::digest(json).into();
            (memory.result != Some(result)).then(|| (Leaf::Result { log, result }, json.clone()))
        }
        Deed::Glance | Deed::Rotate | Deed::Destroy => None,
    })
}

/// What the log has to be bound to before the next leaf: itself, or changed rules.
fn bind(loaded: &Loaded) -> Result<Vec<(Leaf, String)>, Error> {
    let (memory, rules) = (&loaded.memory, loaded.policy.rules_hash());
    if memory.tree.size() > 0 && (memory.closed || memory.rules == rules) {
        return Ok(Vec::new());
    }
    let leaf = match memory.tree.size() {
        0 => loaded.keys.open_leaf(memory.log, rules)?,
        _ => amend(loaded, rules, &loaded.keys),
    };
    Ok(vec![(leaf, loaded.policy.rules().json())])
}

/// The leaf from which on these rules hold and these keys sign.
fn amend(loaded: &Loaded, rules: Hash, keys: &Keys) -> Leaf {
    let signer = loaded.keys.signer(&loaded.origin);
    let mut leaf = Leaf::Amend {
        log: loaded.memory.log,
        rules,
        key: keys.signer(&loaded.origin).public(),
        staff: keys.staff(),
        signature: [0; 64],
    };
    let by = signer.sign(&leaf.signed_part());
    if let Leaf::Amend { signature, .. } = &mut leaf {
        *signature = by;
    }
    leaf
}

async fn replay(db: &DatabaseConnection, row: &vote_log::Model) -> Result<Memory, Error> {
    let mut memory = Memory::new(log_number(&row.origin));
    loop {
        let from = i64::try_from(memory.tree.size()).unwrap_or(i64::MAX);
        let page = segment::page(db, row.contest_id, from..i64::MAX).await?;
        if page.is_empty() {
            return Ok(memory);
        }
        for segment in &page {
            if u64::try_from(segment.first).ok() != Some(memory.tree.size()) {
                return Err(Error::BrokenLog);
            }
            for (leaf, details) in segment::parts(segment)? {
                memory.replay(leaf, details)?;
            }
        }
    }
}

/// Whether the tree that was read is the one that was signed last.
fn check(loaded: &Loaded, last: Option<&str>) -> Result<(), Error> {
    let Some(last) = last else { return Ok(()) };
    let by: Verifier = loaded.keys.signer(&loaded.origin).verifier();
    let head = crate::ledger::opened(last, &by).and_then(Checkpoint::read);
    let same = head.is_some_and(|head| {
        head.size == loaded.memory.tree.size() && head.root == loaded.memory.tree.root()
    });
    if same { Ok(()) } else { Err(Error::BrokenLog) }
}

/// Sends the answers, once to each thread that waits.
fn send(casts: Vec<(Box<Ask>, Address)>, answers: Vec<Answer>) {
    let mut boxes: Vec<(Arc<Mailbox>, Answers)> = Vec::new();
    for ((_, to), answer) in casts.into_iter().zip(answers) {
        let found = boxes.iter_mut().find(|(mailbox, _)| Arc::ptr_eq(mailbox, &to.mailbox));
        match found {
            Some((_, answers)) => answers.push((to.ticket, answer)),
            None => boxes.push((to.mailbox, vec![(to.ticket, answer)])),
        }
    }
    for (mailbox, answers) in boxes {
        mailbox.put(answers);
    }
}
