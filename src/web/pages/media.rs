//! Pictures for the public, and originals for those who may have them.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use entity::id::FileId;

use crate::app::App;
use crate::media;
use crate::refusal::Kind;
use crate::web::{Failure, Result};

/// What a browser may do with a file of ours that it opens by itself: nothing.
const ALONE: &str = "sandbox; default-src 'none'";

/// A copy that was drawn for the public. It never changes, so it is kept for ever; the row is
/// asked for, because a withdrawn work loses its rows first.
///
/// # Errors
/// Not found without such a copy.
pub async fn show(
    app: web::Data<App>,
    request: HttpRequest,
    path: web::Path<(String, String)>,
) -> Result {
    let nothing = || Failure::new(Kind::NotFound, "nothing-here");
    let (id, name) = path.into_inner();
    let id: FileId = id.parse().map_err(|_| nothing())?;
    let (name, format) = name.rsplit_once('.').ok_or_else(nothing)?;
    let known = media::Format::of_name(format).ok_or_else(nothing)?;
    let copy = media::copy(&app.db, id, name, format).await?.ok_or_else(nothing)?;
    let bytes = app.store.get(&copy.storage_key).await.map_err(Failure::broken)?;
    let asked = request.headers().get(header::RANGE).and_then(|range| range.to_str().ok());
    let (mut answer, body) = match asked.and_then(|range| slice(range, bytes.len())) {
        Some((from, to)) => {
            let mut part = HttpResponse::PartialContent();
            let told = format!("bytes {from}-{to}/{}", bytes.len());
            part.insert_header((header::CONTENT_RANGE, told));
            (part, bytes.slice(from..=to))
        }
        None => (HttpResponse::Ok(), bytes),
    };
    Ok(answer
        .content_type(known.mime())
        .insert_header((header::ACCEPT_RANGES, "bytes"))
        .insert_header((header::CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::CONTENT_SECURITY_POLICY, ALONE))
        .body(body))
}

/// First and last byte that a range asks for; `None` for anything but one range within the file,
/// which is then sent whole.
fn slice(range: &str, length: usize) -> Option<(usize, usize)> {
    let last = length.checked_sub(1)?;
    let (from, to) = range.strip_prefix("bytes=")?.split_once('-')?;
    let (from, to) = match (from, to) {
        ("", tail) => (length.saturating_sub(tail.parse().ok()?), last),
        (from, "") => (from.parse().ok()?, last),
        (from, to) => (from.parse().ok()?, to.parse::<usize>().ok()?.min(last)),
    };
    (from <= to && to <= last).then_some((from, to))
}

/// An original, as it came: to be saved, never opened on our pages. The right has been proved.
///
/// # Errors
/// When the store fails.
pub async fn original(app: &App, file: &entity::file::Model) -> Result {
    let bytes = app.store.get(&file.storage_key).await.map_err(Failure::broken)?;
    let mime =
        media::Format::of_name(&file.format).map_or("application/octet-stream", |f| f.mime());
    let saved = format!("attachment; filename=\"{}.{}\"", file.id, file.format);
    Ok(HttpResponse::Ok()
        .content_type(mime)
        .insert_header((header::CACHE_CONTROL, "private, no-store"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::CONTENT_SECURITY_POLICY, ALONE))
        .insert_header((header::CONTENT_DISPOSITION, saved))
        .body(bytes))
}
