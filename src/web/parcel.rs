//! Files of ours as answers: whole, or the piece that is asked for, read step by step beside those who
//! are being served.

use std::fs::File;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use actix_web::body::SizedStream;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use bytes::Bytes;
use futures_util::stream;

/// Bytes of a file that are in memory at the same time.
const STEP: u64 = 256 << 10;

/// Sends a file of so many bytes, which `name` tells from every other; `dress` says what it is. A
/// browser that has it is told so; one that lost its line half-way asks for the rest.
pub fn send(
    request: &HttpRequest,
    (file, bytes): (File, u64),
    name: &str,
    dress: impl FnOnce(&mut HttpResponseBuilder),
) -> HttpResponse {
    let tag = format!("\"{name}\"");
    let said = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    let has = |tags: &str| tags.split(',').any(|one| one.trim().trim_start_matches("W/") == tag);
    if said(header::IF_NONE_MATCH).is_some_and(has) {
        return HttpResponse::NotModified().insert_header((header::ETAG, tag)).finish();
    }
    let same = said(header::IF_RANGE).is_none_or(|of| of == tag);
    let (mut answer, sent) = begun(said(header::RANGE).filter(|_| same), bytes);
    dress(&mut answer);
    answer.insert_header((header::ETAG, tag));
    let (from, until) = (sent.start, sent.end);
    let file = Arc::new(file);
    let steps = stream::unfold(from, move |at| {
        let (file, next) = (Arc::clone(&file), until.min(at + STEP));
        async move {
            (at < next).then_some(())?;
            Some((read(file, at, next).await, next))
        }
    });
    answer.body(SizedStream::new(until - from, Box::pin(steps)))
}

/// The head of an answer that sends something of so many bytes: all of it, or the range that is
/// `asked` for; and which bytes these are.
pub fn begun(asked: Option<&str>, bytes: u64) -> (HttpResponseBuilder, Range<u64>) {
    let (mut answer, sent) = match asked.and_then(|range| slice(range, bytes)) {
        Some((from, to)) => {
            let mut part = HttpResponse::PartialContent();
            part.insert_header((header::CONTENT_RANGE, format!("bytes {from}-{to}/{bytes}")));
            (part, from..to + 1)
        }
        None => (HttpResponse::Ok(), 0..bytes),
    };
    answer.insert_header((header::ACCEPT_RANGES, "bytes"));
    (answer, sent)
}

async fn read(file: Arc<File>, from: u64, until: u64) -> std::io::Result<Bytes> {
    let read = move || {
        let mut bytes = vec![0; usize::try_from(until - from).unwrap_or(0)];
        file.read_exact_at(&mut bytes, from)?;
        Ok(Bytes::from(bytes))
    };
    tokio::task::spawn_blocking(read).await.map_err(std::io::Error::other)?
}

/// First and last byte that a range asks for; `None` for anything but one range within the file,
/// which is then sent whole.
fn slice(range: &str, length: u64) -> Option<(u64, u64)> {
    let last = length.checked_sub(1)?;
    let (from, to) = range.strip_prefix("bytes=")?.split_once('-')?;
    let (from, to) = match (from, to) {
        ("", tail) => (length.saturating_sub(tail.parse().ok()?), last),
        (from, "") => (from.parse().ok()?, last),
        (from, to) => (from.parse().ok()?, to.parse::<u64>().ok()?.min(last)),
    };
    (from <= to && to <= last).then_some((from, to))
}
