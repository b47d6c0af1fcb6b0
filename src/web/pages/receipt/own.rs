//! What entrants do with their own entry: take it back, erase it, take everything along.

use actix_web::{HttpResponse, web};
use entity::id::EntryId;

use crate::app::App;
use crate::entry;
use crate::web::pages::draft::Desk;
use crate::web::pages::media;
use crate::web::resume::Resume;
use crate::web::signed::MaybeSigned;
use crate::web::{Result, View, see_other};
use crate::{db, results};

/// Takes an entry back.
///
/// # Errors
/// When it is not theirs, or was decided on.
pub async fn withdraw(
    app: web::Data<App>,
    v: View,
    typed: web::Path<String>,
    signed: MaybeSigned,
    resume: Resume,
) -> Result {
    let desk = Desk::of(&app, &app.db, &typed, &signed, &resume, v.now).await?;
    let tx = db::begin(&app.db).await?;
    let keys = entry::withdraw(&tx, &desk.author, v.now).await?;
    tx.commit().await?;
    clear(&app, desk.author.id(), &keys).await;
    Ok(see_other(&format!("/receipts/{}", desk.author.entry.code)))
}

/// Erases what is personal in an entry.
///
/// # Errors
/// When it is not theirs.
pub async fn erase(
    app: web::Data<App>,
    v: View,
    typed: web::Path<String>,
    signed: MaybeSigned,
    resume: Resume,
) -> Result {
    let desk = Desk::of(&app, &app.db, &typed, &signed, &resume, v.now).await?;
    let tx = db::begin(&app.db).await?;
    let keys = entry::erase(&tx, &desk.author, v.now).await?;
    results::award::forget(&tx, desk.author.id()).await?;
    tx.commit().await?;
    clear(&app, desk.author.id(), &keys).await;
    Ok(see_other("/receipts"))
}

/// Deletes objects that no row names any more, and bytes of uploads that had not ended; what fails
/// is left to a sweep.
pub(in crate::web::pages) async fn clear(app: &App, entry: EntryId, keys: &[String]) {
    delete(app, keys).await;
    for open in app.spool.open(entry).unwrap_or_default() {
        let gone = match app.spool.hold(&open.id, entry).await {
            Ok(held) => app.spool.remove(held),
            Err(error) => Err(error),
        };
        if let Err(error) = gone {
            tracing::warn!("an upload stays behind: {error}");
        }
    }
}

/// Deletes objects that no row names any more; what fails is left to a sweep.
pub(in crate::web::pages) async fn delete(app: &App, keys: &[String]) {
    for key in keys {
        if let Err(error) = app.store.delete(key).await {
            tracing::warn!(key, "an object stays behind: {error}");
        }
    }
}

/// Everything that we hold about an entry, as a file.
///
/// # Errors
/// When it is not theirs.
pub async fn export(
    app: web::Data<App>,
    v: View,
    typed: web::Path<String>,
    signed: MaybeSigned,
    resume: Resume,
) -> Result {
    let desk = Desk::of(&app, &app.db, &typed, &signed, &resume, v.now).await?;
    let saved = format!("attachment; filename=\"{}.json\"", desk.author.entry.code);
    Ok(HttpResponse::Ok()
        .insert_header(("Cache-Control", "private, no-store"))
        .insert_header(("Content-Disposition", saved))
        .json(entry::export(&app.db, &desk.author).await?))
}

/// An original of one's own.
///
/// # Errors
/// When it is not theirs.
pub async fn original(
    app: web::Data<App>,
    v: View,
    path: web::Path<(String, String)>,
    signed: MaybeSigned,
    resume: Resume,
) -> Result {
    let (typed, file) = path.into_inner();
    let desk = Desk::of(&app, &app.db, &typed, &signed, &resume, v.now).await?;
    let whole = entry::whole(&app.db, desk.author.entry).await?;
    let file = whole.files.iter().find(|held| held.id.to_string() == file);
    media::original(&app, file.ok_or(entry::Error::Unknown)?).await
}
