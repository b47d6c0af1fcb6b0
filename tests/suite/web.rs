//! What surrounds every request: headers, packing, patience, addresses, health.

use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use actix_web::error::PayloadError;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::test::{TestRequest, call_service, init_service};
use bytes::Bytes;
use futures_util::stream::{self, StreamExt};
use hoithi::config::Network;
use hoithi::web::address;
use hoithi::web::slow::{Patience, Patient};

use crate::support::{Engine, Site, both};

/// Every address of the table with its method, places filled in.
fn routes() -> Vec<(Method, String)> {
    let table = include_str!("../../src/web/routes.rs").replace(char::is_whitespace, "");
    let mut routes = Vec::new();
    for route in table.split(".route(\"").skip(1) {
        let (path, rest) = route.split_once('"').expect("an address");
        let verb = ["get", "post", "put", "patch", "head", "delete"]
            .into_iter()
            .find(|verb| rest.starts_with(&format!(",web::{verb}()")));
        let method = verb.map_or(Method::OPTIONS, |verb| {
            Method::from_bytes(verb.to_uppercase().as_bytes()).expect("a method")
        });
        let mut filled = String::new();
        for (index, piece) in path.split(['{', '}']).enumerate() {
            filled.push_str(if index % 2 == 0 { piece } else { "x" });
        }
        routes.push((method, filled));
    }
    routes
}

/// On every answer, and on every one but what scripts read.
const ALWAYS: [(&str, &str); 3] = [
    ("x-content-type-options", "nosniff"),
    ("cross-origin-resource-policy", "same-origin"),
    ("strict-transport-security", "max-age=31536000; includeSubDomains"),
];
const ON_DOCUMENTS: [(&str, &str); 3] = [
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("permissions-policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()"),
];

both! {
    async fn every_address_answers_with_the_headers_that_keep_strangers_out(site: Site) {
        let mut app = site.app.clone();
        let mut config = (*app.config).clone();
        config.server.base_url = "https://hoithi.example.vn".to_owned();
        app.config = Arc::new(config);
        let service = init_service(hoithi::web::site(app, Default::default())).await;
        let routes = routes();
        assert!(routes.len() > 50, "the table is read");

        let mut documents = 0;
        for (method, path) in routes {
            let request = TestRequest::with_uri(&path)
                .method(method.clone())
                .insert_header(("sec-fetch-site", "same-origin"));
            let answer = call_service(&service, request.to_request()).await;
            let header = |name: &str| answer.headers().get(name).and_then(|value| value.to_str().ok());
            for (name, value) in ALWAYS {
                assert_eq!(header(name), Some(value), "{name} of {method} {path}");
            }
            if header("content-type") == Some("application/json") {
                continue;
            }
            documents += 1;
            for (name, value) in ON_DOCUMENTS {
                assert_eq!(header(name), Some(value), "{name} of {method} {path}");
            }
            let policy = header("content-security-policy").unwrap_or_default();
            assert!(policy.starts_with("default-src 'none'"), "{method} {path}: {policy}");
            assert!(!policy.contains("unsafe"), "{method} {path}: {policy}");
        }
        assert!(documents > 50, "most addresses are pages");
    }

    async fn ready_says_no_while_the_process_is_on_its_way_out(site: Site) {
        site.app.stopping.store(true, Ordering::Relaxed);

        let answer = site.browser().get("/health/ready").await;

        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    }

    async fn pages_for_one_person_are_packed_where_the_browser_can_unpack_them(site: Site) {
        let mut browser = site.browser();
        let plain = browser.get("/session/new").await;
        let packed = browser.get_with("/session/new", &[("accept-encoding", "gzip, br")]).await;

        assert_eq!(packed.headers.get("content-encoding").unwrap(), "br");
        assert_eq!(plain.headers.get("content-encoding"), None);
        assert_eq!(plain.headers.get("vary").unwrap(), "Accept-Encoding");
        let mut text = String::new();
        brotli::Decompressor::new(&packed.bytes[..], 4096).read_to_string(&mut text).unwrap();
        assert_eq!(text, plain.text());
    }
}

#[actix_web::test]
async fn ready_says_no_when_the_database_is_gone_and_names_the_request() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let site = Site::new(engine).await;
        let mut browser = site.browser();
        assert_eq!(browser.get("/health/ready").await.status, StatusCode::NO_CONTENT);

        site.app.db.clone().close().await.unwrap();
        let answer = browser.get("/health/ready").await;

        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(answer.headers.get("retry-after").unwrap(), "30");
        assert!(answer.text().contains("Khi báo lỗi, hãy cho biết số"), "{}", answer.text());
        assert_eq!(browser.get("/health/live").await.status, StatusCode::NO_CONTENT);
    }
}

#[test]
fn a_client_is_the_nearest_address_that_is_no_proxy_of_ours() {
    let trusted: Vec<Network> =
        ["10.0.0.0/8", "127.0.0.1"].map(|network| network.parse().unwrap()).into();
    let of = |peer: &str, lines: &[&str]| {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(
                HeaderName::from_static("x-forwarded-for"),
                HeaderValue::from_str(line).unwrap(),
            );
        }
        address::client(peer.parse().unwrap(), &headers, &trusted).to_string()
    };

    assert_eq!(of("203.0.113.9", &["198.51.100.1"]), "203.0.113.9", "nobody believes a stranger");
    assert_eq!(of("127.0.0.1", &["198.51.100.1"]), "198.51.100.1");
    assert_eq!(of("127.0.0.1", &["6.6.6.6, 198.51.100.1, 10.1.2.3"]), "198.51.100.1");
    assert_eq!(of("127.0.0.1", &["6.6.6.6", "198.51.100.1"]), "198.51.100.1");
    assert_eq!(of("127.0.0.1", &["nonsense"]), "127.0.0.1");
    assert_eq!(
        of(
            "::ffff:127.0.0.1"
                .parse::<std::net::Ipv6Addr>()
                .unwrap()
                .to_canonical()
                .to_string()
                .as_str(),
            &["2001:db8::1"]
        ),
        "2001:db8::1"
    );
    assert_eq!(of("127.0.0.1", &[]), "127.0.0.1");
}

#[actix_web::test]
async fn a_body_that_falls_silent_or_trickles_is_broken_off_and_a_steady_one_is_not() {
    let patience = |silence: u64, start: u64| Patience {
        silence: Duration::from_millis(silence),
        start: Duration::from_millis(start),
        rate: 1_000_000,
    };
    let piece = || Ok::<_, PayloadError>(Bytes::from_static(b"ten bytes."));

    let silent = Patient::new(stream::iter([piece()]).chain(stream::pending()), patience(10, 1000));
    let got: Vec<_> = silent.map(|piece| piece.is_ok()).take(2).collect().await;
    assert_eq!(got, [true, false], "silence ends it");

    let trickle = stream::unfold((), |()| async {
        tokio::time::sleep(Duration::from_millis(1)).await;
        Some((Ok::<_, PayloadError>(Bytes::from_static(b".")), ()))
    });
    let mut trickle = Patient::new(Box::pin(trickle), patience(10_000, 20));
    while let Some(Ok(_)) = trickle.next().await {}

    let steady = Patient::new(stream::iter((0..100).map(|_| piece())), patience(10_000, 10_000));
    assert_eq!(steady.filter(|piece| std::future::ready(piece.is_ok())).count().await, 100);
}
