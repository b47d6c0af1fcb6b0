//! Public pages: the same bytes for everybody, drawn once per change and kept compressed.
//!
//! A kept page is sent without asking anything for a second. After that its version is asked for
//! (one indexed read); only when it changed, or when half a minute has passed and times in words
//! may have moved on, is it drawn anew. One request does that, and the others are sent the old
//! bytes meanwhile. On several nodes a change is seen everywhere in a second.
//!
//! [`at_once`] answers before a request has gone through the table of addresses: a crowd costs one
//! look-up a visit.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;
use entity::instant::Instant;
use sha2::{Digest, Sha256};

use super::assets::{squeeze, takes_brotli};
use super::signed::Browser;
use super::{Failure, Result, View};
use crate::app::App;
use crate::words::Lang;

/// Microseconds for which a page is sent without a question.
const FRESH: i64 = 1_000_000;
/// Microseconds after which a page is drawn anew.
const STALE: i64 = 30_000_000;
/// Most addresses whose pages are kept; beyond them, all are forgotten at once.
const MOST: usize = 10_000;
/// Most pictures that are kept; beyond them, all are forgotten at once.
const MOST_PICTURES: usize = 64;

/// Language and colours.
type Looks = (Lang, &'static str);

/// One address's page in all the looks that were asked for.
type Same = Vec<(Looks, Arc<Page>)>;

/// Pages that are kept, by address, and pictures of contests, by what they show.
#[derive(Debug, Default)]
pub struct Kept {
    pages: RwLock<HashMap<String, Same>>,
    pictures: Mutex<HashMap<String, Bytes>>,
}

/// Whether a browser that is not known yet is given its number along with a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visitors {
    /// Nobody is known.
    Strangers,
    /// From the next touch on the browser is known by its number.
    Known,
    /// Nobody is known, and scripts read it: JSON, good for a second.
    Scripts,
}

#[derive(Debug)]
struct Page {
    version: i64,
    drawn_at: Instant,
    /// When its version was last asked for, in microseconds.
    asked_at: AtomicI64,
    visitors: Visitors,
    route: String,
    headers: HeaderMap,
    plain: Bytes,
    brotli: Bytes,
}

/// The page that a request asks for, when it is kept and fresh; and its route.
#[must_use]
pub fn at_once(request: &HttpRequest) -> Option<(HttpResponse, String)> {
    if *request.method() != Method::GET || !request.query_string().is_empty() {
        return None;
    }
    let kept = request.app_data::<web::Data<Kept>>()?;
    let app = request.app_data::<web::Data<App>>()?;
    let page = kept.find(request.path(), View::looks(request))?;
    page.is_fresh(app.clock.now()).then(|| (page.send(request), page.route.clone()))
}

impl Kept {
    /// Sends the page at `key`; `version` tells its version, `draw` draws it.
    ///
    /// # Errors
    /// Whatever `version` or `draw` refuses.
    pub async fn page(
        &self,
        request: &HttpRequest,
        (key, visitors): (&str, Visitors),
        version: impl AsyncFnOnce() -> Result<i64>,
        draw: impl AsyncFnOnce(View) -> Result<String>,
    ) -> Result {
        let view = View::of(request);
        let (looks, now) = ((view.lang, view.theme), view.now);
        let old = self.find(key, looks);
        if let Some(page) = old.as_ref().filter(|page| !page.is_due(now)) {
            return Ok(page.send(request));
        }
        let drawn = async {
            let version = version().await?;
            match old.filter(|page| page.holds(version, now)) {
                Some(page) => Ok(page),
                None => {
                    Ok(Arc::new(Page::drawn(draw(view).await?, version, now, visitors, request)))
                }
            }
        };
        match drawn.await {
            Ok(page) => {
                self.keep(key, looks, Arc::clone(&page));
                Ok(page.send(request))
            }
            Err(failure) => {
                self.forget(key);
                Err(failure)
            }
        }
    }

    fn find(&self, key: &str, looks: Looks) -> Option<Arc<Page>> {
        let pages = self.pages.read().unwrap_or_else(PoisonError::into_inner);
        let found = pages.get(key)?.iter().find(|(own, _)| *own == looks);
        found.map(|(_, page)| Arc::clone(page))
    }

    fn keep(&self, key: &str, looks: Looks, page: Arc<Page>) {
        let mut pages = self.pages.write().unwrap_or_else(PoisonError::into_inner);
        if pages.len() >= MOST && !pages.contains_key(key) {
            pages.clear();
        }
        let same = pages.entry(key.to_owned()).or_default();
        same.retain(|(own, _)| *own != looks);
        same.push((looks, page));
    }

