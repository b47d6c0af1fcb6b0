//! What the chair of a panel does beside judging: opens a judge's final sheets again, and records
//! what the panel decided.

use actix_web::web;
use askama::Template;
use entity::id::{EntryId, RoundId, SeatId};
use entity::round::State;

use super::judging::seat::{round_of, seated};
use super::round::equal;
use crate::app::App;
use crate::contest::definition::RoundKind;
use crate::judging::{self, Error, Judge, Presiding};
use crate::refusal::Refused;
use crate::web::form::Form;
use crate::web::signed::Signed;
use crate::web::{Failure, Result, View, page, see_other};
use crate::{account, db};

/// A judge on the panel.
pub struct Line {
    /// The seat.
    pub seat: SeatId,
    /// By which minutes call the judge.
    pub number: i32,
    /// Name of the judge.
    pub name: String,
    /// Complete sheets.
    pub done: usize,
    /// Sheets to be filled.
    pub all: usize,
    /// Whether the judge declared the sheets final.
    pub is_final: bool,
    /// Whether it is the chair's own seat.
    pub is_own: bool,
}

/// The chair's page.
#[derive(Template)]
#[template(path = "judging/chair.html")]
pub struct Chair {
    /// Who looks.
    pub v: View,
    /// Key of the round.
    pub round: RoundId,
    /// Title of the contest.
    pub contest: String,
    /// Title of the round.
    pub title: String,
    /// Whether the round is open.
    pub is_open: bool,
    /// Whether the panel decides by talking.
    pub by_talk: bool,
    /// The panel, without those who left.
    pub panel: Vec<Line>,
    /// Entries between which it has to be decided: key, alias, title.
    pub choices: Vec<(EntryId, String, String)>,
    /// The reason, as typed.
    pub reason: String,
    /// Entries that were ticked to go on.
    pub decided: Vec<EntryId>,
    /// What stood in the way.
    pub refused: Vec<Refused>,
}

/// Shows what the chair may do.
///
/// # Errors
/// Not found to anybody but the chair.
pub async fn show(app: web::Data<App>, v: View, who: Signed, round: web::Path<String>) -> Result {
    let (judge, _) = chairing(&app, &who, &round).await?;
    draw(&app, v, &judge, (Vec::new(), ""), Vec::new()).await
}

/// The judge who asks, who has to be the chair.
async fn chairing(
    app: &App,
    who: &Signed,
    round: &str,
) -> std::result::Result<(Judge, Presiding), Failure> {
    let judge = seated(app, who, round).await?;
    let by = Presiding::chair(&judge)?;
    Ok((judge, by))
}

async fn draw(
    app: &App,
    v: View,
    judge: &Judge,
    (decided, reason): (Vec<EntryId>, &str),
    refused: Vec<Refused>,
) -> Result {
    let (contest, round) = round_of(app, judge).await?;
    let progress = judging::progress(&app.db, judge.round.id).await?;
    let names = account::names(&app.db, progress.iter().map(|one| one.seat.user_id)).await?;
    let sitting = progress.into_iter().filter(|one| one.seat.left_at.is_none());
    let panel = sitting.map(|one| Line {
        seat: one.seat.id,
        number: one.seat.number,
        name: names.get(&one.seat.user_id).cloned().unwrap_or_default(),
        done: one.done,
        all: one.all,
        is_final: one.seat.finished_at.is_some(),
        is_own: one.seat.id == judge.seat.id,
    });
    let is_open = judge.round.state == State::Open;
    let by_talk = round.kind == RoundKind::Deliberate;
    let equal = equal(&refused);
    let candidates = match is_open && (by_talk || !equal.is_empty()) {
        true => judging::titled(&app.db, judge.round.id).await?,
        false => Vec::new(),
    };
    let choices = candidates.into_iter().filter(|(row, _)| by_talk || equal.contains(&row.alias));
    page(&Chair {
        round: judge.round.id,
        contest: contest.definition.title.read(v.lang.is_english()).to_owned(),
        title: round.title.read(v.lang.is_english()).to_owned(),
        is_open,
        by_talk,
        panel: panel.collect(),
        choices: choices.map(|(row, title)| (row.entry_id, row.alias, title)).collect(),
        reason: reason.to_owned(),
        decided,
        refused,
        v,
    })
}

/// Lets a judge who declared the sheets final change them again.
///
/// # Errors
/// Not found to anybody but the chair; everything else is said on the page.
pub async fn unlock(
    app: web::Data<App>,
    v: View,
    who: Signed,
    path: web::Path<(String, String)>,
    form: Form,
) -> Result {
    let (round, seat) = path.into_inner();
    let (judge, by) = chairing(&app, &who, &round).await?;
    let seat = seat.parse().map_err(|_| Error::Unknown)?;
    let tx = db::begin(&app.db).await?;
    let of = (judge.round.key.as_str(), seat);
    match judging::unlock(&tx, &by, of, form.text("reason"), v.now).await {
        Ok(()) => {
            tx.commit().await?;
            Ok(see_other(&format!("/judging/{round}/chair")))
        }
        Err(error) => {
            drop(tx);
            draw(&app, v, &judge, (Vec::new(), ""), Failure::from(error).said()?).await
        }
    }
}

/// Records who goes on, with the reason, and closes the round.
///
/// # Errors
/// Not found to anybody but the chair; everything else is said on the page.
pub async fn decide(
    app: web::Data<App>,
    v: View,
    who: Signed,
    round: web::Path<String>,
    form: Form,
) -> Result {
    let (judge, by) = chairing(&app, &who, &round).await?;
    let decided: Vec<_> = form.all("decided").filter_map(|id| id.parse().ok()).collect();
    let decision = judging::Decision { on: &decided, reason: form.text("reason") };
    let tx = db::begin(&app.db).await?;
    let refused = match judging::close(&tx, &by, &judge.round.key, decision, v.now).await {
        Ok(()) => match form.sure() {
            Ok(()) => {
                tx.commit().await?;
                return Ok(see_other(&format!("/judging/{round}/chair")));
            }
            Err(unsure) => vec![unsure],
        },
        Err(error) => Failure::from(error).said()?,
    };
    drop(tx);
    draw(&app, v, &judge, (decided, form.text("reason")), refused).await
}
