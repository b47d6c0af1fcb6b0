//! What people do wrong, through the doors: each gets its sentence, and nothing is lost. Files and
//! deadlines are told beside entries, sheets in two tabs beside judging.

use actix_web::http::StatusCode;
use entity::entry::{self, State};
use hoithi::contest::apply::{Change, apply};
use hoithi::contest::document;
use hoithi::db;
use sea_orm::EntityTrait;

use super::story::{STAGE, Work, announce, enter, finish, staged};
use crate::support::both;

both! {
    async fn a_31_september_and_a_second_prize_above_the_first_are_said_beside_their_lines(site: Site) {
        site.units().await;
        let rules = "
voting: { phase: vote }
tables:
  - { key: public, title: Bảng bình chọn, formula: [{ source: votes }], ties: [decision] }
prizes:
  - { key: first, label: Giải nhất, table: public, count: 1, amount: 2000000 }
  - { key: second, label: Giải nhì, table: public, count: 2, amount: 1000000 }
";
        let right = staged(rules);
        let tx = db::begin(&site.app.db).await.unwrap();
        let read = document::read(&right).unwrap();
        apply(&tx, &read, None, &Change::default(), site.app.clock.now()).await.unwrap();
        tx.commit().await.unwrap();
        let mut officer = site.leads("ldld-thi-diem", "canbo@example.vn").await;
        let wrong = right
            .replace("closes: 2026-04-11", "closes: 2026-09-31")
            .replace("amount: 1000000", "amount: 3000000");
        let line = |part: &str| wrong.lines().position(|line| line.contains(part)).unwrap() + 1;

        let edit = format!("/desk/contests/{STAGE}/edit");
        let refused = officer.post(&edit, &[("text", wrong.as_str())]).await;
        let kept = officer.get(&edit).await;

        let text = refused.text();
        assert!(text.contains("2026-09-31") && text.contains("30"), "{text}");
        assert!(text.contains("Giải nhì") && text.contains("Giải nhất"), "{text}");
        for part in ["2026-09-31", "amount: 3000000"] {
            assert!(text.contains(&line(part).to_string()), "line {}: {text}", line(part));
        }
        let typed = refused.all("textarea").join(" ");
        assert!(typed.contains("amount: 3000000"), "what was typed stands there: {typed}");
        assert!(kept.all("textarea").join(" ").contains("amount: 1000000"), "nothing was changed");
    }

    async fn a_thirteenth_entry_where_twelve_are_allowed_is_refused_and_stays_a_draft(site: Site) {
        site.units().await;
        announce(site, &staged("quotas: [{ per: person, max: 12 }]")).await;
        let mut browser = site.browser();
        let work = |n: u8| Work {
            title: format!("Bài {n}"),
            name: "Nguyễn Thị Hoa".to_owned(),
            phone: "+84 915 000 001".to_owned(),
            seed: n,
            agree: &["original"],
            ..Work::of(STAGE, "photo", "td-kcn")
        };
        for n in 1..=12 {
            enter(&mut browser, &work(n)).await;
        }
        let form = [("category", "photo"), ("unit", "td-kcn")];
        let begun = browser.post_files(&format!("/contests/{STAGE}/entries"), &form, &[]).await;

        let (code, refused) = finish(&mut browser, &begun.location.unwrap(), &work(13)).await;

        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let told = refused.all("[role=alert] p").join(" ");
        assert!(told.contains("tối đa 12 bài") && told.contains("giữ trong bản nháp"), "{told}");
        let rows = entry::Entity::find().all(&site.app.db).await.unwrap();
        let states: Vec<_> = rows.iter().filter(|row| row.code == code).map(|row| row.state).collect();
        assert_eq!((rows.len(), states), (13, vec![State::Draft]));
        let about = browser.get(&format!("/drafts/{code}/about")).await;
        assert_eq!(about.attributes("#title", "value"), ["Bài 13"]);
        site.work().await;
    }

    async fn the_last_place_of_a_quota_is_free_again_when_a_work_is_taken_back(site: Site) {
        site.units().await;
        announce(site, &staged("quotas: [{ per: contest, max: 1 }]")).await;
        let work = |n: u8| Work {
            title: format!("Bài {n}"),
            name: format!("Người {n}"),
            phone: format!("09150000{n:02}"),
            seed: n,
            agree: &["original"],
            ..Work::of(STAGE, "photo", "td-kcn")
        };
        let (mut one, mut other) = (site.browser(), site.browser());
        let first = enter(&mut one, &work(1)).await;
        let form = [("category", "photo"), ("unit", "td-kcn")];
        let begun = other.post_files(&format!("/contests/{STAGE}/entries"), &form, &[]).await;
        let (code, refused) = finish(&mut other, &begun.location.unwrap(), &work(2)).await;
        one.post(&format!("/receipts/{first}/withdrawal"), &[]).await;

        let again = other.post(&format!("/drafts/{code}/submission"), &[("agree", "original")]).await;

        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(again.location, Some(format!("/receipts/{code}")), "{}", again.text());
        site.work().await;
    }
}
