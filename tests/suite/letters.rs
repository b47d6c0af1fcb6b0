//! Letters to entrants and reminders: who gets one, what it says, in which language, and that nobody
//! gets a reminder twice.

use entity::entry;
use hoithi::{db, worker};
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel, Set};

use super::story::{ORGANISER, STAGE, Work, announce, enter, seat, stage, staged};
use crate::support::{Browser, Site, both};

/// Changes the only entry.
async fn change(site: &Site, with: impl FnOnce(&mut entry::ActiveModel)) {
    let row = entry::Entity::find().one(&site.app.db).await.unwrap().expect("an entry");
    let tx = db::begin(&site.app.db).await.unwrap();
    let mut row = row.into_active_model();
    with(&mut row);
    row.update(&tx).await.unwrap();
    tx.commit().await.unwrap();
}

/// Reminders that go out now: address and subject.
async fn reminded(site: &Site) -> Vec<(String, String)> {
    worker::remind(&site.app).await.unwrap();
    site.work().await;
    site.letters().into_iter().map(|letter| (letter.to, letter.subject)).collect()
}

/// Somebody with an address sends a photo in; answers its code.
async fn entered(browser: &mut Browser, n: u8, email: &str) -> String {
    let work = Work {
        title: "Giờ vào ca".to_owned(),
        name: "Nguyễn Thị Hoa".to_owned(),
        phone: format!("091234560{n}"),
        email,
        seed: n,
        agree: &["original"],
        ..Work::of(STAGE, "photo", "td-kcn")
    };
    enter(browser, &work).await
}

/// Letters that go out now: address, subject, body.
async fn sent(site: &Site) -> Vec<(String, String, String)> {
    site.work().await;
    site.letters().into_iter().map(|one| (one.to, one.subject, one.body)).collect()
}

