//! After the result: complaints in their window, works that are struck out, letters to everybody.

use actix_web::http::StatusCode;
use entity::entry::State as EntryState;
use hoithi::{contest, db, results};
use sea_orm::EntityTrait;

use super::{PROPOSAL, PUBLICATION, RULES, addresses, disqualify, judged};
use crate::story::{APPROVER, ORGANISER, STAGE, publish};
use crate::support::both;

both! {
    async fn complaints_are_taken_from_the_publication_on_and_as_long_as_the_rules_say(site: Site) {
        judged(site).await;
        let form = [("name", "Lê Tám"), ("contact", "0900000001"), ("body", "Đếm nhầm.")];
        let complaints = format!("/contests/{STAGE}/complaints");
        // The rules say from the 11th to the 20th.
        site.set_clock("2026-04-25T01:00:00Z");
        let mut organiser = site.signed_in(ORGANISER).await;
        let mut approver = site.signed_in(APPROVER).await;
        let before = site.browser().post(&complaints, &form).await;
        organiser.post(PROPOSAL, &[("act", "propose")]).await;
        let done = approver.post(PUBLICATION, &[("sure", "yes")]).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());

        let offered = site.browser().get(&format!("/contests/{STAGE}/results")).await;
        let first = site.browser().post(&complaints, &form).await;
        site.set_clock("2026-05-04T01:00:00Z");
        let last = site.browser().post(&complaints, &form).await;
        site.set_clock("2026-05-06T01:00:00Z");
        let late = site.browser().post(&complaints, &form).await;
        let mut organiser = site.signed_in(ORGANISER).await;
        let log = organiser.get(&format!("/desk/contests/{STAGE}/audit")).await;

        let filed: Vec<_> = log.all("tbody tr").into_iter().filter(|row| row.contains("gửi khiếu nại")).collect();
        assert_eq!(filed.len(), 2, "{}", log.text());
        assert!(filed.iter().all(|row| row.contains("người khiếu nại") && !row.contains("Lê Tám")), "{filed:?}");
        assert_eq!(before.status, StatusCode::OK, "the window of the rules is over");
        assert_eq!(offered.attributes("a[href$='/complaints']", "href").concat(), complaints);
        assert_eq!([first.status, last.status], [StatusCode::SEE_OTHER; 2], "{}", last.text());
        assert!(late.text().contains("không nhận khiếu nại"), "{}", late.text());
        site.jobs_may_wait();
    }

    async fn a_result_that_is_published_early_may_be_complained_about_at_once(site: Site) {
        let (mut organiser, mut approver) = judged(site).await;
        let text = crate::story::staged(RULES);
        let (from, to) = ("complaint, opens: 2026-04-11", "complaint, opens: 2026-04-15");
        let form = [("text", &*text.replace(from, to)), ("reason", "Lùi ngày"), ("notice", "Lùi ngày")];
        let changed = organiser.post(&format!("/desk/contests/{STAGE}/edit"), &form).await;
        assert_eq!(changed.status, StatusCode::SEE_OTHER, "{}", changed.text());
        let complain = [("name", "Lê Tám"), ("contact", "0900000001"), ("body", "Đếm nhầm.")];
        let complaints = format!("/contests/{STAGE}/complaints");

        let before = site.browser().post(&complaints, &complain).await;
        organiser.post(PROPOSAL, &[("act", "propose")]).await;
        approver.post(PUBLICATION, &[("sure", "yes")]).await;
        let filed = site.browser().post(&complaints, &complain).await;

        assert!(before.text().contains("không nhận khiếu nại"), "{}", before.text());
        assert_eq!(filed.status, StatusCode::SEE_OTHER, "{}", filed.text());
        site.jobs_may_wait();
    }

    async fn an_entry_is_struck_out_by_one_before_the_result_and_by_two_after_it(site: Site) {
        let (mut organiser, mut approver) = judged(site).await;
        addresses(site).await;
        let code = async |title: &str| {
            let rows = entity::entry::Entity::find().all(&site.app.db).await.unwrap();
            rows.into_iter().find(|row| row.title == title).unwrap().code
        };
        let state = async |title: &str| {
            let rows = entity::entry::Entity::find().all(&site.app.db).await.unwrap();
            rows.into_iter().find(|row| row.title == title).unwrap().state
        };
        let (worst, best) = (code("Năm").await, code("Một").await);
        let strikes = format!("/desk/contests/{STAGE}/strikes");
        let approval = format!("{strikes}/approval");

        let silent = organiser.post(&strikes, &[("code", worst.as_str())]).await;
        let offered = organiser.get(&format!("/desk/contests/{STAGE}/screening/{worst}")).await;
        organiser.post(&strikes, &[("code", worst.as_str()), ("reason", "Ảnh ghép")]).await;
        let twice = organiser.post(&strikes, &[("code", worst.as_str()), ("reason", "Ảnh ghép")]).await;
        assert_eq!(silent.status, StatusCode::UNPROCESSABLE_ENTITY, "a reason is needed");
        assert_eq!(offered.all("form[action$='/strikes']").len(), 1);
        assert_eq!((state("Năm").await, twice.status), (EntryState::Disqualified, StatusCode::CONFLICT));
        site.work().await;
        let told: Vec<_> = site.letters().into_iter().map(|one| (one.subject, one.body.contains("Ảnh ghép"))).collect();
        assert_eq!(told, [("Bài dự thi bị loại – Ảnh đẹp".to_owned(), true)]);

        publish(&mut organiser, &mut approver, STAGE).await;
        organiser.post(&strikes, &[("code", best.as_str()), ("reason", "Đã đoạt giải nơi khác")]).await;
        let waits = state("Một").await;
        let own = organiser.post(&approval, &[("code", best.as_str())]).await;
        let desk = approver.get(&format!("/desk/contests/{STAGE}/results")).await;
        let shown = desk.attributes("button[name=code]", "value");
        let dropped = organiser.post(&strikes, &[("act", "drop"), ("code", best.as_str()), ("reason", "Nhầm bài")]).await;
        let nothing = approver.post(&approval, &[("code", best.as_str())]).await;
        organiser.post(&strikes, &[("code", best.as_str()), ("reason", "Đã đoạt giải nơi khác")]).await;
        let done = approver.post(&approval, &[("code", best.as_str())]).await;

        assert_eq!(waits, EntryState::Accepted, "one person alone strikes out nothing that was published");
        assert_eq!(own.status, StatusCode::CONFLICT, "whoever asks does not approve");
        assert_eq!(shown, [best]);
        assert_eq!((dropped.status, nothing.status), (StatusCode::SEE_OTHER, StatusCode::NOT_FOUND));
        assert_eq!((done.status, state("Một").await), (StatusCode::SEE_OTHER, EntryState::Disqualified));
        site.work().await;
    }

    async fn whoever_has_no_address_reads_of_the_result_on_the_receipt_and_hears_of_it_from_their_officer(site: Site) {
        let (mut organiser, mut approver) = judged(site).await;
        let rows = entity::entry::Entity::find().all(&site.app.db).await.unwrap();
        let code = |title: &str| rows.iter().find(|row| row.title == title).unwrap().code.clone();
        let (first, third, struck) = (code("Một"), code("Ba"), code("Năm"));
        let before = site.browser().get(&format!("/receipts/{first}")).await;
        organiser.post(&format!("/desk/contests/{STAGE}/strikes"), &[("code", struck.as_str()), ("reason", "Ảnh ghép")]).await;
        publish(&mut organiser, &mut approver, STAGE).await;
        site.work().await;
        let mut officer = site.leads("td-kcn", "kcn@example.vn").await;

        let list = officer.get("/desk/units/td-kcn/entries").await;
        let by_code = site.browser().get(&format!("/receipts/{struck}")).await;
        let receipt = async |code: &str, phone: &str| {
            site.browser().post("/receipts", &[("code", code), ("phone", phone)]).await
        };
        let (won, none, out) = (receipt(&first, "0001").await, receipt(&third, "0003").await, receipt(&struck, "0005").await);

        let results = format!("/contests/{STAGE}/results");
        let link = format!("dd a[href='{results}']");
        let at = format!("http://localhost{results}");
        let won_nothing = |title: &str| format!("Chào Tác giả {title}, cuộc thi “Ảnh đẹp” đã công bố kết quả; bài “{title}” lần này chưa đoạt giải. Xem kết quả tại {at}");
        let won_that = |title: &str, prize: &str| format!("Chúc mừng Tác giả {title}! Bài “{title}” dự thi “Ảnh đẹp” đoạt {prize}. Xem kết quả tại {at}");
        assert_eq!(list.all("td textarea"), [
            format!("Chào Tác giả Năm, bài “Năm” dự thi “Ảnh đẹp” bị ban tổ chức loại: Ảnh ghép. Chi tiết: http://localhost/receipts/{struck}"),
            won_nothing("Bốn"), won_nothing("Ba"), won_that("Hai", "Giải nhì"), won_that("Một", "Giải nhất"),
        ]);
        assert_eq!((before.all(&link).len(), before.all(".prize").len()), (0, 0), "{}", before.text());
        assert_eq!((won.all(&link).len(), won.all("dd .prize")), (1, vec!["Giải nhất".to_owned()]), "{}", won.text());
        assert_eq!((none.all(&link).len(), none.all(".prize").len()), (1, 0), "{}", none.text());
        assert!(none.text().contains("lần này chưa đoạt giải"), "{}", none.text());
        assert!(out.text().contains("Ảnh ghép"), "{}", out.text());
        assert!(!by_code.text().contains("Ảnh ghép"), "a code is public, and the reason is theirs");
    }

    async fn everybody_is_written_to_once_winners_and_others_and_again_after_a_correction(site: Site) {
        let (mut organiser, mut approver) = judged(site).await;
        addresses(site).await;
        publish(&mut organiser, &mut approver, STAGE).await;
        site.work().await;
        let mut first: Vec<_> = site.letters().into_iter().map(|one| (one.to, one.subject)).collect();
        first.sort();
        let id = results::in_force(&site.app.db, contest::by_slug(&site.app.db, STAGE).await.unwrap().id()).await.unwrap().unwrap().id;
        let tx = db::begin(&site.app.db).await.unwrap();
        let job = hoithi::jobs::Job::Announce { publication: id };
        hoithi::jobs::enqueue(&tx, &job, site.app.clock.now()).await.unwrap();
        tx.commit().await.unwrap();
        site.work().await;
        let twice = site.letters().len();
        let rows = entity::entry::Entity::find().all(&site.app.db).await.unwrap();
        disqualify(site, rows.into_iter().find(|row| row.title == "Một").unwrap()).await;
        site.set_clock("2026-04-12T01:00:00Z");
        let mut organiser = site.signed_in(ORGANISER).await;
        let mut approver = site.signed_in(APPROVER).await;
        site.letters();
        organiser.post(PROPOSAL, &[("act", "propose"), ("reason", "Không phải ảnh gốc")]).await;
        approver.post(PUBLICATION, &[("sure", "yes")]).await;
        site.work().await;
        let mut second: Vec<_> = site.letters().into_iter().map(|one| (one.to, one.subject)).collect();
        second.sort();

        let to = |number: u32, subject: &str| (format!("so{number}@example.vn"), subject.to_owned());
        let (won, none) = ("Chúc mừng bạn đoạt giải – Ảnh đẹp", "Đã có kết quả – Ảnh đẹp");
        assert_eq!(first, [to(1, won), to(2, won), to(3, "The result is out – Ảnh đẹp"), to(4, none), to(5, none)]);
        assert_eq!(twice, 0, "the same announcement, done again");
        let corrected = "Kết quả đã được đính chính – Ảnh đẹp";
        assert_eq!(second, [
            to(2, corrected), to(3, "Congratulations on your prize – Ảnh đẹp"), to(4, corrected), to(5, corrected),
        ]);
    }
}
