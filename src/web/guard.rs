//! What keeps strangers out: headers of answers, and where requests come from.

use std::sync::LazyLock;

use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::{HttpRequest, web};
use data_encoding::BASE64;
use sha2::{Digest, Sha256};

use super::assets;
use crate::app::App;

/// Nothing from elsewhere, nothing inline but our own style, which the crowd's page holds; in no
/// frame.
pub(super) static POLICY: LazyLock<String> = LazyLock::new(|| {
    let style = BASE64.encode(&Sha256::digest(assets::text(assets::STYLE).as_bytes()));
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self' 'sha256-{style}'; img-src 'self' \
         data: blob:; media-src 'self'; font-src 'self'; connect-src 'self'; form-action 'self'; \
         base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
    )
});

static HEADERS: LazyLock<[(HeaderName, HeaderValue); 6]> = LazyLock::new(|| {
    let policy = HeaderValue::from_str(&POLICY).expect("our own words");
    let features = "camera=(), microphone=(), geolocation=(), payment=(), usb=()";
    [
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::CROSS_ORIGIN_RESOURCE_POLICY, HeaderValue::from_static("same-origin")),
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
        (header::CROSS_ORIGIN_OPENER_POLICY, HeaderValue::from_static("same-origin")),
        (header::PERMISSIONS_POLICY, HeaderValue::from_static(features)),
    ]
});

/// How many of [`HEADERS`] a part of a page needs: the others are about documents, and on a slow line
/// their bytes are a tenth of the vote page.
const FOR_PARTS: usize = 2;

/// For a year browsers come by TLS only; said where the site's address is an `https:` one.
const ONLY_TLS: HeaderValue = HeaderValue::from_static("max-age=31536000; includeSubDomains");

/// Puts the headers that keep strangers out on a page.
pub(super) fn page(request: &HttpRequest, headers: &mut HeaderMap) {
    put(request, headers, HEADERS.len());
}

/// Puts those on a part of a page: a style, a script, a font, or what a script of ours reads.
pub(super) fn part(request: &HttpRequest, headers: &mut HeaderMap) {
    put(request, headers, FOR_PARTS);
}

fn put(request: &HttpRequest, headers: &mut HeaderMap, needed: usize) {
    for (name, value) in HEADERS.iter().take(needed) {
        if !headers.contains_key(name) {
            headers.insert(name.clone(), value.clone());
        }
    }
    let app = request.app_data::<web::Data<App>>();
    if app.is_some_and(|app| app.config.server.base_url.starts_with("https:")) {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, ONLY_TLS);
    }
}

const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Whether a request comes from our own pages: by `Sec-Fetch-Site`, else `Origin`, else `Referer`;
/// with none of the three it does not.
pub(super) fn is_ours(headers: &HeaderMap, base: &str) -> bool {
    let read = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = read(SITE) {
        return site == "same-origin";
    }
    let from = read(header::ORIGIN).or_else(|| read(header::REFERER));
    let host = |address: &str| {
        let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
        rest.split('/').next().unwrap_or_default().to_owned()
    };
    match from {
        Some(from) => host(from) == host(base) || read(header::HOST) == Some(host(from).as_str()),
        None => false,
    }
}
