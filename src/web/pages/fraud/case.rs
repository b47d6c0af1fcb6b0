//! A case: what was found, when the votes came, what would change, what was ruled.

use std::collections::HashMap;

use actix_web::web;
use askama::Template;
use entity::contest::State as ContestState;
use entity::id::EntryId;
use entity::instant::Instant;
use entity::vote_case::{Model, State};
use entity::vote_link;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::chart::{self, Chart};
use super::{entries, finding, read, state};
use crate::app::App;
use crate::contest::{Approver, Contest, Organiser};
use crate::refusal::Refused;
use crate::results::{self, Moved, Problem};
use crate::voting::{cases, ruling};
use crate::web::form::Form;
use crate::web::pages::result::names;
use crate::web::signed::Signed;
use crate::web::{Failure, Result, View, page};
use crate::words::{self, millionths};
use crate::{account, db};

/// Places that are shown.
const SHOWN: usize = 40;

/// A place that would be another: title of the table, who, place and points with and without.
pub(super) struct Line {
    /// Title of the table.
    pub(super) table: String,
    /// Who.
    pub(super) who: String,
    /// Place and points when the votes count.
    pub(super) with: String,
    /// Place and points when they do not.
    pub(super) without: String,
    /// Whether it is the entry of the case.
    pub(super) is_own: bool,
}

/// What somebody ruled.
pub(super) struct Ruled {
    /// When.
    pub(super) at: Instant,
    /// What, in words.
    pub(super) act: String,
    /// Who.
    pub(super) by: String,
    /// Why.
    pub(super) words: String,
    /// Votes of the case then.
    pub(super) votes: i32,
}

/// What whoever looks may do.
pub(super) struct May {
    /// May hold and propose.
    pub(super) organise: bool,
    /// May confirm what another has proposed.
    pub(super) approve: bool,
    /// Has proposed it.
    pub(super) is_own: bool,
}

/// The page of a case.
#[derive(Template)]
#[template(path = "fraud/show.html")]
pub(super) struct Show {
    /// Who looks.
    pub(super) v: View,
    /// Name in addresses.
    pub(super) slug: String,
    /// The case.
    pub(super) case: Model,
    /// Number, title and code of its entry.
    pub(super) entry: (i32, String, String),
    /// What the link is called that brought most.
    pub(super) link: Option<String>,
    /// State as a key of the words, and how it is marked.
    pub(super) state: (&'static str, &'static str),
    /// What was found, in sentences.
    pub(super) found: Vec<String>,
    /// Votes in it.
    pub(super) votes: usize,
    /// Votes over time.
    pub(super) chart: Chart,
    /// Votes of it that count now, and that do not.
    pub(super) weight: (i64, i64),
    /// Places that would be others.
    pub(super) moved: Vec<Line>,
    /// Whether places cannot be reckoned yet.
    pub(super) is_early: bool,
    /// What was ruled.
    pub(super) rulings: Vec<Ruled>,
    /// What whoever looks may do.
    pub(super) may: May,
    /// Whether a result is published.
    pub(super) is_published: bool,
    /// What was wrong.
    pub(super) refused: Vec<Refused>,
    /// What was typed.
    pub(super) typed: Form,
}

impl Show {
    fn reasons(&self) -> impl Iterator<Item = &'static str> {
        ruling::REASONS.iter().map(|(key, _)| *key)
    }
}

/// Shows a case.
///
/// # Errors
/// Forbidden to anybody who may not read everything of the contest.
pub async fn show(
    app: web::Data<App>,
    v: View,
    who: Signed,
    path: web::Path<(String, String)>,
) -> Result {
    let (slug, code) = path.into_inner();
    draw(&app, v, &who, (&slug, &code), (Form::default(), Vec::new())).await
}

