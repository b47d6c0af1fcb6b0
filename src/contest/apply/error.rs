//! Why a definition, or a step of a contest, was not taken.

use sea_orm::DbErr;

use crate::contest;
use crate::contest::lint::Finding;
use crate::refusal::{Kind, Refusal, Refused};
use crate::unit;

/// Why a definition, or a step of a contest, was not taken.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It has errors.
    #[error("the definition has {} errors", .0.len())]
    Findings(Vec<Finding>),
    /// The contest was announced: a change needs a reason and a public notice.
    #[error("a change of an announced contest needs a reason and a notice")]
    NoReason,
    /// A category that holds entries cannot go.
    #[error("category `{0}` holds entries")]
    CategoryInUse(String),
    /// A round with judges cannot go.
    #[error("round `{0}` has judges")]
    RoundInUse(String),
    /// How ballots count stays once the vote has begun.
    #[error("the vote has begun")]
    BallotsInUse,
    /// It is over: published, closed or cancelled.
    #[error("the contest is over")]
    Over,
    /// The unit is not known.
    #[error(transparent)]
    Unit(#[from] unit::Error),
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
            Self::Findings(findings) => findings.first().map_or_else(
                || Refused::new(Kind::Invalid, "definition-faulty"),
                |finding| finding.refused(),
            ),
            Self::NoReason => Refused::new(Kind::Invalid, "change-needs-reason").at("reason"),
            Self::CategoryInUse(key) => {
                Refused::new(Kind::Conflict, "category-in-use").with("key", key.as_str())
            }
            Self::RoundInUse(key) => {
                Refused::new(Kind::Conflict, "round-in-use").with("key", key.as_str())
            }
            Self::BallotsInUse => Refused::new(Kind::Conflict, "ballots-in-use"),
            Self::Over => Refused::new(Kind::Conflict, "contest-over"),
            Self::Unit(error) => error.refusal().at("unit"),
            Self::Contest(error) => error.refusal(),
            Self::Database(error) => error.refusal(),
        }
    }

    fn refusals(&self) -> Vec<Refused> {
        match self {
            Self::Findings(findings) => findings.iter().map(Finding::refused).collect(),
            _ => vec![self.refusal()],
        }
    }
}
