//! What a round's page shows: the panel and how far it is, what would be dealt, the results.

use std::collections::BTreeSet;

use actix_web::web;
use askama::Template;
use entity::id::{EntryId, SeatId};
use entity::instant::Instant;
use entity::round::State;

use super::deal;
use crate::app::App;
use crate::contest::definition::RoundKind;
use crate::contest::{self, Contest};
use crate::judging::pace::{self, Forecast, Stretch};
use crate::refusal::{Arg, Refused};
use crate::web::form::Form;
use crate::web::organised::Organised;
use crate::web::{Failure, Result, View, page};
use crate::{account, judging, words};

/// A judge on the panel.
pub struct Line {
    /// The seat.
    pub seat: SeatId,
    /// Name of the judge.
    pub name: String,
    /// Complete sheets.
    pub done: usize,
    /// Sheets to be filled.
    pub all: usize,
    /// Entries that were stepped aside from.
    pub aside: usize,
    /// Whether the judge declared the sheets final.
    pub is_final: bool,
    /// Whether the judge left.
    pub has_left: bool,
    /// The judge's sheets over the entries, as stretches of a strip.
    pub strip: Vec<Stretch>,
}

/// A round.
#[derive(Template)]
#[template(path = "round/show.html")]
pub struct Show {
    /// Who looks.
    pub v: View,
    /// Name of the contest in addresses.
    pub slug: String,
    /// Key of the round.
    pub key: String,
    /// Its title.
    pub title: String,
    /// Whether it waits, is open, or closed.
    pub state: &'static str,
    /// The panel.
    pub panel: Vec<Line>,
    /// Columns of the judges' strips.
    pub columns: usize,
    /// When the panel will have finished, and whether that is too late.
    pub forecast: Option<(String, bool)>,
    /// How sure it is who goes on, where comparing stops by it.
    pub sure: Option<String>,
    /// Whether it is marked on sheets, which can be printed.
    pub on_sheets: bool,
    /// What judges told the organisers.
    pub flags: Vec<judging::Flag>,
    /// What would be dealt if it were opened now: whether it is a warning, and the words.
    pub preview: Vec<(bool, String)>,
    /// Whether it may be opened again, as far as the contest goes.
    pub may_reopen: bool,
    /// Results: alias, entry's title, millionths, whether it went on.
    pub results: Vec<(String, String, i64, bool)>,
    /// Entries between which it has to be decided: key, alias, title, whether ticked.
    pub choices: Vec<(EntryId, String, String, bool)>,
    /// The reason, as typed.
    pub reason: String,
    /// How many accepted works came too late for its opening.
    pub late: usize,
    /// What stood in the way.
    pub refused: Vec<Refused>,
}

/// Shows a round.
///
/// # Errors
/// Forbidden to anybody but organisers.
pub async fn show(
    app: web::Data<App>,
    v: View,
    Organised(contest, _): Organised,
    path: web::Path<(String, String)>,
) -> Result {
    let (_, key) = path.into_inner();
    draw(&app, v, &contest, key, &Form::default(), Vec::new()).await
}

