//! What a process is called where it leads.

use std::fs::File;
use std::io::{Read, Seek, Write};
use std::path::Path;

/// What this process is called where it leads. The first that opens a data folder is called as the
/// folder's last one was: that one is dead, for the system takes its lock from nobody else, and so
/// nobody has to wait until its lease is over. Others on the same folder get a name of their own.
pub(super) fn take(folder: &Path, fresh: fn() -> [u8; 32]) -> (String, Option<File>) {
    let new = data_encoding::HEXLOWER.encode(&fresh()[..16]);
    match locked(folder, &new) {
        Ok((name, file)) => (name, Some(file)),
        Err(error) => {
            tracing::debug!("this process leads under a name of its own: {error}");
            (new, None)
        }
    }
}

/// What the process of this data folder is called; none where there never was one.
pub(super) fn name(folder: &Path) -> Option<String> {
    std::fs::read_to_string(folder.join("node")).ok()
}

fn locked(folder: &Path, new: &str) -> std::io::Result<(String, File)> {
    let mut file = File::options()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(folder.join("node"))?;
    file.try_lock()?;
    let mut name = String::new();
    file.read_to_string(&mut name)?;
    if name.len() != new.len() {
        file.rewind()?;
        file.set_len(0)?;
        file.write_all(new.as_bytes())?;
        file.sync_all()?;
        new.clone_into(&mut name);
    }
    Ok((name, file))
}
