//! What surrounds every request.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, header};
use actix_web::middleware::Next;
use actix_web::{ResponseError, web};

use super::error::{self, Failure};
use crate::app::App;
use crate::refusal::Kind;

/// Nothing from elsewhere, nothing inline, in no frame.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: \
    blob:; media-src 'self'; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri \
    'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";

const HEADERS: [(&str, &str); 6] = [
    ("content-security-policy", POLICY),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()"),
];

/// Outermost: refusals become pages, every answer gets its headers, one line is logged.
pub(super) async fn said(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let mut response = next.call(request).await?.map_into_boxed_body();
    let http = response.request().clone();
    let failure = response.response().extensions().get::<Failure>().cloned();
    let failure = failure.or_else(|| plain_failure(&response));
    if let Some(failure) = failure {
        response = ServiceResponse::new(http.clone(), error::answer(&http, &failure));
    }
    for (name, value) in HEADERS {
        let name = HeaderName::from_static(name);
        if !response.headers().contains_key(&name) {
            response.headers_mut().insert(name, HeaderValue::from_static(value));
        }
    }
    let route = http.match_pattern().unwrap_or_else(|| "none".to_owned());
    let status = response.status().as_u16();
    metrics::counter!("http_requests_total", "route" => route.clone(), "status" => status.to_string())
        .increment(1);
    tracing::debug!(method = %http.method(), route, status, "answered");
    Ok(response)
}

/// A refusal of the framework's own, such as a path that cannot be read, in our words.
fn plain_failure(response: &ServiceResponse) -> Option<Failure> {
    let status = response.status();
    let empty = matches!(
        response.response().body().size(),
        actix_web::body::BodySize::None | actix_web::body::BodySize::Sized(_)
    );
    let ours = response.headers().contains_key(header::CACHE_CONTROL);
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

/// Refuses what would change something and does not come from our own pages: by `Sec-Fetch-Site`,
/// else `Origin`, else `Referer`; with none of the three it is refused too.
pub(super) async fn same_origin(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let base = request
        .app_data::<web::Data<App>>()
        .map(|app| app.config.server.base_url.clone())
        .unwrap_or_default();
    if safe || is_ours(request.headers(), &base) {
        return Ok(next.call(request).await?.map_into_boxed_body());
    }
    let failure = Failure::new(Kind::Forbidden, "foreign-form");
    let response = failure.error_response();
    Ok(request.into_response(response))
}

fn is_ours(headers: &HeaderMap, base: &str) -> bool {
    let read = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = read("sec-fetch-site") {
        return site == "same-origin";
    }
    let from = read("origin").or_else(|| read("referer"));
    let host = |address: &str| {
        let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
        rest.split('/').next().unwrap_or_default().to_owned()
    };
    match from {
        Some(from) => host(from) == host(base) || read("host") == Some(host(from).as_str()),
        None => false,
    }
}
