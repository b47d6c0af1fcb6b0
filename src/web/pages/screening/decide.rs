//! What a screener decides about one entry, or about many at once.

use actix_web::http::StatusCode;
use actix_web::web;
use entity::id::EntryId;

use super::grid::{Asked, drawn};
use super::show::{Show, after, whole};
use super::{at, back, desk, in_contest};
use crate::app::App;
use crate::contest::{Contest, Screener, moment};
use crate::refusal::{Kind, Refusal, Refused};
use crate::screening::{self, Finding};
use crate::web::form::Form;
use crate::web::signed::Signed;
use crate::web::{Failure, Result, View, page, see_other};
use crate::{db, entry};

/// What a form found.
fn finding(form: &Form) -> std::result::Result<Finding, Refused> {
    let (reason, note) = (form.text("reason").to_owned(), form.text("note").to_owned());
    match form.text("verdict") {
        "accept" => Ok(Finding::Accept),
        "return" => match moment::closes(&form.text("until").into()) {
            Ok(until) => Ok(Finding::Return { reason, note, until }),
            Err(_) => Err(Refused::new(Kind::Invalid, "screening-past").at("until")),
        },
        "reject" => Ok(Finding::Reject { reason, note }),
        _ => Err(Refused::new(Kind::Invalid, "screening-no-verdict").at("verdict")),
    }
}

/// Notes a finding and goes on to the next entry that waits.
///
/// # Errors
/// Without the right to screen, or without such an entry.
pub async fn create(
    app: web::Data<App>,
    v: View,
    who: Signed,
    path: web::Path<(String, String)>,
    form: Form,
) -> Result {
    let (contest, screener, entry) = at(&app, &path, &who, &v).await?;
    let refused = match finding(&form) {
        Ok(finding) => {
            let tx = db::begin(&app.db).await?;
            match screening::find(&tx, &screener, entry.id, &finding, v.now).await {
                Ok(()) => {
                    tx.commit().await?;
                    return next(&app, &contest, &screener, &entry).await;
                }
                Err(error) => error.refusal(),
            }
        }
        Err(refused) => refused,
    };
    if !matches!(refused.kind, Kind::Invalid | Kind::Conflict) {
        return Err(Failure::new(refused.kind, refused.code));
    }
    let mut drawn = whole(&app, v, &contest, &screener, entry).await?;
    drawn.refused.push(refused);
    form.text("note").clone_into(&mut drawn.note);
    form.text("reason").clone_into(&mut drawn.reason);
    if form.ticked("until") {
        form.text("until").clone_into(&mut drawn.until);
    }
    answered(&drawn)
}

/// The entry's page with what is wrong.
fn answered(drawn: &Show) -> Result {
    let mut answer = page(drawn)?;
    *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(answer)
}

/// The way to the next entry that waits: behind this one, else the first, else the grid.
async fn next(app: &App, contest: &Contest, by: &Screener, done: &entity::entry::Model) -> Result {
    let desk = format!("/desk/contests/{}/screening", contest.slug());
    Ok(match after(&app.db, by, done).await? {
        Some(next) => see_other(&format!("{desk}/{}", next.code)),
        None => see_other(&desk),
    })
}

/// Notes one finding for all entries that were marked in the grid.
///
/// # Errors
/// Without the right to screen, or without such an entry; what cannot be noted is said on a page,
/// and then none of them changed.
pub async fn create_many(
    app: web::Data<App>,
    v: View,
    who: Signed,
    slug: web::Path<String>,
    form: Form,
) -> Result {
    let (contest, screener) = desk(&app, &slug, &who, &v).await?;
    // Looked up before the transaction: whoever holds one connection waits for no other.
    let mut entries = Vec::new();
    for typed in form.all("code") {
        entries.push(in_contest(&app, &contest, typed).await?.id);
    }
    let refused = match noted(&app, &screener, &entries, (&form, &v)).await? {
        Ok(()) => return Ok(see_other(&format!("/desk/contests/{}/screening", contest.slug()))),
        Err(refused) => refused,
    };
    let asked = Asked {
        state: None,
        unit: form.some("unit"),
        only: form.some("only"),
        after: form.number("after"),
    };
    let status = if refused.kind == Kind::Conflict {
        StatusCode::CONFLICT
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let marked = form.all("code").map(str::to_owned).collect();
    let mut answer = drawn(&app, v, (&contest, &screener), asked, (marked, vec![refused])).await?;
    *answer.status_mut() = status;
    Ok(answer)
}

/// Notes what a form found for all of these entries, or for none; what stands in the way where it
/// is to be said on the page.
async fn noted(
    app: &App,
    screener: &Screener,
    entries: &[EntryId],
    (form, v): (&Form, &View),
) -> Result<std::result::Result<(), Refused>> {
    let finding = match finding(form) {
        Ok(finding) => finding,
        Err(refused) => return Ok(Err(refused)),
    };
    let tx = db::begin(&app.db).await?;
    for entry in entries {
        if let Err(error) = screening::find(&tx, screener, *entry, &finding, v.now).await {
            let refused = error.refusal();
            return match refused.kind {
                Kind::Invalid | Kind::Conflict => Ok(Err(refused)),
                _ => Err(error.into()),
            };
        }
    }
    tx.commit().await?;
    Ok(Ok(()))
}

/// Takes the last finding back.
///
/// # Errors
/// Without the right to screen, or when there is nothing to take back.
pub async fn undo(
    app: web::Data<App>,
    v: View,
    who: Signed,
    path: web::Path<(String, String)>,
) -> Result {
    let (contest, screener, entry) = at(&app, &path, &who, &v).await?;
    let tx = db::begin(&app.db).await?;
    screening::undo(&tx, &screener, entry.id, v.now).await?;
    tx.commit().await?;
    Ok(back(&contest, &entry))
}

/// Writes down that the guardian agreed on paper.
///
/// # Errors
/// Without the right to screen, or where nobody has to agree.
pub async fn agree_on_paper(
    app: web::Data<App>,
    v: View,
    who: Signed,
    path: web::Path<(String, String)>,
    form: Form,
) -> Result {
    let (contest, screener, entry) = at(&app, &path, &who, &v).await?;
    let tx = db::begin(&app.db).await?;
    let paper = (entry.id, form.text("paper").trim());
    match entry::agree_on_paper(&tx, &screener, paper, v.now).await {
        Ok(()) => {
            tx.commit().await?;
            Ok(back(&contest, &entry))
        }
        Err(error) => {
            drop(tx);
            let refused = error.refusal();
            if !matches!(refused.kind, Kind::Invalid | Kind::Conflict) {
                return Err(error.into());
            }
            let mut drawn = whole(&app, v, &contest, &screener, entry).await?;
            drawn.refused.push(refused);
            answered(&drawn)
        }
    }
}

/// Puts the entry into another category that the jury fills.
///
/// # Errors
/// Without the right to screen, or where the entry does not fit.
pub async fn place(
    app: web::Data<App>,
    v: View,
    who: Signed,
    path: web::Path<(String, String)>,
    form: Form,
) -> Result {
    let (contest, screener, entry) = at(&app, &path, &who, &v).await?;
    let tx = db::begin(&app.db).await?;
    screening::place(&tx, &screener, entry.id, form.text("category"), v.now).await?;
    tx.commit().await?;
    Ok(back(&contest, &entry))
}
