//! The day of the vote, rehearsed: 1.3 million people come by 38,000 links within ten minutes, most of
//! them in one minute; then the log is closed, audited and recounted, and rows of votes follow.

use std::collections::{HashMap, HashSet};
use std::io::{BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use entity::vote;
use hoithi::app::App;
use hoithi::entry::code::letters;
use hoithi::ledger::{Leaf, leaf_hash};
use hoithi::voting::{NewLink, add_links};
use hoithi::web::group::Group;
use hoithi::{contest, db};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use crate::figures::Figures;
use crate::postgres;
use crate::process::command;
use crate::stage::config;
use crate::votes::{ENTRIES, answer, percentile, prepare, start};

/// Links, and people who come by them.
const CROWD: (usize, u64) = (38_000, 1_300_000);
/// Seconds in all; the minute in which most come begins after so many, and brings so many a second.
const SPAN: (f64, f64, f64) = (600.0, 240.0, 13_000.0);
/// Threads that send, and connections of each.
const SENDERS: (u64, usize) = (2, 128);
/// For how long a connection may rest: the site waits five seconds for a first request.
const RESTS: Duration = Duration::from_secs(3);
/// One in so many touches twice.
const TWICE: u64 = 50;
/// When the vote of the bench's contest is over.
const OVER: &str = "2099-05-01T00:00:00Z";

/// Rehearses on each engine; `share` makes the crowd and the time smaller alike.
pub async fn measure(figures: &mut Figures, share: f64) {
    on(figures, ("sqlite", share), None).await;
    on(figures, ("postgres", share), Some(postgres::database().await)).await;
}

async fn on(figures: &mut Figures, (engine, share): (&str, f64), database: Option<String>) {
    let folder = tempfile::tempdir().expect("a folder");
    prepare(folder.path(), database.as_deref()).await;
    let links = Arc::new(links(folder.path(), database.as_deref()).await);
    let mut site = start(folder.path(), database.as_deref());
    let plan = Plan { share, people: (CROWD.1 as f64 * share) as u64 };
    let begun = Instant::now();
    let senders: Vec<_> = (0..SENDERS.0)
        .map(|own| {
            let (links, address) = (Arc::clone(&links), site.address);
            std::thread::spawn(move || send(address, &links, plan, own))
        })
        .collect();
    let mut done = Done::default();
    for sender in senders {
        let part = sender.join().expect("a sender");
        done.receipts.extend(part.receipts);
        done.waits.extend(part.waits);
        done.busy += part.busy;
        done.other += part.other;
        done.in_rush += part.in_rush;
    }
    let name = |what: &str| format!("rehearsal.{engine}.{what}");
    let behind = begun.elapsed().as_secs_f64() - SPAN.0 * share;
    figures.note(&name("votes"), done.receipts.len() as f64, "");
    figures.at_most(&name("behind"), behind.max(0.0), 5.0, "s");
    done.waits.sort_by(f64::total_cmp);
    figures.note(&name("wait-p99"), percentile(&done.waits, 0.99), "ms");
    figures.note(&name("told-to-come-again"), done.busy as f64, "");
    figures.at_least(&name("rush-answered"), done.in_rush as f64 / plan.rush(), 0.98, "");
    figures.exactly(&name("other-receipt-for-the-same-touch"), done.other as f64, 0.0, "");
    site.kill();
    recount(figures, engine, (folder.path(), database.as_deref()), &done.receipts).await;
}

/// Makes the links; their signed texts.
async fn links(folder: &Path, database: Option<&str>) -> Vec<String> {
    let app = App::open(config(folder, database)).await.expect("the site");
    let contest = contest::by_slug(&app.db, "anh-dep").await.expect("the contest").id();
    let wanted: Vec<NewLink> = (0..CROWD.0)
        .map(|n| NewLink { unit: None, label: format!("Tổ {n}"), members: 40 })
        .collect();
    let tx = db::begin(&app.db).await.expect("a transaction");
    let (until, now) = (OVER.parse().expect("a moment"), app.clock.now());
    let rows = add_links(&tx, contest, None, &wanted, until, now).await;
    let texts = rows.expect("links").iter().map(|row| Group::of(row).text(&app)).collect();
    tx.commit().await.expect("committed");
    app.db.close().await.expect("closed");
    texts
}

/// How the crowd comes.
#[derive(Clone, Copy)]
struct Plan {
    share: f64,
    people: u64,
}

impl Plan {
    /// How many have come after so long.
    fn due(self, elapsed: Duration) -> u64 {
        let at = (elapsed.as_secs_f64() / self.share).min(SPAN.0);
        let rush = (at - SPAN.1).clamp(0.0, 60.0);
        let calm = (CROWD.1 as f64 - 60.0 * SPAN.2) / (SPAN.0 - 60.0);
        let come = ((at - rush) * calm + rush * SPAN.2) * self.share;
        if at >= SPAN.0 { self.people } else { (come as u64).min(self.people) }
    }

    /// Whether the minute in which most come is running after so long.
    fn is_rush(self, elapsed: Duration) -> bool {
        (SPAN.1..SPAN.1 + 60.0).contains(&(elapsed.as_secs_f64() / self.share))
    }

    /// How many come in that minute.
    fn rush(self) -> f64 {
        60.0 * SPAN.2 * self.share
    }
}

/// What came of it.
#[derive(Default)]
struct Done {
    /// Receipt by voter.
    receipts: HashMap<u64, String>,
    waits: Vec<f64>,
    busy: u64,
    /// Touches that were sent again and got another receipt.
    other: u64,
    /// Voters of whom it was first said in the minute of the rush that they are counted.
    in_rush: u64,
}

fn touch(address: SocketAddr, voter: u64, links: &[String]) -> String {
    let entry = voter.wrapping_mul(0x9e37_79b9) % u64::from(ENTRIES.unsigned_abs()) + 1;
    let link = &links[usize::try_from(voter).unwrap_or(0) % links.len()];
    format!(
        "POST /entries/VVVV{entry:04}/vote HTTP/1.1\r\nhost: {address}\r\naccept: application/json\r\n\
         sec-fetch-site: same-origin\r\nuser-agent: Mozilla/5.0 (Linux; Android 13; SM-A{:03}F) Zalo\r\n\
         cookie: b={voter:032}; g={link}\r\ncontent-type: application/x-www-form-urlencoded\r\n\
         content-length: 22\r\n\r\nnonce={voter:016}",
        voter % 61
    )
}

/// A connection, made anew where it rested for so long that the site may have closed it.
struct Line {
    stream: BufReader<TcpStream>,
    used_at: Instant,
}

impl Line {
    fn to(address: SocketAddr) -> Self {
        let stream = BufReader::new(TcpStream::connect(address).expect("a connection"));
        Self { stream, used_at: Instant::now() }
    }

    fn send(&mut self, address: SocketAddr, touch: &str) {
        if self.used_at.elapsed() > RESTS {
            *self = Self::to(address);
        }
        self.used_at = Instant::now();
        self.stream.get_mut().write_all(touch.as_bytes()).expect("sent");
    }
}

/// Sends every second voter, as they come; who is told to come again comes again.
fn send(address: SocketAddr, links: &[String], plan: Plan, own: u64) -> Done {
    let mut lines: Vec<Line> = (0..SENDERS.1).map(|_| Line::to(address)).collect();
    let (begun, mut done) = (Instant::now(), Done::default());
    let (mut next, mut again) = (own, Vec::new());
    loop {
        let due = plan.due(begun.elapsed());
        let mut some: Vec<u64> = again.drain(..again.len().min(SENDERS.1)).collect();
        while next < due && some.len() < SENDERS.1 {
            some.push(next);
            next += SENDERS.0;
        }
        if some.is_empty() {
            if next >= plan.people {
                return done;
            }
            std::thread::sleep(Duration::from_millis(1));
            continue;
        }
        let asked = Instant::now();
        for (line, voter) in lines.iter_mut().zip(&some) {
            line.send(address, &touch(address, *voter, links));
        }
        for (line, voter) in lines.iter_mut().zip(&some) {
            let (status, body) = answer(&mut line.stream).expect("an answer");
            if status == 503 {
                done.busy += 1;
                again.push(*voter);
                continue;
            }
            assert_eq!(status, 200, "{body}");
            done.waits.push(asked.elapsed().as_secs_f64() * 1000.0);
            let told: serde_json::Value = serde_json::from_str(&body).expect("JSON");
            let receipt = told["receipt"].as_str().expect("a receipt").to_owned();
            match done.receipts.insert(*voter, receipt.clone()) {
                None => {
                    done.in_rush += u64::from(plan.is_rush(begun.elapsed()));
                    if voter % TWICE == 0 {
                        again.push(*voter);
                    }
                }
                Some(before) => done.other += u64::from(before != receipt),
            }
        }
    }
}

/// The receipt of a leaf that is a vote: the first sixty bits of its hash, five a letter.
fn receipt(leaf: &[u8]) -> Option<String> {
    let Leaf::Vote(_) = Leaf::read(leaf)? else { return None };
    let first = u64::from_be_bytes(*leaf_hash(leaf).first_chunk()?) >> 4;
    let letter = |place: usize| u8::try_from(first >> (55 - 5 * place) & 31).unwrap_or(0);
    Some(letters(&std::array::from_fn::<u8, 12, _>(letter)))
}

/// Closes, audits and recounts; every acknowledged vote has to be in the ledger once.
async fn recount(
    figures: &mut Figures,
    engine: &str,
    (folder, database): (&Path, Option<&str>),
    receipts: &HashMap<u64, String>,
) {
    let name = |what: &str| format!("rehearsal.{engine}.{what}");
    let begun = Instant::now();
    let app = App::open(config(folder, database)).await.expect("the site");
    let contest = contest::by_slug(&app.db, "anh-dep").await.expect("the contest").id();
    let over = OVER.parse().expect("a moment");
    let standing = app.votes.close(contest, over).await.expect("closed");
    figures.note(&name("close"), begun.elapsed().as_secs_f64(), "s");
    let counts = hoithi::voting::result(&app.db, contest).await.expect("a log").expect("votes");
    app.votes.bind(contest, counts).await.expect("bound");
    let bundle = app.votes.bundle(&app.db, contest).await.expect("a bundle");
    let key = app.votes.key(&app.db, contest).await.expect("keys").expect("a log");
    let file = folder.join("votes.zip");
    let out = std::fs::File::create(&file).expect("a file");
    bundle.write(std::io::BufWriter::new(out)).expect("written");
    figures.note(&name("bundle"), begun.elapsed().as_secs_f64(), "s");
    let mut audit = command(folder);
    audit.args(["vote", "audit", "--key", &key.text()]).arg(&file);
    let said = audit.output().expect("the audit runs");
    let sound = said.status.success();
    figures.at_most(&name("close-audit-recount"), begun.elapsed().as_secs_f64(), 60.0, "s");
    figures.exactly(&name("audit-refused"), f64::from(u8::from(!sound)), 0.0, "");
    figures.exactly(&name("open"), f64::from(u8::from(!standing.closed)), 0.0, "");
    let leaves: HashSet<String> = bundle.leaves.iter().filter_map(|leaf| receipt(leaf)).collect();
    let unlogged = receipts.values().filter(|receipt| !leaves.contains(*receipt)).count();
    figures.exactly(&name("lost-from-the-log"), unlogged as f64, 0.0, "");
    let follows = Instant::now();
    app.votes.settle(contest, over).await.expect("rows");
    figures.note(&name("rows-follow"), follows.elapsed().as_secs_f64(), "s");
    let rows: Vec<(String, Option<i32>)> = vote::Entity::find()
        .select_only()
        .columns([vote::Column::Receipt, vote::Column::Link])
        .filter(vote::Column::ContestId.eq(contest))
        .into_tuple()
        .all(&app.db)
        .await
        .expect("votes");
    let known: HashMap<&str, Option<i32>> =
        rows.iter().map(|(receipt, link)| (receipt.as_str(), *link)).collect();
    let lost = receipts.values().filter(|receipt| !known.contains_key(receipt.as_str())).count();
    let linkless = known.values().filter(|link| link.is_none()).count();
    let doubled = standing.votes.abs_diff(receipts.len() as u64 - lost as u64);
    figures.exactly(&name("lost"), lost as f64, 0.0, "");
    figures.exactly(&name("doubled"), doubled as f64, 0.0, "");
    figures.exactly(&name("without-their-link"), linkless as f64, 0.0, "");
    app.db.close().await.expect("closed");
}
