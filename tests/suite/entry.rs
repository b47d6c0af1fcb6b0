//! Entries: the way in, through the doors.

use std::io::Cursor;

use actix_web::http::StatusCode;
use entity::entry::State;
use entity::id::ContestId;
use entity::{entry, file, part, rendition};
use hoithi::contest::apply::{self, Change, apply};
use hoithi::contest::definition::Definition;
use hoithi::contest::document;
use hoithi::{contest, db, media};
use image::{ImageFormat, Rgb, RgbImage};
use sea_orm::EntityTrait;

use crate::support::{Answer, Browser, Site, both};

/// The definition of [`contest`].
pub const PHOTO: &str = "
slug: anh-dep
title: Ảnh đẹp công đoàn
unit: ldld-thi-diem
phases:
  - { key: intake, kind: intake, opens: 2026-04-01, closes: 2026-04-10 17:00, grace_minutes: 30 }
  - { key: vote, kind: voting, opens: 2026-04-12, closes: 2026-04-20 }
categories:
  - key: photo
    title: Ảnh
    slots:
      - key: photo
        kind: photo
        label: Ảnh dự thi
        formats: [jpeg]
        long_side: { min: 400 }
        caption: { required: true, words: { max: 10 } }
      - key: story
        kind: text
        label: Câu chuyện
        count: { min: 0, max: 1 }
        words: { max: 500 }
        tolerance_percent: 0
quotas:
  - { per: unit, max: 2 }
declarations:
  - { key: original, text: Tôi cam kết đây là ảnh gốc. }
";

/// The contest of these tests, announced; `change` may alter it first.
pub async fn contest(site: &Site, change: impl FnOnce(String) -> String) -> ContestId {
    site.units().await;
    let definition: Definition = document::read(&change(PHOTO.to_owned())).expect("a definition");
    let tx = db::begin(&site.app.db).await.unwrap();
    let now = site.app.clock.now();
    let id = apply(&tx, &definition, None, &Change::default(), now).await.unwrap();
    tx.commit().await.unwrap();
    let admin = site.admin("admin@example.vn").await;
    let tx = db::begin(&site.app.db).await.unwrap();
    let whole = contest::by_id(&tx, id).await.unwrap();
    let organiser = contest::Organiser::of(&tx, &whole, admin, now).await.unwrap();
    apply::announce(&tx, &organiser, now).await.unwrap();
    tx.commit().await.unwrap();
    id
}

/// A drawn picture that differs by `seed`.
pub fn picture(width: u32, height: u32, seed: u8, format: ImageFormat) -> Vec<u8> {
    let drawn = RgbImage::from_fn(width, height, |x, y| {
        let wave = |value: u32| u8::try_from((value * 3 + u32::from(seed) * 17) % 256).unwrap_or(0);
        Rgb([wave(x), wave(y), wave(x ^ y)])
    });
    let mut bytes = Cursor::new(Vec::new());
    drawn.write_to(&mut bytes, format).expect("a picture");
    bytes.into_inner()
}

const START: &str = "/contests/anh-dep/entries";

