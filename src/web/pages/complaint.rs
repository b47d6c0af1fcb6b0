//! Complaints about a result: filed by anybody within their window, decided at the desk, answered
//! behind the code that the sender was given.

use actix_web::web;
use askama::Template;
use entity::complaint::{Decision, Model};
use entity::{entry, id::EntryId};
use sea_orm::EntityTrait;

use crate::app::{self, App};
use crate::contest::{self, Contest, Window};
use crate::entry::code;
use crate::refusal::{Refusal, Refused};
use crate::results::{self, Error, complaint};
use crate::web::form::Form;
use crate::web::organised::Organised;
use crate::web::pages::contest::public;
use crate::web::{Failure, Result, View, page, see_other};
use crate::{account, db};

/// The form on which a complaint is written, after something was wrong with it.
#[derive(Template)]
#[template(path = "complaint/new.html")]
pub struct New {
    /// Who looks.
    pub v: View,
    /// Name in addresses.
    pub slug: String,
    /// Title.
    pub title: String,
    /// When complaints are taken.
    pub window: Option<Window>,
    /// What was wrong.
    pub refused: Vec<Refused>,
    /// What was typed.
    pub typed: Form,
}

fn window(contest: &Contest, v: &View) -> Option<Window> {
    contest.takes_complaints(v.now).or_else(|| contest.complaints().last())
}

/// Shows the form.
///
/// # Errors
/// Not found while the contest is a draft.
pub async fn new(app: web::Data<App>, v: View, slug: web::Path<String>) -> Result {
    let contest = public(&app, &slug).await?;
    page(&New::of(v, &contest, Form::default(), Vec::new()))
}

impl New {
    fn of(v: View, contest: &Contest, typed: Form, refused: Vec<Refused>) -> Self {
        Self {
            slug: contest.slug().to_owned(),
            title: contest.definition.title.read(v.lang.is_english()).to_owned(),
            window: window(contest, &v),
            refused,
            typed,
            v,
        }
    }

    /// Whether complaints are taken now.
    fn is_open(&self) -> bool {
        self.window.is_some_and(|window| window.contains(self.v.now))
    }
}

/// Files a complaint.
///
/// # Errors
/// When the database fails; what is wrong is said beside what was typed.
pub async fn create(app: web::Data<App>, v: View, slug: web::Path<String>, form: Form) -> Result {
    let contest = public(&app, &slug).await?;
    let fresh = code::letters(&app::fresh::<8>());
    let about = about(&app, &contest, form.text("entry")).await?;
    let tx = db::begin(&app.db).await?;
    let words = (form.text("name"), form.text("contact"), form.text("body"));
    match results::complain(&tx, &contest, words, (fresh, about), v.now).await {
        Ok(code) => {
            tx.commit().await?;
            Ok(see_other(&format!("/complaints/{code}")))
        }
        Err(error @ (Error::NotNow | Error::NoReason)) => {
            let code = if matches!(error, Error::NotNow) {
                "complaints-closed"
            } else {
                "complaint-words"
            };
            let refused = vec![Refused { code, ..error.refusal() }];
            page(&New::of(v, &contest, form, refused))
        }
        Err(error) => Err(error.into()),
    }
}

/// The entry that a complaint is about, where its code is one of this contest.
async fn about(app: &App, contest: &Contest, typed: &str) -> Result<Option<EntryId>> {
    if typed.is_empty() {
        return Ok(None);
    }
    let found = crate::entry::by_code(&app.db, &code::meant(typed)).await.ok();
    Ok(found.filter(|entry| entry.contest_id == contest.id()).map(|entry| entry.id))
}

/// A complaint, for whoever filed it.
#[derive(Template)]
#[template(path = "complaint/show.html")]
pub struct Show {
    /// Who looks.
    pub v: View,
    /// Name of the contest in addresses.
    pub slug: String,
    /// Its title.
    pub title: String,
    /// The complaint.
    pub row: Model,
    /// Key of the words for what was decided.
    pub decision: &'static str,
}

