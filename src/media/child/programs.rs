//! Programs of the system, run inside a child, and the copies that come of it.

use std::ffi::OsString;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::order::{ANSWER, Order};
use crate::media::flaw::Flaw;
use crate::media::render::{self, Drawn};

/// Writes a copy into the folder.
pub(super) fn keep_copy(order: &Order, copy: &render::Copy) -> Result<Drawn, Flaw> {
    let drawn = copy.drawn();
    std::fs::write(order.folder.join(drawn.file()), &copy.bytes).map_err(|_| Flaw::Stopped)?;
    Ok(drawn)
}

/// Where a program of the system lies.
pub(super) fn program(order: &Order, name: &str) -> Option<PathBuf> {
    order.programs.split(':').map(|folder| Path::new(folder).join(name)).find(|path| path.is_file())
}

/// Runs a program under this child's own limits; one that fails found the file damaged.
pub(super) fn run(
    order: &Order,
    program: &Path,
    arguments: impl IntoIterator<Item = OsString>,
) -> Result<(), Flaw> {
    let ended = Command::new(program)
        .args(arguments)
        .current_dir(&order.folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    match ended {
        Ok(status) if status.success() => Ok(()),
        Ok(status) if status.code().is_none() => Err(Flaw::Stopped),
        _ => Err(Flaw::Corrupt),
    }
}

/// What a program says; one that fails found the file damaged.
pub(super) fn said(
    order: &Order,
    program: &Path,
    arguments: impl IntoIterator<Item = OsString>,
) -> Result<Vec<u8>, Flaw> {
    let mut child = Command::new(program)
        .args(arguments)
        .current_dir(&order.folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|_| Flaw::Stopped)?;
    let mut said = Vec::new();
    if let Some(stdout) = child.stdout.take() {
        stdout.take(ANSWER).read_to_end(&mut said).map_err(|_| Flaw::Stopped)?;
    }
    match child.wait() {
        Ok(status) if status.success() => Ok(said),
        _ => Err(Flaw::Corrupt),
    }
}
