//! In no kind of round, and in no letter, is a judge told whose work it is.

use actix_web::http::StatusCode;
use entity::{entry, file};
use hoithi::worker;
use sea_orm::EntityTrait;

use super::story::{ORGANISER, stage};
use crate::support::{Answer, Browser, Site, both};

const ROUND: &str = "/desk/contests/san-khau/rounds/final";
const JUDGE: &str = "gk@example.vn";

fn rules(kind: &str) -> String {
    format!("rounds: [{{ key: final, title: Chung khảo, phase: final, {kind} }}]")
}

/// A judge of a round of this kind over two works, its room, and the letters the judge was sent.
async fn room(site: &mut Site, kind: &str) -> (Browser, String, Vec<String>) {
    stage(site, &rules(kind), &["Một", "Hai"]).await;
    let mut runs = site.signed_in(ORGANISER).await;
    runs.post(&format!("{ROUND}/seats"), &[("name", "Giám khảo"), ("email", JUDGE)]).await;
    runs.post(ROUND, &[("act", "open")]).await;
    site.work().await;
    let mut letters = site.letters();
    let mut judge = site.signed_in(JUDGE).await;
    site.set_clock("2026-04-09T01:00:00Z");
    worker::remind(&site.app).await.unwrap();
    site.work().await;
    letters.extend(site.letters());
    site.set_clock("2026-04-06T02:00:00Z");
    let round = judge.get("/desk").await.attributes("a[href^='/judging/']", "href").remove(0);
    let own = letters.into_iter().filter(|letter| letter.to == JUDGE);
    (judge, round, own.map(|letter| format!("{}\n{}", letter.subject, letter.body)).collect())
}

/// Everything that would tell whose works these are: names, telephones, the unit, codes, keys.
async fn secrets(site: &Site) -> Vec<String> {
    let mut secrets = ["Tác giả Một", "Tác giả Hai", "td-kcn"].map(str::to_owned).to_vec();
    for row in entity::unit::Entity::find().all(&site.app.db).await.unwrap() {
        secrets.extend((row.code == "td-kcn").then_some(row.name));
    }
    for row in entry::Entity::find().all(&site.app.db).await.unwrap() {
        secrets.extend([row.code, row.id.to_string(), row.category_id.to_string()]);
        secrets.extend(row.phone.into_iter().map(|phone| phone[4..].to_owned()));
    }
    for row in file::Entity::find().all(&site.app.db).await.unwrap() {
        secrets.extend([row.id.to_string(), data_encoding::HEXLOWER.encode(&row.sha256)]);
    }
    secrets
}

/// Nothing that was served or written tells a secret; every answer is one, no error.
async fn tells_nothing(site: &Site, served: &[Answer], letters: &[String]) {
    let mut all: Vec<String> = letters.to_vec();
    for (n, answer) in served.iter().enumerate() {
        let is_answer = answer.status.is_success() || answer.status == StatusCode::SEE_OTHER;
        assert!(is_answer, "answer {n}: {}", answer.text());
        all.push(format!("{:?}\n{}", answer.headers, String::from_utf8_lossy(&answer.bytes)));
    }
    let secrets = secrets(site).await;
    assert!(secrets.len() >= 12, "two works and two files have that many: {secrets:?}");
    for (n, text) in all.iter().enumerate() {
        let text = text.to_lowercase();
        for secret in &secrets {
            assert!(!text.contains(&secret.to_lowercase()), "{n} tells {secret}: {text}");
        }
    }
}

both! {
    async fn a_desk_of_sheets_tells_nothing_in_any_corner(site: Site) {
        let kind = "criteria: [{ key: art, label: Nghệ thuật, max: 10 }]";
        let (mut judge, round, letters) = room(site, kind).await;
        let works = judge.get(&round).await.attributes(".cards a", "href");
        let names: Vec<_> = works.iter().filter_map(|work| work.rsplit('/').next()).collect();

        let mut served = Vec::new();
        for more in ["?only=open", "?only=done", "?only=favourite", "?two=wrong"] {
            served.push(judge.get(&format!("{round}{more}")).await);
        }
        served.push(judge.get(&format!("{round}/two?with={}&with={}", names[0], names[1])).await);
        served.push(judge.post(&format!("{}/favourite", works[0]), &[("favourite", "1")]).await);
        served.push(judge.post(&format!("{}/flag", works[0]), &[("flag", "Mờ")]).await);
        served.push(judge.get(&works[0]).await);
        served.push(judge.post(&format!("{}/recusal", works[0]), &[("reason", "Quen")]).await);
        served.push(judge.get(&round).await);
        served.push(judge.get("/desk").await);

        assert_eq!(letters.len(), 3, "the invitation, the opening and the reminder: {letters:?}");
        tells_nothing(site, &served, &letters).await;
    }

    async fn a_list_tells_nothing(site: Site) {
        let (mut judge, round, letters) = room(site, "kind: rank, aggregate: borda").await;
        let page = judge.get(&round).await;
        let fields = page.attributes("input[name^='place.']", "name");
        let work = page.attributes("tbody a", "href").remove(0);
        let places = |places: [&'static str; 2]| {
            vec![("version", "0"), (fields[0].as_str(), places[0]), (fields[1].as_str(), places[1])]
        };

        let wrong = judge.post(&format!("{round}/list"), &places(["1", "1"])).await;
        let saved = judge.post(&format!("{round}/list"), &places(["1", "2"])).await;
        let served = [page, wrong, saved, judge.get(&round).await, judge.get(&work).await];

        tells_nothing(site, &served, &letters).await;
    }

    async fn pairs_tell_nothing(site: Site) {
        let (mut judge, round, letters) = room(site, "kind: pairwise, comparisons: 1").await;
        let page = judge.get(&round).await;
        let pair = page.attributes("button[name='better']", "value");

        let form = [("better", pair[0].as_str()), ("worse", pair[1].as_str())];
        let said = judge.post(&format!("{round}/comparisons"), &form).await;
        let end = judge.get(&round).await;
        let undone = judge.post(&format!("{round}/comparisons/undo"), &[]).await;
        let served = [page, said, end, undone, judge.get(&round).await];

        tells_nothing(site, &served, &letters).await;
    }
}
