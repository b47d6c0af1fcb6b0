//! Authors under 16: their guardian agrees on a page of their own or on paper, before the work is
//! accepted, and takes it back at any time.

use actix_web::http::StatusCode;
use entity::entry::State;
use entity::id::{EntryId, LetterId};
use entity::{audit_log, consent, entry, entry_event, letter, screening};
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};

use super::entry::picture;
use crate::story::announce;
use crate::support::{Answer, Browser, Site, both};

const RULES: &str = "slug: anh-dep
title: Ảnh đẹp
unit: ldld-thi-diem
phases:
  - { key: intake, kind: intake, opens: 2026-04-01, closes: 2026-04-10 }
categories:
  - { key: photo, title: Ảnh, slots: [{ key: photo, kind: photo, label: Ảnh }] }
eligibility: [{ rule: { age: { min: 10 } } }]
declarations:
  - { key: original, text: Tôi cam kết đây là ảnh gốc. }
  - { key: parent, of: guardian, text: Tôi đồng ý cho con tôi dự thi. }
  - { key: child, of: child, text: Em muốn dự thi. }
";
const SCREENING: &str = "/desk/contests/anh-dep/screening";

/// Enters as somebody who was born on this day; answers the code.
async fn enter(browser: &mut Browser, born: &str, agreed: &[&str]) -> String {
    let (code, done) = sent(browser, (born, ""), agreed).await;
    assert_eq!(done.location, Some(format!("/receipts/{code}")), "{}", done.text());
    code
}

/// The same with an address of the guardian; answers the draft's code and what came of it.
async fn sent(
    browser: &mut Browser,
    (born, email): (&str, &str),
    agreed: &[&str],
) -> (String, Answer) {
    let photo = picture(400, 300, 3, image::ImageFormat::Jpeg);
    let form = [("category", "photo"), ("unit", "td-cs-59")];
    let path = "/contests/anh-dep/entries";
    let begun = browser.post_files(path, &form, &[("slot.photo", "anh.jpg", &photo)]).await;
    let code = begun.location.expect("a draft").split('/').nth(2).expect("a code").to_owned();
    let page = browser.get(&format!("/drafts/{code}/about")).await;
    let version = page.attributes("input[name='version']", "value").remove(0);
    let about = [
        ("version", version.as_str()),
        ("title", "Giờ ra chơi"),
        ("name", "Nguyễn Bé An"),
        ("show", "full"),
        ("unit", "td-cs-59"),
        ("phone", "0912345678"),
        ("birth_date", born),
        ("guardian", "Nguyễn Thị Mẹ"),
        ("guardian_email", email),
    ];
    let kept = browser.post(&format!("/drafts/{code}/about"), &about).await;
    assert_eq!(kept.status, StatusCode::SEE_OTHER, "{}", kept.text());
    let form: Vec<_> = agreed.iter().map(|key| ("agree", *key)).collect();
    let done = browser.post(&format!("/drafts/{code}/submission"), &form).await;
    (code, done)
}

/// Letters to the guardian: kind and address, in the order in which they were written.
async fn asked(site: &Site) -> Vec<(String, String)> {
    let mut rows = letter::Entity::find().all(&site.app.db).await.unwrap();
    rows.retain(|row| row.kind.starts_with("guardian"));
    rows.sort_by_key(|row| row.id);
    rows.into_iter().map(|row| (row.kind, row.recipient)).collect()
}

/// Address of the guardian's page, as the entrant's receipt tells it.
async fn link(browser: &mut Browser, code: &str) -> String {
    let receipt = browser.get(&format!("/receipts/{code}")).await;
    let message = receipt.all("#ask").remove(0);
    let address = message.split_whitespace().find(|word| word.contains("/consents/"));
    address.expect("an address").trim_start_matches("http://localhost").to_owned()
}

