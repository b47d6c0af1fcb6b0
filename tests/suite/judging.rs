//! Judging, through the doors: blindness, versions, who gets what, the close.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use entity::{entry, file};
use image::ImageFormat;
use sea_orm::EntityTrait;
use serde_json::json;

use super::entry::picture;
use super::story::{
    ORGANISER, STAGE, Work, accept_all, announce, close, judge, seat, stage, staged, units,
};
use crate::support::{Answer, Browser, Site, both, rounds};

const ROUND: &str = "/desk/contests/san-khau/rounds/final";

/// What judges mark.
const MARKS: [&str; 2] = [
    "{ key: content, label: Nội dung, hint: Đúng chủ đề, max: 10 }",
    "{ key: art, label: Nghệ thuật, max: 10, step_hundredths: 50 }",
];

async fn organiser(site: &Site) -> Browser {
    site.signed_in(ORGANISER).await
}

/// The first of a judge's works: its address.
async fn first(judge: &mut Browser) -> String {
    works(judge).await.remove(0)
}

async fn works(judge: &mut Browser) -> Vec<String> {
    let desk = judge.get("/desk").await;
    let round = desk.attributes("a[href^='/judging/']", "href").remove(0);
    judge.get(&round).await.attributes(".cards a", "href")
}

async fn titles(judge: &mut Browser) -> Vec<String> {
    let mut titles = Vec::new();
    for work in works(judge).await {
        let head = judge.get(&work).await.all("h1").remove(0);
        titles.push(head.rsplit(' ').next().expect("a title").to_owned());
    }
    titles.sort();
    titles
}

async fn put(judge: &mut Browser, work: &str, version: i32, marks: serde_json::Value) -> Answer {
    let sheet = json!({ "version": version, "marks": marks });
    judge.put_json(&format!("{work}/sheet"), &sheet).await
}

fn said(answer: &Answer) -> String {
    answer.all("[role=alert]").join(" ")
}

/// A JPEG that carries words in its comment and in an Exif block.
fn labelled(words: &str) -> Vec<u8> {
    let plain = picture(96, 72, 1, ImageFormat::Jpeg);
    let segment = |marker: u8, bytes: &[u8]| {
        let length = u16::try_from(bytes.len() + 2).unwrap().to_be_bytes();
        [&[0xff, marker][..], &length, bytes].concat()
    };
    // One Exif tag, Artist (0x013b), whose words lie behind the directory.
    let count = u32::try_from(words.len() + 1).unwrap().to_be_bytes();
    let head = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x3b\0\x02";
    let exif = [&head[..], &count, &[0, 0, 0, 26, 0, 0, 0, 0], words.as_bytes(), &[0]].concat();
    let labels = [segment(0xe1, &exif), segment(0xfe, words.as_bytes())].concat();
    [&plain[..2], &labels, &plain[2..]].concat()
}

