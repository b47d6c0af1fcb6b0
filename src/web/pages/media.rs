//! Pictures for the public, and originals for those who may have them.

use std::ops::Range;

use actix_web::body::SizedStream;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, web};
use bytes::Bytes;
use entity::id::FileId;
use futures_util::{StreamExt, stream};

use crate::app::App;
use crate::media;
use crate::refusal::Kind;
use crate::storage::{STEP, Store};
use crate::web::form::Form;
use crate::web::parcel;
use crate::web::{Failure, Result, see_other};

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
    send(&app, &request, copy, (known, "public, max-age=31536000, immutable")).await
}

/// Sends a copy, or the piece of it that is asked for; `kept` says who may keep it how long.
///
/// # Errors
/// When the store fails.
pub(super) async fn send(
    app: &App,
    request: &HttpRequest,
    copy: entity::rendition::Model,
    (known, kept): (media::Format, &'static str),
) -> Result {
    let length = u64::try_from(copy.bytes).unwrap_or(0);
    let asked = request.headers().get(header::RANGE).and_then(|range| range.to_str().ok());
    let (mut answer, sent) = parcel::begun(asked, length);
    answer
        .content_type(known.mime())
        .insert_header((header::CACHE_CONTROL, kept))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::CONTENT_SECURITY_POLICY, ALONE));
    body(answer, app.store.clone(), copy.storage_key, sent).await
}

/// An object as the body of an answer: at once where it is small, else step by step.
async fn body(
    mut answer: HttpResponseBuilder,
    store: Store,
    key: String,
    sent: Range<u64>,
) -> Result {
    let first = sent.start..sent.end.min(sent.start + STEP);
    let begun = store.range(&key, first.clone()).await.map_err(Failure::of_store)?;
    if first.end == sent.end {
        return Ok(answer.body(begun));
    }
    let size = sent.end - sent.start;
    let rest = stream::unfold(first.end, move |at| {
        let (store, key) = (store.clone(), key.clone());
        async move {
            let next = sent.end.min(at + STEP);
            (at < next).then_some(())?;
            Some((store.range(&key, at..next).await, next))
        }
    });
    let whole = stream::once(async move { Ok(begun) }).chain(rest);
    Ok(answer.body(SizedStream::new(size, Box::pin(whole))))
}

/// Stores the file that a field of an officer's form brings.
pub(super) async fn sent(app: &App, form: &Form, field: &str) -> Result<Option<media::Kept>> {
    let Some(sent) = form.files(field).next() else { return Ok(None) };
    let bytes = Bytes::from(tokio::fs::read(sent.file.path()).await.map_err(Failure::broken)?);
    let copy = bytes.clone();
    let facts = tokio::task::spawn_blocking(move || media::read(&copy)).await;
    let facts = facts.map_err(Failure::broken)?;
    let facts = facts.map_err(|flaw| Failure::all(vec![flaw.refused().at(field)]))?;
    Ok(Some(media::keep(&app.store, bytes, &sent.name, facts).await?))
}

/// An original, as it came: to be saved, never opened on our pages. The right has been proved.
///
/// # Errors
/// When the store fails.
pub async fn original(app: &App, file: &entity::file::Model) -> Result {
    let mime =
        media::Format::of_name(&file.format).map_or("application/octet-stream", |f| f.mime());
    let saved = format!("attachment; filename=\"{}.{}\"", file.id, file.format);
    let signed = app.store.signed(&file.storage_key, mime, &saved).await;
    if let Some(address) = signed.map_err(Failure::of_store)? {
        return Ok(see_other(&address));
    }
    let mut answer = HttpResponse::Ok();
    answer
        .content_type(mime)
        .insert_header((header::CACHE_CONTROL, "private, no-store"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::CONTENT_SECURITY_POLICY, ALONE))
        .insert_header((header::CONTENT_DISPOSITION, saved));
    let length = u64::try_from(file.bytes).unwrap_or(0);
    body(answer, app.store.clone(), file.storage_key.clone(), 0..length).await
}
