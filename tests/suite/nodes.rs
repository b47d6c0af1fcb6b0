//! Two processes over one PostgreSQL: one leads a contest's votes, the other hands them on, and takes
//! the lead when the first dies.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use entity::vote_log;
use hoithi::db;
use sea_orm::EntityTrait;

use crate::support::process::{self, Process};
use crate::support::rows::Rows;
use crate::support::storm::{cast, fill, patiently, works};
use crate::support::{Engine, fresh};

/// Within this the other node leads, on a busy machine too: a lease is three seconds.
const SOON: Duration = Duration::from_secs(12);

/// Votes by browser and work, each with its receipt where one came.
type Sent = Mutex<BTreeMap<(String, String), Option<String>>>;

/// Two nodes that share the database, `key` and `votes`.
struct Pair {
    root: tempfile::TempDir,
    database: String,
}

impl Pair {
    fn filled() -> Self {
        let root = tempfile::tempdir().unwrap();
        let database = fresh(Engine::Postgres).unwrap();
        let pair = Self { root, database };
        let [one, other] = [pair.folder(0), pair.folder(1)];
        fill(&one, Some(&pair.database));
        std::fs::create_dir(&other).unwrap();
        std::fs::copy(one.join("key"), other.join("key")).unwrap();
        std::os::unix::fs::symlink(one.join("votes"), other.join("votes")).unwrap();
        pair
    }

    fn folder(&self, node: usize) -> PathBuf {
        self.root.path().join(node.to_string())
    }

    fn start(&self, node: usize) -> Process {
        let settings = [
            ("HOITHI__DATA__DATABASE", self.database.as_str()),
            ("HOITHI__SERVER__BASE_URL", "http://hoithi.example.vn"),
            ("HOITHI__LOG__FILTER", "error"),
        ];
        let mut process = Process::start(&self.folder(node), &settings);
        process.ready(Instant::now());
        process
    }

    /// Address of the node that leads.
    fn leader(&self) -> SocketAddr {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let logs = runtime.unwrap().block_on(async {
            let db = db::connect(&self.database, 1).await.unwrap();
            vote_log::Entity::find().all(&db).await.unwrap()
        });
        let newest = logs.into_iter().max_by_key(|log| log.leased_until).expect("a log");
        newest.holder_url.strip_prefix("http://").expect("an address").parse().unwrap()
    }

