//! Works that are accepted when a round is open already.

use actix_web::http::StatusCode;
use entity::{audit_log, candidate};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::json;

use super::story::{ORGANISER, STAGE, Work, accept_all, enter, seat, stage};
use crate::support::{Browser, Site, both, rounds};

const DESK: &str = "/desk/contests/san-khau";
const ROUND: &str = "/desk/contests/san-khau/rounds/final";
const MARKS: [&str; 1] = ["{ key: content, label: Nội dung, max: 10 }"];

async fn works(judge: &mut Browser) -> Vec<String> {
    let room = judge.get("/desk").await.attributes("a[href^='/judging/']", "href").remove(0);
    judge.get(&room).await.attributes(".cards a", "href")
}

async fn mark_all(judge: &mut Browser) {
    for work in works(judge).await {
        let sheet = json!({ "version": 0, "marks": { "content": 800 } });
        judge.put_json(&format!("{work}/sheet"), &sheet).await;
    }
    let room = judge.get("/desk").await.attributes("a[href^='/judging/']", "href").remove(0);
    let done = judge.post(&format!("{room}/completion"), &[]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
}

/// A contest with two works and so many more that are sent in time and not accepted yet.
async fn staged(site: &Site, more: u8) -> Browser {
    stage(site, &rounds("judges_per_entry: 1", &MARKS), &["Một", "Hai"]).await;
    site.set_clock("2026-04-05T01:00:00Z");
    for n in 0..more {
        let work = Work {
            title: format!("Muộn {n}"),
            name: format!("Người muộn {n}"),
            phone: format!("09160000{n:02}"),
            seed: 50 + n,
            agree: &["original"],
            ..Work::of(STAGE, "photo", "td-kcn")
        };
        enter(&mut site.browser(), &work).await;
    }
    site.set_clock("2026-04-06T01:00:00Z");
    site.signed_in(ORGANISER).await
}

both! {
    async fn what_is_accepted_after_the_opening_is_told_and_dealt_beside_the_rest(site: Site) {
        let mut runs = staged(site, 2).await;
        let mut panel = seat(site, &mut runs, ROUND, &["gk1@example.vn", "gk2@example.vn"]).await;
        let quiet = runs.get(ROUND).await.all("#late");
        let before = [works(&mut panel[0]).await, works(&mut panel[1]).await];

        accept_all(&mut runs, STAGE).await;
        site.work().await;
        let told = runs.get(ROUND).await.all("#late").join(" ");
        let desk = runs.get(DESK).await.all(".tag.warn");
        let taken = runs.post(ROUND, &[("act", "take-late")]).await;
        let after = [works(&mut panel[0]).await, works(&mut panel[1]).await];
        let again = runs.post(ROUND, &[("act", "take-late")]).await;

        assert_eq!(quiet, Vec::<String>::new());
        assert!(told.contains("2 bài được chấp nhận sau khi vòng này mở"), "{told}");
        assert_eq!(desk, ["2 bài chưa được chia"]);
        assert_eq!(taken.status, StatusCode::SEE_OTHER, "{}", taken.text());
        assert_eq!((before[0].len(), before[1].len()), (1, 1));
        assert_eq!((after[0].len(), after[1].len()), (2, 2), "{after:?}");
        assert_eq!((&after[0][0], &after[1][0]), (&before[0][0], &before[1][0]), "what was dealt stays");
        assert!(again.text().contains("chưa có bài hợp lệ để chấm"), "{}", again.text());
        assert!(runs.get(ROUND).await.all("#late").is_empty());
        let mut names = candidate::Entity::find().all(&site.app.db).await.unwrap();
        names.sort_by(|one, other| one.alias.cmp(&other.alias));
        let names: Vec<_> = names.into_iter().map(|row| row.alias).collect();
        assert_eq!(names, ["A01", "A02", "A03", "A04"]);
        let logged = audit_log::Entity::find().filter(audit_log::Column::Act.eq("late-works-taken"));
        let logged = logged.order_by_asc(audit_log::Column::Seq).all(&site.app.db).await.unwrap();
        assert_eq!(logged.len(), 1);
        assert_eq!(logged[0].after, Some(json!({ "entries": 2 })));
    }

    async fn a_closed_round_takes_nothing_until_it_is_opened_again_with_a_reason(site: Site) {
        let mut runs = staged(site, 1).await;
        let mut panel = seat(site, &mut runs, ROUND, &["gk1@example.vn"]).await;
        mark_all(&mut panel[0]).await;
        accept_all(&mut runs, STAGE).await;
        site.work().await;
        runs.post(ROUND, &[("act", "close"), ("sure", "yes")]).await;

        let told = runs.get(ROUND).await;
        let refused = runs.post(ROUND, &[("act", "take-late")]).await;
        let opened = runs.post(ROUND, &[("act", "reopen"), ("reason", "Duyệt muộn")]).await;
        let taken = runs.post(ROUND, &[("act", "take-late")]).await;
        let open = runs.post(ROUND, &[("act", "close"), ("sure", "yes")]).await;
        let held = works(&mut panel[0]).await;
        mark_all(&mut panel[0]).await;
        let closed = runs.post(ROUND, &[("act", "close"), ("sure", "yes")]).await;

        assert!(told.all("#late").join(" ").contains("hãy mở lại vòng chấm"), "{}", told.text());
        assert!(told.all("#late button").is_empty(), "{}", told.text());
        assert_eq!(told.all("button[value=reopen]").len(), 1);
        assert!(refused.text().contains("hiện không nhận điểm"), "{}", refused.text());
        assert_eq!(opened.status, StatusCode::SEE_OTHER, "{}", opened.text());
        assert_eq!(taken.status, StatusCode::SEE_OTHER, "{}", taken.text());
        assert!(!open.all(".notice.danger li").is_empty(), "a work without a sheet keeps it open");
        assert_eq!(held.len(), 3, "who had finished has work again");
        assert_eq!(closed.status, StatusCode::SEE_OTHER, "{}", closed.text());
    }
}
