//! Who is signed in, and in which browser: two cookies, both only ours to read.

use std::future::Future;
use std::pin::Pin;

use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest, HttpResponse, web};
use entity::id::{SessionId, UserId};
use entity::user;
use sha2::{Digest, Sha256};

use super::Failure;
use crate::app::{self, App};
use crate::refusal::Kind;
use crate::words::Lang;
use crate::{account, db};

/// Seconds for which the browser's own cookie lives.
const BROWSER: i64 = 400 * 24 * 3600;
/// Microseconds after which the use of a session is noted again.
const NOTED: i64 = 60_000_000;

/// What stands before the names of our cookies: browsers then hold to what [`cookie`] says of them.
fn prefix(app: &App) -> &'static str {
    if app.config.server.base_url.starts_with("https:") { "__Host-" } else { "" }
}

/// A cookie of ours: not for scripts, not for other sites' forms, for the whole site.
#[must_use]
pub fn cookie(app: &App, short: &str, value: String, seconds: i64) -> Cookie<'static> {
    Cookie::build(format!("{}{short}", prefix(app)), value)
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(app.config.server.base_url.starts_with("https:"))
        .max_age(Duration::seconds(seconds))
        .finish()
}

/// Reads a cookie of ours.
#[must_use]
pub fn read<'r>(request: &'r HttpRequest, app: &App, short: &str) -> Option<&'r str> {
    let prefix = prefix(app);
    sent(request, |name| name.strip_prefix(prefix) == Some(short))
}

/// Value of the first cookie sent whose name is meant: as it stands in the request, for no cookie of
/// ours needs to be written otherwise.
pub(super) fn sent(request: &HttpRequest, is_meant: impl Fn(&str) -> bool) -> Option<&str> {
    let lines = request.headers().get_all(header::COOKIE).filter_map(|line| line.to_str().ok());
    let mut cookies = lines.flat_map(|line| line.split(';'));
    cookies.find_map(|cookie| {
        let (name, value) = cookie.split_once('=')?;
        is_meant(name.trim()).then(|| value.trim())
    })
}

fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token).into()
}

fn token() -> String {
    data_encoding::BASE64URL_NOPAD.encode(&app::fresh::<24>())
}

/// Somebody who is signed in; without a session the request is refused and led to signing in.
#[derive(Clone, Debug)]
pub struct Signed {
    /// Who.
    pub user: user::Model,
    /// In which session.
    pub session: SessionId,
}

impl Signed {
    /// Their key.
    #[must_use]
    pub fn id(&self) -> UserId {
        self.user.id
    }
}

/// Somebody who may be signed in.
#[derive(Clone, Debug)]
pub struct MaybeSigned(pub Option<Signed>);

/// Who sent a request, if anybody is signed in.
///
/// # Errors
/// When the database fails.
pub async fn who(request: &HttpRequest) -> Result<Option<Signed>, Failure> {
    let Some(app) = request.app_data::<web::Data<App>>() else {
        return Ok(None);
    };
    let Some(token) = read(request, app, "s") else {
        return Ok(None);
    };
    // In a crowd few are signed in: what the others keep in memory while they wait is small.
    Box::pin(found(app, token)).await
}

/// Who opened the session of a token, as long as it lasts.
async fn found(app: &App, token: &str) -> Result<Option<Signed>, Failure> {
    let now = app.clock.now();
    let Some(found) = account::find(&app.db, hash(token), now).await? else {
        return Ok(None);
    };
    if now.micros() - found.session.seen_at.micros() > NOTED {
        let tx = db::begin(&app.db).await?;
        account::seen(&tx, found.session.id, now).await?;
        tx.commit().await?;
    }
    Ok(Some(Signed { user: found.user, session: found.session.id }))
}

type Later<T> = Pin<Box<dyn Future<Output = Result<T, Failure>>>>;

impl FromRequest for MaybeSigned {
    type Error = Failure;
    type Future = Later<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { Ok(Self(who(&request).await?)) })
    }
}

impl FromRequest for Signed {
    type Error = Failure;
    type Future = Later<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let refused = || Failure::new(Kind::Unauthenticated, "not-signed-in");
            who(&request).await?.ok_or_else(refused)
        })
    }
}

/// Signs `user` in: opens a session and gives the answer its cookie. A language that was chosen in
/// this browser is theirs from now on.
///
/// # Errors
/// When the database fails.
pub async fn sign_in(
    app: &App,
    tx: &sea_orm::DatabaseTransaction,
    request: &HttpRequest,
    user: UserId,
    mut answer: HttpResponse,
) -> Result<HttpResponse, Failure> {
    let token = token();
    let agent = request.headers().get("User-Agent").and_then(|agent| agent.to_str().ok());
    let agent = agent.unwrap_or_default();
    let life = account::open(tx, user, hash(&token), agent, app.clock.now()).await?;
    if let Some(lang) = sent(request, |name| name == "lang").and_then(Lang::named) {
        account::set_lang(tx, user, lang).await?;
    }
    answer.add_cookie(&cookie(app, "s", token, life)).map_err(Failure::broken)?;
    Ok(answer)
}

/// The browser, known by a random number of its own; the number of a browser that has none yet is
/// fresh and has to be sent along with [`Browser::keep`].
#[derive(Clone, Debug)]
pub struct Browser {
    number: String,
    fresh: bool,
}

impl Browser {
    /// Reads it off a request.
    #[must_use]
    pub fn of(request: &HttpRequest, app: &App) -> Self {
        let known = read(request, app, "b").filter(|number| number.len() == 32);
        Self { number: known.map_or_else(token, str::to_owned), fresh: known.is_none() }
    }

    /// Whether it was never here before, or keeps no cookies.
    #[must_use]
    pub fn is_fresh(&self) -> bool {
        self.fresh
    }

    /// Its number, hashed for one purpose, so that purposes cannot be joined.
    #[must_use]
    pub fn hash(&self, app: &App, purpose: &str) -> [u8; 32] {
        app.key.hash(purpose, &[self.number.as_bytes()])
    }

    /// Sends a fresh number along, so that the browser is known next time.
    pub fn keep(&self, app: &App, answer: &mut HttpResponse) {
        if self.fresh {
            let kept = answer.add_cookie(&cookie(app, "b", self.number.clone(), BROWSER));
            drop(kept);
        }
    }
}

impl FromRequest for Browser {
    type Error = Failure;
    type Future = std::future::Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let app = request.app_data::<web::Data<App>>();
        std::future::ready(
            app.map(|app| Self::of(request, app))
                .ok_or_else(|| Failure::new(Kind::Broken, "broken")),
        )
    }
}
