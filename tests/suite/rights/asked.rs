//! Asking an address as somebody would.

use actix_web::http::Method;

use super::scene::Keys;
use crate::support::{Answer, Browser};

/// A key that no row has.
const NOBODYS: &str = "01900000-0000-7000-8000-000000000000";

/// The address with its keys filled in.
pub(super) fn address(pattern: &str, keys: &Keys) -> String {
    let code = match pattern {
        _ if pattern.starts_with("/drafts/") => "draft",
        _ if pattern.starts_with("/desk/units/") => "unit",
        _ if pattern.ends_with("/withdrawal") && pattern.starts_with("/receipts/") => "taken_back",
        _ if pattern.ends_with("/erasure") => "erased",
        _ => "work",
    };
    let mut path = pattern
        .replace("{name:.*}", "nothing.css")
        .replace("{link:.*}", "nothing")
        .replace("{path:.*}", "0/000.p/1")
        .replace("{code}", &keys[code]);
    for name in ["slug", "file", "round", "seat", "alias"] {
        path = path.replace(&format!("{{{name}}}"), &keys[name]);
    }
    let id = if pattern.starts_with("/drafts/") { keys["upload"].as_str() } else { NOBODYS };
    for (name, value) in [
        ("{id}", id),
        ("{key}", "final"),
        ("{what}", "entries.csv"),
        ("{ending}", "csv"),
        ("{leaves}", "0"),
        ("{receipt}", "nothing"),
        ("{number}", "0"),
        ("{size}", "320"),
        ("{name}", "320.jpeg"),
        ("{token}", "nothing"),
        ("{proof}", "nothing"),
    ] {
        path = path.replace(name, value);
    }
    assert!(!path.contains('{'), "{pattern}: a key without a value");
    path
}

/// What is sent: as little as can be, so that being let in changes as little as can be.
pub(super) async fn ask(browser: &mut Browser, method: &str, path: &str, keys: &Keys) -> Answer {
    let method = Method::from_bytes(method.as_bytes()).expect("a method");
    let mut headers = vec![("tus-resumable", "1.0.0")];
    let (kind, body) = match (method.as_str(), path) {
        ("PUT", _) => ("application/json", "{\"version\":0}".to_owned()),
        ("PATCH", _) => {
            headers.push(("upload-offset", "0"));
            ("application/offset+octet-stream", String::new())
        }
        ("POST", path) if path.contains("/uploads") => {
            headers.push(("x-http-method-override", "PATCH"));
            headers.push(("upload-offset", "0"));
            ("application/offset+octet-stream", String::new())
        }
        ("POST", "/desk/contests") => {
            // A day that cannot be read, so that nobody makes a contest.
            let form = format!("template=photo&to=x&unit={}", keys["unit"]);
            ("application/x-www-form-urlencoded", form)
        }
        ("POST", path) if path.starts_with("/desk/units/") => {
            ("application/x-www-form-urlencoded", format!("contest={}", keys["slug"]))
        }
        _ => ("application/x-www-form-urlencoded", String::new()),
    };
    headers.push(("content-type", kind));
    browser.send(method, path, &headers, body.into_bytes()).await
}
