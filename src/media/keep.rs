//! From bytes to an original: read, stored, written down.

use std::io::{Read, Seek};
use std::path::Path;

use bytes::Bytes;
use entity::file::{self, State};
use entity::id::{FileId, UserId};
use entity::instant::Instant;
use entity::rendition;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait,
    IntoActiveModel, QueryFilter, Set,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::child::Made;
use super::flaw::Flaw;
use super::format::{Format, Kind};
use super::render::{self, Copy, Drawn};
use super::{document, movie, picture, text};
use crate::jobs::{self, Job};
use crate::refusal::{Refusal, Refused};
use crate::storage::{self, Store};

/// Why a file is refused whose original was erased on request.
pub const ERASED: &str = "file-erased";

/// The most bytes of any file, by kind: picture, document, video.
const MOST: [(Kind, u64); 3] =
    [(Kind::Picture, 60_000_000), (Kind::Document, 30_000_000), (Kind::Video, 600_000_000)];

/// How old Word files begin, and new ones that are locked.
const OLE: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";

/// Why a file was not kept.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Something is wrong with it.
    #[error(transparent)]
    Flaw(#[from] Flaw),
    /// No child could be started to open it.
    #[error("no reader can be started: {0}")]
    Child(std::io::Error),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] storage::Error),
    /// The database failed.
    #[error("database failure")]
    Database(#[from] DbErr),
}

impl Refusal for Error {
    fn refusal(&self) -> Refused {
        match self {
            Self::Flaw(flaw) => flaw.refused(),
            Self::Store(_) | Self::Child(_) => {
                Refused::new(crate::refusal::Kind::Unavailable, "store-unavailable")
            }
            Self::Database(error) => error.refusal(),
        }
    }
}

/// What a file is, read from its own bytes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    /// Its format.
    pub format: Format,
    /// Width, upright, in pixels.
    pub width: Option<u32>,
    /// Height, upright, in pixels.
    pub height: Option<u32>,
    /// Playing time.
    pub milliseconds: Option<i64>,
    /// Words of its text.
    pub words: Option<u32>,
    /// When it was taken.
    pub taken_at: Option<Instant>,
    /// Make and model of the camera.
    pub camera: Option<String>,
    /// Whether the camera wrote a place; the place is not kept.
    pub has_place: bool,
    /// The program that the file names as the one that wrote it last.
    pub software: Option<String>,
}

impl Facts {
    fn of(format: Format) -> Self {
        Self {
            format,
            width: None,
            height: None,
            milliseconds: None,
            words: None,
            taken_at: None,
            camera: None,
            has_place: false,
            software: None,
        }
    }
}

/// Reads what a file on the disk is; a film is not read into memory. Takes long: not for an
/// asynchronous thread.
///
/// # Errors
/// The inner one is a [`Flaw`] for anything that we cannot use.
pub fn read_file(path: &Path) -> std::io::Result<Result<Facts, Flaw>> {
    let mut file = std::fs::File::open(path)?;
    let mut head = Vec::new();
    file.by_ref().take(4096).read_to_end(&mut head)?;
    let bytes = file.metadata()?.len();
    match Format::sniff(&head) {
        Some(format @ (Format::Mp4 | Format::Mov)) => {
            file.rewind()?;
            Ok(fits(format, bytes).and_then(|()| film(format, &mut std::io::BufReader::new(file))))
        }
        _ => Ok(read(&std::fs::read(path)?)),
    }
}

fn fits(format: Format, bytes: u64) -> Result<(), Flaw> {
    let most = most_bytes(format.kind());
    if bytes > most { Err(Flaw::TooLarge { bytes, most }) } else { Ok(()) }
}

/// The most bytes that a file of this kind may have, whatever the rules of a contest say.
#[must_use]
pub fn most_bytes(kind: Kind) -> u64 {
    MOST.iter().find(|(of, _)| *of == kind).map_or(0, |(_, most)| *most)
}

fn film(format: Format, source: &mut (impl Read + Seek)) -> Result<Facts, Flaw> {
    let movie = movie::probe(source)?;
    let mut facts = Facts::of(format);
    (facts.width, facts.height) = (Some(movie.width), Some(movie.height));
    facts.milliseconds = movie.milliseconds;
    Ok(facts)
}

