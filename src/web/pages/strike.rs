//! Striking entries out, and a second person's word on it.

use actix_web::web;

use crate::app::App;
use crate::contest::{self, Approver};
use crate::entry::code::meant;
use crate::web::form::Form;
use crate::web::organised::Organised;
use crate::web::signed::Signed;
use crate::web::{Result, View, see_other};
use crate::{db, results};

/// Strikes an entry out, asks for it, or drops what was asked for.
///
/// # Errors
/// Forbidden to anybody but organisers; refused without a reason.
pub async fn create(
    app: web::Data<App>,
    v: View,
    Organised(contest, organiser): Organised,
    slug: web::Path<String>,
    form: Form,
) -> Result {
    let (code, reason) = (meant(form.text("code")), form.text("reason"));
    let tx = db::begin(&app.db).await?;
    if form.text("act") == "drop" {
        results::drop_strike(&tx, &organiser, &code, reason, v.now).await?;
    } else {
        results::strike(&tx, &organiser, &code, reason, v.now).await?;
    }
    tx.commit().await?;
    let to = match contest.row.state {
        entity::contest::State::Published => format!("/desk/contests/{slug}/results"),
        _ => format!("/desk/contests/{slug}/screening/{code}"),
    };
    Ok(see_other(&to))
}

/// Strikes out what another person asked for.
///
/// # Errors
/// Forbidden to anybody but approvers, and to whoever asked for it.
pub async fn approve(
    app: web::Data<App>,
    v: View,
    who: Signed,
    slug: web::Path<String>,
    form: Form,
) -> Result {
    let contest = contest::by_slug(&app.db, &slug).await?;
    let approver = Approver::of(&app.db, &contest, who.id(), v.now).await?;
    let tx = db::begin(&app.db).await?;
    results::approve_strike(&tx, &approver, &meant(form.text("code")), v.now).await?;
    tx.commit().await?;
    Ok(see_other(&format!("/desk/contests/{slug}/results")))
}
