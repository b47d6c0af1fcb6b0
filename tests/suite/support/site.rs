//! A whole site in the test's own process, and browsers that visit it.

use std::collections::BTreeMap;
use std::future::Future;
use std::path::Path;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use actix_http::Request;
use actix_web::body::{BoxBody, to_bytes};
use actix_web::dev::{Service, ServiceResponse};
use actix_web::http::{Method, StatusCode, header};
use actix_web::test;
use entity::instant::Instant;
use hoithi::app::{App, Key};
use hoithi::clock::Clock;
use hoithi::config::Config;
use hoithi::mail::{Letter, Mailer};
use hoithi::storage::Store;
use hoithi::voting::Votes;
use hoithi::{backup, db, web, worker};
use migration::MigratorTrait;
use sea_orm::DbBackend;

use super::{Engine, postgres};

type Call = dyn Fn(Request) -> Pin<Box<dyn Future<Output = ServiceResponse<BoxBody>>>>;

/// A site of its own: database, store, inbox, clock.
pub struct Site {
    /// What every door is given.
    pub app: App,
    call: Rc<Call>,
    inbox: Arc<Mutex<Vec<Letter>>>,
    jobs_may_wait: bool,
    address: String,
    _folder: tempfile::TempDir,
}

impl Site {
    /// An empty site whose clock stands at 2026-04-01 08:00 in Vietnam.
    pub async fn new(engine: Engine) -> Self {
        Self::with_store(engine, Store::memory()).await
    }

    /// As [`Site::new`], with its objects in this store.
    pub async fn with_store(engine: Engine, store: Store) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let address = match engine {
            Engine::Sqlite => sqlite(folder.path()),
            Engine::Postgres => postgres::database().await,
        };
        Self::over(folder, address, store, "2026-04-01T01:00:00Z".parse().expect("a moment")).await
    }

    /// The same site once more, as it stands: rows, objects, keys and clock.
    pub async fn twin(&self) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let (app, archive) = (&self.app, folder.path().join("twin.tar"));
        let (key, now) = (app.key.fingerprint(), app.clock.now());
        let made = backup::create(&app.db, &app.store, &archive, &key, now, |_, _, _| {}).await;
        made.expect("a backup");
        let engine = match app.db.get_database_backend() {
            DbBackend::Postgres => Engine::Postgres,
            _ => Engine::Sqlite,
        };
        let (address, store) = (super::empty(engine, folder.path()), Store::memory());
        backup::restore(&archive, &address, &store, |_, _, _| {}).await.expect("restored");
        let (from, to) = (self._folder.path().join("votes"), folder.path().join("votes"));
        for log in std::fs::read_dir(from).expect("keys").flatten() {
            let to = to.join(log.file_name());
            std::fs::create_dir_all(&to).expect("a folder");
            for key in std::fs::read_dir(log.path()).expect("keys").flatten() {
                std::fs::copy(key.path(), to.join(key.file_name())).expect("a key");
            }
        }
        Self::over(folder, address, store, now).await
    }

    async fn over(
        folder: tempfile::TempDir,
        address: String,
        store: Store,
        moment: Instant,
    ) -> Self {
        let mut config = Config::default();
        config.data.folder = folder.path().to_owned();
        config.server.base_url = "http://localhost".to_owned();
        let inbox = Arc::default();
        let clock = Clock::stopped(moment);
        let names = (config.server.base_url.as_str(), "");
        let app = App {
            votes: Votes::open(&address, folder.path(), names, clock.clone(), hoithi::app::fresh),
            db: db::Pool::open(&address, 4).await.expect("a database"),
            store,
            spool: Arc::new(hoithi::media::spool::Spool::at(folder.path().join("uploads"))),
            decoder: hoithi::media::Decoder::at(
                env!("CARGO_BIN_EXE_hoithi").into(),
                folder.path().join("work"),
            ),
            mailer: Mailer::Inbox(Arc::clone(&inbox)),
            clock,
            key: Key::fixed([7; 32]),
            config: Arc::new(config),
            limits: hoithi::limits::Limits::default(),
            stopping: Arc::default(),
        };
        let call = Self::call(app.clone()).await;
        Self { app, call, inbox, jobs_may_wait: false, address, _folder: folder }
    }

    async fn call(app: App) -> Rc<Call> {
        let service = Rc::new(test::init_service(web::site(app, Default::default())).await);
        Rc::new(move |request| {
            let service = Rc::clone(&service);
            Box::pin(async move {
                service.call(request).await.expect("an answer").map_into_boxed_body()
            })
        })
    }

    /// Starts the site again with these settings.
    pub async fn configured(&mut self, config: Config) {
        self.app.config = Arc::new(config);
        self.call = Self::call(self.app.clone()).await;
    }

    /// A browser that has never been here.
    pub fn browser(&self) -> Browser {
        Browser { call: Rc::clone(&self.call), cookies: BTreeMap::new() }
    }

    /// Sets the clock, RFC 3339.
    pub fn set_clock(&self, moment: &str) {
        self.app.clock.set(moment.parse().expect("a moment"));
    }

    /// Address of its database.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Does all work that is due; says how much there was.
    pub async fn work(&self) -> usize {
        let mut done = 0;
        loop {
            let quick = worker::one(&self.app).await.expect("the worker works");
            if !quick && !worker::film(&self.app).await.expect("the worker draws") {
                break;
            }
            done += 1;
        }
        done
    }

    /// Letters that went out since the last look.
    pub fn letters(&self) -> Vec<Letter> {
        std::mem::take(&mut self.inbox.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Does what was promised and is due, and checks that no work was left undone.
    pub async fn end(&self) {
        if !self.jobs_may_wait {
            self.work().await;
        }
        let waiting = hoithi::jobs::waiting(&self.app.db).await.expect("jobs are counted");
        assert!(self.jobs_may_wait || waiting == (0, 0), "(open, given up) jobs left: {waiting:?}");
    }

    /// Says that this test leaves promised work undone on purpose.
    pub fn jobs_may_wait(&mut self) {
        self.jobs_may_wait = true;
    }
}

/// A copy of a database with the newest schema, made once.
fn sqlite(folder: &Path) -> String {
    static READY: OnceLock<Vec<u8>> = OnceLock::new();
    let bytes = READY.get_or_init(|| {
        let made = std::thread::spawn(|| {
            let folder = tempfile::tempdir().expect("a folder");
            let path = folder.path().join("ready.sqlite");
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime").block_on(async {
                let db = db::connect(&format!("sqlite:{}", path.display()), 1).await;
                let db = db.expect("a database");
                migration::Migrator::up(&db, None).await.expect("the newest schema");
                db.close().await.expect("closed");
            });
            std::fs::read(path).expect("a database")
        });
        made.join().expect("a database")
    });
    let path = folder.join("site.sqlite");
    std::fs::write(&path, bytes).expect("a copy");
    format!("sqlite:{}", path.display())
}

