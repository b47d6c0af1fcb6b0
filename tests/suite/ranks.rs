//! Rounds of every kind from the judges' forms, without a script, to the places that are published.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;

use super::story::{APPROVER, ORGANISER, STAGE, close, publish, seat, stage};
use crate::support::{Browser, Site, both};

const ROUND: &str = "/desk/contests/san-khau/rounds/final";
const WORKS: [&str; 4] = ["A", "B", "C", "D"];

/// A contest whose one table has the places of one round.
fn rules(round: &str) -> String {
    format!(
        "rounds:
  - {{ key: final, title: Chung khảo, phase: final, {round} }}
tables:
  - {{ key: jury, title: Bảng giám khảo, formula: [{{ source: {{ round: final }}, weight: 100 }}], ties: [shared] }}
"
    )
}

async fn room(judge: &mut Browser) -> String {
    judge.get("/desk").await.attributes("a[href^='/judging/']", "href").pop().expect("a round")
}

/// A judge puts the works in this order, by the form of the room.
async fn list(judge: &mut Browser, order: &str) {
    let room = room(judge).await;
    let page = judge.get(&room).await;
    let version = page.attributes("input[name='version']", "value").remove(0);
    let fields = page.attributes("input[name^='place.']", "name");
    let titles = page.all("tbody th");
    let places: Vec<String> = titles
        .iter()
        .map(|title| title.rsplit(' ').next().unwrap())
        .map(|title| (order.find(title).unwrap() + 1).to_string())
        .collect();
    let mut form = vec![("version", version.as_str())];
    form.extend(fields.iter().map(String::as_str).zip(places.iter().map(String::as_str)));
    let saved = judge.post(&format!("{room}/list"), &form).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());
}

/// A judge says of every pair that is asked about that the earlier letter is better.
async fn compare(judge: &mut Browser) {
    let room = room(judge).await;
    loop {
        let page = judge.get(&room).await;
        let pair = page.attributes("button[name='better']", "value");
        let [left, right] = pair.as_slice() else { return };
        let titles = page.all("[data-work] h2");
        let (better, worse) = if titles[0] < titles[1] { (left, right) } else { (right, left) };
        let form = [("better", better.as_str()), ("worse", worse.as_str())];
        let said = judge.post(&format!("{room}/comparisons"), &form).await;
        assert_eq!(said.status, StatusCode::SEE_OTHER, "{}", said.text());
    }
}

/// A judge fills the sheet of every work that is left, by its form.
async fn fill(judge: &mut Browser, answer: impl Fn(&str) -> (&'static str, String)) {
    let room = room(judge).await;
    for work in judge.get(&room).await.attributes(".cards a", "href") {
        let page = judge.get(&work).await;
        let title = page.all("h1").remove(0);
        let version = page.attributes("input[name='version']", "value").remove(0);
        let (mark, value) = answer(title.rsplit(' ').next().unwrap());
        let form =
            [("version", version.as_str()), (mark, value.as_str()), ("comment", "Đã xem kỹ")];
        let saved = judge.post(&format!("{work}/sheet"), &form).await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());
    }
}

/// What the public reads once it is published: place and title.
async fn published(site: &mut Site) -> Vec<String> {
    site.set_clock("2026-04-11T01:00:00Z");
    let mut runs = site.signed_in(ORGANISER).await;
    let mut other = site.leads("ldld-thi-diem", APPROVER).await;
    publish(&mut runs, &mut other, STAGE).await;
    let page = site.browser().get(&format!("/contests/{STAGE}/results")).await;
    let titles = page.all(".ranked tbody th");
    let titles = titles.iter().map(|title| title[..1].to_owned());
    let places = page.all(".ranked .rank").into_iter().zip(titles);
    let mut places: Vec<String> = places.map(|(place, title)| format!("{place} {title}")).collect();
    places.sort();
    site.work().await;
    places
}

/// Three judges put four works in order; what is published where this is how lists are counted.
async fn listed(site: &mut Site, how: &str) -> Vec<String> {
    listed_as(site, how, ["ABCD", "ABDC", "BACD"]).await
}

async fn listed_as(site: &mut Site, how: &str, orders: [&str; 3]) -> Vec<String> {
    stage(site, &rules(&format!("kind: rank, {how}, quorum: 3")), &WORKS).await;
    let mut runs = site.signed_in(ORGANISER).await;
    let people = ["gk1@example.vn", "gk2@example.vn", "gk3@example.vn"];
    let panel = seat(site, &mut runs, ROUND, &people).await;
    for (mut judge, order) in panel.into_iter().zip(orders) {
        list(&mut judge, order).await;
    }
    close(&mut runs, STAGE, "final").await;
    published(site).await
}

const INORDER: [&str; 4] = ["1 A", "2 B", "3 C", "4 D"];

