//! What a definition lets in beside its slots: each word of it is kept, through the doors.

use actix_web::http::StatusCode;
use entity::entry::State;
use entity::{category, entry};
use sea_orm::EntityTrait;

use super::entry::{begin, contest, fill, submit};
use crate::support::{Site, both};

/// Enters the contest whose rules are changed so, and says how the submission was answered.
async fn entered(site: &Site, old: &str, new: &str) -> (StatusCode, String) {
    contest(site, |text| {
        assert!(text.contains(old), "{old}");
        text.replacen(old, new, 1)
    })
    .await;
    let mut browser = site.browser();
    let code = begin(&mut browser, 1).await;
    fill(&mut browser, &code, "Nguyễn Thị Hoa", "0912345678").await;
    let done = submit(&mut browser, &code).await;
    site.work().await;
    (done.status, done.all("[role=alert] p").join(" | "))
}

async fn state(site: &Site) -> State {
    entry::Entity::find().one(&site.app.db).await.unwrap().unwrap().state
}

both! {
    async fn an_entry_through_officers_only_is_kept_as_a_draft(site: Site) {
        let rule = "eligibility:\n  - { rule: { within: [ldld-thi-diem] }, proof: officer }\nquotas:";
        let (status, said) = entered(site, "quotas:", rule).await;

        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(said, "Cuộc thi này nhận bài qua cán bộ công đoàn. Bài được giữ trong bản nháp; hãy liên hệ cán bộ công đoàn của đơn vị. Sửa");
        assert_eq!(state(site).await, State::Draft);
    }

    async fn a_picture_of_another_shape_is_refused_when_it_is_chosen(site: Site) {
        contest(site, |text| text.replace("formats: [jpeg]", "formats: [jpeg]\n        aspect: \"16:9\"")).await;
        let photo = super::entry::picture(600, 400, 1, image::ImageFormat::Jpeg);
        let form = [("category", "photo"), ("unit", "td-cs-59")];

        let answer = site.browser().post_files("/contests/anh-dep/entries", &form, &[("slot.photo", "anh.jpg", &photo)]).await;

        assert!(answer.text().contains("khung hình phải là 16:9. Tệp này 600 × 400 điểm ảnh."), "{}", answer.text());
    }

    async fn a_category_of_another_intake_is_not_offered(site: Site) {
        contest(site, |text| {
            let phase = "phases:\n  - { key: later, kind: intake, opens: 2026-04-21, closes: 2026-04-25 }\n";
            let second = "  - key: late\n    title: Đợt hai\n    intake: later\n    slots: [{ key: text, kind: text, label: Bài }]\nquotas:";
            text.replace("phases:\n", phase).replace("quotas:", second)
        })
        .await;

        let now = site.browser().get("/contests/anh-dep/entries/new").await;
        site.set_clock("2026-04-22T01:00:00Z");
        let later = site.browser().get("/contests/anh-dep/entries/new").await;

        assert!(!now.text().contains("Đợt hai"), "{}", now.text());
        assert!(later.text().contains("Đợt hai"), "{}", later.text());
    }

    async fn the_jury_puts_an_entry_into_a_category_that_entrants_cannot_choose(site: Site) {
        contest(site, |text| {
            let (before, rest) = text.split_once("    slots:\n").unwrap();
            let (slots, after) = rest.split_once("quotas:").unwrap();
            format!("{before}    slots:\n{slots}  - key: then\n    title: Xưa\n    chosen_by: jury\n    slots:\n{slots}quotas:{after}")
        })
        .await;
        let mut browser = site.browser();
        let code = begin(&mut browser, 1).await;
        fill(&mut browser, &code, "Nguyễn Thị Hoa", "0912345678").await;
        submit(&mut browser, &code).await;
        site.work().await;
        let mut screener = site.leads("ldld-thi-diem", "duyet@example.vn").await;
        let at = format!("/desk/contests/anh-dep/screening/{code}");

        let offered = site.browser().get("/contests/anh-dep/entries/new").await;
        let shown = screener.get(&at).await;
        let put = screener.post(&format!("{at}/category"), &[("category", "then")]).await;
        let nowhere = screener.post(&format!("{at}/category"), &[("category", "none")]).await;

        assert!(!offered.text().contains("Xưa"));
        assert_eq!(shown.all("#category option"), ["Xưa"]);
        assert_eq!(put.status, StatusCode::SEE_OTHER, "{}", put.text());
        assert_eq!(nowhere.status, StatusCode::UNPROCESSABLE_ENTITY);
        let row = entry::Entity::find().one(&site.app.db).await.unwrap().unwrap();
        let own = category::Entity::find_by_id(row.category_id).one(&site.app.db).await.unwrap();
        assert_eq!(own.unwrap().key, "then");
        site.work().await;
    }
}
