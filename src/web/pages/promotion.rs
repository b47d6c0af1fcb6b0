//! The way up: what a contest sends to the one above, and what came from those below.

use std::collections::HashMap;

use actix_web::web;
use askama::Template;
use entity::decision::Kind as Decided;
use entity::id::{EntryId, UnitId};
use entity::instant::Instant;
use entity::{entry, promotion};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::entry::state_key;
use crate::app::App;
use crate::contest::definition::{Definition, Promotion, PromotionBasis};
use crate::contest::{self, Contest};
use crate::refusal::{Kind, Refused};
use crate::results::rank::Who;
use crate::results::{self, Outcome, Problem, Subject};
use crate::web::form::Form;
use crate::web::organised::Organised;
use crate::web::{Failure, Result, View, page, see_other};
use crate::{db, unit};

/// How many of those next in line are shown.
const NEXT: usize = 5;

/// A work on its way up.
#[derive(Clone, Debug)]
pub struct Work {
    /// Title.
    pub title: String,
    /// Code of the work here.
    pub code: String,
    /// Whose it is.
    pub by: String,
    /// Their unit.
    pub unit: String,
    /// What it won below.
    pub prizes: Vec<String>,
    /// When it went up.
    pub sent: Option<Instant>,
    /// Where it stands in the contest above: key of the words.
    pub state: Option<&'static str>,
}

/// A contest below.
#[derive(Clone, Debug)]
pub struct Child {
    /// Title.
    pub title: String,
    /// The unit that runs it.
    pub unit: String,
    /// How many it may send, in words.
    pub rule: String,
    /// What is missing, in words.
    pub gap: Option<String>,
    /// What came from it.
    pub works: Vec<Work>,
}

/// The page.
#[derive(Template)]
#[template(path = "promotion/show.html")]
pub struct Show {
    /// Who looks.
    pub v: View,
    /// Name in addresses, and title.
    pub slug: String,
    /// Title.
    pub title: String,
    /// The contest above, and how many it takes, in words.
    pub above: Option<(String, String)>,
    /// What goes up, or went.
    pub up: Vec<Work>,
    /// Whether it went.
    pub is_sent: bool,
    /// Who is next in line.
    pub next: Vec<Work>,
    /// What stands in the way.
    pub problems: Vec<String>,
    /// Whether an officer names what goes up.
    pub names: bool,
    /// What was typed: codes, reason.
    pub typed: (String, String),
    /// What was wrong with it.
    pub refused: Vec<Refused>,
    /// Contests below.
    pub below: Vec<Child>,
}

/// Shows both ways.
///
/// # Errors
/// Forbidden to anybody but organisers.
pub async fn show(app: web::Data<App>, v: View, Organised(contest, _): Organised) -> Result {
    page(&draw(&app, v, &contest, (String::new(), String::new()), Vec::new()).await?)
}

/// Records which entries go up, first first, by their codes.
///
/// # Errors
/// Forbidden to anybody but organisers; a code that is unknown, or a missing reason, is said on the
/// page with everything typed.
pub async fn choose(
    app: web::Data<App>,
    v: View,
    Organised(contest, organiser): Organised,
    slug: web::Path<String>,
    form: Form,
) -> Result {
    let typed = (form.text("codes").to_owned(), form.text("reason").to_owned());
    let mut refused = Vec::new();
    let codes: Vec<String> =
        typed.0.split([' ', ',', ';', '\n', '\r', '\t']).map(crate::entry::code::meant).collect();
    let codes: Vec<String> = codes.into_iter().filter(|code| !code.is_empty()).collect();
    let rows = entry::Entity::find()
        .filter(entry::Column::ContestId.eq(contest.id()))
        .filter(entry::Column::State.eq(entry::State::Accepted))
        .filter(entry::Column::Code.is_in(codes.iter().map(String::as_str)))
        .all(&app.db)
        .await?;
    let mut order = Vec::new();
    for code in &codes {
        match rows.iter().find(|row| row.code == *code).map(|row| Who::Entry(row.id)) {
            Some(who) if order.contains(&who) => {}
            Some(who) => order.push(who),
            None => {
                let fault = Refused::new(Kind::Invalid, "promotion-code-unknown").at("codes");
                refused.push(fault.with("code", code.as_str()));
            }
        }
    }
    if refused.is_empty() {
        let subject = Subject { order, ..Subject::default() };
        let tx = db::begin(&app.db).await?;
        let kind = Decided::Promotion;
        match results::decide(&tx, &organiser, kind, &subject, &typed.1, v.now).await {
            Ok(()) => {
                tx.commit().await?;
                return Ok(see_other(&format!("/desk/contests/{slug}/promotion")));
            }
            Err(error) => refused = Failure::from(error).said()?,
        }
    }
    page(&draw(&app, v, &contest, typed, refused).await?)
}

