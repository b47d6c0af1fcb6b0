//! Two works side by side: which is better?

use actix_web::web;
use askama::Template;
use entity::id::RoundId;

use super::judging::exhibit::{Exhibit, exhibits};
use super::judging::seat::{round_of, seated};
use crate::app::App;
use crate::contest::Contest;
use crate::contest::definition::Round;
use crate::judging::{self, Judge, pair};
use crate::refusal::Refused;
use crate::web::form::Form;
use crate::web::signed::Signed;
use crate::web::{Failure, Result, View, page, see_other};
use crate::{db, entry};

/// One of the two.
pub struct Side {
    /// By which the judge knows it.
    pub alias: String,
    /// By which the judge knows the other.
    pub other: String,
    /// Its title.
    pub title: String,
    /// What there is to look at.
    pub exhibits: Vec<Exhibit>,
}

/// The pair.
#[derive(Template)]
#[template(path = "comparison/show.html")]
pub struct Show {
    /// Who looks.
    pub v: View,
    /// Key of the round.
    pub round: RoundId,
    /// Title of the contest.
    pub contest: String,
    /// The two; none when the judge has compared enough.
    pub pair: Vec<Side>,
    /// From how many per cent on who goes on is settled; none where it is not yet.
    pub settled: Option<i64>,
    /// Comparisons made.
    pub made: usize,
    /// Comparisons to be made.
    pub all: usize,
    /// Whether the judge declared them final.
    pub is_final: bool,
    /// What was wrong.
    pub refused: Vec<Refused>,
}

/// Shows the next pair.
pub(super) async fn show(
    app: &App,
    v: View,
    judge: &Judge,
    (contest, round): (&Contest, &Round),
    refused: Vec<Refused>,
) -> Result {
    let made = pair::made(&app.db, judge.seat.id).await?;
    let mut sides = Vec::new();
    if let Some((left, right)) = pair::next(&app.db, judge, round).await? {
        let ids = [left.assignment.entry_id, right.assignment.entry_id];
        let whole = entry::wholes(&app.db, ids).await?;
        let looks = (round.blind, v.lang.is_english());
        for (one, other) in [(&left, &right), (&right, &left)] {
            let Some(entry) = whole.get(&one.assignment.entry_id) else { continue };
            sides.push(Side {
                alias: one.alias.clone(),
                other: other.alias.clone(),
                title: entry.entry.title.clone(),
                exhibits: exhibits(app, contest, entry, looks).await?,
            });
        }
    }
    let sure = judging::sure(&app.db, judge.round.id, round).await?;
    page(&Show {
        settled: sure.filter(judging::Sure::is_enough).map(|sure| sure.wanted.into()),
        round: judge.round.id,
        contest: contest.definition.title.read(v.lang.is_english()).to_owned(),
        pair: sides,
        made,
        all: round.comparisons.unwrap_or(0) as usize,
        is_final: judge.seat.finished_at.is_some(),
        refused,
        v,
    })
}

/// Records which one is better and shows the next pair.
///
/// # Errors
/// Not found to anybody else; everything else is said on the page.
pub async fn create(
    app: web::Data<App>,
    v: View,
    who: Signed,
    round: web::Path<String>,
    form: Form,
) -> Result {
    let judge = seated(&app, &who, &round).await?;
    let tx = db::begin(&app.db).await?;
    match pair::say(&tx, &judge, form.text("better"), form.text("worse"), v.now).await {
        Ok(()) => {
            tx.commit().await?;
            Ok(see_other(&format!("/judging/{round}")))
        }
        Err(error) => {
            drop(tx);
            let (contest, round) = round_of(&app, &judge).await?;
            show(&app, v, &judge, (&contest, &round), Failure::from(error).said()?).await
        }
    }
}

/// Takes the last comparison back.
///
/// # Errors
/// Not found to anybody else.
pub async fn undo(app: web::Data<App>, v: View, who: Signed, round: web::Path<String>) -> Result {
    let judge = seated(&app, &who, &round).await?;
    let tx = db::begin(&app.db).await?;
    pair::take_back(&tx, &judge, v.now).await?;
    tx.commit().await?;
    Ok(see_other(&format!("/judging/{round}")))
}