/// Reads what a file is. Takes long for a large one: not for an asynchronous thread.
///
/// # Errors
/// A [`Flaw`] for anything that we cannot use.
pub fn read(bytes: &[u8]) -> Result<Facts, Flaw> {
    if bytes.is_empty() {
        return Err(Flaw::Empty);
    }
    if bytes.starts_with(OLE) {
        return Err(Flaw::Locked);
    }
    let format = Format::sniff(&bytes[..bytes.len().min(4096)]).ok_or(Flaw::Unknown)?;
    fits(format, bytes.len() as u64)?;
    if matches!(format, Format::Mp4 | Format::Mov) {
        return film(format, &mut std::io::Cursor::new(bytes));
    }
    let mut facts = Facts::of(format);
    match format.kind() {
        Kind::Picture => {
            let probe = picture::probe(bytes)?;
            (facts.width, facts.height) = (Some(probe.width), Some(probe.height));
            facts.taken_at = probe.camera.taken_at;
            facts.camera = probe.camera.model;
            facts.has_place = probe.camera.has_place;
            facts.software = probe.camera.software;
        }
        Kind::Video => {}
        Kind::Document => {
            let words = match format {
                Format::Docx => Some(document::docx(bytes)?),
                Format::Txt => Some(document::txt(bytes)?),
                _ => None,
            };
            facts.words = words.map(|words| text::words(&words));
        }
    }
    Ok(facts)
}

/// An original that is stored, not yet written down.
#[derive(Clone, Debug)]
pub struct Kept {
    id: FileId,
    key: String,
    name: String,
    sha256: Vec<u8>,
    bytes: i64,
    /// What it is.
    pub facts: Facts,
}

impl Kept {
    /// Hash of its bytes.
    #[must_use]
    pub fn sha256(&self) -> &[u8] {
        &self.sha256
    }
}

/// Stores an original under a fresh key.
///
/// # Errors
/// [`Error::Store`] when the store fails.
pub async fn keep(store: &Store, bytes: Bytes, name: &str, facts: Facts) -> Result<Kept, Error> {
    let sha256 = Sha256::digest(&bytes).to_vec();
    let kept = kept(FileId::new(), name, sha256, bytes.len() as u64, facts);
    store.put(&kept.key, bytes, kept.facts.format.mime()).await?;
    Ok(kept)
}

/// Stores an original that lies on the disk; doing it again with the same key changes nothing. Its
/// hash is reckoned where it is not known already.
///
/// # Errors
/// [`Error::Store`] when the store fails.
pub async fn keep_file(
    store: &Store,
    path: &Path,
    id: FileId,
    name: &str,
    facts: Facts,
    sha256: Option<[u8; 32]>,
) -> Result<Kept, Error> {
    let path = path.to_owned();
    let (sha256, bytes, path) = tokio::task::spawn_blocking(move || {
        let hashed = match sha256 {
            Some(known) => std::fs::metadata(&path).map(|file| (known.to_vec(), file.len())),
            None => hash_of(&path),
        };
        hashed.map(|(sha256, bytes)| (sha256, bytes, path))
    })
    .await
    .unwrap_or_else(|error| Err(std::io::Error::other(error)))
    .map_err(storage::Error::from)?;
    let kept = kept(id, name, sha256, bytes, facts);
    store.put_once(&kept.key, &path, kept.facts.format.mime()).await?;
    Ok(kept)
}

fn hash_of(path: &Path) -> std::io::Result<(Vec<u8>, u64)> {
    let mut file = std::fs::File::open(path)?;
    let (mut hash, mut step, mut bytes) = (Sha256::new(), vec![0; 1 << 18], 0);
    loop {
        let read = file.read(&mut step)?;
        if read == 0 {
            return Ok((hash.finalize().to_vec(), bytes));
        }
        hash.update(&step[..read]);
        bytes += read as u64;
    }
}

fn kept(id: FileId, name: &str, sha256: Vec<u8>, bytes: u64, facts: Facts) -> Kept {
    Kept {
        id,
        key: format!("originals/{id}"),
        name: name.chars().take(200).collect(),
        sha256,
        bytes: i64::try_from(bytes).unwrap_or(i64::MAX),
        facts,
    }
}

