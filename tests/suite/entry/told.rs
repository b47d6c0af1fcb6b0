//! What is missing or not as the rules want it gets its sentence, and nothing that was typed or
//! sent is lost.

use actix_web::http::StatusCode;
use entity::entry::State;
use entity::{entry, file};
use hoithi::contest::apply::{Change, apply};
use hoithi::contest::document;
use hoithi::db;
use image::ImageFormat;
use sea_orm::EntityTrait;

use super::{PHOTO, START, about, begin, contest, fill, picture, sentences, submit};
use crate::support::both;

both! {
    async fn files_that_are_not_what_the_slot_asks_get_their_sentences(site: Site) {
        contest(site, |text| text).await;
        let small = picture(300, 200, 1, ImageFormat::Jpeg);
        let png = picture(600, 400, 1, ImageFormat::Png);
        let whole = picture(600, 400, 1, ImageFormat::Jpeg);
        let cases: [(&[u8], &str); 6] = [
            (&png, "tệp này là PNG, cuộc thi chỉ nhận JPEG"),
            (b"", "Tệp rỗng (0 byte)"),
            (&small, "cạnh dài 300 điểm ảnh, tối thiểu 400"),
            (b"<html>no picture</html>", "Không nhận ra loại tệp này"),
            (b"just words", "chỉ nhận JPEG"),
            (&whole[..100], "Tệp bị"),
        ];

        for (bytes, sentence) in cases {
            let mut browser = site.browser();
            let form = [("category", "photo")];
            let files = [("slot.photo", "anh.jpg", bytes)];
            let answer = browser.post_files(START, &form, &files).await;

            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{sentence}");
            assert!(sentences(&answer).contains(sentence), "{}", sentences(&answer));
        }
        assert_eq!(file::Entity::find().all(&site.app.db).await.unwrap().len(), 0);
    }

    async fn the_step_about_the_entrant_is_not_left_with_empty_fields_and_keeps_the_rest(site: Site) {
        contest(site, |text| text).await;
        let mut browser = site.browser();
        let code = begin(&mut browser, 1).await;
        let path = format!("/drafts/{code}/about");
        let page = browser.get(&path).await;
        let version = page.attributes("input[name='version']", "value").remove(0);

        let form = [("version", version.as_str()), ("title", "Giờ vào ca"), ("unit", "td-cs-59")];
        let some = browser.post(&path, &form).await;
        let again = browser.get(&path).await;

        assert_eq!(some.status, StatusCode::UNPROCESSABLE_ENTITY);
        let told = sentences(&some);
        assert!(told.contains("họ và tên") && told.contains("số điện thoại"), "{told}");
        assert!(!told.contains("đặt tên cho tác phẩm"), "{told}");
        assert_eq!(again.attributes("#title", "value"), ["Giờ vào ca"], "what was typed is kept");
        site.work().await;
    }

    async fn everything_that_is_missing_is_told_at_once(site: Site) {
        contest(site, |text| text).await;
        let mut browser = site.browser();
        let code = begin(&mut browser, 1).await;

        let answer = browser.post(&format!("/drafts/{code}/submission"), &[]).await;

        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        let told = sentences(&answer);
        for sentence in ["đặt tên cho tác phẩm", "họ và tên", "số điện thoại", "cần chú thích", "cam kết"] {
            assert!(told.contains(sentence), "{sentence}: {told}");
        }
        site.work().await;
    }

    async fn an_essay_of_501_words_is_refused_where_500_are_allowed_and_taken_with_tolerance(site: Site) {
        contest(site, |text| text).await;
        let mut browser = site.browser();
        let code = begin(&mut browser, 1).await;
        fill(&mut browser, &code, "Nguyễn Thị Hoa", "0912345678").await;
        let story = "chữ ".repeat(501);
        browser.post(&format!("/drafts/{code}/work"), &[("slot.story", &story)]).await;

        let refused = submit(&mut browser, &code).await;

        assert!(sentences(&refused).contains("có 501 chữ, tối đa 500 chữ"), "{}", refused.text());
        let text = document::read(&PHOTO.replace("tolerance_percent: 0", "tolerance_percent: 1"));
        let tx = db::begin(&site.app.db).await.unwrap();
        let change = Change { reason: "nới".to_owned(), notice: "Nới số chữ".to_owned() };
        apply(&tx, &text.unwrap(), None, &change, site.app.clock.now()).await.unwrap();
        tx.commit().await.unwrap();
        let taken = submit(&mut browser, &code).await;
        assert_eq!(taken.status, StatusCode::SEE_OTHER, "{}", sentences(&taken));
        site.work().await;
    }

    async fn a_deadline_passed_while_typing_loses_nothing_and_grace_lets_it_finish(site: Site) {
        contest(site, |text| text).await;
        let (mut early, mut late) = (site.browser(), site.browser());
        let (in_time, too_late) = (begin(&mut early, 1).await, begin(&mut late, 2).await);

        site.set_clock("2026-04-10T10:29:59Z");
        fill(&mut early, &in_time, "Nguyễn Thị Hoa", "0912345678").await;
        let taken = submit(&mut early, &in_time).await;
        site.set_clock("2026-04-10T10:30:00Z");
        let kept = about(&mut late, &too_late, "Trần Văn Bình", "0987654321").await;
        let refused = submit(&mut late, &too_late).await;

        assert_eq!(taken.status, StatusCode::SEE_OTHER);
        assert_eq!(kept.status, StatusCode::SEE_OTHER, "what was typed is kept");
        assert_eq!(refused.status, StatusCode::CONFLICT);
        assert!(sentences(&refused).contains("Đã hết hạn lúc 17 giờ 00"), "{}", sentences(&refused));
        assert!(refused.text().contains("Trần Văn Bình"));
        let new = late.get("/contests/anh-dep/entries/new").await;
        assert!(new.all("[role=alert]").join("").contains("Đã hết hạn"));
        site.work().await;
    }

    async fn one_entry_more_than_the_unit_may_send_is_refused_and_stays_a_draft(site: Site) {
        contest(site, |text| text).await;
        for seed in 0..2 {
            let mut browser = site.browser();
            let code = begin(&mut browser, seed).await;
            fill(&mut browser, &code, "Nguyễn Thị Hoa", &format!("091234567{seed}")).await;
            assert_eq!(submit(&mut browser, &code).await.status, StatusCode::SEE_OTHER);
        }
        let mut third = site.browser();
        let code = begin(&mut third, 9).await;
        fill(&mut third, &code, "Lê Thị Mai", "0900000009").await;

        let refused = submit(&mut third, &code).await;

        assert!(sentences(&refused).contains("Đơn vị đã gửi đủ 2 bài"), "{}", sentences(&refused));
        let rows = entry::Entity::find().all(&site.app.db).await.unwrap();
        let drafts = rows.iter().filter(|row| row.state == State::Draft).count();
        assert_eq!((rows.len(), drafts), (3, 1));
        site.work().await;
    }

    async fn a_quota_holds_while_another_submission_is_under_way(site: Site) {
        let id = contest(site, |text| text.replace("max: 2 }", "max: 1 }")).await;
        let (mut one, mut two) = (site.browser(), site.browser());
        let (first, second) = (begin(&mut one, 1).await, begin(&mut two, 2).await);
        fill(&mut one, &first, "Nguyễn Thị Hoa", "0912345678").await;
        fill(&mut two, &second, "Lê Thị Mai", "0900000009").await;
        let held = db::begin(&site.app.db).await.unwrap();
        contest::lock(&held, id).await.unwrap();

        let both = futures_util::future::join(submit(&mut one, &first), submit(&mut two, &second));
        let release = async { held.commit().await.unwrap() };
        let ((a, b), ()) = futures_util::future::join(both, release).await;

        let taken = [a.status, b.status].iter().filter(|s| **s == StatusCode::SEE_OTHER).count();
        assert_eq!(taken, 1);
        site.work().await;
    }
}