both! {
    async fn borda_counts_are_published_as_places(site: Site) {
        assert_eq!(listed(site, "aggregate: borda").await, INORDER);
    }

    async fn points_by_place_are_published_as_places(site: Site) {
        assert_eq!(listed(site, "aggregate: rank_points, place_points: [10, 5, 2, 1]").await, INORDER);
    }

    async fn schulzes_order_is_published_as_places(site: Site) {
        assert_eq!(listed(site, "aggregate: schulze").await, INORDER);
    }

    async fn whom_a_transferable_vote_elects_is_first_and_who_is_left_shares_a_place(site: Site) {
        // Two of three first places are the quota of one seat.
        let places = listed(site, "aggregate: transferable, goes_on: 1").await;

        assert_eq!(places, ["1 A", "2 B", "2 C", "2 D"]);
    }

    async fn who_is_elected_with_equally_many_votes_shares_a_place(site: Site) {
        // One of three first places is the quota of three seats.
        let orders = ["CDAB", "BDAC", "DABC"];
        let places = listed_as(site, "aggregate: transferable, goes_on: 3", orders).await;

        assert_eq!(places, ["1 B", "1 C", "1 D", "4 A"]);
    }

    async fn strengths_out_of_pairs_are_published_as_places(site: Site) {
        stage(site, &rules("kind: pairwise, comparisons: 6"), &WORKS).await;
        let mut runs = site.signed_in(ORGANISER).await;
        for mut judge in seat(site, &mut runs, ROUND, &["gk1@example.vn"]).await {
            compare(&mut judge).await;
        }
        close(&mut runs, STAGE, "final").await;

        assert_eq!(published(site).await, INORDER);
    }

    async fn marks_are_published_as_places(site: Site) {
        let kind = "aggregate: median, criteria: [{ key: art, label: Nghệ thuật, max: 10 }]";
        stage(site, &rules(kind), &WORKS).await;
        let mut runs = site.signed_in(ORGANISER).await;
        let people = ["gk1@example.vn", "gk2@example.vn", "gk3@example.vn"];
        let marks = BTreeMap::from([("A", [9, 8, 1]), ("B", [7, 7, 9]), ("C", [6, 6, 6]), ("D", [5, 10, 3])]);
        for (nth, mut judge) in seat(site, &mut runs, ROUND, &people).await.into_iter().enumerate() {
            fill(&mut judge, |title| ("mark.art", marks[title][nth].to_string())).await;
        }
        close(&mut runs, STAGE, "final").await;

        assert_eq!(published(site).await, INORDER);
    }

    async fn a_sieve_a_veto_and_a_council_lead_to_the_places_of_whom_they_let_on(site: Site) {
        let round = |key: &str, more: &str| format!("  - {{ key: {key}, title: Vòng {key}, phase: final, {more} }}\n");
        let rules = [
            "rounds:\n".to_owned(),
            round("sieve", "kind: screen, yes_needed: 1, quorum: 2"),
            round("strike", "kind: veto, quorum: 1"),
            round("council", "kind: deliberate, goes_on: 2"),
            "tables:\n  - { key: jury, title: Bảng, gate: { went_on_from: council }, formula: [{ source: { round: sieve }, weight: 100 }], ties: [shared] }\n".to_owned(),
        ];
        stage(site, &rules.concat(), &WORKS).await;
        let desk = "/desk/contests/san-khau/rounds";
        let mut runs = site.signed_in(ORGANISER).await;

        let panel = seat(site, &mut runs, &format!("{desk}/sieve"), &["gk1@example.vn", "gk2@example.vn"]).await;
        for (mut judge, yes) in panel.into_iter().zip(["ABC", "BC"]) {
            fill(&mut judge, |title| ("mark.yes", u8::from(yes.contains(title)).to_string())).await;
        }
        close(&mut runs, STAGE, "sieve").await;
        for mut judge in seat(site, &mut runs, &format!("{desk}/strike"), &["gk3@example.vn"]).await {
            fill(&mut judge, |title| ("mark.veto", u8::from(title == "C").to_string())).await;
        }
        close(&mut runs, STAGE, "strike").await;
        let council = format!("{desk}/council");
        seat(site, &mut runs, &council, &["gk4@example.vn"]).await;
        let page = runs.get(&council).await;
        let left = page.attributes("input[name='decided']", "value");
        let mut form: Vec<(&str, &str)> = left.iter().map(|id| ("decided", id.as_str())).collect();
        form.extend([("act", "close"), ("sure", "yes"), ("reason", "Hội đồng nhất trí")]);
        let closed = runs.post(&council, &form).await;
        let minutes = runs.get("/desk/contests/san-khau/minutes").await;

        assert_eq!(left.len(), 2, "D fell through the sieve, C was struck out");
        assert_eq!(closed.status, StatusCode::SEE_OTHER, "{}", closed.text());
        assert!(minutes.text().contains("Hội đồng nhất trí"), "{}", minutes.text());
        assert_eq!(published(site).await, ["1 B", "2 A"]);
    }
}
