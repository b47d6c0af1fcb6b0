//! The protocol itself: what its headers say, and how it is answered.

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use serde_json::json;

use crate::media::spool::Held;
use crate::media::{self, Sum};
use crate::refusal::{Kind, Refused};
use crate::web::{UNKEPT, View};

const VERSION: &str = "1.0.0";
const EXTENSIONS: &str = "creation,creation-with-upload,termination,expiration,checksum";
const BODY: &str = "application/offset+octet-stream";

/// Says what the server can do.
pub async fn options() -> HttpResponse {
    answer(StatusCode::NO_CONTENT)
        .insert_header(("Tus-Version", VERSION))
        .insert_header(("Tus-Extension", EXTENSIONS))
        .insert_header(("Tus-Max-Size", media::most_bytes(media::Kind::Video).to_string()))
        .insert_header(("Tus-Checksum-Algorithm", Sum::NAMES))
        .finish()
}

/// What a request of another version of the protocol is told.
pub(super) fn strange(v: &View, request: &HttpRequest) -> Option<HttpResponse> {
    (header(request.headers(), "tus-resumable") != Some(VERSION)).then(|| {
        let refused = Refused::new(Kind::Invalid, "upload-version");
        let mut told = problem(v, StatusCode::PRECONDITION_FAILED, &refused);
        let name = HeaderName::from_static("tus-version");
        told.headers_mut().insert(name, HeaderValue::from_static(VERSION));
        told
    })
}

pub(super) fn answer(status: StatusCode) -> HttpResponseBuilder {
    let mut answer = HttpResponse::build(status);
    answer.insert_header(("Tus-Resumable", VERSION)).insert_header(UNKEPT);
    answer
}

pub(super) fn progress(status: StatusCode, held: &Held) -> HttpResponseBuilder {
    let mut told = answer(status);
    told.insert_header(("Upload-Offset", held.offset.to_string()));
    let expires = held.upload.expires_at().timestamp().strftime("%a, %d %b %Y %H:%M:%S GMT");
    told.insert_header(("Upload-Expires", expires.to_string()));
    told
}

pub(super) fn problem(v: &View, status: StatusCode, refused: &Refused) -> HttpResponse {
    answer(status).content_type("application/problem+json").json(json!({
        "status": status.as_u16(),
        "title": v.said(refused),
        "errors": [{ "code": refused.code, "detail": v.said(refused), "field": refused.field }],
    }))
}

pub(super) fn is_body(request: &HttpRequest) -> bool {
    header(request.headers(), "content-type") == Some(BODY)
}

pub(super) fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

pub(super) fn number(headers: &HeaderMap, name: &str) -> Option<u64> {
    header(headers, name)?.parse().ok()
}

/// `Upload-Metadata`: keys, each with its text in base 64.
pub(super) fn metadata(headers: &HeaderMap) -> Vec<(String, String)> {
    let pairs = header(headers, "upload-metadata").unwrap_or_default().split(',');
    let read = |pair: &str| {
        let (key, text) = pair.trim().split_once(' ')?;
        let text = data_encoding::BASE64.decode(text.trim().as_bytes()).ok()?;
        Some((key.to_owned(), String::from_utf8(text).ok()?))
    };
    pairs.filter_map(read).collect()
}
