//! The officer's desk: entries of the unit's people, entering for somebody, many at once.

mod import;

pub use import::{Imported, create as import};

use actix_web::web;
use askama::Template;
use entity::entry::State;
use entity::id::EntryId;
use sea_orm::EntityTrait;

use super::entry::{is_shown, state_key, why};
use super::result::Own;
use crate::app::{self, App};
use crate::contest::definition::{Category, PhaseKind};
use crate::contest::{self, Contest};
use crate::entry::{self, New, Progress, code};
use crate::refusal::{Arg, Kind, Refused};
use crate::unit::Officer;
use crate::web::form::Form;
use crate::web::signed::Signed;
use crate::web::{Failure, Result, View, page, see_other};
use crate::{db, unit, words};

/// Entries on one page.
const PAGE: u64 = 50;

/// An entry in the list.
#[derive(Debug)]
pub struct Line {
    /// The entry.
    pub entry: entity::entry::Model,
    /// Key of its state's words.
    pub state: &'static str,
    /// Name of its unit.
    pub unit: String,
    /// The contest's name.
    pub contest: String,
    /// A message to paste into a chat, where somebody has to be told.
    pub message: Option<String>,
}

/// The list.
#[derive(Template)]
#[template(path = "officer/index.html")]
pub struct Index {
    /// Who looks.
    pub v: View,
    /// Code of the unit.
    pub code: String,
    /// Its name.
    pub unit: String,
    /// Contests that take entries now: name in addresses, title, progress towards targets.
    pub contests: Vec<(String, String, Vec<Progress>)>,
    /// What somebody can be entered for: contest and category as a form sends them, their names.
    pub places: Vec<(String, String)>,
    /// The entries.
    pub lines: Vec<Line>,
    /// Where the next page begins.
    pub next: Option<EntryId>,
    /// Name in addresses of the contest that was chosen for an archive.
    pub chosen: String,
    /// Whether it was ticked that everybody agreed.
    pub agreed: bool,
    /// Why an archive was not taken.
    pub refused: Vec<Refused>,
}

/// What a list was asked for.
#[derive(serde::Deserialize)]
pub struct Asked {
    before: Option<EntryId>,
}

pub(super) async fn officer(app: &App, code: &str, who: &Signed, v: &View) -> Result<Officer> {
    let unit = unit::by_code(&app.db, code).await?;
    Ok(Officer::of(&app.db, unit, who.id(), v.now).await?)
}

/// Contests that take entries now.
async fn open_contests(app: &App, v: &View) -> Result<Vec<Contest>> {
    use sea_orm::{ColumnTrait, QueryFilter};
    let announced = entity::contest::Entity::find()
        .filter(entity::contest::Column::State.eq(entity::contest::State::Announced))
        .all(&app.db)
        .await?;
    let mut open = contest::wholes(&app.db, announced).await?;
    open.retain(|contest| contest.open(PhaseKind::Intake, v.now).is_some());
    Ok(open)
}

/// Shows the unit's entries.
///
/// # Errors
/// Without an office in the unit or above it.
pub async fn index(
    app: web::Data<App>,
    v: View,
    who: Signed,
    typed: web::Path<String>,
    asked: web::Query<Asked>,
) -> Result {
    let officer = officer(&app, &typed, &who, &v).await?;
    drawn(&app, v, &officer, asked.before, (&Form::default(), Vec::new())).await
}

/// The list, from an entry on, with what was chosen for an archive and why it was not taken.
async fn drawn(
    app: &App,
    v: View,
    officer: &Officer,
    before: Option<EntryId>,
    (form, refused): (&Form, Vec<Refused>),
) -> Result {
    let mut rows = entry::of_units(&app.db, &officer.unit.path, before, PAGE + 1).await?;
    let more = rows.len() as u64 > PAGE;
    rows.truncate(usize::try_from(PAGE).unwrap_or(50));
    let next = rows.last().map(|row| row.id).filter(|_| more);
    let (mut contests, mut places) = (Vec::new(), Vec::new());
    for contest in open_contests(app, &v).await? {
        let progress = entry::quota_progress(&app.db, &contest, &officer.unit).await?;
        let title = contest.definition.title.read(v.lang.is_english()).to_owned();
        places.extend(offered_places(&v, &contest, &title));
        contests.push((contest.slug().to_owned(), title, progress));
    }
    page(&Index {
        code: officer.unit.code.clone(),
        unit: officer.unit.name.clone(),
        contests,
        places,
        lines: lines(app, &v, rows).await?,
        next,
        chosen: form.text("contest").to_owned(),
        agreed: form.ticked("agreed"),
        refused,
        v,
    })
}

