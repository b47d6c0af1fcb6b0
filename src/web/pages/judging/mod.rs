//! A judge's room. Nothing here names an author, a unit, a file, or a key that tells the time.

pub(super) mod exhibit;
mod note;
pub(super) mod seat;
mod sheet;
mod two;

pub use exhibit::{Exhibit, film, original, picture, text};
pub use note::{aside, favourite, flag};
pub(super) use sheet::{hundredths, written};
pub use sheet::{put, save, show};
pub use two::two;

use actix_web::{HttpRequest, web};
use askama::Template;
use entity::assignment::State as Work_;
use entity::id::{RoundId, SeatId};

use self::exhibit::cover;
use self::seat::{round_of, seated};
use super::{comparison, list};
use crate::app::App;
use crate::contest::definition::{Round, RoundKind};
use crate::judging::{self, Judge, Work};
use crate::refusal::Refused;
use crate::web::form::Form;
use crate::web::signed::Signed;
use crate::web::{Failure, Result, View, page, see_other};
use crate::{contest, db, entry};

/// An entry in the judge's list.
pub struct Line {
    /// By which the judge knows it.
    pub alias: String,
    /// How far it is, as a key of the words.
    pub state: &'static str,
    /// Number of the picture that stands for it.
    pub cover: Option<usize>,
    /// Whether it is among the judge's favourites.
    pub favourite: bool,
}

/// The judge's list.
#[derive(Template)]
#[template(path = "judging/index.html")]
pub struct Index {
    /// Who looks.
    pub v: View,
    /// Key of the round.
    pub round: RoundId,
    /// Key of the judge's own seat, under which the browser keeps marks that are not sent yet.
    pub seat: SeatId,
    /// Title of the contest.
    pub contest: String,
    /// Entries that were asked for, in the judge's own order.
    pub lines: Vec<Line>,
    /// Entries on the desk.
    pub all: usize,
    /// How many of them, the first, are shared with all judges.
    pub shared: usize,
    /// Which are asked for: all, or one of [`Asked::WAYS`].
    pub only: String,
    /// Whether two works were to be looked at and not two were chosen.
    pub not_two: bool,
    /// Whether the panel talks and nothing is marked.
    pub by_talk: bool,
    /// Whether the judge is the chair.
    pub is_chair: bool,
    /// Complete sheets.
    pub done: usize,
    /// The first that is not complete.
    pub next: Option<String>,
    /// Whether the judge declared the sheets final.
    pub is_final: bool,
    /// What stood in the way.
    pub refused: Vec<Refused>,
}

/// Shows what is on the judge's desk.
///
/// # Errors
/// Not found to anybody else.
pub async fn index(
    app: web::Data<App>,
    v: View,
    who: Signed,
    round: web::Path<String>,
    asked: web::Query<Asked>,
) -> Result {
    let judge = seated(&app, &who, &round).await?;
    draw(&app, v, &judge, &asked, Vec::new()).await
}

/// Which entries of the desk are asked for.
#[derive(Clone, Debug, Default, serde::Deserialize)]
pub struct Asked {
    #[serde(default)]
    only: String,
    #[serde(default)]
    two: String,
}

impl Asked {
    /// Kinds of entries that can be asked for alone.
    pub const WAYS: [&str; 3] = ["open", "done", "favourite"];
}

/// The room of the round's kind.
async fn draw(app: &App, v: View, judge: &Judge, asked: &Asked, refused: Vec<Refused>) -> Result {
    let (contest, round) = round_of(app, judge).await?;
    let both = (&contest, &round);
    match round.kind {
        RoundKind::Rank => list::show(app, v, judge, both, &Form::default(), refused).await,
        RoundKind::Pairwise => comparison::show(app, v, judge, both, refused).await,
        _ => sheets(app, v, judge, (both, asked), refused).await,
    }
}

async fn sheets(
    app: &App,
    v: View,
    judge: &Judge,
    ((contest, round), asked): ((&contest::Contest, &Round), &Asked),
    refused: Vec<Refused>,
) -> Result {
    let work = judging::work(&app.db, judge).await?;
    let whole = entry::wholes(&app.db, work.iter().map(|one| one.assignment.entry_id)).await?;
    let is_asked = |one: &&Work| match asked.only.as_str() {
        "open" => one.assignment.state == Work_::Open,
        "done" => one.assignment.state == Work_::Done,
        "favourite" => one.assignment.favourite,
        _ => true,
    };
    let lines = work.iter().filter(is_asked).map(|one| Line {
        alias: one.alias.clone(),
        state: if one.assignment.state == Work_::Done { "work-done" } else { "work-open" },
        cover: whole.get(&one.assignment.entry_id).and_then(cover),
        favourite: one.assignment.favourite,
    });
    let next = work.iter().find(|one| one.assignment.state == Work_::Open);
    page(&Index {
        round: judge.round.id,
        seat: judge.seat.id,
        contest: contest.definition.title.read(v.lang.is_english()).to_owned(),
        by_talk: round.kind == RoundKind::Deliberate,
        is_chair: judge.seat.chair,
        done: work.iter().filter(|one| one.assignment.state == Work_::Done).count(),
        next: next.map(|one| one.alias.clone()),
        is_final: judge.seat.finished_at.is_some(),
        lines: lines.collect(),
        all: work.len(),
        shared: work.iter().filter(|one| one.is_shared()).count(),
        only: asked.only.clone(),
        not_two: asked.two == "wrong",
        refused,
        v,
    })
}

/// Declares the sheets final.
///
/// # Errors
/// Not found to anybody else; sheets that are not complete are said on the page.
pub async fn finish(
    app: web::Data<App>,
    _request: HttpRequest,
    v: View,
    who: Signed,
    round: web::Path<String>,
) -> Result {
    let judge = seated(&app, &who, &round).await?;
    let tx = db::begin(&app.db).await?;
    match judging::finish(&tx, &judge, v.now).await {
        Ok(()) => {
            tx.commit().await?;
            Ok(see_other(&format!("/judging/{round}")))
        }
        Err(error) => {
            drop(tx);
            draw(&app, v, &judge, &Asked::default(), Failure::from(error).said()?).await
        }
    }
}
