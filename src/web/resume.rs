//! The code by which this browser's drafts are taken up again: kept in a cookie for ninety days,
//! and shown to be copied, because chat applications forget cookies.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, HttpResponse, web};

use super::{Failure, signed};
use crate::app::{self, App};
use crate::entry::code;
use crate::refusal::Kind;

/// Seconds for which the cookie lives.
const LIFE: i64 = 90 * 24 * 3600;
/// Letters of the code: 80 bits.
const LETTERS: usize = 16;

/// The code of this browser.
#[derive(Clone, Debug)]
pub struct Resume {
    code: String,
    fresh: bool,
}

impl Resume {
    /// Reads it off a request, or makes one.
    #[must_use]
    pub fn of(request: &HttpRequest, app: &App) -> Self {
        let fresh = || Self { code: code::letters(&app::fresh::<LETTERS>()), fresh: true };
        Self::known(request, app).unwrap_or_else(fresh)
    }

    /// Reads it off a request, where the browser sent one.
    #[must_use]
    pub fn known(request: &HttpRequest, app: &App) -> Option<Self> {
        signed::read(request, app, "e").and_then(Self::typed)
    }

    /// The code that somebody typed, if it is one.
    #[must_use]
    pub fn typed(typed: &str) -> Option<Self> {
        let code = code::meant(typed);
        (code.len() == LETTERS).then_some(Self { code, fresh: false })
    }

    /// The hash under which drafts know it.
    #[must_use]
    pub fn hash(&self, app: &App) -> [u8; 32] {
        app.key.hash("resume", &[self.code.as_bytes()])
    }

    /// The code, in groups, for reading.
    #[must_use]
    pub fn shown(&self) -> String {
        code::grouped(&self.code)
    }

    /// Whether the browser came without one.
    #[must_use]
    pub fn is_fresh(&self) -> bool {
        self.fresh
    }

    /// Sends it along, so that the browser keeps it.
    pub fn keep(&self, app: &App, answer: &mut HttpResponse) {
        let kept = answer.add_cookie(&signed::cookie(app, "e", self.code.clone(), LIFE));
        drop(kept);
    }
}

impl FromRequest for Resume {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let app = request.app_data::<web::Data<App>>();
        ready(
            app.map(|app| Self::of(request, app))
                .ok_or_else(|| Failure::new(Kind::Broken, "broken")),
        )
    }
}