    fn forget(&self, key: &str) {
        self.pages.write().unwrap_or_else(PoisonError::into_inner).remove(key);
    }

    /// The picture with this name; `draw` draws it where it is not kept, aside from requests.
    ///
    /// # Errors
    /// Broken when it cannot be drawn.
    pub async fn picture(
        &self,
        name: &str,
        draw: impl FnOnce() -> std::io::Result<Vec<u8>> + Send + 'static,
    ) -> std::result::Result<Bytes, Failure> {
        let all = || self.pictures.lock().unwrap_or_else(PoisonError::into_inner);
        let found = all().get(name).cloned();
        if let Some(found) = found {
            return Ok(found);
        }
        let drawn = tokio::task::spawn_blocking(draw).await.map_err(Failure::broken)?;
        let drawn = Bytes::from(drawn.map_err(Failure::broken)?);
        let mut all = all();
        if all.len() >= MOST_PICTURES {
            all.clear();
        }
        all.insert(name.to_owned(), drawn.clone());
        Ok(drawn)
    }
}

impl Page {
    fn drawn(
        html: String,
        version: i64,
        now: Instant,
        visitors: Visitors,
        request: &HttpRequest,
    ) -> Self {
        let hash = data_encoding::HEXLOWER.encode(&Sha256::digest(&html)[..8]);
        let mut headers = HeaderMap::new();
        let (lasts, kind) = match visitors {
            Visitors::Scripts => {
                ("public, max-age=1, stale-while-revalidate=5", "application/json")
            }
            _ => ("public, no-cache", "text/html; charset=utf-8"),
        };
        let fixed = [
            (header::CACHE_CONTROL, lasts),
            (header::VARY, "Accept-Encoding, Cookie"),
            (header::CONTENT_TYPE, kind),
        ];
        for (name, value) in fixed {
            headers.insert(name, HeaderValue::from_static(value));
        }
        if let Ok(etag) = HeaderValue::from_str(&format!("\"{hash}\"")) {
            headers.insert(header::ETAG, etag);
        }
        match visitors {
            Visitors::Scripts => super::guard::part(request, &mut headers),
            _ => super::guard::page(request, &mut headers),
        }
        Self {
            version,
            drawn_at: now,
            asked_at: AtomicI64::new(now.micros()),
            visitors,
            route: request.match_pattern().unwrap_or_default(),
            headers,
            brotli: squeeze(html.as_bytes(), 5),
            plain: html.into(),
        }
    }

    fn is_fresh(&self, now: Instant) -> bool {
        self.asked_at.load(Ordering::Relaxed) + FRESH > now.micros()
    }

    /// Whether its version has to be asked for, by whoever is told so first.
    fn is_due(&self, now: Instant) -> bool {
        let asked = self.asked_at.load(Ordering::Relaxed);
        let due = asked + FRESH <= now.micros();
        let (ok, not) = (Ordering::Relaxed, Ordering::Relaxed);
        due && self.asked_at.compare_exchange(asked, now.micros(), ok, not).is_ok()
    }

    fn holds(&self, version: i64, now: Instant) -> bool {
        self.version == version && self.drawn_at.micros() + STALE > now.micros()
    }

    fn send(&self, request: &HttpRequest) -> HttpResponse {
        let asked = request.headers().get(header::IF_NONE_MATCH);
        let same = asked.is_some() && asked == self.headers.get(header::ETAG);
        let packed = !same && !self.brotli.is_empty() && takes_brotli(request);
        let (status, body) = match (same, packed) {
            (true, _) => (StatusCode::NOT_MODIFIED, Bytes::new()),
            (_, true) => (StatusCode::OK, self.brotli.clone()),
            _ => (StatusCode::OK, self.plain.clone()),
        };
        let mut response = HttpResponse::with_body(status, body).map_into_boxed_body();
        let headers = response.headers_mut();
        headers.clone_from(&self.headers);
        if same {
            headers.remove(header::CONTENT_TYPE);
        }
        if packed {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
        }
        if self.visitors == Visitors::Known
            && let Some(app) = request.app_data::<web::Data<App>>()
        {
            let browser = Browser::of(request, app);
            if browser.is_fresh() {
                browser.keep(app, &mut response);
                let private = HeaderValue::from_static("private, no-cache");
                response.headers_mut().insert(header::CACHE_CONTROL, private);
            }
        }
        response
    }
}