pub(super) async fn draw(
    app: &App,
    v: View,
    who: &Signed,
    (slug, code): (&str, &str),
    (typed, refused): (Form, Vec<Refused>),
) -> Result {
    let contest = read(app, &v, who, slug).await?;
    let case = cases::by_code(&app.db, contest.id(), code).await?;
    let entries = entries(app, [case.entry_id]).await?;
    let entry = entries.get(&case.entry_id);
    let span = chart::span(case.first_at, case.last_at);
    let votes = cases::timeline(&app.db, &case, span).await?;
    let weight = cases::weight(&app.db, &case).await?;
    let (moved, is_early) = effect(app, &v, &contest, (&case, &weight)).await?;
    let weight = weight.values().fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    let organise = Organiser::of(&app.db, &contest, who.id(), v.now).await.is_ok();
    let approve = Approver::of(&app.db, &contest, who.id(), v.now).await.is_ok();
    page(&Show {
        slug: contest.slug().to_owned(),
        entry: entry.map_or_else(Default::default, |entry| {
            (entry.number.unwrap_or(0), entry.title.clone(), entry.code.clone())
        }),
        link: link(app, &case).await?,
        state: state(case.state),
        found: cases::findings(&case).iter().map(|one| finding::said(&v, one)).collect(),
        votes: cases::leaves(&case).len(),
        chart: chart::draw(&votes, span),
        weight,
        moved,
        is_early,
        rulings: rulings(app, &v, &case).await?,
        may: May { organise, approve, is_own: case.proposed_by == Some(who.id()) },
        is_published: contest.row.state == ContestState::Published,
        case,
        refused,
        typed,
        v,
    })
}

async fn link(app: &App, case: &Model) -> std::result::Result<Option<String>, Failure> {
    let Some(number) = case.link else { return Ok(None) };
    let row = vote_link::Entity::find()
        .filter(vote_link::Column::ContestId.eq(case.contest_id))
        .filter(vote_link::Column::Number.eq(number))
        .one(&app.db)
        .await?;
    Ok(Some(row.map_or_else(|| number.to_string(), |row| format!("{number}. {}", row.label))))
}

/// What would change in every table.
async fn effect(
    app: &App,
    v: &View,
    contest: &Contest,
    (case, weight): (&Model, &HashMap<EntryId, (i64, i64)>),
) -> std::result::Result<(Vec<Line>, bool), Failure> {
    let snapshot = db::snapshot(&app.db).await?;
    let inputs = results::gather(&snapshot, contest, v.now).await?;
    drop(snapshot);
    let early = |problem: &Problem| matches!(problem, Problem::RoundNotClosed(_));
    let is_early = inputs.problems.iter().any(early);
    let votes = weight.iter().map(|(entry, (counts, aside))| (*entry, (*aside, *counts)));
    let moved = results::effect(&contest.definition, &inputs, &votes.collect());
    let names = names(app, contest).await?;
    let english = v.lang.is_english();
    let line = |one: &Moved| {
        let table = contest.definition.table(&one.table);
        Line {
            table: table.map(|table| table.title.read(english).to_owned()).unwrap_or_default(),
            who: names.of(one.who).0,
            with: placed(v, one.with),
            without: placed(v, one.without),
            is_own: one.who == results::rank::Who::Entry(case.entry_id),
        }
    };
    Ok((moved.iter().take(SHOWN).map(line).collect(), is_early))
}

fn placed(v: &View, place: Option<(u32, i64)>) -> String {
    let Some((place, points)) = place else { return "–".to_owned() };
    let points = millionths(v.lang, points, if points % 1_000_000 == 0 { 0 } else { 2 });
    let args = [("place", i64::from(place).into()), ("points", points.into())];
    words::say(v.lang, "fraud-moved", &args)
}

async fn rulings(app: &App, v: &View, case: &Model) -> std::result::Result<Vec<Ruled>, Failure> {
    let rows = cases::rulings(&app.db, case.id).await?;
    let names = account::names(&app.db, rows.iter().map(|row| row.ruled_by)).await?;
    let one = |row: entity::vote_ruling::Model| Ruled {
        at: row.ruled_at,
        act: v.act(&row.act),
        by: names.get(&row.ruled_by).cloned().unwrap_or_default(),
        words: row.words,
        votes: row.votes,
    };
    Ok(rows.into_iter().map(one).collect())
}
