//! Reminders: who gets one, in which language, and that nobody gets it twice.

use entity::entry;
use hoithi::{db, worker};
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel, Set};

use super::story::{ORGANISER, STAGE, announce, seat, stage, staged};
use crate::support::{Site, both};

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

both! {
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
