//! Holds works against all others; what is alike is for a screener to look at.

use anyhow::Result;
use entity::id::EntryId;

use crate::app::App;
use crate::media::print::Print;
use crate::{db, entry, media};

/// The fewest characters of a typed text that is worth comparing.
const TYPED: usize = 200;

/// Takes the fingerprints of an entry's parts, then compares everything that waits.
pub(super) async fn compare(app: &App, id: EntryId) -> Result<()> {
    let mut prints = Vec::new();
    for (part, file) in entry::without_print(&app.db, id).await? {
        let print = match (&file, &part.body) {
            (Some(file), _) if file.state == entity::file::State::Ready => {
                print_of(app, file.id).await?
            }
            (None, Some(text)) if text.len() >= TYPED => Print::of_text(text),
            _ => None,
        };
        prints.extend(print.map(|print| (part, print)));
    }
    let tx = db::begin(&app.db).await?;
    for (part, print) in &prints {
        entry::keep_print(&tx, part, print).await?;
    }
    tx.commit().await?;
    let compared = entry::compare(&app.db).await?;
    if compared.waited.is_empty() {
        return Ok(());
    }
    let tx = db::begin(&app.db).await?;
    entry::keep_found(&tx, &compared, app.clock.now()).await?;
    tx.commit().await?;
    Ok(())
}

/// The fingerprint that was taken when a file was drawn; none where it was too plain.
async fn print_of(app: &App, file: entity::id::FileId) -> Result<Option<Print>> {
    match media::copy(&app.db, file, "print", "bin").await? {
        Some(copy) => Ok(Print::read(&app.store.get(&copy.storage_key).await?)),
        None => Ok(None),
    }
}
