//! In whatever order sheets arrive, the marks that were given last say the same.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use hoithi::judging::deal::Dice;
use serde_json::json;

use super::story::{ORGANISER, STAGE, close, seat, stage};
use crate::support::{Answer, both};

const ROUND: &str = "/desk/contests/san-khau/rounds/final";
const RULES: &str = "rounds: [{ key: final, title: Chung khảo, phase: final, quorum: 2, \
                     criteria: [{ key: art, label: Nghệ thuật, max: 10 }] }]";

/// The mark that a judge gives a work in the end.
fn last(judge: usize, work: usize) -> i32 {
    300 + 100 * i32::try_from((judge * 2 + work * 3) % 7).unwrap()
}

both! {
    async fn any_order_that_keeps_each_sheets_versions_in_sequence_gives_the_same_result(site: Site) {
        stage(site, RULES, &["Một", "Hai", "Ba"]).await;
        let mut runs = site.signed_in(ORGANISER).await;
        let mut panel = seat(site, &mut runs, ROUND, &["gk1@example.vn", "gk2@example.vn"]).await;
        let round = panel[0].get("/desk").await.attributes("a[href^='/judging/']", "href").remove(0);
        let mut works = panel[0].get(&round).await.attributes(".cards a", "href");
        works.sort();
        let sheets: Vec<(usize, usize)> = (0..2).flat_map(|j| (0..3).map(move |w| (j, w))).collect();
        let mut versions = BTreeMap::new();
        let mut told: Vec<Answer> = Vec::new();
        for turn in 0..4 {
            // Every sheet arrives three times: two drafts, then what stands.
            let mut arriving = [&sheets[..], &sheets, &sheets].concat();
            Dice(turn).shuffle(&mut arriving);
            let mut seen = BTreeMap::new();
            for (judge, work) in arriving {
                let version = versions.entry((judge, work)).or_insert(0);
                let nth = seen.entry((judge, work)).or_insert(0);
                *nth += 1;
                let mark = if *nth == 3 { last(judge, work) } else { 100 * *nth };
                let body = json!({ "version": *version, "marks": { "art": mark } });
                let saved = panel[judge].put_json(&format!("{}/sheet", works[work]), &body).await;
                assert_eq!(saved.status, StatusCode::OK, "{}", saved.text());
                *version += 1;
                assert_eq!(saved.json()["version"], json!(*version));
            }
            told.push(runs.get(&format!("{ROUND}/figures.csv")).await);
        }
        close(&mut runs, STAGE, "final").await;

        assert_eq!(told[0].text().lines().count(), 4);
        assert!(told.iter().all(|one| one.text() == told[0].text()), "{}", told[3].text());
        let rows = runs.get(ROUND).await.all("tbody tr");
        for (work, address) in works.iter().enumerate() {
            let name = address.rsplit('/').next().unwrap();
            let mean = format!("{:.2}", f64::from(last(0, work) + last(1, work)) / 200.0);
            let mean = mean.replace('.', ",");
            assert!(rows.iter().any(|row| row.contains(name) && row.contains(&mean)), "{name} {mean}: {rows:?}");
        }
    }
}
