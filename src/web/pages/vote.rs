//! The vote for a work: one touch, and taking it back.

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest, HttpResponse, web};
use askama::Template;
use entity::id::ContestId;
use serde::Serialize;

use crate::app::App;
use crate::contest;
use crate::contest::definition::{Level, Work};
use crate::entry::{self, code};
use crate::refusal::{Kind, Refusal, Refused};
use crate::voting::{self, Act, Cast, Proof, Touch, Trace};
use crate::web::address;
use crate::web::form::{Form, Slip};
use crate::web::group::Group;
use crate::web::member::Member;
use crate::web::node;
use crate::web::oidc;
use crate::web::signed::{Browser, MaybeSigned, Signed};
use crate::web::work::{self, Done};
use crate::web::{Failure, Result, View, page, see_other};

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
    /// Where the voter proves more, and the key of the words for it.
    pub proves: Option<(String, &'static str)>,
    /// Whether the browser had to be known first, so that one more touch is needed.
    pub once_more: bool,
}

/// What a script is told of a vote that is counted.
#[derive(Serialize)]
struct Told<'a> {
    counted: bool,
    receipt: &'a str,
    at: &'a str,
    again: bool,
    /// For the voter's eyes, line by line.
    said: [String; 2],
}

/// What is known of a voter, at the level that the contest asks for. Where browsers have to work
/// before they vote, who is signed in votes by the account instead.
pub(super) fn proof(
    app: &App,
    (contest, asked, rule): (ContestId, Level, Work),
    who: &MaybeSigned,
    (request, browser): (&HttpRequest, &Browser),
) -> Proof {
    let trace = traced(app, request, contest);
    let group = Group::of_request(request, app, contest, app.clock.now());
    let link = group.map(|group| (group.number, group.quota));
    let member = Member::of_request(request, app, contest).filter(|_| asked == Level::Member);
    if let Some(member) = member {
        let number = member.number.to_be_bytes();
        return Proof {
            key: app.key.hash("voter-member", &[contest.0.as_bytes(), &number]),
            level: Level::Member,
            user: who.0.as_ref().map(Signed::id),
            link,
            worked: true,
            trace,
        };
    }
    let account = oidc::account(request, app, app.clock.now()).filter(|_| asked == Level::Account);
    if let Some(account) = account {
        return Proof {
            key: app.key.hash("voter-account", &[contest.0.as_bytes(), &account]),
            level: Level::Account,
            user: who.0.as_ref().map(Signed::id),
            link,
            worked: true,
            trace,
        };
    }
    let device = Proof {
        key: app.key.hash("voter", &[contest.0.as_bytes(), &browser.hash(app, "vote")]),
        level: if link.is_some() { Level::GroupLink } else { Level::Device },
        user: who.0.as_ref().map(Signed::id),
        link,
        worked: true,
        trace,
    };
    match &who.0 {
        Some(signed) if asked >= Level::Code || rule != Work::Never => {
            by_account(app, contest, signed, device)
        }
        _ => device,
    }
}

/// What is kept for a while of where a request came from.
fn traced(app: &App, request: &HttpRequest, contest: ContestId) -> Trace {
    let agent = request.headers().get(header::USER_AGENT).map(header::HeaderValue::as_bytes);
    Trace::seen(agent, address::of(request), |bytes| {
        app.key.hash("vote-network", &[contest.0.as_bytes(), bytes])
    })
}

/// What somebody who is signed in has proved, in place of their browser.
fn by_account(app: &App, contest: ContestId, signed: &Signed, proof: Proof) -> Proof {
    let key = app.key.hash("voter", &[contest.0.as_bytes(), signed.id().0.as_bytes()]);
    Proof { key, level: Level::Code, user: Some(signed.id()), ..proof }
}

