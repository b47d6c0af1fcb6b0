//! The archive: a tar whose last member but one names all others with their hashes; the last is the
//! hash of that list.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;

use super::{Error, Manifest, Member};

/// Name of the list of members.
const MANIFEST: &str = "manifest.json";
/// Name of the last member: SHA-256 of the list, in hexadecimal digits.
const SEAL: &str = "manifest.sha256";

/// The folder that a file is in.
pub(super) fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// An archive in the making; dropped, it leaves nothing behind.
pub(super) struct Writer {
    tar: tar::Builder<NamedTempFile>,
    members: BTreeMap<String, Member>,
    path: PathBuf,
}

impl Writer {
    /// Begins an archive that will stand at `path`; only its owner may read it.
    pub(super) fn beside(path: &Path) -> io::Result<Self> {
        let file = tempfile::Builder::new().prefix(".backup-").tempfile_in(folder(path))?;
        Ok(Self { tar: tar::Builder::new(file), members: BTreeMap::new(), path: path.to_owned() })
    }

    /// Adds bytes.
    pub(super) fn add(&mut self, name: &str, bytes: &[u8]) -> io::Result<()> {
        self.append(name, bytes, bytes.len() as u64)
    }

    /// Adds a packed file.
    pub(super) fn add_packed(&mut self, name: &str, packed: Packed) -> io::Result<()> {
        let mut file = packed.0.finish()?;
        let bytes = file.seek(SeekFrom::End(0))?;
        file.rewind()?;
        self.append(name, BufReader::new(file), bytes)
    }

    fn append(&mut self, name: &str, from: impl Read, bytes: u64) -> io::Result<()> {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes);
        header.set_mode(0o600);
        let mut from = Hashing { from, hash: Sha256::new() };
        self.tar.append_data(&mut header, name, &mut from)?;
        self.members.insert(name.to_owned(), Member { bytes, sha256: hex(from.hash) });
        Ok(())
    }

    /// Writes the list and its hash, and gives the archive its name once all of it is on the disk.
    pub(super) fn finish(mut self, mut manifest: Manifest) -> Result<Manifest, Error> {
        manifest.members = std::mem::take(&mut self.members);
        let text = serde_json::to_vec_pretty(&manifest).map_err(io::Error::other)?;
        self.append(MANIFEST, text.as_slice(), text.len() as u64)?;
        let seal = hex(Sha256::new_with_prefix(&text));
        self.append(SEAL, seal.as_bytes(), seal.len() as u64)?;
        let file = self.tar.into_inner()?;
        file.as_file().sync_all()?;
        file.persist_noclobber(&self.path).map_err(|error| error.error)?;
        File::open(folder(&self.path))?.sync_all()?;
        Ok(manifest)
    }
}

/// A file that is packed while it is written.
pub(super) struct Packed(GzEncoder<File>);

impl Packed {
    /// A nameless file in `folder`.
    pub(super) fn new(folder: &Path) -> io::Result<Self> {
        Ok(Self(GzEncoder::new(tempfile::tempfile_in(folder)?, Compression::fast())))
    }
}

impl Write for Packed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Who is told how far a long piece of work is: what is counted, how many are done, of how many.
pub(super) type Seen<'a> = &'a dyn Fn(&'static str, usize, usize);

/// A reader that tells how many kilobytes of it were read.
pub(super) struct Telling<'a, R> {
    from: R,
    what: &'static str,
    read: u64,
    all: u64,
    seen: Seen<'a>,
}

impl<'a, R> Telling<'a, R> {
    /// Reads from a reader that holds so many bytes.
    pub(super) fn new(from: R, what: &'static str, all: u64, seen: Seen<'a>) -> Self {
        Self { from, what, read: 0, all, seen }
    }
}

impl<R: Read> Read for Telling<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.from.read(into)?;
        self.read += read as u64;
        (self.seen)(self.what, kilobytes(self.read), kilobytes(self.all));
        Ok(read)
    }
}

/// Kilobytes, the last one begun.
pub(super) fn kilobytes(bytes: u64) -> usize {
    usize::try_from(bytes.div_ceil(1024)).unwrap_or(usize::MAX)
}

struct Hashing<R> {
    from: R,
    hash: Sha256,
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.from.read(into)?;
        self.hash.update(&into[..read]);
        Ok(read)
    }
}

fn hex(hash: Sha256) -> String {
    data_encoding::HEXLOWER.encode(&hash.finalize())
}

/// Reads all of an archive and compares it with its list of members.
pub(super) fn check(
    path: &Path,
    seen: impl Fn(&'static str, usize, usize),
) -> Result<Manifest, Error> {
    let megabytes = |bytes: u64| usize::try_from(bytes >> 20).unwrap_or(usize::MAX);
    let all = megabytes(path.metadata()?.len());
    let broken = |error: io::Error| Error::Archive(error.to_string());
    let mut tar = tar::Archive::new(BufReader::new(File::open(path)?));
    let (mut found, mut manifest, mut seal) = (BTreeMap::new(), None, None);
    for member in tar.entries().map_err(broken)? {
        let mut member = member.map_err(broken)?;
        let name = name_of(&member)?;
        seen("megabytes read", megabytes(member.raw_file_position()), all);
        if name == MANIFEST {
            let mut text = Vec::new();
            member.read_to_end(&mut text).map_err(broken)?;
            let read: Manifest =
                serde_json::from_slice(&text).map_err(|error| Error::Archive(error.to_string()))?;
            manifest = Some((read, hex(Sha256::new_with_prefix(&text))));
            continue;
        }
        if name == SEAL {
            let mut text = String::new();
            member.read_to_string(&mut text).map_err(broken)?;
            seal = Some(text);
            continue;
        }
        let mut from = Hashing { from: &mut member, hash: Sha256::new() };
        let bytes = io::copy(&mut from, &mut io::sink()).map_err(broken)?;
        found.insert(name, Member { bytes, sha256: hex(from.hash) });
    }
    seen("megabytes read", all, all);
    let (Some((manifest, hash)), Some(seal)) = (manifest, seal) else {
        return Err(Error::Archive("it ends before its list of members".to_owned()));
    };
    if hash != seal {
        return Err(Error::Damaged(MANIFEST.to_owned()));
    }
    let names = manifest.members.keys().chain(found.keys());
    match names.into_iter().find(|name| manifest.members.get(*name) != found.get(*name)) {
        Some(name) => Err(Error::Damaged(name.clone())),
        None => Ok(manifest),
    }
}

fn name_of<R: Read>(member: &tar::Entry<'_, R>) -> Result<String, Error> {
    let name = member.path()?;
    let name = name.to_str().ok_or_else(|| Error::Archive("a name is unreadable".to_owned()))?;
    Ok(name.to_owned())
}

/// An archive that is open for reading.
pub(super) type Archive = tar::Archive<BufReader<File>>;

/// Opens an archive; it was checked before.
pub(super) fn open(path: &Path) -> io::Result<Archive> {
    Ok(tar::Archive::new(BufReader::new(File::open(path)?)))
}

/// A member, and what follows `prefix` in its name; none where the name begins otherwise.
pub(super) fn named<'a, R: Read>(
    member: io::Result<tar::Entry<'a, R>>,
    prefix: &str,
) -> Result<Option<(String, tar::Entry<'a, R>)>, Error> {
    let member = member?;
    let name = name_of(&member)?;
    Ok(name.strip_prefix(prefix).map(|rest| (rest.to_owned(), member)))
}
