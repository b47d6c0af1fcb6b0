//! Forms, as browsers send them: text in NFC, files in temporary files.

use std::future::Future;
use std::io::Write;
use std::pin::Pin;

use actix_multipart::Multipart;
use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest};
use bytes::Bytes;
use entity::instant::Instant;
use futures_util::{Stream, StreamExt};

use super::Failure;
use crate::contest::moment;
use crate::refusal::{Kind, Refused};
use crate::words::nfc;

/// Most bytes of a form, files included.
pub const MOST_BYTES: usize = 600 << 20;
/// Most bytes of a slip.
const MOST_SLIP: usize = 16 << 10;
/// Most bytes of one text.
const MOST_TEXT: usize = 1 << 20;

/// A form.
#[derive(Debug, Default)]
pub struct Form {
    texts: Vec<(String, String)>,
    files: Vec<Sent>,
}

/// A file in a form.
#[derive(Debug)]
pub struct Sent {
    /// Name of the field.
    pub field: String,
    /// What the sender calls it; only for showing.
    pub name: String,
    /// Its content; removed when this is dropped.
    pub file: tempfile::NamedTempFile,
    /// Its size.
    pub bytes: u64,
}

impl Form {
    /// A form of these texts, for tests and for showing a form again.
    #[must_use]
    pub fn of(texts: &[(&str, &str)]) -> Self {
        let texts = texts.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
        Self { texts: texts.collect(), files: Vec::new() }
    }

    /// The text of a field, without white space around it; empty where the field is missing.
    #[must_use]
    pub fn text(&self, field: &str) -> &str {
        let found = self.texts.iter().find(|(name, _)| name == field);
        found.map_or("", |(_, text)| text.trim())
    }

    /// The text of a field, when there is any.
    #[must_use]
    pub fn some(&self, field: &str) -> Option<String> {
        let text = self.text(field);
        (!text.is_empty()).then(|| text.to_owned())
    }

    /// All texts of a field that is repeated.
    pub fn all<'a>(&'a self, field: &'a str) -> impl Iterator<Item = &'a str> {
        self.texts.iter().filter(move |(name, _)| name == field).map(|(_, text)| text.trim())
    }

    /// Whether a box is ticked.
    #[must_use]
    pub fn ticked(&self, field: &str) -> bool {
        !self.text(field).is_empty()
    }

    /// Whether the sender ticked that what is done is meant; asked when it was found that it could
    /// be done, so that whoever may not hears that first.
    ///
    /// # Errors
    /// The sentence that nothing was done, where the box is not ticked.
    pub fn sure(&self) -> Result<(), Refused> {
        let unsure = || Refused::new(Kind::Invalid, "not-sure").at("sure");
        if self.ticked("sure") { Ok(()) } else { Err(unsure()) }
    }

    /// A whole number, where the field holds one.
    #[must_use]
    pub fn number<N: std::str::FromStr>(&self, field: &str) -> Option<N> {
        self.text(field).parse().ok()
    }

    /// The moment that a field names by date and time of day.
    #[must_use]
    pub fn moment(&self, field: &str) -> Option<Instant> {
        let written = self.text(field).replace('T', " ");
        moment::opens(&written.as_str().into()).ok().filter(|_| written.contains(' '))
    }

    /// All texts, in the order of the form.
    #[must_use]
    pub fn texts(&self) -> &[(String, String)] {
        &self.texts
    }

    /// Files of a field; a field left empty has none.
    pub fn files<'a>(&'a self, field: &'a str) -> impl Iterator<Item = &'a Sent> {
        self.files.iter().filter(move |file| file.field == field)
    }

    /// Reads a form; how long its sender may take is the body's own affair.
    pub(super) async fn read(request: HttpRequest, payload: Payload) -> Result<Self, Failure> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        if kind.is_some_and(|kind| kind.starts_with("multipart/form-data")) {
            return Self::multipart(Multipart::new(request.headers(), payload)).await;
        }
        Self::short(payload, 4 * MOST_TEXT).await
    }

    /// Reads a form without files, of at most so many bytes.
    pub(super) async fn short(
        mut payload: impl Stream<Item = Result<Bytes, PayloadError>> + Unpin,
        most: usize,
    ) -> Result<Self, Failure> {
        // Most come in one piece, which is read where it lies.
        let (mut piece, mut joined) = (Bytes::new(), Vec::new());
        while let Some(next) = payload.next().await {
            joined
                .extend_from_slice(&std::mem::replace(&mut piece, next.map_err(|_| broken_off())?));
            if joined.len() + piece.len() > most {
                return Err(Failure::new(Kind::TooLarge, "form-too-large"));
            }
        }
        if !joined.is_empty() {
            joined.extend_from_slice(&piece);
            piece = joined.into();
        }
        let pairs = form_urlencoded::parse(&piece);
        let texts = pairs.map(|(name, text)| (name.into_owned(), nfc(&text))).collect();
        Ok(Self { texts, files: Vec::new() })
    }

    async fn multipart(mut parts: Multipart) -> Result<Self, Failure> {
        let (mut form, mut total) = (Self::default(), 0);
        while let Some(part) = parts.next().await {
            let mut part = part.map_err(|_| broken_off())?;
            let field = part.name().unwrap_or_default().to_owned();
            let name = part.content_disposition().and_then(|d| d.get_filename().map(nfc));
            let mut file = name.is_some().then(tempfile::NamedTempFile::new).transpose();
            let mut text = Vec::new();
            while let Some(piece) = part.next().await {
                let piece = piece.map_err(|_| broken_off())?;
                total += piece.len();
                let file = file.as_mut().map_err(|error| Failure::broken(&*error))?;
                match file {
                    Some(file) => file.write_all(&piece).map_err(Failure::broken)?,
                    None => text.extend_from_slice(&piece),
                }
                if total > MOST_BYTES || text.len() > MOST_TEXT {
                    return Err(Failure::new(Kind::TooLarge, "form-too-large"));
                }
            }
            match (name, file.map_err(Failure::broken)?) {
                (Some(name), Some(file)) if !name.is_empty() => {
                    let bytes = file.as_file().metadata().map_or(0, |facts| facts.len());
                    form.files.push(Sent { field, name, file, bytes });
                }
                (Some(_), _) => {}
                (None, _) => form.texts.push((field, nfc(&String::from_utf8_lossy(&text)))),
            }
        }
        Ok(form)
    }
}

fn broken_off() -> Failure {
    Failure::new(Kind::Invalid, "form-broken-off")
}

impl FromRequest for Form {
    type Error = Failure;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Failure>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        Box::pin(Self::read(request.clone(), payload.take()))
    }
}

/// A form of a few short fields, from anybody: it is read to 16 KiB and never as files.
#[derive(Debug)]
pub struct Slip(pub Form);

impl FromRequest for Slip {
    type Error = Failure;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Failure>>>>;

    fn from_request(_: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let payload = payload.take();
        Box::pin(async move { Form::short(payload, MOST_SLIP).await.map(Self) })
    }
}
