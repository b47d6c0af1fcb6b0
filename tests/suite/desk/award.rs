//! Results, complaints, prizes and certificates, from the proposal to the paper.

use actix_web::http::StatusCode;
use entity::{entry, outside_count};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, Set};

use super::{DESK, accepted, proof};
use crate::support::{Browser, Site, both};

/// Three entries whose counts put them in their order, ready to be published; who organises, and who
/// approves.
async fn counted(site: &Site) -> (Browser, Browser) {
    accepted(site, 3).await;
    site.set_clock("2026-04-15T01:00:00Z");
    let mut one = site.leads("ldld-thi-diem", "mot@example.vn").await;
    let mut other = site.leads("ldld-thi-diem", "hai@example.vn").await;
    let sheet = "Số,Lượt xem\n1,300\n2,200\n3,100\n".as_bytes();
    let files: [(&str, &str, &[u8]); 2] =
        [("sheet", "so.csv", sheet), ("proof", "anh.png", &proof())];
    let form = [("read_at", "2026-04-15T07:00")];
    one.post_files(&format!("{DESK}/counts/import"), &form, &files).await;
    let rows = outside_count::Entity::find().all(&site.app.db).await.unwrap();
    let ids: Vec<String> = rows.iter().map(|row| row.id.to_string()).collect();
    let chosen: Vec<(&str, &str)> = ids.iter().map(|id| ("count", id.as_str())).collect();
    other.post(&format!("{DESK}/counts/settlement"), &chosen).await;
    site.set_clock("2026-04-23T01:00:00Z");
    (site.signed_in("mot@example.vn").await, site.signed_in("hai@example.vn").await)
}

async fn publish(one: &mut Browser, other: &mut Browser, reason: &str) {
    let form = [("act", "propose"), ("reason", reason)];
    let proposed = one.post(&format!("{DESK}/proposal"), &form).await;
    assert_eq!(proposed.status, StatusCode::SEE_OTHER, "{:?}", proposed.all(".notice li"));
    let done = other.post(&format!("{DESK}/publication"), &[("sure", "yes")]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{:?}", done.all(".notice li"));
}

/// What stands in the table of prizes: recipient and state.
async fn prizes(desk: &mut Browser) -> Vec<(String, String)> {
    let page = desk.get(&format!("{DESK}/awards")).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text());
    let name = |text: String| text.split("Giờ").next().unwrap_or_default().to_owned();
    let names = page.all("tbody th").into_iter().map(name);
    names.zip(page.all("tbody .tag")).collect()
}

async fn note(desk: &mut Browser, place: usize, form: &[(&str, &str)]) -> Vec<String> {
    let page = desk.get(&format!("{DESK}/awards")).await;
    let action = page.attributes("tbody form", "action").remove(place);
    let answer = desk.post(&action, form).await;
    answer.all("[role=alert] li")
}

