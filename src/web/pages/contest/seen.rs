//! What the public may see of a contest now.

use entity::contest::State;
use entity::file;
use entity::instant::Instant;

use crate::app::App;
use crate::contest::definition::{PhaseKind, Shown};
use crate::contest::{self, Contest};
use crate::media;
use crate::refusal::Kind;
use crate::web::{Failure, Result, View};

/// What is open in a contest now: the phase that the public cares for first.
pub(crate) fn phase_now(contest: &Contest, v: &View) -> (&'static str, Option<Instant>) {
    match contest.row.state {
        State::Draft => return ("phase-draft", None),
        State::Published => return ("phase-published", None),
        State::Closed => return ("phase-closed", None),
        State::Cancelled => return ("phase-cancelled", None),
        State::Announced => {}
    }
    for (kind, key) in [
        (PhaseKind::Intake, "phase-intake"),
        (PhaseKind::Voting, "phase-voting"),
        (PhaseKind::Round, "phase-round"),
        (PhaseKind::Screening, "phase-screening"),
    ] {
        if let Some(window) = contest.open(kind, v.now) {
            return (key, Some(window.closes));
        }
    }
    let next = contest.windows(PhaseKind::Intake).find(|window| v.now < window.opens);
    next.map_or(("phase-between", None), |window| ("phase-soon", Some(window.opens)))
}

/// The contest at a public address.
///
/// # Errors
/// Not found while it is a draft.
pub(crate) async fn public(app: &App, slug: &str) -> Result<Contest> {
    let contest = contest::by_slug(&app.db, slug).await?;
    if contest.is_public() {
        Ok(contest)
    } else {
        Err(Failure::new(Kind::NotFound, "contest-unknown"))
    }
}

/// The contest's poster, once it is drawn for the public.
pub(super) async fn poster(app: &App, contest: &Contest) -> Result<Option<file::Model>> {
    let mut files = media::files(&app.db, contest.row.poster_file_id).await?;
    Ok(files.pop().filter(media::is_pictured))
}

/// Whether accepted works are shown now.
pub(crate) fn gallery_is_open(contest: &Contest, v: &View) -> bool {
    match contest.definition.gallery.shown {
        Shown::Accepted => true,
        Shown::Voting => contest.windows(PhaseKind::Voting).any(|window| v.now >= window.opens),
        Shown::Published => matches!(contest.row.state, State::Published | State::Closed),
        Shown::Never => false,
    }
}

/// Whether authors and units stand beside works now.
pub(crate) fn names_are_shown(contest: &Contest) -> bool {
    contest.definition.gallery.names
        || matches!(contest.row.state, State::Published | State::Closed)
}
