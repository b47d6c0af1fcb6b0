//! One entry before its screener.

use actix_web::web;
use askama::Template;
use entity::entry::State;
use entity::entry_event;

use super::twins::{Twin, twins};
use super::{at, desk, in_contest};
use crate::app::App;
use crate::contest::{Contest, Organiser, Screener};
use crate::entry::{self, Guarded};
use crate::refusal::Refused;
use crate::screening::{self, Filter, REASONS};
use crate::web::pages::draft::{Machine, Place, category_of, places};
use crate::web::pages::entry::state_key;
use crate::web::pages::media as files;
use crate::web::signed::Signed;
use crate::web::{Result, View, page};
use crate::{media, unit};

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
    /// The reason that was chosen.
    pub reason: String,
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
    let (contest, screener, entry) = at(&app, &path, &who, &v).await?;
    page(&whole(&app, v, &contest, &screener, entry).await?)
}

pub(super) async fn whole(
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
    warnings.extend(entry::excluded(&app.db, contest, &whole.entry, &whole.people).await?);
    let same = screening::same_files(&app.db, by, whole.entry.id).await?;
    let names = unit::names(&app.db, whole.entry.unit_id).await?;
    let last = screening::last(&app.db, whole.entry.id).await?;
    let files = whole.files.iter().map(|file| {
        let place = match file.facts["place"].as_str() {
            Some(place) => Some(v.t1("screening-taken-at-place", "place", place)),
            None => (file.facts["has_place"] == true).then(|| v.t("screening-has-place")),
        };
        let software = file.facts["software"].as_str();
        let facts = [
            file.camera.clone(),
            file.taken_at.map(|at| v.when(&at)),
            software.map(|name| v.t1("screening-software", "name", name)),
            place,
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
        guardian: format!("{}{}", v.base, app.consent_path(&whole.entry)),
        strikes: organises && stands.contains(&whole.entry.state),
        slug: contest.slug().to_owned(),
        state: state_key(whole.entry.state),
        unit: whole.entry.unit_id.and_then(|id| names.get(&id).cloned()),
        places: places(&v, &category, Some(&whole), &Machine::default()),
        files: files.collect(),
        people: whole.people.iter().map(|who| (role(who.role), who.name.clone())).collect(),
        warnings,
        same: same.into_iter().map(|e| (e.code, e.title, state_key(e.state))).collect(),
        alike: twins(app, &v, &whole.entry).await?,
        events: entry::events(&app.db, whole.entry.id).await?,
        reasons: REASONS,
        until: in_a_week,
        reason: String::new(),
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

/// The next entry that waits: behind `entry`, else the first other one.
pub(super) async fn after(
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

/// Categories into which the jury may put an entry of this one: key, name.
fn elsewhere(v: &View, contest: &Contest, key: &str) -> Vec<(String, String)> {
    let named = screening::places(contest, key).into_iter().filter_map(|key| {
        let title = contest.definition.category(&key)?.title.read(v.lang.is_english()).to_owned();
        Some((key, title))
    });
    named.collect()
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
    files::original(&app, file.ok_or(screening::Error::Unknown)?).await
}
