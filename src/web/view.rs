//! What every page knows of who looks at it: language, colours, address. Never a name, because
//! public pages are the same bytes for everybody.

use std::borrow::Cow;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest, web};
use entity::instant::Instant;

use super::{assets, signed};
use crate::app::App;
use crate::refusal::{Arg, Refused};
use crate::voting::Told;
use crate::words::{self, Lang};

/// Who looks.
#[derive(Clone, Debug)]
pub struct View {
    /// The language.
    pub lang: Lang,
    /// Colours: `auto`, `light` or `dark`.
    pub theme: &'static str,
    /// Path of the page.
    pub path: String,
    /// Whether the page was asked for and is not the answer to a form; only then can it be asked
    /// for again in another language.
    pub is_read: bool,
    /// Telephone number of whoever helps; empty where there is none.
    pub hotline: String,
    /// The site's address, without a slash at its end.
    pub base: String,
    /// The time at which the request was read.
    pub now: Instant,
    /// Whether a script asks, which reads JSON, and not a person, who reads a page.
    pub is_script: bool,
    /// Whether the site is only read for now, as every page says then.
    pub rests: bool,
}

impl View {
    /// Language and colours of whoever sent a request.
    #[must_use]
    pub fn looks(request: &HttpRequest) -> (Lang, &'static str) {
        let theme = match signed::sent(request, |name| name == "theme") {
            Some("light") => "light",
            Some("dark") => "dark",
            _ => "auto",
        };
        (Lang::of(signed::sent(request, |name| name == "lang").unwrap_or_default()), theme)
    }

    /// Reads it off a request.
    #[must_use]
    pub fn of(request: &HttpRequest) -> Self {
        let app = request.app_data::<web::Data<App>>().map(|app| &app.config.server);
        Self {
            path: request.path().to_owned(),
            hotline: app.map(|server| server.hotline.clone()).unwrap_or_default(),
            base: app
                .map(|server| server.base_url.trim_end_matches('/').to_owned())
                .unwrap_or_default(),
            rests: app.is_some_and(|server| server.maintenance),
            ..Self::without_addresses(request)
        }
    }

    /// Reads it off a request; what only pages show is left out where a script asks.
    #[must_use]
    pub fn brief(request: &HttpRequest) -> Self {
        let brief = Self::without_addresses(request);
        if brief.is_script { brief } else { Self::of(request) }
    }

    fn without_addresses(request: &HttpRequest) -> Self {
        let (lang, theme) = Self::looks(request);
        let app = request.app_data::<web::Data<App>>();
        Self {
            lang,
            theme,
            path: String::new(),
            is_read: request.method() == actix_web::http::Method::GET,
            hotline: String::new(),
            base: String::new(),
            now: app.map_or_else(|| jiff::Timestamp::UNIX_EPOCH.into(), |app| app.clock.now()),
            is_script: request
                .headers()
                .get(header::ACCEPT)
                .and_then(|accept| accept.to_str().ok())
                .is_some_and(|accept| accept.contains("json")),
            rests: false,
        }
    }

    /// A view of fixed values, for samples in tests.
    #[must_use]
    pub fn sample(lang: Lang, now: Instant) -> Self {
        let base = "http://localhost".to_owned();
        let (path, hotline) = ("/".to_owned(), String::new());
        let (is_script, rests) = (false, false);
        Self { lang, theme: "auto", path, is_read: true, hotline, base, now, is_script, rests }
    }

    /// The sentence with this key.
    #[must_use]
    pub fn t(&self, key: &str) -> String {
        words::say(self.lang, key, &[])
    }

    /// What an act of the audit log is called; its code where it has no words.
    #[must_use]
    pub fn act(&self, code: &str) -> String {
        words::act(self.lang, code)
    }

    /// The sentence with this key and one value.
    #[must_use]
    pub fn t1(&self, key: &str, name: &str, value: impl Into<Arg>) -> String {
        words::say(self.lang, key, &[(name, value.into())])
    }

    /// The sentence with this key and two values.
    #[must_use]
    pub fn t2(
        &self,
        key: &str,
        name: &str,
        value: impl Into<Arg>,
        other: &str,
        second: impl Into<Arg>,
    ) -> String {
        words::say(self.lang, key, &[(name, value.into()), (other, second.into())])
    }

    /// Sentences for a script, as [`words::phrases`] collects them.
    #[must_use]
    pub fn phrases(&self, room: &str) -> String {
        words::phrases(self.lang, room)
    }

    /// What a refusal says.
    #[must_use]
    pub fn said(&self, refused: &Refused) -> String {
        words::say(self.lang, refused.code, &refused.args)
    }

    /// Address of an asset, with the hash of its content.
    #[must_use]
    pub fn asset(&self, name: &str) -> String {
        assets::address(name)
    }

