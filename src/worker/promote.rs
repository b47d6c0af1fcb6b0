//! Sends entries up that a publication chose.

use anyhow::Result;
use entity::id::PublicationId;

use crate::app::{self, App};
use crate::entry::code;
use crate::{db, results};

/// Sends them; sent before, nothing happens.
pub(super) async fn promote(app: &App, id: PublicationId) -> Result<()> {
    let tx = db::begin(&app.db).await?;
    let fresh = || code::letters(&app::fresh::<8>());
    results::promote(&tx, id, fresh, app.clock.now()).await?;
    tx.commit().await?;
    Ok(())
}
