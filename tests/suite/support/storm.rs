//! A storm: clients vote, enter and judge while one fault after the other befalls the real process and
//! what it stands on. What it acknowledged has to be there afterwards, and nothing twice.
//!
//! Afterwards everything is sent once more, acknowledged or not, as phones do: what was acknowledged
//! has to be known, with the same receipt. Then the site is stopped and its rows are counted: as
//! many as were ever asked for, and a vote's receipt in the audited log once.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use scraper::{Html, Selector};
use serde_json::{Value, json};

use super::fault::{Fault, Rig};
use super::process::{self, Plain, Process, request};
use super::rows::Rows;

const GALLERY: &str = "/contests/net-dep-thi-diem/gallery";
const ENTER: &str = "/contests/tranh-co-dong/entries";
const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
const JSON: (&str, &str) = ("accept", "application/json");
/// How long a site may take to be itself again after a fault.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a storm took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Toll {
    /// What was acknowledged: votes, entries, sheets.
    pub acknowledged: [usize; 3],
    /// Acknowledged and not there afterwards.
    pub lost: usize,
    /// There more than once.
    pub doubled: usize,
    /// Logs of votes that an auditor finds broken.
    pub broken: usize,
    /// The longest time until the site was ready again after a fault, in milliseconds.
    pub slowest_start: u128,
    /// The longest time from a fault until clients had given up and a new vote was counted, in
    /// milliseconds.
    pub slowest_vote: u128,
}

/// What clients sent, and what they were answered.
#[derive(Default)]
struct Sent {
    /// By browser and work: the receipt, where one came.
    votes: Mutex<BTreeMap<(String, String), Option<String>>>,
    /// By the form's key: the draft's code, where one came.
    entries: Mutex<BTreeMap<String, Option<String>>>,
    /// By alias: version and mark of the last answer.
    sheets: Mutex<BTreeMap<String, (i64, i64)>>,
    saved: Mutex<usize>,
    /// Sheets that were found older than what was acknowledged.
    behind: Mutex<usize>,
}

impl Sent {
    /// How many votes, entries and sheets were acknowledged.
    fn acknowledged(&self) -> [usize; 3] {
        let votes = self.votes.lock().unwrap().values().flatten().count();
        let entries = self.entries.lock().unwrap().values().flatten().count();
        [votes, entries, *self.saved.lock().unwrap()]
    }