/// Somebody's browser: keeps cookies, sends what browsers send.
#[derive(Clone)]
pub struct Browser {
    call: Rc<Call>,
    cookies: BTreeMap<String, String>,
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// Where it sends the browser.
    pub location: Option<String>,
    /// Its headers.
    pub headers: header::HeaderMap,
    /// Its body.
    pub bytes: bytes::Bytes,
}

impl Answer {
    /// The body as text.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.bytes).expect("text")
    }

    /// The body as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.bytes).expect("JSON")
    }

    /// Text of the elements that a CSS selector finds, white space folded.
    pub fn all(&self, selector: &str) -> Vec<String> {
        let page = scraper::Html::parse_document(self.text());
        let selector = scraper::Selector::parse(selector).expect("a selector");
        let fold = |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ");
        page.select(&selector).map(|element| fold(element.text().collect())).collect()
    }

    /// An attribute of the elements that a CSS selector finds.
    pub fn attributes(&self, selector: &str, name: &str) -> Vec<String> {
        let page = scraper::Html::parse_document(self.text());
        let selector = scraper::Selector::parse(selector).expect("a selector");
        let found = page.select(&selector).filter_map(|element| element.attr(name));
        found.map(str::to_owned).collect()
    }
}

impl Browser {
    /// Asks for a page.
    pub async fn get(&mut self, path: &str) -> Answer {
        self.send(Method::GET, path, &[], Vec::new()).await
    }

    /// Asks for a page with further headers.
    pub async fn get_with(&mut self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.send(Method::GET, path, headers, Vec::new()).await
    }

    /// Loses a cookie.
    pub fn forget(&mut self, cookie: &str) {
        self.cookies.remove(cookie);
    }

