//! Public pages: the same bytes for everybody, every work once, names as their bearers chose, and
//! what chat apps are told.

use std::collections::BTreeSet;

use actix_web::http::StatusCode;
use entity::entry;
use entity::id::{CategoryId, EntryId};
use hoithi::db;
use image::ImageFormat;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel, Set};

use super::story::{ORGANISER, STAGE, Work, accept_all, announce, enter, stage, stage_of, staged};
use crate::support::{Answer, Site, both};

/// Beside photos, essays.
const ESSAYS: &str =
    "  - { key: essay, title: Bài viết, slots: [{ key: story, kind: text, label: Bài }] }\n";

/// So many more works like the only one, by turns in this category and in the other.
async fn more(site: &Site, count: i32, other: CategoryId) {
    let row = entry::Entity::find().one(&site.app.db).await.unwrap().expect("a work");
    let tx = db::begin(&site.app.db).await.unwrap();
    for number in 2..=count {
        let mut copy = row.clone().into_active_model().reset_all();
        copy.id = Set(EntryId::new());
        copy.code = Set(format!("K{number:07}"));
        copy.number = Set(Some(number));
        copy.category_id = Set(if number % 2 == 0 { other } else { row.category_id });
        copy.resume_hash = Set(None);
        copy.insert(&tx).await.unwrap();
    }
    tx.commit().await.unwrap();
}

/// Works on each page of a gallery, from its first page on.
async fn leafed(site: &Site, first: String) -> Vec<Vec<String>> {
    let (mut pages, mut next) = (Vec::new(), Some(first));
    while let Some(path) = next {
        let page = site.browser().get(&path).await;
        assert_eq!(page.status, StatusCode::OK);
        pages.push(page.attributes(".cards a", "href"));
        next = page.attributes("a[rel=next]", "href").pop();
    }
    pages
}

/// The picture that a page tells chat apps of: its address is whole, and it is a JPEG of the size
/// that they show.
async fn preview(site: &Site, page: &Answer) -> (u32, u32) {
    let told = page.attributes("meta[property='og:image']", "content").remove(0);
    let path = told.strip_prefix("http://localhost/").expect("a whole address");
    let picture = site.browser().get(&format!("/{path}")).await;
    let read = image::load_from_memory_with_format(&picture.bytes, ImageFormat::Jpeg);
    let read = read.expect("a JPEG");
    (read.width(), read.height())
}

