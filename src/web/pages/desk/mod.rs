//! The desk: what waits for whoever is signed in, and the contests that they run.

mod contest;
mod document;

use actix_web::web;
use askama::Template;
use entity::crew::Role;
use entity::round::State;

use crate::app::App;
use crate::contest::lint::{self, Finding};
use crate::contest::{self as contests, Contest};
use crate::judging::Judge;
use crate::web::signed::Signed;
use crate::web::{Failure, Result, View, page, see_other};
use crate::{account, db, unit};

pub use self::contest::{Show, add_crew, cancel, remove_crew, show};
pub use self::document::{Edit, edit, update};

/// The desk.
#[derive(Template)]
#[template(path = "desk/index.html")]
pub struct Index {
    /// Who looks.
    pub v: View,
    /// Whether the whole site is theirs to run.
    pub is_admin: bool,
    /// Their name.
    pub name: String,
    /// Units that they act for: code and name.
    pub units: Vec<(String, String)>,
    /// Contests that they run: name in addresses, title, where it stands.
    pub contests: Vec<(String, String, &'static str)>,
    /// What else they have to do in contests: address, title, their part.
    pub parts: Vec<(String, String, &'static str)>,
    /// Rounds that they judge: key of the round, title of the contest, whether they chair it.
    pub rounds: Vec<(String, String, bool)>,
    /// Browsers in which they are signed in.
    pub sessions: Vec<(String, entity::instant::Instant)>,
}

/// What waits for whoever is signed in.
///
/// # Errors
/// When the database fails.
pub async fn index(app: web::Data<App>, v: View, who: Signed) -> Result {
    let offices = unit::offices(&app.db, who.id(), v.now).await?;
    let title = |contest: &Contest| contest.definition.title.read(v.lang.is_english()).to_owned();
    let contests = contests::organised_by(&app.db, who.id(), v.now).await?;
    let contests = contests.iter().map(|contest| {
        let phase = super::contest::phase_now(contest, &v).0;
        (contest.slug().to_owned(), title(contest), phase)
    });
    let contests = contests.collect();
    let parts = contests::parts_of(&app.db, who.id()).await?;
    let parts = parts.iter().map(|(one, role)| {
        let room = match role {
            Role::Approver => "results",
            Role::Auditor => "audit",
            _ => "screening",
        };
        (format!("/desk/contests/{}/{room}", one.slug()), title(one), contest::role_key(*role))
    });
    let parts = parts.collect();
    let seats = Judge::all(&app.db, who.id()).await?;
    let judged = seats.iter().map(|judge| judge.round.contest_id);
    let judged = contests::by_ids(&app.db, judged).await?;
    let open = seats.iter().filter(|one| one.round.state != State::Closed || one.seat.chair);
    let rounds = open.filter_map(|judge| {
        let contest = judged.iter().find(|contest| contest.id() == judge.round.contest_id)?;
        Some((judge.round.id.to_string(), title(contest), judge.seat.chair))
    });
    let rounds = rounds.collect();
    let sessions = account::list(&app.db, who.id(), v.now).await?;
    page(&Index {
        is_admin: who.user.is_admin,
        name: who.user.name.clone(),
        units: offices.into_iter().map(|(_, unit)| (unit.code, unit.name)).collect(),
        contests,
        parts,
        rounds,
        sessions: sessions.into_iter().map(|row| (row.device, row.seen_at)).collect(),
        v,
    })
}

/// Ends all other sessions.
///
/// # Errors
/// When the database fails.
pub async fn end_sessions(app: web::Data<App>, v: View, who: Signed) -> Result {
    let tx = db::begin(&app.db).await?;
    account::end_all(&tx, who.id(), Some(who.session), v.now).await?;
    tx.commit().await?;
    Ok(see_other("/desk"))
}

/// The contest above, where there is one.
pub(super) async fn parent(
    app: &App,
    contest: &Contest,
) -> std::result::Result<Option<Contest>, Failure> {
    Ok(match contest.row.parent_id {
        Some(id) => Some(contests::by_id(&app.db, id).await?),
        None => None,
    })
}

/// How grave a finding is, as a key of the words.
pub(super) fn severity(finding: &Finding) -> &'static str {
    match finding.severity {
        lint::Severity::Error => "lint-error",
        lint::Severity::Warning => "lint-warning",
        lint::Severity::Advice => "lint-advice",
    }
}
