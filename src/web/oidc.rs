//! Accounts elsewhere: voters whom another body knows (OpenID Connect, authorization code with PKCE).
//!
//! Of the account nothing is kept but a keyed hash of its number there, in a cookie of the voter's
//! own browser. The answer about the account comes straight from the other body over TLS, which
//! stands for its signature (OpenID Connect Core 1.0, 3.1.3.7, point 6).

use std::io::{Error, ErrorKind};

use actix_web::HttpRequest;
use actix_web::cookie::Cookie;
use data_encoding::BASE64URL_NOPAD;
use entity::instant::Instant;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::signed::{cookie, read as read_cookie};
use crate::account::Elsewhere;
use crate::app::{self, App};
use crate::fetch;

/// Seconds within which somebody has to come back, and for which an account is known then.
const LASTS: (i64, i64) = (900, 90 * 24 * 3600);
/// Names of the cookies: of the way there, and of the account.
const COOKIES: (&str, &str) = ("o", "a");

/// What the other body says of itself.
#[derive(Debug, Deserialize)]
struct Body {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
}

/// Somebody on the way there and back.
#[derive(Debug, Serialize, Deserialize)]
pub struct Way {
    state: String,
    nonce: String,
    verifier: String,
    /// Where to after it.
    pub then: String,
    until: i64,
}

/// What the other body answers for a code.
#[derive(Deserialize)]
struct Answer {
    id_token: String,
}

/// What it says of the account.
#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    #[serde(default)]
    azp: Option<String>,
    exp: i64,
    #[serde(default)]
    nonce: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

fn random() -> String {
    BASE64URL_NOPAD.encode(&app::fresh::<24>())
}

fn back(app: &App) -> String {
    format!("{}/accounts/back", app.config.server.base_url.trim_end_matches('/'))
}

async fn body(rule: &Elsewhere) -> Result<Body, Error> {
    let issuer = rule.issuer.trim_end_matches('/');
    let told = fetch::get(&format!("{issuer}/.well-known/openid-configuration")).await?;
    let body: Body = serde_json::from_slice(&told.body).map_err(Error::other)?;
    // No signature is checked, because TLS stands for it: without TLS only on this machine.
    let here = ["http://127.0.0.1:", "http://localhost:", "http://[::1]:"];
    let is_here = here.iter().any(|place| issuer.starts_with(place));
    let safe = |place: &str| place.starts_with("https://") || is_here;
    let fits = told.status == 200
        && body.issuer.trim_end_matches('/') == issuer
        && safe(issuer)
        && safe(&body.authorization_endpoint)
        && safe(&body.token_endpoint);
    if fits { Ok(body) } else { Err(ErrorKind::InvalidData.into()) }
}

/// Where somebody is sent, and the cookie by which they are known when they come back.
///
/// # Errors
/// When the other body cannot be reached or is another.
pub async fn there(
    app: &App,
    rule: &Elsewhere,
    then: &str,
    now: Instant,
) -> Result<(String, Cookie<'static>), Error> {
    let body = body(rule).await?;
    let way = Way {
        state: random(),
        nonce: random(),
        verifier: random() + &random(),
        then: then.to_owned(),
        until: now.plus_seconds(LASTS.0).micros() / 1_000_000,
    };
    let challenge = BASE64URL_NOPAD.encode(&Sha256::digest(&way.verifier));
    let query = serde_urlencoded::to_string([
        ("response_type", "code"),
        ("scope", "openid"),
        ("client_id", rule.client_id.as_str()),
        ("redirect_uri", back(app).as_str()),
        ("state", way.state.as_str()),
        ("nonce", way.nonce.as_str()),
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
    ]);
    let query = query.map_err(Error::other)?;
    let mark = if body.authorization_endpoint.contains('?') { '&' } else { '?' };
    let place = format!("{}{mark}{query}", body.authorization_endpoint);
    let text = serde_json::to_vec(&way).map_err(Error::other)?;
    Ok((place, cookie(app, COOKIES.0, sealed(app, "account-way", &text), LASTS.0)))
}