/// Writes a stored original down, and promises its copies.
///
/// # Errors
/// When the database fails.
pub async fn record(
    tx: &DatabaseTransaction,
    kept: Kept,
    owner: Option<UserId>,
    now: Instant,
) -> Result<FileId, DbErr> {
    let is_film = kept.facts.format.kind() == Kind::Video;
    let number = |number: Option<u32>| number.and_then(|number| i32::try_from(number).ok());
    let row = file::ActiveModel {
        id: Set(kept.id),
        storage_key: Set(kept.key),
        name: Set(kept.name),
        sha256: Set(kept.sha256),
        bytes: Set(kept.bytes),
        format: Set(kept.facts.format.name().to_owned()),
        width: Set(number(kept.facts.width)),
        height: Set(number(kept.facts.height)),
        milliseconds: Set(kept.facts.milliseconds),
        words: Set(number(kept.facts.words)),
        taken_at: Set(kept.facts.taken_at),
        camera: Set(kept.facts.camera),
        facts: Set(json!({ "has_place": kept.facts.has_place, "software": kept.facts.software })),
        state: Set(State::Received),
        progress: Set(None),
        refusal: Set(None),
        owner_id: Set(owner),
        created_at: Set(now),
    };
    file::Entity::insert(row).exec_without_returning(tx).await?;
    let file = kept.id;
    let job = if is_film { Job::Film { file } } else { Job::Render { file } };
    jobs::enqueue(tx, &job, now).await?;
    Ok(kept.id)
}

/// The copies of an original that the public may see: a picture is drawn anew, a film loses what
/// its boxes say of who filmed it and where. Takes long: not for an asynchronous thread.
///
/// # Errors
/// A [`Flaw`] when it cannot be decoded whole.
pub fn copies(original: &[u8]) -> Result<Vec<Copy>, Flaw> {
    match Format::sniff(&original[..original.len().min(4096)]) {
        Some(Format::Mp4 | Format::Mov) => {
            let movie = movie::probe(&mut std::io::Cursor::new(original))?;
            let bytes = movie::without_metadata(original).ok_or(Flaw::Corrupt)?;
            let (width, height) = (movie.width, movie.height);
            Ok(vec![Copy { name: "film", format: "mp4", width, height, colour: None, bytes }])
        }
        _ => render::copies(original),
    }
}

/// Where a copy is kept.
#[must_use]
pub fn copy_key(file: FileId, name: &str, format: &str) -> String {
    format!("copies/{file}/{name}.{format}")
}

/// Stores copies; storing them again changes nothing. Says what was stored.
///
/// # Errors
/// [`Error::Store`] when the store fails.
pub async fn keep_copies(
    store: &Store,
    file: FileId,
    copies: &[Copy],
) -> Result<Vec<Drawn>, Error> {
    for copy in copies {
        let key = copy_key(file, copy.name, copy.format);
        store.put(&key, copy.bytes.clone().into(), mime(copy.format)).await?;
    }
    Ok(copies.iter().map(Copy::drawn).collect())
}

/// Stores what a child drew; storing it again changes nothing.
///
/// # Errors
/// [`Error::Store`] when the store fails.
pub async fn keep_made(store: &Store, file: FileId, made: &Made) -> Result<(), Error> {
    for copy in &made.copies {
        let key = copy_key(file, &copy.name, &copy.format);
        store.put_file(&key, &made.path(copy), mime(&copy.format)).await?;
    }
    Ok(())
}

fn mime(format: &str) -> &'static str {
    Format::of_name(format).map_or("application/octet-stream", Format::mime)
}

