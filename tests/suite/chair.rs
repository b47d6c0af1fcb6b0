//! The chair's own door: final sheets opened again, and what the panel decided.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use entity::id::SeatId;
use entity::{audit_log, round, seat as seats};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use super::story::{ORGANISER, judge, stage};
use crate::support::{Browser, Site, both, rounds};

const ROUND: &str = "/desk/contests/san-khau/rounds/final";
const MARKS: [&str; 1] = ["{ key: content, label: Nội dung, max: 10 }"];
const DELIBERATED: &str = "
rounds:
  - { key: final, title: Chung khảo, phase: final, kind: deliberate, goes_on: 1 }
";

/// The round opened with a chair and another judge; these two.
async fn panel(site: &Site) -> (Browser, Browser) {
    let mut runs = site.signed_in(ORGANISER).await;
    let mut seated = Vec::new();
    for (email, chair) in [("chu-khao@example.vn", "1"), ("gk@example.vn", "")] {
        let form = [("name", email), ("email", email), ("chair", chair)];
        let form = if chair.is_empty() { &form[..2] } else { &form[..] };
        let given = runs.post(&format!("{ROUND}/seats"), form).await;
        assert_eq!(given.status, StatusCode::SEE_OTHER, "{}", given.text());
        site.work().await;
        seated.push(site.signed_in(email).await);
    }
    let opened = runs.post(ROUND, &[("act", "open"), ("sure", "yes")]).await;
    assert_eq!(opened.status, StatusCode::SEE_OTHER, "{}", opened.text());
    let other = seated.pop().expect("a judge");
    (seated.pop().expect("a chair"), other)
}

async fn room(site: &Site) -> String {
    let round = round::Entity::find().one(&site.app.db).await.unwrap().unwrap();
    format!("/judging/{}", round.id)
}

/// Seats by their numbers: the chair's, the other's.
async fn both_seats(site: &Site) -> (SeatId, SeatId) {
    let found = seats::Entity::find().order_by_asc(seats::Column::Number);
    let found = found.all(&site.app.db).await.unwrap();
    (found[0].id, found[1].id)
}

/// Who did this in which part, and why.
async fn logged(site: &Site, act: &str) -> Vec<(String, String)> {
    let rows = audit_log::Entity::find().filter(audit_log::Column::Act.eq(act));
    let rows = rows.order_by_asc(audit_log::Column::Seq).all(&site.app.db).await.unwrap();
    let why = |row: &audit_log::Model| {
        let after = row.after.as_ref().and_then(|after| after["reason"].as_str());
        after.unwrap_or_default().to_owned()
    };
    rows.iter().map(|row| (row.role.clone(), why(row))).collect()
}

