//! What a judge looks at: the pictures, films, documents, texts and links of an entry, in the order
//! of the rules. Files are served under their numbers within the entry, which tell nothing.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use entity::file::{self, State};
use entity::part;

use super::seat::{entity_of, round_of, seated};
use crate::app::App;
use crate::contest::Contest;
use crate::contest::definition::{Slot, SlotKind};
use crate::entry::Whole;
use crate::judging::{self, Error, Judge};
use crate::web::pages::media::{original as whole_file, send};
use crate::web::signed::Signed;
use crate::web::{Failure, Result};
use crate::{contest, media, storage};

/// The most text of a document on a sheet's page, in bytes; the rest is a click away.
const TEXT: u64 = 60_000;

/// How long a judge's browser keeps what it was served.
const KEPT: &str = "private, max-age=3600";

/// One thing to look at.
#[derive(Clone, Debug, Default)]
pub struct Exhibit {
    /// Number of its file within the entry.
    pub number: usize,
    /// What the rules call it.
    pub label: String,
    /// Words beside it.
    pub caption: String,
    /// Whether there are pictures of it: of a photograph, of a film's or a document's face.
    pub has_picture: bool,
    /// Whether there is a film to play.
    pub has_film: bool,
    /// Its width and height in pixels, so that the page does not move when it comes.
    pub size: (i32, i32),
    /// Whether its file is still being made ready.
    pub is_waiting: bool,
    /// Whether the rules let the judge have the file as it came.
    pub has_original: bool,
    /// Its text.
    pub text: Option<String>,
    /// Words of its text.
    pub words: Option<u32>,
    /// Whether there is more text than stands here.
    pub is_cut: bool,
    /// Where it was published.
    pub link: Option<String>,
}

/// Files of an entry that are ready, in the order of their numbers.
fn files(whole: &Whole) -> impl Iterator<Item = &file::Model> {
    whole.parts.iter().filter_map(|part| whole.file(part)).filter(|file| file.state == State::Ready)
}

/// Number of the first file of which there is a picture.
pub(in crate::web::pages) fn cover(whole: &Whole) -> Option<usize> {
    files(whole).position(media::is_pictured)
}

/// What there is to look at in an entry. Where the round is not `blind`, files may be had as they
/// came.
pub(in crate::web::pages) async fn exhibits(
    app: &App,
    contest: &Contest,
    whole: &Whole,
    (blind, english): (bool, bool),
) -> std::result::Result<Vec<Exhibit>, Failure> {
    let keys = contest::category_ids(&app.db, contest.id()).await?;
    let key = keys.iter().find(|(_, id)| **id == whole.entry.category_id).map(|(key, _)| key);
    let category = key.and_then(|key| contest.definition.category(key));
    let mut exhibits = Vec::new();
    for slot in category.map(|category| category.slots.as_slice()).unwrap_or_default() {
        for part in whole.slot(&slot.key) {
            let mut exhibit = Exhibit {
                label: slot.label.read(english).to_owned(),
                caption: part.caption.clone().unwrap_or_default(),
                ..Exhibit::default()
            };
            if let Some(file) = whole.file(part) {
                exhibit.number = files(whole).position(|one| one.id == file.id).unwrap_or(0);
                look_at(app, &mut exhibit, file, blind).await?;
            }
            written(&mut exhibit, slot, part);
            if exhibit.is_something() {
                exhibits.push(exhibit);
            }
        }
    }
    Ok(exhibits)
}

impl Exhibit {
    fn is_something(&self) -> bool {
        let shown = self.has_picture || self.has_film || self.is_waiting || self.has_original;
        shown || self.text.is_some() || self.link.is_some() || !self.caption.is_empty()
    }
}

/// What there is of a file.
async fn look_at(
    app: &App,
    exhibit: &mut Exhibit,
    file: &file::Model,
    blind: bool,
) -> std::result::Result<(), Failure> {
    exhibit.is_waiting = file.state == State::Received;
    exhibit.has_picture = media::is_pictured(file);
    exhibit.has_film = media::filmed(file).is_some();
    exhibit.size = (file.width.unwrap_or(16), file.height.unwrap_or(9));
    exhibit.has_original = !blind && file.state == State::Ready;
    exhibit.words = file.words.and_then(|words| u32::try_from(words).ok());
    if let Some(copy) = media::copy(&app.db, file.id, "text", "txt").await? {
        let size = u64::try_from(copy.bytes).unwrap_or(0);
        let begun = match size.min(TEXT) {
            0 => Ok(bytes::Bytes::new()),
            end => app.store.range(&copy.storage_key, 0..end).await,
        };
        // While the store is away the sheet stands without the text, with the way to it.
        exhibit.is_cut = size > TEXT || begun.is_err();
        let bytes = begun.unwrap_or_else(|error| {
            tracing::error!("a text cannot be read: {error}");
            bytes::Bytes::new()
        });
        let text = String::from_utf8_lossy(&bytes);
        exhibit.text = Some(text.trim_end_matches('\u{fffd}').to_owned());
    }
    Ok(())
}

