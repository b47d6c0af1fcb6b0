//! Acts that decide something are done only when whoever does them ticked that they are meant.

use actix_web::http::StatusCode;
use entity::{contest, crew, round, seat};
use sea_orm::EntityTrait;

use super::story::{ORGANISER, stage};
use crate::support::{Answer, both, rounds};

const DESK: &str = "/desk/contests/san-khau";
const ROUND: &str = "/desk/contests/san-khau/rounds/final";

/// Whether the page asks, before the form at this address is sent, with a box that browsers demand.
fn asks(page: &Answer, action: &str) -> bool {
    let boxes = format!("form[action='{action}'] input[name=sure][required]");
    !page.attributes(&boxes, "value").is_empty()
}

both! {
    async fn a_round_and_its_panel_change_only_when_that_is_meant(site: Site) {
        stage(site, &rounds("", &["{ key: content, label: Nội dung, max: 10 }"]), &["Một"]).await;
        let mut runs = site.signed_in(ORGANISER).await;
        for email in ["gk1@example.vn", "gk2@example.vn"] {
            runs.post(&format!("{ROUND}/seats"), &[("name", "Lê Bình"), ("email", email)]).await;
        }
        let seats = seat::Entity::find().all(&site.app.db).await.unwrap();
        let removal = format!("{ROUND}/seats/{}/removal", seats[0].id);
        let page = runs.get(ROUND).await;
        let state = async || {
            let row = round::Entity::find().one(&site.app.db).await.unwrap().unwrap();
            let seats = seat::Entity::find().all(&site.app.db).await.unwrap();
            (row.state, seats.iter().filter(|seat| seat.left_at.is_none()).count())
        };

        let open = runs.post(ROUND, &[("act", "open")]).await;
        let gone = runs.post(&removal, &[]).await;
        let waiting = state().await;
        runs.post(ROUND, &[("act", "open"), ("sure", "yes")]).await;
        runs.post(&removal, &[("sure", "yes")]).await;
        let opened = state().await;
        let asked = runs.get(ROUND).await;

        assert!(asks(&page, ROUND) && asks(&page, &removal), "{}", page.text());
        for unsure in [open, gone] {
            assert_eq!(unsure.all("[role=alert] li").len(), 1, "{}", unsure.text());
            assert!(unsure.text().contains("Hãy đánh dấu ô xác nhận"), "{}", unsure.text());
        }
        assert_eq!(waiting, (round::State::Waiting, 2));
        assert_eq!(opened, (round::State::Open, 1));
        assert!(asks(&asked, ROUND), "closing is asked for too");
        site.jobs_may_wait();
    }

    async fn the_crew_changes_only_when_that_is_meant(site: Site) {
        stage(site, &rounds("", &["{ key: content, label: Nội dung, max: 10 }"]), &["Một"]).await;
        let mut runs = site.signed_in(ORGANISER).await;
        let part = [("role", "auditor"), ("name", "Lê Bình"), ("email", "binh@example.vn")];
        runs.post(&format!("{DESK}/crew"), &part).await;
        let page = runs.get(DESK).await;
        let removal = page.attributes("form[action$='/removal']", "action").remove(0);
        let on = async || {
            let crew = crew::Entity::find().all(&site.app.db).await.unwrap();
            crew.iter().filter(|row| row.ended_at.is_none()).count()
        };
        let before = on().await;

        let unsure = runs.post(&removal, &[]).await;
        let still = on().await;
        runs.post(&removal, &[("sure", "yes")]).await;

        assert!(asks(&page, &removal), "{}", page.text());
        assert_eq!(unsure.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!((still, on().await), (before, before - 1));
        site.jobs_may_wait();
    }

    async fn a_contest_is_shown_to_everybody_only_when_that_is_meant(site: Site) {
        site.units().await;
        let mut officer = site.leads("ldld-thi-diem", "lead@example.vn").await;
        let made = officer.post("/desk/contests", &super::making::with(&[])).await;
        let check = made.location.expect("a page to check it");
        let announcement = check.replace("/check", "/announcement");
        let page = officer.get(&check).await;
        let state = async || contest::Entity::find().one(&site.app.db).await.unwrap().unwrap().state;

        let unsure = officer.post(&announcement, &[]).await;
        let hidden = state().await;
        officer.post(&announcement, &[("sure", "yes")]).await;

        assert!(asks(&page, &announcement), "{}", page.text());
        assert_eq!(unsure.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", unsure.text());
        assert_eq!((hidden, state().await), (contest::State::Draft, contest::State::Announced));
        site.jobs_may_wait();
    }
}