both! {
    async fn the_chair_opens_final_sheets_again_with_a_reason_but_not_their_own(site: Site) {
        stage(site, &rounds("quorum: 2", &MARKS), &["Một", "Hai"]).await;
        let (mut chair, mut other) = panel(site).await;
        let (room, (own, others)) = (room(site).await, both_seats(site).await);
        let marks = |_: &str| BTreeMap::from([("content", 800)]);
        judge(&mut other, marks).await;
        for work in chair.get(&room).await.attributes(".cards a", "href") {
            chair.post(&format!("{work}/sheet"), &[("version", "0"), ("mark.content", "7")]).await;
        }
        chair.post(&format!("{room}/completion"), &[]).await;
        let unlock = |seat: SeatId| format!("{room}/seats/{seat}/unlocking");
        let why = [("reason", "Chấm nhầm bài")];

        let link = chair.get("/desk").await.attributes("a[href$='/chair']", "href");
        let page = chair.get(&format!("{room}/chair")).await;
        let hidden = other.get(&format!("{room}/chair")).await;
        let stolen = other.post(&unlock(own), &why).await;
        let bare = chair.post(&unlock(others), &[]).await;
        let mine = chair.post(&unlock(own), &why).await;
        let opened = chair.post(&unlock(others), &why).await;
        let rows = seats::Entity::find().order_by_asc(seats::Column::Number);
        let rows = rows.all(&site.app.db).await.unwrap();

        assert_eq!(link, [format!("{room}/chair")]);
        assert_eq!(page.attributes("form[action$='/unlocking']", "action"), [unlock(others)]);
        assert_eq!((hidden.status, stolen.status), (StatusCode::NOT_FOUND, StatusCode::NOT_FOUND));
        assert!(bare.text().contains("Hãy ghi lý do"), "{}", bare.text());
        assert!(!mine.all("[role=alert]").is_empty(), "{}", mine.text());
        assert_eq!(opened.status, StatusCode::SEE_OTHER, "{}", opened.text());
        assert_eq!(rows.iter().map(|seat| seat.finished_at.is_some()).collect::<Vec<_>>(), [true, false]);
        assert_eq!(logged(site, "judge-unlocked").await, [("chair".to_owned(), "Chấm nhầm bài".to_owned())]);
    }

    async fn the_chair_records_what_the_panel_decided_and_closes_the_round(site: Site) {
        stage(site, DELIBERATED, &["Một", "Hai"]).await;
        let (mut chair, mut other) = panel(site).await;
        let room = room(site).await;
        let decision = format!("{room}/decision");

        let talk = [chair.get(&room).await, other.get(&room).await];
        let page = chair.get(&format!("{room}/chair")).await;
        let choices = page.attributes("input[name='decided']", "value");
        let form = [("decided", choices[0].as_str()), ("reason", "Biểu quyết 5/5")];
        let stolen = other.post(&decision, &form).await;
        let bare = chair.post(&decision, &form[..1]).await;
        let unsure = chair.post(&decision, &form).await;
        let closed = chair.post(&decision, &[&form[..], &[("sure", "yes")]].concat()).await;
        let after = chair.get(&format!("{room}/chair")).await;

        for page in &talk {
            assert!(page.text().contains("hội đồng thảo luận"), "{}", page.text());
            assert!(page.attributes("form[action$='/completion']", "action").is_empty());
        }
        let links = talk.map(|page| page.attributes("main a[href$='/chair']", "href").len());
        assert_eq!(links, [1, 0], "the chair's page is the chair's");
        assert_eq!(choices.len(), 2, "{}", page.text());
        assert_eq!(stolen.status, StatusCode::NOT_FOUND);
        assert!(bare.text().contains("Hãy ghi lý do"), "{}", bare.text());
        assert!(unsure.text().contains("Hãy đánh dấu ô xác nhận"), "{}", unsure.text());
        assert_eq!(unsure.attributes("input[name='decided'][checked]", "value"), choices[..1]);
        assert_eq!(closed.status, StatusCode::SEE_OTHER, "{}", closed.text());
        assert!(after.attributes("form[action$='/decision']", "action").is_empty());
        assert_eq!(logged(site, "round-closed").await, [("chair".to_owned(), "Biểu quyết 5/5".to_owned())]);
    }

    async fn where_numbers_decide_the_chair_closes_nothing_but_a_tie_at_the_cut(site: Site) {
        stage(site, &rounds("goes_on: 1", &MARKS), &["Một", "Hai"]).await;
        let (mut chair, mut other) = panel(site).await;
        let room = room(site).await;
        let decision = format!("{room}/decision");
        judge(&mut other, |title| BTreeMap::from([("content", if title.ends_with("Một") { 900 } else { 800 })])).await;

        let clear = chair.post(&decision, &[]).await;
        let works = chair.get(&room).await.attributes(".cards a", "href");
        for work in works {
            let title = chair.get(&work).await.all("h1").remove(0);
            let mark = if title.ends_with("Một") { "8" } else { "9" };
            chair.post(&format!("{work}/sheet"), &[("version", "0"), ("mark.content", mark)]).await;
        }
        let tie = chair.post(&decision, &[]).await;
        let choices = tie.attributes("input[name='decided']", "value");
        let form =
            [("decided", choices[0].as_str()), ("reason", "Hội đồng bỏ phiếu"), ("sure", "yes")];
        let closed = chair.post(&decision, &form).await;

        assert!(clear.text().contains("không có gì phải quyết định"), "{}", clear.text());
        assert_eq!(choices.len(), 2, "{}", tie.text());
        assert_eq!(closed.status, StatusCode::SEE_OTHER, "{}", closed.text());
    }
}