/// What was written into the form.
fn written(exhibit: &mut Exhibit, slot: &Slot, part: &part::Model) {
    if let (SlotKind::Text, Some(text)) = (&slot.kind, &part.body) {
        exhibit.words = Some(media::text::words(text));
        exhibit.text = Some(text.clone());
    }
    if slot.kind == SlotKind::Link {
        exhibit.link = part.link.clone().or_else(|| part.body.clone());
    }
}

/// A file of an entry on the judge's desk, by the entry's alias and the file's number.
async fn found(
    app: &App,
    who: &Signed,
    (round, alias, number): (&str, &str, usize),
) -> std::result::Result<(Judge, file::Model), Failure> {
    let judge = seated(app, who, round).await?;
    let work = judging::work(&app.db, &judge).await?;
    let one = work.iter().find(|one| one.alias == alias).ok_or(Error::Unknown)?;
    let whole = entity_of(app, one).await?;
    let file = files(&whole).nth(number).cloned().ok_or(Error::Unknown)?;
    Ok((judge, file))
}

/// Sends a picture: a photograph, or the face of a film or a document.
///
/// # Errors
/// Not found to anybody else.
pub async fn picture(
    app: web::Data<App>,
    who: Signed,
    path: web::Path<(String, String, usize, String)>,
) -> Result {
    let (round, alias, number, size) = path.into_inner();
    let (_, file) = found(&app, &who, (&round, &alias, number)).await?;
    if !["320", "800", "1600"].contains(&size.as_str()) {
        return Err(Error::Unknown.into());
    }
    match app.store.get(&media::copy_key(file.id, &size, "jpeg")).await {
        Ok(bytes) => Ok(HttpResponse::Ok()
            .content_type("image/jpeg")
            .insert_header((header::CACHE_CONTROL, KEPT))
            .body(bytes)),
        Err(storage::Error::Missing(_)) => Err(Error::Unknown.into()),
        Err(error) => Err(Failure::of_store(error)),
    }
}

/// Sends a film, or the piece of it that the player asks for.
///
/// # Errors
/// Not found to anybody else, and where nothing can be played.
pub async fn film(
    app: web::Data<App>,
    who: Signed,
    request: HttpRequest,
    path: web::Path<(String, String, usize)>,
) -> Result {
    let (round, alias, number) = path.into_inner();
    let (_, file) = found(&app, &who, (&round, &alias, number)).await?;
    let (copy, format) = media::film_of(&app.db, &file).await?.ok_or(Error::Unknown)?;
    send(&app, &request, copy, (format, KEPT)).await
}

/// Sends the whole text of a document.
///
/// # Errors
/// Not found to anybody else, and where there is no text.
pub async fn text(
    app: web::Data<App>,
    who: Signed,
    request: HttpRequest,
    path: web::Path<(String, String, usize)>,
) -> Result {
    let (round, alias, number) = path.into_inner();
    let (_, file) = found(&app, &who, (&round, &alias, number)).await?;
    let copy = media::copy(&app.db, file.id, "text", "txt").await?.ok_or(Error::Unknown)?;
    send(&app, &request, copy, (media::Format::Txt, KEPT)).await
}

/// Sends a file as it came, where the round hides nothing.
///
/// # Errors
/// Not found to anybody else, and in a blind round.
pub async fn original(
    app: web::Data<App>,
    who: Signed,
    path: web::Path<(String, String, usize)>,
) -> Result {
    let (round, alias, number) = path.into_inner();
    let (judge, file) = found(&app, &who, (&round, &alias, number)).await?;
    let (_, definition) = round_of(&app, &judge).await?;
    if definition.blind {
        return Err(Error::Unknown.into());
    }
    whole_file(&app, &file).await
}
