//! Results: formulas, ties and prizes by hand; publishing, correcting, passing on.

mod after;
mod prizes;
mod reckoned;
mod winners;
mod worksheet;

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use entity::publication::State as Publication;
use hoithi::{contest, db, results};
use sea_orm::EntityTrait;

use super::story::{APPROVER, ORGANISER, STAGE, close, judge, publish, seat, stage};
use crate::support::{Browser, Site, both};

const RULES: &str = "
rounds:
  - { key: final, title: Chung khảo, phase: final, criteria: [{ key: art, label: Nghệ thuật, max: 10 }] }
tables:
  - { key: jury, title: Giám khảo, formula: [{ source: { round: final } }], ties: [decision] }
prizes:
  - { key: first, label: Giải nhất, table: jury, count: 1 }
  - { key: second, label: Giải nhì, table: jury, count: 1 }
";

/// Five works, judged 9, 8, 7, 6 and 6; the clock stands on the day of the announcement.
async fn judged(site: &Site) -> (Browser, Browser) {
    stage(site, RULES, &["Một", "Hai", "Ba", "Bốn", "Năm"]).await;
    let mut organiser = site.signed_in(ORGANISER).await;
    let round = format!("/desk/contests/{STAGE}/rounds/final");
    let mut one = seat(site, &mut organiser, &round, &["gk@example.vn"]).await.remove(0);
    judge(&mut one, |title| {
        let mark = match title.rsplit(' ').next().unwrap() {
            "Một" => 900,
            "Hai" => 800,
            "Ba" => 700,
            _ => 600,
        };
        BTreeMap::from([("art", mark)])
    })
    .await;
    close(&mut organiser, STAGE, "final").await;
    site.set_clock("2026-04-11T01:00:00Z");
    (site.signed_in(ORGANISER).await, site.signed_in(APPROVER).await)
}

