//! Why an entry was not changed.

use entity::instant::Instant;
use sea_orm::DbErr;

use crate::contest;
use crate::refusal::{Arg, Kind, Refusal, Refused};

/// Why an entry was not changed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such entry, or not for this person.
    #[error("no such entry")]
    Unknown,
    /// The contest takes no entries now; the end of the last window, if there was one.
    #[error("entries are not taken now")]
    Closed(Option<Instant>),
    /// It was changed somewhere else meanwhile.
    #[error("changed meanwhile")]
    Stale,
    /// It cannot be changed any more.
    #[error("not to be changed in its state")]
    Settled,
    /// The slot holds no more.
    #[error("slot `{0}` is full")]
    Full(String, u32),
    /// There is no such slot or category.
    #[error("no part `{0}`")]
    NoPart(String),
    /// What was filled in does not satisfy the rules.
    #[error("{} faults", .0.len())]
    Faults(Vec<Refused>),
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
            Self::Closed(Some(end)) => {
                Refused::new(Kind::Conflict, "entry-closed").with("end", Arg::End(*end))
            }
            Self::Closed(None) => Refused::new(Kind::Conflict, "entry-not-open"),
            Self::Stale => Refused::new(Kind::Conflict, "entry-stale"),
            Self::Settled => Refused::new(Kind::Conflict, "entry-settled"),
            Self::Full(slot, most) => Refused::new(Kind::Invalid, "slot-full")
                .with("most", *most)
                .at(format!("slot.{slot}")),
            Self::NoPart(key) => {
                Refused::new(Kind::Invalid, "part-unknown").with("key", key.as_str())
            }
            Self::Faults(faults) => faults
                .first()
                .cloned()
                .unwrap_or_else(|| Refused::new(Kind::Invalid, "entry-faulty")),
            Self::Contest(error) => error.refusal(),
            Self::Database(error) => error.refusal(),
        }
    }

    fn refusals(&self) -> Vec<Refused> {
        match self {
            Self::Faults(faults) if !faults.is_empty() => faults.clone(),
            _ => vec![self.refusal()],
        }
    }
}

/// Something that the rules miss in a field of the form.
pub(super) fn fault(code: &'static str, field: &str) -> Refused {
    Refused::new(Kind::Invalid, code).at(field)
}
