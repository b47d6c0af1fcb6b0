//! What a voter is told.

use std::cell::RefCell;
use std::collections::VecDeque;

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
    /// The vote, when it is in the log, and what became of it.
    pub cast: Option<(Cast, String)>,
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

/// What is the same of votes for which one answer is put into words once: language, second, whether
/// they had been counted before, and how many entries their ballots lack.
type Alike = (Lang, i64, bool, u32);

/// Answers that are kept: ballots that lack entries come in the same second as those that do not.
const ANSWERS: usize = 8;

thread_local! {
    /// What scripts are told, the newest last: the JSON around receipts.
    static SAID: RefCell<VecDeque<(Alike, Vec<String>)>> = const { RefCell::new(VecDeque::new()) };
}

/// What a script is told of a vote that is counted.
#[derive(Serialize)]
struct Told<'a> {
    counted: bool,
    receipt: &'a str,
    at: &'a str,
    again: bool,
    /// How many more works the ballot has to name before it counts.
    missing: u32,
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
        let alike = (v.lang, second, cast.again, cast.missing);
        if let Some((_, around)) = said.iter().rev().find(|(known, _)| *known == alike) {
            return Ok(around.join(&cast.receipt));
        }
        let around: Vec<String> = in_words(v, cast)?.split(RECEIPT).map(str::to_owned).collect();
        let told = around.join(&cast.receipt);
        if said.len() == ANSWERS {
            said.pop_front();
        }
        said.push_back((alike, around));
        Ok(told)
    })
}

/// What became of a vote that is in the log.
fn what(v: &View, cast: &Cast) -> String {
    let at = v.second(&cast.at);
    match (cast.missing, cast.again) {
        (0, false) => v.t1("vote-counted", "at", at),
        (0, true) => v.t1("vote-again", "at", at),
        (missing, _) => v.t2("vote-too-few", "at", at, "missing", missing),
    }
}

fn in_words(v: &View, cast: &Cast) -> serde_json::Result<String> {
    let at = v.second(&cast.at);
    let said = [what(v, cast), v.t1("vote-receipt", "receipt", RECEIPT)];
    serde_json::to_string(&Told {
        counted: cast.missing == 0,
        receipt: RECEIPT,
        at: &at,
        again: cast.again,
        missing: cast.missing,
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
    let cast = cast.map(|cast| {
        let said = what(&v, &cast);
        (cast, said)
    });
    let code = code.to_owned();
    let (may_withdraw, withdrawn) = (false, false);
    Voted { v, code, cast, may_withdraw, withdrawn, refused, proves, once_more }
}
