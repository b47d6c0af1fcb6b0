//! Draws the copies of a file; films one after the other, the entrants taking turns.

use anyhow::Result;
use entity::file;
use entity::id::{FileId, JobId};
use tokio::sync::watch;

use crate::app::App;
use crate::jobs::{self, Taken};
use crate::storage::Local;
use crate::{contest, db, entry, media};

/// Draws and keeps them; a file that cannot be decoded is refused, which is no failure.
pub(super) async fn render(app: &App, id: FileId) -> Result<()> {
    let Some((file, original)) = original(app, id).await? else { return Ok(()) };
    let made = app.decoder.draw(original.path()).await;
    finish(app, &file, made).await
}

/// As [`render`], for a film: tells how far it is, and keeps the job while it takes.
pub(super) async fn film(app: &App, job: JobId, id: FileId) -> Result<()> {
    let Some((file, original)) = original(app, id).await? else { return Ok(()) };
    let (tell, told) = watch::channel(0);
    let made = tokio::select! {
        made = app.decoder.draw_film(original.path(), &tell) => made,
        failed = follow(app, job, &file, told) => return failed,
    };
    finish(app, &file, made).await
}

/// A file and its original; none where it was erased or taken out meanwhile.
async fn original(app: &App, id: FileId) -> Result<Option<(file::Model, Local)>> {
    let Some(file) = media::files(&app.db, [id]).await?.pop() else { return Ok(None) };
    if file.refusal.as_deref() == Some(media::ERASED) {
        return Ok(None);
    }
    let original = app.store.local(&file.storage_key, app.decoder.folder()?).await?;
    Ok(Some((file, original)))
}

/// Notes how far a film is whenever it is told; ends only when the database fails.
async fn follow(
    app: &App,
    job: JobId,
    file: &file::Model,
    mut told: watch::Receiver<i64>,
) -> Result<()> {
    while told.changed().await.is_ok() {
        let drawn = *told.borrow_and_update();
        let length = file.milliseconds.unwrap_or(0).max(1);
        let tx = db::begin(&app.db).await?;
        let per_cent = i32::try_from(drawn.saturating_mul(100) / length).unwrap_or(100);
        media::progressed(&tx, file.id, per_cent).await?;
        jobs::keep(&tx, job, app.clock.now()).await?;
        tx.commit().await?;
    }
    std::future::pending().await
}

async fn finish(
    app: &App,
    file: &file::Model,
    made: Result<media::child::Made, media::Error>,
) -> Result<()> {
    let made = match made {
        Ok(made) => Ok(made),
        Err(media::Error::Flaw(flaw)) => Err(flaw),
        Err(error) => return Err(error.into()),
    };
    if let Ok(made) = &made {
        media::keep_drawn(&app.store, file.id, &made.copies, |copy| made.path(copy)).await?;
    }
    let tx = db::begin(&app.db).await?;
    if !entry::may_be_shown(&tx, file.id).await? {
        drop(tx);
        for copy in made.iter().flat_map(|made| &made.copies) {
            app.store.delete(&media::copy_key(file.id, &copy.name, &copy.format)).await?;
        }
        return Ok(());
    }
    match &made {
        Ok(made) => media::ready(&tx, file.id, &made.copies).await?,
        Err(flaw) => media::refused(&tx, file.id, flaw).await?,
    }
    entry::file_changed(&tx, file.id, app.clock.now()).await?;
    contest::file_changed(&tx, file.id).await?;
    tx.commit().await?;
    Ok(())
}

/// Takes the film whose turn it is.
pub(super) async fn next_film(app: &App) -> Result<Option<Taken>> {
    let now = app.clock.now();
    let due = jobs::films(&app.db, now).await?;
    for (job, _) in entry::in_turn(&app.db, due).await? {
        let tx = db::begin(&app.db).await?;
        let taken = jobs::take_this(&tx, job, now).await?;
        tx.commit().await?;
        if taken.is_some() {
            return Ok(taken);
        }
    }
    Ok(None)
}
