//! Casting a vote, and taking it back.

use entity::id::ContestId;
use entity::instant::Instant;

use super::ask::{Act, Ask, Counted};
use super::desk::Wish;
use super::person::Person;
use super::traces::Trace;
use super::votes::Votes;
use super::{Error, receipt, reply};
use crate::contest::definition::Level;

/// What a voter has proved.
#[derive(Clone, Debug)]
pub struct Proof {
    /// Keyed hash of it, for this contest alone.
    pub key: [u8; 32],
    /// How well they are known.
    pub level: Level,
    /// By what their own works are known.
    pub person: Person,
    /// The group link that brought them: its number and quota.
    pub link: Option<(u32, u32)>,
    /// Whether the work that browsers are asked for was done, or none was asked.
    pub worked: bool,
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

/// A vote that is in the log.
#[derive(Clone, Debug, PartialEq)]
pub struct Cast {
    /// By which the voter finds it.
    pub receipt: String,
    /// When it was read.
    pub at: Instant,
    /// Whether it had been there before.
    pub again: bool,
    /// How many more entries its ballot has to name before it counts.
    pub missing: u32,
}

impl From<Counted> for Cast {
    fn from(counted: Counted) -> Self {
        let receipt = receipt::code(counted.receipt);
        let Counted { at, again, missing, .. } = counted;
        Self { receipt, at, again, missing }
    }
}

impl Votes {
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
            person: proof.person.clone(),
            nonce: touch.nonce,
            link: proof.link.unwrap_or_default(),
            worked: proof.worked,
            trace: proof.trace,
        };
        let (to, answer) = reply::wait();
        self.hand_in(contest, Wish::Cast(ask, to))?;
        answer.await
    }
}
