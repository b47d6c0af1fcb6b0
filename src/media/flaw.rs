//! What can be wrong with a file, whatever it was sent for.

use serde::{Deserialize, Serialize};

use super::format::Format;
use crate::refusal::{Arg, Kind, Refusal, Refused};

/// Why a file was not taken.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, thiserror::Error)]
pub enum Flaw {
    /// It holds nothing.
    #[error("the file is empty")]
    Empty,
    /// Its first bytes are those of nothing that we read.
    #[error("the file is of no known format")]
    Unknown,
    /// It is something else than a picture.
    #[error("the file is no picture but {}", .0.name())]
    NotAPicture(Format),
    /// A picture format that is recognised and not read.
    #[error("{} is not read", .0.name())]
    NotRead(Format),
    /// It ends before its picture does.
    #[error("the file is cut off")]
    Truncated,
    /// It cannot be read.
    #[error("the file is damaged")]
    Corrupt,
    /// It claims more pixels than we open.
    #[error("{width} × {height} pixels are too many")]
    TooManyPixels {
        /// Claimed width.
        width: u32,
        /// Claimed height.
        height: u32,
    },
    /// It is larger than anything of its kind may be.
    #[error("{bytes} bytes are more than {most}")]
    TooLarge {
        /// Its size.
        bytes: u64,
        /// The most.
        most: u64,
    },
    /// A film that plays for longer than any is drawn.
    #[error("{seconds} seconds are more than {most}")]
    TooLong {
        /// Its length.
        seconds: i64,
        /// The most.
        most: i64,
    },
    /// A document that unpacks into too much, or holds what documents need not hold.
    #[error("the document is not safe to read")]
    Unsafe,
    /// It has more passes than any camera writes, each of which costs time.
    #[error("the picture has too many scans")]
    TooManyScans,
    /// The child that opened it crashed, hung or wanted too much.
    #[error("no reader comes to an end with the file")]
    Stopped,
    /// A document that is locked or of an old format.
    #[error("the document is encrypted or of an old format")]
    Locked,
}

impl Flaw {
    /// The code under which people read about it.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "file-empty",
            Self::Unknown => "file-unknown",
            Self::NotAPicture(_) => "file-not-a-picture",
            Self::NotRead(_) => "file-not-read",
            Self::Truncated => "file-truncated",
            Self::Corrupt => "file-corrupt",
            Self::TooManyPixels { .. } => "file-too-many-pixels",
            Self::TooLarge { .. } => "file-too-large",
            Self::TooLong { .. } => "file-too-long",
            Self::Unsafe => "file-unsafe",
            Self::TooManyScans => "file-too-many-scans",
            Self::Stopped => "file-stopped",
            Self::Locked => "file-locked",
        }
    }

    /// It as a refusal, with the figures that its sentence names.
    #[must_use]
    pub fn refused(&self) -> Refused {
        let kind = match self {
            Self::TooLarge { .. } => Kind::TooLarge,
            _ => Kind::Invalid,
        };
        let refused = Refused::new(kind, self.code());
        match self {
            Self::NotAPicture(format) | Self::NotRead(format) => {
                refused.with("found", format.name().to_uppercase())
            }
            Self::TooManyPixels { width, height } => {
                refused.with("width", *width).with("height", *height)
            }
            Self::TooLong { seconds, most } => refused.with("found", *seconds).with("most", *most),
            Self::TooLarge { bytes, most } => {
                refused.with("found", Arg::Bytes(*bytes)).with("most", Arg::Bytes(*most))
            }
            _ => refused,
        }
    }
}

impl Refusal for Flaw {
    fn refusal(&self) -> Refused {
        self.refused()
    }
}
