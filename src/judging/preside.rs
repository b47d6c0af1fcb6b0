//! Who rules over a round: whoever organises the contest, and in a few things who chairs the panel.

use entity::id::{ContestId, RoundId, UserId};
use entity::round;

use super::Error;
use super::judge::Judge;
use crate::contest::Organiser;

/// The right to rule over rounds: over all of a contest, or as its chair over one.
#[derive(Clone, Copy, Debug)]
pub struct Presiding {
    contest: ContestId,
    user: UserId,
    chaired: Option<RoundId>,
}

impl From<&Organiser> for Presiding {
    fn from(by: &Organiser) -> Self {
        Self { contest: by.contest(), user: by.user(), chaired: None }
    }
}

impl From<&Self> for Presiding {
    fn from(by: &Self) -> Self {
        *by
    }
}

impl Presiding {
    /// Proves that a judge chairs the panel; to anybody else there is no such door.
    ///
    /// # Errors
    /// [`Error::Unknown`] to other judges.
    pub fn chair(judge: &Judge) -> Result<Self, Error> {
        if !judge.seat.chair {
            return Err(Error::Unknown);
        }
        let (contest, user) = (judge.round.contest_id, judge.seat.user_id);
        Ok(Self { contest, user, chaired: Some(judge.round.id) })
    }

    /// The contest.
    #[must_use]
    pub fn contest(&self) -> ContestId {
        self.contest
    }

    /// Who rules.
    #[must_use]
    pub fn user(&self) -> UserId {
        self.user
    }

    /// Whether it is the chair of a panel.
    #[must_use]
    pub fn is_chair(&self) -> bool {
        self.chaired.is_some()
    }

    /// What the log calls who rules.
    pub(super) fn role(&self) -> &'static str {
        if self.is_chair() { "chair" } else { "organiser" }
    }

    /// A chair rules over their own round alone.
    pub(super) fn over(&self, round: &round::Model) -> Result<(), Error> {
        let own = self.chaired.is_none_or(|chaired| chaired == round.id);
        if own { Ok(()) } else { Err(Error::Unknown) }
    }
}
