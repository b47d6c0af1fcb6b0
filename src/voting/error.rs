//! Why a vote was not counted, or a log not written.

use entity::instant::Instant;
use sea_orm::DbErr;

use crate::contest;
use crate::contest::definition::Level;
use crate::refusal::{Arg, Kind, Refusal, Refused};

/// Why a vote was not counted.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The contest takes no votes now.
    #[error("voting is closed")]
    Closed,
    /// There is no such entry, or no vote for it.
    #[error("no such entry")]
    Unknown,
    /// The entry is not among those that may be voted for.
    #[error("not to be voted for")]
    NotVotedOn,
    /// Nobody votes for an entry of their own.
    #[error("own entry")]
    Own,
    /// The voter has to prove more: what the contest asks for.
    #[error("level too low")]
    TooLow(Level),
    /// The browser has to do some work first, because many come.
    #[error("work is needed first")]
    NeedsWork,
    /// As many came by the group link as it is for.
    #[error("the group link is used up")]
    LinkUsedUp,
    /// The voter has given all their votes.
    #[error("no votes left")]
    NoVotesLeft(u32),
    /// The voter has given all their votes, and none comes back.
    #[error("votes are spent")]
    Spent(u32),
    /// Votes cannot be taken back here.
    #[error("votes stay")]
    Stays,
    /// What is decided about a vote does not fit what was decided before.
    #[error("decided already")]
    Decided,
    /// The contest has no such case.
    #[error("no such case")]
    NoCase,
    /// A case is not at this step.
    #[error("ruled already")]
    RuledAlready,
    /// A reason is needed.
    #[error("a reason is needed")]
    NoWords,
    /// An appeal came after its day.
    #[error("the appeal is late")]
    TooLate,
    /// An appeal is said to have come when it has not yet.
    #[error("the appeal is early")]
    TooEarly,
    /// The contest has no link of this number that is open.
    #[error("no such link")]
    NoLink,
    /// The roll has no slip of this number.
    #[error("no such slip")]
    NoSlip,
    /// The slip was used: when first.
    #[error("the slip was used")]
    SlipUsed(Instant),
    /// A second person is needed.
    #[error("the same person")]
    SamePerson,
    /// Voters stay tied to votes while somebody may appeal: until when, as far as that is known.
    #[error("{}", open_until(*.0))]
    AppealsOpen(Option<Instant>),
    /// Too many votes wait, or none can be written now.
    #[error("too many votes wait")]
    Busy,
    /// The database did not answer in time: nobody may be at the other end of a connection.
    #[error("the database does not answer")]
    Stuck,
    /// Another node writes this log: its address.
    #[error("another node leads")]
    Elsewhere(String),
    /// The contest changed while a vote was written; it is judged anew.
    #[error("the contest changed")]
    Changed,
    /// The log is not what was written.
    #[error("the log of votes is broken")]
    BrokenLog,
    /// The keys cannot be used.
    #[error("the keys of the log cannot be used: {0}")]
    Keys(std::io::Error),
    /// What is handed out of the log cannot be written.
    #[error("the bundle of the log cannot be written: {0}")]
    Unwritten(std::io::Error),
    /// The contest is not known.
    #[error(transparent)]
    Contest(#[from] contest::Error),
    /// The database failed.
    #[error("database failure")]
    Database(#[from] DbErr),
}

/// What a voter has to prove, as a refusal says it.
fn needs(level: Level) -> &'static str {
    match level {
        Level::Device | Level::GroupLink => "vote-needs-link",
        Level::Code => "vote-needs-code",
        Level::Account => "vote-needs-account",
        Level::Member => "vote-needs-member",
    }
}

fn open_until(until: Option<Instant>) -> String {
    match until {
        Some(until) => format!("appeals are taken until {}", until.timestamp()),
        None => "appeals are not over: a result or a case of votes is not decided".to_owned(),
    }
}

impl Error {
    /// The same for somebody else who waited beside; a fault of ours is told as "come again".
    pub(super) fn again(&self) -> Self {
        match self {
            Self::Closed => Self::Closed,
            Self::Elsewhere(url) => Self::Elsewhere(url.clone()),
            Self::BrokenLog => Self::BrokenLog,
            _ => Self::Busy,
        }
    }
}

impl Refusal for Error {
    fn refusal(&self) -> Refused {
        match self {
            Self::Closed => Refused::new(Kind::Conflict, "voting-closed"),
            Self::Unknown => Refused::new(Kind::NotFound, "entry-unknown"),
            Self::NotVotedOn => Refused::new(Kind::Conflict, "entry-not-voted-on"),
            Self::Own => Refused::new(Kind::Forbidden, "own-entry"),
            Self::TooLow(level) => Refused::new(Kind::Unauthenticated, needs(*level)),
            Self::NeedsWork => Refused::new(Kind::Unauthenticated, "vote-needs-work"),
            Self::LinkUsedUp => Refused::new(Kind::Conflict, "vote-link-used-up"),
            Self::NoVotesLeft(most) => {
                Refused::new(Kind::Conflict, "no-votes-left").with("most", *most)
            }
            Self::Spent(most) => Refused::new(Kind::Conflict, "votes-spent").with("most", *most),
            Self::Stays => Refused::new(Kind::Conflict, "vote-stays"),
            Self::Decided => Refused::new(Kind::Conflict, "vote-decided"),
            Self::NoCase => Refused::new(Kind::NotFound, "vote-case-unknown"),
            Self::RuledAlready => Refused::new(Kind::Conflict, "vote-case-ruled"),
            Self::NoWords => Refused::new(Kind::Invalid, "reason-needed").at("words"),
            Self::NoLink => Refused::new(Kind::NotFound, "group-link-unknown").at("link"),
            Self::NoSlip => Refused::new(Kind::NotFound, "slip-unknown").at("number"),
            Self::SlipUsed(at) => {
                Refused::new(Kind::Conflict, "slip-used").at("number").with("at", *at)
            }
            Self::TooLate => Refused::new(Kind::Conflict, "vote-appeal-late").at("received"),
            Self::TooEarly => Refused::new(Kind::Invalid, "vote-appeal-early").at("received"),
            Self::SamePerson => Refused::new(Kind::Conflict, "second-person-needed"),
            Self::AppealsOpen(None) => Refused::new(Kind::Conflict, "vote-key-needed"),
            Self::AppealsOpen(Some(until)) => Refused::new(Kind::Conflict, "vote-key-needed-until")
                .with("until", Arg::End(*until)),
            Self::Busy | Self::Stuck | Self::Elsewhere(_) | Self::Changed => {
                Refused::new(Kind::Unavailable, "votes-wait")
            }
            Self::Unwritten(_) => Refused::new(Kind::Broken, "broken"),
            Self::BrokenLog | Self::Keys(_) => Refused::new(Kind::Broken, "vote-log-broken"),
            Self::Contest(error) => error.refusal(),
            Self::Database(error) => error.refusal(),
        }
    }
}
