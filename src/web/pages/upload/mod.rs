//! Uploads that may break off, by version 1.0 of the tus protocol (tus.io/protocols/resumable-upload)
//! with creation, creation-with-upload, termination, expiration and checksum. They belong to a
//! draft: whoever may not write it is told that there is no such upload.

mod tus;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use entity::id::FileId;
use entity::instant::Instant;

use self::tus::{answer, header, is_body, metadata, number, problem, progress, strange};
use super::draft::{Desk, media_kind, stored};
use crate::app::{self, App};
use crate::contest::definition::Slot;
use crate::entry::{self, code};
use crate::media::spool::{self, Held, Upload};
use crate::media::{self, Flaw, Format, Sum};
use crate::refusal::{Kind, Refusal, Refused};
use crate::web::pages::receipt::own::delete;
use crate::web::resume::Resume;
use crate::web::signed::MaybeSigned;
use crate::web::{Failure, Result, View};
use crate::{db, words};

pub use tus::options;

/// Begins an upload into a slot of a draft.
///
/// # Errors
/// When it is not theirs or takes no files any more, the slot takes no file or no further one, or the
/// file is too large for it.
pub async fn create(
    app: web::Data<App>,
    v: View,
    code: web::Path<String>,
    request: HttpRequest,
    body: web::Payload,
    (signed, resume): (MaybeSigned, Resume),
) -> Result {
    if let Some(refused) = strange(&v, &request) {
        return Ok(refused);
    }
    let desk = Desk::at_work(&app, &app.db, &code, &signed, &resume, v.now).await?;
    entry::changeable(&desk.contest, &desk.author.entry, v.now)?;
    let Some(length) = number(request.headers(), "upload-length") else {
        return Ok(problem(
            &v,
            StatusCode::BAD_REQUEST,
            &Refused::new(Kind::Invalid, "upload-length"),
        ));
    };
    let told = metadata(request.headers());
    let told = |key: &str| told.iter().find(|(name, _)| name == key).map(|(_, text)| text.clone());
    let slot = slot_of(&desk, &told("slot").unwrap_or_default())?;
    fits(&slot, length)?;
    entry::has_room(&app.db, &desk.author, &slot).await?;
    let upload = Upload {
        id: code::letters(&app::fresh::<26>()),
        entry: desk.author.id(),
        slot: slot.key.clone(),
        name: words::nfc(&told("filename").unwrap_or_default()),
        length,
        file: FileId::new(),
        begun_at: v.now,
        touched_at: v.now,
        is_over: false,
    };
    if let Err(error) = app.spool.begin(&upload) {
        return Ok(answered(&v, &slot, &error));
    }
    let to = format!("/drafts/{}/uploads/{}", desk.author.entry.code, upload.id);
    let mut held = app.spool.hold(&upload.id, upload.entry).await?;
    if is_body(&request)
        && let Err(refused) = pour(&app, &v, &desk, &mut held, &request, (0, body)).await
    {
        return Ok(refused);
    }
    if held.is_whole() {
        held = finished(&app, &v, &desk, held).await?.0;
    }
    Ok(progress(StatusCode::CREATED, &held).insert_header(("Location", to)).finish())
}

/// Says how much has arrived. Where all has and no file was made of it yet, it is made now. Where it
/// cannot be now, all has arrived nevertheless: a sender that hears of an error begins anew.
///
/// # Errors
/// When there is no such upload, or the file is not what the slot asks.
pub async fn show(
    app: web::Data<App>,
    v: View,
    path: web::Path<(String, String)>,
    request: HttpRequest,
    (signed, resume): (MaybeSigned, Resume),
) -> Result {
    if let Some(refused) = strange(&v, &request) {
        return Ok(refused);
    }
    let desk = Desk::at_work(&app, &app.db, &path.0, &signed, &resume, v.now).await?;
    let mut held = app.spool.hold(&path.1, desk.author.id()).await?;
    if held.is_whole() {
        held = finished(&app, &v, &desk, held).await?.0;
    }
    Ok(progress(StatusCode::OK, &held)
        .insert_header(("Upload-Length", held.upload.length.to_string()))
        .finish())
}