/// Bytes with our signature, as text.
fn sealed(app: &App, purpose: &str, bytes: &[u8]) -> String {
    let signature = app.key.hash(purpose, &[bytes]);
    BASE64URL_NOPAD.encode(&[&signature[..16], bytes].concat())
}

fn opened(app: &App, purpose: &str, text: &str) -> Option<Vec<u8>> {
    let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
    let (signature, bytes) = bytes.split_at_checked(16)?;
    let right = app.key.hash(purpose, &[bytes]);
    bool::from(right[..16].ct_eq(signature)).then(|| bytes.to_vec())
}

/// The way on which this browser is, when `state` is that way's.
#[must_use]
pub fn way(request: &HttpRequest, app: &App, state: &str, now: Instant) -> Option<Way> {
    let bytes = opened(app, "account-way", read_cookie(request, app, COOKIES.0)?)?;
    let way: Way = serde_json::from_slice(&bytes).ok()?;
    let fits = bool::from(way.state.as_bytes().ct_eq(state.as_bytes()));
    (fits && now.micros() / 1_000_000 < way.until).then_some(way)
}

/// Asks the other body whose account it was: the cookie by which the voter is known from then on.
///
/// # Errors
/// When it cannot be reached, or what it says is not about this way.
pub async fn known(
    app: &App,
    rule: &Elsewhere,
    (way, code): (&Way, &str),
    now: Instant,
) -> Result<Cookie<'static>, Error> {
    let body = body(rule).await?;
    let secret = rule.secret()?;
    let mut form = vec![
        ("grant_type", "authorization_code".to_owned()),
        ("code", code.to_owned()),
        ("redirect_uri", back(app)),
        ("client_id", rule.client_id.clone()),
        ("code_verifier", way.verifier.clone()),
    ];
    form.extend(secret.map(|secret| ("client_secret", secret)));
    let form = serde_urlencoded::to_string(form).map_err(Error::other)?;
    let kind = "application/x-www-form-urlencoded";
    let told = fetch::post(&body.token_endpoint, kind, form.as_bytes()).await?;
    let wrong = || Error::from(ErrorKind::InvalidData);
    if told.status != 200 {
        return Err(Error::other(format!("the token was refused with {}", told.status)));
    }
    let answer: Answer = serde_json::from_slice(&told.body).map_err(Error::other)?;
    let claims = answer.id_token.split('.').nth(1).ok_or_else(wrong)?;
    let claims = BASE64URL_NOPAD.decode(claims.as_bytes()).map_err(Error::other)?;
    let claims: Claims = serde_json::from_slice(&claims).map_err(Error::other)?;
    if !claims.fit(&body, rule, way, now) {
        return Err(wrong());
    }
    let subject =
        app.key.hash("account-subject", &[claims.iss.as_bytes(), b"\0", claims.sub.as_bytes()]);
    let until = now.plus_seconds(LASTS.1).micros() / 1_000_000;
    let bytes = [&subject[..], &until.to_be_bytes()].concat();
    Ok(cookie(app, COOKIES.1, sealed(app, "account", &bytes), LASTS.1))
}

impl Claims {
    fn fit(&self, body: &Body, rule: &Elsewhere, way: &Way, now: Instant) -> bool {
        let ours = match &self.aud {
            Audience::One(one) => *one == rule.client_id,
            Audience::Many(many) => {
                let party = self.azp.as_ref().is_none_or(|party| *party == rule.client_id);
                many.contains(&rule.client_id) && (many.len() == 1 || party)
            }
        };
        let nonce = bool::from(self.nonce.as_bytes().ct_eq(way.nonce.as_bytes()));
        let fresh = self.exp > now.micros() / 1_000_000;
        self.iss == body.issuer && ours && nonce && fresh && !self.sub.is_empty()
    }
}

/// Keyed hash of the account by which this browser is known, if it is.
#[must_use]
pub fn account(request: &HttpRequest, app: &App, now: Instant) -> Option<[u8; 32]> {
    let bytes = opened(app, "account", read_cookie(request, app, COOKIES.1)?)?;
    let (subject, until) = bytes.split_first_chunk::<32>()?;
    let until = i64::from_be_bytes(until.try_into().ok()?);
    (now.micros() / 1_000_000 < until).then_some(*subject)
}