    /// Waits until more of each kind was acknowledged, however slow the machine is.
    fn more(&self) {
        let (before, begun) = (self.acknowledged(), Instant::now());
        while self.acknowledged().iter().zip(before).any(|(now, before)| *now <= before) {
            assert!(begun.elapsed() < Duration::from_secs(60), "nothing is acknowledged");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

/// Fills the rig's site with the demo, then lets `rounds` faults befall it under load, in their order
/// and from the first again: all of them once it has acknowledged something of each kind, then all of
/// them at any moment.
pub fn storm(rig: &mut Rig, faults: &[Fault], rounds: usize) -> Toll {
    let (folder, database) = (rig.folder.clone(), rig.database.clone());
    let (folder, database) = (folder.as_path(), database.as_deref());
    fill(folder, database);
    let before = Rows::read(folder, database, "2000-01-01T00:00:00Z");
    let (sent, mut toll, mut dice) = (Sent::default(), Toll::default(), 0x2545_F491_u64);
    let mut site = rig.start();
    site.ready(Instant::now());
    let scene = Scene::of(site.address, folder);
    for (round, fault) in faults.iter().copied().cycle().take(rounds).enumerate() {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let after = Duration::from_millis(150 + (dice >> 33) % 450);
        let over = AtomicBool::new(false);
        let address = site.address;
        let struck = std::thread::scope(|clients| {
            for client in 0..2_u64 {
                let (scene, sent, over) = (&scene, &sent, &over);
                clients.spawn(move || vote(address, scene, sent, over, dice ^ client));
                clients.spawn(move || enter(address, scene, sent, over, dice ^ client));
            }
            clients.spawn(|| judge(address, &scene, &sent, &over));
            if (round / faults.len()).is_multiple_of(2) {
                sent.more();
            }
            std::thread::sleep(after);
            let struck = Instant::now();
            rig.strike(fault, &mut site);
            over.store(true, Ordering::SeqCst);
            struck
        });
        toll.slowest_start = toll.slowest_start.max(rig.mend(fault, &mut site).as_millis());
        let first = (format!("{dice:032x}"), scene.works[0].clone());
        let (receipt, _) = patiently(|| cast(site.address, &first));
        sent.votes.lock().unwrap().insert(first, Some(receipt));
        toll.slowest_vote = toll.slowest_vote.max(struck.elapsed().as_millis());
    }
    toll.acknowledged = sent.acknowledged();
    toll.lost += *sent.behind.lock().unwrap();
    repeat(&site, &scene, &sent, &mut toll);
    site.kill();
    count(&before, &Rows::read(folder, database, "2100-01-01T00:00:00Z"), &sent, &mut toll);
    toll
}

/// Fills a site with the demo.
pub fn fill(folder: &Path, database: Option<&str>) {
    let mut demo = process::command(folder);
    demo.args(["demo", "--only-fill", "--folder"]).arg(folder);
    if let Some(database) = database {
        demo.args(["--database", database]);
    }
    let filled = demo.output().expect("the binary runs");
    assert!(filled.status.success(), "{}", String::from_utf8_lossy(&filled.stderr));
}

/// What there is to vote for, to enter and to judge.
struct Scene {
    works: Vec<String>,
    category: String,
    session: String,
    round: String,
    aliases: Vec<String>,
    criterion: String,
}

impl Scene {
    fn of(address: SocketAddr, folder: &Path) -> Self {
        let works = works(address);
        let start = get(address, &format!("{ENTER}/new"), "");
        let category = attributes(&start, "[name=category]", "value").remove(0);
        let password = std::fs::read_to_string(folder.join("password")).expect("a password");
        let form = format!("email=giamkhao1%40hoithi.example&password={password}");
        let signed =
            request(address, "POST", "/session", &[FORM], form.as_bytes()).expect("an answer");
        let session = cookie(&signed, "s").expect("signed in");
        let desk = get(address, "/desk", &session);
        let rounds = attributes(&desk, "a[href^='/judging/']", "href");
        let (mut works, mut session) = (works, session);
        let mut answers = Vec::new();
        for round in rounds {
            let list = get(address, &round, &session);
            let aliases = attributes(&list, "ul.cards a", "href");
            let aliases = aliases.iter().filter_map(|to| to.rsplit('/').next().map(str::to_owned));
            let aliases: Vec<String> = aliases.collect();
            let Some(first) = aliases.first() else { continue };
            let sheet = get(address, &format!("{round}/{first}"), &session);
            let Some(mark) = attributes(&sheet, "[name^='mark.']", "name").pop() else { continue };
            let criterion = mark.trim_start_matches("mark.").to_owned();
            let category = category.clone();
            let scene = Self { works, category, session, round, aliases, criterion };
            let told = scene.put(address, &scene.aliases[0], -1, 0).expect("an answer");
            if told["code"] == "sheet-stale" {
                return scene;
            }
            answers.push(told);
            (works, session) = (scene.works, scene.session);
        }
        panic!("nothing is there to be judged: {answers:?}");
    }

    fn put(&self, address: SocketAddr, alias: &str, version: i64, mark: i64) -> Option<Value> {
        let body = json!({ "version": version, "marks": { &self.criterion: mark } }).to_string();
        let headers = [("content-type", "application/json"), JSON, ("cookie", &self.session)];
        let path = format!("{}/{alias}/sheet", self.round);
        let answer = request(address, "PUT", &path, &headers, body.as_bytes()).ok()?;
        let mut told: Value = serde_json::from_slice(&answer.body).ok()?;
        told["status"] = answer.status.into();
        Some(told)
    }
}

/// Codes of the works that are voted for.
pub fn works(address: SocketAddr) -> Vec<String> {
    let works = attributes(&get(address, GALLERY, ""), "a[href^='/entries/']", "href");
    works.iter().filter_map(|to| to.split(['/', '?']).nth(2).map(str::to_owned)).collect()
}

fn get(address: SocketAddr, path: &str, cookie: &str) -> Html {
    let answer = request(address, "GET", path, &[("cookie", cookie)], b"").expect("an answer");
    assert_eq!(answer.status, 200, "{path}: {}", String::from_utf8_lossy(&answer.body));
    Html::parse_document(&String::from_utf8_lossy(&answer.body))
}

fn attributes(page: &Html, selector: &str, name: &str) -> Vec<String> {
    let selector = Selector::parse(selector).expect("a selector");
    page.select(&selector).filter_map(|one| one.attr(name)).map(str::to_owned).collect()
}

fn cookie(answer: &Plain, name: &str) -> Option<String> {
    let prefix = format!("{name}=");
    let lines = answer.head.lines().filter_map(|line| line.split_once(": "));
    let set = lines.filter(|(field, _)| field.eq_ignore_ascii_case("set-cookie"));
    set.map(|(_, value)| value)
        .find(|value| value.starts_with(&prefix))
        .map(|value| value.split(';').next().unwrap_or_default().to_owned())
}

fn vote(address: SocketAddr, scene: &Scene, sent: &Sent, over: &AtomicBool, seed: u64) {
    for number in 0..200_u64 {
        if over.load(Ordering::SeqCst) {
            return;
        }
        let browser = format!("{seed:016x}{number:016x}");
        let work = scene.works[usize::try_from(number).unwrap_or(0) % scene.works.len()].clone();
        let key = (browser, work);
        sent.votes.lock().unwrap().insert(key.clone(), None);
        let receipt = cast(address, &key).map(|(receipt, _)| receipt);
        sent.votes.lock().unwrap().insert(key, receipt);
    }
}

/// Casts a vote; when it was counted, its receipt and whether it had been counted before.
pub fn cast(address: SocketAddr, (browser, work): &(String, String)) -> Option<(String, bool)> {
    let cookie = format!("b={browser}");
    let path = format!("/entries/{work}/vote");
    let answer = request(address, "POST", &path, &[JSON, FORM, ("cookie", &cookie)], b"").ok()?;
    let told: Value = serde_json::from_slice(&answer.body).ok()?;
    assert!(answer.status >= 500 || told["counted"] == true, "a vote was refused: {told}");
    Some((told["receipt"].as_str()?.to_owned(), told["again"] == true))
}

fn enter(address: SocketAddr, scene: &Scene, sent: &Sent, over: &AtomicBool, seed: u64) {
    for number in 0..200_u64 {
        if over.load(Ordering::SeqCst) {
            return;
        }
        let once = uuid::Uuid::from_u64_pair(seed, number).to_string();
        sent.entries.lock().unwrap().insert(once.clone(), None);
        let code = begin(address, scene, &once);
        sent.entries.lock().unwrap().insert(once, code);
    }
}

/// Begins a draft; its code, when it is kept.
fn begin(address: SocketAddr, scene: &Scene, once: &str) -> Option<String> {
    let form = format!("category={}&once={once}", scene.category);
    let cookie = "e=0123456789ABCDEF";
    let answer =
        request(address, "POST", ENTER, &[FORM, ("cookie", cookie)], form.as_bytes()).ok()?;
    let to = answer.header("location").map(str::to_owned);
    assert!(answer.status >= 500 || to.is_some(), "{}", String::from_utf8_lossy(&answer.body));
    to?.split('/').nth(2).map(str::to_owned)
}

fn judge(address: SocketAddr, scene: &Scene, sent: &Sent, over: &AtomicBool) {
    for turn in 0..400_i64 {
        if over.load(Ordering::SeqCst) {
            return;
        }
        let alias = &scene.aliases[usize::try_from(turn).unwrap_or(0) % scene.aliases.len()];
        let known = sent.sheets.lock().unwrap().get(alias).copied();
        let (version, mark) = known.unwrap_or((0, 0));
        let next = (mark + 100) % 500;
        let Some(told) = scene.put(address, alias, version, next) else { continue };
        let version = told["version"].as_i64().unwrap_or_default();
        if told["status"] == 200 {
            *sent.saved.lock().unwrap() += 1;
            sent.sheets.lock().unwrap().insert(alias.clone(), (version, next));
        } else if told["status"] == 409 {
            assert_eq!(told["code"], "sheet-stale", "{told}");
            // What was sent last was kept although its answer was lost, or it is the first look.
            let held = told["marks"][&scene.criterion].as_i64().unwrap_or_default();
            let ahead = known.is_none() || (version, held) == (known.unwrap().0 + 1, next);
            *sent.behind.lock().unwrap() += usize::from(!ahead);
            sent.sheets.lock().unwrap().insert(alias.clone(), (version, held));
        } else {
            assert!(told["status"].as_i64() >= Some(500), "{told}");
        }
    }
}

/// Asks until there is an answer, for as long as a site may take to be itself again: another node may
/// hold the lead, or a line be silent, for some seconds more.
pub fn patiently<T>(ask: impl Fn() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(begun.elapsed() < PATIENCE, "no answer within {PATIENCE:?}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// Sends everything once more: what was acknowledged is known and answered as before.
fn repeat(site: &Process, scene: &Scene, sent: &Sent, toll: &mut Toll) {
    for (vote, receipt) in sent.votes.lock().unwrap().iter_mut() {
        let (now, again) = patiently(|| cast(site.address, vote));
        if let Some(receipt) = receipt {
            toll.lost += usize::from(!again || now != *receipt);
        }
        *receipt = Some(now);
    }
    for (once, code) in sent.entries.lock().unwrap().iter_mut() {
        let now = patiently(|| begin(site.address, scene, once));
        if let Some(code) = code {
            toll.lost += usize::from(now != *code);
        }
        *code = Some(now);
    }
    for (alias, (version, mark)) in sent.sheets.lock().unwrap().iter() {
        let held = scene.put(site.address, alias, -1, 0).expect("an answer");
        if held["code"] != "sheet-stale" {
            // Not even the judge's session is known any more.
            toll.lost += 1;
            continue;
        }
        let (now, held) = (held["version"].as_i64(), held["marks"][&scene.criterion].as_i64());
        let kept = now > Some(*version) || (now == Some(*version) && held == Some(*mark));
        toll.lost += usize::from(!kept);
    }
}

/// Every vote and every entry that was ever asked for is there once, and nothing else.
fn count(before: &Rows, after: &Rows, sent: &Sent, toll: &mut Toll) {
    let (votes, entries) = (sent.votes.lock().unwrap(), sent.entries.lock().unwrap());
    for ((_, work), receipt) in votes.iter() {
        let found = after.votes.get(receipt.as_deref().unwrap_or_default());
        toll.lost += usize::from(found != Some(work));
    }
    let codes = entries.values().flatten();
    toll.lost += codes.filter(|code| !after.entries.contains(code)).count();
    let grown = after.votes.len() - before.votes.len();
    toll.doubled += grown.abs_diff(votes.len());
    toll.doubled += (after.entries.len() - before.entries.len()).abs_diff(entries.len());
    toll.broken = usize::from(!after.sound || after.leaves != after.votes.len() as u64);
}
