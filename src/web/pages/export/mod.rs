//! Exports of a contest, as CSV or as a workbook: entries, sheets, votes, standings, winners,
//! participation. Long lists are read page by page and written as they come.

mod marks;
mod results;
mod units;
mod works;

use actix_web::web;

use crate::app::App;
use crate::contest::Contest;
use crate::refusal::Kind;
use crate::sheet::{Cell, Format, Writer};
use crate::web::organised::Organised;
use crate::web::{Failure, Result, View};

/// What to look at beside it.
#[derive(serde::Deserialize)]
pub struct Asked {
    with: Option<String>,
}

// Keys of the heads' words.
const ENTRIES: &[&str] = &[
    "export-number",
    "receipt-code",
    "receipt-state",
    "export-category",
    "work-title",
    "session-name",
    "export-shown-name",
    "unit",
    "export-phone",
    "session-email",
    "export-submitted-at",
];
const SHEETS: &[&str] = &[
    "export-round",
    "export-judge-number",
    "judge",
    "export-number",
    "receipt-code",
    "work-title",
    "export-entrant",
    "export-criterion",
    "points",
];
const VOTES: &[&str] = &["export-number", "receipt-code", "work-title", "votes"];
const STANDINGS: &[&str] = &["export-table", "place", "work-title", "export-by", "points", "prize"];
const WINNERS: &[&str] = &[
    "prize",
    "export-recipient",
    "export-amount",
    "export-in-kind",
    "work-title",
    "receipt-code",
    "unit",
    "export-phone",
    "session-email",
    "export-award-state",
    "export-certificate",
];
const LINKS: &[&str] =
    &["export-link", "export-group", "unit", "export-quota", "export-voters", "voters-address"];
const ARRIVALS: &[&str] =
    &["pace-number", "timeline-day", "entries", "pace-total", "pace-before", "pace-before-total"];
const PARTICIPATION: &[&str] =
    &["export-unit-code", "unit", "entries", "entrants", "votes", "members", "export-share"];

/// What can be exported.
#[derive(Clone, Copy)]
enum What {
    /// Entries, as they were submitted.
    Entries,
    /// What judges marked.
    Sheets,
    /// Votes of each entry.
    Votes,
    /// Places of the result in force.
    Standings,
    /// Prizes and whom they went to.
    Winners,
    /// Group links and how many people voted by each.
    Links,
    /// How entries came in, day by day.
    Arrivals,
    /// How units take part.
    Participation,
}

impl What {
    /// What a name in addresses stands for.
    fn of(name: &str) -> Option<Self> {
        Some(match name {
            "entries" => Self::Entries,
            "sheets" => Self::Sheets,
            "votes" => Self::Votes,
            "standings" => Self::Standings,
            "winners" => Self::Winners,
            "links" => Self::Links,
            "arrivals" => Self::Arrivals,
            "participation" => Self::Participation,
            _ => return None,
        })
    }

    /// Key of its title's words.
    fn title(self) -> &'static str {
        match self {
            Self::Entries => "entries",
            Self::Sheets => "sheets",
            Self::Votes => "votes",
            Self::Standings => "standings",
            Self::Winners => "export-winners",
            Self::Links => "export-links",
            Self::Arrivals => "export-arrivals",
            Self::Participation => "participation",
        }
    }

    /// Keys of the heads' words.
    fn heads(self) -> &'static [&'static str] {
        match self {
            Self::Entries => ENTRIES,
            Self::Sheets => SHEETS,
            Self::Votes => VOTES,
            Self::Standings => STANDINGS,
            Self::Winners => WINNERS,
            Self::Links => LINKS,
            Self::Arrivals => ARRIVALS,
            Self::Participation => PARTICIPATION,
        }
    }
}

/// A sheet that is being written.
struct Export<'a> {
    app: &'a App,
    v: &'a View,
    contest: &'a Contest,
    writer: Writer,
}

impl Export<'_> {
    fn row(&mut self, cells: &[Cell]) -> Result<()> {
        self.writer.row(cells).map_err(Failure::broken)
    }
}

/// Sends an export; the ending of its name says how it is written.
///
/// # Errors
/// Forbidden to anybody but organisers.
pub async fn show(
    app: web::Data<App>,
    v: View,
    Organised(contest, organiser): Organised,
    path: web::Path<(String, String)>,
    asked: web::Query<Asked>,
) -> Result {
    let (slug, named) = path.into_inner();
    app.votes.caught_up(&contest, v.now).await?;
    let nothing = || Failure::new(Kind::NotFound, "nothing-here");
    let (name, ending) = named.rsplit_once('.').ok_or_else(nothing)?;
    let format = Format::of(ending).ok_or_else(nothing)?;
    let what = What::of(name).ok_or_else(nothing)?;
    let heads: Vec<String> = what.heads().iter().map(|key| v.t(key)).collect();
    let title = v.t(what.title());
    let writer = Writer::begin(format, &title, &heads).map_err(Failure::broken)?;
    let mut export = Export { app: &app, v: &v, contest: &contest, writer };
    match what {
        What::Entries => export.entries().await?,
        What::Sheets => export.sheets().await?,
        What::Votes => export.votes().await?,
        What::Standings => export.standings().await?,
        What::Winners => export.winners().await?,
        What::Links => export.links().await?,
        What::Arrivals => export.arrivals(&organiser, asked.with.as_deref()).await?,
        What::Participation => export.participation().await?,
    }
    super::sheet::send(export.writer, format, &format!("{title} {slug}.{ending}"))
}