both! {
    async fn a_contest_that_has_no_picture_yet_is_drawn_one_for_chats(site: Site) {
        let long = "Nét đẹp công đoàn và người lao động các khu công nghiệp ".repeat(6);
        site.units().await;
        announce(site, &staged("").replace("title: Ảnh đẹp\n", &format!("title: {long}\n"))).await;
        let address = format!("/contests/{STAGE}/preview.jpeg");

        let page = site.browser().get(&format!("/contests/{STAGE}")).await;
        let first = site.browser().get(&address).await;
        let tag = first.headers.get("etag").unwrap().to_str().unwrap().to_owned();
        let known = site.browser().get_with(&address, &[("if-none-match", &tag)]).await;
        let none = site.browser().get("/contests/khong-co/preview.jpeg").await;

        assert_eq!(preview(site, &page).await, (1200, 630));
        assert!(first.bytes.len() < 150_000, "{}", first.bytes.len());
        assert_eq!((known.status, known.bytes.len()), (StatusCode::NOT_MODIFIED, 0));
        assert_eq!(none.status, StatusCode::NOT_FOUND);
    }

    async fn a_gallery_shows_every_work_once_page_by_page_and_by_category(site: Site) {
        let rules = staged("").replace("declarations:", &format!("{ESSAYS}declarations:"));
        stage_of(site, &rules, &["Một"]).await;
        let rows = entity::category::Entity::find().all(&site.app.db).await.unwrap();
        let other = rows.iter().find(|row| row.key == "essay").unwrap().id;
        more(site, 60, other).await;

        let gallery = format!("/contests/{STAGE}/gallery");
        let all = leafed(site, gallery.clone()).await;
        let essays = leafed(site, format!("{gallery}?category=essay")).await;
        let photos = leafed(site, format!("{gallery}?category=photo")).await;
        let tabs = site.browser().get(&format!("{gallery}?category=essay")).await;

        let sizes = |pages: &[Vec<String>]| pages.iter().map(Vec::len).collect::<Vec<_>>();
        assert_eq!((sizes(&all), sizes(&essays), sizes(&photos)), (vec![24, 24, 12], vec![24, 6], vec![24, 6]));
        let flat = all.concat();
        let numbers: Vec<_> = (2..=60).map(|number| format!("/entries/K{number:07}")).collect();
        assert_eq!(flat[1..], numbers, "in the order of their numbers");
        let both: BTreeSet<_> = essays.concat().into_iter().chain(photos.concat()).collect();
        assert_eq!(both, flat.into_iter().collect(), "each in one category");
        assert_eq!(tabs.all(".tabs [aria-current]"), ["Bài viết"]);
    }

    async fn names_stand_on_public_pages_as_their_bearers_chose_and_nowhere_else(site: Site) {
        site.units().await;
        announce(site, &staged("")).await;
        let shows = [("full", ""), ("pen", "Bút Tre"), ("hidden", ""), ("hidden", "")];
        let mut codes = Vec::new();
        for (n, show) in (1..).zip(shows) {
            let mut browser = site.browser();
            browser.post("/preferences", &[("lang", if n == 4 { "en" } else { "vi" })]).await;
            let work = Work {
                title: format!("Bài {n}"),
                name: format!("Nguyễn Văn Thật {n}"),
                phone: format!("091500000{n}"),
                seed: n,
                show,
                agree: &["original"],
                ..Work::of(STAGE, "photo", "td-kcn")
            };
            codes.push(enter(&mut browser, &work).await);
        }
        site.leads("ldld-thi-diem", ORGANISER).await;
        site.set_clock("2026-04-06T01:00:00Z");
        let mut organiser = site.signed_in(ORGANISER).await;
        assert_eq!(accept_all(&mut organiser, STAGE).await, 4);
        site.work().await;

        let mut pages = vec!["/".to_owned(), format!("/contests/{STAGE}"), format!("/contests/{STAGE}/participation"), format!("/contests/{STAGE}/screen")];
        pages.extend(codes.iter().flat_map(|code| [format!("/entries/{code}"), format!("/receipts/{code}")]));
        let gallery = site.browser().get(&format!("/contests/{STAGE}/gallery")).await;

        let unit = "CĐ KCN Thí Điểm";
        let shown = ["Nguyễn Văn Thật 1", "Bút Tre", "Tác giả không nêu tên", "Tác giả không nêu tên"];
        assert_eq!(gallery.all(".cards small"), shown.map(|name| format!("{name} · {unit}")));
        for (code, name) in codes.iter().zip(shown) {
            let page = site.browser().get(&format!("/entries/{code}")).await;
            assert_eq!(page.all(".work p strong"), [name]);
        }
        let mut texts = vec![gallery.text().to_owned()];
        for path in pages {
            texts.push(site.browser().get(&path).await.text().to_owned());
        }
        for hidden in ["Nguyễn Văn Thật 2", "Nguyễn Văn Thật 3", "Nguyễn Văn Thật 4"] {
            assert!(texts.iter().all(|text| !text.contains(hidden)), "{hidden}");
        }
    }

    async fn a_draft_remembers_that_its_author_is_not_to_be_named_in_either_language(site: Site) {
        site.units().await;
        announce(site, &staged("")).await;
        let mut browser = site.browser();
        browser.post("/preferences", &[("lang", "en")]).await;
        let begun = browser.post_files(&format!("/contests/{STAGE}/entries"), &[("category", "photo")], &[]).await;
        let about = begun.location.unwrap().replace("/work", "/about");
        let version = browser.get(&about).await.attributes("input[name=version]", "value").remove(0);
        let form = [("version", version.as_str()), ("title", "Một"), ("name", "Nguyễn Văn Thật"), ("show", "hidden"), ("unit", "td-kcn")];
        browser.post(&about, &form).await;

        for lang in ["en", "vi"] {
            browser.post("/preferences", &[("lang", lang)]).await;
            let chosen = browser.get(&about).await.attributes("input[name=show][checked]", "value");
            assert_eq!(chosen, ["hidden"], "{lang}");
        }
    }

    async fn chat_apps_are_told_a_title_an_address_and_a_jpeg(site: Site) {
        let codes = stage(site, "", &["Một"]).await;

        let work = site.browser().get(&format!("/entries/{}", codes[0])).await;
        let contest = site.browser().get(&format!("/contests/{STAGE}")).await;

        let told = |page: &Answer, what: &str| page.attributes(&format!("meta[property='og:{what}']"), "content");
        assert_eq!(told(&work, "title"), ["Một"]);
        assert_eq!(told(&work, "description"), ["Ảnh đẹp"]);
        assert_eq!(told(&work, "url"), [format!("http://localhost/entries/{}", codes[0])]);
        assert_eq!((told(&work, "image:width"), told(&work, "image:height")), (vec!["1200".to_owned()], vec!["630".to_owned()]));
        assert_eq!((preview(site, &work).await, preview(site, &contest).await), ((1200, 630), (1200, 630)));
        assert_eq!(told(&contest, "title"), ["Ảnh đẹp"]);
    }

    async fn public_pages_are_the_same_bytes_for_everybody_and_sent_once(site: Site) {
        let codes = stage(site, "voting: { phase: vote, counts: live }", &["Một", "Hai"]).await;
        super::story::vote(site, &codes[1], 2).await;
        let at = |tail: &str| format!("/contests/{STAGE}{tail}");
        let pages = [
            "/".to_owned(), at(""), at("/gallery"), at("/gallery?category=photo"), at("/participation"),
            at("/counts.json"), at("/screen"), at("/votes"), format!("/entries/{}", codes[0]),
        ];
        let mut voter = site.browser();
        voter.get(&pages[8]).await;
        voter.post(&format!("/entries/{}/vote", codes[0]), &[]).await;
        // Long enough for every kept page to be drawn anew.
        site.set_clock("2026-04-06T01:01:00Z");
        let mut organiser = site.signed_in(ORGANISER).await;

        let mut kept = 0;
        for path in &pages {
            let stranger = site.browser().get(path).await;
            let etag = stranger.headers.get("etag").cloned();
            assert_eq!(stranger.status, StatusCode::OK, "{path}");
            for (who, browser) in [("organiser", &mut organiser), ("voter", &mut voter)] {
                let theirs = browser.get(path).await;
                assert_eq!((theirs.headers.get("etag"), &theirs.bytes), (etag.as_ref(), &stranger.bytes), "{path} for the {who}");
                let Some(etag) = &etag else { continue };
                let again = browser.get_with(path, &[("if-none-match", etag.to_str().unwrap())]).await;
                assert_eq!((again.status, again.bytes.len()), (StatusCode::NOT_MODIFIED, 0), "{path} for the {who}");
                kept += 1;
            }
        }
        assert!(kept >= 2 * 8, "what crowds look at has a tag: {kept}");
    }
}
