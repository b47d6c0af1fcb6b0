//! Sends entries up that a publication chose.

use anyhow::Result;
use entity::id::PublicationId;

use crate::app::{self, App};
use crate::entry::code;
use crate::refusal::Refusal;
use crate::words::{self, Lang};
use crate::{db, results};

/// Sends them; sent before, nothing happens.
pub(super) async fn promote(app: &App, id: PublicationId) -> Result<()> {
    let tx = db::begin(&app.db).await?;
    let fresh = || code::letters(&app::fresh::<8>());
    results::promote(&tx, id, fresh, app.clock.now()).await.map_err(|error| {
        let refused = error.refusal();
        anyhow::Error::new(error).context(words::say(Lang::En, refused.code, &refused.args))
    })?;
    tx.commit().await?;
    Ok(())
}