/// A letter about an entry to an address of its own.
async fn letter(site: &Site, entry: EntryId) {
    let row = letter::Model {
        id: LetterId::new(),
        message_id: "<mot@example.vn>".to_owned(),
        recipient: "rieng@example.vn".to_owned(),
        lang: "vi".to_owned(),
        kind: "receipt".to_owned(),
        subject: "Đã nhận bài".to_owned(),
        body: "Nguyễn Bé An".to_owned(),
        state: letter::State::Sent,
        last_error: None,
        tries: 0,
        contest_id: None,
        entry_id: Some(entry),
        created_at: site.app.clock.now(),
        sent_at: None,
    };
    let row = row.into_active_model().reset_all();
    letter::Entity::insert(row).exec_without_returning(&site.app.db).await.unwrap();
}

async fn state(site: &Site) -> State {
    entry::Entity::find().one(&site.app.db).await.unwrap().unwrap().state
}

both! {
    async fn a_guardian_and_a_screener_at_once_do_not_wait_in_a_circle(site: Site) {
        site.units().await;
        announce(site, RULES).await;
        let (mut child, mut mother) = (site.browser(), site.browser());
        site.leads("ldld-thi-diem", "duyet@example.vn").await;
        let code = enter(&mut child, "2012-05-01", &["original", "child"]).await;
        site.work().await;
        let to = link(&mut child, &code).await;
        let (now, user) = (site.app.clock.now(), site.person("duyet@example.vn").await);
        let row = entry::Entity::find().one(&site.app.db).await.unwrap().unwrap();
        let held = hoithi::db::begin(&site.app.db).await.unwrap();
        let contest = hoithi::contest::lock(&held, row.contest_id).await.unwrap();
        let screener = hoithi::contest::Screener::of(&held, &contest, user, now).await.unwrap();

        let withdrawal = format!("{to}/withdrawal");
        let refused = mother.post(&withdrawal, &[]);
        let screened = async {
            actix_web::rt::time::sleep(std::time::Duration::from_millis(300)).await;
            let finding = hoithi::screening::Finding::Reject { reason: "reason-blurred".to_owned(), note: String::new() };
            hoithi::screening::find(&held, &screener, row.id, &finding, now).await.unwrap();
            hoithi::screening::undo(&held, &screener, row.id, now).await.unwrap();
            held.commit().await.unwrap();
        };
        let (refused, ()) = tokio::join!(refused, screened);

        assert_eq!(refused.status, StatusCode::SEE_OTHER, "{}", refused.text());
        assert_eq!(state(site).await, State::Withdrawn);
        site.work().await;
    }

    async fn only_authors_under_16_are_asked_for_a_guardian(site: Site) {
        site.units().await;
        announce(site, RULES).await;
        let mut author = site.browser();
        let photo = picture(400, 300, 4, image::ImageFormat::Jpeg);
        let form = [("category", "photo"), ("unit", "td-cs-59")];
        let begun = author.post_files("/contests/anh-dep/entries", &form, &[("slot.photo", "anh.jpg", &photo)]).await;
        let code = begun.location.expect("a draft").split('/').nth(2).unwrap().to_owned();
        let path = format!("/drafts/{code}/about");
        let mut about = async |born: &str, guardian: &str| {
            let page = author.get(&path).await;
            let version = page.attributes("input[name='version']", "value").remove(0);
            let form = [
                ("version", version.as_str()), ("title", "Giờ ra chơi"), ("name", "Nguyễn An"), ("show", "full"),
                ("unit", "td-cs-59"), ("phone", "0912345678"), ("birth_date", born), ("guardian", guardian),
            ];
            let kept = author.post(&path, &form).await;
            let ticks = author.get(&format!("/drafts/{code}/check")).await.attributes("input[name=agree]", "value");
            (page.all("#guardian").len(), kept, ticks)
        };

        let (fresh, adult, few) = about("1990-05-01", "").await;
        let (_, child, all) = about("2012-05-01", "").await;
        let (asked, named, _) = about("2012-05-01", "Nguyễn Thị Mẹ").await;

        assert_eq!((fresh, asked), (0, 1), "the field stands there once the birth date says so");
        assert_eq!(adult.status, StatusCode::SEE_OTHER, "{}", adult.text());
        assert_eq!(few, ["original"], "an adult ticks what adults tick");
        assert_eq!(child.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(child.all("[role=alert] p").join(" ").contains("người đại diện theo pháp luật"), "{}", child.text());
        assert_eq!(child.all("#guardian").len(), 1);
        assert_eq!(all, ["original", "parent", "child"]);
        assert_eq!(named.status, StatusCode::SEE_OTHER, "{}", named.text());
        site.jobs_may_wait();
    }

    async fn a_minors_work_is_kept_at_once_and_accepted_when_the_guardian_has_agreed(site: Site) {
        site.units().await;
        announce(site, RULES).await;
        let (mut child, mut mother) = (site.browser(), site.browser());
        let mut screener = site.leads("ldld-thi-diem", "duyet@example.vn").await;
        let code = enter(&mut child, "2012-05-01", &["original", "child"]).await;
        site.work().await;
        let to = link(&mut child, &code).await;

        let early = screener.post(&format!("{SCREENING}/{code}"), &[("verdict", "accept")]).await;
        let page = mother.get(&to).await;
        let nameless = mother.post(&to, &[("name", ""), ("agree", "parent")]).await;
        let unticked = mother.post(&to, &[("name", "Nguyễn Thị Mẹ")]).await;
        let agreed = mother.post(&to, &[("name", "Nguyễn Thị Mẹ"), ("agree", "parent")]).await;
        let again = mother.post(&to, &[("name", "Nguyễn Thị Mẹ"), ("agree", "parent")]).await;
        let shown = screener.get(&format!("{SCREENING}/{code}")).await;
        let receipt = child.get(&format!("/receipts/{code}")).await;
        let accepted = screener.post(&format!("{SCREENING}/{code}"), &[("verdict", "accept")]).await;
        site.work().await;

        assert_eq!(early.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(early.all("[role=alert]").join(" ").contains("chưa đồng ý"), "{}", early.text());
        assert!(page.text().contains("Giờ ra chơi") && page.text().contains("Tôi đồng ý cho con tôi dự thi."), "{}", page.text());
        assert_eq!(page.attributes("#name", "value"), ["Nguyễn Thị Mẹ"]);
        assert_eq!((nameless.status, unticked.status), (StatusCode::UNPROCESSABLE_ENTITY, StatusCode::UNPROCESSABLE_ENTITY));
        assert_eq!((agreed.location.as_deref(), again.location.as_deref()), (Some(to.as_str()), Some(to.as_str())));
        assert!(shown.all(".summary .ok").join(" ").contains("đã đồng ý"), "{}", shown.text());
        assert!(receipt.all(".summary .ok").join(" ").contains("đã đồng ý"), "{}", receipt.text());
        assert!(receipt.all("#ask").is_empty(), "nothing is asked any more");
        assert_eq!(accepted.status, StatusCode::SEE_OTHER, "{}", accepted.text());
        let given = consent::Entity::find().all(&site.app.db).await.unwrap();
        let by = |who: &str| given.iter().filter(|row| row.given_by == who).count();
        assert_eq!((by("author"), by("child"), by("guardian")), (1, 1, 1), "each agreed once");
    }

    async fn a_guardian_who_takes_it_back_takes_the_work_out(site: Site) {
        site.units().await;
        announce(site, RULES).await;
        let (mut child, mut mother) = (site.browser(), site.browser());
        let mut screener = site.leads("ldld-thi-diem", "duyet@example.vn").await;
        let code = enter(&mut child, "2012-05-01", &["original", "child"]).await;
        let to = link(&mut child, &code).await;
        mother.post(&to, &[("name", "Nguyễn Thị Mẹ"), ("agree", "parent")]).await;
        screener.post(&format!("{SCREENING}/{code}"), &[("verdict", "accept")]).await;
        site.work().await;
        assert_eq!(mother.get(&format!("/entries/{code}")).await.status, StatusCode::OK);

        let strange = mother.post(&format!("/consents/{code}/AAAAAAAAAAAAAAAAAAAAAA/withdrawal"), &[]).await;
        assert_eq!((strange.status, state(site).await), (StatusCode::NOT_FOUND, State::Accepted));
        let done = mother.post(&format!("{to}/withdrawal"), &[]).await;
        let twice = mother.post(&format!("{to}/withdrawal"), &[]).await;
        let page = mother.get(&to).await;
        // Public pages are kept for a second.
        site.set_clock("2026-04-01T01:00:05Z");

        assert_eq!(done.location.as_deref(), Some(to.as_str()), "{}", done.text());
        assert_eq!(twice.status, StatusCode::CONFLICT);
        assert_eq!(state(site).await, State::Withdrawn);
        assert!(page.text().contains("đã rút lại sự đồng ý"), "{}", page.text());
        assert_eq!(mother.get(&format!("/entries/{code}")).await.status, StatusCode::NOT_FOUND);
        let given = consent::Entity::find().all(&site.app.db).await.unwrap();
        assert!(given.iter().all(|row| row.withdrawn_at.is_some()), "{given:?}");
        let mut acts = audit_log::Entity::find().all(&site.app.db).await.unwrap();
        acts.retain(|row| row.act == "consent-withdrawn");
        let entry = entry::Entity::find().one(&site.app.db).await.unwrap().unwrap().id;
        let acts: Vec<_> = acts.into_iter().map(|row| (row.actor_id, row.role, row.subject)).collect();
        assert_eq!(acts, [(None, "guardian".to_owned(), format!("entry:{entry}"))]);
        site.work().await;
    }

    async fn erasing_a_minors_work_leaves_neither_the_guardians_name_nor_letters_about_it(site: Site) {
        site.units().await;
        announce(site, RULES).await;
        let (mut child, mut mother) = (site.browser(), site.browser());
        let mut screener = site.leads("ldld-thi-diem", "duyet@example.vn").await;
        let code = enter(&mut child, "2012-05-01", &["original", "child"]).await;
        let to = link(&mut child, &code).await;
        mother.post(&to, &[("name", "Nguyễn Thị Mẹ"), ("agree", "parent")]).await;
        let reason = [("verdict", "return"), ("reason", "Chị Mẹ gửi lại ảnh rõ hơn"), ("until", "2026-04-09")];
        screener.post(&format!("{SCREENING}/{code}"), &reason).await;
        site.work().await;
        let db = &site.app.db;
        let entry = entry::Entity::find().one(db).await.unwrap().unwrap();
        letter(site, entry.id).await;
        let told = entry_event::Entity::find().all(db).await.unwrap();
        assert!(told.iter().any(|event| event.note.as_deref() == Some("Nguyễn Thị Mẹ")), "{told:?}");

        let done = child.post(&format!("/receipts/{code}/erasure"), &[]).await;

        assert!(done.status.is_success() || done.status.is_redirection(), "{}", done.text());
        let told = entry_event::Entity::find().all(db).await.unwrap();
        assert!(told.iter().any(|event| event.kind == "guardian-agreed"), "that it was, stays");
        assert!(told.iter().all(|event| event.note.is_none()), "{told:?}");
        let screened = screening::Entity::find().all(db).await.unwrap();
        assert!(screened.iter().all(|row| row.note.is_none()), "{screened:?}");
        let letters = letter::Entity::find().all(db).await.unwrap();
        assert!(letters.iter().all(|row| row.entry_id.is_none()), "{letters:?}");
        site.work().await;
    }

    async fn a_consent_on_paper_is_recorded_by_the_screener_and_stands_in_the_log(site: Site) {
        site.units().await;
        announce(site, RULES).await;
        let mut child = site.browser();
        let mut screener = site.leads("ldld-thi-diem", "duyet@example.vn").await;
        let code = enter(&mut child, "2012-05-01", &["original", "child"]).await;
        let at = format!("{SCREENING}/{code}");

        let nowhere = screener.post(&format!("{at}/guardian"), &[("paper", " ")]).await;
        let kept = screener.post(&format!("{at}/guardian"), &[("paper", "Tủ số 2, ban tổ chức")]).await;
        let shown = screener.get(&at).await;
        let accepted = screener.post(&at, &[("verdict", "accept")]).await;
        site.work().await;

        assert_eq!(nowhere.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(kept.location.as_deref(), Some(at.as_str()), "{}", kept.text());
        assert!(shown.text().contains("Tủ số 2, ban tổ chức"), "{}", shown.text());
        assert_eq!(accepted.status, StatusCode::SEE_OTHER, "{}", accepted.text());
        let acts = audit_log::Entity::find().all(&site.app.db).await.unwrap();
        assert_eq!(acts.iter().filter(|row| row.act == "guardian-paper").count(), 1);
    }

    async fn nobody_asks_the_guardian_of_a_grown_up_or_lets_a_child_in_without_their_own_word(site: Site) {
        site.units().await;
        announce(site, RULES).await;
        let mut grown = site.browser();
        let mut screener = site.leads("ldld-thi-diem", "duyet@example.vn").await;
        let code = enter(&mut grown, "1990-05-01", &["original"]).await;

        let receipt = grown.get(&format!("/receipts/{code}")).await;
        let paper = screener.post(&format!("{SCREENING}/{code}/guardian"), &[("paper", "Tủ")]).await;
        let accepted = screener.post(&format!("{SCREENING}/{code}"), &[("verdict", "accept")]).await;
        site.work().await;

        assert!(!receipt.text().contains("/consents/"), "{}", receipt.text());
        assert_eq!(paper.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(accepted.status, StatusCode::SEE_OTHER, "{}", accepted.text());
    }

    async fn a_guardian_with_an_address_is_written_to_and_asked_once_more_until_they_answer(site: Site) {
        site.units().await;
        announce(site, RULES).await;
        let (mut child, mut other, mut mother) = (site.browser(), site.browser(), site.browser());
        let both = ["original", "child"];
        let (_, wrong) = sent(&mut site.browser(), ("2012-05-01", "me@"), &both).await;
        let (code, done) = sent(&mut child, ("2012-05-01", "Me@Example.vn"), &both).await;
        assert_eq!(done.location, Some(format!("/receipts/{code}")), "{}", done.text());
        let (slow, _) = sent(&mut other, ("2012-05-01", "ba@example.vn"), &both).await;
        site.work().await;
        let to = link(&mut child, &code).await;
        let receipt = child.get(&format!("/receipts/{code}")).await;
        let first = letter::Entity::find().all(&site.app.db).await.unwrap();
        let first = first.into_iter().find(|row| row.recipient == "me@example.vn").expect("a letter");
        // The same form once more writes nothing again.
        child.post(&format!("/drafts/{code}/submission"), &[]).await;
        site.work().await;
        let at_once = asked(site).await;

        mother.post(&to, &[("name", "Nguyễn Thị Mẹ"), ("agree", "parent")]).await;
        site.set_clock("2026-04-03T01:00:00Z");
        hoithi::worker::remind(&site.app).await.unwrap();
        let early = asked(site).await.len();
        site.set_clock("2026-04-04T02:00:00Z");
        for _ in 0..2 {
            hoithi::worker::remind(&site.app).await.unwrap();
        }
        site.work().await;

        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", wrong.text());
        assert!(wrong.text().contains("E-mail của người đại diện không đúng"), "{}", wrong.text());
        assert!(first.body.contains(&to) && first.state == letter::State::Sent, "{first:?}");
        assert!(receipt.text().contains("me@example.vn"), "{}", receipt.text());
        let row = |kind: &str, to: &str| (kind.to_owned(), to.to_owned());
        let both = [row("guardian", "me@example.vn"), row("guardian", "ba@example.vn")];
        assert_eq!((at_once.as_slice(), early), (both.as_slice(), 2));
        assert_eq!(asked(site).await[2..], [row("guardian-again", "ba@example.vn")], "who answered is left alone");
        other.post(&format!("/receipts/{slow}/erasure"), &[]).await;
        assert_eq!(asked(site).await, [row("guardian", "me@example.vn")], "the address goes with the entry");
        site.work().await;
    }
}
