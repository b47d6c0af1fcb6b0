//! The vote for a work: one touch, and taking it back.

mod answer;
mod voter;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, HttpResponse, web};
use entity::id::ContestId;

use self::answer::{counted, first_touch, refused, voted};
use self::voter::traced;
use crate::app::App;
use crate::contest;
use crate::contest::definition::{Level, Work};
use crate::entry::{self, code};
use crate::refusal::Kind;
use crate::voting::{self, Act, Touch};
use crate::web::form::{Form, Slip};
use crate::web::node;
use crate::web::signed::{Browser, MaybeSigned};
use crate::web::work::{self, Done};
use crate::web::{Failure, Result, UNKEPT, View, page, see_other};

pub use answer::Voted;
pub(super) use answer::proves;
pub(super) use voter::proof;

/// Contest and number of the entry with this code, the level that its vote asks for and the work:
/// from memory once a vote for it came.
async fn place(app: &App, code: &str) -> Result<(ContestId, u32, Level, Work)> {
    if let Some((contest, number)) = app.votes.known(code)
        && let Some(policy) = app.votes.policy(contest)
    {
        return Ok((contest, number, policy.voting.level, policy.voting.work));
    }
    Box::pin(looked_up(app, code)).await
}

async fn looked_up(app: &App, code: &str) -> Result<(ContestId, u32, Level, Work)> {
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
    touched(stamped, (&app, &request), who, (&code::meant(&code), &form)).await
}

/// Casts a vote for the entry with this code, as codes are meant: one touch.
///
/// # Errors
/// As [`vote`].
pub async fn touched(
    stamped: Stamped,
    (app, request): (&App, &HttpRequest),
    (v, who, browser): (View, MaybeSigned, Browser),
    (code, form): (&str, &Form),
) -> Result {
    let (contest, number, level, rule) = place(app, code).await?;
    let mut pass = None;
    let mut proof = proof(app, (contest, level, rule), &who, (request, &browser));
    // A vote by the browser: the next try has to come from the same one, or it would be another.
    let by_browser = proof.level <= Level::GroupLink;
    let mut answer = if by_browser && browser.is_fresh() {
        first_touch(v, code)?
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
            return refused(v, code, voting::Error::NeedsWork);
        }
        let touch = Touch { entry: number, nonce: nonce(form.text("nonce")), at: stamped.0.at() };
        match node::cast(app, contest, (touch, &proof), Act::Give).await {
            Ok(Some(cast)) => {
                let policy = app.votes.policy(contest);
                counted(v, code, cast, policy.is_none_or(|policy| policy.voting.withdrawal))?
            }
            Ok(None) => return Err(voting::Error::Busy.into()),
            Err(error) => refused(v, code, error)?,
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
    let mut answer = HttpResponse::Ok().insert_header(UNKEPT).json(task);
    browser.keep(&app, &mut answer);
    Ok(answer)
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