/// Takes further bytes; the last ones make the file.
///
/// # Errors
/// When there is no such upload, the bytes do not fit, or the file is not what the slot asks.
pub async fn append(
    app: web::Data<App>,
    v: View,
    path: web::Path<(String, String)>,
    request: HttpRequest,
    body: web::Payload,
    (signed, resume): (MaybeSigned, Resume),
) -> Result {
    if let Some(refused) = strange(&v, &request) {
        return Ok(refused);
    }
    if !is_body(&request) {
        let refused = Refused::new(Kind::Invalid, "upload-type");
        return Ok(problem(&v, StatusCode::UNSUPPORTED_MEDIA_TYPE, &refused));
    }
    let Some(offset) = number(request.headers(), "upload-offset") else {
        let refused = Refused::new(Kind::Invalid, "upload-offset");
        return Ok(problem(&v, StatusCode::BAD_REQUEST, &refused));
    };
    let desk = Desk::at_work(&app, &app.db, &path.0, &signed, &resume, v.now).await?;
    entry::may_write(&desk.contest, &desk.author.entry, v.now)?;
    let mut held = app.spool.hold(&path.1, desk.author.id()).await?;
    match pour(&app, &v, &desk, &mut held, &request, (offset, body)).await {
        Ok(()) => {}
        Err(refused) => return Ok(refused),
    }
    if held.is_whole() {
        let (made, wrong) = finished(&app, &v, &desk, held).await?;
        wrong.map_or(Ok(()), Err)?;
        held = made;
    }
    Ok(progress(StatusCode::NO_CONTENT, &held).finish())
}

/// Gives an upload up.
///
/// # Errors
/// When there is no such upload.
pub async fn destroy(
    app: web::Data<App>,
    v: View,
    path: web::Path<(String, String)>,
    request: HttpRequest,
    (signed, resume): (MaybeSigned, Resume),
) -> Result {
    if let Some(refused) = strange(&v, &request) {
        return Ok(refused);
    }
    let desk = Desk::at_work(&app, &app.db, &path.0, &signed, &resume, v.now).await?;
    let held = app.spool.hold(&path.1, desk.author.id()).await?;
    app.spool.remove(held)?;
    Ok(answer(StatusCode::NO_CONTENT).finish())
}

/// The same through proxies that know only POST.
///
/// # Errors
/// As the method that is meant.
pub async fn overridden(
    app: web::Data<App>,
    v: View,
    path: web::Path<(String, String)>,
    request: HttpRequest,
    body: web::Payload,
    person: (MaybeSigned, Resume),
) -> Result {
    match header(request.headers(), "x-http-method-override") {
        Some("PATCH") => append(app, v, path, request, body, person).await,
        Some("DELETE") => destroy(app, v, path, request, person).await,
        _ => Err(Failure::new(Kind::NotFound, "nothing-here")),
    }
}

/// Appends the body; what is wrong comes back as the answer that the protocol names.
async fn pour(
    app: &App,
    v: &View,
    desk: &Desk,
    held: &mut Held,
    request: &HttpRequest,
    (offset, body): (u64, web::Payload),
) -> std::result::Result<(), HttpResponse> {
    let invalid = |code| problem(v, StatusCode::BAD_REQUEST, &Refused::new(Kind::Invalid, code));
    let promised = match header(request.headers(), "upload-checksum") {
        None => None,
        Some(written) => Some(Sum::read(written).ok_or_else(|| invalid("upload-sum-unknown"))?),
    };
    let slot = slot_of(desk, &held.upload.slot).map_err(|_| invalid("upload-slot"))?;
    let takes = |format: Option<Format>| format.is_some_and(|format| entry::accepts(&slot, format));
    let before = held.offset;
    let poured = held.append(offset, promised, body, takes).await;
    if held.offset != before
        && let Err(error) = held.touch(app.clock.now())
    {
        return Err(problem(v, StatusCode::SERVICE_UNAVAILABLE, &error.refusal()));
    }
    poured.map_err(|error| answered(v, &slot, &error))
}

/// What went wrong, as the answer that the protocol names.
fn answered(v: &View, slot: &Slot, error: &spool::Error) -> HttpResponse {
    let (status, refused) = match error {
        spool::Error::Unknown => (StatusCode::NOT_FOUND, error.refusal()),
        spool::Error::Offset { .. } => (StatusCode::CONFLICT, error.refusal()),
        spool::Error::TooLong | spool::Error::Crowded => {
            (StatusCode::PAYLOAD_TOO_LARGE, error.refusal())
        }
        // 460 is the protocol's own.
        spool::Error::Sum => {
            (StatusCode::from_u16(460).unwrap_or(StatusCode::BAD_REQUEST), error.refusal())
        }
        spool::Error::Unfit(Some(format)) => {
            (StatusCode::UNPROCESSABLE_ENTITY, entry::not_taken(slot, *format))
        }
        spool::Error::Unfit(None) => (StatusCode::UNPROCESSABLE_ENTITY, error.refusal()),
        spool::Error::Broken => (StatusCode::REQUEST_TIMEOUT, error.refusal()),
        spool::Error::NoRoom => (StatusCode::INSUFFICIENT_STORAGE, error.refusal()),
        spool::Error::Disk(cause) => {
            tracing::error!("an upload cannot be written: {cause}");
            (StatusCode::SERVICE_UNAVAILABLE, error.refusal())
        }
    };
    problem(v, status, &refused)
}

