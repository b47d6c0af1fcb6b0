//! The code by which this browser's drafts are taken up again: kept in a cookie for ninety days,
//! and shown to be copied, because chat applications forget cookies. Beside it the proof that
//! somebody knew the telephone number of a returned entry, who mends it in another browser.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, HttpResponse, web};

use data_encoding::BASE64URL_NOPAD;
use entity::entry::Model;
use subtle::ConstantTimeEq;

use super::{Failure, signed};
use crate::app::{self, App};
use crate::entry::code;
use crate::refusal::Kind;

/// Seconds for which the cookie lives.
const LIFE: i64 = 90 * 24 * 3600;
/// Seconds for which whoever knew the telephone number mends an entry without being asked again.
const MENDING: i64 = 24 * 3600;
/// Letters of the code: 80 bits.
const LETTERS: usize = 16;

/// The code of this browser.
#[derive(Clone, Debug)]
pub struct Resume {
    code: String,
    fresh: bool,
    mends: Option<String>,
}

impl Resume {
    /// Reads it off a request, or makes one.
    #[must_use]
    pub fn of(request: &HttpRequest, app: &App) -> Self {
        let code = || code::letters(&app::fresh::<LETTERS>());
        let fresh = || Self { code: code(), fresh: true, mends: None };
        let mends = signed::read(request, app, "r").map(str::to_owned);
        Self { mends, ..Self::known(request, app).unwrap_or_else(fresh) }
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
        (code.len() == LETTERS).then_some(Self { code, fresh: false, mends: None })
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

    /// Whether this browser's person proved to know the telephone number of this entry since it was
    /// returned.
    #[must_use]
    pub fn mends(&self, app: &App, entry: &Model) -> bool {
        let held = self.mends.as_deref().unwrap_or_default();
        bool::from(held.as_bytes().ct_eq(mending(app, entry).as_bytes()))
    }

    /// Lets the browser mend an entry whose telephone number its person knew, until it is sent in,
    /// a day long.
    pub fn lend(app: &App, entry: &Model, answer: &mut HttpResponse) {
        let kept = answer.add_cookie(&signed::cookie(app, "r", mending(app, entry), MENDING));
        drop(kept);
    }

    /// Sends it along, so that the browser keeps it.
    pub fn keep(&self, app: &App, answer: &mut HttpResponse) {
        let kept = answer.add_cookie(&signed::cookie(app, "e", self.code.clone(), LIFE));
        drop(kept);
    }
}

/// What proves it: of no other entry, and of no other return of this one.
fn mending(app: &App, entry: &Model) -> String {
    let until = entry.repair_until.map_or(0, |until| until.micros()).to_be_bytes();
    BASE64URL_NOPAD.encode(&app.key.hash("mending", &[entry.id.0.as_bytes(), &until]))
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
