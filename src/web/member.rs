//! Places on a roll of voters: whoever opens the address on a slip, or types its code, is known by
//! the place from then on.
//!
//! The database is asked once, when the code comes; the cookie then holds contest and number under
//! our signature, so a vote asks nothing. A code has sixty random bits: guessing one of a million
//! places takes a million million tries.

use actix_web::HttpRequest;
use actix_web::cookie::Cookie;
use data_encoding::BASE64URL_NOPAD;
use entity::id::{ContestId, UserId};
use sea_orm::DatabaseTransaction;
use subtle::ConstantTimeEq;
use uuid::Uuid;

use super::signed::{cookie, read as read_cookie};
use crate::app::{self, App};
use crate::entry::code;
use crate::voting::{self, lists::Place};

/// Bytes of what is signed: contest, number.
const SIGNED: usize = 16 + 4;
/// Bytes of the signature.
const SIGNATURE: usize = 16;
/// Letters of a code.
const LETTERS: usize = 12;
/// Name of the cookie.
const COOKIE: &str = "m";

/// A place on a roll that somebody has proved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member {
    /// The contest.
    pub contest: ContestId,
    /// Number on its roll.
    pub number: u32,
}

/// A code that nobody has.
#[must_use]
pub fn fresh() -> String {
    code::letters(&app::fresh::<LETTERS>())
}

/// What is kept of a code.
#[must_use]
pub fn hash(app: &App, code: &str) -> [u8; 32] {
    app.key.hash("vote-member-code", &[code::meant(code).as_bytes()])
}

/// A slip for a place on the roll: its code is told this once.
#[derive(Clone, Debug)]
pub struct Slip {
    /// Number on the roll.
    pub number: i32,
    /// Who stands there.
    pub place: Place,
    /// The code.
    pub code: String,
}

/// Puts places on the roll of a contest's voters, each with a code of its own; names are not kept.
/// `by` is who asks: an organiser, or none for the operator.
///
/// # Errors
/// When the database fails.
pub async fn enrol(
    app: &App,
    tx: &DatabaseTransaction,
    contest: ContestId,
    by: Option<UserId>,
    places: Vec<Place>,
) -> Result<Vec<Slip>, voting::Error> {
    let codes: Vec<String> = places.iter().map(|_| fresh()).collect();
    let hashes = places.iter().zip(&codes).map(|(place, code)| (place.unit, hash(app, code)));
    let first = voting::members::add(tx, contest, by, hashes.collect(), app.clock.now()).await?;
    let slips = (first..).zip(places.into_iter().zip(codes));
    Ok(slips.map(|(number, (place, code))| Slip { number, place, code }).collect())
}

impl Member {
    fn text(self, app: &App) -> String {
        let mut bytes = self.contest.0.as_bytes().to_vec();
        bytes.extend_from_slice(&self.number.to_be_bytes());
        let signature = app.key.hash("vote-member", &[&bytes]);
        bytes.extend_from_slice(&signature[..SIGNATURE]);
        BASE64URL_NOPAD.encode(&bytes)
    }

    fn read(app: &App, text: &str) -> Option<Self> {
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
        let (signed, signature) = bytes.split_at_checked(SIGNED)?;
        let right = app.key.hash("vote-member", &[signed]);
        if !bool::from(right[..SIGNATURE].ct_eq(signature)) {
            return None;
        }
        let (contest, number) = signed.split_at_checked(16)?;
        let number = u32::from_be_bytes(number.try_into().ok()?);
        Some(Self { contest: ContestId(Uuid::from_slice(contest).ok()?), number })
    }

    /// The place that this browser has proved in the contest, if it has.
    #[must_use]
    pub fn of_request(request: &HttpRequest, app: &App, contest: ContestId) -> Option<Self> {
        let text = read_cookie(request, app, COOKIE)?;
        Self::read(app, text).filter(|member| member.contest == contest)
    }

    /// The cookie by which the browser is known from now on.
    #[must_use]
    pub fn cookie(self, app: &App) -> Cookie<'static> {
        cookie(app, COOKIE, self.text(app), 90 * 24 * 3600)
    }
}
