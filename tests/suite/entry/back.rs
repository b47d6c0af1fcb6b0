//! What is taken back: copies for the public, and what is held of an author.

use actix_web::http::StatusCode;
use entity::{entry, file, part, rendition};
use hoithi::media;
use sea_orm::EntityTrait;

use super::entered;
use crate::support::both;

both! {
    async fn copies_for_the_public_are_drawn_small_and_a_withdrawn_work_loses_them(site: Site) {
        let (mut browser, code) = entered(site).await;
        site.work().await;
        let file = file::Entity::find().one(&site.app.db).await.unwrap().unwrap();
        let address = format!("/media/{}/preview.jpeg", file.id);

        let preview = browser.get(&address).await;
        let drawn = image::load_from_memory(&preview.bytes).unwrap();
        let withdrawn = browser.post(&format!("/receipts/{code}/withdrawal"), &[]).await;

        assert_eq!((drawn.width(), drawn.height()), (1200, 630));
        assert!(preview.headers.get("cache-control").unwrap().to_str().unwrap().contains("immutable"));
        assert_eq!(preview.headers.get("x-content-type-options").unwrap(), "nosniff");
        assert_eq!(withdrawn.status, StatusCode::SEE_OTHER);
        assert_eq!(browser.get(&address).await.status, StatusCode::NOT_FOUND);
        assert_eq!(rendition::Entity::find().all(&site.app.db).await.unwrap().len(), 0);
        let events = entity::entry_event::Entity::find().all(&site.app.db).await.unwrap();
        assert!(events.iter().any(|event| event.kind == "withdrawn"));
    }

    async fn a_work_that_was_taken_back_before_its_copies_are_drawn_gets_none(site: Site) {
        let (mut browser, code) = entered(site).await;

        browser.post(&format!("/receipts/{code}/withdrawal"), &[]).await;
        site.work().await;

        let file = file::Entity::find().one(&site.app.db).await.unwrap().unwrap();
        assert_eq!(rendition::Entity::find().all(&site.app.db).await.unwrap().len(), 0);
        let key = media::copy_key(file.id, "320", "jpeg");
        assert!(site.app.store.get(&key).await.is_err(), "nor does the store keep any");
        assert!(site.app.store.get(&file.storage_key).await.is_ok(), "the original stays");
    }

    async fn an_author_reads_and_erases_what_is_held(site: Site) {
        let (mut browser, code) = entered(site).await;
        site.work().await;

        let data = browser.get(&format!("/receipts/{code}/data.json")).await.json();
        let stranger = site.browser().get(&format!("/receipts/{code}/data.json")).await;
        let erased = browser.post(&format!("/receipts/{code}/erasure"), &[]).await;

        assert_eq!(data["entry"]["name"], "Nguyễn Thị Hoa");
        assert_eq!(data["consents"][0]["text"], "Tôi cam kết đây là ảnh gốc.");
        assert_eq!(stranger.status, StatusCode::NOT_FOUND);
        assert_eq!(erased.status, StatusCode::SEE_OTHER);
        let row = entry::Entity::find().one(&site.app.db).await.unwrap().unwrap();
        assert_eq!((row.entrant_name.as_str(), row.phone, row.number), ("", None, Some(1)));
        assert_eq!(part::Entity::find().all(&site.app.db).await.unwrap().len(), 0);
        assert_eq!(site.app.store.list("").await.unwrap(), Vec::<String>::new());
    }
}
