//! A site that comes back to a contest with a million and a half votes: how long until the first vote
//! is answered.

use std::path::Path;
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use hoithi::app::App;
use hoithi::contest;
use hoithi::contest::definition::Level;
use hoithi::voting::{Person, Proof, Touch, Trace};

use crate::figures::Figures;
use crate::postgres;
use crate::process::request;
use crate::stage::config;
use crate::votes::{ENTRIES, prepare, start};

/// Votes in the log.
const VOTES: u64 = 1_500_000;
/// Votes that are on their way at once while it is filled.
const AT_ONCE: usize = 4000;

/// Measures on each engine.
pub async fn measure(figures: &mut Figures) {
    on(figures, "sqlite", None).await;
    on(figures, "postgres", Some(postgres::database().await)).await;
}

async fn on(figures: &mut Figures, engine: &str, database: Option<String>) {
    let folder = tempfile::tempdir().expect("a folder");
    prepare(folder.path(), database.as_deref()).await;
    fill(folder.path(), database.as_deref()).await;
    let begun = Instant::now();
    let mut site = start(folder.path(), database.as_deref());
    figures.note(&format!("restart.{engine}.ready"), millis(begun), "ms");
    let headers = [
        ("accept", "application/json"),
        ("content-type", "application/x-www-form-urlencoded"),
        ("cookie", "b=somebody-who-was-not-here-before1"),
    ];
    let mut tries = 0_u32;
    loop {
        let answer = request(site.address, "POST", "/entries/VVVV0001/vote", &headers, b"nonce=1");
        match answer {
            Ok(answer) if answer.status == 200 => break,
            answer => assert!(begun.elapsed() < Duration::from_secs(60), "{answer:?}"),
        }
        tries += 1;
        std::thread::sleep(Duration::from_millis(5));
    }
    figures.at_most(&format!("restart.{engine}.first-vote"), millis(begun), 1500.0, "ms");
    figures.note(&format!("restart.{engine}.told-to-come-again"), f64::from(tries), "");
    site.kill();
}

fn millis(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1000.0
}

/// Fills the log, each vote by the way that a door takes.
async fn fill(folder: &Path, database: Option<&str>) {
    let app = App::open(config(folder, database)).await.expect("the site");
    let contest = contest::by_slug(&app.db, "anh-dep").await.expect("the contest").id();
    let at = app.clock.now();
    let cast = |voter: u64| {
        let votes = app.votes.clone();
        async move {
            let mut key = [0; 32];
            key[..8].copy_from_slice(&voter.to_be_bytes());
            let trace = Trace { device: (voter % 61) as u32, network: voter as u32 };
            let proof = Proof {
                key,
                level: Level::Device,
                person: Person::default(),
                link: None,
                worked: true,
                trace,
            };
            let entry = (voter % u64::from(ENTRIES.unsigned_abs())) as u32 + 1;
            votes.cast(contest, Touch { entry, nonce: voter + 1, at }, &proof).await
        }
    };
    let mut filled = futures_util::stream::iter(0..VOTES).map(cast).buffer_unordered(AT_ONCE);
    while let Some(counted) = filled.next().await {
        counted.expect("counted");
    }
    drop(filled);
    app.db.close().await.expect("closed");
}
