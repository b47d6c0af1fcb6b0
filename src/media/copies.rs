//! Copies: what the public sees in the place of an original.

use std::path::PathBuf;

use entity::file::{self, State};
use entity::id::FileId;
use entity::rendition;
use sea_orm::sea_query::{Expr, LockType};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait,
    IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, Set,
};
use serde_json::json;

use super::flaw::Flaw;
use super::format::Format;
use super::keep::Error;
use super::movie::{self, Movie};
use super::render::{self, Copy, Drawn};
use super::{matroska, unnamed};
use crate::storage::Store;

/// The name of the copy that is played.
const FILM: &str = "film";

/// The copies of an original that the public may see: a picture is drawn anew, a film loses what
/// it says of who filmed it and where. Takes long: not for an asynchronous thread.
///
/// # Errors
/// A [`Flaw`] when it cannot be decoded whole.
pub fn copies(original: &[u8]) -> Result<Vec<Copy>, Flaw> {
    match Format::sniff(&original[..original.len().min(4096)]) {
        Some(Format::Mp4 | Format::Mov) => {
            let movie = movie::probe(&mut std::io::Cursor::new(original))?;
            // Where it cannot be freed of all that, judges have the original and nobody a copy.
            let bytes = unnamed::without_metadata(original)?;
            Ok(bytes.map(|bytes| film(Format::Mp4, movie, bytes)).into_iter().collect())
        }
        Some(format @ (Format::Webm | Format::Mkv)) => {
            let movie = matroska::probe(original)?;
            Ok(vec![film(format, movie, matroska::without_metadata(original)?)])
        }
        _ => render::copies(original),
    }
}

fn film(format: Format, Movie { width, height, .. }: Movie, bytes: Vec<u8>) -> Copy {
    Copy { name: FILM, format: format.name(), width, height, colour: None, bytes }
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

/// Stores copies that were drawn into files, each at its `path`; storing it again changes nothing.
///
/// # Errors
/// [`Error::Store`] when the store fails.
pub async fn keep_drawn(
    store: &Store,
    file: FileId,
    copies: &[Drawn],
    path: impl Fn(&Drawn) -> PathBuf,
) -> Result<(), Error> {
    for copy in copies {
        let key = copy_key(file, &copy.name, &copy.format);
        store.put_file(&key, &path(copy), mime(&copy.format)).await?;
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
    let film = copies.iter().find(|copy| copy.name == FILM);
    facts["filmed"] = film.map_or(json!(false), |film| json!(film.format));
    facts["colour"] = json!(drawn.and_then(|copy| copy.colour.clone()));
    let has_size = row.width.is_some();
    let mut row = row.into_active_model();
    // A document has no pixels of its own, but its first page has.
    if let Some(page) = copies.iter().find(|copy| copy.name == "1600" && !has_size) {
        row.width = Set(i32::try_from(page.width).ok());
        row.height = Set(i32::try_from(page.height).ok());
    }
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

/// The format of the film that is played in a file's place, if there is one.
#[must_use]
pub fn filmed(file: &file::Model) -> Option<Format> {
    match &file.facts["filmed"] {
        _ if file.state != State::Ready => None,
        // Earlier versions wrote no other format, and did not say which.
        serde_json::Value::Bool(true) => Some(Format::Mp4),
        filmed => Format::of_name(filmed.as_str()?),
    }
}

/// The film that is played in a file's place.
///
/// # Errors
/// When the database fails.
pub async fn film_of(
    db: &impl ConnectionTrait,
    file: &file::Model,
) -> Result<Option<(rendition::Model, Format)>, DbErr> {
    let Some(format) = filmed(file) else { return Ok(None) };
    Ok(copy(db, file.id, FILM, format.name()).await?.map(|copy| (copy, format)))
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
    // Whoever draws copies holds the file's row until they are written down.
    let held = file::Entity::find().filter(file::Column::Id.is_in(ids.clone()));
    held.order_by_asc(file::Column::Id).lock(LockType::NoKeyUpdate).all(tx).await?;
    let of = rendition::Column::FileId.is_in(ids);
    let rows = rendition::Entity::find().filter(of.clone()).all(tx).await?;
    rendition::Entity::delete_many().filter(of).exec(tx).await?;
    Ok(rows.into_iter().map(|row| row.storage_key).collect())
}
