//! Links of groups: made by the thousand from a sheet, closed one by one.

use actix_web::web;

use super::{Wrong, draw, has_vote};
use crate::app::App;
use crate::db;
use crate::refusal::{Kind, Refused};
use crate::voting::{self, lists};
use crate::web::form::Form;
use crate::web::organised::Organised;
use crate::web::pages::sheet;
use crate::web::{Result, View, see_other};

/// Most days for which a link holds.
const DAYS: i64 = 400;

/// Makes links of a sheet of groups; nothing is made when a row of it is wrong.
///
/// # Errors
/// Forbidden to anybody but organisers; what is wrong with the sheet is said on the page.
pub async fn create(
    app: web::Data<App>,
    v: View,
    Organised(contest, organiser): Organised,
    slug: web::Path<String>,
    form: Form,
) -> Result {
    has_vote(&contest)?;
    let mut refused = Vec::new();
    let days = form.number::<i64>("days").filter(|days| (1..=DAYS).contains(days));
    if days.is_none() {
        let wrong = Refused::new(Kind::Invalid, "voters-days-wrong").at("days");
        refused.push(wrong.with("most", DAYS));
    }
    let rows = match sheet::sent(&form, "list", lists::MOST).await {
        Ok(rows) => rows,
        Err(failure) => {
            refused.extend(failure.refused.into_iter().map(|refused| refused.at("list")));
            Vec::new()
        }
    };
    let Some(days) = days.filter(|_| refused.is_empty()) else {
        return draw(&app, v, &contest, ("", form), Wrong::of(refused)).await;
    };
    let tx = db::begin(&app.db).await?;
    match lists::groups(&tx, &rows).await {
        Ok(links) => {
            let until = v.now.plus_seconds(days * 86400);
            let by = Some(organiser.user());
            voting::add_links(&tx, organiser.contest(), by, &links, until, v.now).await?;
            tx.commit().await?;
            Ok(see_other(&format!("/desk/contests/{slug}/voters#links")))
        }
        Err(faults) => {
            drop(tx);
            let wrong = Wrong::rows(&v, &rows, faults, "list");
            draw(&app, v, &contest, ("", form), wrong).await
        }
    }
}

/// Closes a link.
///
/// # Errors
/// Forbidden to anybody but organisers; not found where there is no such link that is open.
pub async fn close(
    app: web::Data<App>,
    v: View,
    Organised(_, organiser): Organised,
    path: web::Path<(String, i32)>,
) -> Result {
    let (slug, number) = path.into_inner();
    let tx = db::begin(&app.db).await?;
    voting::close_link(&tx, &organiser, number, v.now).await?;
    tx.commit().await?;
    Ok(see_other(&format!("/desk/contests/{slug}/voters?q={number}#links")))
}