/// Begins a draft with a picture; answers its code.
pub async fn begin(browser: &mut Browser, seed: u8) -> String {
    let photo = picture(600, 400, seed, ImageFormat::Jpeg);
    let form = [("category", "photo"), ("unit", "td-cs-59")];
    let answer = browser.post_files(START, &form, &[("slot.photo", "anh.jpg", &photo)]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    let to = answer.location.expect("the next step");
    to.split('/').nth(2).expect("a code").to_owned()
}

/// Fills everything in but what is agreed to.
pub async fn fill(browser: &mut Browser, code: &str, name: &str, phone: &str) {
    let page = browser.get(&format!("/drafts/{code}/work")).await;
    let alt = page.attributes("input[name^='alt.']", "name").remove(0);
    let part = alt.trim_start_matches("alt.").to_owned();
    let caption = format!("caption.{part}");
    let form = [(alt.as_str(), "Công nhân may"), (caption.as_str(), "Giờ làm việc ở xưởng may")];
    let kept = browser.post(&format!("/drafts/{code}/work"), &form).await;
    assert_eq!(kept.location, Some(format!("/drafts/{code}/about")), "{}", kept.text());
    let about = about(browser, code, name, phone).await;
    assert_eq!(about.location, Some(format!("/drafts/{code}/check")), "{}", about.text());
}

async fn about(browser: &mut Browser, code: &str, name: &str, phone: &str) -> Answer {
    let page = browser.get(&format!("/drafts/{code}/about")).await;
    let version = page.attributes("input[name='version']", "value").remove(0);
    let form = [
        ("version", version.as_str()),
        ("title", "Giờ vào ca"),
        ("name", name),
        ("show", "full"),
        ("unit", "td-cs-59"),
        ("phone", phone),
    ];
    browser.post(&format!("/drafts/{code}/about"), &form).await
}

pub async fn submit(browser: &mut Browser, code: &str) -> Answer {
    browser.post(&format!("/drafts/{code}/submission"), &[("agree", "original")]).await
}

/// The sentences of a refused form.
fn sentences(answer: &Answer) -> String {
    answer.all("[role=alert] p").join(" | ")
}

both! {
    async fn a_work_is_chosen_described_and_submitted_without_an_account(site: Site) {
        contest(site, |text| text).await;
        let mut phone = site.browser();

        let start = phone.get("/contests/anh-dep/entries/new?dv=td-cs-59").await;
        assert_eq!(start.status, StatusCode::OK);
        assert!(start.text().contains("Công ty May Tân Tiến"));
        let code = begin(&mut phone, 1).await;
        fill(&mut phone, &code, "Nguyễn Thị Hoa", "+84 912 345 678").await;
        let done = submit(&mut phone, &code).await;

        assert_eq!(done.location, Some(format!("/receipts/{code}")), "{}", done.text());
        let receipt = phone.get(&format!("/receipts/{code}")).await;
        assert!(receipt.text().contains("bài số 1 lúc 08:00:00 ngày 1/4/2026"), "{}", receipt.text());
        let qr = phone.get(&format!("/receipts/{code}/qr.svg")).await;
        assert!(qr.text().contains("<svg"));
        let row = entry::Entity::find().one(&site.app.db).await.unwrap().unwrap();
        assert_eq!((row.state, row.number), (State::Submitted, Some(1)));
        assert_eq!(row.phone.as_deref(), Some("0912345678"));
        site.work().await;
    }

    async fn submitting_twice_is_submitting_once(site: Site) {
        contest(site, |text| text).await;
        let mut browser = site.browser();
        let code = begin(&mut browser, 1).await;
        fill(&mut browser, &code, "Nguyễn Thị Hoa", "0912345678").await;

        let (first, second) = (submit(&mut browser, &code).await, submit(&mut browser, &code).await);

        assert_eq!((first.status, second.status), (StatusCode::SEE_OTHER, StatusCode::SEE_OTHER));
        let rows = entry::Entity::find().all(&site.app.db).await.unwrap();
        assert_eq!(rows.iter().map(|row| row.number).collect::<Vec<_>>(), [Some(1)]);
        site.work().await;
    }

    async fn a_first_form_sent_twice_begins_one_draft_with_one_picture(site: Site) {
        contest(site, |text| text).await;
        let mut browser = site.browser();
        let start = browser.get("/contests/anh-dep/entries/new").await;
        let once = start.attributes("input[name=once]", "value").remove(0);
        let photo = picture(600, 400, 1, ImageFormat::Jpeg);
        let form = [("category", "photo"), ("once", once.as_str())];
        let files: [(&str, &str, &[u8]); 1] = [("slot.photo", "anh.jpg", &photo)];

        browser.post_files(START, &form, &files).await;
        let second = browser.post_files(START, &form, &files).await;

        assert_eq!(second.status, StatusCode::SEE_OTHER, "{}", second.text());
        assert_eq!(entry::Entity::find().all(&site.app.db).await.unwrap().len(), 1);
        assert_eq!(part::Entity::find().all(&site.app.db).await.unwrap().len(), 1);
        site.work().await;
    }

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

    async fn a_resume_code_brings_the_draft_back_on_another_phone(site: Site) {
        contest(site, |text| text).await;
        let (mut one, mut other) = (site.browser(), site.browser());
        let code = begin(&mut one, 1).await;
        let page = one.get(&format!("/drafts/{code}/work")).await;
        let shown = page.all("p.hint").into_iter().find(|text| text.contains("Mã tiếp tục")).unwrap();
        let resume = shown.split_whitespace().find(|word| word.matches('-').count() == 3).unwrap();

        let stranger = other.get(&format!("/drafts/{code}/work")).await;
        let back = other.post("/receipts", &[("code", resume.trim_end_matches('.'))]).await;

        assert_eq!(stranger.status, StatusCode::NOT_FOUND);
        assert_eq!(back.location, Some(format!("/drafts/{code}/work")));
        assert_eq!(other.get(&format!("/drafts/{code}/work")).await.status, StatusCode::OK);
        site.work().await;
    }

    async fn two_windows_cannot_overwrite_each_other(site: Site) {
        contest(site, |text| text).await;
        let mut browser = site.browser();
        let code = begin(&mut browser, 1).await;
        let form = |name| [("version", "1"), ("title", "Một"), ("name", name), ("unit", "td-cs-59"), ("phone", "0912345678")];
        let path = format!("/drafts/{code}/about");
        let page = browser.get(&path).await;
        let version = page.attributes("input[name='version']", "value").remove(0);
        let mut first = form("Cửa sổ một");
        first[0].1 = &version;
        let mut second = form("Cửa sổ hai");
        second[0].1 = &version;
        browser.post(&path, &first).await;

        let stale = browser.post(&path, &second).await;

        assert_eq!(stale.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(sentences(&stale).contains("cửa sổ khác"));
        assert!(stale.text().contains("Cửa sổ hai"), "what was typed stands there");
        site.work().await;
    }

    async fn the_same_form_sent_twice_is_kept_once(site: Site) {
        contest(site, |text| text).await;
        let mut browser = site.browser();
        let code = begin(&mut browser, 1).await;
        let path = format!("/drafts/{code}/about");
        let page = browser.get(&path).await;
        let version = page.attributes("input[name='version']", "value").remove(0);
        let form = [
            ("version", version.as_str()),
            ("title", "Một"),
            ("name", "Hoa"),
            ("unit", "td-cs-59"),
            ("phone", "0912345678"),
        ];

        let first = browser.post(&path, &form).await;
        let again = browser.post(&path, &form).await;

        assert_eq!(first.location, Some(format!("/drafts/{code}/check")), "{}", first.text());
        assert_eq!(again.location, first.location, "{}", again.text());
        let row = entry::Entity::find().one(&site.app.db).await.unwrap().unwrap();
        assert_eq!(row.version.to_string(), (version.parse::<i32>().unwrap() + 1).to_string());
        site.work().await;
    }

    async fn copies_for_the_public_are_drawn_small_and_a_withdrawn_work_loses_them(site: Site) {
        contest(site, |text| text).await;
        let mut browser = site.browser();
        let code = begin(&mut browser, 1).await;
        fill(&mut browser, &code, "Nguyễn Thị Hoa", "0912345678").await;
        submit(&mut browser, &code).await;
        site.work().await;
        let file = file::Entity::find().one(&site.app.db).await.unwrap().unwrap();
        let address = format!("/media/{}/preview.jpeg", file.id);

        let preview = browser.get(&address).await;
        let drawn = image::load_from_memory(&preview.bytes).unwrap();
        let withdrawn = browser.post(&format!("/receipts/{code}/withdrawal"), &[]).await;

        assert_eq!((drawn.width(), drawn.height()), (1200, 630));
        assert!(preview.headers.get("cache-control").unwrap().to_str().unwrap().contains("immutable"));
        assert_eq!(preview.headers.get("x-content-type-options").unwrap(), "nosniff");
        assert_eq!(withdrawn.status, StatusCode::SEE_OTHER);
        assert_eq!(browser.get(&address).await.status, StatusCode::NOT_FOUND);
        assert_eq!(rendition::Entity::find().all(&site.app.db).await.unwrap().len(), 0);
        let events = entity::entry_event::Entity::find().all(&site.app.db).await.unwrap();
        assert!(events.iter().any(|event| event.kind == "withdrawn"));
    }

    async fn a_work_that_was_taken_back_before_its_copies_are_drawn_gets_none(site: Site) {
        contest(site, |text| text).await;
        let mut browser = site.browser();
        let code = begin(&mut browser, 1).await;
        fill(&mut browser, &code, "Nguyễn Thị Hoa", "0912345678").await;
        submit(&mut browser, &code).await;

        browser.post(&format!("/receipts/{code}/withdrawal"), &[]).await;
        site.work().await;

        let file = file::Entity::find().one(&site.app.db).await.unwrap().unwrap();
        assert_eq!(rendition::Entity::find().all(&site.app.db).await.unwrap().len(), 0);
        let key = media::copy_key(file.id, "320", "jpeg");
        assert!(site.app.store.get(&key).await.is_err(), "nor does the store keep any");
        assert!(site.app.store.get(&file.storage_key).await.is_ok(), "the original stays");
    }

    async fn an_author_reads_and_erases_what_is_held(site: Site) {
        contest(site, |text| text).await;
        let mut browser = site.browser();
        let code = begin(&mut browser, 1).await;
        fill(&mut browser, &code, "Nguyễn Thị Hoa", "0912345678").await;
        submit(&mut browser, &code).await;
        site.work().await;

        let data = browser.get(&format!("/receipts/{code}/data.json")).await.json();
        let stranger = site.browser().get(&format!("/receipts/{code}/data.json")).await;
        let erased = browser.post(&format!("/receipts/{code}/erasure"), &[]).await;

        assert_eq!(data["entry"]["name"], "Nguyễn Thị Hoa");
        assert_eq!(data["consents"][0]["text"], "Tôi cam kết đây là ảnh gốc.");
        assert_eq!(stranger.status, StatusCode::NOT_FOUND);
        assert_eq!(erased.status, StatusCode::SEE_OTHER);
        let row = entry::Entity::find().one(&site.app.db).await.unwrap().unwrap();
        assert_eq!((row.entrant_name.as_str(), row.phone, row.number), ("", None, Some(1)));
        assert_eq!(part::Entity::find().all(&site.app.db).await.unwrap().len(), 0);
        assert_eq!(site.app.store.list("").await.unwrap(), Vec::<String>::new());
    }
}
