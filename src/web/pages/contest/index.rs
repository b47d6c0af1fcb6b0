//! The front page: contests by what one can do there.

use actix_web::{HttpRequest, web};
use askama::Template;
use entity::contest::State;
use entity::id::FileId;
use entity::instant::Instant;

use super::seen::{gallery_is_open, phase_now, poster};
use crate::app::App;
use crate::contest::definition::SlotKind;
use crate::contest::{self, Contest};
use crate::entry::{self, Page as Paged};
use crate::web::cache::{Kept, Visitors};
use crate::web::{Failure, Result, View};

/// A contest in a list.
#[derive(Clone, Debug)]
pub struct Line {
    /// Name in addresses.
    pub slug: String,
    /// Its title.
    pub title: String,
    /// What is open now, as a key of the words.
    pub phase: &'static str,
    /// When that ends.
    pub until: Option<Instant>,
    /// Who runs it.
    pub unit: String,
    /// Icon of what is entered.
    pub icon: &'static str,
    /// Its poster, or the first picture that the public may see.
    pub cover: Option<FileId>,
}

/// The front page.
#[derive(Template)]
#[template(path = "contest/index.html")]
pub struct Index {
    /// Who looks.
    pub v: View,
    /// Contests by what one can do there: key of the words, and contests, newest first.
    pub groups: Vec<(&'static str, Vec<Line>)>,
}

/// Icon of what is entered in a contest.
fn icon(contest: &Contest) -> &'static str {
    let slots = contest.definition.categories.iter().flat_map(|category| &category.slots);
    match slots.map(|slot| slot.kind).next() {
        Some(SlotKind::Photo) => "camera",
        Some(SlotKind::Video) => "video",
        Some(SlotKind::Link) => "link",
        _ => "pen-line",
    }
}

/// The group of the front page in which a contest stands.
fn group(phase: &str) -> &'static str {
    match phase {
        "phase-intake" | "phase-soon" => "home-enter",
        "phase-voting" => "home-vote",
        "phase-published" => "home-results",
        _ => "home-under-way",
    }
}

async fn line(app: &App, v: &View, row: entity::contest::Model) -> Result<Line> {
    let contest = contest::by_id(&app.db, row.id).await?;
    let (phase, until) = phase_now(&contest, v);
    let first = Paged { after: 0, size: u64::from(gallery_is_open(&contest, v)) };
    let cards = entry::cards(&app.db, entry::gallery(&app.db, row.id, None, first).await?).await?;
    let units = crate::unit::names(&app.db, [row.unit_id]).await?;
    let poster = poster(app, &contest).await?.map(|file| file.id);
    Ok(Line {
        slug: row.slug,
        title: contest.definition.title.read(v.lang.is_english()).to_owned(),
        phase,
        until,
        unit: units.get(&row.unit_id).cloned().unwrap_or_default(),
        icon: icon(&contest),
        cover: poster.or_else(|| cards.first()?.cover()),
    })
}

/// Contests that the public may see.
///
/// # Errors
/// When the database fails.
pub async fn index(app: web::Data<App>, kept: web::Data<Kept>, request: HttpRequest) -> Result {
    let version = async || {
        let rows = contest::all(&app.db).await?;
        Ok(rows.iter().map(|row| row.public_version).sum())
    };
    let draw = async |v: View| {
        let keys = ["home-enter", "home-vote", "home-under-way", "home-results"];
        let mut groups = keys.map(|key| (key, Vec::new()));
        for row in
            contest::all(&app.db).await?.into_iter().filter(|r| r.state != State::Draft).take(60)
        {
            let line = line(&app, &v, row).await?;
            let mine = groups.iter_mut().find(|(key, _)| *key == group(line.phase));
            mine.into_iter().for_each(|(_, lines)| lines.push(line.clone()));
        }
        let groups = groups.into_iter().filter(|(_, lines)| !lines.is_empty()).collect();
        Index { v, groups }.render().map_err(Failure::broken)
    };
    kept.page(&request, ("/", Visitors::Strangers), version, draw).await
}
