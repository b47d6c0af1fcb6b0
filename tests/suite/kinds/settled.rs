//! What people decide, with the reason: deliberations, and equals at the cut.

use actix_web::http::StatusCode;
use entity::entry;
use sea_orm::EntityTrait;

use super::{DESK, answer, close, jury, outcome};
use crate::support::both;

both! {
    async fn a_deliberation_lets_on_whom_it_names_and_wants_the_reason(site: Site) {
        let (mut organiser, _) = jury(site, "kind: deliberate, goes_on: 2", 3, 0).await;
        let entries = entry::Entity::find().all(&site.app.db).await.unwrap();
        let id = |title: &str| entries.iter().find(|e| e.title == title).unwrap().id.to_string();
        let (a, c) = (id("A"), id("C"));

        let page = organiser.get(DESK).await;
        let one = close(&mut organiser, &[("decided", &a), ("reason", "Bỏ phiếu")]).await;
        let bare = close(&mut organiser, &[("decided", &a), ("decided", &c)]).await;
        let form = [("decided", a.as_str()), ("decided", c.as_str()), ("reason", "Biểu quyết 5/5")];
        let whole = close(&mut organiser, &form).await;

        assert_eq!(page.attributes("input[name='decided']", "value").len(), 3);
        assert!(one.text().contains("Đã chọn 1 bài, trong khi cần 2 bài"), "{}", one.text());
        assert!(bare.text().contains("Hãy ghi lý do"), "{}", bare.text());
        assert_eq!(whole.status, StatusCode::SEE_OTHER, "{}", whole.text());
        assert_eq!(outcome(site).await, ["A* 0", "B 0", "C* 0"]);
    }

    async fn equals_at_the_cut_are_told_apart_by_a_recorded_decision(site: Site) {
        let kind = "goes_on: 1, criteria: [{ key: art, label: Nghệ thuật, max: 10 }]";
        let (mut organiser, mut panel) = jury(site, kind, 3, 1).await;
        for (title, mark) in [("A", "7"), ("B", "7"), ("C", "5")] {
            answer(site, &mut panel[0], title, &[("mark.art", mark)]).await;
        }

        let tie = close(&mut organiser, &[]).await;
        let choices = tie.attributes("input[name='decided']", "value");
        let entries = entry::Entity::find().all(&site.app.db).await.unwrap();
        let b = entries.iter().find(|e| e.title == "B").unwrap().id.to_string();
        let form = [("decided", b.as_str()), ("reason", "Chủ tịch hội đồng quyết định")];
        let closed = close(&mut organiser, &form).await;

        assert_eq!(choices.len(), 2, "{}", tie.text());
        assert_eq!(closed.status, StatusCode::SEE_OTHER, "{}", closed.text());
        assert_eq!(outcome(site).await, ["A 7", "B* 7", "C 5"]);
    }
}
