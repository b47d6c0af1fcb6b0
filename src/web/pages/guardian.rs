//! The page of a guardian: what is asked of them, their yes, their no. Whoever holds the link is
//! believed; it is made for one entry, and goes to its entrant, its screeners and the address that the
//! entrant named.

use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use entity::entry::State;

use super::entry::state_key;
use super::receipt::own::clear;
use crate::app::App;
use crate::contest::{self, Contest};
use crate::db;
use crate::entry::{self, Guarded, Guardian, code};
use crate::media;
use crate::refusal::{Kind, Refused};
use crate::web::form::Form;
use crate::web::{Result, View, page, see_other};

/// The page.
#[derive(Template)]
#[template(path = "guardian/show.html")]
pub struct Show {
    /// Who looks.
    pub v: View,
    /// The entry.
    pub entry: entity::entry::Model,
    /// Key of its state's words.
    pub state: &'static str,
    /// The contest: its name, and that in addresses.
    pub contest: (String, String),
    /// Address of this page.
    pub here: String,
    /// Addresses of its pictures, without size and ending.
    pub pictures: Vec<String>,
    /// Its texts, and the addresses of its links.
    pub texts: Vec<String>,
    /// What is asked and was said; none where nothing is.
    pub guarded: Option<Guarded>,
    /// Whether it is still in the contest.
    pub is_in: bool,
    /// Name as typed.
    pub name: String,
    /// Keys of what is ticked.
    pub ticked: Vec<String>,
    /// What is wrong.
    pub refused: Vec<Refused>,
}

async fn guardian(app: &App, path: &(String, String)) -> Result<(Guardian, Contest)> {
    let entry = entry::by_code(&app.db, &code::meant(&path.0)).await?;
    let known = app.consent_path(&entry);
    let known = known.rsplit('/').next().unwrap_or_default();
    let guardian = Guardian::of(entry, &path.1, known)?;
    let contest = contest::by_id(&app.db, guardian.entry.contest_id).await?;
    Ok((guardian, contest))
}

async fn draw(app: &App, v: View, by: &Guardian, contest: &Contest) -> Result<Show> {
    let whole = entry::whole(&app.db, by.entry.clone()).await?;
    let guarded = entry::guarded(&app.db, contest, &whole.entry, v.now).await?;
    let shown = whole.files.iter().filter(|file| media::is_pictured(file));
    let texts = whole.parts.iter().filter_map(|part| part.body.clone().or(part.link.clone()));
    let in_contest = [State::Submitted, State::Returned, State::Accepted];
    Ok(Show {
        here: app.consent_path(&whole.entry),
        state: state_key(whole.entry.state),
        contest: (
            contest.definition.title.read(v.lang.is_english()).to_owned(),
            contest.slug().to_owned(),
        ),
        pictures: shown.map(|file| format!("/media/{}", file.id)).collect(),
        texts: texts.collect(),
        is_in: in_contest.contains(&whole.entry.state),
        name: guarded.as_ref().map(|guarded| guarded.name.clone()).unwrap_or_default(),
        guarded,
        ticked: Vec::new(),
        refused: Vec::new(),
        entry: whole.entry,
        v,
    })
}

/// Shows what a guardian is asked, and what they said.
///
/// # Errors
/// When the link is none of ours.
pub async fn show(app: web::Data<App>, v: View, path: web::Path<(String, String)>) -> Result {
    let (by, contest) = guardian(&app, &path).await?;
    page(&draw(&app, v, &by, &contest).await?)
}

/// Takes the guardian's yes.
///
/// # Errors
/// When the link is none of ours; what is missing is said on the page.
pub async fn create(
    app: web::Data<App>,
    v: View,
    path: web::Path<(String, String)>,
    form: Form,
) -> Result {
    let (by, contest) = guardian(&app, &path).await?;
    let agreed: Vec<String> = form.all("agree").map(str::to_owned).collect();
    let name = form.text("name").trim().to_owned();
    let tx = db::begin(&app.db).await?;
    match entry::agree(&tx, &by, &contest, (&name, &agreed), v.now).await {
        Ok(()) => {
            tx.commit().await?;
            Ok(see_other(&app.consent_path(&by.entry)))
        }
        Err(entry::Error::Faults(faults)) if faults.iter().all(|f| f.kind == Kind::Invalid) => {
            drop(tx);
            let mut shown = draw(&app, v, &by, &contest).await?;
            (shown.name, shown.ticked, shown.refused) = (name, agreed, faults);
            let mut answer = page(&shown)?;
            *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(answer)
        }
        Err(error) => Err(error.into()),
    }
}

/// Takes the guardian's no, at any time: the entry leaves the contest.
///
/// # Errors
/// When the link is none of ours, or the entry left already.
pub async fn destroy(app: web::Data<App>, v: View, path: web::Path<(String, String)>) -> Result {
    let (by, contest) = guardian(&app, &path).await?;
    let tx = db::begin(&app.db).await?;
    let keys = entry::refuse(&tx, &by, &contest, v.now).await?;
    tx.commit().await?;
    clear(&app, by.entry.id, &keys).await;
    Ok(see_other(&app.consent_path(&by.entry)))
}
