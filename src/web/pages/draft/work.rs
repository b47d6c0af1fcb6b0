//! The work: files, texts, captions.

use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;

use super::receive::{receive, texts};
use super::{Desk, Machine, Place, Standing, kept, places};
use crate::app::App;
use crate::refusal::{Kind, Refusal, Refused};
use crate::web::form::Form;
use crate::web::pages::receipt::own::delete;
use crate::web::pages::upload::gather;
use crate::web::resume::Resume;
use crate::web::signed::MaybeSigned;
use crate::web::{Result, View, page, see_other};
use crate::{db, entry};

/// The page of the work.
#[derive(Template)]
#[template(path = "enter/work.html")]
pub struct Work {
    /// Who looks.
    pub v: View,
    /// The draft's code.
    pub code: String,
    /// The contest's name.
    pub contest: String,
    /// Its places.
    pub places: Vec<Place>,
    /// By which the draft is taken up again elsewhere.
    pub resume: String,
    /// What is wrong.
    pub refused: Vec<Refused>,
}

impl Work {
    pub(super) async fn of(
        app: &App,
        v: View,
        desk: &Desk,
        resume: &Resume,
        refused: Vec<Refused>,
    ) -> Result<Self> {
        let whole = entry::whole(&app.db, desk.author.entry.clone()).await?;
        let machine = Machine::of(app, &v, Some(&whole)).await?;
        Ok(Self {
            code: desk.author.entry.code.clone(),
            contest: desk.contest.definition.title.read(v.lang.is_english()).to_owned(),
            places: places(&v, &desk.category, Some(&whole), &machine),
            resume: resume.shown(),
            refused,
            v,
        })
    }
}

/// Shows the work.
///
/// # Errors
/// When it is not theirs.
pub async fn work(
    app: web::Data<App>,
    v: View,
    code: web::Path<String>,
    signed: MaybeSigned,
    resume: Resume,
) -> Result {
    let desk = Desk::at_work(&app, &app.db, &code, &signed, &resume, v.now).await?;
    let told = gather(&app, &v, &desk).await;
    page(&Work::of(&app, v, &desk, &resume, told).await?)
}

/// Keeps the work: new files, texts, captions, or a file taken out.
///
/// # Errors
/// When it is not theirs, or cannot be changed any more.
pub async fn keep_work(
    app: web::Data<App>,
    v: View,
    code: web::Path<String>,
    form: Form,
    signed: MaybeSigned,
    resume: Resume,
) -> Result {
    let desk = Desk::at_work(&app, &app.db, &code, &signed, &resume, v.now).await?;
    entry::may_write(&desk.contest, &desk.author.entry, v.now)?;
    let mut received = receive(&app, &desk.category, &form).await?;
    let tx = db::begin(&app.db).await?;
    texts(&tx, &desk, &form, v.now).await?;
    captions(&tx, &desk, &form).await?;
    let (mut refused, mut gone) = (Vec::new(), Vec::new());
    if let Some(part) = form.number("remove") {
        match entry::remove_part(&tx, &desk.author, &desk.contest, part, v.now).await {
            Ok(keys) => gone = keys,
            Err(error) => refused.push(told(error)?),
        }
    }
    match received.record(&tx, &desk, v.now).await {
        Ok(()) => refused.append(&mut received.faults),
        Err(failure) if failure.refused.iter().all(|r| r.kind == Kind::Conflict) => {
            refused.extend(failure.refused);
        }
        Err(failure) => return Err(failure),
    }
    tx.commit().await?;
    gone.append(&mut received.loose);
    delete(&app, &gone).await;
    if refused.is_empty() && v.is_script {
        return Ok(kept(&v, &desk.author.entry.code, "work", None));
    }
    if refused.is_empty() {
        let stays = form.ticked("remove") || form.text("then") == "stay";
        let code = &desk.author.entry.code;
        let next = if stays { "work" } else { "about" };
        return Ok(see_other(&format!("/drafts/{code}/{next}")));
    }
    let mut answer = page(&Work::of(&app, v, &desk, &resume, refused).await?)?;
    *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(answer)
}

/// An error that is told on the form, or the failure that it is.
fn told(error: entry::Error) -> Result<Refused> {
    let refused = error.refusal();
    if refused.kind == Kind::Conflict { Ok(refused) } else { Err(error.into()) }
}

async fn captions(tx: &sea_orm::DatabaseTransaction, desk: &Desk, form: &Form) -> Result<()> {
    let some = |field: String| form.some(&field);
    for (name, _) in form.texts() {
        let Some(part) = name.strip_prefix("alt.") else { continue };
        let Ok(id) = part.parse() else { continue };
        let caption = some(format!("caption.{part}"));
        let alt = some(format!("alt.{part}"));
        // A part that was taken out in another window keeps no words.
        match entry::note(tx, &desk.author, id, caption, alt).await {
            Ok(()) | Err(entry::Error::NoPart(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}