/// Makes the files of uploads that are whole and were left so, by a server that died or while the
/// store was away; whoever looks at the draft finds them in it. Says what does not become a file, and
/// what cannot yet.
pub(super) async fn gather(app: &App, v: &View, desk: &Desk) -> Vec<Refused> {
    let mut told = Vec::new();
    let open = app.spool.open(desk.author.id()).unwrap_or_else(|error| {
        tracing::error!("uploads cannot be looked through: {error}");
        Vec::new()
    });
    let mut is_away = false;
    for open in open.into_iter().filter(|open| app.spool.arrived(open) >= open.length) {
        let waits = || Refused::new(Kind::Unavailable, "upload-waits").with("name", &*open.name);
        if is_away {
            // Each would be waited for, and in vain.
            told.push(waits());
            continue;
        }
        let held = match app.spool.hold(&open.id, open.entry).await {
            Ok(held) => held,
            Err(spool::Error::Unknown) => continue,
            Err(_) => {
                told.push(waits());
                continue;
            }
        };
        match finished(app, v, desk, held).await {
            Ok((_, None)) => {}
            Ok((_, Some(wrong))) if wrong.is_for_now() => {
                is_away = true;
                told.push(waits());
            }
            Ok((_, Some(no))) | Err(no) => told.extend(no.refused),
        }
    }
    told.dedup();
    told
}

/// Makes the file of an upload that is whole. What failed and may go well later is told beside the
/// upload, which stays; so it is while the entry cannot be changed, for it may be opened again.
///
/// # Errors
/// When it never will be one of this slot: the upload is gone then.
async fn finished(
    app: &App,
    v: &View,
    desk: &Desk,
    mut held: Held,
) -> Result<(Held, Option<Failure>)> {
    let Err(wrong) = make(app, v, desk, &mut held).await else { return Ok((held, None)) };
    if entry::changeable(&desk.contest, &desk.author.entry, arrived(&held, v)).is_err() {
        return Ok((held, Some(wrong)));
    }
    if wrong.is_for_now() {
        tracing::warn!(upload = held.upload.id, "an upload waits for becoming a file: {wrong}");
        return Ok((held, Some(wrong)));
    }
    app.spool.remove(held)?;
    Err(wrong)
}

/// When its last byte came: what came in time is taken in time, however late it is looked at.
fn arrived(held: &Held, v: &View) -> Instant {
    held.upload.touched_at.min(v.now)
}

/// Makes the file. Doing it again makes no second one.
async fn make(app: &App, v: &View, desk: &Desk, held: &mut Held) -> Result<()> {
    if held.upload.is_over {
        return Ok(());
    }
    let known = media::files(&app.db, [held.upload.file]).await?;
    if known.is_empty() {
        let at = arrived(held, v);
        entry::changeable(&desk.contest, &desk.author.entry, at)?;
        let slot = slot_of(desk, &held.upload.slot)?;
        let named = (held.upload.file, held.upload.name.as_str());
        let sha256 = Some(held.sha256().await?);
        let kept = stored(app, &slot, &held.path(), named, sha256).await?.map_err(Failure::all)?;
        let key = kept.key().to_owned();
        let tx = db::begin(&app.db).await?;
        match entry::add_file(&tx, &desk.author, &desk.contest, &slot, kept, at).await {
            Ok(Some(_)) => tx.commit().await?,
            // What is not taken, or is there already, leaves nothing behind. Nobody waits for the
            // store to say so.
            Ok(None) => {
                tx.rollback().await?;
                delete(app, &[key]).await;
            }
            Err(no) => {
                tx.rollback().await?;
                let no = Failure::from(no);
                if !no.is_for_now() {
                    delete(app, &[key]).await;
                }
                return Err(no);
            }
        }
    }
    held.over(v.now)?;
    Ok(())
}

/// The slot with this key, where it takes files.
fn slot_of(desk: &Desk, key: &str) -> Result<Slot> {
    let slot = desk.category.slots.iter().find(|slot| slot.key == key);
    let slot = slot.filter(|slot| media_kind(slot).is_some());
    slot.cloned().ok_or_else(|| Failure::new(Kind::Invalid, "upload-slot"))
}

/// Refuses what will be too large, before it is sent.
fn fits(slot: &Slot, length: u64) -> Result<()> {
    let most = media_kind(slot).map_or(0, media::most_bytes);
    let most = slot.bytes.max.map_or(most, |max| max.0.min(most));
    if length > most {
        return Err(Flaw::TooLarge { bytes: length, most }.into());
    }
    if length == 0 {
        return Err(Flaw::Empty.into());
    }
    Ok(())
}
