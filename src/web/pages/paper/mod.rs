//! Sheets on paper: printed for the jury, keyed in by one person, checked by another.

mod desk;

use actix_web::web;
use askama::Template;
use entity::instant::Instant;
use entity::paper::State;

use super::judging::hundredths;
use crate::app::App;
use crate::judging::paper::{self, Row, Rows};
use crate::judging::{self, Error, Judge};
use crate::refusal::{Kind, Refused};
use crate::web::form::Form;
use crate::web::organised::Organised;
use crate::web::{Failure, Result, View, page, see_other};
use crate::{account, db};

pub use desk::{Column, Desk, Head, Line, Mark};
use desk::{Drawn, round_of};

/// Score sheets of the whole panel, and the sheet for the wall, for printing.
#[derive(Template)]
#[template(path = "paper/print.html")]
pub struct Print {
    /// Who looks.
    pub v: View,
    /// What it is about.
    pub head: Head,
    /// The judges.
    pub desks: Vec<Desk>,
    /// Entries in the order of their names: alias, title.
    pub wall: Vec<(String, String)>,
}

/// A judge's paper, to key in or to check.
#[derive(Template)]
#[template(path = "paper/show.html")]
pub struct Show {
    /// Who looks.
    pub v: View,
    /// What it is about.
    pub head: Head,
    /// The judge.
    pub desk: Desk,
    /// Who keyed it in, and when, where it waits for the second person.
    pub keyed: Option<(String, Instant)>,
    /// Whether whoever looks keyed it in.
    pub is_own: bool,
    /// What did not agree, where it was sent back.
    pub note: Option<String>,
    /// Whether the sheets count already.
    pub is_final: bool,
    /// What was wrong.
    pub refused: Vec<Refused>,
}

/// Prints the sheets of the whole panel.
///
/// # Errors
/// Forbidden to anybody but organisers; not found where nothing is marked on sheets.
pub async fn print(
    app: web::Data<App>,
    v: View,
    Organised(contest, _): Organised,
    path: web::Path<(String, String)>,
) -> Result {
    let (_, key) = path.into_inner();
    let (row, round, head) = round_of(&app, &v, &contest, &key).await?;
    let candidates = judging::titled(&app.db, row.id).await?;
    let titles = candidates.iter().map(|(row, title)| (row.entry_id, title.clone())).collect();
    let (typed, empty) = (Form::default(), Rows::new());
    let drawn = Drawn {
        v: &v,
        round: &round,
        titles: &titles,
        rows: Some(&empty),
        typed: &typed,
        refused: &[],
    };
    let mut desks = Vec::new();
    for seat in judging::panel(&app.db, row.id).await? {
        if seat.left_at.is_none() {
            desks.push(drawn.desk(&app, &Judge { seat, round: row.clone() }).await?);
        }
    }
    let mut wall: Vec<_> = candidates.into_iter().map(|(row, title)| (row.alias, title)).collect();
    wall.sort();
    page(&Print { head, desks, wall, v })
}

/// Shows a judge's paper.
///
/// # Errors
/// Forbidden to anybody but organisers.
pub async fn show(
    app: web::Data<App>,
    v: View,
    by: Organised,
    path: web::Path<(String, String, String)>,
) -> Result {
    let (_, key, seat) = path.into_inner();
    draw(&app, v, &by, (&key, &seat), &Form::default(), Vec::new()).await
}

async fn draw(
    app: &App,
    v: View,
    Organised(contest, by): &Organised,
    (key, seat): (&str, &str),
    typed: &Form,
    refused: Vec<Refused>,
) -> Result {
    let (row, round, head) = round_of(app, &v, contest, key).await?;
    let seat = seat.parse().map_err(|_| Error::Unknown)?;
    let judge = paper::judge(&app.db, &row, seat).await?;
    let held = paper::papers(&app.db, [seat]).await?.pop();
    let open = held.filter(|held| held.state != State::Checked);
    let rows = open.as_ref().map(paper::rows);
    let candidates = judging::titled(&app.db, row.id).await?;
    let titles = candidates.into_iter().map(|(row, title)| (row.entry_id, title)).collect();
    let drawn = Drawn {
        v: &v,
        round: &round,
        titles: &titles,
        rows: rows.as_ref(),
        typed,
        refused: &refused,
    };
    let desk = drawn.desk(app, &judge).await?;
    let keyed = match open.as_ref().filter(|held| held.state == State::Keyed) {
        Some(held) => {
            let names = account::names(&app.db, [held.keyed_by]).await?;
            Some((names.get(&held.keyed_by).cloned().unwrap_or_default(), held.keyed_at))
        }
        None => None,
    };
    let is_own = open.as_ref().is_some_and(|held| held.keyed_by == by.user());
    let note = open.and_then(|held| held.note);
    let is_final = judge.seat.finished_at.is_some();
    page(&Show { head, desk, keyed, is_own, note, is_final, refused, v })
}

/// Keys a judge's paper in; `act=check` says that it agrees, `act=back` that it does not.
///
/// # Errors
/// Forbidden to anybody but organisers; everything else is said on the page, and what was typed
/// stays.
pub async fn update(
    app: web::Data<App>,
    v: View,
    by: Organised,
    path: web::Path<(String, String, String)>,
    form: Form,
) -> Result {
    let (slug, key, seat) = path.into_inner();
    let id = seat.parse().map_err(|_| Error::Unknown)?;
    let tx = db::begin(&app.db).await?;
    let done = match form.text("act") {
        "check" => paper::check(&tx, &by.1, (&key, id), v.now).await,
        "back" => paper::send_back(&tx, &by.1, (&key, id), form.text("note"), v.now).await,
        _ => match read(&form) {
            Ok(rows) => paper::key_in(&tx, &by.1, (&key, id), rows, v.now).await.map(|_| ()),
            Err(refused) => {
                drop(tx);
                return draw(&app, v, &by, (&key, &seat), &form, refused).await;
            }
        },
    };
    match done {
        Ok(()) => {
            tx.commit().await?;
            Ok(see_other(&format!("/desk/contests/{slug}/rounds/{key}/paper/{seat}")))
        }
        Err(error) => {
            drop(tx);
            let refused = Failure::from(error).said()?;
            draw(&app, v, &by, (&key, &seat), &form, refused).await
        }
    }
}

/// Rows of a form, or everything that is no mark.
fn read(form: &Form) -> std::result::Result<Rows, Vec<Refused>> {
    let (mut rows, mut refused) = (Rows::new(), Vec::new());
    for (name, text) in form.texts() {
        if let Some((alias, criterion)) =
            name.strip_prefix("mark.").and_then(|rest| rest.split_once('.'))
        {
            match hundredths(text) {
                Ok(Some(mark)) => {
                    let row: &mut Row = rows.entry(alias.to_owned()).or_default();
                    row.marks.insert(criterion.to_owned(), mark);
                }
                Ok(None) => {}
                Err(()) => {
                    refused.push(Refused::new(Kind::Invalid, "mark-unreadable").at(name.clone()));
                }
            }
        } else if let Some((alias, criterion)) =
            name.strip_prefix("note.").and_then(|rest| rest.split_once('.'))
        {
            if !text.is_empty() {
                let row: &mut Row = rows.entry(alias.to_owned()).or_default();
                row.notes.insert(criterion.to_owned(), text.clone());
            }
        } else if let Some(alias) = name.strip_prefix("comment.")
            && !text.is_empty()
        {
            rows.entry(alias.to_owned()).or_default().comment.clone_from(text);
        }
    }
    if refused.is_empty() { Ok(rows) } else { Err(refused) }
}
