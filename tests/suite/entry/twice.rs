//! The same thing from two windows, or sent twice.

use actix_web::http::StatusCode;
use entity::{entry, part};
use image::ImageFormat;
use sea_orm::EntityTrait;

use super::{START, begin, contest, fill, picture, sentences, submit};
use crate::support::both;

both! {
    async fn submitting_twice_is_submitting_once(site: Site) {
        contest(site, |text| text).await;
        let mut browser = site.browser();
        let code = begin(&mut browser, 1).await;
        fill(&mut browser, &code, "Nguyễn Thị Hoa", "0912345678").await;

        let (first, second) = (submit(&mut browser, &code).await, submit(&mut browser, &code).await);

        assert_eq!((first.status, second.status), (StatusCode::SEE_OTHER, StatusCode::SEE_OTHER));
        let rows = entry::Entity::find().all(&site.app.db).await.unwrap();
        assert_eq!(rows.iter().map(|row| row.number).collect::<Vec<_>>(), [Some(1)]);
        site.work().await;
    }

    async fn a_first_form_sent_twice_begins_one_draft_with_one_picture(site: Site) {
        contest(site, |text| text).await;
        let mut browser = site.browser();
        let start = browser.get("/contests/anh-dep/entries/new").await;
        let once = start.attributes("input[name=once]", "value").remove(0);
        let photo = picture(600, 400, 1, ImageFormat::Jpeg);
        let form = [("category", "photo"), ("once", once.as_str())];
        let files: [(&str, &str, &[u8]); 1] = [("slot.photo", "anh.jpg", &photo)];

        browser.post_files(START, &form, &files).await;
        let second = browser.post_files(START, &form, &files).await;

        assert_eq!(second.status, StatusCode::SEE_OTHER, "{}", second.text());
        assert_eq!(entry::Entity::find().all(&site.app.db).await.unwrap().len(), 1);
        assert_eq!(part::Entity::find().all(&site.app.db).await.unwrap().len(), 1);
        site.work().await;
    }

    async fn two_windows_cannot_overwrite_each_other(site: Site) {
        contest(site, |text| text).await;
        let mut browser = site.browser();
        let code = begin(&mut browser, 1).await;
        let form = |name| [("version", "1"), ("title", "Một"), ("name", name), ("unit", "td-cs-59"), ("phone", "0912345678")];
        let path = format!("/drafts/{code}/about");
        let page = browser.get(&path).await;
        let version = page.attributes("input[name='version']", "value").remove(0);
        let mut first = form("Cửa sổ một");
        first[0].1 = &version;
        let mut second = form("Cửa sổ hai");
        second[0].1 = &version;
        browser.post(&path, &first).await;

        let stale = browser.post(&path, &second).await;

        assert_eq!(stale.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(sentences(&stale).contains("cửa sổ khác"));
        assert!(stale.text().contains("Cửa sổ hai"), "what was typed stands there");
        site.work().await;
    }

    async fn the_same_form_sent_twice_is_kept_once(site: Site) {
        contest(site, |text| text).await;
        let mut browser = site.browser();
        let code = begin(&mut browser, 1).await;
        let path = format!("/drafts/{code}/about");
        let page = browser.get(&path).await;
        let version = page.attributes("input[name='version']", "value").remove(0);
        let form = [
            ("version", version.as_str()),
            ("title", "Một"),
            ("name", "Hoa"),
            ("unit", "td-cs-59"),
            ("phone", "0912345678"),
        ];

        let first = browser.post(&path, &form).await;
        let again = browser.post(&path, &form).await;

        assert_eq!(first.location, Some(format!("/drafts/{code}/check")), "{}", first.text());
        assert_eq!(again.location, first.location, "{}", again.text());
        let row = entry::Entity::find().one(&site.app.db).await.unwrap().unwrap();
        assert_eq!(row.version.to_string(), (version.parse::<i32>().unwrap() + 1).to_string());
        site.work().await;
    }
}
