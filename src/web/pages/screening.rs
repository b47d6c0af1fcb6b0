//! The screening desk: a grid, then one entry after the other.

use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use entity::entry::State;
use entity::entry_event;

use super::draft::{Place, category_of, places};
use super::guardian;
use super::receipt::state_words;
use crate::app::App;
use crate::contest::{self, Contest, Organiser, Screener, moment};
use crate::entry::{self, Card, Guarded, code};
use crate::refusal::{Kind, Refusal, Refused};
use crate::screening::{self, Filter, Finding, REASONS};
use crate::web::form::Form;
use crate::web::signed::Signed;
use crate::web::{Failure, Result, View, page, see_other};
use crate::{db, media, unit};

/// Entries on one page of the grid.
const PAGE: u64 = 24;

/// What a grid was asked for.
#[derive(serde::Deserialize)]
pub struct Asked {
    state: Option<String>,
    unit: Option<String>,
    only: Option<String>,
    after: Option<i32>,
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
    /// Keys of reasons.
    pub reasons: [&'static str; 9],
}

/// One entry.
#[derive(Template)]
#[template(path = "screening/show.html")]
pub struct Show {
    /// Who looks.
    pub v: View,
    /// Name of the contest in addresses.
    pub slug: String,
    /// The entry.
    pub entry: entity::entry::Model,
    /// Key of its state's words.
    pub state: &'static str,
    /// Name of its unit.
    pub unit: Option<String>,
    /// What it holds.
    pub places: Vec<Place>,
    /// Its files: key, name, figures of the camera, whether a large copy can be shown.
    pub files: Vec<(String, String, String, bool)>,
    /// People in it: key of the role's words, name.
    pub people: Vec<(String, String)>,
    /// What to look at.
    pub warnings: Vec<Refused>,
    /// Entries with the same file: code, title, state.
    pub same: Vec<(String, String, &'static str)>,
    /// Works that look or read like it.
    pub alike: Vec<Twin>,
    /// What happened to it.
    pub events: Vec<entry_event::Model>,
    /// Keys of reasons.
    pub reasons: [&'static str; 9],
    /// The day proposed for repair, for the form.
    pub until: String,
    /// Words typed to the entrant.
    pub note: String,
    /// Code of the next entry that waits.
    pub next: Option<String>,
    /// Whether it waits for a finding.
    pub waits: bool,
    /// Whether the last finding can be taken back.
    pub undoes: bool,
    /// Whether one may strike it out.
    pub strikes: bool,
    /// What its author's guardian is asked and said.
    pub guarded: Option<Guarded>,
    /// Where the guardian agrees.
    pub guardian: String,
    /// Categories into which the jury may put it: key, name.
    pub elsewhere: Vec<(String, String)>,
    /// What is wrong.
    pub refused: Vec<Refused>,
}

/// A work beside one that it is like.
pub struct Twin {
    /// Address of the other entry's page, where the screener may see it.
    pub link: String,
    /// Its title.
    pub title: String,
    /// Key of its state's words.
    pub state: &'static str,
    /// Key of the words for what they have in common.
    pub shape: String,
    /// How alike, in per cent.
    pub alike: i32,
    /// Pictures of both: addresses without size and ending.
    pub pictures: Option<(String, String)>,
    /// Beginnings of both texts.
    pub texts: Option<(String, String)>,
}

const STATES: [(&str, State); 6] = [
    ("submitted", State::Submitted),
    ("returned", State::Returned),
    ("accepted", State::Accepted),
    ("rejected", State::Rejected),
    ("withdrawn", State::Withdrawn),
    ("disqualified", State::Disqualified),
];

async fn desk(app: &App, slug: &str, who: &Signed, v: &View) -> Result<(Contest, Screener)> {
    let contest = contest::by_slug(&app.db, slug).await?;
    let screener = Screener::of(&app.db, &contest, who.id(), v.now).await?;
    Ok((contest, screener))
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
    let mut rows = screening::list(&app.db, &screener, &filter, after, PAGE + 1).await?;
    let more = rows.len() as u64 > PAGE;
    rows.truncate(usize::try_from(PAGE).unwrap_or(24));
    let next = rows.last().and_then(|row| row.number).filter(|_| more);
    let counts =
        screening::counts_up_to_many(&app.db, &screener, STATES.map(|(_, state)| state)).await?;
    let count = |state: State| counts.iter().find(|(s, _)| *s == state).map_or(0, |(_, n)| *n);
    let states = STATES.iter().map(|(name, s)| (state_words(*s), *name, count(*s), *s == shown));
    page(&Index {
        slug: contest.slug().to_owned(),
        contest: contest.definition.title.read(v.lang.is_english()).to_owned(),
        states: states.collect(),
        cards: entry::cards(&app.db, rows).await?,
        unit: unit.unwrap_or_default(),
        only,
        state,
        next,
        reasons: REASONS,
        v,
    })
}

/// Shows one entry.
///
/// # Errors
/// Without the right to screen, or without such an entry.
pub async fn show(
    app: web::Data<App>,
    v: View,
    who: Signed,
    path: web::Path<(String, String)>,
) -> Result {
    let (slug, typed) = path.into_inner();
    let (contest, screener) = desk(&app, &slug, &who, &v).await?;
    let entry = in_contest(&app, &contest, &typed).await?;
    page(&whole(&app, v, &contest, &screener, entry).await?)
}

async fn in_contest(app: &App, contest: &Contest, typed: &str) -> Result<entity::entry::Model> {
    let entry = entry::by_code(&app.db, &code::meant(typed)).await?;
    if entry.contest_id != contest.id() || entry.state == State::Draft {
        return Err(screening::Error::Unknown.into());
    }
    Ok(entry)
}

async fn whole(
    app: &App,
    v: View,
    contest: &Contest,
    by: &Screener,
    entry: entity::entry::Model,
) -> Result<Show> {
    let category = category_of(&app.db, contest, entry.category_id).await?;
    let whole = entry::whole(&app.db, entry).await?;
    let (mut warnings, warned) = entry::faults(&category, &whole.parts, &whole.files);
    warnings.extend(warned);
    let same = screening::same_files(&app.db, by, whole.entry.id).await?;
    let names = unit::names(&app.db, whole.entry.unit_id).await?;
    let last = screening::last(&app.db, whole.entry.id).await?;
    let files = whole.files.iter().map(|file| {
        let place = file.facts["has_place"] == true;
        let software = file.facts["software"].as_str();
        let facts = [
            file.camera.clone(),
            file.taken_at.map(|at| v.when(&at)),
            software.map(|name| v.t1("screening-software", "name", name)),
            place.then(|| v.t("screening-has-place")),
        ];
        let facts = facts.into_iter().flatten().collect::<Vec<_>>().join(" · ");
        (file.id.to_string(), file.name.clone(), facts, media::is_pictured(file))
    });
    let role =
        |role: entity::contributor::Role| format!("role-{}", format!("{role:?}").to_lowercase());
    let in_a_week = crate::words::vietnam(v.now.plus_seconds(7 * 24 * 3600)).date().to_string();
    let organises = Organiser::of(&app.db, contest, by.user(), v.now).await.is_ok();
    let stands = [State::Submitted, State::Returned, State::Accepted];
    Ok(Show {
        guarded: entry::guarded(&app.db, contest, &whole.entry, v.now).await?,
        guardian: format!("{}{}", v.base, guardian::link(app, &whole.entry)),
        strikes: organises && stands.contains(&whole.entry.state),
        slug: contest.slug().to_owned(),
        state: state_words(whole.entry.state),
        unit: whole.entry.unit_id.and_then(|id| names.get(&id).cloned()),
        places: places(&v, &category, Some(&whole)),
        files: files.collect(),
        people: whole.people.iter().map(|who| (role(who.role), who.name.clone())).collect(),
        warnings,
        same: same.into_iter().map(|e| (e.code, e.title, state_words(e.state))).collect(),
        alike: twins(app, whole.entry.id).await?,
        events: entry::events(&app.db, whole.entry.id).await?,
        reasons: REASONS,
        until: in_a_week,
        note: String::new(),
        next: after(&app.db, by, &whole.entry).await?.map(|next| next.code),
        waits: whole.entry.state == State::Submitted,
        undoes: last.is_some()
            && matches!(whole.entry.state, State::Accepted | State::Returned | State::Rejected),
        elsewhere: elsewhere(&v, contest, &category.key),
        refused: Vec::new(),
        entry: whole.entry,
        v,
    })
}

/// Characters of a text that stand beside another.
const BEGINNING: usize = 1500;

/// Works that look or read like an entry's, each beside its own.
async fn twins(app: &App, id: entity::id::EntryId) -> Result<Vec<Twin>> {
    let alike = entry::alike(&app.db, id).await?;
    let files = alike.iter().flat_map(|twin| [twin.own.file_id, twin.part.file_id]).flatten();
    let files = media::files(&app.db, files).await?;
    let contests = contest::slugs(&app.db, alike.iter().map(|twin| twin.entry.contest_id)).await?;
    let pictured = |id: Option<entity::id::FileId>| {
        let file = files.iter().find(|file| Some(file.id) == id)?;
        media::is_pictured(file).then(|| format!("/media/{}", file.id))
    };
    let beginning = |text: &Option<String>| {
        text.as_ref().map(|text| text.chars().take(BEGINNING).collect::<String>())
    };
    let twin = |twin: entry::Alike| Twin {
        link: contests.get(&twin.entry.contest_id).map_or_else(String::new, |slug| {
            format!("/desk/contests/{slug}/screening/{}", twin.entry.code)
        }),
        alike: match twin.shape.as_str() {
            "film" | "text" => 100 - twin.distance,
            _ => 100 - twin.distance * 100 / 256,
        },
        shape: format!("alike-{}", twin.shape),
        state: state_words(twin.entry.state),
        pictures: pictured(twin.own.file_id).zip(pictured(twin.part.file_id)),
        texts: beginning(&twin.own.body).zip(beginning(&twin.part.body)),
        title: twin.entry.title,
    };
    Ok(alike.into_iter().map(twin).collect())
}

/// What a form found.
fn finding(form: &Form) -> std::result::Result<Finding, Refused> {
    let (reason, note) = (form.text("reason").to_owned(), form.text("note").to_owned());
    match form.text("verdict") {
        "accept" => Ok(Finding::Accept),
        "return" => match moment::closes(&form.text("until").into()) {
            Ok(until) => Ok(Finding::Return { reason, note, until }),
            Err(_) => Err(Refused::new(Kind::Invalid, "screening-past").at("until")),
        },
        "reject" => Ok(Finding::Reject { reason, note }),
        _ => Err(Refused::new(Kind::Invalid, "screening-no-verdict").at("verdict")),
    }
}

/// Notes a finding and goes on to the next entry that waits.
///
/// # Errors
/// Without the right to screen, or without such an entry.
pub async fn create(
    app: web::Data<App>,
    v: View,
    who: Signed,
    path: web::Path<(String, String)>,
    form: Form,
) -> Result {
    let (slug, typed) = path.into_inner();
    let (contest, screener) = desk(&app, &slug, &who, &v).await?;
    let entry = in_contest(&app, &contest, &typed).await?;
    let refused = match finding(&form) {
        Ok(finding) => {
            let tx = db::begin(&app.db).await?;
            match screening::find(&tx, &screener, entry.id, &finding, v.now).await {
                Ok(()) => {
                    tx.commit().await?;
                    return next(&app, &contest, &screener, &entry).await;
                }
                Err(error) => error.refusal(),
            }
        }
        Err(refused) => refused,
    };
    if !matches!(refused.kind, Kind::Invalid | Kind::Conflict) {
        return Err(Failure::new(refused.kind, refused.code));
    }
    let mut drawn = whole(&app, v, &contest, &screener, entry).await?;
    drawn.refused.push(refused);
    form.text("note").clone_into(&mut drawn.note);
    let mut answer = page(&drawn)?;
    *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(answer)
}

/// The way to the next entry that waits: behind this one, else the first, else the grid.
async fn next(app: &App, contest: &Contest, by: &Screener, done: &entity::entry::Model) -> Result {
    let desk = format!("/desk/contests/{}/screening", contest.slug());
    Ok(match after(&app.db, by, done).await? {
        Some(next) => see_other(&format!("{desk}/{}", next.code)),
        None => see_other(&desk),
    })
}

/// The next entry that waits: behind `entry`, else the first other one.
async fn after(
    db: &impl sea_orm::ConnectionTrait,
    by: &Screener,
    entry: &entity::entry::Model,
) -> Result<Option<entity::entry::Model>> {
    let waiting = Filter::default();
    for after in [entry.number.unwrap_or(0), 0] {
        let found = screening::list(db, by, &waiting, after, 2).await?;
        if let Some(next) = found.into_iter().find(|next| next.id != entry.id) {
            return Ok(Some(next));
        }
    }
    Ok(None)
}

/// Notes one finding for all entries that were marked in the grid.
///
/// # Errors
/// Without the right to screen, or without such an entry; what cannot be noted is said on a page,
/// and then none of them changed.
pub async fn create_many(
    app: web::Data<App>,
    v: View,
    who: Signed,
    slug: web::Path<String>,
    form: Form,
) -> Result {
    let (contest, screener) = desk(&app, &slug, &who, &v).await?;
    let finding = finding(&form).map_err(|refused| Failure::all(vec![refused]))?;
    let tx = db::begin(&app.db).await?;
    for typed in form.all("code") {
        let entry = in_contest(&app, &contest, typed).await?;
        screening::find(&tx, &screener, entry.id, &finding, v.now).await?;
    }
    tx.commit().await?;
    Ok(see_other(&format!("/desk/contests/{}/screening", contest.slug())))
}

/// Takes the last finding back.
///
/// # Errors
/// Without the right to screen, or when there is nothing to take back.
pub async fn undo(
    app: web::Data<App>,
    v: View,
    who: Signed,
    path: web::Path<(String, String)>,
) -> Result {
    let (slug, typed) = path.into_inner();
    let (contest, screener) = desk(&app, &slug, &who, &v).await?;
    let entry = in_contest(&app, &contest, &typed).await?;
    let tx = db::begin(&app.db).await?;
    screening::undo(&tx, &screener, entry.id, v.now).await?;
    tx.commit().await?;
    Ok(see_other(&format!("/desk/contests/{slug}/screening/{}", entry.code)))
}

/// An original, to be looked at closely.
///
/// # Errors
/// Without the right to screen, or without such a file.
pub async fn original(
    app: web::Data<App>,
    v: View,
    who: Signed,
    path: web::Path<(String, String, String)>,
) -> Result {
    let (slug, typed, file) = path.into_inner();
    let (contest, _) = desk(&app, &slug, &who, &v).await?;
    let entry = in_contest(&app, &contest, &typed).await?;
    let held = entry::whole(&app.db, entry).await?;
    let file = held.files.iter().find(|held| held.id.to_string() == file);
    super::media::original(&app, file.ok_or(screening::Error::Unknown)?).await
}

/// Writes down that the guardian agreed on paper.
///
/// # Errors
/// Without the right to screen, or where nobody has to agree.
pub async fn agree_on_paper(
    app: web::Data<App>,
    v: View,
    who: Signed,
    path: web::Path<(String, String)>,
    form: Form,
) -> Result {
    let (slug, typed) = path.into_inner();
    let (contest, screener) = desk(&app, &slug, &who, &v).await?;
    let entry = in_contest(&app, &contest, &typed).await?;
    let tx = db::begin(&app.db).await?;
    let paper = (entry.id, form.text("paper").trim());
    match entry::agree_on_paper(&tx, &screener, &contest, paper, v.now).await {
        Ok(()) => {
            tx.commit().await?;
            Ok(see_other(&format!("/desk/contests/{slug}/screening/{}", entry.code)))
        }
        Err(error) => {
            drop(tx);
            let refused = error.refusal();
            if !matches!(refused.kind, Kind::Invalid | Kind::Conflict) {
                return Err(error.into());
            }
            let mut drawn = whole(&app, v, &contest, &screener, entry).await?;
            drawn.refused.push(refused);
            let mut answer = page(&drawn)?;
            *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(answer)
        }
    }
}

/// Puts the entry into another category that the jury fills.
///
/// # Errors
/// Without the right to screen, or where the entry does not fit.
pub async fn place(
    app: web::Data<App>,
    v: View,
    who: Signed,
    path: web::Path<(String, String)>,
    form: Form,
) -> Result {
    let (slug, typed) = path.into_inner();
    let (contest, screener) = desk(&app, &slug, &who, &v).await?;
    let entry = in_contest(&app, &contest, &typed).await?;
    let tx = db::begin(&app.db).await?;
    screening::place(&tx, &screener, entry.id, form.text("category"), v.now).await?;
    tx.commit().await?;
    Ok(see_other(&format!("/desk/contests/{slug}/screening/{}", entry.code)))
}

/// Categories into which the jury may put an entry of this one: key, name.
fn elsewhere(v: &View, contest: &Contest, key: &str) -> Vec<(String, String)> {
    let named = screening::places(contest, key).into_iter().filter_map(|key| {
        let title = contest.definition.category(&key)?.title.read(v.lang.is_english()).to_owned();
        Some((key, title))
    });
    named.collect()
}
