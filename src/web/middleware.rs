//! What surrounds every request.

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::HeaderValue;
use actix_web::http::{Method, header};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpRequest, ResponseError, web};
use tracing::Instrument;

use super::assets::{squeeze, takes_brotli};
use super::error::{self, Failure, RequestId};
use super::slow::{Patience, Patient};
use super::{address, cache, guard, swift};
use crate::app::{self, App};
use crate::refusal::Kind;

/// Smaller answers are not worth packing, in bytes.
const WORTH_PACKING: u64 = 1024;

/// Outermost: every request has a number, refusals become pages, every answer gets its headers.
pub(super) async fn said(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let begun_at = std::time::Instant::now();
    if let Some((response, route)) = cache::at_once(request.request()) {
        let (http, _) = request.into_parts();
        let response = ServiceResponse::new(http, response);
        count(&response, || Some(route), None, begun_at.elapsed());
        return Ok(response);
    }
    if let Some(answer) = swift::vote(&mut request).await {
        let (http, _) = request.into_parts();
        let code = answer.as_ref().err().map(Failure::code);
        let response = answer.unwrap_or_else(|failure| {
            let id = number(&http);
            let _inside = tracing::info_span!("request", id).entered();
            http.extensions_mut().insert(RequestId(id));
            error::answer(&http, &failure)
        });
        let response = guarded(packed(ServiceResponse::new(http, response)));
        count(&response, || Some(swift::ROUTE.to_owned()), code, begun_at.elapsed());
        return Ok(response);
    }
    let id = number(request.request());
    let span = tracing::info_span!("request", id);
    request.extensions_mut().insert(RequestId(id));
    let mut response = next.call(request).instrument(span.clone()).await?.map_into_boxed_body();
    let _inside = span.entered();
    let http = response.request().clone();
    let failure = response.response().extensions().get::<Failure>().cloned();
    let failure = failure.or_else(|| plain_failure(&response));
    let code = failure.as_ref().map(Failure::code);
    if let Some(failure) = failure {
        response = ServiceResponse::new(http.clone(), error::answer(&http, &failure));
    }
    let response = guarded(packed(response));
    count(&response, || http.match_pattern(), code, begun_at.elapsed());
    Ok(response)
}

/// Puts the headers on that keep strangers out.
fn guarded(mut response: ServiceResponse) -> ServiceResponse {
    let http = response.request().clone();
    let kind = response.headers().get(header::CONTENT_TYPE);
    let is_told = kind.is_some_and(|kind| kind == "application/json");
    let is_asset = http.path().starts_with("/static/") && response.status().is_success();
    let guard = if is_asset || is_told { guard::part } else { guard::page };
    guard(&http, response.headers_mut());
    response
}

