//! Why a finding was not taken.

use sea_orm::DbErr;

use crate::contest;
use crate::refusal::{Kind, Refusal, Refused};

/// Why a finding was not taken.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such entry in this contest.
    #[error("no such entry")]
    Unknown,
    /// It is not waiting for a finding.
    #[error("not waiting")]
    NotWaiting,
    /// It stands in a judging round.
    #[error("judged")]
    Judged,
    /// The guardian of its author has not agreed.
    #[error("the guardian has not agreed")]
    Guardian,
    /// A finding against an entry needs a reason.
    #[error("a reason is needed")]
    NoReason,
    /// The date for repair has passed.
    #[error("the date has passed")]
    Past,
    /// The entry does not fit into that category, or the jury does not fill it.
    #[error("no such place")]
    NoPlace,
    /// The contest is not known.
    #[error(transparent)]
    Contest(#[from] contest::Error),
    /// The database failed.
    #[error("database failure")]
    Database(#[from] DbErr),
}

impl Refusal for Error {
    fn refusal(&self) -> Refused {
        match self {
            Self::Unknown => Refused::new(Kind::NotFound, "entry-unknown"),
            Self::NotWaiting => Refused::new(Kind::Conflict, "screening-not-waiting"),
            Self::Judged => Refused::new(Kind::Conflict, "screening-judged"),
            Self::Guardian => Refused::new(Kind::Conflict, "screening-guardian-waits"),
            Self::NoReason => Refused::new(Kind::Invalid, "screening-no-reason").at("reason"),
            Self::Past => Refused::new(Kind::Invalid, "screening-past").at("until"),
            Self::NoPlace => Refused::new(Kind::Invalid, "screening-no-place").at("category"),
            Self::Contest(error) => error.refusal(),
            Self::Database(error) => error.refusal(),
        }
    }
}
