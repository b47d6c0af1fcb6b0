//! Casting a vote, and taking it back: the way to the writers.

use std::collections::HashMap;
use std::fs::File;
use std::io::{Read, Seek, Write};
use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use entity::id::{ContestId, UserId};
use entity::instant::Instant;
use entity::vote;
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseConnection, DbErr, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use tokio::sync::{mpsc, oneshot};

use super::coming::{Coming, Doors};
use super::keys::{APPROVER, DESK};
use super::memory::{Ask, Counted};
use super::policy::Policy;
use super::proofs::Trees;
use super::traces::Trace;
use super::writer::{self, Deed, Desk, Shown, Standing, Wish};
use super::{Error, Seen, bundle, project, reply, sever};
use crate::clock::Clock;
use crate::contest::Contest;
use crate::contest::definition::Level;
use crate::ledger::{Bundle, Hash, Receipt, Verdict, Verifier};

/// Votes that may wait in a queue; beyond it voters are told to come again.
const QUEUE: usize = 8192;

/// What a voter has proved.
#[derive(Clone, Debug)]
pub struct Proof {
    /// Keyed hash of it, for this contest alone.
    pub key: [u8; 32],
    /// How well they are known.
    pub level: Level,
    /// Their account, where signed in.
    pub user: Option<UserId>,
    /// The group link that brought them: its number and quota.
    pub link: Option<(u32, u32)>,
    /// What is kept for a while of where they came from.
    pub trace: Trace,
}

/// A touch: which entry, and the phone's own number of it.
#[derive(Clone, Copy, Debug)]
pub struct Touch {
    /// The entry's number in the contest.
    pub entry: u32,
    /// The phone's own number of this touch, so that the same touch sent twice is one; 0 where it
    /// sent none.
    pub nonce: u64,
    /// When the request was read.
    pub at: Instant,
}

/// What is done with a vote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// It is given.
    Give,
    /// It is taken back.
    TakeBack,
    /// Its entry goes up by one place on the ballot.
    Raise,
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

impl From<Counted> for Cast {
    fn from(counted: Counted) -> Self {
        let receipt = project::receipt_code(counted.receipt);
        Self { receipt, at: counted.at, again: counted.again }
    }
}

/// Where votes are handed in: the queues of all writers of this process. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Votes(Arc<Inside>);

#[derive(Debug)]
struct Inside {
    desk: Desk,
    lanes: RwLock<HashMap<ContestId, Lane>>,
    codes: RwLock<HashMap<String, (ContestId, u32)>>,
    trees: Trees,
    /// Held for as long as the process lives, where its name is that of its data folder.
    _seat: Option<File>,
}

#[derive(Clone, Debug)]
struct Lane {
    asks: mpsc::Sender<Wish>,
    shown: Shown,
    /// The second in which somebody last looked at a ballot.
    glanced: Arc<AtomicI64>,
}

impl Votes {
    /// Where votes are handed in for the database at this address. Keys are in `votes` of the data
    /// folder, `base` is the site's address, `url` the one by which other nodes reach this process
    /// (empty: there are none), `fresh` makes random bytes.
    #[must_use]
    pub fn open(
        database: &str,
        folder: &Path,
        (base, url): (&str, &str),
        clock: Clock,
        fresh: fn() -> [u8; 32],
    ) -> Self {
        let (name, seat) = name(folder, fresh);
        let host = base.split_once("://").map_or(base, |(_, host)| host).trim_end_matches('/');
        let desk = Desk {
            database: database.to_owned(),
            keys: folder.join("votes"),
            host: host.to_owned(),
            clock,
            node: (name, url.to_owned()),
            fresh,
            doors: Doors::default(),
        };
        let (lanes, codes, trees) = Default::default();
        Self(Arc::new(Inside { desk, lanes, codes, trees, _seat: seat }))
    }

