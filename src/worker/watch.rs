//! Watching over votes: the signals are asked every ten minutes while people vote, beside the log
//! and never in a vote's way, and what they find waits in the queue of the desk.

use std::collections::HashMap;

use anyhow::Result;
use entity::id::ContestId;
use entity::instant::Instant;
use entity::vote_log;
use sea_orm::EntityTrait;

use crate::app::{self, App};
use crate::contest::{self, Contest};
use crate::db;
use crate::entry::code;
use crate::voting::signals;
use crate::voting::{self, cases};

/// Seconds between two looks.
const EVERY: i64 = 600;

/// What was looked at.
#[derive(Debug, Default)]
pub(super) struct Watch {
    due_at: Option<Instant>,
    /// Leaves that were projected when a contest was last looked at.
    seen: HashMap<ContestId, i64>,
}

impl Watch {
    /// Looks at every contest that has new votes, when it is time to.
    pub(super) async fn go(&mut self, app: &App) {
        let now = app.clock.now();
        if self.due_at.is_some_and(|due| now < due) {
            return;
        }
        self.due_at = Some(now.plus_seconds(EVERY));
        if let Err(error) = self.look(app).await {
            tracing::warn!("votes cannot be looked through: {error:#}");
        }
    }

    async fn look(&mut self, app: &App) -> Result<()> {
        for log in vote_log::Entity::find().all(&app.db).await? {
            if self.seen.insert(log.contest_id, log.applied) == Some(log.applied) {
                continue;
            }
            let contest = contest::by_id(&app.db, log.contest_id).await?;
            let found = look(app, &contest).await?;
            if found > 0 {
                tracing::info!(contest = contest.slug(), found, "votes wait for a look");
            }
        }
        Ok(())
    }
}

/// Looks through the votes of a contest and puts what is found into the queue; says how many cases
/// are new.
///
/// # Errors
/// When the database fails.
pub async fn look(app: &App, contest: &Contest) -> Result<u32, voting::Error> {
    let now = app.clock.now();
    app.votes.caught_up(contest, now).await?;
    let snapshot = db::snapshot(&app.db).await?;
    let (trails, quotas) = cases::trails(&snapshot, contest.id()).await?;
    drop(snapshot);
    let found = tokio::task::spawn_blocking(move || signals::look(&trails, &quotas)).await;
    let found = found.map_err(|_| voting::Error::Busy)?;
    let tx = db::begin(&app.db).await?;
    let fresh = || code::letters(&app::fresh::<8>());
    let added = cases::file(&tx, contest.id(), found, fresh, now).await?;
    tx.commit().await?;
    Ok(added)
}

/// Erases what is kept of where votes came from, where its time is over.
pub(super) async fn expire(app: &App) -> Result<()> {
    for log in vote_log::Entity::find().all(&app.db).await? {
        let contest = contest::by_id(&app.db, log.contest_id).await?;
        let tx = db::begin(&app.db).await?;
        if voting::expire(&tx, &contest, app.clock.now()).await? {
            tracing::info!(contest = contest.slug(), "traces of votes are erased");
        }
        tx.commit().await?;
    }
    Ok(())
}
