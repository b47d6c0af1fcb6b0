//! Asking witnesses to cosign the heads of our logs of votes, once a minute where something is new.

use std::time::Duration;

use anyhow::{Result, bail};
use entity::id::ContestId;
use entity::vote_log;
use sea_orm::EntityTrait;

use crate::app::App;
use crate::voting::witness::{Witness, keep, seen_by};
use crate::{db, fetch};

/// Between two rounds.
const EVERY: Duration = Duration::from_secs(60);

/// Asks until told to stop.
pub(super) async fn run(app: &App, stop: &tokio::sync::watch::Receiver<bool>) {
    let witnesses = app.config.votes.witnesses();
    if witnesses.len() < app.config.votes.witnesses.len() {
        tracing::error!("a witness in the settings is not an address and a key");
    }
    let mut stop = stop.clone();
    while !witnesses.is_empty() && !*stop.borrow() {
        if let Err(error) = round(app, &witnesses).await {
            tracing::warn!("heads of logs cannot be sent to witnesses: {error:#}");
        }
        tokio::select! {
            _ = stop.changed() => {}
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

/// Asks each of these witnesses to cosign what is new of each log. One that cannot be reached is
/// asked again the next time.
///
/// # Errors
/// When the database fails.
pub async fn round(app: &App, witnesses: &[Witness]) -> Result<()> {
    for log in vote_log::Entity::find().all(&app.db).await? {
        for witness in witnesses {
            if let Err(error) = ask(app, log.contest_id, witness).await {
                let name = witness.key.name();
                tracing::warn!(name, "a witness did not cosign {}: {error:#}", log.origin);
            }
        }
    }
    Ok(())
}

/// Asks one witness; a second time where it remembers another head than we do.
async fn ask(app: &App, contest: ContestId, witness: &Witness) -> Result<()> {
    let (mut old, all) = seen_by(&app.db, contest, &witness.key).await?;
    if all {
        return Ok(());
    }
    for _ in 0..2 {
        let (request, note) = app.votes.request(&app.db, contest, old).await?;
        let address = format!("{}/add-checkpoint", witness.url);
        let answer = fetch::post(&address, "text/plain", request.as_bytes()).await?;
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        match answer.status {
            200 => {
                let tx = db::begin(&app.db).await?;
                let now = app.clock.now();
                if !keep(&tx, contest, (&witness.key, &note, &text), now).await? {
                    bail!("its answer is no cosignature of its key");
                }
                tx.commit().await?;
                return Ok(());
            }
            409 => old = text.trim().parse()?,
            status => bail!("it answered {status}: {}", text.trim()),
        }
    }
    bail!("it remembers another log")
}
