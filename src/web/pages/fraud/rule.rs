//! Ruling about a case. The ruling is committed first, the log of votes follows: at once where this
//! node leads it, and else by the worker.

use actix_web::web;
use entity::id::VoteCaseId;

use super::case::draw;
use super::read;
use crate::app::App;
use crate::contest::Approver;
use crate::db;
use crate::refusal::{Kind, Refused};
use crate::voting::Error;
use crate::voting::ruling::{self, Approval, Ruling};
use crate::web::form::Form;
use crate::web::organised::Organised;
use crate::web::pages::voters::has_vote;
use crate::web::signed::Signed;
use crate::web::{Failure, Result, View, see_other};

/// Holds, dismisses, releases, proposes, or notes an appeal.
///
/// # Errors
/// Forbidden to anybody but organisers; what is wrong is said beside what was typed.
pub async fn rule(
    app: web::Data<App>,
    v: View,
    who: Signed,
    Organised(contest, by): Organised,
    path: web::Path<(String, String)>,
    form: Form,
) -> Result {
    let (slug, code) = path.into_inner();
    has_vote(&contest)?;
    crate::voting::cases::by_code(&app.db, contest.id(), &code).await?;
    let ruled = match wanted(&form) {
        Ok(ruling) => {
            let tx = db::begin(&app.db).await?;
            let ruled = ruling::rule(&tx, &by, &code, (ruling, form.text("words")), v.now).await;
            if ruled.is_ok() {
                tx.commit().await?;
            }
            ruled.map(|case| case.id)
        }
        Err(refused) => {
            return draw(&app, v, &who, (&slug, &code), (form, vec![refused])).await;
        }
    };
    answer(&app, v, &who, (&slug, &code), (form, ruled)).await
}

/// What a form asks for.
fn wanted(form: &Form) -> std::result::Result<Ruling<'_>, Refused> {
    Ok(match form.text("act") {
        "hold" => Ruling::Hold,
        "dismiss" => Ruling::Dismiss,
        "release" => Ruling::Release,
        "propose" => Ruling::Propose(form.text("reason")),
        "appeal" => {
            let unreadable = || Refused::new(Kind::Invalid, "vote-appeal-moment").at("received");
            Ruling::Appeal(form.moment("received").ok_or_else(unreadable)?)
        }
        _ => return Err(Refused::new(Kind::Conflict, "vote-case-ruled")),
    })
}

/// Confirms or refuses what another has proposed, restores, or upholds.
///
/// # Errors
/// Forbidden to anybody but approvers; what is wrong is said beside what was typed.
pub async fn approve(
    app: web::Data<App>,
    v: View,
    who: Signed,
    path: web::Path<(String, String)>,
    form: Form,
) -> Result {
    let (slug, code) = path.into_inner();
    let by = {
        let contest = crate::contest::by_slug(&app.db, &slug).await?;
        Approver::of(&app.db, &contest, who.id(), v.now).await?
    };
    let contest = read(&app, &v, &who, &slug).await?;
    crate::voting::cases::by_code(&app.db, contest.id(), &code).await?;
    let approval = match form.text("act") {
        "confirm" => Approval::Confirm,
        "refuse" => Approval::Refuse,
        "restore" => Approval::Restore,
        "uphold" => Approval::Uphold,
        _ => {
            let refused = vec![Refused::new(Kind::Conflict, "vote-case-ruled")];
            return draw(&app, v, &who, (&slug, &code), (form, refused)).await;
        }
    };
    let tx = db::begin(&app.db).await?;
    let ruled = ruling::approve(&tx, &by, &code, (approval, form.text("words")), v.now).await;
    if ruled.is_ok() {
        tx.commit().await?;
    } else {
        drop(tx);
    }
    answer(&app, v, &who, (&slug, &code), (form, ruled.map(|case| case.id))).await
}

async fn answer(
    app: &App,
    v: View,
    who: &Signed,
    (slug, code): (&str, &str),
    (form, ruled): (Form, std::result::Result<VoteCaseId, Error>),
) -> Result {
    match ruled {
        Ok(case) => {
            if let Err(error) = app.votes.carry_out(&app.db, case).await {
                tracing::info!("a ruling about votes waits for the worker: {error}");
            }
            Ok(see_other(&format!("/desk/contests/{slug}/votes/{code}")))
        }
        Err(error) => {
            let refused = Failure::from(error).said()?;
            draw(app, v, who, (slug, code), (form, refused)).await
        }
    }
}
