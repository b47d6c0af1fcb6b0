//! Entries: the way in, through the doors.

mod back;
mod told;
mod twice;

use std::io::Cursor;

use actix_web::http::StatusCode;
use entity::entry;
use entity::entry::State;
use entity::id::ContestId;
use hoithi::contest::apply::{self, Change, apply};
use hoithi::contest::definition::Definition;
use hoithi::contest::document;
use hoithi::{contest, db};
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

/// The contest of these tests with a work of Nguyễn Thị Hoa's that is handed in: her phone, and its code.
pub async fn entered(site: &Site) -> (Browser, String) {
    contest(site, |text| text).await;
    let mut browser = site.browser();
    let code = begin(&mut browser, 1).await;
    fill(&mut browser, &code, "Nguyễn Thị Hoa", "0912345678").await;
    submit(&mut browser, &code).await;
    (browser, code)
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
}
