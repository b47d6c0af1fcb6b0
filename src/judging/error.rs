//! Why a round could not be opened, judged or closed.

use entity::instant::Instant;
use sea_orm::DbErr;

use super::method::scale::Unfit;
use crate::contest;
use crate::refusal::{Kind, Refusal, Refused};

/// Why a round could not be opened, judged or closed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such round, entry or seat for this person.
    #[error("no such round")]
    Unknown,
    /// It is not waiting to be opened.
    #[error("not waiting")]
    NotWaiting,
    /// Its time has not come: marks are taken from this moment on.
    #[error("it begins later")]
    NotYet(Instant),
    /// It is not open.
    #[error("not open")]
    NotOpen,
    /// The round before it is not closed.
    #[error("the round before is not closed")]
    TooEarly,
    /// Nobody sits on the panel, or there is nothing to judge.
    #[error("nothing to deal")]
    Nothing,
    /// A mark that the scale does not have.
    #[error("no mark of `{0}`")]
    Mark(String, u32),
    /// The sheet was saved elsewhere meanwhile; its version now.
    #[error("changed meanwhile")]
    Stale(i32),
    /// The judge declared the sheets final.
    #[error("final")]
    Final,
    /// Whoever keyed sheets in cannot check them.
    #[error("the same person")]
    SamePerson,
    /// The round is over for good: a later one has begun, or the result was published.
    #[error("the round stays closed")]
    StaysClosed,
    /// A veto without a reason.
    #[error("a veto without a reason")]
    NoReason,
    /// A decision without a reason for the record.
    #[error("decided without a reason")]
    DecidedWithoutReason,
    /// Numbers say who goes on: there is nothing for a chair to decide.
    #[error("nothing to decide")]
    NothingToDecide,
    /// A list that names an entry twice, or one that is not on the judge's desk.
    #[error("not a list of this desk")]
    List,
    /// Two entries that this judge is not to compare now.
    #[error("not a pair of this desk")]
    Pair,
    /// Some sheets are not complete.
    #[error("{0} sheets are not complete")]
    Incomplete(u32),
    /// Something stands in the way of closing.
    #[error("{} faults", .0.len())]
    Faults(Vec<Fault>),
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
            Self::Unknown => Refused::new(Kind::NotFound, "round-unknown"),
            Self::NotWaiting => Refused::new(Kind::Conflict, "round-not-waiting"),
            Self::NotYet(opens) => {
                Refused::new(Kind::Conflict, "round-not-yet").with("opens", *opens)
            }
            Self::NotOpen => Refused::new(Kind::Conflict, "round-not-open"),
            Self::StaysClosed => Refused::new(Kind::Conflict, "round-stays-closed"),
            Self::TooEarly => Refused::new(Kind::Conflict, "round-too-early"),
            Self::Nothing => Refused::new(Kind::Conflict, "round-nothing-to-deal"),
            Self::Mark(key, max) => Refused::new(Kind::Invalid, "mark-off-the-scale")
                .with("max", *max)
                .at(format!("mark.{key}")),
            Self::Stale(_) => Refused::new(Kind::Conflict, "sheet-stale"),
            Self::SamePerson => Refused::new(Kind::Conflict, "paper-same-person"),
            Self::NoReason => Refused::new(Kind::Invalid, "veto-without-reason").at("comment"),
            Self::DecidedWithoutReason => Refused::new(Kind::Invalid, "reason-needed").at("reason"),
            Self::NothingToDecide => Refused::new(Kind::Conflict, "round-nothing-to-decide"),
            Self::List => Refused::new(Kind::Invalid, "list-wrong"),
            Self::Pair => Refused::new(Kind::Conflict, "pair-wrong"),
            Self::Final => Refused::new(Kind::Conflict, "sheets-final"),
            Self::Incomplete(count) => {
                Refused::new(Kind::Conflict, "sheets-incomplete").with("count", *count)
            }
            Self::Faults(faults) => faults
                .first()
                .map_or_else(|| Refused::new(Kind::Conflict, "round-not-open"), Fault::refused),
            Self::Contest(error) => error.refusal(),
            Self::Database(error) => error.refusal(),
        }
    }

    fn refusals(&self) -> Vec<Refused> {
        match self {
            Self::Faults(faults) => faults.iter().map(Fault::refused).collect(),
            _ => vec![self.refusal()],
        }
    }
}

/// Something that stands in the way of closing a round.
#[derive(Clone, Debug, PartialEq)]
pub enum Fault {
    /// An entry with fewer finished sheets than the quorum.
    UnderQuorum(String, usize),
    /// Entries that are equal where the cut falls: who goes on has to be decided.
    TieAtTheCut(Vec<String>),
    /// More or fewer entries were named to go on than the round lets go on: named, and wanted.
    Named(usize, usize),
    /// The definition wants marks adjusted, and they cannot be.
    NotAdjusted(Unfit),
}

impl Fault {
    /// What is said of it.
    #[must_use]
    pub fn refused(&self) -> Refused {
        match self {
            Self::UnderQuorum(alias, sheets) => Refused::new(Kind::Conflict, "round-under-quorum")
                .with("alias", alias.as_str())
                .with("sheets", number(*sheets)),
            Self::TieAtTheCut(aliases) => Refused::new(Kind::Conflict, "round-tie-at-the-cut")
                .with("aliases", aliases.join(", ")),
            Self::Named(named, wanted) => Refused::new(Kind::Conflict, "round-named-wrong")
                .with("named", number(*named))
                .with("wanted", number(*wanted)),
            Self::NotAdjusted(Unfit::TooFew { judge, sheets, least }) => {
                Refused::new(Kind::Conflict, "adjust-too-few")
                    .with("judge", number(*judge + 1))
                    .with("sheets", number(*sheets))
                    .with("least", number(*least))
            }
            Self::NotAdjusted(Unfit::Apart { groups }) => {
                Refused::new(Kind::Conflict, "adjust-apart").with("groups", number(*groups))
            }
            Self::NotAdjusted(Unfit::Nothing) => Refused::new(Kind::Conflict, "adjust-nothing"),
        }
    }
}

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