async fn draw(
    app: &App,
    v: View,
    contest: &Contest,
    typed: (String, String),
    refused: Vec<Refused>,
) -> std::result::Result<Show, Failure> {
    let english = v.lang.is_english();
    let rule = contest.definition.promotion.as_ref();
    let above = match contest.row.parent_id {
        Some(id) => Some(contest::by_id(&app.db, id).await?),
        None => None,
    };
    let mut shown = Show {
        slug: contest.slug().to_owned(),
        title: contest.definition.title.read(english).to_owned(),
        above: above.map(|above| {
            let title = above.definition.title.read(english).to_owned();
            (title, rule.map(|rule| said(&v, rule)).unwrap_or_default())
        }),
        up: Vec::new(),
        is_sent: false,
        next: Vec::new(),
        problems: Vec::new(),
        names: false,
        typed,
        refused,
        below: below(app, &v, contest).await?,
        v,
    };
    if let Some(rule) = rule {
        upwards(app, &mut shown, contest, rule).await?;
    }
    Ok(shown)
}

/// How many go up, and which, in words.
fn said(v: &View, rule: &Promotion) -> String {
    let count = match (rule.count.min, rule.count.max) {
        (Some(least), Some(most)) if least == most => v.t1("promotion-exactly", "most", most),
        (Some(least), Some(most)) => v.t2("promotion-between", "least", least, "most", most),
        (None, Some(most)) => v.t1("promotion-most", "most", most),
        (Some(least), None) => v.t1("promotion-least", "least", least),
        (None, None) => v.t("promotion-any"),
    };
    let basis = v.t(match rule.basis {
        PromotionBasis::Rank(_) => "promotion-by-rank",
        PromotionBasis::Prizes(_) => "promotion-by-prizes",
        PromotionBasis::Chosen => "promotion-by-choice",
        PromotionBasis::All => "promotion-by-all",
        PromotionBasis::Votes => "promotion-by-votes",
    });
    format!("{count} {basis}")
}

/// What goes up, or went, and who is next in line.
async fn upwards(app: &App, shown: &mut Show, contest: &Contest, rule: &Promotion) -> Result<()> {
    app.votes.caught_up(contest, shown.v.now).await?;
    let snapshot = db::snapshot(&app.db).await?;
    let inputs = results::gather(&snapshot, contest, shown.v.now).await?;
    let outcome = results::reckon(&snapshot, contest, &inputs).await?;
    drop(snapshot);
    let gone = results::gone_up(&app.db, contest.id()).await?;
    let sent: Vec<EntryId> = gone.iter().map(|row| row.from_entry_id).collect();
    let up: Vec<EntryId> = if sent.is_empty() { results::entries_of(&outcome.up) } else { sent };
    let next = waiting(&outcome, rule, &up);
    let all = of(app, up.iter().chain(&next).copied()).await?;
    let awards = results::held_in(&app.db, [contest.id()]).await?;
    let copies = of(app, gone.iter().map(|row| row.to_entry_id)).await?;
    let work = |id: &EntryId| {
        let mut work = all.work(&contest.definition, &shown.v, *id, &awards)?;
        if let Some(row) = gone.iter().find(|row| row.from_entry_id == *id) {
            work.sent = Some(row.promoted_at);
            work.state = copies.rows.get(&row.to_entry_id).map(|copy| state_key(copy.state));
        }
        Some(work)
    };
    let (up, next) = (up.iter().filter_map(work).collect(), next.iter().filter_map(work).collect());
    (shown.up, shown.next) = (up, next);
    shown.is_sent = !gone.is_empty();
    let about_up = |problem: &&Problem| {
        use Problem::{BeyondCap, TooFewGoUp, TooManyGoUp};
        matches!(problem, TooFewGoUp(..) | TooManyGoUp(..) | BeyondCap { .. })
    };
    let problems = outcome.problems.iter().filter(about_up);
    shown.problems = problems.map(|problem| shown.v.said(&problem.refused())).collect();
    let too_many = outcome.problems.iter().any(|p| matches!(p, Problem::TooManyGoUp(..)));
    let chosen = rule.basis == PromotionBasis::Chosen || too_many || !inputs.named.is_empty();
    shown.names = chosen && !shown.is_sent;
    Ok(())
}

