//! The first step: choose the work.

use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use entity::id::EntryId;

use super::receive::{receive, texts};
use super::work::Work;
use super::{Desk, Machine, Place, Standing, category_of, kept, places};
use crate::app::{self, App};
use crate::contest::definition::PhaseKind;
use crate::contest::{self, Contest};
use crate::entry::{self, Author, New, code};
use crate::refusal::{Kind, Refusal, Refused};
use crate::web::form::Form;
use crate::web::pages::receipt::own::delete;
use crate::web::resume::Resume;
use crate::web::signed::MaybeSigned;
use crate::web::{Failure, Result, View, page, see_other};
use crate::{db, unit};

/// The page on which a work is chosen.
#[derive(Template)]
#[template(path = "enter/new.html")]
pub struct Start {
    /// Who looks.
    pub v: View,
    /// Name in addresses.
    pub slug: String,
    /// The contest's name.
    pub title: String,
    /// Categories to choose from: key, name; none when there is one, or one was chosen.
    pub categories: Vec<(String, String)>,
    /// The category.
    pub category: String,
    /// Its name.
    pub category_title: String,
    /// Its places.
    pub places: Vec<Place>,
    /// Code of the draft: none before the first file.
    pub code: &'static str,
    /// The draft's key, so that a form sent twice begins one draft.
    pub once: String,
    /// Code of the unit that the link named.
    pub unit: String,
    /// Its name.
    pub unit_name: String,
    /// Why nothing can be entered now.
    pub closed: Option<Refused>,
    /// When entries close.
    pub closes: Option<entity::instant::Instant>,
}

#[derive(serde::Deserialize)]
/// What a link to the form may say.
pub struct Asked {
    category: Option<String>,
    dv: Option<String>,
}

/// Shows the form for a new entry.
///
/// # Errors
/// When there is no such contest.
pub async fn new(
    app: web::Data<App>,
    v: View,
    slug: web::Path<String>,
    asked: web::Query<Asked>,
) -> Result {
    let contest = public(contest::by_slug(&app.db, &slug).await?)?;
    page(&start(&app, v, &contest, &asked).await?)
}

fn public(contest: Contest) -> Result<Contest> {
    if contest.is_public() { Ok(contest) } else { Err(contest::Error::Unknown.into()) }
}

async fn start(app: &App, v: View, contest: &Contest, asked: &Asked) -> Result<Start> {
    let english = v.lang.is_english();
    let all: Vec<_> = entry::offered(contest, v.now).collect();
    let asked_for = asked.category.as_deref();
    let chosen = all.iter().find(|category| asked_for == Some(category.key.as_str()));
    let chosen = chosen.or(all.first().filter(|_| all.len() == 1)).copied();
    let unit = match asked.dv.as_deref() {
        Some(code) => unit::by_code(&app.db, code).await.ok(),
        None => None,
    };
    let window = contest.open(PhaseKind::Intake, v.now).filter(|_| contest.is_running());
    let ended = contest.windows(PhaseKind::Intake).map(|w| w.closes).filter(|end| *end <= v.now);
    let closed = window.is_none().then(|| entry::Error::Closed(ended.max()).refusal());
    let title = |text: &contest::definition::Text| text.read(english).to_owned();
    let choices = all.iter().map(|category| (category.key.clone(), title(&category.title)));
    let machine = Machine::of(app, &v, None).await?;
    Ok(Start {
        slug: contest.slug().to_owned(),
        title: title(&contest.definition.title),
        categories: if chosen.is_some() { Vec::new() } else { choices.collect() },
        category: chosen.map_or_else(String::new, |category| category.key.clone()),
        category_title: chosen.map_or_else(String::new, |category| title(&category.title)),
        places: chosen.map_or_else(Vec::new, |category| places(&v, category, None, &machine)),
        code: "",
        once: EntryId::new().to_string(),
        unit: unit.as_ref().map_or_else(String::new, |unit| unit.code.clone()),
        unit_name: unit.map_or_else(String::new, |unit| unit.name),
        closed,
        closes: window.and_then(|_| entry::closes(contest, chosen, v.now)),
        v,
    })
}

/// Begins a draft from the work itself.
///
/// # Errors
/// When entries are not taken, or the category is not known.
pub async fn create(
    app: web::Data<App>,
    v: View,
    slug: web::Path<String>,
    form: Form,
    signed: MaybeSigned,
    resume: Resume,
) -> Result {
    let contest = public(contest::by_slug(&app.db, &slug).await?)?;
    let ids = contest::category_ids(&app.db, contest.id()).await?;
    let unknown = || Failure::new(Kind::Invalid, "part-unknown");
    let id = *ids.get(form.text("category")).ok_or_else(unknown)?;
    let category = category_of(&app.db, &contest, id).await?;
    let mut received = receive(&app, &category, &form).await?;
    let unit = match form.some("unit") {
        Some(code) => unit::by_code(&app.db, &code).await.ok().map(|unit| unit.id),
        None => None,
    };
    let user = signed.0.as_ref().map(crate::web::signed::Signed::id);
    let new = New {
        id: form.number("once").unwrap_or_else(EntryId::new),
        code: code::letters(&app::fresh::<8>()),
        category: id,
        author: user,
        officer: None,
        resume_hash: Some(resume.hash(&app)),
        unit,
        lang: v.tag().to_owned(),
    };
    let tx = db::begin(&app.db).await?;
    let row = entry::open(&tx, &contest, new, v.now).await?;
    let author = Author::of(&tx, row, user, Some(resume.hash(&app)), v.now).await?;
    let desk = Desk { author, contest, category };
    received.record(&tx, &desk, v.now).await?;
    texts(&tx, &desk, &form, v.now).await?;
    tx.commit().await?;
    delete(&app, &received.loose).await;
    let code = desk.author.entry.code.clone();
    let mut answer = if received.faults.is_empty() && v.is_script {
        kept(&v, &code, "work", None)
    } else if received.faults.is_empty() {
        see_other(&format!("/drafts/{code}/work"))
    } else {
        let mut answer = page(&Work::of(&app, v, &desk, &resume, received.faults).await?)?;
        *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        answer
    };
    resume.keep(&app, &mut answer);
    Ok(answer)
}