/// Contest and number of the entry with this code, the level that its vote asks for and the work:
/// from memory once a vote for it came.
async fn place(app: &App, code: &str) -> Result<(ContestId, u32, Level, Work)> {
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
    let (level, work) = match app.votes.policy(contest) {
        Some(policy) => (policy.voting.level, policy.voting.work),
        None => {
            let contest = contest::by_id(&app.db, contest).await?;
            let voting = contest.definition.voting.as_ref();
            voting.map(|voting| (voting.level, voting.work)).unwrap_or_default()
        }
    };
    Ok((contest, number, level, work))
}

/// The phone's own number of a touch, as a number: any text will do.
fn nonce(text: &str) -> u64 {
    let sum = |sum: u64, byte: &u8| (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    if text.is_empty() { 0 } else { text.as_bytes().iter().fold(0xcbf2_9ce4_8422_2325, sum) }
}

/// A vote on its way: the moment at which its request was read, before anything else is done.
pub struct Stamped(voting::Coming);

impl FromRequest for Stamped {
    type Error = Failure;
    type Future = std::future::Ready<std::result::Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let app = request.app_data::<web::Data<App>>();
        let stamped = app.map(|app| Self::now(app));
        std::future::ready(stamped.ok_or_else(|| Failure::new(Kind::Broken, "broken")))
    }
}

impl Stamped {
    /// Begins now.
    #[must_use]
    pub fn now(app: &App) -> Self {
        Self(app.votes.enter(app.clock.now()))
    }
}

/// Casts a vote: one touch, come by the long way.
///
/// # Errors
/// When votes cannot be written now; refusals are said on the page.
pub async fn vote(
    stamped: Stamped,
    (app, request): (web::Data<App>, HttpRequest),
    who: (View, MaybeSigned, Browser),
    code: web::Path<String>,
    Slip(form): Slip,
) -> Result {
    touched(stamped, (&app, &request), who, (&code, &form)).await
}

/// Casts a vote: one touch.
///
/// # Errors
/// As [`vote`].
pub async fn touched(
    stamped: Stamped,
    (app, request): (&App, &HttpRequest),
    (v, who, browser): (View, MaybeSigned, Browser),
    (code, form): (&str, &Form),
) -> Result {
    let code = code::meant(code);
    let (contest, number, level, rule) = place(app, &code).await?;
    let mut pass = None;
    let mut proof = proof(app, (contest, level, rule), &who, (request, &browser));
    // A vote by the browser: the next try has to come from the same one, or it would be another.
    let by_browser = proof.level <= Level::GroupLink;
    let mut answer = if by_browser && browser.is_fresh() {
        first_touch(v, &code)?
    } else {
        let of = (contest, proof.trace.network);
        if by_browser && work::asked(app, rule, of, v.now).is_some() {
            let done = form.text("work");
            match work::check((request, app), (contest, &browser), done, v.now) {
                Done::Before => {}
                Done::Now(cookie) => pass = Some(cookie),
                // Whether a group's link spares it, its log knows.
                Done::Not => proof.worked = false,
            }
        }
        if proof.level == Level::Device && !proof.worked {
            return refused(v, &code, voting::Error::NeedsWork);
        }
        let touch = Touch { entry: number, nonce: nonce(form.text("nonce")), at: stamped.0.at() };
        match node::cast(app, contest, (touch, &proof), Act::Give).await {
            Ok(Some(cast)) => counted(v, &code, cast)?,
            Ok(None) => return Err(voting::Error::Busy.into()),
            Err(error) => refused(v, &code, error)?,
        }
    };
    browser.keep(app, &mut answer);
    if let Some(pass) = pass {
        answer.add_cookie(&pass).map_err(Failure::broken)?;
    }
    Ok(answer)
}

