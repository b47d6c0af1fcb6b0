//! Two works beside each other, to look at: nothing is said here.

use actix_web::web;
use askama::Template;
use entity::id::RoundId;

use super::{pictures, round_of, seated, texts};
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
    /// Numbers of its pictures.
    pub pictures: Vec<usize>,
    /// Its texts: name of the slot, and the text.
    pub texts: Vec<(String, String)>,
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
    let (contest, _) = round_of(&app, &judge).await?;
    let whole = entry::wholes(&app.db, work.iter().map(|one| one.assignment.entry_id)).await?;
    let sides = work.iter().filter_map(|one| {
        let entry = whole.get(&one.assignment.entry_id)?;
        let sum: i64 = one.marks.values().map(|mark| i64::from(*mark) * 10_000).sum();
        Some(Side {
            alias: one.alias.clone(),
            title: entry.entry.title.clone(),
            total: (!one.marks.is_empty()).then_some(sum),
            pictures: (0..pictures(entry).count()).collect(),
            texts: texts(&contest, entry, v.lang.is_english()),
        })
    });
    page(&Two { round: judge.round.id, sides: sides.collect(), v })
}
