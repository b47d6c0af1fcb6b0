//! The desk: what waits for whoever is signed in, and the contests that they run.

use actix_web::web;
use askama::Template;
use entity::crew::Role;
use entity::id::CrewId;
use entity::round;

use crate::app::App;
use crate::contest::apply::{self, Change};
use crate::contest::lint::{self, Finding};
use crate::contest::{self, Contest, Organiser, document};
use crate::judging::Judge;
use crate::refusal::{Kind, Refusal, Refused};
use crate::web::form::Form;
use crate::web::signed::Signed;
use crate::web::{Failure, Result, View, page, see_other};
use crate::{account, db, results, unit};

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
    /// Rounds that they judge: key of the round, title of the contest.
    pub rounds: Vec<(String, String)>,
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
    let contests = contest::organised_by(&app.db, who.id(), v.now).await?;
    let contests = contests.iter().map(|contest| {
        let phase = super::contest::phase_now(contest, &v).0;
        (contest.slug().to_owned(), title(contest), phase)
    });
    let contests = contests.collect();
    let seats = Judge::all(&app.db, who.id()).await?;
    let judged = seats.iter().map(|judge| judge.round.contest_id);
    let judged = contest::by_ids(&app.db, judged).await?;
    let rounds = seats.iter().filter_map(|judge| {
        let contest = judged.iter().find(|contest| contest.id() == judge.round.contest_id)?;
        Some((judge.round.id.to_string(), title(contest)))
    });
    let rounds = rounds.collect();
    let sessions = account::list(&app.db, who.id(), v.now).await?;
    page(&Index {
        is_admin: who.user.is_admin,
        name: who.user.name.clone(),
        units: offices.into_iter().map(|(_, unit)| (unit.code, unit.name)).collect(),
        contests,
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

/// The page on which a contest is written.
#[derive(Template)]
#[template(path = "desk/edit.html")]
pub struct Edit {
    /// Who looks.
    pub v: View,
    /// Name in addresses; empty for a new one.
    pub slug: String,
    /// The document, as typed.
    pub text: String,
    /// Findings: line, severity as a key of the words, sentence.
    pub findings: Vec<(usize, &'static str, String)>,
    /// What else was wrong.
    pub refused: Vec<Refused>,
    /// Whether a reason and a notice are needed.
    pub is_announced: bool,
    /// Reason and notice, as typed.
    pub change: Change,
}

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
    /// Rounds: key, title, whether open.
    pub rounds: Vec<(String, String, &'static str)>,
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

fn severity(finding: &Finding) -> &'static str {
    match finding.severity {
        lint::Severity::Error => "lint-error",
        lint::Severity::Warning => "lint-warning",
        lint::Severity::Advice => "lint-advice",
    }
}

/// The contest, and the right to run it.
pub(crate) async fn organised(
    app: &App,
    v: &View,
    who: &Signed,
    slug: &str,
) -> std::result::Result<(Contest, Organiser), Failure> {
    let contest = contest::by_slug(&app.db, slug).await?;
    let organiser = Organiser::of(&app.db, &contest, who.id(), v.now).await?;
    Ok((contest, organiser))
}

/// Shows a contest to its organisers.
///
/// # Errors
/// Forbidden to anybody else.
pub async fn show(app: web::Data<App>, v: View, who: Signed, slug: web::Path<String>) -> Result {
    let (contest, _) = organised(&app, &v, &who, &slug).await?;
    let screener = contest::Screener::of(&app.db, &contest, who.id(), v.now).await?;
    let english = v.lang.is_english();
    let parent = match contest.row.parent_id {
        Some(id) => Some(contest::by_id(&app.db, id).await?),
        None => None,
    };
    let findings = lint::check(&contest.definition, parent.as_ref().map(|p| &*p.definition));
    let said = findings.iter().map(|finding| (severity(finding), v.said(&finding.refused())));
    let crew = contest::crew(&app.db, contest.id()).await?;
    let names = account::names(&app.db, crew.iter().map(|row| row.user_id)).await?;
    let rounds = contest::rounds(&app.db, contest.id()).await?;
    let rounds = rounds.into_iter().map(|row| {
        let title =
            contest.definition.round(&row.key).map(|round| round.title.read(english).to_owned());
        let state = match row.state {
            round::State::Waiting => "round-waiting",
            round::State::Open => "round-open",
            round::State::Closed => "round-closed",
        };
        (row.key, title.unwrap_or_default(), state)
    });
    let counts = crate::screening::counts(&app.db, &screener).await?;
    page(&Show {
        slug: contest.slug().to_owned(),
        title: contest.definition.title.read(english).to_owned(),
        state: super::contest::phase_now(&contest, &v).0,
        is_draft: !contest.is_public(),
        findings: said.collect(),
        rounds: rounds.collect(),
        crew: crew
            .iter()
            .map(|row| {
                let name = names.get(&row.user_id).cloned().unwrap_or_default();
                (role_key(row.role), name, row.id)
            })
            .collect(),
        counts: counts.into_iter().map(|(state, n)| (super::entry::state_key(state), n)).collect(),
        address: format!("{}/contests/{}", v.base, contest.slug()),
        counts_outside: contest.definition.outside_counts.is_some(),
        has_votes: contest.definition.voting.is_some(),
        has_result: results::in_force(&app.db, contest.id()).await?.is_some(),
        v,
    })
}

fn role_key(role: Role) -> &'static str {
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
    who: Signed,
    slug: web::Path<String>,
    form: Form,
) -> Result {
    let (_, organiser) = organised(&app, &v, &who, &slug).await?;
    let change = Change { reason: form.text("reason").to_owned(), notice: String::new() };
    let tx = db::begin(&app.db).await?;
    apply::cancel(&tx, &organiser, &change, v.now).await?;
    tx.commit().await?;
    Ok(see_other(&format!("/desk/contests/{slug}")))
}

/// Shows the document to be changed.
///
/// # Errors
/// Forbidden to anybody but organisers.
pub async fn edit(app: web::Data<App>, v: View, who: Signed, slug: web::Path<String>) -> Result {
    let (contest, _) = organised(&app, &v, &who, &slug).await?;
    let text = document::write(&contest.definition);
    let is_announced = contest.is_public();
    let findings = findings(&v, &text, &lint::check(&contest.definition, None));
    let change = Change::default();
    page(&Edit {
        slug: slug.into_inner(),
        text,
        findings,
        refused: Vec::new(),
        is_announced,
        change,
        v,
    })
}

fn findings(v: &View, text: &str, found: &[Finding]) -> Vec<(usize, &'static str, String)> {
    let said = found.iter().map(|finding| {
        (document::place(text, &finding.path).0, severity(finding), v.said(&finding.refused()))
    });
    said.collect()
}

fn located(v: &View, found: &[document::Located]) -> Vec<(usize, &'static str, String)> {
    let said =
        found.iter().map(|one| (one.line, severity(&one.finding), v.said(&one.finding.refused())));
    said.collect()
}

/// Changes the contest to what the document says; what was typed stays.
///
/// # Errors
/// Forbidden to anybody but organisers; findings are said beside the lines.
pub async fn update(
    app: web::Data<App>,
    v: View,
    who: Signed,
    slug: web::Path<String>,
    form: Form,
) -> Result {
    let (contest, _) = organised(&app, &v, &who, &slug).await?;
    let text = form.text("text").to_owned();
    let change =
        Change { reason: form.text("reason").to_owned(), notice: form.text("notice").to_owned() };
    let is_announced = contest.is_public();
    let again = |findings, refused, change| Edit {
        slug: slug.to_string(),
        text: text.clone(),
        findings,
        refused,
        is_announced,
        change,
        v: v.clone(),
    };
    let parent = match contest.row.parent_id {
        Some(id) => Some(contest::by_id(&app.db, id).await?),
        None => None,
    };
    let above = |slug: &str| {
        let parent = parent.as_ref().filter(|parent| parent.slug() == slug);
        parent.map(|parent| (*parent.definition).clone())
    };
    let examined = document::examine(&text, above);
    let usable = examined.is_usable();
    let told = located(&v, &examined.found);
    let definition = match examined.definition.filter(|_| usable) {
        Some(definition) if definition.slug == contest.slug() => definition,
        Some(_) => {
            let refused = vec![Refused::new(Kind::Invalid, "slug-stays")];
            return page(&again(told, refused, change));
        }
        None => return page(&again(told, Vec::new(), change)),
    };
    let tx = db::begin(&app.db).await?;
    match apply::apply(&tx, &definition, Some(who.id()), &change, v.now).await {
        Ok(_) => {
            tx.commit().await?;
            Ok(see_other(&format!("/desk/contests/{slug}/check")))
        }
        Err(apply::Error::Findings(found)) => {
            let findings = findings(&v, &text, &found);
            page(&again(findings, Vec::new(), change))
        }
        Err(error @ apply::Error::Database(_)) => Err(error.into()),
        Err(error) => page(&again(Vec::new(), error.refusals(), change)),
    }
}

/// Gives somebody a part in the contest.
///
/// # Errors
/// Forbidden to anybody but organisers.
pub async fn add_crew(
    app: web::Data<App>,
    v: View,
    who: Signed,
    slug: web::Path<String>,
    form: Form,
) -> Result {
    let (_, organiser) = organised(&app, &v, &who, &slug).await?;
    let role = match form.text("role") {
        "organiser" => Role::Organiser,
        "approver" => Role::Approver,
        "auditor" => Role::Auditor,
        _ => Role::Screener,
    };
    let tx = db::begin(&app.db).await?;
    let user = account::invite(&tx, form.text("name"), form.text("email"), v.now).await?;
    contest::join(&tx, &organiser, (user, role), v.now).await?;
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
    who: Signed,
    path: web::Path<(String, CrewId)>,
) -> Result {
    let (slug, id) = path.into_inner();
    let (_, organiser) = organised(&app, &v, &who, &slug).await?;
    let tx = db::begin(&app.db).await?;
    if !contest::leave(&tx, &organiser, id, v.now).await? {
        return Err(Failure::new(Kind::NotFound, "nothing-here"));
    }
    tx.commit().await?;
    Ok(see_other(&format!("/desk/contests/{slug}")))
}
