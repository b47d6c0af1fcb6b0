//! Signed links of units and chat groups: who comes by one is known to have come by it, and by no
//! more people than it is for.
//!
//! A link is checked without asking the database: contest, number, quota and end are in it, under
//! our signature. Opening it only leaves a cookie; votes are cast by a touch as ever.

use actix_web::cookie::Cookie;
use actix_web::{HttpRequest, web};
use data_encoding::BASE64URL_NOPAD;
use entity::id::ContestId;
use entity::instant::Instant;
use entity::vote_link;
use subtle::ConstantTimeEq;
use uuid::Uuid;

use super::signed::{cookie, read as read_cookie};
use super::{Failure, Result, see_other};
use crate::app::App;
use crate::contest;
use crate::refusal::Kind;

/// Bytes of what is signed: contest, number, quota, end.
const SIGNED: usize = 16 + 4 + 4 + 4;
/// Bytes of the signature.
const SIGNATURE: usize = 16;
/// Name of the cookie.
const COOKIE: &str = "g";

/// A group link that somebody came by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Group {
    /// The contest.
    pub contest: ContestId,
    /// Number in the contest.
    pub number: u32,
    /// Voters it is for.
    pub quota: u32,
    expires: u32,
}

impl Group {
    /// What stands in the row of a link.
    #[must_use]
    pub fn of(row: &vote_link::Model) -> Self {
        let number = |number: i32| u32::try_from(number).unwrap_or(0);
        let expires = u32::try_from(row.expires_at.micros() / 1_000_000).unwrap_or(u32::MAX);
        Self {
            contest: row.contest_id,
            number: number(row.number),
            quota: number(row.quota),
            expires,
        }
    }

    /// The link's text, signed.
    #[must_use]
    pub fn text(&self, app: &App) -> String {
        let mut bytes = self.contest.0.as_bytes().to_vec();
        for number in [self.number, self.quota, self.expires] {
            bytes.extend_from_slice(&number.to_be_bytes());
        }
        let signature = app.key.hash("group-link", &[&bytes]);
        bytes.extend_from_slice(&signature[..SIGNATURE]);
        BASE64URL_NOPAD.encode(&bytes)
    }

    /// Reads a link's text; none unless we signed it and it still holds.
    #[must_use]
    pub fn read(app: &App, text: &str, now: Instant) -> Option<Self> {
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
        let (signed, signature) = bytes.split_at_checked(SIGNED)?;
        let right = app.key.hash("group-link", &[signed]);
        if !bool::from(right[..SIGNATURE].ct_eq(signature)) {
            return None;
        }
        let number = |at: usize| Some(u32::from_be_bytes(signed.get(at..at + 4)?.try_into().ok()?));
        let contest = ContestId(Uuid::from_slice(signed.get(..16)?).ok()?);
        let group = Self { contest, number: number(16)?, quota: number(20)?, expires: number(24)? };
        (i64::from(group.expires) * 1_000_000 > now.micros()).then_some(group)
    }

    /// The group by whose link this browser came to the contest, if it came by one.
    #[must_use]
    pub fn of_request(
        request: &HttpRequest,
        app: &App,
        contest: ContestId,
        now: Instant,
    ) -> Option<Self> {
        let text = read_cookie(request, app, COOKIE)?;
        Self::read(app, text, now).filter(|group| group.contest == contest)
    }

    fn cookie(app: &App, text: &str) -> Cookie<'static> {
        cookie(app, COOKIE, text.to_owned(), 90 * 24 * 3600)
    }
}

/// Opens a group link: the contest's works, or one of them.
///
/// # Errors
/// When we did not sign it, or it holds no more.
pub async fn open(app: web::Data<App>, path: web::Path<String>) -> Result {
    let (text, entry) =
        path.split_once('/').map_or((path.as_str(), None), |(text, code)| (text, Some(code)));
    let group = Group::read(&app, text, app.clock.now());
    let group = group.ok_or_else(|| Failure::new(Kind::NotFound, "vote-link-unknown"))?;
    let contest = contest::by_id(&app.db, group.contest).await?;
    let to = match entry {
        Some(code) => format!("/entries/{}", crate::entry::code::meant(code)),
        None => format!("/contests/{}/gallery", contest.slug()),
    };
    let mut answer = see_other(&to);
    answer.add_cookie(&Group::cookie(&app, text)).map_err(Failure::broken)?;
    answer.headers_mut().insert(
        actix_web::http::header::CACHE_CONTROL,
        actix_web::http::header::HeaderValue::from_static("private, no-store"),
    );
    Ok(answer)
}
