//! Keys of logs of votes, renewed or destroyed where the log is written.

use anyhow::Result;
use entity::id::ContestId;

use crate::app::App;
use crate::audit::{self, Act};
use crate::db;
use crate::jobs::KeyAct;

/// Does it, and notes it in the log of acts.
///
/// # Errors
/// When another process writes the log, or the appeals are not over.
pub async fn keys(app: &App, contest: ContestId, act: KeyAct) -> Result<()> {
    let now = app.clock.now();
    let name = match act {
        KeyAct::Rotate => {
            app.votes.rotate_keys(contest).await?;
            "vote-keys-renewed"
        }
        KeyAct::Destroy => {
            app.votes.destroy_key(&app.db, contest, now).await?;
            "vote-key-destroyed"
        }
    };
    let act = Act {
        role: "operator",
        act: name,
        subject: format!("vote_log:{contest}"),
        contest: Some(contest),
        ..Act::default()
    };
    let tx = db::begin(&app.db).await?;
    audit::record(&tx, act, now).await?;
    tx.commit().await?;
    Ok(())
}