/// The categories that take entries of an officer now; a contest's only one has no name beside it.
fn offered_places(v: &View, contest: &Contest, title: &str) -> Vec<(String, String)> {
    let taken = entry::offered(contest, v.now).filter(|category| category.officer_enters);
    let taken: Vec<_> = taken.collect();
    let place = |category: &&Category| {
        let name = match taken.len() {
            1 => title.to_owned(),
            _ => format!("{title} – {}", category.title.read(v.lang.is_english())),
        };
        (format!("{}/{}", contest.slug(), category.key), name)
    };
    taken.iter().map(place).collect()
}

async fn lines(app: &App, v: &View, rows: Vec<entity::entry::Model>) -> Result<Vec<Line>> {
    use sea_orm::{ColumnTrait, QueryFilter};
    let units = unit::names(&app.db, rows.iter().filter_map(|row| row.unit_id)).await?;
    let contests = entity::contest::Entity::find()
        .filter(entity::contest::Column::Id.is_in(rows.iter().map(|row| row.contest_id)))
        .all(&app.db)
        .await?;
    let contests = contest::wholes(&app.db, contests).await?;
    let own = Own::of(app, &contests).await?;
    let mut lines = Vec::new();
    for row in rows {
        let contest = contests.iter().find(|contest| contest.id() == row.contest_id);
        let contest = contest.ok_or(entry::Error::Unknown)?;
        lines.push(Line {
            state: state_key(row.state),
            unit: row.unit_id.and_then(|id| units.get(&id).cloned()).unwrap_or_default(),
            message: message(app, v, &row, contest, &own).await?,
            contest: contest.row.title.clone(),
            entry: row,
        });
    }
    Ok(lines)
}

/// What to paste into a chat: only where the entrant has to know or do something.
async fn message(
    app: &App,
    v: &View,
    entry: &entity::entry::Model,
    contest: &Contest,
    own: &Own,
) -> Result<Option<String>> {
    let prizes = own.prizes(v, contest, entry.id);
    let key = match (entry.state, &prizes) {
        (State::Returned, _) => "officer-message-returned",
        (State::Rejected, _) => "officer-message-rejected",
        (State::Disqualified, _) => "officer-message-disqualified",
        (State::Accepted, None) => "officer-message-accepted",
        (State::Accepted, Some(prizes)) if prizes.is_empty() => "officer-message-result",
        (State::Accepted, Some(_)) => "officer-message-won",
        _ => return Ok(None),
    };
    let (reason, note) = why(app, v, entry).await?;
    // A work that nobody may see yet has only its receipt.
    let page = if is_shown(entry, contest, v) { "entries" } else { "receipts" };
    let won = prizes.as_ref().map(|prizes| prizes.join(", ")).unwrap_or_default();
    let address = match prizes.filter(|_| entry.state == State::Accepted) {
        Some(_) => format!("{}/contests/{}/results", v.base, contest.slug()),
        None => format!("{}/{page}/{}", v.base, entry.code),
    };
    let until = entry.repair_until.map(|until| v.deadline(&until)).unwrap_or_default();
    let args: [(&str, Arg); 8] = [
        ("name", entry.entrant_name.clone().into()),
        ("title", entry.title.clone().into()),
        ("contest", contest.row.title.as_str().into()),
        ("reason", reason.unwrap_or_default().into()),
        ("note", note.unwrap_or_default().into()),
        ("prizes", won.into()),
        ("until", until.into()),
        ("address", address.into()),
    ];
    Ok(Some(words::say(v.lang, key, &args)))
}

/// Begins a draft for somebody of the unit.
///
/// # Errors
/// Without an office in the unit or above it, or when entries are not taken.
pub async fn create(
    app: web::Data<App>,
    v: View,
    who: Signed,
    typed: web::Path<String>,
    form: Form,
) -> Result {
    let officer = officer(&app, &typed, &who, &v).await?;
    let unknown = || Failure::new(Kind::Invalid, "part-unknown");
    let (slug, key) = form.text("place").split_once('/').ok_or_else(unknown)?;
    let contest = contest::by_slug(&app.db, slug).await?;
    let ids = contest::category_ids(&app.db, contest.id()).await?;
    let category = *ids.get(key).ok_or_else(unknown)?;
    let new = New {
        id: EntryId::new(),
        code: code::letters(&app::fresh::<8>()),
        category,
        author: None,
        officer: Some(officer.user()),
        resume_hash: None,
        unit: Some(officer.unit.id),
        lang: v.tag().to_owned(),
    };
    let tx = db::begin(&app.db).await?;
    let row = entry::open(&tx, &contest, new, v.now).await?;
    tx.commit().await?;
    Ok(see_other(&format!("/drafts/{}/work", row.code)))
}