/// Writes stored copies down; the file is ready then.
///
/// # Errors
/// When the database fails.
pub async fn ready(tx: &DatabaseTransaction, id: FileId, copies: &[Drawn]) -> Result<(), DbErr> {
    rendition::Entity::delete_many().filter(rendition::Column::FileId.eq(id)).exec(tx).await?;
    let rows = copies.iter().map(|copy| rendition::ActiveModel {
        file_id: Set(id),
        name: Set(copy.name.clone()),
        format: Set(copy.format.clone()),
        storage_key: Set(copy_key(id, &copy.name, &copy.format)),
        width: Set(i32::try_from(copy.width).unwrap_or(i32::MAX)),
        height: Set(i32::try_from(copy.height).unwrap_or(i32::MAX)),
        bytes: Set(i64::try_from(copy.bytes).unwrap_or(i64::MAX)),
    });
    if !copies.is_empty() {
        rendition::Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    let Some(row) = file::Entity::find_by_id(id).one(tx).await? else { return Ok(()) };
    let mut facts = row.facts.clone();
    let drawn = copies.iter().find(|copy| copy.name == "320");
    facts["pictured"] = json!(drawn.is_some());
    facts["filmed"] = json!(copies.iter().any(|copy| copy.name == "film"));
    facts["colour"] = json!(drawn.and_then(|copy| copy.colour.clone()));
    let mut row = row.into_active_model();
    row.facts = Set(facts);
    row.state = Set(State::Ready);
    row.refusal = Set(None);
    row.progress = Set(None);
    row.update(tx).await?;
    Ok(())
}

/// Notes how far the drawing of a film is, in per cent.
///
/// # Errors
/// When the database fails.
pub async fn progressed(tx: &DatabaseTransaction, id: FileId, per_cent: i32) -> Result<(), DbErr> {
    file::Entity::update_many()
        .col_expr(file::Column::Progress, Expr::value(per_cent.clamp(0, 100)))
        .filter(file::Column::Id.eq(id))
        .exec(tx)
        .await?;
    Ok(())
}

/// Whether a film was drawn that browsers play.
#[must_use]
pub fn is_filmed(file: &file::Model) -> bool {
    file.state == State::Ready && file.facts["filmed"] == json!(true)
}

/// Whether pictures were drawn of a file: of a photograph, or of a film's or a document's face.
#[must_use]
pub fn is_pictured(file: &file::Model) -> bool {
    file.state == State::Ready && file.facts["pictured"] == json!(true)
}

/// The mean colour of a file's pictures, as CSS writes it.
#[must_use]
pub fn ground(file: &file::Model) -> Option<String> {
    file.facts["colour"].as_str().map(str::to_owned)
}

/// Notes that a file cannot be shown, and why.
///
/// # Errors
/// When the database fails.
pub async fn refused(tx: &DatabaseTransaction, id: FileId, flaw: &Flaw) -> Result<(), DbErr> {
    let Some(row) = file::Entity::find_by_id(id).one(tx).await? else { return Ok(()) };
    let mut row = row.into_active_model();
    row.state = Set(State::Refused);
    row.refusal = Set(Some(flaw.code().to_owned()));
    row.update(tx).await?;
    Ok(())
}

/// Files, by key.
///
/// # Errors
/// When the database fails.
pub async fn files(
    db: &impl ConnectionTrait,
    ids: impl IntoIterator<Item = FileId>,
) -> Result<Vec<file::Model>, DbErr> {
    file::Entity::find().filter(file::Column::Id.is_in(ids)).all(db).await
}

/// Copies of files: those called `name`.
///
/// # Errors
/// When the database fails.
pub async fn copies_of(
    db: &impl ConnectionTrait,
    ids: impl IntoIterator<Item = FileId>,
    name: &str,
) -> Result<Vec<rendition::Model>, DbErr> {
    rendition::Entity::find()
        .filter(rendition::Column::FileId.is_in(ids))
        .filter(rendition::Column::Name.eq(name))
        .filter(rendition::Column::Format.eq("jpeg"))
        .all(db)
        .await
}

/// One copy of a file.
///
/// # Errors
/// When the database fails.
pub async fn copy(
    db: &impl ConnectionTrait,
    id: FileId,
    name: &str,
    format: &str,
) -> Result<Option<rendition::Model>, DbErr> {
    rendition::Entity::find_by_id((id, name.to_owned(), format.to_owned())).one(db).await
}

/// Takes the copies of files from the public; says where the store keeps them, so that they can be
/// deleted once this is certain. Originals stay.
///
/// # Errors
/// When the database fails.
pub async fn take_down(
    tx: &DatabaseTransaction,
    ids: impl IntoIterator<Item = FileId> + Clone,
) -> Result<Vec<String>, DbErr> {
    let of = rendition::Column::FileId.is_in(ids);
    let rows = rendition::Entity::find().filter(of.clone()).all(tx).await?;
    rendition::Entity::delete_many().filter(of).exec(tx).await?;
    Ok(rows.into_iter().map(|row| row.storage_key).collect())
}