/// The request's number: the one that a trusted proxy gave it, or a fresh one.
fn number(request: &HttpRequest) -> String {
    let app = request.app_data::<web::Data<App>>();
    let trusted = app.map_or(&[][..], |app| &app.config.server.trusted_proxies);
    let given = request.headers().get("x-request-id").and_then(|id| id.to_str().ok());
    let sane = |id: &&str| {
        (1..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    let trusted = address::peer(request).is_some_and(|peer| {
        let is_proxy = trusted.iter().any(|network| network.contains(peer));
        address::check(peer, is_proxy, request.headers());
        is_proxy
    });
    match given.filter(sane) {
        Some(id) if trusted => id.to_owned(),
        _ => data_encoding::BASE32_NOPAD.encode(&app::fresh::<10>()),
    }
}

/// Counts the answer by its route, never by its address: addresses are as many as people.
fn count(
    response: &ServiceResponse,
    route: impl FnOnce() -> Option<String>,
    code: Option<&'static str>,
    took: std::time::Duration,
) {
    let debug = tracing::enabled!(tracing::Level::DEBUG);
    if !super::metrics::are_on() && !debug {
        return;
    }
    let (status, http) = (response.status().as_u16(), response.request());
    let route = route().unwrap_or_else(|| "none".to_owned());
    let method = http.method().as_str().to_owned();
    if debug {
        tracing::debug!(method, route, status, code, micros = took.as_micros(), "answered");
    }
    if let Some(code) = code {
        metrics::counter!("hoithi_refusals_total", "code" => code).increment(1);
    }
    let class = ["1xx", "2xx", "3xx", "4xx", "5xx"][usize::from(status / 100).clamp(1, 5) - 1];
    metrics::histogram!(
        "http_request_duration_seconds", "method" => method, "route" => route, "status" => class
    )
    .record(took);
}

/// Packs an answer with text that is not packed yet, where the browser can unpack it.
fn packed(response: ServiceResponse) -> ServiceResponse {
    let headers = response.headers();
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let is_text = kind.is_some_and(|kind| kind.starts_with("text/") || kind.contains("json"));
    let is_worth = matches!(response.response().body().size(),
        BodySize::Sized(bytes) if bytes >= WORTH_PACKING);
    if !is_text || !is_worth || headers.contains_key(header::CONTENT_ENCODING) {
        return response;
    }
    let mut response = response;
    response.headers_mut().append(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    if !takes_brotli(response.request()) {
        return response;
    }
    let mut is_packed = false;
    let mut response = response.map_body(|_, body| match body.try_into_bytes() {
        Ok(bytes) => {
            let small = squeeze(&bytes, 4);
            is_packed = !small.is_empty();
            BoxBody::new(if is_packed { small } else { bytes })
        }
        Err(body) => body,
    });
    if is_packed {
        response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
    }
    response
}

/// A refusal of the framework's own, such as a path that cannot be read, in our words.
fn plain_failure(response: &ServiceResponse) -> Option<Failure> {
    let status = response.status();
    let empty = matches!(response.response().body().size(), BodySize::None | BodySize::Sized(_));
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let plain = kind.is_none_or(|kind| kind.starts_with("text/plain"));
    let ours = !plain || response.headers().contains_key(header::CACHE_CONTROL);
    if !(status.is_client_error() || status.is_server_error()) || ours || !empty {
        return None;
    }
    Some(match status.as_u16() {
        404 | 405 => Failure::new(Kind::NotFound, "nothing-here"),
        413 => Failure::new(Kind::TooLarge, "form-too-large"),
        400..500 => Failure::new(Kind::Invalid, "request-unreadable"),
        _ => Failure::new(Kind::Broken, "broken"),
    })
}

/// Reads bodies with patience that ends.
pub(super) async fn patient(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    if request.headers().contains_key(header::CONTENT_LENGTH)
        || request.headers().contains_key(header::TRANSFER_ENCODING)
    {
        let body = Patient::new(request.take_payload(), Patience::USUAL);
        request.set_payload(Payload::Stream { payload: Box::pin(body) });
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}

/// Whether a request only reads.
fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// While the site is only read, refuses what would change something; browsers keep it and send it
/// again.
pub(super) async fn only_read(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let app = request.app_data::<web::Data<App>>();
    let rests = app.is_some_and(|app| app.config.server.maintenance);
    if is_safe(request.method()) || !rests {
        return Ok(next.call(request).await?.map_into_boxed_body());
    }
    let response = Failure::new(Kind::Unavailable, "maintenance").error_response();
    Ok(request.into_response(response))
}

/// Where other bodies' programs send heads of logs: no cookie matters there, a signature does.
const FOR_WITNESSES: &str = "/witness/add-checkpoint";

/// Refuses what would change something and does not come from our own pages: by `Sec-Fetch-Site`,
/// else `Origin`, else `Referer`; with none of the three it is refused too.
pub(super) async fn same_origin(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let safe = is_safe(request.method());
    let app = request.app_data::<web::Data<App>>();
    let base = app.map_or("", |app| &app.config.server.base_url);
    if safe || request.path() == FOR_WITNESSES || guard::is_ours(request.headers(), base) {
        return Ok(next.call(request).await?.map_into_boxed_body());
    }
    let failure = Failure::new(Kind::Forbidden, "foreign-form");
    let response = failure.error_response();
    Ok(request.into_response(response))
}