both! {
    async fn an_entrant_hears_that_the_entry_came_has_to_be_mended_and_is_valid(site: Site) {
        site.units().await;
        announce(site, &staged("")).await;
        let mut screener = site.leads("ldld-thi-diem", ORGANISER).await;
        let mut browser = site.browser();
        let code = entered(&mut browser, 1, "hoa@example.vn").await;
        let at = format!("/desk/contests/{STAGE}/screening/{code}");

        let received = sent(site).await;
        let finding = [("verdict", "return"), ("reason", "reason-blurred"), ("note", "Hãy gửi ảnh gốc."), ("until", "2026-04-04")];
        screener.post(&at, &finding).await;
        let returned = sent(site).await;
        browser.post(&format!("/drafts/{code}/submission"), &[("agree", "original")]).await;
        let again = sent(site).await;
        screener.post(&at, &[("verdict", "accept")]).await;
        let accepted = sent(site).await;

        let letter = |subject: &str, body: &str| vec![("hoa@example.vn".to_owned(), format!("{subject} – Ảnh đẹp"), body.replace("CODE", &code))];
        let receipt = letter(
            "Đã nhận bài dự thi 1",
            "Ban tổ chức đã nhận bài “Giờ vào ca”, mã CODE, số 1.\n\nXem tình trạng bài tại http://localhost/receipts/CODE",
        );
        assert_eq!((received, again), (receipt, vec![]), "an entry has one receipt");
        assert_eq!(returned, letter(
            "Bài dự thi cần bổ sung",
            "Bài “Giờ vào ca”, mã CODE, cần được sửa chậm nhất 23 giờ 59 thứ Bảy ngày 4 tháng 4.\nLý do: Ảnh mờ, vỡ. Hãy gửi ảnh gốc.\n\nSửa bài tại http://localhost/receipts/CODE",
        ));
        assert_eq!(accepted, letter("Bài dự thi hợp lệ", "Bài “Giờ vào ca”, mã CODE, đã được duyệt hợp lệ.\n\nXem tại http://localhost/receipts/CODE"));
    }

    async fn whoever_entered_in_english_is_written_to_in_english(site: Site) {
        site.units().await;
        announce(site, &staged("")).await;
        let mut screener = site.leads("ldld-thi-diem", ORGANISER).await;
        let mut browser = site.browser();
        browser.post("/preferences", &[("lang", "en")]).await;
        let code = entered(&mut browser, 1, "jo@example.com").await;
        let silent = entered(&mut site.browser(), 2, "").await;

        let received: Vec<_> = sent(site).await.into_iter().map(|one| (one.0, one.1)).collect();
        let at = |code: &str| format!("/desk/contests/{STAGE}/screening/{code}");
        let finding = [("verdict", "reject"), ("reason", "reason-logo"), ("note", "")];
        screener.post(&at(&code), &finding).await;
        screener.post(&at(&silent), &finding).await;
        let rejected = sent(site).await;

        let to = "jo@example.com".to_owned();
        assert_eq!(received, [(to.clone(), "Entry 1 received – Ảnh đẹp".to_owned())]);
        let body = format!("“Giờ vào ca”, code {code}, was not taken.\nReason: Logo, signature or frame. \n\nSee it at http://localhost/receipts/{code}");
        assert_eq!(rejected, [(to, "Your entry is not valid – Ảnh đẹp".to_owned(), body)]);
    }

    async fn whoever_has_a_draft_is_reminded_once_before_the_deadline(site: Site) {
        site.units().await;
        announce(site, &staged("")).await;
        let form = [("category", "photo"), ("unit", "td-kcn")];
        site.browser().post_files(&format!("/contests/{STAGE}/entries"), &form, &[]).await;
        change(site, |row| row.email = Set(Some("hoa@example.vn".to_owned()))).await;

        let early = reminded(site).await;
        site.set_clock("2026-04-04T01:00:00Z");
        let due = reminded(site).await;
        let again = reminded(site).await;
        site.set_clock("2026-04-06T01:00:00Z");
        let late = reminded(site).await;

        assert_eq!(early, []);
        let subject = "Bài dự thi chưa gửi – Ảnh đẹp".to_owned();
        assert_eq!(due, [("hoa@example.vn".to_owned(), subject)]);
        assert_eq!((again, late), (vec![], vec![]));
    }

    async fn whoever_has_to_mend_an_entry_is_reminded_in_their_language(site: Site) {
        stage(site, "", &["Một"]).await;
        let until = site.app.clock.now().plus_seconds(10 * 3600);
        change(site, |row| {
            row.email = Set(Some("hoa@example.vn".to_owned()));
            row.lang = Set("en".to_owned());
            row.state = Set(entry::State::Returned);
            row.repair_until = Set(Some(until));
        })
        .await;

        let due = reminded(site).await;
        let again = reminded(site).await;

        let subject = "Your entry has to be mended soon – Ảnh đẹp".to_owned();
        assert_eq!((due, again), (vec![("hoa@example.vn".to_owned(), subject)], vec![]));
    }

    async fn a_judge_with_open_sheets_is_reminded_before_the_round_ends(site: Site) {
        let round = "rounds: [{ key: final, title: Chung khảo, phase: final, criteria: [{ key: art, label: Nghệ thuật, max: 10 }] }]";
        stage(site, round, &["Một", "Hai"]).await;
        let mut organiser = site.signed_in(ORGANISER).await;
        let round = format!("/desk/contests/{STAGE}/rounds/final");
        seat(site, &mut organiser, &round, &["gk@example.vn"]).await;
        site.work().await;
        site.letters();

        let early = reminded(site).await;
        site.set_clock("2026-04-09T01:00:00Z");
        let due = reminded(site).await;
        let again = reminded(site).await;

        assert_eq!(early, []);
        assert_eq!(due, [("gk@example.vn".to_owned(), "Còn phiếu chưa chấm – Ảnh đẹp".to_owned())]);
        assert_eq!(again, []);
    }
}
