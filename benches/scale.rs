//! Pages of a large contest against the same pages of a small one.

use std::collections::HashMap;
use std::time::Instant;

use actix_web::test::{TestRequest, call_and_read_body, init_service};
use entity::id::UserId;
use hoithi::app::App;
use hoithi::contest::{self, Organiser};
use hoithi::{account, db, judging, web};
use sha2::{Digest, Sha256};

use crate::figures::Figures;
use crate::postgres;
use crate::seed::{self, JUDGED, Sql};

const SMALL: u64 = 200;
const LARGE: u64 = 100_000;
/// What one judge has to judge, however large the contest is.
const OWN: u64 = 200;
const ASKED: usize = 41;

const TOKEN: &str = "bench-bench-bench-bench-bench-bn";

/// Measures on both engines. Both contests are asked in turn, so that whatever else the machine does
/// meets both.
pub async fn measure(figures: &mut Figures) {
    let postgres = [postgres::database().await, postgres::database().await];
    for (engine, addresses) in [("sqlite", [None, None]), ("postgres", postgres.map(Some))] {
        let [small, large] = addresses;
        let stages = [Stage::of(SMALL, small).await, Stage::of(LARGE, large).await];
        let site = |at: usize| init_service(web::site(stages[at].app.clone(), Default::default()));
        let sites = [site(0).await, site(1).await];
        for page in 0..stages[0].pages.len() {
            let mut times = [Vec::new(), Vec::new()];
            for turn in 0..ASKED {
                for ((stage, site), times) in stages.iter().zip(&sites).zip(&mut times) {
                    let request = stage.request(page);
                    let begun = Instant::now();
                    let body = call_and_read_body(site, request.to_request()).await;
                    times.push(begun.elapsed().as_secs_f64());
                    let body = String::from_utf8_lossy(&body);
                    assert!(body.len() > 2000, "{body}");
                    assert!(turn > 0 || !body.contains("role=\"alert\""), "{body}");
                }
            }
            let [small, large] = times.map(|mut times| {
                times.sort_by(f64::total_cmp);
                times[ASKED / 2]
            });
            let name = stages[0].pages[page].0;
            figures.note(&format!("scale.{engine}.{name}.small"), small * 1e3, "ms");
            figures.note(&format!("scale.{engine}.{name}.large"), large * 1e3, "ms");
            figures.at_most(&format!("scale.{engine}.{name}.ratio"), large / small, 1.3, "");
        }
    }
}

/// A contest and its pages.
struct Stage {
    app: App,
    pages: Vec<(&'static str, String)>,
    _folder: tempfile::TempDir,
}

impl Stage {
    async fn of(entries: u64, address: Option<String>) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let app = seed::site(folder.path(), address).await;
        let (judge, pages) = fill(&app, entries).await;
        let tx = db::begin(&app.db).await.expect("a transaction");
        let hash = Sha256::digest(TOKEN).into();
        account::open(&tx, judge, hash, "bench", app.clock.now()).await.expect("a session");
        tx.commit().await.expect("committed");
        Self { app, pages, _folder: folder }
    }

    /// Asks for a page so much later that nothing is kept from before.
    fn request(&self, page: usize) -> TestRequest {
        self.app.clock.set(self.app.clock.now().plus_seconds(31));
        let cookie = ("cookie", format!("s={TOKEN}"));
        TestRequest::with_uri(&self.pages[page].1).insert_header(cookie)
    }
}

/// A contest with so many entries, half of them accepted; a judge, and the pages to ask for.
async fn fill(app: &App, entries: u64) -> (UserId, Vec<(&'static str, String)>) {
    let (admin, contest) = seed::contest(app).await;
    let model = seed::entry(app, &contest, admin).await;
    app.clock.set(JUDGED.parse().expect("a moment"));
    let now = app.clock.now();
    let tx = db::begin(&app.db).await.expect("a transaction");
    let organiser = Organiser::of(&tx, &contest, admin, now).await.expect("a right");
    let judge =
        account::sign_up(&tx, "Giám khảo", "gk@example.vn", true, now).await.expect("a judge");
    let other =
        account::sign_up(&tx, "Người khác", "gk2@example.vn", true, now).await.expect("a judge");
    judging::add(&tx, &organiser, "final", judge, true, now).await.expect("a seat");
    judging::add(&tx, &organiser, "final", other, false, now).await.expect("a seat");
    judging::open(&tx, &organiser, ("final", &HashMap::new()), 1, now).await.expect("opened");
    tx.commit().await.expect("committed");
    let sql = Sql(app);
    let state = "case when i % 2 = 0 then 'accepted' else 'submitted' end";
    sql.entries(model, entries - 1, state).await;
    let round = contest::round_by_key(&app.db, contest.id(), "final").await.expect("a round");
    let (id, of) = (sql.key(1, "i"), format!("round_id = {}", sql.known(round.id.0)));
    let alias = format!("'C' || {}", sql.digits("i"));
    sql.copy("candidate", &of, &[("entry_id", id.clone()), ("alias", alias)], entries - 1).await;
    for (tag, user, from, count) in [(4, judge, 1, OWN - 1), (5, other, OWN, entries - OWN)] {
        let seat = format!("seat_id = (select id from seat where user_id = {})", sql.known(user.0));
        let number = format!("i + {}", from - 1);
        let but = [
            ("id", sql.key(tag, "i")),
            ("entry_id", sql.key(1, &number)),
            ("position", "m.position + i".to_owned()),
        ];
        if count > 0 {
            sql.copy("assignment", &seat, &but, count).await;
        }
    }
    sql.analyze().await;
    let pages = vec![
        ("gallery", "/contests/lon/gallery".to_owned()),
        ("screening", "/desk/contests/lon/screening".to_owned()),
        ("judging", format!("/judging/{}/C00000100", round.id)),
    ];
    (judge, pages)
}
