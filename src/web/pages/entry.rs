//! A work as the public sees it, and the vote for it.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use entity::entry::State;
use entity::id::ContestId;

use super::contest::{gallery_is_open, names_are_shown};
use crate::app::App;
use crate::contest::definition::{Level, SlotKind};
use crate::contest::{self, Contest};
use crate::entry::{self, Whole, code, link};
use crate::refusal::{Kind, Refusal, Refused};
use crate::voting::{self, Cast, Proof, Touch, Trace};
use crate::web::address;
use crate::web::cache::{Kept, Visitors};
use crate::web::form::Form;
use crate::web::group::Group;
use crate::web::node;
use crate::web::signed::{Browser, MaybeSigned, Signed};
use crate::web::{Failure, Result, View, page};
use crate::{media, unit};

/// One part of a work as it is shown.
pub struct Shown {
    /// Address of its pictures, without size.
    pub picture: Option<String>,
    /// Width and height of its pictures in pixels, so that the page does not move when they come.
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
    /// Counted votes, where the public sees them.
    pub count: Option<i64>,
}

/// The parts of a work, as anybody may see them.
pub(crate) fn shown(whole: &Whole, contest: &Contest, category: &str) -> Vec<Shown> {
    let slots = contest.definition.category(category).map(|found| found.slots.as_slice());
    let mut parts = Vec::new();
    for slot in slots.unwrap_or_default().iter().filter(|slot| slot.kind != SlotKind::People) {
        for part in whole.slot(&slot.key) {
            let ready = whole.file(part).filter(|file| file.state == entity::file::State::Ready);
            let picture = ready.filter(|file| media::is_pictured(file));
            let film = ready.filter(|file| media::is_filmed(file));
            let choice = slot.options.iter().find(|o| Some(&o.key) == part.body.as_ref());
            let text = choice.map(|o| o.label.vi.clone()).or_else(|| part.body.clone());
            let caption = part.caption.clone().unwrap_or_default();
            let titled = || whole.entry.title.clone();
            parts.push(Shown {
                picture: picture.map(|file| format!("/media/{}", file.id)),
                size: picture.map_or((4, 3), |f| (f.width.unwrap_or(4), f.height.unwrap_or(3))),
                film: film.map(|file| format!("/media/{}/film.mp4", file.id)),
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

pub(super) async fn visible(
    app: &App,
    v: &View,
    code: &str,
) -> Result<(entity::entry::Model, Contest)> {
    let unknown = || Failure::new(Kind::NotFound, "entry-unknown");
    let entry = entry::by_code(&app.db, &code::meant(code)).await?;
    let contest = contest::by_id(&app.db, entry.contest_id).await?;
    let shown =
        entry.state == State::Accepted && contest.is_public() && gallery_is_open(&contest, v);
    if shown { Ok((entry, contest)) } else { Err(unknown()) }
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
    let seen = voting::seen(contest, v.now);
    app.votes.glance(contest, seen).await?;
    let counts = seen.of(&app.db, contest.id(), &[whole.entry.id]).await?;
    let page = Show {
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
        count: counts.map(|counts| counts.get(&whole.entry.id).copied().unwrap_or(0)),
        v,
    };
    page.render().map_err(Failure::broken)
}

/// What became of a vote.
#[derive(Template)]
#[template(path = "entry/voted.html")]
pub struct Voted {
    /// Who looks.
    pub v: View,
    /// Code of the work.
    pub code: String,
    /// The vote, when it is counted.
    pub cast: Option<Cast>,
    /// Whether it was taken back.
    pub withdrawn: bool,
    /// Why not.
    pub refused: Option<Refused>,
    /// Whether signing in by a code would help.
    pub needs_code: bool,
    /// Whether the browser had to be known first, so that one more touch is needed.
    pub once_more: bool,
}

/// What is known of a voter, at the level that the contest asks for.
fn proof(
    app: &App,
    (contest, asked): (ContestId, Level),
    who: &MaybeSigned,
    (request, browser): (&HttpRequest, &Browser),
) -> Proof {
    let agent = request.headers().get(header::USER_AGENT).map(header::HeaderValue::as_bytes);
    let trace = Trace::seen(agent, address::of(request), |bytes| {
        app.key.hash("vote-network", &[contest.0.as_bytes(), bytes])
    });
    let group = Group::of_request(request, app, contest, app.clock.now());
    let link = group.map(|group| (group.number, group.quota));
    let contest = contest.0.as_bytes();
    match &who.0 {
        Some(signed) if asked >= Level::Code => Proof {
            key: app.key.hash("voter", &[contest, signed.id().0.as_bytes()]),
            level: Level::Code,
            user: Some(signed.id()),
            link,
            trace,
        },
        other => Proof {
            key: app.key.hash("voter", &[contest, &browser.hash(app, "vote")]),
            level: if link.is_some() { Level::GroupLink } else { Level::Device },
            user: other.as_ref().map(Signed::id),
            link,
            trace,
        },
    }
}

/// Contest and number of the entry with this code, and the level that its vote asks for: from
/// memory once a vote for it came.
async fn place(app: &App, code: &str) -> Result<(ContestId, u32, Level)> {
    let (contest, number) = match app.votes.known(code) {
        Some(known) => known,
        None => {
            let entry = entry::by_code(&app.db, code).await?;
            let number = entry.number.and_then(|number| u32::try_from(number).ok());
            let number = number.ok_or(voting::Error::NotVotedOn)?;
            app.votes.remember(code, entry.contest_id, number);
            (entry.contest_id, number)
        }
    };
    let level = match app.votes.policy(contest) {
        Some(policy) => policy.voting.level,
        None => {
            let contest = contest::by_id(&app.db, contest).await?;
            contest.definition.voting.as_ref().map(|voting| voting.level).unwrap_or_default()
        }
    };
    Ok((contest, number, level))
}

/// The phone's own number of a touch, as a number: any text will do.
fn nonce(text: &str) -> u64 {
    let sum = |sum: u64, byte: &u8| (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    if text.is_empty() { 0 } else { text.as_bytes().iter().fold(0xcbf2_9ce4_8422_2325, sum) }
}

/// Casts a vote: one touch.
///
/// # Errors
/// When votes cannot be written now; refusals are said on the page.
pub async fn vote(
    app: web::Data<App>,
    request: HttpRequest,
    (v, who, browser): (View, MaybeSigned, Browser),
    code: web::Path<String>,
    form: Form,
) -> Result {
    let code = code::meant(&code);
    let (contest, number, level) = place(&app, &code).await?;
    let mut answer = if browser.is_fresh() && who.0.is_none() {
        first_touch(v, &code)?
    } else {
        let proof = proof(&app, (contest, level), &who, (&request, &browser));
        let touch = Touch { entry: number, nonce: nonce(form.text("nonce")), at: v.now };
        match node::cast(&app, contest, (touch, &proof), false).await {
            Ok(Some(cast)) => counted(v, &code, cast)?,
            Ok(None) => return Err(voting::Error::Busy.into()),
            Err(error) => refused(v, &code, error)?,
        }
    };
    browser.keep(&app, &mut answer);
    Ok(answer)
}

/// A browser that keeps no cookies, or never was here: it has to be known first.
fn first_touch(v: View, code: &str) -> Result {
    if v.is_script {
        let once_more = serde_json::json!({ "counted": false, "once_more": true });
        return Ok(HttpResponse::Ok().insert_header(("Cache-Control", "no-store")).json(once_more));
    }
    page(&voted(v, code, None, None, true))
}

/// Why a vote was not counted; what is no fault of the voter's is no page of theirs.
fn refused(v: View, code: &str, error: voting::Error) -> Result {
    let refused = error.refusal();
    if v.is_script || matches!(refused.kind, Kind::Unavailable | Kind::Broken) {
        return Err(error.into());
    }
    page(&voted(v, code, None, Some(refused), false))
}

fn counted(v: View, code: &str, cast: Cast) -> Result {
    if v.is_script {
        let key = if cast.again { "vote-again" } else { "vote-counted" };
        let at = v.t1(key, "at", v.second(&cast.at));
        let said = [at, v.t1("vote-receipt", "receipt", cast.receipt.as_str())];
        return Ok(HttpResponse::Ok().insert_header(("Cache-Control", "no-store")).json(
            serde_json::json!({
                "counted": true,
                "receipt": cast.receipt,
                "at": v.second(&cast.at),
                "again": cast.again,
                "said": said,
            }),
        ));
    }
    page(&voted(v, code, Some(cast), None, false))
}

fn voted(
    v: View,
    code: &str,
    cast: Option<Cast>,
    refused: Option<Refused>,
    once_more: bool,
) -> Voted {
    let needs_code = refused.as_ref().is_some_and(|refused| refused.code == "vote-needs-code");
    Voted { v, code: code.to_owned(), cast, withdrawn: false, refused, needs_code, once_more }
}

/// Takes a vote back.
///
/// # Errors
/// When votes cannot be written now; refusals are said on the page.
pub async fn withdraw(
    app: web::Data<App>,
    request: HttpRequest,
    (v, who, browser): (View, MaybeSigned, Browser),
    code: web::Path<String>,
    _form: Form,
) -> Result {
    let code = code::meant(&code);
    let (contest, number, level) = place(&app, &code).await?;
    let proof = proof(&app, (contest, level), &who, (&request, &browser));
    let touch = Touch { entry: number, nonce: 0, at: v.now };
    match node::cast(&app, contest, (touch, &proof), true).await {
        Ok(_) => page(&Voted { withdrawn: true, ..voted(v, &code, None, None, false) }),
        Err(error) => refused(v, &code, error),
    }
}