    /// The style of every page, which the crowd's page holds: on a slow line it is not asked for.
    #[must_use]
    pub fn style(&self) -> Cow<'static, str> {
        assets::text(assets::STYLE)
    }

    /// Address of the site's emblem; on the crowd's page it is the picture itself.
    #[must_use]
    pub fn emblem(&self) -> String {
        if self.is_swift() { assets::drawn("icon.svg") } else { assets::address("icon.svg") }
    }

    /// Address of an icon of the one sheet of icons.
    #[must_use]
    pub fn icon(&self, name: &str) -> String {
        format!("{}#{name}", assets::address("icons.svg"))
    }

    /// Which of the ways in the bar leads here: `contests`, `receipts` or `desk`.
    #[must_use]
    pub fn section(&self) -> &'static str {
        match self.path.split('/').nth(1).unwrap_or_default() {
            "desk" | "judging" | "session" | "account" | "setup" => "desk",
            "receipts" | "drafts" => "receipts",
            _ => "contests",
        }
    }

    /// Whether this is the page that the crowd comes to: its style within it, the system's typeface and
    /// no sheet of icons, so that nothing is waited for before it is painted.
    #[must_use]
    pub fn is_swift(&self) -> bool {
        self.path.starts_with("/entries/") || self.path.starts_with("/b/")
    }

    /// Whether only somebody who has signed in sees this page.
    #[must_use]
    pub fn is_inside(&self) -> bool {
        ["/desk", "/judging", "/account"].iter().any(|place| self.path.starts_with(place))
    }

    /// One of the five colours of posters, always the same for the same `name`.
    #[must_use]
    pub fn tint(&self, name: &str) -> u32 {
        name.bytes().fold(0_u32, |sum, byte| (sum * 31 + u32::from(byte)) % 9973) % 5
    }

    /// How long it is until then, in the largest unit that fits: "Còn 12 ngày".
    #[must_use]
    pub fn left(&self, until: &Instant) -> String {
        words::left(self.lang, self.now, *until)
    }

    /// Hour, weekday and day until which something is open.
    #[must_use]
    pub fn deadline(&self, until: &Instant) -> String {
        words::deadline(self.lang, self.now, *until)
    }

    /// Hour and day in Vietnam.
    #[must_use]
    pub fn when(&self, moment: &Instant) -> String {
        words::moment(self.lang, *moment)
    }

    /// The day in Vietnam.
    #[must_use]
    pub fn day(&self, moment: &Instant) -> String {
        words::day(self.lang, *moment)
    }

    /// The day as papers that are signed say it.
    #[must_use]
    pub fn date(&self, moment: &Instant) -> String {
        words::date(self.lang, *moment)
    }

    /// The moment to the second, in Vietnam.
    #[must_use]
    pub fn second(&self, moment: &Instant) -> String {
        words::second(self.lang, *moment)
    }

    /// A whole number.
    #[must_use]
    pub fn number(&self, number: impl Whole) -> String {
        words::number(self.lang, number.whole())
    }

    /// What is told of a count of votes: the number, or its band.
    #[must_use]
    pub fn told(&self, told: Told) -> String {
        match (told.from, told.to) {
            (from, Some(to)) if from == to => self.t1("votes-count", "count", from),
            (0, Some(to)) => self.t1("votes-under", "count", to + 1),
            (from, Some(to)) => self.t2("votes-between", "from", from, "to", to),
            (from, None) => self.t1("votes-from", "count", from),
        }
    }

    /// A number of millionths with two places.
    #[must_use]
    pub fn points(&self, millionths: &i64) -> String {
        words::millionths(self.lang, *millionths, 2)
    }

    /// A number of millionths with so many places.
    #[must_use]
    pub fn places(&self, millionths: i64, places: u32) -> String {
        words::millionths(self.lang, millionths, places)
    }

    /// An amount in đồng.
    #[must_use]
    pub fn money(&self, amount: &u64) -> String {
        words::money(self.lang, *amount)
    }

    /// The site's host, as people compare it with what their browser shows.
    #[must_use]
    pub fn host(&self) -> &str {
        self.base.split_once("://").map_or(self.base.as_str(), |(_, host)| host)
    }

    /// The language's tag.
    #[must_use]
    pub fn tag(&self) -> &'static str {
        self.lang.tag()
    }
}

/// A whole number of any width, or, as templates hand it over, a reference to one.
pub trait Whole {
    /// The number; the largest that fits where it does not.
    fn whole(&self) -> i64;
}

macro_rules! whole {
    ($($number:ty)*) => { $(
        impl Whole for $number {
            fn whole(&self) -> i64 {
                i64::try_from(*self).unwrap_or(i64::MAX)
            }
        }
    )* };
}
whole! { i32 i64 u32 u64 usize }

impl<T: Whole> Whole for &T {
    fn whole(&self) -> i64 {
        (**self).whole()
    }
}

/// A byte as it may stand in a query.
#[must_use]
pub fn escaped(byte: u8) -> String {
    match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
            char::from(byte).to_string()
        }
        _ => format!("%{byte:02X}"),
    }
}

impl FromRequest for View {
    type Error = actix_web::Error;
    type Future = Ready<Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self::of(request)))
    }
}