/// Shows a complaint and its answer to whoever has its code.
///
/// # Errors
/// Not found where there is none.
pub async fn show(app: web::Data<App>, v: View, typed: web::Path<String>) -> Result {
    let row = complaint::by_code(&app.db, &code::meant(&typed)).await?;
    let contest = contest::by_id(&app.db, row.contest_id).await?;
    let title = contest.definition.title.read(v.lang.is_english()).to_owned();
    let decision = decision_key(&row, complaint::is_corrected(&app.db, &row).await?);
    page(&Show { slug: contest.slug().to_owned(), title, row, decision, v })
}

/// A complaint at the desk.
pub struct Line {
    /// The complaint.
    pub row: Model,
    /// The entry it is about: number, code and title.
    pub entry: Option<(i32, String, String)>,
    /// Who decided.
    pub by: String,
    /// Key of the words for what was decided.
    pub decision: &'static str,
}

/// The desk's list of complaints.
#[derive(Template)]
#[template(path = "complaint/index.html")]
pub struct Index {
    /// Who looks.
    pub v: View,
    /// Name in addresses.
    pub slug: String,
    /// Title.
    pub title: String,
    /// When complaints are taken.
    pub window: Option<Window>,
    /// Complaints, oldest first.
    pub lines: Vec<Line>,
    /// What was wrong.
    pub refused: Vec<Refused>,
}

/// Shows the complaints of a contest.
///
/// # Errors
/// Forbidden to anybody but organisers.
pub async fn index(app: web::Data<App>, v: View, Organised(contest, _): Organised) -> Result {
    draw(&app, v, &contest, Vec::new()).await
}

async fn draw(app: &App, v: View, contest: &Contest, refused: Vec<Refused>) -> Result {
    use sea_orm::{ColumnTrait, QueryFilter};
    let rows = complaint::of_contest(&app.db, contest.id()).await?;
    let entries = entry::Entity::find()
        .filter(entry::Column::Id.is_in(rows.iter().filter_map(|row| row.entry_id)))
        .all(&app.db)
        .await?;
    let names = account::names(&app.db, rows.iter().filter_map(|row| row.answered_by)).await?;
    let mut lines = Vec::new();
    for row in rows {
        let entry = entries.iter().find(|entry| Some(entry.id) == row.entry_id);
        let by = row.answered_by.and_then(|id| names.get(&id).cloned()).unwrap_or_default();
        let entry = entry.map(|e| (e.number.unwrap_or(0), e.code.clone(), e.title.clone()));
        let decision = decision_key(&row, complaint::is_corrected(&app.db, &row).await?);
        lines.push(Line { entry, by, decision, row });
    }
    page(&Index {
        slug: contest.slug().to_owned(),
        title: contest.definition.title.read(v.lang.is_english()).to_owned(),
        window: window(contest, &v),
        lines,
        refused,
        v,
    })
}

/// Decides about a complaint and answers it.
///
/// # Errors
/// Forbidden to anybody but organisers; a missing answer is said on the page.
pub async fn decide(
    app: web::Data<App>,
    v: View,
    Organised(contest, by): Organised,
    path: web::Path<(String, String)>,
    form: Form,
) -> Result {
    let (slug, code) = path.into_inner();
    let decision = match form.text("decision") {
        "upheld" => Decision::Upheld,
        _ => Decision::Dismissed,
    };
    let tx = db::begin(&app.db).await?;
    match complaint::answer(&tx, &by, &code, (decision, form.text("answer")), v.now).await {
        Ok(()) => {
            tx.commit().await?;
            Ok(see_other(&format!("/desk/contests/{slug}/complaints")))
        }
        Err(error) => {
            drop(tx);
            draw(&app, v, &contest, Failure::from(error).said()?).await
        }
    }
}

/// Key of the words for what was decided, and what came of it.
fn decision_key(row: &Model, is_corrected: bool) -> &'static str {
    match row.decision {
        None => "complaint-open",
        Some(Decision::Upheld) if is_corrected => "complaint-corrected",
        Some(Decision::Upheld) => "complaint-upheld",
        Some(Decision::Dismissed) => "complaint-dismissed",
    }
}
