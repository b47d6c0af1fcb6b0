//! What went wrong, as an answer: a page for people, RFC 9457 problem details for programs.

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::{HttpMessage, HttpRequest, HttpResponse, ResponseError};
use askama::Template;
use serde_json::json;

use super::{UNKEPT, View};
use crate::app::fresh;
use crate::refusal::{Kind, Refusal, Refused};
use crate::{storage, words};

/// By which log lines and an error page can be brought together.
#[derive(Clone, Debug)]
pub(super) struct RequestId(pub String);

/// A request that was refused or failed.
#[derive(Clone, Debug)]
pub struct Failure {
    /// What is said; at least one.
    pub refused: Vec<Refused>,
    cause: Option<String>,
}

impl<E: Refusal> From<E> for Failure {
    fn from(error: E) -> Self {
        let refused = error.refusals();
        let broken = refused.iter().any(|refused| refused.kind == Kind::Broken);
        Self { refused, cause: broken.then(|| chain(&error)) }
    }
}

impl Failure {
    /// Refused for this reason.
    #[must_use]
    pub fn new(kind: Kind, code: &'static str) -> Self {
        Self { refused: vec![Refused::new(kind, code)], cause: None }
    }

    /// Refused for all of these reasons.
    #[must_use]
    pub fn all(refused: Vec<Refused>) -> Self {
        Self { refused, cause: None }
    }

    /// Refused for this reason, which is said with its values.
    #[must_use]
    pub fn of(refused: Refused) -> Self {
        Self { refused: vec![refused], cause: None }
    }

    /// Our fault.
    pub fn broken(error: impl std::error::Error) -> Self {
        Self { refused: vec![Refused::new(Kind::Broken, "broken")], cause: Some(chain(&error)) }
    }

    /// The store failed: it will be back. An object that is not there is our fault.
    #[must_use]
    pub fn of_store(error: storage::Error) -> Self {
        if !error.is_away() {
            return Self::broken(error);
        }
        let refused = Refused::new(Kind::Unavailable, "store-unavailable");
        Self { refused: vec![refused], cause: Some(chain(&error)) }
    }

    /// What is told beside what was typed, for its sender can mend it.
    ///
    /// # Errors
    /// Itself, where some of it is not theirs to mend: what they may not do, what is not there, what
    /// is our fault.
    pub fn said(self) -> Result<Vec<Refused>, Self> {
        let theirs = |refused: &Refused| {
            refused.field.is_some() || matches!(refused.kind, Kind::Invalid | Kind::Conflict)
        };
        if self.refused.iter().all(theirs) { Ok(self.refused) } else { Err(self) }
    }

    /// Whether the same may go well later: something of ours is away or broken.
    #[must_use]
    pub fn is_for_now(&self) -> bool {
        let passes = |kind| matches!(kind, Kind::Unavailable | Kind::TooMany | Kind::Broken);
        self.refused.iter().any(|refused| passes(refused.kind))
    }

    /// The code of what is said first.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.first().code
    }

    fn first(&self) -> Refused {
        self.refused.first().cloned().unwrap_or_else(|| Refused::new(Kind::Broken, "broken"))
    }
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text = format!("{text}: {error}");
        source = error.source();
    }
    text
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.first().code)
    }
}

impl ResponseError for Failure {
    fn status_code(&self) -> StatusCode {
        match self.first().kind {
            Kind::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
            Kind::NotFound => StatusCode::NOT_FOUND,
            Kind::Forbidden => StatusCode::FORBIDDEN,
            Kind::Unauthenticated => StatusCode::UNAUTHORIZED,
            Kind::Conflict => StatusCode::CONFLICT,
            Kind::Gone => StatusCode::GONE,
            Kind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Kind::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Kind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Kind::Broken => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Without a body: the page needs the request, which only the middleware sees.
    fn error_response(&self) -> HttpResponse<BoxBody> {
        let mut response = HttpResponse::new(self.status_code());
        response.extensions_mut().insert(self.clone());
        response
    }
}

/// There is nothing at this address.
pub async fn nothing_here() -> HttpResponse {
    Failure::new(Kind::NotFound, "nothing-here").error_response()
}

/// The page of an error.
#[derive(Template)]
#[template(path = "error/show.html")]
pub struct Page {
    /// Who looks.
    pub v: View,
    /// What is said, one sentence each.
    pub sentences: Vec<String>,
    /// The request's number, where somebody should report it.
    pub number: Option<String>,
    /// Where to go to sign in, when that would help.
    pub sign_in: Option<String>,
}

/// Draws the answer to a failed request, and writes down why it failed.
pub(super) fn answer(request: &HttpRequest, failure: &Failure) -> HttpResponse {
    if let Some(cause) = &failure.cause {
        tracing::error!(code = failure.first().code, cause, "a request failed");
    }
    let status = failure.status_code();
    let v = View::of(request);
    let sentences: Vec<String> = failure
        .refused
        .iter()
        .map(|refused| words::say(v.lang, refused.code, &refused.args))
        .collect();
    let mut response = HttpResponse::build(status);
    response.insert_header(UNKEPT);
    if status == StatusCode::TOO_MANY_REQUESTS || status == StatusCode::SERVICE_UNAVAILABLE {
        let votes_wait = failure.first().code == "votes-wait";
        response.insert_header(("Retry-After", if votes_wait { soon() } else { 30 }));
    }
    if v.is_script {
        let problems: Vec<_> = failure
            .refused
            .iter()
            .zip(&sentences)
            .map(|(refused, detail)| {
                json!({ "code": refused.code, "detail": detail, "field": refused.field })
            })
            .collect();
        return response.content_type("application/problem+json").json(json!({
            "type": format!("about:blank#{}", failure.first().code),
            "status": status.as_u16(),
            "instance": number(request),
            "title": sentences.first(),
            "errors": problems,
        }));
    }
    let sign_in = (status == StatusCode::UNAUTHORIZED).then(|| {
        let back: String = v.path.bytes().map(super::view::escaped).collect();
        format!("/session/new?then={back}")
    });
    let number = status.is_server_error().then(|| number(request)).flatten();
    let page = Page { v, sentences, number, sign_in };
    response.content_type("text/html; charset=utf-8").body(page.render().unwrap_or_default())
}

/// Seconds after which a vote may be sent again: not everybody's in the same one.
fn soon() -> u64 {
    2 + u64::from(fresh::<1>()[0] % 4)
}

fn number(request: &HttpRequest) -> Option<String> {
    request.extensions().get::<RequestId>().map(|id| id.0.clone())
}