/// The first of the ranking that do not go up.
fn waiting(outcome: &Outcome, rule: &Promotion, up: &[EntryId]) -> Vec<EntryId> {
    let PromotionBasis::Rank(key) = &rule.basis else { return Vec::new() };
    let places = outcome.tables.get(key).map(Vec::as_slice).unwrap_or_default();
    let who: Vec<Who> = places.iter().map(|placed| placed.who).collect();
    results::entries_of(&who).into_iter().filter(|id| !up.contains(id)).take(NEXT).collect()
}

/// Entries with the names of their units.
struct Known {
    rows: HashMap<EntryId, entry::Model>,
    units: HashMap<UnitId, String>,
}

async fn of(app: &App, ids: impl Iterator<Item = EntryId>) -> Result<Known> {
    let rows = entry::Entity::find().filter(entry::Column::Id.is_in(ids)).all(&app.db).await?;
    let units = unit::names(&app.db, rows.iter().filter_map(|row| row.unit_id)).await?;
    Ok(Known { rows: rows.into_iter().map(|row| (row.id, row)).collect(), units })
}

impl Known {
    /// A work, with what it won by these awards of a definition.
    fn work(
        &self,
        definition: &Definition,
        v: &View,
        id: EntryId,
        awards: &[entity::award::Model],
    ) -> Option<Work> {
        let row = self.rows.get(&id)?;
        let own = awards.iter().filter(|award| award.entry_id == Some(id));
        let label = |award: &entity::award::Model| {
            let prize = definition.prizes.iter().find(|prize| prize.key == award.prize_key);
            prize.map(|prize| prize.label.read(v.lang.is_english()).to_owned())
        };
        Some(Work {
            title: row.title.clone(),
            code: row.code.clone(),
            by: row.entrant_name.clone(),
            unit: row.unit_id.and_then(|id| self.units.get(&id).cloned()).unwrap_or_default(),
            prizes: own.filter_map(label).collect(),
            sent: None,
            state: None,
        })
    }
}

/// Contests below, each with what came from it and what is missing.
async fn below(app: &App, v: &View, contest: &Contest) -> Result<Vec<Child>> {
    let children = contest::children(&app.db, contest.id()).await?;
    let came = results::came_up(&app.db, contest.id()).await?;
    let known = of(app, came.iter().flat_map(|row| [row.from_entry_id, row.to_entry_id])).await?;
    let awards = results::held_in(&app.db, children.iter().map(Contest::id)).await?;
    let units = unit::names(&app.db, children.iter().map(|child| child.row.unit_id)).await?;
    let child = |child: &Contest| {
        let own = came.iter().filter(|row| row.from_contest_id == child.id());
        let work = |row: &promotion::Model| {
            let copy = known.rows.get(&row.to_entry_id)?;
            let mut work = known.work(&child.definition, v, row.from_entry_id, &awards)?;
            // Here the work has a code of its own.
            work.code.clone_from(&copy.code);
            (work.sent, work.state) = (Some(row.promoted_at), Some(state_key(copy.state)));
            Some(work)
        };
        let works: Vec<Work> = own.filter_map(work).collect();
        let rule = child.definition.promotion.as_ref();
        Child {
            title: child.definition.title.read(v.lang.is_english()).to_owned(),
            unit: units.get(&child.row.unit_id).cloned().unwrap_or_default(),
            rule: rule.map_or_else(|| v.t("promotion-no-rule"), |rule| said(v, rule)),
            gap: gap(v, child, works.len()),
            works,
        }
    };
    // A draft below is its makers' own affair until they announce it.
    Ok(children.iter().filter(|child| child.is_public()).map(child).collect())
}

/// What is missing of a contest below, in words.
fn gap(v: &View, child: &Contest, sent: usize) -> Option<String> {
    use entity::contest::State;
    let rule = child.definition.promotion.as_ref()?;
    let sent = u32::try_from(sent).unwrap_or(u32::MAX);
    match child.row.state {
        State::Cancelled => Some(v.t("gap-cancelled")),
        State::Draft | State::Announced => Some(v.t("gap-unpublished")),
        _ => rule
            .count
            .min
            .filter(|least| sent < *least)
            .map(|least| v.t2("gap-few", "sent", sent, "least", least)),
    }
}
