//! A contest as its organisers see it: where it stands, who works on it, and its end.

use actix_web::web;
use askama::Template;
use entity::crew::Role;
use entity::id::CrewId;
use entity::round;

use super::{parent, severity};
use crate::app::App;
use crate::contest::apply::{self, Change};
use crate::contest::{self, lint};
use crate::refusal::{Arg, Kind};
use crate::web::form::Form;
use crate::web::organised::Organised;
use crate::web::pages::contest::phase_now;
use crate::web::pages::entry::state_key;
use crate::web::pages::invite;
use crate::web::{Failure, Result, View, page, see_other};
use crate::{account, db, judging, results, screening, words};

/// A contest as its organisers see it.
#[derive(Template)]
#[template(path = "desk/show.html")]
pub struct Show {
    /// Who looks.
    pub v: View,
    /// Name in addresses.
    pub slug: String,
    /// Title.
    pub title: String,
    /// Where it stands.
    pub state: &'static str,
    /// Whether it is a draft.
    pub is_draft: bool,
    /// What the linter says: severity as a key of the words, sentence.
    pub findings: Vec<(&'static str, String)>,
    /// Rounds: key, title, whether open, how many accepted works are not in it yet.
    pub rounds: Vec<(String, String, &'static str, usize)>,
    /// Crew: role as a key of the words, name, key of the part.
    pub crew: Vec<(&'static str, String, CrewId)>,
    /// How many entries are in each state, as keys of the words.
    pub counts: Vec<(&'static str, i64)>,
    /// The public address.
    pub address: String,
    /// Whether views and likes are counted elsewhere.
    pub counts_outside: bool,
    /// Whether the public votes.
    pub has_votes: bool,
    /// Whether results were published.
    pub has_result: bool,
}

/// Shows a contest to its organisers.
///
/// # Errors
/// Forbidden to anybody else.
pub async fn show(app: web::Data<App>, v: View, Organised(contest, by): Organised) -> Result {
    let screener = contest::Screener::of(&app.db, &contest, by.user(), v.now).await?;
    let english = v.lang.is_english();
    let parent = parent(&app, &contest).await?;
    let findings = lint::check(&contest.definition, parent.as_ref().map(|p| &*p.definition));
    let said = findings.iter().map(|finding| (severity(finding), v.said(&finding.refused())));
    let crew = contest::crew(&app.db, contest.id()).await?;
    let names = account::names(&app.db, crew.iter().map(|row| row.user_id)).await?;
    let counts = screening::counts(&app.db, &screener).await?;
    page(&Show {
        slug: contest.slug().to_owned(),
        title: contest.definition.title.read(english).to_owned(),
        state: phase_now(&contest, &v).0,
        is_draft: !contest.is_public(),
        findings: said.collect(),
        rounds: rounds(&app, &contest, english).await?,
        crew: crew
            .iter()
            .map(|row| {
                let name = names.get(&row.user_id).cloned().unwrap_or_default();
                (role_key(row.role), name, row.id)
            })
            .collect(),
        counts: counts.into_iter().map(|(state, n)| (state_key(state), n)).collect(),
        address: format!("{}/contests/{}", v.base, contest.slug()),
        counts_outside: contest.definition.outside_counts.is_some(),
        has_votes: contest.definition.voting.is_some(),
        has_result: results::in_force(&app.db, contest.id()).await?.is_some(),
        v,
    })
}

/// Key, title and state of each round, and how many accepted works are not in it while it is open.
async fn rounds(
    app: &App,
    contest: &contest::Contest,
    english: bool,
) -> std::result::Result<Vec<(String, String, &'static str, usize)>, Failure> {
    let mut told = Vec::new();
    for row in contest::rounds(&app.db, contest.id()).await? {
        let title = contest.definition.round(&row.key).map(|round| round.title.read(english));
        let title = title.unwrap_or_default().to_owned();
        let (state, late) = match row.state {
            round::State::Waiting => ("round-waiting", 0),
            round::State::Open => ("round-open", judging::late(&app.db, contest, &row).await?),
            round::State::Closed => ("round-closed", 0),
        };
        told.push((row.key, title, state, late));
    }
    Ok(told)
}

pub(super) fn role_key(role: Role) -> &'static str {
    match role {
        Role::Organiser => "role-organiser",
        Role::Screener => "role-screener",
        Role::Approver => "role-approver",
        Role::Auditor => "role-auditor",
    }
}

/// Ends the contest without a result.
///
/// # Errors
/// Forbidden to anybody but organisers.
pub async fn cancel(
    app: web::Data<App>,
    v: View,
    Organised(_, organiser): Organised,
    slug: web::Path<String>,
    form: Form,
) -> Result {
    let change = Change { reason: form.text("reason").to_owned(), notice: String::new() };
    let tx = db::begin(&app.db).await?;
    apply::cancel(&tx, &organiser, &change, v.now).await?;
    tx.commit().await?;
    Ok(see_other(&format!("/desk/contests/{slug}")))
}

/// Gives somebody a part in the contest.
///
/// # Errors
/// Forbidden to anybody but organisers.
pub async fn add_crew(
    app: web::Data<App>,
    v: View,
    Organised(contest, organiser): Organised,
    slug: web::Path<String>,
    form: Form,
) -> Result {
    let role = match form.text("role") {
        "organiser" => Role::Organiser,
        "approver" => Role::Approver,
        "auditor" => Role::Auditor,
        _ => Role::Screener,
    };
    let tx = db::begin(&app.db).await?;
    let user = account::invite(&tx, form.text("name"), form.text("email"), v.now).await?;
    // Whoever has the part already has the letter too.
    if contest::join(&tx, &organiser, (user, role), v.now).await? {
        let more = |lang| vec![("role", Arg::from(words::say(lang, role_key(role), &[])))];
        invite::write(&tx, &v, &contest, ("crew", form.text("email")), more).await?;
    }
    tx.commit().await?;
    Ok(see_other(&format!("/desk/contests/{slug}")))
}

/// Ends somebody's part in the contest.
///
/// # Errors
/// Forbidden to anybody but organisers; not found where there is no such part.
pub async fn remove_crew(
    app: web::Data<App>,
    v: View,
    Organised(_, organiser): Organised,
    path: web::Path<(String, CrewId)>,
    form: Form,
) -> Result {
    let (slug, id) = path.into_inner();
    let tx = db::begin(&app.db).await?;
    if !contest::leave(&tx, &organiser, id, v.now).await? {
        return Err(Failure::new(Kind::NotFound, "nothing-here"));
    }
    form.sure().map_err(Failure::of)?;
    tx.commit().await?;
    Ok(see_other(&format!("/desk/contests/{slug}")))
}
