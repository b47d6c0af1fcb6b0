//! What a voter is told.

use std::cell::RefCell;

use actix_web::HttpResponse;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use askama::Template;
use serde::Serialize;

use crate::contest::definition::Level;
use crate::refusal::{Kind, Refusal, Refused};
use crate::voting::{self, Cast};
use crate::web::{Failure, Result, UNKEPT, View, page};
use crate::words::Lang;

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
    /// Whether it may be taken back.
    pub may_withdraw: bool,
    /// Whether it was taken back.
    pub withdrawn: bool,
    /// Why not.
    pub refused: Option<Refused>,
    /// Where the voter proves more, and the key of the words for it.
    pub proves: Option<(String, &'static str)>,
    /// Whether the browser had to be known first, so that one more touch is needed.
    pub once_more: bool,
}

/// Stands for the receipt in what is put into words once for all votes of a second: a letter that no
/// receipt and no sentence has.
const RECEIPT: &str = "\u{e000}";
const JSON: (HeaderName, HeaderValue) =
    (header::CONTENT_TYPE, HeaderValue::from_static("application/json"));

/// What scripts are told of votes of one second: language, second, whether they had been counted
/// before, and the JSON around receipts.
type Said = (Lang, i64, bool, Vec<String>);

thread_local! {
    static SAID: RefCell<Option<Said>> = const { RefCell::new(None) };
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

/// A browser that keeps no cookies, or never was here: it has to be known first.
pub(super) fn first_touch(v: View, code: &str) -> Result {
    if v.is_script {
        let once_more = serde_json::json!({ "counted": false, "once_more": true });
        return Ok(HttpResponse::Ok().insert_header(UNKEPT).json(once_more));
    }
    page(&voted(v, code, None, None, true))
}

/// Why a vote was not counted; what is no fault of the voter's is no page of theirs.
pub(super) fn refused(v: View, code: &str, error: voting::Error) -> Result {
    let refused = error.refusal();
    if v.is_script || matches!(refused.kind, Kind::Unavailable | Kind::Broken) {
        return Err(error.into());
    }
    page(&voted(v, code, None, Some(refused), false))
}

pub(super) fn counted(v: View, code: &str, cast: Cast, may_withdraw: bool) -> Result {
    if v.is_script {
        let told = told(&v, &cast).map_err(Failure::broken)?;
        return Ok(HttpResponse::Ok().insert_header(UNKEPT).insert_header(JSON).body(told));
    }
    page(&Voted { may_withdraw, ..voted(v, code, Some(cast), None, false) })
}

/// What a script is told, as JSON.
fn told(v: &View, cast: &Cast) -> serde_json::Result<String> {
    let second = cast.at.micros().div_euclid(1_000_000);
    SAID.with_borrow_mut(|said| {
        let known = said
            .as_ref()
            .filter(|(lang, at, again, _)| (*lang, *at, *again) == (v.lang, second, cast.again));
        if let Some((.., around)) = known {
            return Ok(around.join(&cast.receipt));
        }
        let around: Vec<String> = in_words(v, cast)?.split(RECEIPT).map(str::to_owned).collect();
        let told = around.join(&cast.receipt);
        *said = Some((v.lang, second, cast.again, around));
        Ok(told)
    })
}

fn in_words(v: &View, cast: &Cast) -> serde_json::Result<String> {
    let key = if cast.again { "vote-again" } else { "vote-counted" };
    let at = v.second(&cast.at);
    let said = [v.t1(key, "at", at.as_str()), v.t1("vote-receipt", "receipt", RECEIPT)];
    serde_json::to_string(&Told {
        counted: true,
        receipt: RECEIPT,
        at: &at,
        again: cast.again,
        said,
    })
}

/// Where a voter proves what this level asks for, and the key of the words for it.
pub(in crate::web::pages) fn proves(level: Level, code: &str) -> (String, &'static str) {
    match level {
        Level::Member => (format!("/m?then=/entries/{code}"), "member-title"),
        Level::Account => (format!("/accounts/there?then=/entries/{code}"), "account-go"),
        _ => (format!("/session/new?then=/entries/{code}"), "session-title"),
    }
}

pub(super) fn voted(
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
    let code = code.to_owned();
    let (may_withdraw, withdrawn) = (false, false);
    Voted { v, code, cast, may_withdraw, withdrawn, refused, proves, once_more }
}
