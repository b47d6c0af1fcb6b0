//! A late judge's work, passed on to the others.

use actix_web::web;
use askama::Template;
use entity::id::SeatId;

use super::back;
use crate::app::App;
use crate::judging::{self, Error};
use crate::web::organised::Organised;
use crate::web::{Result, View, page};
use crate::{account, contest, db};

/// What would be passed on.
#[derive(Template)]
#[template(path = "round/passing.html")]
pub struct Passing {
    /// Who looks.
    pub v: View,
    /// Name of the contest in addresses.
    pub slug: String,
    /// Key of the round.
    pub key: String,
    /// The seat of the judge who is late.
    pub seat: SeatId,
    /// The judge's name.
    pub name: String,
    /// Entries that the judge has not begun.
    pub untouched: usize,
    /// How many of them others can take.
    pub passed: usize,
    /// Who takes them: number, name, sheets to be filled now, how many more.
    pub takers: Vec<(i32, String, usize, usize)>,
}

/// Shows what would pass from a judge to the others.
///
/// # Errors
/// Forbidden to anybody but organisers.
pub async fn preview(
    app: web::Data<App>,
    v: View,
    Organised(contest, _): Organised,
    path: web::Path<(String, String, String)>,
) -> Result {
    let (slug, key, seat) = path.into_inner();
    let seat = seat.parse().map_err(|_| Error::Unknown)?;
    let told = judging::passing(&app.db, &contest, &key, seat).await?;
    let row = contest::round_by_key(&app.db, contest.id(), &key).await?;
    let panel = judging::progress(&app.db, row.id).await?;
    let names = account::names(&app.db, panel.iter().map(|one| one.seat.user_id)).await?;
    let name = |one: &judging::Progress| names.get(&one.seat.user_id).cloned().unwrap_or_default();
    let takers = panel.iter().filter_map(|one| {
        let more = *told.takers.get(&one.seat.id)?;
        Some((one.seat.number, name(one), one.all, more))
    });
    page(&Passing {
        takers: takers.collect(),
        name: panel.iter().find(|one| one.seat.id == seat).map(name).unwrap_or_default(),
        untouched: told.untouched,
        passed: told.passed,
        slug,
        key,
        seat,
        v,
    })
}

/// Passes a judge's work on.
///
/// # Errors
/// Forbidden to anybody but organisers.
pub async fn create(
    app: web::Data<App>,
    v: View,
    Organised(_, organiser): Organised,
    path: web::Path<(String, String, String)>,
) -> Result {
    let (slug, key, seat) = path.into_inner();
    let seat = seat.parse().map_err(|_| Error::Unknown)?;
    let tx = db::begin(&app.db).await?;
    judging::pass_on(&tx, &organiser, &key, seat, v.now).await?;
    tx.commit().await?;
    back(&slug, &key)
}