    fn doctor(&self, node: usize, settings: &[(&str, &str)]) -> String {
        let mut doctor = process::command(&self.folder(node));
        doctor.env("HOITHI__DATA__DATABASE", &self.database).envs(settings.iter().copied());
        said(&doctor.arg("doctor").output().unwrap())
    }
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Votes at a node until it is over.
fn vote(node: SocketAddr, name: u64, works: &[String], sent: &Sent, over: &AtomicBool) {
    for number in 0..100_u64 {
        if over.load(Ordering::SeqCst) {
            return;
        }
        let work = &works[usize::try_from(number).unwrap() % works.len()];
        let vote = (format!("{name:016x}{number:016x}"), work.clone());
        sent.lock().unwrap().insert(vote.clone(), None);
        let receipt = cast(node, &vote).map(|(receipt, _)| receipt);
        if receipt.is_none() {
            std::thread::sleep(Duration::from_millis(20));
        }
        sent.lock().unwrap().insert(vote, receipt);
    }
}

/// Waits until so many votes were answered.
fn answered(sent: &Sent, count: usize) {
    let begun = Instant::now();
    while sent.lock().unwrap().values().flatten().count() < count {
        assert!(begun.elapsed() < Duration::from_secs(60), "votes are not answered");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Sends every vote once more to a node: how many that were answered it does not know as they were.
fn repeat(node: SocketAddr, sent: &Sent) -> usize {
    let mut lost = 0;
    for (vote, receipt) in sent.lock().unwrap().iter_mut() {
        let (now, again) = patiently(|| cast(node, vote));
        lost += usize::from(receipt.as_ref().is_some_and(|before| !again || *before != now));
        *receipt = Some(now);
    }
    lost
}

fn rows(folder: &Path, database: &str, at: &str) -> Rows {
    Rows::read(folder, Some(database), at)
}

#[test]
fn of_two_nodes_one_leads_and_when_it_is_killed_the_other_knows_every_vote() {
    let pair = Pair::filled();
    let before = rows(&pair.folder(0), &pair.database, "2000-01-01T00:00:00Z");
    let mut nodes = [pair.start(0), pair.start(1)];
    let addresses = [nodes[0].address, nodes[1].address];
    let works = works(addresses[0]);
    let (sent, over) = (Sent::default(), AtomicBool::new(false));

    let (survivor, took) = std::thread::scope(|clients| {
        for (name, node) in addresses.into_iter().cycle().take(4).enumerate() {
            let (works, sent, over) = (&works, &sent, &over);
            clients.spawn(move || vote(node, name as u64, works, sent, over));
        }
        answered(&sent, 60);
        let first = usize::from(pair.leader() == addresses[1]);
        nodes[first].kill();
        let killed = Instant::now();
        let survivor = addresses[1 - first];
        let vote = ("f".repeat(32), works[0].clone());
        let (receipt, _) = patiently(|| cast(survivor, &vote));
        let took = killed.elapsed();
        over.store(true, Ordering::SeqCst);
        sent.lock().unwrap().insert(vote, Some(receipt));
        (survivor, took)
    });
    let leads = pair.leader();
    let lost = repeat(survivor, &sent);
    let dead = usize::from(survivor == addresses[0]);
    nodes[dead] = pair.start(dead);
    let lost_by_the_other = repeat(nodes[dead].address, &sent);

    assert!(took < SOON, "{took:?}");
    assert_eq!(leads, survivor);
    assert_eq!((lost, lost_by_the_other), (0, 0));
    nodes.iter_mut().for_each(Process::kill);
    let after = rows(&pair.folder(1 - dead), &pair.database, "2100-01-01T00:00:00Z");
    let sent = sent.into_inner().unwrap();
    assert_eq!(after.votes.len() - before.votes.len(), sent.len());
    for ((_, work), receipt) in &sent {
        assert_eq!(after.votes.get(receipt.as_deref().unwrap()), Some(work));
    }
    assert!(after.sound);
}

#[test]
fn the_doctor_says_whether_nodes_find_each_other() {
    let pair = Pair::filled();
    let node = pair.start(0);
    let vote = ("0".repeat(32), works(node.address)[0].clone());
    patiently(|| cast(node.address, &vote));
    let log = "/contests/net-dep-thi-diem";
    let url = format!("http://{}", node.address);

    let well = pair.doctor(1, &[]);
    let twin = pair.doctor(1, &[("HOITHI__SERVER__NODE_URL", &url)]);
    std::fs::write(pair.folder(1).join("key"), [7; 32]).unwrap();
    std::fs::remove_file(pair.folder(1).join("votes")).unwrap();
    let stranger = pair.doctor(1, &[("HOITHI__SERVER__NODE_URL", "https://10.0.0.2")]);

    let nodes = "ok    nodes: others reach this one at http://127.0.0.1:8080";
    assert!(well.contains(nodes), "{well}");
    // The suite's server is in a hurry.
    assert!(well.contains("WRONG durable: "), "{well}");
    assert!(well.contains("switch on fsync, full_page_writes"), "{well}");
    assert!(well.contains(&format!("{log} is led at {url}, which is reached")), "{well}");
    assert!(twin.contains(&format!("{log} is led by another node at {url}")), "{twin}");
    assert!(
        stranger.contains("WRONG nodes: server.node_url must be http://ADDRESS:PORT"),
        "{stranger}"
    );
    assert!(stranger.contains(&format!("{log} are not in ")), "{stranger}");
    assert!(stranger.contains("which has another `key`; copy one to all nodes"), "{stranger}");
}
