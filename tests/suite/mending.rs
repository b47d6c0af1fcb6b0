//! Mending a returned entry on another telephone than the one it was sent from.

use actix_web::http::StatusCode;
use entity::entry::{self, State};
use sea_orm::EntityTrait;

use super::entry::submit;
use super::screening::waiting;
use crate::support::{Browser, Site, both};

async fn look_up(browser: &mut Browser, code: &str, phone: &str) -> crate::support::Answer {
    browser.post("/receipts", &[("code", code), ("phone", phone)]).await
}

/// Somebody's returned entry: its code, and who screens.
async fn returned(site: &Site) -> (String, Browser) {
    let (entrants, mut screener) = waiting(site, 1).await;
    let code = entrants[0].1.clone();
    let form = [
        ("verdict", "return"),
        ("reason", "reason-blurred"),
        ("note", "Chụp lại"),
        ("until", "2026-04-20"),
    ];
    let path = format!("/desk/contests/anh-dep/screening/{code}");
    let done = screener.post(&path, &form).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    (code, screener)
}

both! {
    async fn whoever_knows_code_and_number_mends_a_returned_entry_on_another_phone(site: Site) {
        let (code, _) = returned(site).await;
        let mut other = site.browser();
        let work = format!("/drafts/{code}/work");
        let mend = |phone| [("code", code.as_str()), ("phone", phone), ("act", "mend")];

        let bare = look_up(&mut other, &code, "").await;
        let end = look_up(&mut other, &code, "5600").await;
        let closed = other.get(&work).await;
        let wrong = other.post("/receipts", &mend("0900005600")).await;
        let still = other.get(&work).await;
        let right = other.post("/receipts", &mend("+84 912 345 600")).await;
        let open = other.get(&work).await;
        let sent = submit(&mut other, &code).await;
        let after = other.get(&work).await;

        assert!(bare.all("button[value='mend']").is_empty(), "{}", bare.text());
        assert_eq!(end.all("button[value='mend']"), ["Sửa bài"]);
        assert!(end.text().contains("Chụp lại"));
        let due = end.all(".notice.warn").join(" ");
        assert!(due.contains("chậm nhất 23 giờ 59 thứ Hai ngày 20 tháng 4"), "as every deadline is told: {due}");
        assert_eq!(closed.status, StatusCode::NOT_FOUND, "four digits are not enough");
        assert_eq!(wrong.all("[role=alert]").len(), 1, "{}", wrong.text());
        assert_eq!(wrong.attributes("#mend-phone", "value"), ["0900005600"], "what was typed stays");
        assert_eq!(still.status, StatusCode::NOT_FOUND);
        assert_eq!(right.location, Some(work.clone()), "{}", right.text());
        assert_eq!(open.status, StatusCode::OK, "{}", open.text());
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text());
        assert_eq!(after.status, StatusCode::NOT_FOUND, "the right ends with the sending");
        let row = entry::Entity::find().one(&site.app.db).await.unwrap().unwrap();
        assert_eq!(row.state, State::Submitted);
        site.jobs_may_wait();
    }

    async fn who_mends_by_the_number_may_neither_erase_nor_take_the_data_along(site: Site) {
        let (code, _) = returned(site).await;
        let mut other = site.browser();
        let form = [("code", code.as_str()), ("phone", "0912345600"), ("act", "mend")];
        other.post("/receipts", &form).await;

        let data = other.get(&format!("/receipts/{code}/data.json")).await;
        let erased = other.post(&format!("/receipts/{code}/erasure"), &[]).await;
        let gone = other.post(&format!("/receipts/{code}/withdrawal"), &[]).await;

        assert_eq!([data.status, erased.status, gone.status], [StatusCode::NOT_FOUND; 3]);
        site.jobs_may_wait();
    }
}
