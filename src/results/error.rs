//! Why something about a result was not done.

use entity::instant::Instant;
use sea_orm::DbErr;

use super::inputs::Problem;
use crate::refusal::{Arg, Kind, Refusal, Refused};
use crate::{contest, voting};

/// Why a result was not published, or something about it not done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such thing in this contest.
    #[error("no such thing")]
    Unknown,
    /// A second person is needed.
    #[error("the same person")]
    SamePerson,
    /// Something stands in the way.
    #[error("{} problems", .0.len())]
    Problems(Vec<Problem>),
    /// Something changed since the proposal.
    #[error("inputs changed")]
    Changed,
    /// A reason is needed.
    #[error("a reason is needed")]
    NoReason,
    /// There is a proposal already.
    #[error("proposed already")]
    Proposed,
    /// The result is the one that was published already.
    #[error("nothing is corrected")]
    Same,
    /// No result is proposed, or no longer.
    #[error("no result is proposed")]
    NotProposed,
    /// The contest is not at this step.
    #[error("not at this step")]
    NotNow,
    /// Several are next in line, and none was named.
    #[error("no heir named")]
    NoHeir,
    /// The rules do not let this prize stay empty.
    #[error("the prize has to be given")]
    StaysFull,
    /// The moment of a reading has not come.
    #[error("read later than now")]
    ReadLater,
    /// A reading outside the phase of the rules: from when and until when it is.
    #[error("read outside the phase")]
    ReadOutside(Instant, Instant),
    /// An entry that is not in the contest any more cannot be struck out.
    #[error("not to be struck out")]
    NoStrike,
    /// The contest is not known.
    #[error(transparent)]
    Contest(#[from] contest::Error),
    /// The log of votes cannot be read.
    #[error(transparent)]
    Votes(#[from] voting::Error),
    /// The database failed.
    #[error("database failure")]
    Database(#[from] DbErr),
}

impl Refusal for Error {
    fn refusal(&self) -> Refused {
        match self {
            Self::Unknown => Refused::new(Kind::NotFound, "nothing-here"),
            Self::SamePerson => Refused::new(Kind::Conflict, "second-person-needed"),
            Self::Problems(problems) => problems
                .first()
                .map_or_else(|| Refused::new(Kind::Conflict, "result-not-ready"), Problem::refused),
            Self::Changed => Refused::new(Kind::Conflict, "result-changed"),
            Self::NoReason => Refused::new(Kind::Invalid, "reason-needed").at("reason"),
            Self::Proposed => Refused::new(Kind::Conflict, "result-proposed-already"),
            Self::Same => Refused::new(Kind::Conflict, "result-same"),
            Self::NotProposed => Refused::new(Kind::Conflict, "result-not-proposed"),
            Self::NotNow => Refused::new(Kind::Conflict, "contest-over"),
            Self::NoHeir => Refused::new(Kind::Invalid, "no-heir").at("heir"),
            Self::StaysFull => Refused::new(Kind::Conflict, "prize-stays-full").at("prize"),
            Self::NoStrike => Refused::new(Kind::Conflict, "strike-not-now"),
            Self::ReadLater => Refused::new(Kind::Invalid, "count-read-later").at("read_at"),
            Self::ReadOutside(opens, closes) => Refused::new(Kind::Invalid, "count-read-outside")
                .with("opens", Arg::Moment(*opens))
                .with("closes", Arg::End(*closes))
                .at("read_at"),
            Self::Contest(error) => error.refusal(),
            Self::Votes(error) => error.refusal(),
            Self::Database(error) => error.refusal(),
        }
    }

    fn refusals(&self) -> Vec<Refused> {
        match self {
            Self::Problems(problems) => problems.iter().map(Problem::refused).collect(),
            _ => vec![self.refusal()],
        }
    }
}