    /// The folder of keys, the site's host, and what makes random bytes.
    pub(super) fn place(&self) -> super::witness::Place<'_> {
        let desk = &self.0.desk;
        (&desk.keys, &desk.host, desk.fresh)
    }

    fn lane(&self, contest: ContestId) -> Lane {
        let open = |lane: &&Lane| !lane.asks.is_closed();
        let lanes = self.0.lanes.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(lane) = lanes.get(&contest).filter(open) {
            return lane.clone();
        }
        drop(lanes);
        let mut lanes = self.0.lanes.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(lane) = lanes.get(&contest).filter(open) {
            return lane.clone();
        }
        let (asks, queue) = mpsc::channel(QUEUE);
        let lane = Lane { asks, shown: Shown::default(), glanced: Arc::default() };
        writer::start(contest, self.0.desk.clone(), Arc::clone(&lane.shown), queue);
        lanes.insert(contest, lane.clone());
        lane
    }

    /// The policy of a contest, when a writer has read it.
    #[must_use]
    pub fn policy(&self, contest: ContestId) -> Option<Arc<Policy>> {
        let lanes = self.0.lanes.read().unwrap_or_else(PoisonError::into_inner);
        let shown = lanes.get(&contest)?.shown.read().unwrap_or_else(PoisonError::into_inner);
        shown.clone()
    }

    /// Contest and number of the entry with this code, when a vote for it came before.
    #[must_use]
    pub fn known(&self, code: &str) -> Option<(ContestId, u32)> {
        let codes = self.0.codes.read().unwrap_or_else(PoisonError::into_inner);
        codes.get(code).copied()
    }

    /// Remembers contest and number of an entry; neither ever changes.
    pub fn remember(&self, code: &str, contest: ContestId, number: u32) {
        let mut codes = self.0.codes.write().unwrap_or_else(PoisonError::into_inner);
        codes.insert(code.to_owned(), (contest, number));
    }

    /// Says that a vote comes, whose request was read at `at`. No log is closed before what becomes
    /// of it is known, if it was read before the end.
    #[must_use]
    pub fn enter(&self, at: Instant) -> Coming {
        self.0.desk.doors.enter(at)
    }

    /// Casts a vote. The same voter's vote for the same entry again changes nothing and gives the
    /// same receipt.
    ///
    /// # Errors
    /// [`Error::Closed`] outside the voting window; [`Error::NoVotesLeft`] when the voter has given
    /// as many other votes as the contest allows; [`Error::Busy`] when too many wait.
    pub async fn cast(
        &self,
        contest: ContestId,
        touch: Touch,
        proof: &Proof,
    ) -> Result<Cast, Error> {
        Ok(self.ask(contest, touch, proof, Act::Give).await?.into())
    }

    /// Takes the voter's vote for the entry back.
    ///
    /// # Errors
    /// [`Error::Stays`] where the rules do not allow it; [`Error::Unknown`] where there is no vote.
    pub async fn withdraw(
        &self,
        contest: ContestId,
        touch: Touch,
        proof: &Proof,
    ) -> Result<(), Error> {
        self.ask(contest, touch, proof, Act::TakeBack).await.map(|_| ())
    }

    /// Puts the entry one place up on the voter's ballot.
    ///
    /// # Errors
    /// As [`Votes::withdraw`].
    pub async fn raise(
        &self,
        contest: ContestId,
        touch: Touch,
        proof: &Proof,
    ) -> Result<(), Error> {
        self.ask(contest, touch, proof, Act::Raise).await.map(|_| ())
    }

    async fn ask(
        &self,
        contest: ContestId,
        touch: Touch,
        proof: &Proof,
        act: Act,
    ) -> Result<Counted, Error> {
        let ask = Ask {
            entry: touch.entry,
            act,
            at: touch.at,
            voter: proof.key,
            level: proof.level,
            user: proof.user,
            nonce: touch.nonce,
            link: proof.link.unwrap_or_default(),
            trace: proof.trace,
        };
        let (to, answer) = reply::wait();
        let sent = self.lane(contest).asks.try_send(Wish::Cast(Box::new(ask), to));
        sent.map_err(|_| Error::Busy)?;
        answer.await
    }

    async fn deed(&self, contest: ContestId, deed: Deed) -> Result<Standing, Error> {
        let (to, answer) = oneshot::channel();
        let sent = self.lane(contest).asks.send(Wish::Deed(deed, to)).await;
        sent.map_err(|_| Error::Busy)?;
        answer.await.map_err(|_| Error::Busy)?
    }

    /// Closes the log when the vote is over at `now` and no vote that was read before the end is
    /// still on its way, and brings votes, tallies and all that is projected up to it. Waits a
    /// second for such votes and then answers that the log is open.
    ///
    /// # Errors
    /// [`Error::Closed`] where the contest has no public vote.
    pub async fn settle(&self, contest: ContestId, now: Instant) -> Result<Standing, Error> {
        for _ in 0..20 {
            let standing = self.deed(contest, Deed::Settle(now)).await?;
            if !standing.waits {
                return Ok(standing);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        self.deed(contest, Deed::Settle(now)).await
    }

    /// Brings the projections a bounded step on, where the public sees counts at all.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn glance(&self, contest: &Contest, seen: Seen) -> Result<(), Error> {
        let has_lane = {
            let lanes = self.0.lanes.read().unwrap_or_else(PoisonError::into_inner);
            lanes.contains_key(&contest.id())
        };
        if seen == Seen::Hidden || !has_lane {
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
        let lane = {
            let lanes = self.0.lanes.read().unwrap_or_else(PoisonError::into_inner);
            lanes.get(&contest.id()).cloned()
        };
        let Some(lane) = lane else { return Ok(()) };
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

    /// Sets votes aside, silently: one signature. As with every note, votes that it does not fit
    /// are left out.
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

    /// Disqualifies votes: the signatures of the desk and of the approver.
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

    /// Counts votes again that were set aside or disqualified.
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

    /// Binds the log to the published result, canonical JSON.
    ///
    /// # Errors
    /// When the database fails.
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

    /// Destroys the nullifier key of a contest when its appeals are over at `now`, and takes out of
    /// the rows what tied votes to voters: nobody can be tied to a vote any more, and nobody can
    /// vote.
    ///
    /// # Errors
    /// [`Error::AppealsOpen`] before that; [`Error::Keys`] when the key's file cannot be destroyed.
    pub async fn destroy_key(
        &self,
        db: &DatabaseConnection,
        contest: ContestId,
        now: Instant,
    ) -> Result<Standing, Error> {
        sever::may(db, contest, now).await?;
        self.settle(contest, now).await?;
        sever::sever(db, contest, (self.0.desk.fresh)()).await?;
        self.deed(contest, Deed::Destroy).await
    }

    /// The log with everything that a stranger needs to recount it, bound to the result that its
    /// votes give.
    ///
    /// # Errors
    /// [`Error::Unknown`] where there is no log; [`Error::BrokenLog`] where its rows are not what
    /// was written.
    pub async fn bundle(
        &self,
        db: &impl ConnectionTrait,
        contest: ContestId,
    ) -> Result<Bundle, Error> {
        let bundle = bundle::read(db, &self.0.desk.keys, contest).await?;
        let result = bundle::counts(&bundle)?.json();
        if bundle.result == result {
            return Ok(bundle);
        }
        self.bind(contest, result).await?;
        bundle::read(db, &self.0.desk.keys, contest).await
    }

    /// The log's public key at its beginning, as it has to be made known before the vote; none where
    /// there is no log yet.
    ///
    /// # Errors
    /// As [`Votes::keys`].
    pub async fn key(
        &self,
        db: &impl ConnectionTrait,
        contest: ContestId,
    ) -> Result<Option<Verifier>, Error> {
        Ok(self.keys(db, contest).await?.map(|(first, _)| first))
    }

    /// The log's public keys, at its beginning and now.
    ///
    /// # Errors
    /// [`Error::Keys`] when the keys cannot be read; [`Error::BrokenLog`] where they did not sign
    /// the newest checkpoint.
    pub async fn keys(
        &self,
        db: &impl ConnectionTrait,
        contest: ContestId,
    ) -> Result<Option<(Verifier, Verifier)>, Error> {
        bundle::keys(db, &self.0.desk.keys, contest).await
    }

    /// A receipt with its proof: the leaf at this place, under the newest checkpoint.
    ///
    /// # Errors
    /// [`Error::Unknown`] where there is no such leaf.
    pub async fn receipt(
        &self,
        db: &impl ConnectionTrait,
        contest: ContestId,
        leaf: i64,
    ) -> Result<Receipt, Error> {
        self.0.trees.receipt(db, contest, leaf).await
    }

    /// The proof that the log of `old` leaves is the beginning of the one under the newest
    /// checkpoint, which comes with it.
    ///
    /// # Errors
    /// [`Error::Unknown`] where there never was a log of so many leaves.
    pub async fn growth(
        &self,
        db: &impl ConnectionTrait,
        contest: ContestId,
        old: u64,
    ) -> Result<(Vec<Hash>, String), Error> {
        self.0.trees.growth(db, contest, old).await
    }
}

/// What this process is called where it leads. The first that opens a data folder is called as the
/// folder's last one was: that one is dead, for the system takes its lock from nobody else, and so
/// nobody has to wait until its lease is over. Others on the same folder get a name of their own.
fn name(folder: &Path, fresh: fn() -> [u8; 32]) -> (String, Option<File>) {
    let new = data_encoding::HEXLOWER.encode(&fresh()[..16]);
    match seat(folder, &new) {
        Ok((name, file)) => (name, Some(file)),
        Err(error) => {
            tracing::debug!("this process leads under a name of its own: {error}");
            (new, None)
        }
    }
}

fn seat(folder: &Path, new: &str) -> std::io::Result<(String, File)> {
    let mut file = File::options()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(folder.join("node"))?;
    file.try_lock()?;
    let mut name = String::new();
    file.read_to_string(&mut name)?;
    if name.len() != new.len() {
        file.rewind()?;
        file.set_len(0)?;
        file.write_all(new.as_bytes())?;
        file.sync_all()?;
        new.clone_into(&mut name);
    }
    Ok((name, file))
}

fn lenient(done: Result<Standing, Error>) -> Result<(), Error> {
    match done {
        Ok(_) | Err(Error::Closed | Error::Elsewhere(_)) => Ok(()),
        Err(error) => Err(error),
    }
}

/// The vote with this receipt.
///
/// # Errors
/// When the database fails.
pub async fn own(db: &impl ConnectionTrait, receipt: &str) -> Result<Option<vote::Model>, DbErr> {
    vote::Entity::find().filter(vote::Column::Receipt.eq(receipt)).one(db).await
}
