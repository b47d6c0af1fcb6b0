//! Draws the copies of a picture.

use anyhow::{Context, Result};
use entity::id::FileId;

use crate::app::App;
use crate::{db, entry, media};

/// Draws and keeps them; a picture that cannot be decoded is refused, which is no failure.
pub(super) async fn render(app: &App, id: FileId) -> Result<()> {
    let file = media::files(&app.db, [id]).await?.pop().context("the file is gone")?;
    let original = app.store.get(&file.storage_key).await?;
    let drawn = tokio::task::spawn_blocking(move || media::copies(&original)).await?;
    if let Ok(copies) = &drawn {
        media::keep_copies(&app.store, id, copies).await?;
    }
    let tx = db::begin(&app.db).await?;
    match &drawn {
        Ok(copies) => media::ready(&tx, id, copies).await?,
        Err(flaw) => media::refused(&tx, id, flaw).await?,
    }
    entry::file_changed(&tx, id).await?;
    tx.commit().await?;
    Ok(())
}
