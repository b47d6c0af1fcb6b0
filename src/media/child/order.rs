//! What a child is told, and what it answers.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::media::facts::Facts;
use crate::media::flaw::Flaw;
use crate::media::render::Drawn;

/// The longest answer, in bytes.
pub(super) const ANSWER: u64 = 1 << 20;

/// The file with small grey frames of a film.
pub(super) const FRAMES: &str = "frames";

/// The file with ffmpeg's own report.
pub(super) const PROGRESS: &str = "progress";

/// The name of the copy that holds a work's fingerprint.
pub(super) const PRINT: &str = "print";

/// What a child is told; the only argument that it gets.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Order {
    /// The file that is opened; only read.
    pub(super) file: PathBuf,
    /// The folder in which it may write.
    pub(super) folder: PathBuf,
    /// What is to be done with the file.
    pub(super) ask: Ask,
    /// What the child may use up.
    pub(super) bounds: Bounds,
    /// Folders of programs, parted by colons.
    pub(super) programs: String,
}

/// What is done with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Ask {
    /// Say what it is.
    Read,
    /// Draw what the public sees of it.
    Draw,
    /// Try what a child must not be able to do.
    Try,
    /// Write a file that is larger than it may be.
    Swell,
    /// Reckon for ever.
    Spin,
}

/// What a child may use up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Bounds {
    /// Address space, in bytes.
    pub(super) memory: u64,
    /// Processor time of each of its processes, in seconds.
    pub(super) seconds: u64,
    /// The largest file that it writes, in bytes.
    pub(super) file: u64,
    /// From its start to its answer, in seconds.
    pub(super) deadline: u64,
}

impl Bounds {
    pub(super) const READ: Self =
        Self { memory: 1_200 << 20, seconds: 20, file: 64 << 20, deadline: 60 };
    pub(super) const DRAW: Self =
        Self { memory: 1_200 << 20, seconds: 60, file: 256 << 20, deadline: 180 };
    /// A film of ten minutes takes about seven minutes of a processor.
    pub(super) const FILM: Self =
        Self { memory: 2_000 << 20, seconds: 3600, file: 1 << 30, deadline: 3600 };
    /// For what must be stopped by its limits, and long before its deadline.
    pub(super) const TRIED: Self = Self { seconds: 1, file: 1 << 20, deadline: 30, ..Self::READ };
}

/// What a child answers.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) enum Answer {
    /// What the file is.
    Read(Facts),
    /// What was drawn into the folder.
    Drawn(Vec<Drawn>),
    /// What could be done that must not be.
    Tried(Leaks),
    /// Why the file cannot be used.
    Flaw(Flaw),
}

/// What a child could do that it must not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leaks {
    /// Speak to a server.
    pub network: bool,
    /// Write outside its folder.
    pub write: bool,
    /// Read what is none of its business.
    pub read: bool,
    /// Take more memory than it was given.
    pub memory: bool,
    /// Hold more descriptors than it was given.
    pub descriptors: bool,
    /// Write a larger file than it was given room for.
    pub file: bool,
    /// Reckon longer than it was given time for.
    pub processor: bool,
}
