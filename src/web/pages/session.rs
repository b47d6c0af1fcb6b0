//! Signing in and out.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use entity::id::UserId;
use sea_orm::{DatabaseTransaction, DbErr};

use crate::account::{self, Redeemed};
use crate::app::{self, App};
use crate::db;
use crate::letters::{self, Draft};
use crate::refusal::{Arg, Kind, Refusal, Refused};
use crate::web::form::Form;
use crate::web::signed::{self, Browser, MaybeSigned, Signed};
use crate::web::{Failure, Result, View, page, see_other};
use crate::words::Lang;

/// The page of signing in: an address first, then the code that was sent to it, or a password.
#[derive(Template)]
#[template(path = "session/new.html")]
pub struct New {
    /// Who looks.
    pub v: View,
    /// Where to go afterwards.
    pub then: String,
    /// The address, as typed.
    pub email: String,
    /// Whether a code is on its way.
    pub sent: bool,
    /// What was wrong.
    pub refused: Vec<Refused>,
    /// Whether somebody is about to vote: whoever votes is never asked for a password.
    pub for_vote: bool,
}

impl New {
    fn of(v: View, then: String, email: String, sent: bool, refused: Vec<Refused>) -> Self {
        let for_vote = super::member::work(&then).is_some();
        Self { v, then, email, sent, refused, for_vote }
    }
}

/// A place on this site to go to; anything else is the desk.
fn local(then: &str) -> String {
    let plain = then.starts_with('/') && !then.starts_with("//") && !then.contains(['\\', '\n']);
    if plain { then.to_owned() } else { "/desk".to_owned() }
}

fn question(request: &HttpRequest, name: &str) -> String {
    let pairs: Vec<(String, String)> =
        serde_urlencoded::from_str(request.query_string()).unwrap_or_default();
    pairs.into_iter().find(|(key, _)| key == name).map(|(_, value)| value).unwrap_or_default()
}

/// Asks for an address.
///
/// # Errors
/// When the page cannot be drawn.
pub async fn new(request: HttpRequest, v: View, signed: MaybeSigned) -> Result {
    let then = local(&question(&request, "then"));
    if signed.0.is_some() {
        return Ok(see_other(&then));
    }
    page(&New::of(v, then, String::new(), false, Vec::new()))
}

/// Sends a code; says the same whether the address is known or not.
///
/// # Errors
/// When the database fails.
pub async fn code(app: web::Data<App>, v: View, browser: Browser, form: Form) -> Result {
    let (then, written) = (local(form.text("then")), form.text("email").to_owned());
    let sent = send_code(&app, &v, &browser, &written).await;
    let (sent, refused) = match sent {
        Ok(()) => (true, Vec::new()),
        Err(error @ account::Error::Database(_)) => return Err(error.into()),
        Err(error @ (account::Error::TooSoon | account::Error::TooOften)) => {
            (true, vec![error.refusal()])
        }
        Err(error) => (false, vec![error.refusal()]),
    };
    let mut answer = page(&New::of(v, then, written, sent, refused))?;
    browser.keep(&app, &mut answer);
    Ok(answer)
}

async fn send_code(
    app: &App,
    v: &View,
    browser: &Browser,
    written: &str,
) -> std::result::Result<(), account::Error> {
    let email = account::email(written)?;
    let number = u32::from_be_bytes(app::fresh::<4>()) % 1_000_000;
    let digits = format!("{number:06}");
    let hash = app.key.hash("login-code", &[email.as_bytes(), digits.as_bytes()]);
    let tx = db::begin(&app.db).await?;
    account::issue(&tx, &email, browser.hash(app, "login"), hash, v.now).await?;
    let args = [("code", Arg::from(digits)), ("site", Arg::from(v.base.as_str()))];
    let draft =
        Draft { kind: "code", to: &email, lang: v.lang, args: &args, contest: None, entry: None };
    letters::write(&tx, &draft, v.now).await?;
    tx.commit().await?;
    Ok(())
}

/// Signs in by code or password.
///
/// # Errors
/// When the database fails, or the account is switched off.
pub async fn create(
    app: web::Data<App>,
    request: HttpRequest,
    v: View,
    browser: Browser,
    form: Form,
) -> Result {
    let (then, written) = (local(form.text("then")), form.text("email").to_owned());
    let right = match account::email(&written) {
        Ok(email) if form.ticked("code") => by_code(&app, &v, &browser, &email, &form).await?,
        Ok(email) => by_password(&app, &email, form.text("password")).await?,
        Err(_) => None,
    };
    if let Some(user) = right {
        let tx = db::begin(&app.db).await?;
        let answer = signed::sign_in(&app, &tx, &request, user, see_other(&then)).await?;
        tx.commit().await?;
        return Ok(answer);
    }
    let wrong = if form.ticked("code") { "code-wrong" } else { "password-wrong" };
    let field = if form.ticked("code") { "code" } else { "password" };
    let refused = vec![Refused::new(Kind::Invalid, wrong).at(field)];
    page(&New::of(v, then, written, form.ticked("code"), refused))
}

async fn by_code(
    app: &App,
    v: &View,
    browser: &Browser,
    email: &str,
    form: &Form,
) -> Result<Option<entity::id::UserId>> {
    let digits: String = form.text("code").chars().filter(char::is_ascii_digit).collect();
    let hash = app.key.hash("login-code", &[email.as_bytes(), digits.as_bytes()]);
    let tx = db::begin(&app.db).await?;
    let redeemed = account::redeem(&tx, email, browser.hash(app, "login"), hash, v.now).await?;
    tx.commit().await?;
    Ok(match redeemed {
        Redeemed::Right(user) => Some(user),
        Redeemed::Wrong => None,
    })
}