/// The task that a browser does before its first vote for a work.
///
/// # Errors
/// Not found where there is no such work.
pub async fn task(
    (app, request): (web::Data<App>, HttpRequest),
    (v, browser): (View, Browser),
    code: web::Path<String>,
) -> Result {
    let code = code::meant(&code);
    let (contest, _, _, rule) = place(&app, &code).await?;
    let network = traced(&app, &request, contest).network;
    let keys = work::asked(&app, rule, (contest, network), v.now).unwrap_or(work::KEYS.0);
    let task = work::task(&app, (contest, &browser), keys, v.now).map_err(Failure::broken)?;
    let mut answer = HttpResponse::Ok().insert_header(("Cache-Control", "no-store")).json(task);
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
        let at = v.second(&cast.at);
        let said =
            [v.t1(key, "at", at.as_str()), v.t1("vote-receipt", "receipt", cast.receipt.as_str())];
        let told = Told { counted: true, receipt: &cast.receipt, at: &at, again: cast.again, said };
        return Ok(HttpResponse::Ok().insert_header(("Cache-Control", "no-store")).json(told));
    }
    page(&voted(v, code, Some(cast), None, false))
}

/// Where a voter proves what this level asks for, and the key of the words for it.
pub(super) fn proves(level: Level, code: &str) -> (String, &'static str) {
    match level {
        Level::Member => (format!("/m?then=/entries/{code}"), "member-title"),
        Level::Account => (format!("/accounts/there?then=/entries/{code}"), "account-go"),
        _ => (format!("/session/new?then=/entries/{code}"), "session-title"),
    }
}

fn voted(
    v: View,
    code: &str,
    cast: Option<Cast>,
    refused: Option<Refused>,
    once_more: bool,
) -> Voted {
    let proves = refused.as_ref().and_then(|refused| match refused.code {
        "vote-needs-code" => Some(proves(Level::Code, code)),
        "vote-needs-account" => Some(proves(Level::Account, code)),
        "vote-needs-member" => Some(proves(Level::Member, code)),
        "vote-needs-work" => Some(proves(Level::Code, code)),
        _ => None,
    });
    Voted { v, code: code.to_owned(), cast, withdrawn: false, refused, proves, once_more }
}

/// Changes a vote that was given before; says in which contest.
async fn change(
    (app, request): (&App, &HttpRequest),
    (who, browser): (&MaybeSigned, &Browser),
    (code, stamped): (&str, &Stamped),
    act: Act,
) -> Result<std::result::Result<ContestId, voting::Error>> {
    let (contest, number, level, rule) = place(app, code).await?;
    let proof = proof(app, (contest, level, rule), who, (request, browser));
    let touch = Touch { entry: number, nonce: 0, at: stamped.0.at() };
    Ok(node::cast(app, contest, (touch, &proof), act).await.map(|_| contest))
}

/// Takes a vote back.
///
/// # Errors
/// When votes cannot be written now; refusals are said on the page.
pub async fn withdraw(
    stamped: Stamped,
    (app, request): (web::Data<App>, HttpRequest),
    (v, who, browser): (View, MaybeSigned, Browser),
    code: web::Path<String>,
    _form: Slip,
) -> Result {
    let code = code::meant(&code);
    let voter = (&who, &browser);
    match change((&app, &request), voter, (&code, &stamped), Act::TakeBack).await? {
        Ok(_) => page(&Voted { withdrawn: true, ..voted(v, &code, None, None, false) }),
        Err(error) => refused(v, &code, error),
    }
}

/// Puts a work one place up on the voter's ballot.
///
/// # Errors
/// When votes cannot be written now; refusals are said on the page.
pub async fn raise(
    stamped: Stamped,
    (app, request): (web::Data<App>, HttpRequest),
    (v, who, browser): (View, MaybeSigned, Browser),
    code: web::Path<String>,
    _form: Slip,
) -> Result {
    let code = code::meant(&code);
    let voter = (&who, &browser);
    match change((&app, &request), voter, (&code, &stamped), Act::Raise).await? {
        Ok(contest) => {
            let contest = contest::by_id(&app.db, contest).await?;
            Ok(see_other(&format!("/contests/{}/ballot", contest.slug())))
        }
        Err(error) => refused(v, &code, error),
    }
}