both! {
    async fn a_proposal_is_refused_with_a_reason_and_a_correction_keeps_what_it_replaces(site: Site) {
        let (mut one, mut other) = counted(site).await;
        one.post(&format!("{DESK}/proposal"), &[("act", "propose")]).await;

        let own = one.get(&format!("{DESK}/results")).await;
        let silent = other.post(&format!("{DESK}/refusal"), &[("reason", " ")]).await;
        other.post(&format!("{DESK}/refusal"), &[("reason", "Thiếu biên bản")]).await;
        let refused = one.get(&format!("{DESK}/results")).await;
        publish(&mut one, &mut other, "").await;
        let form = [("name", "Lê Văn Tám"), ("contact", "0900000001"), ("body", "Tôi đếm được nhiều hơn."), ("entry", "")];
        let nameless = site.browser().post("/contests/anh-dep/complaints", &[("body", "Tôi đếm được nhiều hơn.")]).await;
        let filed = site.browser().post("/contests/anh-dep/complaints", &form).await;
        let place = filed.location.clone().expect("a place for the answer");
        let code = place.rsplit('/').next().unwrap().to_owned();
        let at = format!("{DESK}/complaints/{code}");
        let wordless = one.post(&at, &[("decision", "upheld"), ("answer", "")]).await;
        one.post(&at, &[("decision", "upheld"), ("answer", "Đã đếm lại.")]).await;
        let upheld = site.browser().get(&place).await;
        site.set_clock("2026-04-23T01:01:00Z");
        let first = entry::Entity::find().filter(entry::Column::EntrantName.eq("Người thứ 1"));
        let row = first.one(&site.app.db).await.unwrap().unwrap();
        let mut row = row.into_active_model();
        row.entrant_name = Set("Người thứ Nhất".to_owned());
        let tx = hoithi::db::begin(&site.app.db).await.unwrap();
        row.update(&tx).await.unwrap();
        tx.commit().await.unwrap();
        publish(&mut one, &mut other, "Đếm lại theo khiếu nại").await;

        assert!(own.attributes("form[action$='/publication']", "action").is_empty(), "not one's own");
        assert_eq!(silent.all("[role=alert] li").len(), 1, "{}", silent.text());
        assert!(refused.text().contains("Không được duyệt. Lý do: Thiếu biên bản"));
        assert_eq!(nameless.all("textarea"), ["Tôi đếm được nhiều hơn."], "nothing typed is lost");
        assert_eq!(wordless.all("[role=alert] li").len(), 1);
        let answer = site.browser().get(&place).await;
        assert!(upheld.text().contains("Khiếu nại đúng: kết quả sẽ được sửa"), "{}", upheld.text());
        assert!(answer.text().contains("Đã đếm lại.") && answer.text().contains("Khiếu nại đúng: kết quả đã được sửa"));
        let now = site.browser().get("/contests/anh-dep/results").await;
        let old = site.browser().get("/contests/anh-dep/results/2").await;
        assert!(now.text().contains("Đếm lại theo khiếu nại"), "{}", now.text());
        assert_eq!(now.attributes("a[href$='/results/2']", "href").len(), 1);
        assert_eq!(old.all("[role=alert]").len(), 1, "{}", old.text());
        assert_eq!(site.browser().get("/contests/anh-dep/results/1").await.status, StatusCode::NOT_FOUND, "refused, never public");
        site.set_clock("2026-05-01T01:00:00Z");
        let late = site.browser().post("/contests/anh-dep/complaints", &form).await;
        assert!(late.text().contains("không nhận khiếu nại") && late.text().contains("Tôi đếm được nhiều hơn."));
        site.work().await;
    }

    async fn a_declined_prize_goes_to_the_next_in_line_and_every_certificate_can_be_checked(site: Site) {
        let (mut one, mut other) = counted(site).await;
        publish(&mut one, &mut other, "").await;

        let given = prizes(&mut one).await;
        assert_eq!(note(&mut one, 0, &[("act", "lapsed"), ("reason", "")]).await.len(), 1, "a reason is asked for");
        note(&mut one, 0, &[("act", "declined"), ("reason", "Nhường cho đồng nghiệp")]).await;
        note(&mut one, 1, &[("act", "accepted")]).await;
        assert_eq!(note(&mut one, 0, &[("act", "pass"), ("reason", "")]).await.len(), 1);
        note(&mut one, 0, &[("act", "pass"), ("reason", "Người thứ 1 từ chối")]).await;
        let after = prizes(&mut one).await;
        let none = one.get(&format!("{DESK}/certificates.pdf")).await;
        one.post(&format!("{DESK}/certificates"), &[]).await;
        let printed = one.get(&format!("{DESK}/certificates")).await;
        one.post(&format!("{DESK}/certificates"), &[]).await;
        let again = one.get(&format!("{DESK}/certificates")).await;

        let said = |who: &str, state: &str| (who.to_owned(), state.to_owned());
        assert_eq!(given, [said("Người thứ 1", "Chờ người đoạt giải xác nhận"), said("Người thứ 2", "Chờ người đoạt giải xác nhận")]);
        assert_eq!(after, [
            said("Người thứ 1", "Đã chuyển cho người kế tiếp"),
            said("Người thứ 3", "Chờ người đoạt giải xác nhận"),
            said("Người thứ 2", "Đã nhận"),
        ]);
        assert_eq!(printed.all(".certificate .name"), ["Người thứ 3", "Người thứ 2"]);
        assert!(printed.all(".check p")[0].starts_with("Số: 001/2026"), "{:?}", printed.all(".check p"));
        assert_eq!(printed.all(".check p"), again.all(".check p"), "made once, printed as often as needed");
        let sheets = one.get(&format!("{DESK}/certificates.pdf")).await;
        let preview = one.get(&format!("{DESK}/certificates.pdf?preview=yes")).await;
        let pages = crate::pdf::pages(&sheets);
        assert_eq!(none.status, StatusCode::NOT_FOUND, "no blank page");
        assert!(none.text().contains("Chưa cấp giấy chứng nhận nào"), "{}", none.text());
        assert_eq!(pages.len(), 2);
        for (page, (name, number)) in pages.iter().zip([("Người thứ 3", "001/2026"), ("Người thứ 2", "002/2026")]) {
            assert!(page.contains(name) && page.contains(&format!("Số: {number}")), "{page}");
        }
        assert!(crate::pdf::pages(&preview)[0].contains("không có giá trị"));
        let page = one.get(&format!("{DESK}/awards")).await;
        let checks = page.attributes("tbody td a[href^='/certificates/']", "href");
        let valid = site.browser().get(&checks[1]).await;
        assert!(valid.text().contains("có giá trị.") && valid.text().contains("Người thứ 2"), "{}", valid.text());
        note(&mut one, 1, &[("act", "lapsed"), ("reason", "Không gửi giấy tờ")]).await;
        assert!(site.browser().get(&checks[1]).await.text().contains("không còn giá trị"));
        assert_eq!(site.browser().get("/certificates/AAAAAAAA").await.status, StatusCode::NOT_FOUND);
        let winners = one.get(&format!("{DESK}/exports/winners.csv")).await;
        assert!(winners.text().contains("Giải nhất,Người thứ 3,3000000,"), "{}", winners.text());
        let public = site.browser().get("/contests/anh-dep/results").await;
        assert_eq!(public.all("td .prize"), ["Giải nhất"], "{}", public.text());
        site.work().await;
    }

    async fn whoever_is_next_in_line_is_written_to(site: Site) {
        let (mut one, mut other) = counted(site).await;
        let third = entry::Entity::find().filter(entry::Column::EntrantName.eq("Người thứ 3"));
        let mut third = third.one(&site.app.db).await.unwrap().unwrap().into_active_model();
        third.email = Set(Some("ba@example.vn".to_owned()));
        let tx = hoithi::db::begin(&site.app.db).await.unwrap();
        third.update(&tx).await.unwrap();
        tx.commit().await.unwrap();
        publish(&mut one, &mut other, "").await;
        site.work().await;
        let told = |site: &Site| -> Vec<String> {
            let letters = site.letters().into_iter().filter(|letter| letter.to == "ba@example.vn");
            letters.map(|letter| letter.subject).collect()
        };
        let before = told(site);

        note(&mut one, 0, &[("act", "declined"), ("reason", "Nhường cho đồng nghiệp")]).await;
        site.work().await;
        let declined = told(site);
        note(&mut one, 0, &[("act", "pass"), ("reason", "Người thứ 1 từ chối")]).await;
        site.work().await;
        let passed = told(site);

        assert_eq!(before.len(), 1, "{before:?}");
        assert!(!before[0].contains("Chúc mừng"), "{before:?}");
        assert_eq!(declined, Vec::<String>::new());
        assert_eq!(passed, ["Chúc mừng bạn đoạt giải – Ảnh đẹp công đoàn"]);
    }

    async fn a_work_that_is_struck_out_afterwards_keeps_no_certificate(site: Site) {
        let (mut one, mut other) = counted(site).await;
        publish(&mut one, &mut other, "").await;
        one.post(&format!("{DESK}/certificates"), &[]).await;
        let before = one.get(&format!("{DESK}/certificates")).await;
        let checks = one.get(&format!("{DESK}/awards")).await.attributes("tbody td a[href^='/certificates/']", "href");

        let first = entry::Entity::find().filter(entry::Column::EntrantName.eq("Người thứ 1"));
        let mut row = first.one(&site.app.db).await.unwrap().unwrap().into_active_model();
        row.state = Set(entry::State::Disqualified);
        let tx = hoithi::db::begin(&site.app.db).await.unwrap();
        row.update(&tx).await.unwrap();
        tx.commit().await.unwrap();
        let after = one.get(&format!("{DESK}/certificates")).await;
        let check = site.browser().get(&checks[0]).await;

        assert_eq!(before.all(".certificate .name"), ["Người thứ 1", "Người thứ 2"]);
        let seal = before.all(".seal").remove(0);
        assert!(seal.contains("ngày 23 tháng 4 năm 2026") && seal.contains("TM. BAN TỔ CHỨC"), "{seal}");
        assert_eq!(after.all(".certificate .name"), ["Người thứ 2"]);
        assert!(check.text().contains("không còn giá trị") && check.text().contains("bài bị loại"), "{}", check.text());
        site.jobs_may_wait();
    }
}
