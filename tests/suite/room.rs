//! The judge's room beside the sheet, sheets on paper, and what entrants read afterwards.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use entity::{mark, seat as seats};
use hoithi::judging::pace::{Forecast, Pace, finish};
use sea_orm::{EntityTrait, QueryOrder};

use super::story::{
    APPROVER, ORGANISER, STAGE, close, judge, publish, seat, stage, stage_of, staged,
};
use crate::support::{Answer, Browser, Site, both};

const ROUND: &str = "/desk/contests/san-khau/rounds/final";
const RULES: &str = "
rounds:
  - key: final
    title: Chung khảo
    phase: final
    criteria:
      - { key: content, label: Nội dung, max: 10 }
      - { key: art, label: Nghệ thuật, max: 10, step_hundredths: 50 }
tables:
  - { key: jury, title: Bảng chung, formula: [{ source: { round: final }, weight: 100 }], ties: [decision] }
prizes:
  - { key: first, label: Giải Nhất, table: jury, count: 1 }
";

async fn desk(judge: &mut Browser) -> (String, Vec<String>) {
    let desk = judge.get("/desk").await;
    let round = desk.attributes("a[href^='/judging/']", "href").remove(0);
    let works = judge.get(&round).await.attributes(".cards a", "href");
    (round, works)
}

fn refusal(answer: &Answer) -> String {
    answer.all("[role=alert]").join(" ")
}

/// Address of the paper of the judge with this number.
async fn paper(site: &Site, number: usize) -> String {
    let rows = seats::Entity::find().order_by_asc(seats::Column::Number).all(&site.app.db).await;
    format!("{ROUND}/paper/{}", rows.unwrap()[number - 1].id)
}

async fn marks(site: &Site) -> usize {
    mark::Entity::find().all(&site.app.db).await.unwrap().len()
}

#[test]
fn the_slowest_judge_says_when_a_panel_has_finished_and_an_idle_one_that_nobody_knows() {
    let now: entity::instant::Instant = "2026-04-07T01:00:00Z".parse().unwrap();
    let day = 24 * 3600;
    let judge = |number, open, recent| Pace { number, open, recent };

    let paced = finish(&[judge(1, 10, 20), judge(2, 30, 10), judge(3, 0, 0)], day, now);
    let idle = finish(&[judge(1, 10, 20), judge(2, 30, 0)], day, now);

    assert_eq!(paced, Forecast::At("2026-04-10T01:00:00Z".parse().unwrap()), "thirty at ten a day");
    assert_eq!(idle, Forecast::Idle(vec![2]));
    assert_eq!(finish(&[judge(1, 0, 4)], day, now), Forecast::Finished);
}

