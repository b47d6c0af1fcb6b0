//! Why an upload cannot go on.

use crate::media::flaw::Flaw;
use crate::media::format::Format;
use crate::refusal::{Arg, Kind, Refusal, Refused};

/// Most bytes that the open uploads of one entry may come to.
pub const MOST_BYTES: u64 = 2 << 30;
/// Most open uploads of one entry.
pub const MOST_UPLOADS: usize = 64;

/// Why an upload cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is none, or not for this entry.
    #[error("there is no such upload")]
    Unknown,
    /// The sender believes that another number of bytes has arrived.
    #[error("{at} bytes have arrived")]
    Offset {
        /// How many have.
        at: u64,
    },
    /// More bytes than were announced.
    #[error("more bytes than were announced")]
    TooLong,
    /// The bytes do not have the hash that was sent with them.
    #[error("the hash does not fit")]
    Sum,
    /// The first bytes are of a format that is not asked for here.
    #[error("the format is not asked for")]
    Unfit(Option<Format>),
    /// The open uploads of the entry come to more than [`MOST_BYTES`] or [`MOST_UPLOADS`].
    #[error("too many open uploads")]
    Crowded,
    /// The disk has no room for it beside what everything else needs.
    #[error("the disk is nearly full")]
    NoRoom,
    /// Another sender took over, or the line died.
    #[error("the line broke off")]
    Broken,
    /// The disk failed.
    #[error("the disk failed")]
    Disk(#[source] std::io::Error),
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        if error.kind() == std::io::ErrorKind::StorageFull {
            Self::NoRoom
        } else {
            Self::Disk(error)
        }
    }
}

impl Refusal for Error {
    fn refusal(&self) -> Refused {
        match self {
            Self::Unknown => Refused::new(Kind::NotFound, "upload-unknown"),
            Self::Offset { .. } => Refused::new(Kind::Conflict, "upload-offset"),
            Self::TooLong => Refused::new(Kind::TooLarge, "upload-too-long"),
            Self::Sum => Refused::new(Kind::Conflict, "upload-sum"),
            Self::Unfit(_) => Flaw::Unknown.refused(),
            Self::Crowded => {
                Refused::new(Kind::TooLarge, "upload-too-many").with("most", Arg::Bytes(MOST_BYTES))
            }
            Self::NoRoom => Refused::new(Kind::Unavailable, "upload-no-room"),
            Self::Broken => Refused::new(Kind::Conflict, "upload-broken"),
            Self::Disk(_) => Refused::new(Kind::Unavailable, "store-unavailable"),
        }
    }
}
