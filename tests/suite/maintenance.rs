//! A site that is only read for now.

use actix_web::http::StatusCode;
use entity::{entry, vote};
use sea_orm::EntityTrait;

use super::story::{STAGE, stage};
use crate::support::{Site, both};

/// Starts the site again, to be only read or as usual.
async fn maintained(site: &mut Site, maintenance: bool) {
    let mut config = (*site.app.config).clone();
    config.server.maintenance = maintenance;
    site.configured(config).await;
}

both! {
    async fn pages_stay_and_nothing_changes_while_a_site_is_maintained(site: Site) {
        let code = stage(site, "voting: { phase: vote }", &["Một"]).await.remove(0);
        maintained(site, true).await;
        let mut browser = site.browser();

        for path in ["/", &format!("/contests/{STAGE}"), &format!("/contests/{STAGE}/gallery"), &format!("/entries/{code}"), &format!("/receipts/{code}"), "/session/new"] {
            let page = browser.get(path).await;
            assert_eq!(page.status, StatusCode::OK, "{path}");
            assert_eq!(page.all("header .notice").len(), 1, "{path} says so");
        }
        assert_eq!(browser.get("/health/ready").await.status, StatusCode::NO_CONTENT);
        let vote = format!("/entries/{code}/vote");
        let touched = browser.post_for_json(&vote, &[]).await;
        assert_eq!((touched.status, touched.json()["errors"][0]["code"].as_str()), (StatusCode::SERVICE_UNAVAILABLE, Some("maintenance")));
        let begun = browser.post_files(&format!("/contests/{STAGE}/entries"), &[("category", "photo")], &[]).await;
        for refused in [touched, begun, browser.post("/session/code", &[("email", "an@example.vn")]).await] {
            assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE);
            assert_eq!(refused.headers.get("retry-after").unwrap(), "30");
        }
        let said = browser.post(&vote, &[]).await;
        assert!(said.all("[role=alert] p")[0].contains("gửi lại sau ít phút"), "{}", said.text());
        assert_eq!(entry::Entity::find().all(&site.app.db).await.unwrap().len(), 1);
        assert!(vote::Entity::find().all(&site.app.db).await.unwrap().is_empty());

        maintained(site, false).await;
        let mut browser = site.browser();
        let page = browser.get(&format!("/entries/{code}")).await;
        let counted = browser.post_for_json(&vote, &[]).await;
        assert!(page.all("header .notice").is_empty());
        assert_eq!(counted.json()["counted"], true, "{}", counted.text());
    }
}
