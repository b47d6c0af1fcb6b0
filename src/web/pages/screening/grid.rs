//! The grid of entries that wait.

use std::collections::BTreeSet;

use actix_web::web;
use askama::Template;
use entity::entry::State;

use super::desk;
use crate::app::App;
use crate::contest::{Contest, Screener};
use crate::entry::{self, Card};
use crate::refusal::Refused;
use crate::screening::{self, Filter, REASONS};
use crate::unit;
use crate::web::pages::entry::state_key;
use crate::web::signed::Signed;
use crate::web::{Result, View, page};

/// Entries on one page of the grid.
const PAGE: u64 = 24;

const STATES: [(&str, State); 6] = [
    ("submitted", State::Submitted),
    ("returned", State::Returned),
    ("accepted", State::Accepted),
    ("rejected", State::Rejected),
    ("withdrawn", State::Withdrawn),
    ("disqualified", State::Disqualified),
];

/// What a grid was asked for.
#[derive(serde::Deserialize)]
pub struct Asked {
    pub(super) state: Option<String>,
    pub(super) unit: Option<String>,
    pub(super) only: Option<String>,
    pub(super) after: Option<i32>,
}

/// The grid.
#[derive(Template)]
#[template(path = "screening/index.html")]
pub struct Index {
    /// Who looks.
    pub v: View,
    /// Name of the contest in addresses.
    pub slug: String,
    /// Its name.
    pub contest: String,
    /// States: key of the words, value, how many, whether shown.
    pub states: Vec<(&'static str, &'static str, i64, bool)>,
    /// The entries.
    pub cards: Vec<Card>,
    /// Code of the unit that was asked for.
    pub unit: String,
    /// `camera`, `duplicates` or nothing.
    pub only: String,
    /// State that is shown.
    pub state: &'static str,
    /// Where the next page begins.
    pub next: Option<i32>,
    /// Number behind which this page begins.
    pub after: i32,
    /// Keys of reasons.
    pub reasons: [&'static str; 9],
    /// Codes of entries that were marked.
    pub marked: BTreeSet<String>,
    /// What stood in the way.
    pub refused: Vec<Refused>,
}

/// Shows the grid.
///
/// # Errors
/// Without the right to screen.
pub async fn index(
    app: web::Data<App>,
    v: View,
    who: Signed,
    slug: web::Path<String>,
    asked: web::Query<Asked>,
) -> Result {
    let (contest, screener) = desk(&app, &slug, &who, &v).await?;
    drawn(&app, v, (&contest, &screener), asked.into_inner(), Default::default()).await
}

/// The grid, with what was marked and what stood in the way.
pub(super) async fn drawn(
    app: &App,
    v: View,
    (contest, screener): (&Contest, &Screener),
    asked: Asked,
    (marked, refused): (BTreeSet<String>, Vec<Refused>),
) -> Result {
    let wanted = asked.state.as_deref().unwrap_or("submitted");
    let (state, shown) = *STATES.iter().find(|(name, _)| *name == wanted).unwrap_or(&STATES[0]);
    let unit = asked.unit.clone().filter(|code| !code.is_empty());
    let path = match &unit {
        Some(code) => Some(unit::by_code(&app.db, code).await?.path),
        None => None,
    };
    let only = asked.only.clone().unwrap_or_default();
    let filter = Filter {
        state: Some(shown),
        path,
        without_camera: only == "camera",
        duplicates: only == "duplicates",
    };
    let after = asked.after.unwrap_or(0);
    let mut rows = screening::list(&app.db, screener, &filter, after, PAGE + 1).await?;
    let more = rows.len() as u64 > PAGE;
    rows.truncate(usize::try_from(PAGE).unwrap_or(24));
    let next = rows.last().and_then(|row| row.number).filter(|_| more);
    let counts =
        screening::counts_up_to_many(&app.db, screener, STATES.map(|(_, state)| state)).await?;
    let count = |state: State| counts.iter().find(|(s, _)| *s == state).map_or(0, |(_, n)| *n);
    let states = STATES.iter().map(|(name, s)| (state_key(*s), *name, count(*s), *s == shown));
    page(&Index {
        slug: contest.slug().to_owned(),
        contest: contest.definition.title.read(v.lang.is_english()).to_owned(),
        states: states.collect(),
        cards: entry::cards(&app.db, rows).await?,
        unit: unit.unwrap_or_default(),
        only,
        state,
        next,
        after,
        reasons: REASONS,
        marked,
        refused,
        v,
    })
}
