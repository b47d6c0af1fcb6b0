//! What a judge does beside marking: steps aside, keeps a favourite in mind, tells the organisers.

use actix_web::web;

use super::seat::seated;
use crate::app::App;
use crate::db;
use crate::judging;
use crate::web::form::Form;
use crate::web::signed::Signed;
use crate::web::{Result, View, see_other};

/// Steps aside from an entry.
///
/// # Errors
/// Not found to anybody else.
pub async fn aside(
    app: web::Data<App>,
    v: View,
    who: Signed,
    path: web::Path<(String, String)>,
    form: Form,
) -> Result {
    let (round, alias) = path.into_inner();
    let judge = seated(&app, &who, &round).await?;
    let tx = db::begin(&app.db).await?;
    judging::step_aside(&tx, &judge, &alias, form.text("reason"), v.now).await?;
    tx.commit().await?;
    Ok(see_other(&format!("/judging/{round}")))
}

/// Keeps an entry among the judge's favourites, or takes it out; only the judge sees them.
///
/// # Errors
/// Not found to anybody else.
pub async fn favourite(
    app: web::Data<App>,
    who: Signed,
    path: web::Path<(String, String)>,
    form: Form,
) -> Result {
    let (round, alias) = path.into_inner();
    let judge = seated(&app, &who, &round).await?;
    let tx = db::begin(&app.db).await?;
    judging::keep_favourite(&tx, &judge, &alias, form.ticked("favourite")).await?;
    tx.commit().await?;
    Ok(see_other(&format!("/judging/{round}/{alias}")))
}

/// Tells the organisers something about an entry, or nothing any more.
///
/// # Errors
/// Not found to anybody else.
pub async fn flag(
    app: web::Data<App>,
    who: Signed,
    path: web::Path<(String, String)>,
    form: Form,
) -> Result {
    let (round, alias) = path.into_inner();
    let judge = seated(&app, &who, &round).await?;
    let tx = db::begin(&app.db).await?;
    judging::flag(&tx, &judge, &alias, form.some("flag").as_deref()).await?;
    tx.commit().await?;
    Ok(see_other(&format!("/judging/{round}/{alias}")))
}