/// The page, with what was typed and what stood in the way.
pub(super) async fn draw(
    app: &App,
    v: View,
    contest: &Contest,
    key: String,
    typed: &Form,
    refused: Vec<Refused>,
) -> Result {
    let row = contest::round_by_key(&app.db, contest.id(), &key).await?;
    let (columns, panel, forecast) = panel(app, &row, v.now).await?;
    let definition = contest.definition.round(&key);
    let results = match row.state {
        State::Closed => judging::titled(&app.db, row.id).await?,
        _ => Vec::new(),
    };
    let results = results.into_iter().map(|(row, title)| {
        (row.alias, title, row.millionths.unwrap_or(0), row.went_on.unwrap_or(false))
    });
    let equal = equal(&refused);
    let by_talk = definition.is_some_and(|round| round.kind == RoundKind::Deliberate);
    let choices = match row.state {
        State::Open if by_talk || !equal.is_empty() => judging::titled(&app.db, row.id).await?,
        _ => Vec::new(),
    };
    let choices = choices.into_iter().filter(|(row, _)| by_talk || equal.contains(&row.alias)).map(
        |(row, title)| {
            let ticked = typed.all("decided").any(|id| id == row.entry_id.to_string());
            (row.entry_id, row.alias, title, ticked)
        },
    );
    let title = definition.map(|round| round.title.read(v.lang.is_english()));
    page(&Show {
        title: title.unwrap_or_default().to_owned(),
        state: match row.state {
            State::Waiting => "round-waiting",
            State::Open => "round-open",
            State::Closed => "round-closed",
        },
        panel,
        columns,
        forecast: forecast.and_then(|forecast| {
            let closes = definition.and_then(|round| contest.window(&round.phase))?.closes;
            said(&v, &forecast, closes)
        }),
        sure: match definition.filter(|_| row.state != State::Waiting) {
            Some(definition) => {
                judging::sure(&app.db, row.id, definition).await?.map(|sure| sureness(&v, sure))
            }
            None => None,
        },
        on_sheets: definition.is_some_and(|round| !round.sheet().is_empty()),
        flags: judging::flags(&app.db, row.id).await?,
        preview: match row.state {
            State::Waiting if !by_talk => deal::preview(app, &v, contest, &key).await?,
            _ => Vec::new(),
        },
        may_reopen: row.state == State::Closed && contest.takes_corrections(),
        results: results.collect(),
        choices: choices.collect(),
        reason: typed.text("reason").to_owned(),
        late: if contest.is_running() { judging::late(&app.db, contest, &row).await? } else { 0 },
        refused,
        slug: contest.slug().to_owned(),
        key,
        v,
    })
}

/// Columns of the strips, the judges, and when they will have finished where the round is open.
async fn panel(
    app: &App,
    row: &entity::round::Model,
    now: Instant,
) -> std::result::Result<(usize, Vec<Line>, Option<Forecast>), Failure> {
    let progress = judging::progress(&app.db, row.id).await?;
    let names = account::names(&app.db, progress.iter().map(|one| one.seat.user_id)).await?;
    let (columns, mut strips) = match row.state {
        State::Waiting => Default::default(),
        _ => pace::strips(&app.db, row.id).await?,
    };
    let forecast = match row.state {
        State::Open => Some(pace::forecast(&app.db, row, &progress, now).await?),
        _ => None,
    };
    let lines = progress.into_iter().map(|one| Line {
        strip: strips.remove(&one.seat.id).unwrap_or_default(),
        seat: one.seat.id,
        name: names.get(&one.seat.user_id).cloned().unwrap_or_default(),
        done: one.done,
        all: one.all,
        aside: one.aside,
        is_final: one.seat.finished_at.is_some(),
        has_left: one.seat.left_at.is_some(),
    });
    Ok((columns, lines.collect(), forecast))
}

/// When the panel will have finished, in words, and whether that is too late; nothing where it has.
fn said(v: &View, forecast: &Forecast, closes: Instant) -> Option<(String, bool)> {
    match forecast {
        Forecast::Finished => None,
        Forecast::Idle(judges) => {
            let judges: Vec<String> = judges.iter().map(i32::to_string).collect();
            Some((v.t1("forecast-idle", "judges", judges.join(", ")), true))
        }
        Forecast::At(at) => {
            let (done, due) = (v.deadline(at), v.deadline(&closes));
            Some((v.t2("forecast-at", "done", done, "due", due), *at > closes))
        }
    }
}

/// How sure it is who goes on, in words.
fn sureness(v: &View, sure: judging::Sure) -> String {
    let key = if sure.is_enough() { "pairs-enough" } else { "pairs-sure" };
    let args = [
        ("percent", Arg::from(sure.percent)),
        ("wanted", Arg::from(sure.wanted)),
        ("short", Arg::from(i64::try_from(sure.short).unwrap_or(i64::MAX))),
    ];
    words::say(v.lang, key, &args)
}

/// Names of entries that are equal where the cut falls.
pub(crate) fn equal(refused: &[Refused]) -> BTreeSet<String> {
    let tie = refused.iter().find(|one| one.code == "round-tie-at-the-cut");
    let names = tie.and_then(|tie| tie.args.iter().find(|(name, _)| *name == "aliases"));
    match names {
        Some((_, Arg::Text(text))) => text.split(", ").map(str::to_owned).collect(),
        _ => BTreeSet::new(),
    }
}
