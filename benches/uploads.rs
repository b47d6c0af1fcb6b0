//! Uploads by tus: what a gibibyte costs beside npm's @tus/server, and what is left when the server
//! is killed in their middle.
//!
//! Both sides get the same bytes over the same number of connections. Ours hashes them, syncs them
//! before each answer, and has the finished file read and stored; the other only writes. Counted is
//! the server process alone: the child that reads a finished file is not part of its upload.

use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use sea_orm::EntityTrait;
use sha2::{Digest, Sha256};

use crate::figures::Figures;
use crate::peers::{peak, seconds};
use crate::process::{Process, free_address};
use crate::sender::Sender;
use crate::stage;

/// Uploads at the same time.
const SENDERS: u64 = 8;
/// Bytes of a file that is measured, and of one request of it.
const LARGE: (usize, usize) = (48 << 20, 8 << 20);
/// Bytes of a file of the killed server, and of one request of it.
const SMALL: (usize, usize) = (6 << 20, 256 << 10);
/// Turns; the medians of the pairs count.
const TURNS: u64 = 3;
/// How often the server is killed.
const KILLS: u64 = 50;

/// A photograph of so many bytes, most of them remarks that differ by `seed`.
fn photo(bytes: usize, seed: u64) -> Vec<u8> {
    let mut small = std::io::Cursor::new(Vec::new());
    let drawn =
        image::RgbImage::from_fn(640, 480, |x, y| image::Rgb([x as u8, y as u8, seed as u8]));
    drawn.write_to(&mut small, image::ImageFormat::Jpeg).expect("a picture");
    let small = small.into_inner();
    let (start, rest) = small.split_at(2);
    let mut photo = start.to_vec();
    let mut state = seed;
    while photo.len() + rest.len() + 4 < bytes {
        let length = (bytes - photo.len() - rest.len() - 4).min(65_000);
        photo.extend([0xff, 0xfe]);
        photo.extend(u16::try_from(length + 2).expect("a short remark").to_be_bytes());
        photo.extend((0..length).map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 40) as u8 & 0x7f
        }));
    }
    photo.extend(rest);
    photo
}

/// Measures uploads beside the other server, then kills ours.
pub async fn measure(figures: &mut Figures) {
    let photos: Vec<Vec<u8>> = (0..SENDERS).map(|seed| photo(LARGE.0, seed)).collect();
    let gib = (LARGE.0 as f64 * SENDERS as f64) / f64::from(1 << 30);
    let folder = tempfile::tempdir().expect("a folder");
    let (app, _) = stage::contest(folder.path(), None, include_str!("uploads.yaml")).await;
    app.db.close().await.expect("closed");
    let (mut costs, mut speeds, mut swollen) = (Vec::new(), Vec::new(), 0.0_f64);
    for _ in 0..TURNS {
        let mut site = start(folder.path());
        let senders: Vec<_> = photos.iter().map(|_| Sender::with_draft(site.address)).collect();
        let (ours, took) = side(site.id(), &senders, &photos);
        swollen = swollen.max(peak(site.id()));
        site.kill();
        figures.note("upload.seconds-per-gib", ours / gib, "s");
        figures.note("upload.speed", gib * 1024.0 / took, "MiB/s");
        if let Some(other) = Other::start() {
            let sender = Sender {
                address: other.address,
                path: "/files".to_owned(),
                cookie: "a=b".to_owned(),
            };
            let senders: Vec<_> = photos.iter().map(|_| Some(sender.clone())).collect();
            let (theirs, they_took) = side(other.child.id(), &senders, &photos);
            figures.note("upload.tus-seconds-per-gib", theirs / gib, "s");
            figures.note("upload.tus-speed", gib * 1024.0 / they_took, "MiB/s");
            costs.push(ours / theirs);
            speeds.push(they_took / took);
        }
    }
    if let (Some(cost), Some(speed)) = (median(&mut costs), median(&mut speeds)) {
        figures.at_most("upload.cpu-against-tus", cost, 0.7, "");
        figures.at_least("upload.speed-against-tus", speed, 1.0, "");
    } else {
        for name in ["upload.cpu-against-tus", "upload.speed-against-tus"] {
            figures.unmeasured(name, "npm's @tus/server, which scripts/bench upload fetches");
        }
    }
    figures.at_most("upload.peak", swollen, 40.0, "MB");
    crash(figures).await;
}

/// Processor seconds of a server while everybody sends their photograph, and how long it took.
fn side(id: u32, senders: &[Option<Sender>], photos: &[Vec<u8>]) -> (f64, f64) {
    let (before, begun) = (seconds(id), Instant::now());
    std::thread::scope(|scope| {
        for (sender, photo) in senders.iter().zip(photos) {
            scope.spawn(move || {
                let sender = sender.as_ref().expect("a draft");
                let to = sender.begin(photo.len()).expect("an upload");
                let mut at = 0;
                while at < photo.len() {
                    let end = (at + LARGE.1).min(photo.len());
                    at = sender.append(&to, at, &photo[at..end]).expect("an answer");
                }
            });
        }
    });
    (seconds(id) - before, begun.elapsed().as_secs_f64())
}

