//! The site's secrets, in a file apart from the archive: `key`, and the keys of the logs of votes.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Component, Path, PathBuf};

/// Folder of the keys of the logs of votes, in the data folder.
const VOTES: &str = "votes";

/// Writes the secrets of a data folder to `file`, where nothing may be; only its owner may read it.
///
/// # Errors
/// When a secret cannot be read, or there is such a file.
pub fn keep_keys(folder: &Path, file: &Path) -> io::Result<()> {
    let secret = OpenOptions::new().write(true).create_new(true).mode(0o600).open(file)?;
    let mut tar = tar::Builder::new(secret);
    tar.append_path_with_name(folder.join("key"), "key")?;
    let logs = folder.join(VOTES);
    for log in logs.read_dir().into_iter().flatten() {
        let log = log?;
        for key in log.path().read_dir()? {
            let key = key?;
            let name = Path::new(VOTES).join(log.file_name()).join(key.file_name());
            tar.append_path_with_name(key.path(), name)?;
        }
    }
    tar.into_inner()?.sync_all()
}

/// Puts secrets that [`keep_keys`] wrote into a data folder that has none.
///
/// # Errors
/// When the file holds anything else, or the folder has such a secret.
pub fn restore_keys(file: &Path, folder: &Path) -> io::Result<()> {
    let strange = || io::Error::new(io::ErrorKind::InvalidData, "it holds no keys of hoithi");
    let mut read = Vec::new();
    for member in tar::Archive::new(File::open(file)?).entries().map_err(|_| strange())? {
        let mut member = member.map_err(|_| strange())?;
        let name: PathBuf = member.path()?.into_owned();
        let parts: Vec<_> = name.components().collect();
        let plain = parts.iter().all(|part| matches!(part, Component::Normal(_)));
        if !(plain && (name == Path::new("key") || (parts.len() == 3 && name.starts_with(VOTES)))) {
            return Err(strange());
        }
        let mut secret = Vec::new();
        member.read_to_end(&mut secret)?;
        read.push((folder.join(name), secret));
    }
    if read.is_empty() {
        return Err(strange());
    }
    for (path, secret) in read {
        let home = path.parent().unwrap_or(folder);
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(home)?;
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
        file.write_all(&secret)?;
        file.sync_all()?;
        File::open(home)?.sync_all()?;
    }
    Ok(())
}
