//! The screening desk, through the doors.

use actix_web::http::StatusCode;
use entity::entry::{self, State};
use sea_orm::EntityTrait;

use super::entry::{begin, contest, fill, submit};
use crate::support::{Browser, Site, both};

const DESK: &str = "/desk/contests/anh-dep/screening";

/// A contest with so many submitted entries of different people, and somebody who screens them.
pub(super) async fn waiting(site: &Site, count: u8) -> (Vec<(Browser, String)>, Browser) {
    contest(site, |text| text.replace("max: 2 }", "max: 99 }")).await;
    let mut entrants = Vec::new();
    for seed in 0..count {
        let mut browser = site.browser();
        let code = begin(&mut browser, seed).await;
        fill(&mut browser, &code, "Nguyễn Thị Hoa", &format!("09123456{seed:02}")).await;
        let done = submit(&mut browser, &code).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
        entrants.push((browser, code));
    }
    site.work().await;
    (entrants, site.leads("ldld-thi-diem", "duyet@example.vn").await)
}

async fn states(site: &Site) -> Vec<State> {
    let mut rows = entry::Entity::find().all(&site.app.db).await.unwrap();
    rows.sort_by_key(|row| row.number);
    rows.into_iter().map(|row| row.state).collect()
}

both! {
    async fn each_finding_leads_to_the_next_that_waits_and_can_be_taken_back(site: Site) {
        let (entrants, mut screener) = waiting(site, 3).await;
        let at = |n: usize| format!("{DESK}/{}", entrants[n].1);

        let grid = screener.get(DESK).await;
        let shown = screener.get(&at(0)).await;
        let accepted = screener.post(&at(0), &[("verdict", "accept")]).await;
        let reject = [("verdict", "reject"), ("reason", "reason-blurred"), ("note", "Mờ")];
        let rejected = screener.post(&at(1), &reject).await;
        let undone = screener.post(&format!("{}/undo", at(1)), &[]).await;
        let twice = screener.post(&at(0), &[("verdict", "accept")]).await;

        assert_eq!(grid.all(".cards li").len(), 3, "{}", grid.text());
        assert!(shown.text().contains("không có thông tin máy chụp"));
        assert_eq!(accepted.location, Some(at(1)));
        assert_eq!(rejected.location, Some(at(2)));
        assert_eq!(undone.location, Some(at(1)));
        assert_eq!(twice.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(states(site).await, [State::Accepted, State::Submitted, State::Submitted]);
        site.jobs_may_wait();
    }

    async fn one_finding_is_noted_for_all_entries_that_were_marked_or_for_none(site: Site) {
        let (entrants, mut screener) = waiting(site, 3).await;
        let code = |n: usize| ("code", entrants[n].1.as_str());

        let two = screener.post(DESK, &[("verdict", "accept"), code(0), code(1)]).await;
        let reject = [("verdict", "reject"), ("reason", "reason-blurred"), code(2), code(1)];
        let late = screener.post(DESK, &reject).await;

        let unsaid = screener.post(DESK, &[("verdict", "reject"), ("reason", ""), code(2)]).await;
        let grid = screener.get(DESK).await;

        assert_eq!(two.location.as_deref(), Some(DESK));
        assert_eq!(late.status, StatusCode::CONFLICT);
        assert_eq!(grid.attributes("#reason option", "value")[0], "", "no reason is chosen beforehand");
        assert_eq!(unsaid.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(unsaid.all("[role=alert]"), ["Hãy chọn lý do."]);
        assert_eq!(unsaid.attributes("input[name=code][checked]", "value"), [entrants[2].1.clone()]);
        assert_eq!(states(site).await, [State::Accepted, State::Accepted, State::Submitted]);
        site.jobs_may_wait();
    }

    async fn a_returned_entry_is_mended_by_its_author_until_the_date(site: Site) {
        let (mut entrants, _) = waiting(site, 1).await;
        let (browser, code) = &mut entrants[0];
        site.set_clock("2026-04-15T01:00:00Z");
        let mut screener = site.signed_in("duyet@example.vn").await;
        let form = [
            ("verdict", "return"),
            ("reason", "reason-logo"),
            ("note", "Hãy gửi bản không có logo"),
            ("until", "2026-04-16"),
        ];

        let past = screener.post(&format!("{DESK}/{code}"), &[form[0], form[1], ("until", "2026-04-14")]).await;
        screener.post(&format!("{DESK}/{code}"), &form).await;
        let receipt = browser.get(&format!("/receipts/{code}")).await;
        let told = site.browser().post("/receipts", &[("code", code), ("phone", "5600")]).await;
        let public = site.browser().get(&format!("/receipts/{code}")).await;
        let mended = submit(browser, code).await;

        assert_eq!(past.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(receipt.text().contains("Có logo, chữ ký, khung"), "{}", receipt.text());
        assert!(told.text().contains("Hãy gửi bản không có logo"));
        assert!(!public.text().contains("logo"), "the public code does not tell why");
        assert_eq!(mended.status, StatusCode::SEE_OTHER, "{}", mended.text());
        assert_eq!(states(site).await, [State::Submitted]);
        site.jobs_may_wait();
    }

    async fn the_same_file_in_two_entries_is_shown_and_filtered(site: Site) {
        let (mut entrants, mut screener) = waiting(site, 2).await;
        let mut copycat = site.browser();
        let code = begin(&mut copycat, 0).await;
        fill(&mut copycat, &code, "Trần Văn Bình", "0987654321").await;
        submit(&mut copycat, &code).await;
        site.work().await;

        let filtered = screener.get(&format!("{DESK}?only=duplicates")).await;
        let shown = screener.get(&format!("{DESK}/{code}")).await;

        assert_eq!(filtered.all(".cards li").len(), 2, "{}", filtered.text());
        let first = entrants.remove(0).1;
        assert!(shown.attributes("#duplicates a", "href").iter().any(|to| to.ends_with(&first)));
    }

    async fn strangers_and_foreign_officers_do_not_screen(site: Site) {
        let (entrants, _) = waiting(site, 1).await;
        let mut foreign = site.leads("td-hoa-lac", "hoalac@example.vn").await;
        let entry = format!("{DESK}/{}", entrants[0].1);

        assert_eq!(site.browser().get(DESK).await.status, StatusCode::UNAUTHORIZED);
        assert_eq!(foreign.get(DESK).await.status, StatusCode::FORBIDDEN);
        let tried = foreign.post(&entry, &[("verdict", "accept")]).await;
        assert_eq!(tried.status, StatusCode::FORBIDDEN);
        assert_eq!(states(site).await, [State::Submitted]);
    }
}
