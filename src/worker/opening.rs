//! Opening logs of votes as soon as a vote is announced: the key that checks a log is known, and its
//! rules are bound, before anybody votes.

use entity::instant::Instant;

use crate::app::App;
use crate::voting::{self, Error};

/// Seconds between two looks.
const EVERY: i64 = 5;

/// When it is looked next.
#[derive(Debug, Default)]
pub(super) struct Opening {
    due_at: Option<Instant>,
}

impl Opening {
    /// Opens what has to be opened, when it is time to look.
    pub(super) async fn go(&mut self, app: &App) {
        let now = app.clock.now();
        if self.due_at.is_some_and(|due| now < due) {
            return;
        }
        self.due_at = Some(now.plus_seconds(EVERY));
        if let Err(error) = open(app).await {
            tracing::warn!("logs of votes cannot be opened: {error}");
        }
    }
}

/// Opens the log of every vote that is announced. One that cannot be opened now is tried again at
/// the next look.
///
/// # Errors
/// When the database fails.
pub async fn open(app: &App) -> Result<(), Error> {
    for contest in voting::unopened(&app.db, app.clock.now()).await? {
        match app.votes.begin(contest).await {
            Ok(_) => tracing::info!(%contest, "the log of a vote is opened"),
            Err(Error::Elsewhere(_)) => {}
            Err(error) => tracing::warn!(%contest, "the log of a vote is not open yet: {error}"),
        }
    }
    Ok(())
}
