//! Two works beside each other, to look at: nothing is said here.

use actix_web::web;
use askama::Template;
use entity::id::RoundId;

use super::exhibit::{Exhibit, exhibits};
use super::seat::{round_of, seated};
use crate::app::App;
use crate::entry;
use crate::judging;
use crate::web::signed::Signed;
use crate::web::{Result, View, page, see_other};

/// One of the two.
pub(super) struct Side {
    /// By which the judge knows it.
    pub alias: String,
    /// Its title.
    pub title: String,
    /// The judge's own marks, as a sum in millionths of a point; none before the first.
    pub total: Option<i64>,
    /// What there is to look at.
    pub exhibits: Vec<Exhibit>,
}

/// Two works.
#[derive(Template)]
#[template(path = "judging/two.html")]
pub(super) struct Two {
    /// Who looks.
    pub v: View,
    /// Key of the round.
    pub round: RoundId,
    /// The two.
    pub sides: Vec<Side>,
}

/// Shows two works of the judge's desk beside each other; with fewer or more than two, the desk.
///
/// # Errors
/// Not found to anybody else.
pub async fn two(
    app: web::Data<App>,
    v: View,
    who: Signed,
    round: web::Path<String>,
    asked: web::Query<Vec<(String, String)>>,
) -> Result {
    let judge = seated(&app, &who, &round).await?;
    let is_asked = |alias: &str| asked.iter().any(|(name, with)| name == "with" && with == alias);
    let mut work = judging::work(&app.db, &judge).await?;
    work.retain(|one| is_asked(&one.alias));
    if work.len() != 2 {
        return Ok(see_other(&format!("/judging/{round}?two=wrong")));
    }
    let (contest, definition) = round_of(&app, &judge).await?;
    let looks = (definition.blind, v.lang.is_english());
    let whole = entry::wholes(&app.db, work.iter().map(|one| one.assignment.entry_id)).await?;
    let mut sides = Vec::new();
    for one in &work {
        let Some(entry) = whole.get(&one.assignment.entry_id) else { continue };
        let sum: i64 = one.marks.values().map(|mark| i64::from(*mark) * 10_000).sum();
        sides.push(Side {
            alias: one.alias.clone(),
            title: entry.entry.title.clone(),
            total: (!one.marks.is_empty()).then_some(sum),
            exhibits: exhibits(&app, &contest, entry, looks).await?,
        });
    }
    page(&Two { round: judge.round.id, sides, v })
}
