//! A work as the public sees it.

use actix_web::{HttpRequest, web};
use askama::Template;
use entity::entry::State;

use super::contest::{gallery_is_open, names_are_shown};
use crate::app::App;
use crate::contest::definition::{SlotKind, VoteLimit, Work};
use crate::contest::{self, Contest};
use crate::entry::{self, Whole, code, link};
use crate::refusal::Kind;
use crate::web::cache::{Kept, Visitors};
use crate::web::{Failure, Result, View};
use crate::{media, results, screening, unit};

/// One part of a work as it is shown.
pub struct Shown {
    /// Address of its pictures, without size.
    pub picture: Option<String>,
    /// Mean colour of its pictures.
    pub ground: Option<String>,
    /// Width and height of its pictures or film in pixels, so that the page does not move when they
    /// come.
    pub size: (i32, i32),
    /// Address of its film.
    pub film: Option<String>,
    /// Its text.
    pub text: Option<String>,
    /// Address of a work elsewhere.
    pub link: Option<String>,
    /// Whether that place has a player that we may show.
    pub plays: bool,
    /// Words beside it.
    pub caption: String,
    /// What it shows.
    pub alt: String,
}

/// The page of a work.
#[derive(Template)]
#[template(path = "entry/show.html")]
pub struct Show {
    /// Who looks.
    pub v: View,
    /// Public code.
    pub code: String,
    /// Number in the contest.
    pub number: i32,
    /// Title.
    pub title: String,
    /// Author and unit, where they are shown.
    pub by: Option<(String, String)>,
    /// The contest: name in addresses, and title.
    pub contest: (String, String),
    /// Its parts.
    pub parts: Vec<Shown>,
    /// Whether votes are taken now, and until when.
    pub open: Option<entity::instant::Instant>,
    /// Where a voter proves what the contest asks for, and the key of the words for it.
    pub proves: (String, &'static str),
    /// Whether a vote may be taken back.
    pub may_withdraw: bool,
    /// Whether a browser may be asked to work before its vote.
    pub asks_work: bool,
    /// Whether a ballot holds more than this work's vote.
    pub has_ballot: bool,
    /// What is said of its votes, where the public sees that.
    pub count: Option<String>,
}

impl Show {
    /// The picture that chat apps show of the page: the work's first, or the contest's.
    fn preview(&self) -> String {
        let first = self.parts.iter().find_map(|part| part.picture.clone());
        format!("{}/preview.jpeg", first.unwrap_or_else(|| format!("/contests/{}", self.contest.0)))
    }
}

/// The parts of a work, as anybody may see them.
pub(crate) fn shown(whole: &Whole, contest: &Contest, category: &str) -> Vec<Shown> {
    let slots = contest.definition.category(category).map(|found| found.slots.as_slice());
    let mut parts = Vec::new();
    for slot in slots.unwrap_or_default().iter().filter(|slot| slot.kind != SlotKind::People) {
        for part in whole.slot(&slot.key) {
            let ready = whole.file(part).filter(|file| file.state == entity::file::State::Ready);
            let picture = ready.filter(|file| media::is_pictured(file));
            let film = ready.and_then(|file| Some((file.id, media::filmed(file)?.name())));
            let choice = slot.options.iter().find(|o| Some(&o.key) == part.body.as_ref());
            let text = choice.map(|o| o.label.vi.clone()).or_else(|| part.body.clone());
            let caption = part.caption.clone().unwrap_or_default();
            let titled = || whole.entry.title.clone();
            parts.push(Shown {
                picture: picture.map(|file| format!("/media/{}", file.id)),
                ground: picture.and_then(media::ground),
                size: ready.map_or((4, 3), |f| (f.width.unwrap_or(4), f.height.unwrap_or(3))),
                film: film.map(|(id, format)| format!("/media/{id}/film.{format}")),
                text,
                plays: part.link.as_deref().and_then(link::player).is_some(),
                link: part.link.clone().filter(|link| link.starts_with("http")),
                alt: part.alt.clone().unwrap_or_else(titled),
                caption,
            });
        }
    }
    parts
}

/// Key of the words for a state.
pub(crate) fn state_key(state: State) -> &'static str {
    match state {
        State::Draft => "state-draft",
        State::Submitted => "state-submitted",
        State::Returned => "state-returned",
        State::Accepted => "state-accepted",
        State::Rejected => "state-rejected",
        State::Withdrawn => "state-withdrawn",
        State::Disqualified => "state-disqualified",
    }
}