both! {
    #[expect(clippy::too_many_lines, reason = "one walk from beginning to end")]
    async fn nothing_that_a_judge_is_served_tells_whose_work_it_is(site: Site) {
        const NAME: &str = "Bimatkhaidanh";
        site.units().await;
        let code = NAME.to_lowercase();
        units(site, &[(code.as_str(), NAME, "base", "ldld-thi-diem", None)]).await;
        announce(site, &staged(&rounds("blind: true", &MARKS))).await;
        let email = format!("{code}@example.vn");
        let mut author = site.signed_in(&email).await;
        let form = [("category", "photo"), ("unit", code.as_str())];
        let name = format!("{NAME}.jpg");
        let bytes = labelled(NAME);
        let begun = author.post_files(&format!("/contests/{STAGE}/entries"), &form, &[("slot.photo", &name, &bytes)]).await;
        let draft = begun.location.expect("a draft").split('/').nth(2).unwrap().to_owned();
        let page = author.get(&format!("/drafts/{draft}/about")).await;
        let version = page.attributes("input[name='version']", "value").remove(0);
        let about = [
            ("version", version.as_str()), ("title", "Giờ tan ca"), ("name", NAME), ("show", "pen"),
            ("pen", NAME), ("unit", &code), ("phone", "0987612345"), ("email", &email), ("others", NAME),
        ];
        author.post(&format!("/drafts/{draft}/about"), &about).await;
        let sent = author.post(&format!("/drafts/{draft}/submission"), &[("agree", "original")]).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text());
        site.work().await;
        site.leads("ldld-thi-diem", ORGANISER).await;
        site.set_clock("2026-04-06T01:00:00Z");
        let mut runs = organiser(site).await;
        accept_all(&mut runs, STAGE).await;
        site.work().await;
        let mut one = seat(site, &mut runs, ROUND, &["gk@example.vn"]).await.remove(0);
        site.letters();

        let work = first(&mut one).await;
        let mut served = vec![one.get("/desk").await, one.get(work.rsplit_once('/').unwrap().0).await];
        served.push(one.get(&work).await);
        for size in ["320", "800", "1600"] {
            served.push(one.get(&format!("{work}/pictures/0/{size}")).await);
        }
        served.push(one.post(&format!("{work}/sheet"), &[("mark.content", "11")]).await);
        served.push(put(&mut one, &work, 0, json!({ "content": 800 })).await);
        served.push(put(&mut one, &work, 0, json!({ "content": 900 })).await);
        served.push(one.get(&work).await);
        served.push(one.post(&format!("{}/completion", work.rsplit_once('/').unwrap().0), &[]).await);

        let row = entry::Entity::find().one(&site.app.db).await.unwrap().unwrap();
        let held = file::Entity::find().one(&site.app.db).await.unwrap().unwrap();
        let secrets = [
            NAME.to_owned(), code.clone(), email.clone(), "0987612345".to_owned(), "612345".to_owned(),
            row.code.clone(), row.id.to_string(), held.id.to_string(),
            data_encoding::HEXLOWER.encode(&held.sha256),
        ];
        for (n, answer) in served.iter().enumerate() {
            assert_ne!(answer.status, StatusCode::NOT_FOUND, "{n}");
            let mut all = format!("{:?}", answer.headers).into_bytes();
            all.extend_from_slice(&answer.bytes);
            for secret in &secrets {
                let folded = [secret.clone(), secret.to_lowercase()];
                let found = folded.iter().any(|secret| {
                    all.windows(secret.len()).any(|window| window == secret.as_bytes())
                });
                assert!(!found, "answer {n} tells {secret}");
            }
        }
        assert!(served[2].text().contains("Giờ tan ca"), "the work itself is shown");
    }

    async fn a_round_that_is_not_blind_shows_whose_work_it_is(site: Site) {
        stage(site, &rounds("blind: false", &MARKS), &["Một"]).await;
        let mut runs = organiser(site).await;
        let mut one = seat(site, &mut runs, ROUND, &["gk@example.vn"]).await.remove(0);

        let work = first(&mut one).await;

        assert!(one.get(&work).await.text().contains("Tác giả Một"));
    }

    async fn what_to_look_for_stands_beside_the_criterion(site: Site) {
        stage(site, &rounds("", &MARKS), &["Một"]).await;
        let mut runs = organiser(site).await;
        let mut one = seat(site, &mut runs, ROUND, &["gk@example.vn"]).await.remove(0);

        let work = first(&mut one).await;
        let sheet = one.get(&work).await;

        assert_eq!(sheet.all("#hint-content"), ["Đúng chủ đề"]);
        assert_eq!(sheet.attributes("#mark-content", "aria-describedby"), ["hint-content"]);
        assert!(sheet.attributes("#mark-art", "aria-describedby").is_empty());
    }

    async fn a_sheet_open_in_two_tabs_is_never_overwritten_in_silence(site: Site) {
        stage(site, &rounds("", &MARKS), &["Một"]).await;
        let mut runs = organiser(site).await;
        let mut one = seat(site, &mut runs, ROUND, &["gk@example.vn"]).await.remove(0);
        let work = first(&mut one).await;

        let left = put(&mut one, &work, 0, json!({ "content": 800, "art": 750 })).await;
        let right = put(&mut one, &work, 0, json!({ "content": 300 })).await;
        let form = [("version", "0"), ("mark.content", "3"), ("mark.art", "4,5"), ("comment", "Ánh sáng đẹp")];
        let typed = one.post(&format!("{work}/sheet"), &form).await;
        let kept = one.get(&work).await;

        assert_eq!((left.status, left.json()["version"].clone()), (StatusCode::OK, json!(1)));
        assert_eq!(right.status, StatusCode::CONFLICT);
        assert_eq!(right.json()["marks"], json!({ "content": 800, "art": 750 }));
        assert_eq!(right.json()["version"], json!(1));
        assert!(said(&typed).contains("cửa sổ khác"), "{}", typed.text());
        assert_eq!(typed.attributes("input[name^='mark.']", "value"), ["3", "4,5"], "what was typed stands there");
        assert!(typed.all("textarea").contains(&"Ánh sáng đẹp".to_owned()));
        assert_eq!(kept.attributes("input[name^='mark.']", "value"), ["8", "7,5"]);
        let version = typed.attributes("input[name='version']", "value").remove(0);
        let again = one.post(&format!("{work}/sheet"), &[("version", version.as_str()), ("mark.content", "3")]).await;
        assert_eq!(again.status, StatusCode::SEE_OTHER, "sent once more, it is kept on purpose");
        assert_eq!(one.get(&work).await.attributes("input[name^='mark.']", "value"), ["3", "7,5"]);
    }

    async fn a_note_stands_beside_its_criterion_and_is_never_overwritten_in_silence(site: Site) {
        stage(site, &rounds("", &MARKS), &["Một"]).await;
        let mut runs = organiser(site).await;
        let mut one = seat(site, &mut runs, ROUND, &["gk@example.vn"]).await.remove(0);
        let work = first(&mut one).await;
        let notes = |page: &Answer| page.all("textarea[name^='note.']");
        let sent = |version: i32, notes: serde_json::Value| json!({ "version": version, "notes": notes });

        let to = format!("{work}/sheet");
        let fresh = one.put_json(&to, &sent(0, json!({ "content": " Sát chủ đề ", "": "Đẹp" }))).await;
        let stale = one.put_json(&to, &sent(0, json!({ "content": "Lạc đề" }))).await;
        let held = one.get(&work).await;
        let unknown = one.put_json(&to, &sent(1, json!({ "other": "?" }))).await;
        let form = [("version", "1"), ("mark.content", "8"), ("mark.art", "11"), ("note.art", "Rất sáng"), ("comment", "Đẹp")];
        let typed = one.post(&to, &form).await;
        let form = [("version", "1"), ("mark.content", "8"), ("mark.art", "7"), ("note.content", ""), ("note.art", "Rất sáng"), ("comment", "Đẹp")];
        let whole = one.post(&to, &form).await;
        let kept = one.get(&work).await;

        assert_eq!(fresh.status, StatusCode::OK, "{}", fresh.text());
        assert_eq!(stale.status, StatusCode::CONFLICT);
        assert_eq!(stale.json()["notes"], json!({ "content": "Sát chủ đề", "": "Đẹp" }));
        assert_eq!(notes(&held), ["Sát chủ đề", ""]);
        assert_eq!(held.attributes("details.note", "open").len(), 1, "an empty note is folded away");
        assert_eq!(unknown.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", unknown.text());
        assert_eq!(notes(&typed), ["Sát chủ đề", "Rất sáng"], "what was typed stays: {}", typed.text());
        assert_eq!(whole.status, StatusCode::SEE_OTHER, "{}", whole.text());
        assert_eq!(notes(&kept), ["", "Rất sáng"]);
        assert_eq!(kept.all("textarea[name='comment']"), ["Đẹp"]);
    }

    async fn a_mark_off_the_scale_is_said_beside_it_and_what_was_typed_stays(site: Site) {
        stage(site, &rounds("", &MARKS), &["Một"]).await;
        let mut runs = organiser(site).await;
        let mut one = seat(site, &mut runs, ROUND, &["gk@example.vn"]).await.remove(0);
        let work = first(&mut one).await;

        for (content, art, told) in [
            ("10,5", "5", "từ 0 đến 10"),
            ("11", "5", "từ 0 đến 10"),
            ("8", "7,25", "từ 0 đến 10"),
            ("tám", "5", "chưa phải là điểm"),
            ("-1", "5", "chưa phải là điểm"),
        ] {
            let form = [("version", "0"), ("mark.content", content), ("mark.art", art)];
            let answer = one.post(&format!("{work}/sheet"), &form).await;
            assert!(said(&answer).contains(told), "{content} {art}: {}", said(&answer));
            assert_eq!(answer.attributes("input[name^='mark.']", "value"), [content, art]);
        }
        assert_eq!(entity::sheet::Entity::find().all(&site.app.db).await.unwrap().len(), 0);
    }

    async fn works_of_ones_own_unit_and_ones_own_works_go_to_others(site: Site) {
        site.units().await;
        announce(site, &staged(&rounds("judges_per_entry: 2", &MARKS))).await;
        let mut author = site.signed_in("gk-tac-gia@example.vn").await;
        let work = |n: u8, title: &str, unit| Work {
            title: title.to_owned(), name: format!("Tác giả {title}"), phone: format!("091500001{n}"), seed: n,
            agree: &["original"], ..Work::of(STAGE, "photo", unit)
        };
        super::story::enter(&mut author, &work(1, "Riêng", "td-hoa-lac")).await;
        super::story::enter(&mut site.browser(), &work(2, "Khu", "td-cs-02")).await;
        super::story::enter(&mut site.browser(), &work(3, "Ngoài", "td-an-phu")).await;
        site.leads("td-kcn", "gk-kcn@example.vn").await;
        site.leads("ldld-thi-diem", ORGANISER).await;
        site.set_clock("2026-04-06T01:00:00Z");
        let mut runs = organiser(site).await;
        accept_all(&mut runs, STAGE).await;
        site.work().await;

        let panel = ["gk-tac-gia@example.vn", "gk-kcn@example.vn", "gk-ba@example.vn"];
        let mut seated = seat(site, &mut runs, ROUND, &panel).await;
        let mut dealt = Vec::new();
        for one in &mut seated {
            dealt.push(titles(one).await);
        }

        // td-cs-02 stands below td-kcn. Each work has two judges; loads are as even as that allows.
        assert!(!dealt[0].contains(&"Riêng".to_owned()), "{dealt:?}");
        assert!(!dealt[1].contains(&"Khu".to_owned()), "{dealt:?}");
        assert_eq!(dealt.iter().map(Vec::len).collect::<Vec<_>>(), [2, 2, 2], "{dealt:?}");
        site.jobs_may_wait();
    }

    async fn a_judge_who_steps_aside_leaves_the_work_to_another(site: Site) {
        stage(site, &rounds("judges_per_entry: 1", &MARKS), &["Một", "Hai"]).await;
        let mut runs = organiser(site).await;
        let mut seated = seat(site, &mut runs, ROUND, &["gk1@example.vn", "gk2@example.vn"]).await;
        let mine = first(&mut seated[0]).await;
        let title = titles(&mut seated[0]).await;

        let aside = seated[0].post(&format!("{mine}/recusal"), &[("reason", "Người quen")]).await;

        assert_eq!(aside.status, StatusCode::SEE_OTHER, "{}", aside.text());
        assert_eq!(titles(&mut seated[0]).await, Vec::<String>::new());
        assert!(titles(&mut seated[1]).await.contains(&title[0]));
        assert_eq!(seated[0].get(&mine).await.status, StatusCode::NOT_FOUND);
    }

    async fn a_round_closes_when_every_work_has_its_quorum_and_sheets_are_final_then(site: Site) {
        stage(site, &rounds("quorum: 2", &MARKS), &["Một", "Hai"]).await;
        let mut runs = organiser(site).await;
        let mut seated = seat(site, &mut runs, ROUND, &["gk1@example.vn", "gk2@example.vn"]).await;
        let all = |_: &str| BTreeMap::from([("content", 800), ("art", 850)]);
        judge(&mut seated[0], all).await;
        let early = runs.post(ROUND, &[("act", "close"), ("sure", "yes")]).await;
        let mine = first(&mut seated[0]).await;
        let changed = put(&mut seated[0], &mine, 1, json!({ "content": 100 })).await;
        let unfinished = seated[1].post(&format!("{}/completion", mine.rsplit_once('/').unwrap().0), &[]).await;

        judge(&mut seated[1], all).await;
        let theirs = first(&mut seated[1]).await;
        close(&mut runs, STAGE, "final").await;
        let late = put(&mut seated[1], &theirs, 1, json!({ "content": 100 })).await;

        assert_eq!(early.all(".notice.danger li").len(), 2, "one for each work: {}", early.text());
        assert_eq!(changed.status, StatusCode::CONFLICT, "declared final");
        assert!(!said(&unfinished).is_empty(), "two sheets are not complete");
        assert_eq!(late.status, StatusCode::CONFLICT);
        let page = runs.get(ROUND).await;
        let results = page.all("tbody tr");
        assert_eq!(results.iter().filter(|row| row.contains("16,50")).count(), 2, "{results:?}");
    }

    async fn a_work_that_was_taken_back_holds_no_round_up_and_wins_no_place_in_the_next(site: Site) {
        let titles = ["Một", "Hai", "Ba"];
        site.units().await;
        announce(site, &staged(&rounds("quorum: 2\n    goes_on: 2", &MARKS))).await;
        let mut entrants = Vec::new();
        for (n, title) in (1..).zip(titles) {
            let work = Work { title: title.into(), name: title.into(), phone: format!("091500002{n}"), seed: n, agree: &["original"], ..Work::of(STAGE, "photo", "td-kcn") };
            let mut browser = site.browser();
            let code = super::story::enter(&mut browser, &work).await;
            entrants.push((browser, code));
        }
        site.leads("ldld-thi-diem", ORGANISER).await;
        site.set_clock("2026-04-06T01:00:00Z");
        let mut runs = organiser(site).await;
        accept_all(&mut runs, STAGE).await;
        site.work().await;
        let mut seated = seat(site, &mut runs, ROUND, &["gk1@example.vn", "gk2@example.vn"]).await;
        let marks = |title: &str| BTreeMap::from([("content", if title.ends_with("Một") { 1000 } else { 500 }), ("art", 500)]);
        judge(&mut seated[0], marks).await;
        let (browser, code) = &mut entrants[0];
        let gone = browser.post(&format!("/receipts/{code}/withdrawal"), &[]).await;
        assert_eq!(gone.status, StatusCode::SEE_OTHER, "{}", gone.text());

        judge(&mut seated[1], marks).await;
        close(&mut runs, STAGE, "final").await;

        let page = runs.get(ROUND).await;
        let on: Vec<_> = page.all("tbody tr").into_iter().filter(|row| row.ends_with("Có")).collect();
        assert_eq!(on.len(), 2, "the two that are left go on: {on:?}");
        assert!(!on.iter().any(|row| row.contains("Một")), "{on:?}");
    }
}
