//! Proof of work: a browser derives keys for a moment before its first vote, longer when many come
//! (ALTCHA, version 2). It proves nothing about people; it makes one vote cheap and thousands dear.
//!
//! Nobody is shown a puzzle. Who cannot do the work, without scripts or with an old telephone, signs
//! in by a code instead. What is done holds for half an hour, for one browser and one contest, so
//! nothing has to be remembered here.

use std::collections::BTreeMap;

use actix_web::HttpRequest;
use actix_web::cookie::Cookie;
use altcha::{
    Challenge, CreateChallengeOptions, Payload, VerifySolutionOptions, create_challenge,
    verify_solution,
};
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use entity::id::ContestId;
use entity::instant::Instant;
use subtle::ConstantTimeEq;

use super::signed::{Browser, cookie, read as read_cookie};
use crate::app::{self, App};
use crate::contest::definition::Work;

/// Derivations of one key.
const COST: u32 = 2000;
/// Keys that are derived at least, and at most: a tenth of a second, and some seconds.
pub(super) const KEYS: (u32, u32) = (40, 2000);
/// Votes within the last minute, to the contest and by one network, from which on many come at once.
const MANY: (u32, u32) = (600, 30);
/// Seconds in which a task has to be done, and for which it holds then.
const LASTS: (i64, i64) = (1200, 1800);
/// Name of the cookie.
const COOKIE: &str = "w";

/// How many keys a browser derives before it may vote; none where it need not.
#[must_use]
pub fn asked(
    app: &App,
    rule: Work,
    (contest, network): (ContestId, u32),
    now: Instant,
) -> Option<u32> {
    if rule == Work::Never {
        return None;
    }
    let key = u64::try_from(contest.0.as_u128() & u128::from(u64::MAX)).unwrap_or(0);
    let (all, near) = (app.limits.crowd((key, 0), now), app.limits.crowd((key, network | 1), now));
    let many = all > MANY.0 || near > MANY.1;
    let keys = KEYS.0.saturating_add(near.saturating_mul(4)).saturating_add(all / 10);
    (many || rule == Work::Always).then_some(keys.min(KEYS.1))
}

/// For whom a task is: one browser in one contest.
fn whose(app: &App, contest: ContestId, browser: &Browser) -> String {
    let browser = browser.hash(app, "vote-work");
    HEXLOWER.encode(&app.key.hash("vote-work", &[contest.0.as_bytes(), &browser])[..16])
}

fn secret(app: &App, purpose: &str) -> String {
    HEXLOWER.encode(&app.key.hash(purpose, &[]))
}

/// A task for a browser: so many keys to derive.
///
/// # Errors
/// When it cannot be made.
pub fn task(
    app: &App,
    (contest, browser): (ContestId, &Browser),
    keys: u32,
    now: Instant,
) -> Result<Challenge, altcha::Error> {
    let until = now.plus_seconds(LASTS.0).micros() / 1_000_000;
    let data = [
        ("for".to_owned(), whose(app, contest, browser).into()),
        ("until".to_owned(), until.into()),
    ];
    let random = u32::from_be_bytes(app::fresh::<4>());
    create_challenge(CreateChallengeOptions {
        cost: COST,
        counter: Some(keys / 2 + random % (keys / 2).max(1)),
        data: Some(BTreeMap::from(data)),
        hmac_signature_secret: Some(secret(app, "vote-work-task")),
        hmac_key_signature_secret: Some(secret(app, "vote-work-key")),
        ..CreateChallengeOptions::default()
    })
}

/// Whether `done` is the work that we asked of this browser, in time.
fn is_done(app: &App, (contest, browser): (ContestId, &Browser), done: &str, now: Instant) -> bool {
    let Ok(done) = serde_json::from_str::<Payload>(done) else { return false };
    let said = done.challenge.parameters.data.as_ref();
    let said = |name: &str| said.and_then(|data| data.get(name));
    let own = said("for").and_then(|own| own.as_str());
    let until = said("until").and_then(serde_json::Value::as_i64).unwrap_or(0);
    if own != Some(whose(app, contest, browser).as_str()) || now.micros() / 1_000_000 >= until {
        return false;
    }
    let mut options =
        VerifySolutionOptions::new(&done.challenge, &done.solution, secret(app, "vote-work-task"));
    options.hmac_key_signature_secret = Some(secret(app, "vote-work-key"));
    verify_solution(options).is_ok_and(|result| result.verified)
}

/// What says that a browser has done its work, until a second since 1970.
fn pass(app: &App, (contest, browser): (ContestId, &Browser), until: i64) -> String {
    let mut bytes = until.to_be_bytes().to_vec();
    let own = whose(app, contest, browser);
    let hash = app.key.hash("vote-work-pass", &[own.as_bytes(), &bytes]);
    bytes.extend_from_slice(&hash[..16]);
    BASE64URL_NOPAD.encode(&bytes)
}

/// Whether a browser has done its work.
#[derive(Debug)]
pub enum Done {
    /// It has not.
    Not,
    /// Within the last half an hour.
    Before,
    /// Now: the cookie that says so from then on.
    Now(Box<Cookie<'static>>),
}

/// Whether this browser has done its work, now or before.
#[must_use]
pub fn check(
    (request, app): (&HttpRequest, &App),
    of: (ContestId, &Browser),
    done: &str,
    now: Instant,
) -> Done {
    let kept = read_cookie(request, app, COOKIE).unwrap_or_default();
    let until = BASE64URL_NOPAD.decode(kept.as_bytes()).ok();
    let until = until.as_deref().and_then(|bytes| bytes.first_chunk().copied());
    if let Some(until) = until.map(i64::from_be_bytes)
        && now.micros() / 1_000_000 < until
        && bool::from(pass(app, of, until).as_bytes().ct_eq(kept.as_bytes()))
    {
        return Done::Before;
    }
    if done.is_empty() || !is_done(app, of, done, now) {
        return Done::Not;
    }
    let until = now.micros() / 1_000_000 + LASTS.1;
    Done::Now(Box::new(cookie(app, COOKIE, pass(app, of, until), LASTS.1)))
}