/// An upload that goes on over the server's deaths.
struct Going {
    sender: Sender,
    to: String,
    photo: Vec<u8>,
    /// What the server said last that it has.
    told: usize,
}

/// What came of all uploads.
#[derive(Default)]
struct Ended {
    /// Hashes of files that the server said it has whole.
    whole: Vec<[u8; 32]>,
    lost: usize,
}

/// Kills the server at random moments under uploads, and looks for every byte that it said it had.
async fn crash(figures: &mut Figures) {
    let folder = tempfile::tempdir().expect("a folder");
    let (app, _) = stage::contest(folder.path(), None, include_str!("uploads.yaml")).await;
    app.db.close().await.expect("closed");
    let ended = Arc::new(Mutex::new(Ended::default()));
    let seed = Arc::new(AtomicU64::new(1));
    let mut going: Vec<Option<Going>> = (0..SENDERS).map(|_| None).collect();
    for kill in 0..=KILLS {
        let mut site = start(folder.path());
        let stop = Arc::new(AtomicBool::new(false));
        let senders: Vec<_> = going
            .drain(..)
            .map(|left| {
                let (ended, stop, seed) =
                    (Arc::clone(&ended), Arc::clone(&stop), Arc::clone(&seed));
                let (address, last) = (site.address, kill == KILLS);
                std::thread::spawn(move || send(address, left, &ended, &stop, &seed, last))
            })
            .collect();
        if kill < KILLS {
            let moment = rand::random_range(20..400);
            std::thread::sleep(Duration::from_millis(moment));
            site.kill();
            stop.store(true, Ordering::Relaxed);
        }
        going = senders.into_iter().map(|sender| sender.join().expect("a sender")).collect();
    }
    let unfinished = going.iter().flatten().count();
    let app = hoithi::app::App::open(stage::config(folder.path(), None)).await.expect("the site");
    let files = entity::file::Entity::find().all(&app.db).await.expect("files");
    let mut kept = Vec::new();
    for file in &files {
        let bytes = app.store.get(&file.storage_key).await.expect("an original");
        kept.push(<[u8; 32]>::from(Sha256::digest(&bytes)));
    }
    let ended = ended.lock().expect("ended");
    let identical = ended.whole.iter().filter(|hash| kept.contains(hash)).count();
    figures.note("upload.kills", KILLS as f64, "");
    figures.exactly("upload.acknowledged-bytes-lost", ended.lost as f64, 0.0, "");
    figures.at_least("upload.files-finished", ended.whole.len() as f64, 50.0, "");
    figures.exactly("upload.files-identical", identical as f64, ended.whole.len() as f64, "");
    figures.exactly("upload.files-unasked", (files.len() - identical) as f64, 0.0, "");
    figures.exactly("upload.left-unfinished", unfinished as f64, 0.0, "");
}

/// Goes on with an upload, and begins the next one after it, until the server dies; the `last` time
/// only until the one that was left is whole.
fn send(
    address: SocketAddr,
    left: Option<Going>,
    ended: &Mutex<Ended>,
    stop: &AtomicBool,
    seed: &AtomicU64,
    last: bool,
) -> Option<Going> {
    let mut next = left;
    while !stop.load(Ordering::Relaxed) {
        let mut going = match next.take() {
            Some(mut going) => {
                going.sender.address = address;
                match going.sender.arrived(&going.to) {
                    None => return Some(going),
                    Some(at) => {
                        let lost = going.told.saturating_sub(at);
                        ended.lock().expect("ended").lost += lost;
                        going.told = at;
                    }
                }
                going
            }
            None if last => return None,
            None => {
                let sender = Sender::with_draft(address)?;
                let photo = photo(SMALL.0, seed.fetch_add(1, Ordering::Relaxed));
                let to = sender.begin(photo.len())?;
                Going { sender, to, photo, told: 0 }
            }
        };
        while going.told < going.photo.len() {
            let end = (going.told + SMALL.1).min(going.photo.len());
            match going.sender.append(&going.to, going.told, &going.photo[going.told..end]) {
                None => return Some(going),
                Some(at) => going.told = at,
            }
        }
        ended.lock().expect("ended").whole.push(Sha256::digest(&going.photo).into());
    }
    next
}

/// The other server.
struct Other {
    child: Child,
    address: SocketAddr,
    _folder: tempfile::TempDir,
}

impl Other {
    /// Starts it, where `scripts/bench` has put it.
    fn start() -> Option<Self> {
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/peers/tus/tus.mjs");
        if !program.exists() {
            return None;
        }
        let (folder, address) = (tempfile::tempdir().expect("a folder"), free_address());
        let child = Command::new("node")
            .args([program.as_os_str(), address.port().to_string().as_ref()])
            .arg(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .expect("node starts");
        while TcpStream::connect(address).is_err() {
            std::thread::sleep(Duration::from_millis(5));
        }
        Some(Self { child, address, _folder: folder })
    }
}

impl Drop for Other {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn start(folder: &Path) -> Process {
    let settings = [("HOITHI__SERVER__THREADS", "2"), ("HOITHI__LOG__FILTER", "error")];
    let mut site = Process::start(folder, &settings);
    site.ready(Instant::now());
    site
}

fn median(values: &mut [f64]) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}
