//! Public pages: the same bytes for everybody, drawn once per change and kept compressed.
//!
//! A kept page is sent without asking anything for a second. After that its version is asked for
//! (one indexed read); only when it changed, or when half a minute has passed and times in words
//! may have moved on, is it drawn anew. On several nodes a change is seen everywhere in a second.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use actix_web::{HttpRequest, HttpResponse};
use bytes::Bytes;
use entity::instant::Instant;
use sha2::{Digest, Sha256};

use super::assets::{squeeze, takes_brotli};
use super::{Result, View};
use crate::words::Lang;

/// Microseconds for which a page is sent without a question.
const FRESH: i64 = 1_000_000;
/// Microseconds after which a page is drawn anew.
const STALE: i64 = 30_000_000;
/// Most pages that are kept; beyond them, all are forgotten at once.
const MOST: usize = 20_000;

type Name = (String, Lang, &'static str);

/// Pages that are kept.
#[derive(Debug, Default)]
pub struct Kept(RwLock<HashMap<Name, Arc<Page>>>);

#[derive(Debug)]
struct Page {
    version: i64,
    drawn_at: Instant,
    asked_at: Instant,
    etag: String,
    plain: Bytes,
    brotli: Bytes,
}

impl Kept {
    /// Sends the page at `key`; `version` tells its version, `draw` draws it.
    ///
    /// # Errors
    /// Whatever `version` or `draw` refuses.
    pub async fn page(
        &self,
        request: &HttpRequest,
        key: &str,
        version: impl AsyncFnOnce() -> Result<i64>,
        draw: impl AsyncFnOnce(View) -> Result<String>,
    ) -> Result {
        let view = View::of(request);
        let name = (key.to_owned(), view.lang, view.theme);
        let (now, old) = (view.now, self.find(&name));
        if let Some(page) =
            old.as_ref().filter(|page| page.asked_at.micros() + FRESH > now.micros())
        {
            return Ok(page.send(request));
        }
        let version = version().await?;
        let old = old.filter(|page| {
            page.version == version && page.drawn_at.micros() + STALE > now.micros()
        });
        let page = match old {
            Some(page) => page.asked(now),
            None => Page::drawn(draw(view).await?, version, now),
        };
        let page = Arc::new(page);
        self.keep(name, page.clone());
        Ok(page.send(request))
    }

    fn find(&self, name: &Name) -> Option<Arc<Page>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    fn keep(&self, name: Name, page: Arc<Page>) {
        let mut pages = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if pages.len() >= MOST {
            pages.clear();
        }
        pages.insert(name, page);
    }
}

impl Page {
    fn drawn(html: String, version: i64, now: Instant) -> Self {
        let hash = data_encoding::HEXLOWER.encode(&Sha256::digest(&html)[..8]);
        Self {
            version,
            drawn_at: now,
            asked_at: now,
            etag: format!("\"{hash}\""),
            brotli: squeeze(html.as_bytes(), 5),
            plain: html.into(),
        }
    }

    fn asked(&self, now: Instant) -> Self {
        Self {
            version: self.version,
            drawn_at: self.drawn_at,
            asked_at: now,
            etag: self.etag.clone(),
            plain: self.plain.clone(),
            brotli: self.brotli.clone(),
        }
    }

    fn send(&self, request: &HttpRequest) -> HttpResponse {
        let same = request.headers().get("If-None-Match");
        let same = same.is_some_and(|etag| etag.as_bytes() == self.etag.as_bytes());
        let mut response = if same { HttpResponse::NotModified() } else { HttpResponse::Ok() };
        response
            .insert_header(("Cache-Control", "public, no-cache"))
            .insert_header(("ETag", self.etag.as_str()))
            .insert_header(("Vary", "Accept-Encoding, Cookie"));
        if same {
            return response.finish();
        }
        response.content_type("text/html; charset=utf-8");
        if takes_brotli(request) && !self.brotli.is_empty() {
            return response.insert_header(("Content-Encoding", "br")).body(self.brotli.clone());
        }
        response.body(self.plain.clone())
    }
}
