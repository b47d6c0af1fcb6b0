//! What there is to be done later.

use entity::id::{ContestId, EntryId, FileId, LetterId, PublicationId, VoteCaseId};
use serde::{Deserialize, Serialize};

/// The kind of jobs that take so long that others must not wait behind them.
pub(super) const FILM: &str = "film";

/// Every kind of later work.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Job {
    /// Send a letter that is written.
    Send {
        /// Which.
        letter: LetterId,
    },
    /// Make the renditions of a file.
    Render {
        /// Which.
        file: FileId,
    },
    /// Draw a film, which takes long.
    Film {
        /// Which.
        file: FileId,
    },
    /// Hold the parts of an entry against all others.
    Compare {
        /// Which.
        entry: EntryId,
    },
    /// Write to the entrant about an entry.
    Tell {
        /// Which entry.
        entry: EntryId,
        /// What about: a code of the letters' words.
        about: String,
    },
    /// Write to everybody whom a publication concerns.
    Announce {
        /// Which.
        publication: PublicationId,
    },
    /// Bring the log of votes to what was ruled about a case.
    Settle {
        /// Which.
        case: VoteCaseId,
    },
    /// Bind the log of votes to the result that is published.
    BindVotes {
        /// The publication.
        publication: PublicationId,
        /// What the votes gave, canonical JSON.
        result: String,
    },
    /// Do something about the keys of a contest's log of votes, where its writer is.
    VoteKeys {
        /// Which contest.
        contest: ContestId,
        /// What.
        act: KeyAct,
    },
    /// Send the entries up that a publication chose.
    Promote {
        /// Which.
        publication: PublicationId,
    },
}

/// What is done about the keys of a log of votes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyAct {
    /// New keys sign from here on.
    Rotate,
    /// The nullifier key is destroyed.
    Destroy,
}

impl Job {
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Send { .. } => "send",
            Self::Render { .. } => "render",
            Self::Film { .. } => FILM,
            Self::Compare { .. } => "compare",
            Self::Tell { .. } => "tell",
            Self::Announce { .. } => "announce",
            Self::Settle { .. } => "settle",
            Self::BindVotes { .. } => "bind_votes",
            Self::VoteKeys { .. } => "vote_keys",
            Self::Promote { .. } => "promote",
        }
    }
}