both! {
    async fn a_funnel_of_rounds_is_set_up_on_one_page_and_its_effect_shown_before_it_is_saved(site: Site) {
        stage(site, RULES, &["Một", "Hai", "Ba"]).await;
        let mut runs = site.signed_in(ORGANISER).await;
        let rounds = format!("/desk/contests/{STAGE}/rounds");
        let path = |page: &Answer| page.all("p.big").remove(0);
        let plain = runs.get(&rounds).await;
        let first = ("act", "add");
        let later = [("round.1.opens", "2026-04-07")];
        let days = [("opens", "2026-04-06"), ("closes", "2026-04-06"), ("before", "final")];
        let round = [first, ("kind", "screen"), ("title", "Sơ loại"), ("round.0.goes_on", "")];

        let silent = runs.post(&rounds, &[&round[..], &days].concat()).await;
        let why = [("reason", "Nhiều bài"), ("notice", "Thêm vòng sơ loại")];
        let added = runs.post(&rounds, &[&round[..], &days, &why].concat()).await;
        let tried = runs.get(&format!("{rounds}?entries=412&round.0.goes_on=120&round.1.goes_on=12")).await;
        let kept = runs.get(&rounds).await;
        let numbers = [("act", "save"), ("round.0.goes_on", "2"), ("round.1.goes_on", "một")];
        let faulty = runs.post(&rounds, &[&numbers[..], &why].concat()).await;
        let numbers = [("act", "save"), ("round.0.goes_on", "2"), ("round.1.goes_on", "1")];
        let early = runs.post(&rounds, &[&numbers[..], &why].concat()).await;
        let saved = runs.post(&rounds, &[&numbers[..], &why, &later].concat()).await;
        let shown = runs.get(&rounds).await;
        let removed = runs.post(&rounds, &[&[("act", "remove"), ("round", "round-2")][..], &why].concat()).await;

        assert_eq!(path(&plain), "3 → 3");
        assert!(!refusal(&silent).is_empty(), "an announced contest changes with a reason");
        assert!(refusal(&early).contains("Hãy lùi ngày bắt đầu"), "the final begins too early: {}", refusal(&early));
        assert_eq!(early.attributes("input[name='round.0.goes_on']", "value"), ["2"], "what was typed stays");
        assert_eq!(added.status, StatusCode::SEE_OTHER, "{}", refusal(&added));
        assert_eq!(path(&tried), "412 → 120 → 12");
        assert_eq!(path(&kept), "3 → 3 → 3", "what was tried is not saved");
        assert!(faulty.attributes("input[name='round.1.goes_on']", "value") == ["một"], "{}", faulty.text());
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", refusal(&saved));
        assert_eq!(path(&shown), "3 → 2 → 1");
        assert_eq!(removed.status, StatusCode::SEE_OTHER, "{}", refusal(&removed));
        assert_eq!(path(&runs.get(&rounds).await), "3 → 1");
    }

    async fn the_organiser_sees_who_has_marked_what_and_when_it_will_be_done(site: Site) {
        stage(site, RULES, &["Một", "Hai", "Ba"]).await;
        let mut runs = site.signed_in(ORGANISER).await;
        let mut seated = seat(site, &mut runs, ROUND, &["gk1@example.vn", "gk2@example.vn"]).await;
        site.set_clock("2026-04-06T03:00:00Z");
        let idle = runs.get(ROUND).await;
        for one in &mut seated {
            let (_, works) = desk(one).await;
            let aside = works.iter().find(|work| work.ends_with("A02")).expect("the second");
            one.post(&format!("{aside}/recusal"), &[("reason", "Người quen")]).await;
            let first = works.iter().find(|work| work.ends_with("A01")).expect("the first");
            one.post(&format!("{first}/sheet"), &[("version", "0"), ("mark.content", "8"), ("mark.art", "8")]).await;
        }

        let paced = runs.get(ROUND).await;

        assert!(idle.text().contains("Giám khảo số 1, 2 còn bài"), "{}", idle.text());
        assert_eq!(paced.attributes(".strip rect", "class"), ["done", "aside", "open", "done", "aside", "open"]);
        assert!(paced.text().contains("chấm xong khoảng 12 giờ 00"), "one in two hours, one left: {}", paced.text());
    }

    async fn favourites_are_for_the_judge_alone_and_flags_for_the_organisers(site: Site) {
        stage(site, RULES, &["Một", "Hai", "Ba"]).await;
        let mut runs = site.signed_in(ORGANISER).await;
        let mut seated = seat(site, &mut runs, ROUND, &["gk1@example.vn", "gk2@example.vn"]).await;
        let (round, works) = desk(&mut seated[0]).await;

        let kept = seated[0].post(&format!("{}/favourite", works[1]), &[("favourite", "1")]).await;
        let told = seated[0].post(&format!("{}/flag", works[2]), &[("flag", "Đọc được tên tác giả")]).await;

        assert_eq!((kept.status, told.status), (StatusCode::SEE_OTHER, StatusCode::SEE_OTHER));
        let mine = seated[0].get(&format!("{round}?only=favourite")).await;
        assert_eq!(mine.attributes(".cards a", "href"), [works[1].clone()]);
        let theirs = seated[1].get(&format!("{round}?only=favourite")).await;
        assert!(theirs.attributes(".cards a", "href").is_empty(), "another judge has none");
        assert!(runs.get(ROUND).await.text().contains("Đọc được tên tác giả"));
        assert!(!seated[1].get(&works[2]).await.text().contains("Đọc được tên tác giả"));
        seated[0].post(&format!("{}/flag", works[2]), &[("flag", "")]).await;
        assert!(!runs.get(ROUND).await.text().contains("Đọc được tên tác giả"), "taken back");
    }

    async fn two_works_are_looked_at_beside_each_other_and_no_other_number(site: Site) {
        stage(site, RULES, &["Một", "Hai", "Ba"]).await;
        let mut runs = site.signed_in(ORGANISER).await;
        let mut one = seat(site, &mut runs, ROUND, &["gk@example.vn"]).await.remove(0);
        let (round, works) = desk(&mut one).await;
        let names: Vec<_> = works.iter().map(|work| work.rsplit('/').next().unwrap()).collect();

        let both = one.get(&format!("{round}/two?with={}&with={}", names[0], names[2])).await;
        let all = one.get(&format!("{round}/two?with={}&with={}&with={}", names[0], names[1], names[2])).await;

        assert_eq!(both.attributes("article h2 a", "href"), [works[0].clone(), works[2].clone()]);
        assert_eq!(all.location, Some(format!("{round}?two=wrong")));
        assert!(refusal(&one.get(&format!("{round}?two=wrong")).await).contains("đúng hai bài"));
    }

    async fn a_judge_who_finished_changes_a_sheet_only_after_the_organiser_said_why(site: Site) {
        stage(site, RULES, &["Một"]).await;
        let mut runs = site.signed_in(ORGANISER).await;
        let mut one = seat(site, &mut runs, ROUND, &["gk@example.vn"]).await.remove(0);
        judge(&mut one, |_| BTreeMap::from([("content", 800), ("art", 850)])).await;
        let (_, works) = desk(&mut one).await;
        let seat = paper(site, 1).await.replace("/paper/", "/seats/");
        let change = [("version", "1"), ("mark.content", "9"), ("mark.art", "8,5")];

        let locked = one.post(&format!("{}/sheet", works[0]), &change).await;
        let bare = runs.post(&format!("{seat}/unlocking"), &[("reason", " ")]).await;
        let open = runs.post(&format!("{seat}/unlocking"), &[("reason", "Nhập nhầm cột")]).await;
        let changed = one.post(&format!("{}/sheet", works[0]), &change).await;

        assert!(refusal(&locked).contains("đã chốt"), "{}", locked.text());
        assert!(!refusal(&bare).is_empty());
        assert_eq!((open.status, changed.status), (StatusCode::SEE_OTHER, StatusCode::SEE_OTHER));
        let log = runs.get("/desk/contests/san-khau/audit").await;
        assert!(log.text().contains("mở lại phiếu đã chốt"), "{}", log.text());
    }

    async fn sheets_on_paper_count_when_a_second_person_has_compared_them(site: Site) {
        stage(site, RULES, &["Một", "Hai"]).await;
        let mut runs = site.signed_in(ORGANISER).await;
        let mut other = site.leads("ldld-thi-diem", "thuky@example.vn").await;
        seat(site, &mut runs, ROUND, &["gk@example.vn"]).await;
        let sheet = paper(site, 1).await;
        let printed = runs.get(&format!("{ROUND}/paper")).await;
        assert_eq!(printed.all(".boxes").len(), 2, "the judge's sheet, and the one for the wall");
        assert_eq!(printed.all(".boxes tbody th").len(), 4, "two works on each, by their codes");
        for whose in ["Tác giả", "091500000"] {
            assert!(!printed.text().contains(whose), "paper tells {whose}: {}", printed.text());
        }
        let names: Vec<String> = runs.get(&sheet).await.attributes("input[name^='mark.']", "name");
        assert_eq!(names.len(), 4);

        let off: Vec<_> = names.iter().map(|name| (name.as_str(), "11")).collect();
        let refused = runs.post(&sheet, &off).await;
        let typed: Vec<_> = names.iter().map(|name| (name.as_str(), "8,5")).collect();
        let steps = runs.post(&sheet, &typed).await;
        let typed: Vec<_> = names.iter().map(|name| (name.as_str(), "8")).collect();
        let keyed = runs.post(&sheet, &typed).await;
        let before = marks(site).await;
        let own = runs.post(&sheet, &[("act", "check")]).await;
        let wordless = other.post(&sheet, &[("act", "back"), ("note", "")]).await;
        let back = other.post(&sheet, &[("act", "back"), ("note", "Dòng 2 là 7")]).await;
        let told = runs.get(&sheet).await;
        let mended: Vec<_> = names.iter().zip(["8", "8", "7", "7"]).map(|(name, mark)| (name.as_str(), mark)).collect();
        runs.post(&sheet, &mended).await;
        let shown = other.get(&sheet).await;
        let checked = other.post(&sheet, &[("act", "check")]).await;

        assert!(refusal(&refused).contains("từ 0 đến 10"), "{}", refused.text());
        assert_eq!(refused.attributes("input[name^='mark.']", "value"), ["11"; 4], "what was typed stays");
        assert!(!refusal(&steps).is_empty(), "8,5 is no mark for content");
        assert_eq!(keyed.status, StatusCode::SEE_OTHER, "{}", keyed.text());
        assert_eq!(before, 0, "nothing counts yet");
        assert!(refusal(&own).contains("người khác"), "{}", own.text());
        assert!(!refusal(&wordless).is_empty());
        assert_eq!(back.status, StatusCode::SEE_OTHER);
        assert!(told.text().contains("Dòng 2 là 7"));
        assert_eq!(shown.all("td.num"), ["16,00", "14,00"]);
        assert!(shown.attributes("input[name^='mark.']", "name").is_empty(), "the second person compares");
        assert_eq!(checked.status, StatusCode::SEE_OTHER, "{}", checked.text());
        assert_eq!(marks(site).await, 4);
        close(&mut runs, STAGE, "final").await;
        let minutes = runs.get("/desk/contests/san-khau/minutes").await;
        assert!(minutes.text().contains("Phiếu giấy của giám khảo 1"), "{}", minutes.text());
    }

    async fn paper_never_overwrites_what_the_judge_saved_since(site: Site) {
        stage(site, RULES, &["Một"]).await;
        let mut runs = site.signed_in(ORGANISER).await;
        let mut other = site.leads("ldld-thi-diem", "thuky@example.vn").await;
        let mut one = seat(site, &mut runs, ROUND, &["gk@example.vn"]).await.remove(0);
        let (_, works) = desk(&mut one).await;
        let sheet = paper(site, 1).await;
        let names: Vec<String> = runs.get(&sheet).await.attributes("input[name^='mark.']", "name");
        let typed: Vec<_> = names.iter().map(|name| (name.as_str(), "5")).collect();
        runs.post(&sheet, &typed).await;
        let saved = [("version", "0"), ("mark.content", "9"), ("mark.art", "9")];
        one.post(&format!("{}/sheet", works[0]), &saved).await;

        let stale = other.post(&sheet, &[("act", "check")]).await;
        let kept = one.get(&works[0]).await.attributes("input[name^='mark.']", "value");

        assert!(!refusal(&stale).is_empty(), "{}", stale.text());
        assert_eq!(kept, ["9", "9"]);
    }

    async fn entrants_read_means_and_comments_in_their_window_and_no_judge_is_named(site: Site) {
        let window = "  - { key: feedback, kind: feedback, opens: 2026-04-12, closes: 2026-04-14 }\ncategories:";
        let definition = staged(RULES).replacen("categories:", window, 1);
        let codes = stage_of(site, &definition, &["Một", "Hai"]).await;
        let mut runs = site.signed_in(ORGANISER).await;
        let mut seated = seat(site, &mut runs, ROUND, &["gk1@example.vn", "gk2@example.vn"]).await;
        for (one, comment) in seated.iter_mut().zip(["Ánh sáng tốt", "Bố cục chặt"]) {
            let (_, works) = desk(one).await;
            assert!(one.get(&works[0]).await.text().contains("tác giả sẽ đọc được"));
            for work in works {
                let form = [("version", "0"), ("mark.content", "8"), ("mark.art", if comment.starts_with('Á') { "9" } else { "7,5" }), ("note.art", comment), ("comment", comment)];
                one.post(&format!("{work}/sheet"), &form).await;
            }
        }
        close(&mut runs, STAGE, "final").await;
        let ask = async |site: &Site| {
            let form = [("code", codes[0].as_str()), ("phone", "0001")];
            site.browser().post("/receipts", &form).await
        };
        site.set_clock("2026-04-12T03:00:00Z");
        let unpublished = ask(site).await;
        let mut runs = site.signed_in(ORGANISER).await;
        let mut approver = site.signed_in(APPROVER).await;
        super::story::decide(&mut runs, "/desk/contests/san-khau", "Một").await;
        publish(&mut runs, &mut approver, STAGE).await;
        let open = ask(site).await;
        let stranger = site.browser().get(&format!("/receipts/{}", codes[0])).await;
        site.set_clock("2026-04-15T03:00:00Z");
        let over = ask(site).await;
        site.work().await;

        assert!(!unpublished.text().contains("Ánh sáng tốt"), "not before the result");
        assert_eq!(open.all("blockquote"), ["Bố cục chặt", "Ánh sáng tốt"]);
        assert_eq!(open.all("h3 ~ ul li"), ["Bố cục chặt", "Ánh sáng tốt"], "notes beside a criterion");
        assert_eq!(open.all("td.num"), ["8,00 / 10", "8,25 / 10"]);
        assert!(!open.text().contains("gk1@") && !open.text().contains("gk2@"));
        assert!(!stranger.text().contains("Ánh sáng tốt"), "the code alone is public");
        assert!(!over.text().contains("Ánh sáng tốt"), "the window is over");
    }
}