    /// Sends a form.
    pub async fn post(&mut self, path: &str, form: &[(&str, &str)]) -> Answer {
        let body = serde_urlencoded::to_string(form).expect("a form").into_bytes();
        let headers = [("content-type", "application/x-www-form-urlencoded")];
        self.send(Method::POST, path, &headers, body).await
    }

    /// Sends a form and asks for JSON.
    pub async fn post_for_json(&mut self, path: &str, form: &[(&str, &str)]) -> Answer {
        let body = serde_urlencoded::to_string(form).expect("a form").into_bytes();
        let headers =
            [("content-type", "application/x-www-form-urlencoded"), ("accept", "application/json")];
        self.send(Method::POST, path, &headers, body).await
    }

    /// Sends JSON.
    pub async fn put_json(&mut self, path: &str, value: &serde_json::Value) -> Answer {
        let headers = [("content-type", "application/json"), ("accept", "application/json")];
        self.send(Method::PUT, path, &headers, value.to_string().into_bytes()).await
    }

    /// Sends a form with files: (field, file name, content).
    pub async fn post_files(
        &mut self,
        path: &str,
        form: &[(&str, &str)],
        files: &[(&str, &str, &[u8])],
    ) -> Answer {
        const EDGE: &str = "----an-edge-that-is-nowhere-else";
        let mut body = Vec::new();
        for (name, text) in form {
            let head =
                format!("--{EDGE}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n");
            body.extend_from_slice(format!("{head}{text}\r\n").as_bytes());
        }
        for (field, name, content) in files {
            let head = format!(
                "--{EDGE}\r\ncontent-disposition: form-data; name=\"{field}\"; \
                 filename=\"{name}\"\r\ncontent-type: application/octet-stream\r\n\r\n"
            );
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(content);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(format!("--{EDGE}--\r\n").as_bytes());
        let kind = format!("multipart/form-data; boundary={EDGE}");
        self.send(Method::POST, path, &[("content-type", &kind)], body).await
    }

    /// Sends anything as a browser would: with cookies, from our own pages.
    pub async fn send(
        &mut self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Vec<u8>,
    ) -> Answer {
        let request = self.request(method, path, headers).set_payload(body).to_request();
        self.answer(request).await
    }

    /// Sends a form whose body comes when `wait` is over.
    pub async fn post_late(
        &mut self,
        path: &str,
        form: &[(&str, &str)],
        wait: impl Future<Output = ()> + 'static,
    ) -> Answer {
        use actix_http::Payload;
        let body = bytes::Bytes::from(serde_urlencoded::to_string(form).expect("a form"));
        let length = body.len().to_string();
        let headers = [
            ("content-type", "application/x-www-form-urlencoded"),
            ("accept", "application/json"),
            ("content-length", length.as_str()),
        ];
        let request = self.request(Method::POST, path, &headers).to_request();
        let body = futures_util::stream::once(async move {
            wait.await;
            Ok(body)
        });
        let payload: actix_http::BoxedPayloadStream = Box::pin(body);
        let (request, _) = request.replace_payload(Payload::Stream { payload });
        self.answer(request).await
    }

    fn request(&self, method: Method, path: &str, headers: &[(&str, &str)]) -> test::TestRequest {
        let mut request = test::TestRequest::with_uri(path).method(method);
        request = request.insert_header(("host", "localhost"));
        if !headers.iter().any(|(name, _)| *name == "sec-fetch-site") {
            request = request.insert_header(("sec-fetch-site", "same-origin"));
        }
        for (name, value) in headers {
            request = request.insert_header((*name, *value));
        }
        if !self.cookies.is_empty() {
            let cookies = self.cookies.iter().map(|(name, value)| format!("{name}={value}"));
            request = request.insert_header(("cookie", cookies.collect::<Vec<_>>().join("; ")));
        }
        request
    }

    async fn answer(&mut self, request: Request) -> Answer {
        let response = (self.call)(request).await;
        for cookie in response.response().cookies() {
            if cookie.max_age().is_some_and(|age| age.is_zero()) || cookie.value().is_empty() {
                self.cookies.remove(cookie.name());
            } else {
                self.cookies.insert(cookie.name().to_owned(), cookie.value().to_owned());
            }
        }
        let (status, headers) = (response.status(), response.headers().clone());
        let location = headers.get(header::LOCATION).and_then(|to| to.to_str().ok());
        let location = location.map(str::to_owned);
        let bytes = to_bytes(response.into_body()).await.expect("a body");
        Answer { status, location, headers, bytes }
    }
}