/// Gives the work of this title another mark, on a sheet that was saved once, and declares all final.
async fn correct(judge: &mut Browser, title: &str, mark: u32) {
    let desk = judge.get("/desk").await;
    let round = desk.attributes("a[href^='/judging/']", "href").pop().expect("a round");
    for work in judge.get(&round).await.attributes(".cards a", "href") {
        if judge.get(&work).await.all("h1")[0].ends_with(title) {
            let sheet = serde_json::json!({ "version": 1, "marks": { "art": mark } });
            let saved = judge.put_json(&format!("{work}/sheet"), &sheet).await;
            assert_eq!(saved.status, StatusCode::OK, "{}", saved.text());
        }
    }
    let done = judge.post(&format!("{round}/completion"), &[]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
}

const PROPOSAL: &str = "/desk/contests/san-khau/proposal";
const PUBLICATION: &str = "/desk/contests/san-khau/publication";

async fn history(site: &Site) -> Vec<(i32, Publication)> {
    let id = contest::by_slug(&site.app.db, STAGE).await.unwrap().id();
    let rows = results::history(&site.app.db, id).await.unwrap();
    let mut rows: Vec<_> = rows.into_iter().map(|row| (row.number, row.state)).collect();
    rows.sort_by_key(|row| row.0);
    rows
}

fn alert(page: &crate::support::Answer) -> String {
    page.all(".notice.danger li, [role=alert] li").join(" ")
}

/// Changes the name of an entrant where it stands.
async fn rename(site: &Site, from: &str, to: &str) {
    use sea_orm::sea_query::Expr;
    use sea_orm::{ColumnTrait, QueryFilter};
    let tx = db::begin(&site.app.db).await.unwrap();
    entity::entry::Entity::update_many()
        .col_expr(entity::entry::Column::EntrantName, Expr::value(to))
        .filter(entity::entry::Column::EntrantName.eq(from))
        .exec(&tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

both! {
    async fn the_minutes_leave_out_no_decision_however_many_there_are(site: Site) {
        use entity::{decision, id::DecisionId};
        use sea_orm::Set;
        stage(site, "", &["Một"]).await;
        let contest = contest::by_slug(&site.app.db, STAGE).await.unwrap().id();
        let user = site.person(ORGANISER).await;
        let rows = (0..600).map(|number| decision::ActiveModel {
            id: Set(DecisionId::new()),
            contest_id: Set(contest),
            kind: Set(decision::Kind::Tie),
            subject: Set(serde_json::json!({ "among": [], "order": [] })),
            reason: Set(format!("Lý do thứ {number}.")),
            decided_by: Set(user),
            decided_at: Set(site.app.clock.now()),
        });
        let tx = db::begin(&site.app.db).await.unwrap();
        decision::Entity::insert_many(rows).exec_without_returning(&tx).await.unwrap();
        tx.commit().await.unwrap();

        let mut organiser = site.signed_in(ORGANISER).await;
        let minutes = organiser.get(&format!("/desk/contests/{STAGE}/minutes")).await;

        let said = minutes.all("li").into_iter().filter(|line| line.contains("Lý do thứ"));
        assert_eq!(said.count(), 600, "{}", minutes.status);
    }

    async fn a_second_person_publishes_and_everything_is_true_together(site: Site) {
        let (mut organiser, mut approver) = judged(site).await;
        let nothing = organiser.post(PUBLICATION, &[("sure", "yes")]).await;
        organiser.post(PROPOSAL, &[("act", "propose")]).await;

        let own = organiser.post(PUBLICATION, &[("sure", "yes")]).await;
        let before = site.browser().get(&format!("/contests/{STAGE}/results")).await;
        let unsure = approver.post(PUBLICATION, &[]).await;
        let done = approver.post(PUBLICATION, &[("sure", "yes")]).await;
        let twice = approver.post(PUBLICATION, &[("sure", "yes")]).await;
        site.set_clock("2026-04-11T01:01:00Z");
        let after = site.browser().get(&format!("/contests/{STAGE}/results")).await;

        assert!(alert(&unsure).contains("Hãy đánh dấu ô xác nhận"), "{}", unsure.text());
        assert!(!alert(&nothing).is_empty(), "there is no proposal: {}", nothing.text());
        assert!(alert(&own).contains("người thứ hai") || !alert(&own).is_empty(), "{}", own.text());
        assert_eq!((before.status, done.status), (StatusCode::NOT_FOUND, StatusCode::SEE_OTHER));
        assert!(!alert(&twice).is_empty());
        assert_eq!(after.all("tbody th a"), ["Một", "Hai", "Ba", "Bốn", "Năm"]);
        assert_eq!(after.all("tbody td:first-child"), ["1", "2", "3", "4", "4"], "equals share a place");
        assert_eq!(history(site).await, [(1, Publication::Published)]);
        site.work().await;
    }

    async fn what_changed_since_the_proposal_stops_the_publication(site: Site) {
        let (mut organiser, mut approver) = judged(site).await;
        organiser.post(PROPOSAL, &[("act", "propose")]).await;
        let reopen = [("act", "reopen"), ("reason", "Nhập nhầm điểm")];
        let opened = organiser.post(&format!("/desk/contests/{STAGE}/rounds/final"), &reopen).await;
        assert_eq!(opened.status, StatusCode::SEE_OTHER, "{}", opened.text());

        let stopped = approver.post(PUBLICATION, &[("sure", "yes")]).await;

        assert!(!alert(&stopped).is_empty(), "{}", stopped.text());
        assert_eq!(history(site).await, [(1, Publication::Proposed)]);
        close(&mut organiser, STAGE, "final").await;
        let done = approver.post(PUBLICATION, &[("sure", "yes")]).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "as it was proposed: {}", alert(&done));
        site.work().await;
    }

    async fn a_published_result_is_corrected_by_a_new_one_and_the_old_one_is_kept(site: Site) {
        let (mut organiser, mut approver) = judged(site).await;
        publish(&mut organiser, &mut approver, STAGE).await;
        let code = {
            let page = site.browser().get(&format!("/contests/{STAGE}/results")).await;
            page.attributes("tbody th a", "href").remove(0)
        };
        site.work().await;
        let rows = entity::entry::Entity::find().all(&site.app.db).await.unwrap();
        let best = rows.into_iter().find(|row| code.ends_with(&row.code)).unwrap();
        disqualify(site, best).await;
        site.set_clock("2026-04-12T01:00:00Z");
        let mut organiser = site.signed_in(ORGANISER).await;
        let mut approver = site.signed_in(APPROVER).await;

        let silent = organiser.post(PROPOSAL, &[("act", "propose")]).await;
        let reason = [("act", "propose"), ("reason", "Bài số 1 bị loại vì không phải ảnh gốc")];
        let proposed = organiser.post(PROPOSAL, &reason).await;
        let done = approver.post(PUBLICATION, &[("sure", "yes")]).await;
        site.set_clock("2026-04-12T01:01:00Z");
        let page = site.browser().get(&format!("/contests/{STAGE}/results")).await;

        assert!(alert(&silent).contains("lý do"), "a reason is needed: {}", alert(&silent));
        assert_eq!((proposed.status, done.status), (StatusCode::SEE_OTHER, StatusCode::SEE_OTHER));
        assert_eq!(page.all("tbody th a"), ["Hai", "Ba", "Bốn", "Năm"]);
        assert!(page.text().contains("không phải ảnh gốc"));
        let before = format!("/contests/{STAGE}/results/1");
        let in_force = format!("/contests/{STAGE}/results");
        assert!(page.attributes("main a", "href").contains(&before), "the one before is linked");
        let old = site.browser().get(&before).await;
        assert_eq!(old.attributes("[role=alert] a", "href"), [in_force], "and leads back");
        assert_eq!(old.all("tbody th a").len(), 5, "as it stood");
        assert_eq!(history(site).await, [(1, Publication::Replaced), (2, Publication::Published)]);
        site.work().await;
    }

    async fn a_wrong_mark_is_corrected_after_the_result_by_a_second_publication(site: Site) {
        let (mut organiser, mut approver) = judged(site).await;
        publish(&mut organiser, &mut approver, STAGE).await;
        site.work().await;
        site.set_clock("2026-04-12T01:00:00Z");
        let mut organiser = site.signed_in(ORGANISER).await;
        let mut approver = site.signed_in(APPROVER).await;
        let form = [("name", "Lê Văn Tám"), ("contact", "0900000001"), ("body", "Bài Ba bị nhập nhầm điểm."), ("entry", "")];
        let filed = site.browser().post(&format!("/contests/{STAGE}/complaints"), &form).await;
        let complaint = filed.location.expect("a place for the answer");
        let at = format!("/desk/contests/{STAGE}/complaints/{}", complaint.rsplit('/').next().unwrap());
        let upheld = organiser.post(&at, &[("decision", "upheld"), ("answer", "Điểm được sửa.")]).await;
        assert_eq!(upheld.status, StatusCode::SEE_OTHER, "{}", upheld.text());
        let round = format!("/desk/contests/{STAGE}/rounds/final");

        let offered = organiser.get(&round).await;
        let silent = organiser.post(&round, &[("act", "reopen"), ("reason", " ")]).await;
        let reopened = organiser.post(&round, &[("act", "reopen"), ("reason", "Khiếu nại đúng")]).await;
        let early = organiser.post(PROPOSAL, &[("act", "propose"), ("reason", "Sửa điểm")]).await;
        let unlocking = organiser.get(&round).await.attributes("form[action$='/unlocking']", "action").remove(0);
        organiser.post(&unlocking, &[("reason", "Nhập nhầm điểm")]).await;
        let mut one = site.signed_in("gk@example.vn").await;
        correct(&mut one, "Ba", 1000).await;
        site.set_clock("2026-04-12T01:01:00Z");
        let meanwhile = site.browser().get(&format!("/contests/{STAGE}/results")).await;
        close(&mut organiser, STAGE, "final").await;
        let proposed = organiser.post(PROPOSAL, &[("act", "propose"), ("reason", "Bài Ba bị nhập nhầm điểm")]).await;
        let own = organiser.post(PUBLICATION, &[("sure", "yes")]).await;
        let done = approver.post(PUBLICATION, &[("sure", "yes")]).await;
        site.set_clock("2026-04-12T01:02:00Z");
        let after = site.browser().get(&format!("/contests/{STAGE}/results")).await;

        assert_eq!(offered.attributes("button[value='reopen']", "value"), ["reopen"]);
        assert!(silent.all("[role=alert]").join(" ").contains("Hãy ghi lý do"), "{}", silent.text());
        assert_eq!(reopened.status, StatusCode::SEE_OTHER, "{}", reopened.text());
        assert!(alert(&early).contains("chưa kết thúc"), "{}", alert(&early));
        assert_eq!(meanwhile.all("tbody th a"), ["Một", "Hai", "Ba", "Bốn", "Năm"], "what was published stays");
        assert_eq!(proposed.status, StatusCode::SEE_OTHER, "{}", alert(&proposed));
        assert!(!alert(&own).is_empty(), "a second person approves");
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", alert(&done));
        assert_eq!(after.all("tbody th a"), ["Ba", "Một", "Hai", "Bốn", "Năm"]);
        let before = format!("/contests/{STAGE}/results/1");
        assert!(after.attributes("main a", "href").contains(&before), "the one before is linked");
        let old = site.browser().get(&before).await;
        assert_eq!(old.all("tbody th a"), ["Một", "Hai", "Ba", "Bốn", "Năm"], "and kept as it stood");
        assert_eq!(history(site).await, [(1, Publication::Replaced), (2, Publication::Published)]);
        let log = organiser.get(&format!("/desk/contests/{STAGE}/audit")).await;
        assert!(log.text().contains("Khiếu nại đúng"), "the reason stands in the log");
        site.work().await;
    }

    async fn what_leaves_as_a_sheet_and_what_the_log_says_is_told_in_names_and_words(site: Site) {
        let (mut organiser, mut approver) = judged(site).await;
        organiser.post(PROPOSAL, &[("act", "propose")]).await;
        approver.post(PUBLICATION, &[("sure", "yes")]).await;
        let desk = format!("/desk/contests/{STAGE}");

        let csv = organiser.get(&format!("{desk}/exports/sheets.csv")).await;
        let book = organiser.get(&format!("{desk}/exports/sheets.xlsx")).await;
        let log = organiser.get(&format!("{desk}/audit")).await;

        let first = csv.text().lines().nth(1).unwrap_or_default().to_owned();
        assert!(first.starts_with("Chung khảo,1,gk"), "{first}");
        assert!(first.contains("Tác giả"), "{first}");
        let saved = csv.headers.get("content-disposition").unwrap().to_str().unwrap();
        assert!(saved.contains("filename=\"phieu-cham-san-khau.csv\""), "{saved}");
        assert!(saved.contains("filename*=UTF-8''Phi%E1%BA%BFu%20ch%E1%BA%A5m%20san%2Dkhau.csv"), "{saved}");
        use calamine::Reader;
        let book = calamine::Xlsx::new(std::io::Cursor::new(book.bytes.to_vec())).unwrap();
        assert_eq!(book.sheet_names(), ["Phiếu chấm"]);
        let said = log.all("tbody tr");
        assert!(said.iter().any(|line| line.contains("chấp nhận bàiBài số 1: Một")), "{said:?}");
        assert!(said.iter().any(|line| line.contains("mở vòng chấmVòng Chung khảo")), "{said:?}");
        let key = |word: &str| word.len() >= 36 && word.contains('-');
        let raw: Vec<_> = said.iter().filter(|line| line.split_whitespace().any(key)).collect();
        assert_eq!(raw, Vec::<&String>::new(), "no key of a row");
        site.jobs_may_wait();
    }

    async fn a_correction_that_corrects_nothing_is_refused_with_a_sentence(site: Site) {
        let (mut organiser, mut approver) = judged(site).await;
        organiser.post(PROPOSAL, &[("act", "propose")]).await;
        approver.post(PUBLICATION, &[("sure", "yes")]).await;
        let correct = [("act", "propose"), ("reason", "Tính lại theo khiếu nại")];

        let same = organiser.post(PROPOSAL, &correct).await;
        let one = history(site).await.len();
        rename(site, "Tác giả Một", "Tác giả Mốt").await;
        let other = organiser.post(PROPOSAL, &correct).await;

        assert!(alert(&same).contains("giống hệt kết quả đã công bố"), "{}", same.text());
        assert_eq!(one, 1);
        assert_eq!(other.status, StatusCode::SEE_OTHER, "{:?}", alert(&other));
        site.jobs_may_wait();
    }
}

/// Gives every work an address; the third speaks English.
async fn addresses(site: &Site) {
    use sea_orm::{ActiveModelTrait, IntoActiveModel, Set};
    let rows = entity::entry::Entity::find().all(&site.app.db).await.unwrap();
    let tx = db::begin(&site.app.db).await.unwrap();
    for row in rows {
        let (number, title) = (row.number.unwrap(), row.title.clone());
        let mut row = row.into_active_model();
        row.email = Set(Some(format!("so{number}@example.vn")));
        row.lang = Set(if title == "Ba" { "en" } else { "vi" }.to_owned());
        row.update(&tx).await.unwrap();
    }
    tx.commit().await.unwrap();
}

/// Strikes a work out, as a recorded act of the committee does.
async fn disqualify(site: &Site, row: entity::entry::Model) {
    use sea_orm::{ActiveModelTrait, IntoActiveModel, Set};
    let tx = db::begin(&site.app.db).await.unwrap();
    let mut row = row.into_active_model();
    row.state = Set(entity::entry::State::Disqualified);
    row.update(&tx).await.unwrap();
    tx.commit().await.unwrap();
}