async fn by_password(app: &App, email: &str, password: &str) -> Result<Option<entity::id::UserId>> {
    app.limits.passwords(email)?;
    let user = account::by_email(&app.db, email).await?;
    let user = user.filter(|user| user.disabled_at.is_none());
    let (typed, hash) = (password.to_owned(), user.as_ref().and_then(|u| u.password_hash.clone()));
    let right = web::block(move || account::password::verify(&typed, hash.as_deref())).await;
    Ok(user.filter(|_| right.unwrap_or(false)).map(|user| user.id))
}

/// Signs out.
///
/// # Errors
/// When the database fails.
pub async fn destroy(app: web::Data<App>, v: View, who: Signed) -> Result {
    let tx = db::begin(&app.db).await?;
    account::end(&tx, who.id(), who.session, v.now).await?;
    tx.commit().await?;
    let mut answer = see_other("/");
    answer.add_cookie(&signed::cookie(&app, "s", String::new(), 0)).map_err(Failure::broken)?;
    Ok(answer)
}

/// The page behind the one-time link of the first administrator.
#[derive(Template)]
#[template(path = "session/setup.html")]
pub struct Setup {
    /// Who looks.
    pub v: View,
    /// The token in the link.
    pub token: String,
    /// Whose account it opens; empty: the site, to its first administrator.
    pub person: String,
    /// What was wrong.
    pub refused: Vec<Refused>,
    /// What was typed: name and address.
    pub typed: (String, String),
}

fn link_hash(app: &App, token: &str) -> [u8; 32] {
    app.key.hash("first-admin", &[token.as_bytes()])
}

/// Makes a one-time link for the first administrator, if there is none yet.
///
/// # Errors
/// When the database fails.
pub async fn first_link(app: &App) -> std::result::Result<Option<String>, sea_orm::DbErr> {
    let token = data_encoding::BASE64URL_NOPAD.encode(&app::fresh::<24>());
    let tx = db::begin(&app.db).await?;
    let made = account::first_admin(&tx, link_hash(app, &token), app.clock.now()).await?;
    tx.commit().await?;
    let base = app.config.server.base_url.trim_end_matches('/');
    Ok(made.then(|| format!("{base}/setup/{token}")))
}

/// Makes a one-time link by which `user` signs in.
///
/// # Errors
/// When the database fails.
pub async fn way_in(
    app: &App,
    tx: &DatabaseTransaction,
    user: UserId,
) -> std::result::Result<String, DbErr> {
    let token = data_encoding::BASE64URL_NOPAD.encode(&app::fresh::<24>());
    account::way_in(tx, user, link_hash(app, &token), app.clock.now()).await?;
    Ok(format!("{}/setup/{token}", app.config.server.base_url.trim_end_matches('/')))
}

/// Shows whoever holds the link what it does.
///
/// # Errors
/// Gone when the link does not work.
pub async fn setup(app: web::Data<App>, v: View, token: web::Path<String>) -> Result {
    let (_, opens) = account::open_link(&app.db, link_hash(&app, &token), v.now).await?;
    let person = match opens {
        account::Opens::Site => String::new(),
        account::Opens::Account(user) => account::by_id(&app.db, user).await?.name,
    };
    let token = token.into_inner();
    page(&Setup { v, token, person, refused: Vec::new(), typed: Default::default() })
}

/// Signs in whoever holds the link, or makes them the first administrator.
///
/// # Errors
/// Gone when the link does not work.
pub async fn take(
    app: web::Data<App>,
    request: HttpRequest,
    v: View,
    token: web::Path<String>,
    form: Form,
) -> Result {
    let typed = (form.text("name").to_owned(), form.text("email").to_owned());
    let tx = db::begin(&app.db).await?;
    let hash = link_hash(&app, &token);
    match account::take_link(&tx, hash, &typed.0, &typed.1, v.now).await {
        Ok(user) => {
            let answer = signed::sign_in(&app, &tx, &request, user, see_other("/desk")).await?;
            tx.commit().await?;
            Ok(answer)
        }
        Err(error @ account::Error::Email) => {
            let refused = vec![error.refusal()];
            let (token, person) = (token.into_inner(), String::new());
            page(&Setup { v, token, person, refused, typed })
        }
        Err(error) => Err(error.into()),
    }
}

/// The page of ours from which a request came, with what was asked of it; the front page where
/// that is not known.
fn before(request: &HttpRequest) -> String {
    let header = request.headers().get("Referer").and_then(|value| value.to_str().ok());
    let path = header.and_then(|address| address.split_once("://")).map(|(_, rest)| rest);
    let path = path.and_then(|rest| rest.find('/').map(|start| &rest[start..]));
    path.filter(|path| local(path) == *path).unwrap_or("/").to_owned()
}

/// Keeps language and colours in cookies and leads back to where they were chosen. Letters to whoever
/// is signed in are in that language from then on.
///
/// # Errors
/// When the database fails.
pub async fn preferences(
    request: HttpRequest,
    app: web::Data<App>,
    form: Form,
    who: MaybeSigned,
) -> Result {
    let mut answer: HttpResponse = see_other(&before(&request));
    if let (Some(signed), Some(lang)) = (&who.0, Lang::named(form.text("lang"))) {
        let tx = db::begin(&app.db).await?;
        account::set_lang(&tx, signed.id(), lang).await?;
        tx.commit().await?;
    }
    for name in ["lang", "theme"] {
        let value = form.text(name);
        if ["vi", "en", "auto", "light", "dark"].contains(&value) {
            let mut cookie = signed::cookie(&app, name, value.to_owned(), 400 * 24 * 3600);
            cookie.set_name(name);
            answer.add_cookie(&cookie).map_err(Failure::broken)?;
        }
    }
    Ok(answer)
}