/// Why an entry was returned, rejected or struck out, and what was written beside it, in words;
/// nothing of any other.
pub(super) async fn why(
    app: &App,
    v: &View,
    entry: &entity::entry::Model,
) -> Result<(Option<String>, Option<String>)> {
    match entry.state {
        State::Returned | State::Rejected => {
            let found = screening::last(&app.db, entry.id).await?;
            let reason = found.as_ref().and_then(|found| found.reason.as_deref());
            Ok((reason.map(|key| v.t(key)), found.and_then(|found| found.note)))
        }
        State::Disqualified => Ok((results::struck_because(&app.db, entry).await?, None)),
        _ => Ok((None, None)),
    }
}

pub(super) async fn visible(
    app: &App,
    v: &View,
    code: &str,
) -> Result<(entity::entry::Model, Contest)> {
    let unknown = || Failure::new(Kind::NotFound, "entry-unknown");
    let entry = entry::by_code(&app.db, &code::meant(code)).await?;
    let contest = contest::by_id(&app.db, entry.contest_id).await?;
    if is_shown(&entry, &contest, v) { Ok((entry, contest)) } else { Err(unknown()) }
}

/// Whether everybody may see the work now.
pub(super) fn is_shown(entry: &entity::entry::Model, contest: &Contest, v: &View) -> bool {
    entry.state == State::Accepted && contest.is_public() && gallery_is_open(contest, v)
}

/// A work.
///
/// # Errors
/// Not found unless it is accepted and the gallery open.
pub async fn show(
    app: web::Data<App>,
    kept: web::Data<Kept>,
    request: HttpRequest,
    code: web::Path<String>,
) -> Result {
    let key = format!("/entries/{code}");
    let looks = View::of(&request);
    let version = async || Ok(visible(&app, &looks, &code).await?.1.row.public_version);
    let draw = async |v: View| {
        let (entry, contest) = visible(&app, &v, &code).await?;
        draw_show(&app, v, entry, &contest).await
    };
    kept.page(&request, (&key, Visitors::Known), version, draw).await
}

async fn draw_show(
    app: &App,
    v: View,
    entry: entity::entry::Model,
    contest: &Contest,
) -> Result<String> {
    let category = contest::category_ids(&app.db, contest.id()).await?;
    let category = category.into_iter().find(|(_, id)| *id == entry.category_id);
    let category = category.map(|(key, _)| key).unwrap_or_default();
    let whole = entry::whole(&app.db, entry).await?;
    let units = unit::names(&app.db, whole.entry.unit_id).await?;
    let unit = whole.entry.unit_id.and_then(|id| units.get(&id).cloned()).unwrap_or_default();
    let names = names_are_shown(contest);
    let voting = contest.definition.voting.as_ref();
    let window = voting.and_then(|voting| contest.window(&voting.phase));
    let counts = super::live::counts(app, contest, &[whole.entry.id], &v).await?;
    let page = Show {
        proves: super::vote::proves(
            voting.map(|voting| voting.level).unwrap_or_default(),
            &whole.entry.code,
        ),
        code: whole.entry.code.clone(),
        number: whole.entry.number.unwrap_or(0),
        title: whole.entry.title.clone(),
        by: names.then(|| (whole.entry.shown_name.clone(), unit)),
        contest: (
            contest.slug().to_owned(),
            contest.definition.title.read(v.lang.is_english()).to_owned(),
        ),
        parts: shown(&whole, contest, &category),
        open: window.filter(|w| contest.is_running() && w.contains(v.now)).map(|w| w.closes),
        may_withdraw: voting.is_some_and(|voting| voting.withdrawal),
        asks_work: voting.is_some_and(|voting| voting.work != Work::Never),
        has_ballot: voting.is_some_and(|voting| voting.limit != VoteLimit::OnePerEntry),
        count: counts.and_then(|mut counts| counts.remove(&whole.entry.id)),
        v,
    };
    page.render().map_err(Failure::broken)
}
