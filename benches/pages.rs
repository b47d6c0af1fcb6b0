//! Public pages against the least that any handler could do: the same bytes, sent by actix.

use std::net::SocketAddr;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use actix_web::{App, HttpResponse, HttpServer, web};

use crate::figures::Figures;
use crate::load::{closed, open, processor, visit};
use crate::process::{self, Process, request};

/// Pages of the demo: name, address.
const PAGES: [(&str, &str); 3] = [
    ("contest", "/contests/net-dep-thi-diem"),
    ("entry", ""),
    ("results", "/contests/net-dep-toan-quoc/results"),
];
const CONNECTIONS: usize = 8;
const ROUNDS: usize = 5;
const TURN: Duration = Duration::from_secs(2);

/// Measures each page in turn with the bare handler.
pub async fn measure(figures: &mut Figures) {
    let folder = tempfile::tempdir().expect("a folder");
    let filled = process::command(folder.path())
        .args(["demo", "--only-fill", "--folder"])
        .arg(folder.path())
        .status();
    assert!(filled.expect("the binary runs").success(), "the demo is filled");
    let mut site = Process::start(folder.path(), &[("HOITHI__SERVER__THREADS", "1")]);
    site.ready(Instant::now());
    for (name, path) in PAGES {
        let path = if path.is_empty() { entry(site.address) } else { path.to_owned() };
        page(figures, &site, name, &path).await;
    }
}

fn entry(address: SocketAddr) -> String {
    let gallery = request(address, "GET", "/contests/net-dep-thi-diem/gallery", &[], b"");
    let gallery = String::from_utf8(gallery.expect("an answer").body).expect("text");
    let at = gallery.find("href=\"/entries/").expect("a work") + 6;
    gallery[at..].split(['"', '?']).next().expect("an address").to_owned()
}

async fn page(figures: &mut Figures, site: &Process, name: &str, path: &str) {
    let bytes = request(site.address, "GET", path, &[("accept-encoding", "br")], b"");
    let bytes = bytes.expect("an answer");
    assert_eq!((bytes.status, bytes.header("content-encoding")), (200, Some("br")), "{path}");
    let bare = Bare::start(&bytes.body);
    let (mut ratios, mut own, mut rates) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let (ours, rate) = cost(site.address, site.id(), path).await;
        let (least, _) = cost(bare.address, bare.child.id(), "/").await;
        ratios.push(ours / least);
        own.push(ours);
        rates.push(rate);
    }
    let middle = |mut numbers: Vec<f64>| {
        numbers.sort_by(f64::total_cmp);
        numbers[numbers.len() / 2]
    };
    let rate = middle(rates);
    figures.note(&format!("pages.{name}.bytes"), bytes.body.len() as f64, "B");
    figures.note(&format!("pages.{name}.processor"), middle(own) * 1e6, "us");
    figures.note(&format!("pages.{name}.rate"), rate, "/s");
    figures.at_most(&format!("pages.{name}.ratio"), middle(ratios), 1.0 / 0.7, "");
    let times = open(site.address, (rate / 2.0, 16), Duration::from_secs(5), {
        let asked = visit(site.address, path);
        move || asked.clone()
    })
    .await;
    let p99 = times[times.len() * 99 / 100].as_secs_f64() * 1000.0;
    figures.at_most(&format!("pages.{name}.p99"), p99, 10.0, "ms");
}

/// Processor seconds that one request costs the process, and requests a second.
async fn cost(address: SocketAddr, id: u32, path: &str) -> (f64, f64) {
    let before = processor(id);
    let done = closed(address, path, CONNECTIONS, TURN).await;
    let took = processor(id) - before;
    (took.as_secs_f64() / done as f64, done as f64 / TURN.as_secs_f64())
}

/// A process that sends the same bytes to everybody.
struct Bare {
    child: Child,
    address: SocketAddr,
    _body: tempfile::NamedTempFile,
}

impl Bare {
    fn start(body: &[u8]) -> Self {
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), body).expect("written");
        let address = process::free_address();
        let program = std::env::current_exe().expect("this program");
        let child = Command::new(program)
            .args(["bare-page", &address.to_string()])
            .arg(file.path())
            .spawn()
            .expect("it starts");
        while request(address, "GET", "/", &[], b"").is_err() {
            std::thread::sleep(Duration::from_millis(5));
        }
        Self { child, address, _body: file }
    }
}

impl Drop for Bare {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// The bare handler, as a process of its own.
pub async fn bare(address: &str, file: &str) {
    let body = bytes::Bytes::from(std::fs::read(file).expect("a body"));
    let server = HttpServer::new(move || {
        let body = body.clone();
        App::new().route(
            "/",
            web::get().to(move || {
                let body = body.clone();
                async move {
                    HttpResponse::Ok()
                        .content_type("text/html; charset=utf-8")
                        .insert_header(("Content-Encoding", "br"))
                        .body(body)
                }
            }),
        )
    });
    server.workers(1).bind(address).expect("an address").run().await.expect("served");
}
