//! In no kind of round, and in no letter, is a judge told whose work it is, nor anybody what a judge
//! said.

use std::collections::HashMap;

use actix_web::http::StatusCode;
use entity::id::EntryId;
use entity::{candidate, entry, file, seat as seats};
use hoithi::worker;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use super::kinds::{jury, round_id};
use super::story::{ORGANISER, STAGE, seat, stage};
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
    runs.post(ROUND, &[("act", "open"), ("sure", "yes")]).await;
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
    let secrets = secrets(site).await;
    assert!(secrets.len() >= 12, "two works and two files have that many: {secrets:?}");
    tell_none(served, letters, &secrets);
}

fn tell_none(served: &[Answer], letters: &[String], secrets: &[String]) {
    let mut all: Vec<String> = letters.to_vec();
    for (n, answer) in served.iter().enumerate() {
        let is_answer = answer.status.is_success() || answer.status == StatusCode::SEE_OTHER;
        assert!(is_answer, "answer {n}: {}", answer.text());
        all.push(format!("{:?}\n{}", answer.headers, String::from_utf8_lossy(&answer.bytes)));
    }
    for (n, text) in all.iter().enumerate() {
        let text = text.to_lowercase();
        for secret in secrets {
            assert!(!text.contains(&secret.to_lowercase()), "{n} tells {secret}: {text}");
        }
    }
}

/// A judge says everything that can be said of a work: a mark, a note, a comment, a flag.
async fn say(judge: &mut Browser, work: &str) {
    let sheet = [
        ("version", "0"),
        ("mark.art", "87,63"),
        ("note.art", "Bimatghichu"),
        ("comment", "Bimatnhanxet"),
    ];
    let kept = [
        judge.post(&format!("{work}/sheet"), &sheet).await,
        judge.post(&format!("{work}/favourite"), &[("favourite", "1")]).await,
        judge.post(&format!("{work}/flag"), &[("flag", "Bimatbaocao")]).await,
    ];
    for answer in kept {
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    }
}

/// Everything that another judge is served of a desk of sheets, words of their own included.
async fn desk_of(judge: &mut Browser) -> Vec<Answer> {
    let desk = judge.get("/desk").await;
    let round = desk.attributes("a[href^='/judging/']", "href").remove(0);
    let room = judge.get(&round).await;
    let works = room.attributes(".cards a", "href");
    let names: Vec<_> = works.iter().filter_map(|work| work.rsplit('/').next()).collect();
    let two = judge.get(&format!("{round}/two?with={}&with={}", names[0], names[1])).await;
    let mut served = vec![desk, room, two];
    for (work, mark) in works.iter().zip([700, 800]) {
        let to = format!("{work}/sheet");
        served.push(judge.get(work).await);
        served.push(judge.post(&to, &[("version", "0"), ("mark.art", "101")]).await);
        let sent = serde_json::json!({ "version": 0, "marks": { "art": mark } });
        served.push(judge.put_json(&to, &sent).await);
        served.push(judge.get(work).await);
    }
    served.push(judge.get(&format!("{round}?only=favourite")).await);
    served.push(judge.post(&format!("{round}/completion"), &[]).await);
    served.push(judge.get(&round).await);
    served
}

/// A judge's order of works, by the names under which they are known.
async fn order(judge: &mut Browser, round: &str) -> Vec<String> {
    judge.get(&format!("/judging/{round}")).await.attributes(".cards a", "href")
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

    async fn names_tell_nothing_of_when_a_work_came_and_every_judge_has_an_order_that_stays(site: Site) {
        let kind = "criteria: [{ key: art, label: Nghệ thuật, max: 10 }]";
        let (_, mut panel) = jury(site, kind, 12, 2).await;
        let db = &site.app.db;
        let entries = entry::Entity::find().all(db).await.unwrap();
        let numbers: HashMap<EntryId, Option<i32>> =
            entries.into_iter().map(|row| (row.id, row.number)).collect();
        let named = candidate::Entity::find().order_by_asc(candidate::Column::Alias);
        let came: Vec<_> =
            named.all(db).await.unwrap().iter().map(|row| numbers[&row.entry_id]).collect();

        let round = round_id(site).await;
        let (one, other) = (order(&mut panel[0], &round).await, order(&mut panel[1], &round).await);
        let again = [order(&mut panel[0], &round).await, order(&mut panel[1], &round).await];

        assert!(!came.is_sorted() && !came.iter().rev().is_sorted(), "{came:?}");
        assert_ne!(one, other, "each judge has an order of their own,");
        assert!(!one.is_sorted() && !other.is_sorted(), "not that of the names,");
        assert_eq!(again, [one.clone(), other.clone()], "and it stays");
        let sorted = [one, other].map(|mut all| {
            all.sort();
            all
        });
        assert_eq!(sorted[0], sorted[1], "both judge the same works");
    }

    async fn what_a_judge_said_is_told_to_no_other_judge_no_entrant_and_in_no_letter(site: Site) {
        let kind = "criteria: [{ key: art, label: Nghệ thuật, max: 100, step_hundredths: 1 }]";
        let codes = stage(site, &rules(kind), &["Một", "Hai"]).await;
        let mut runs = site.signed_in(ORGANISER).await;
        let mut panel = seat(site, &mut runs, ROUND, &["gkbimat@example.vn", JUDGE]).await;
        site.work().await;
        site.letters();
        let round = panel[0].get("/desk").await.attributes("a[href^='/judging/']", "href").remove(0);
        for work in panel[0].get(&round).await.attributes(".cards a", "href") {
            say(&mut panel[0], &work).await;
        }
        let done = panel[0].post(&format!("{round}/completion"), &[]).await;

        let mut served = desk_of(&mut panel[1]).await;
        let mut public = site.browser();
        for (code, phone) in codes.iter().zip(["0001", "0002"]) {
            served.push(public.post("/receipts", &[("code", code), ("phone", phone)]).await);
            served.push(public.get(&format!("/entries/{code}")).await);
        }
        served.push(public.get(&format!("/contests/{STAGE}")).await);
        site.set_clock("2026-04-09T01:00:00Z");
        worker::remind(&site.app).await.unwrap();
        site.work().await;
        let letters = site.letters();
        let letters: Vec<String> =
            letters.into_iter().map(|letter| format!("{}\n{}", letter.subject, letter.body)).collect();
        let mut runs = site.signed_in(ORGANISER).await;
        let known = [runs.get(ROUND).await, runs.get(&format!("{ROUND}/figures")).await];

        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
        assert!(known[0].text().contains("Bimatbaocao"), "the organisers know");
        assert!(known[1].text().contains("87,63"), "{}", known[1].text());
        let own = seats::Entity::find().filter(seats::Column::Number.eq(1));
        let own = own.one(&site.app.db).await.unwrap().expect("the first judge");
        let said = ["87,63", "87.63", "8763", "Bimatghichu", "Bimatnhanxet", "Bimatbaocao", "gkbimat"];
        let mut secrets = said.map(str::to_owned).to_vec();
        secrets.extend([own.id.to_string(), own.user_id.to_string()]);
        tell_none(&served, &letters, &secrets);
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
