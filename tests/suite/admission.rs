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

    async fn where_people_shown_have_to_belong_the_author_may_come_from_elsewhere(site: Site) {
        let rules = "eligibility:
  - { rule: { within: [td-an-phu] }, of: shown, text: Người trong ảnh thuộc xã An Phú. }
  - { rule: { unit_types: [province] }, of: shown, text: Người trong ảnh thuộc cơ quan tỉnh. }
quotas:";
        contest(site, |text| text.replacen("quotas:", rules, 1)).await;
        let mut browser = site.browser();
        let code = begin(&mut browser, 1).await;
        fill(&mut browser, &code, "Nguyễn Thị Hoa", "0912345678").await;
        let agreed = [("agree", "original"), ("agree", "eligibility-1"), ("agree", "eligibility-2")];

        let silent = browser.post(&format!("/drafts/{code}/submission"), &agreed[..2]).await;
        let taken = browser.post(&format!("/drafts/{code}/submission"), &agreed).await;

        let told = silent.all("[role=alert] p").join(" ");
        assert!(told.contains("Người trong ảnh thuộc cơ quan tỉnh.") && !told.contains("không thuộc"), "{told}");
        assert_eq!(taken.location, Some(format!("/receipts/{code}")), "{}", taken.text());
        site.work().await;
    }

    async fn every_condition_is_told_and_those_that_no_row_proves_are_declared(site: Site) {
        let rules = "eligibility:
  - { rule: { age: { min: 18, max: 35 } }, of: shown, text: { vi: Người trong ảnh từ 18 đến 35 tuổi., en: Those shown are 18 to 35. } }
  - { rule: { unit_types: [base] }, proof: officer }
  - { rule: { age: { min: 18 } } }
  - { rule: woman }
  - { rule: member }
quotas:
  - { per: person, category: photo, max: 3 }
  - { per: unit, unit_type: base, min: 1 }";
        contest(site, |text| text.replacen("quotas:", rules, 1)).await;
        let mut browser = site.browser();
        let code = begin(&mut browser, 1).await;

        let told = browser.get("/contests/anh-dep").await;
        let declared = browser.get(&format!("/drafts/{code}/check")).await;
        browser.post("/preferences", &[("lang", "en"), ("to", "/")]).await;
        let english = browser.get("/contests/anh-dep").await;

        assert_eq!(told.all("#conditions li"), [
            "Người trong ảnh từ 18 đến 35 tuổi.",
            "Thuộc loại đơn vị: Công đoàn cơ sở.",
            "Từ 18 tuổi trở lên vào ngày gửi bài.",
            "Tác giả là nữ.",
            "Tác giả là đoàn viên công đoàn.",
            "Bài gửi qua cán bộ công đoàn của đơn vị.",
            "Ảnh: Mỗi người gửi tối đa 3 bài.",
            "Mỗi đơn vị gửi tối đa 2 bài.",
        ]);
        assert_eq!(declared.all("#conditions li"), [
            "Người trong ảnh từ 18 đến 35 tuổi.",
            "Tác giả là nữ.",
            "Tác giả là đoàn viên công đoàn.",
        ]);
        assert_eq!(english.all("#conditions li")[..3], [
            "Those shown are 18 to 35.",
            "Belongs to a unit of these types: Grassroots union.",
            "At least 18 years old on the day of submission.",
        ]);
    }

    async fn whom_the_rules_name_as_excluded_is_told_to_the_screener_and_to_nobody_else(site: Site) {
        let rule = "excluded: { text: Ban tổ chức không dự thi., names: [NGUYEN THI HOA] }\nquotas:";
        let (status, said) = entered(site, "quotas:", rule).await;
        let code = entry::Entity::find().one(&site.app.db).await.unwrap().unwrap().code;
        let mut screener = site.leads("ldld-thi-diem", "duyet@example.vn").await;

        let shown = screener.get(&format!("/desk/contests/anh-dep/screening/{code}")).await;
        let public = site.browser().get("/contests/anh-dep").await;

        assert_eq!((status, said.as_str()), (StatusCode::SEE_OTHER, ""));
        assert_eq!(shown.all(".notice p")[1..], [
            "“Nguyễn Thị Hoa” trùng tên với người trong danh sách không được dự thi. Hãy hỏi xem có phải cùng một người không.",
        ]);
        assert!(public.text().contains("Ban tổ chức không dự thi.") && !public.text().contains("NGUYEN"));
    }

    async fn the_crew_is_refused_where_the_rules_say_so_and_else_pointed_out(site: Site) {
        contest(site, |text| text.replacen("quotas:", "excluded: { text: Ban tổ chức không dự thi., crew: true }\nquotas:", 1)).await;
        let mut lead = site.leads("ldld-thi-diem", "duyet@example.vn").await;
        let (mut hoa, mut hung) = (site.signed_in("hoa@example.vn").await, site.browser());
        let mut codes = Vec::new();
        for (browser, seed, name) in [(&mut hoa, 1, "Nguyễn Thị Hoa"), (&mut hung, 2, "Trần Văn Hùng")] {
            let code = begin(browser, seed).await;
            fill(browser, &code, name, &format!("091234567{seed}")).await;
            let done = submit(browser, &code).await;
            assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
            codes.push(code);
        }
        for (name, email) in [("Hoa", "hoa@example.vn"), ("Tran Van Hung", "hung@example.vn")] {
            let form = [("role", "screener"), ("name", name), ("email", email)];
            lead.post("/desk/contests/anh-dep/crew", &form).await;
        }

        let late = begin(&mut hoa, 3).await;
        fill(&mut hoa, &late, "Nguyễn Thị Hoa", "0912345679").await;
        let late = submit(&mut hoa, &late).await;
        let mut told = Vec::new();
        for code in &codes {
            let shown = lead.get(&format!("/desk/contests/anh-dep/screening/{code}")).await;
            told.push(shown.all(".notice p").remove(1));
        }

        assert_eq!(late.all("[role=alert] p"), ["Thể lệ không nhận bài của ban tổ chức và giám khảo cuộc thi này. Sửa"]);
        assert!(told[0].ends_with(", người gửi bài này, thuộc ban tổ chức hoặc ban giám khảo cuộc thi."), "{told:?}");
        assert_eq!(told[1], "“Trần Văn Hùng” trùng tên với một người thuộc ban tổ chức hoặc ban giám khảo. Hãy hỏi xem có phải cùng một người không.");
        site.work().await;
    }

    async fn a_text_without_its_hashtag_is_refused(site: Site) {
        contest(site, |text| text.replacen("words: { max: 500 }", "hashtags: [\"#CongDoan\"]", 1)).await;
        let mut answers = Vec::new();
        for (seed, story) in [(1, "Chuyện #congdoanviet"), (2, "Chuyện (#CÔNGDOAN, #congdoan)")] {
            let mut browser = site.browser();
            let code = begin(&mut browser, seed).await;
            browser.post(&format!("/drafts/{code}/work"), &[("slot.story", story)]).await;
            fill(&mut browser, &code, "Nguyễn Thị Hoa", &format!("091234567{seed}")).await;
            answers.push(submit(&mut browser, &code).await);
        }

        assert_eq!(answers[0].all("[role=alert] p"), ["Câu chuyện: trong bài chưa có #CongDoan. Sửa"]);
        assert_eq!(answers[1].status, StatusCode::SEE_OTHER, "{}", answers[1].text());
        site.work().await;
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
