//! Uploads that end while the store is away, or after nobody takes them any more.

use std::path::{Path, PathBuf};

use hoithi::storage::{Config, Store};

use super::*;
use crate::entry::{begin, fill, submit};
use crate::support::Site;

/// A store that can go away and come back.
pub struct Away {
    at: PathBuf,
    _folder: tempfile::TempDir,
}

impl Away {
    /// Gives the site such a store.
    pub async fn of(site: &mut Site) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path().join("objects");
        let config = Config::Folder { path: Some(at.clone()) };
        site.app.store = Store::open(&config, Path::new("")).unwrap();
        site.configured((*site.app.config).clone()).await;
        Self { at, _folder: folder }
    }

    pub fn goes(&self) {
        std::fs::rename(&self.at, self.at.with_extension("gone")).unwrap();
        std::fs::write(&self.at, "no folder").unwrap();
    }

    pub fn comes(&self) {
        std::fs::remove_file(&self.at).unwrap();
        std::fs::rename(self.at.with_extension("gone"), &self.at).unwrap();
    }
}

async fn files(site: &Site) -> usize {
    entity::file::Entity::find().all(&site.app.db).await.unwrap().len()
}

both! {
    async fn an_upload_that_ends_while_the_store_is_away_is_not_sent_again_and_is_made_a_file_later(site: Site) {
        let store = Away::of(site).await;
        contest(site, |yaml| yaml).await;
        let mut browser = site.browser();
        let code = draft(&mut browser).await;
        let photo = picture(600, 400, 21, ImageFormat::Jpeg);
        let to = start(&mut browser, &code, photo.len(), &[]).await.location.expect("its address");
        store.goes();

        let sent = patch(&mut browser, &to, 0, &photo).await;
        assert_eq!(sent.status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(offset(&mut browser, &to).await, photo.len(), "nobody sends it again");
        let work = format!("/drafts/{code}/work");
        let page = browser.get(&work).await;
        assert_eq!((page.status, page.all(".piece").len()), (StatusCode::OK, 0));
        let told = page.all("[role=alert] p").join(" ");
        assert!(told.contains("“ảnh.jpg” đã gửi xong") && told.contains("không cần gửi lại"), "{told}");
        let early = browser.post(&format!("/drafts/{code}/submission"), &[("agree", "original")]).await;
        assert_eq!(early.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(early.text().contains("không cần gửi lại"), "{}", early.text());
        assert_eq!(files(site).await, 0);

        store.comes();
        let page = browser.get(&work).await;
        assert_eq!((page.all(".piece").len(), page.all("[role=alert]").len()), (1, 0));
        assert_eq!(files(site).await, 1);
        site.work().await;
    }

    async fn a_photo_that_waits_for_a_store_that_is_away_over_a_weekend_is_drawn_on_monday(site: Site) {
        let store = Away::of(site).await;
        contest(site, |yaml| yaml).await;
        crate::entry::begin(&mut site.browser(), 1).await;
        store.goes();
        for hour in 0..70 {
            site.app.clock.set(site.app.clock.now().plus_seconds(3600));
            assert!(hoithi::worker::one(&site.app).await.unwrap(), "tried in hour {hour}");
        }
        assert_eq!(hoithi::jobs::waiting(&site.app.db).await.unwrap(), (1, 0));

        store.comes();
        site.app.clock.set(site.app.clock.now().plus_seconds(3600));
        site.work().await;
        let file = entity::file::Entity::find().one(&site.app.db).await.unwrap().unwrap();
        assert_eq!(file.state, entity::file::State::Ready);
    }

    async fn what_was_given_up_is_told_with_its_reason_and_tried_again_when_asked(site: Site) {
        contest(site, |yaml| yaml).await;
        crate::entry::begin(&mut site.browser(), 1).await;
        let again = async |kind| {
            let tx = hoithi::db::begin(&site.app.db).await.unwrap();
            let again = hoithi::jobs::again(&tx, kind, site.app.clock.now()).await.unwrap();
            tx.commit().await.unwrap();
            again
        };
        for _ in 0..12 {
            let tx = hoithi::db::begin(&site.app.db).await.unwrap();
            site.app.clock.set(site.app.clock.now().plus_seconds(6 * 3600));
            let now = site.app.clock.now();
            let taken = hoithi::jobs::take(&tx, now).await.unwrap().expect("a job");
            hoithi::jobs::rest(&tx, &taken, ("no such page", false), now).await.unwrap();
            tx.commit().await.unwrap();
        }

        let told = hoithi::jobs::given_up(&site.app.db).await.unwrap();
        let told: Vec<_> = told.iter().map(|job| (job.kind.as_str(), job.why.as_str())).collect();
        assert_eq!(told, [("render", "no such page")]);
        assert_eq!(site.work().await, 0);
        assert_eq!((again(Some("film")).await, again(Some("render")).await, again(None).await), (0, 1, 0));
        assert_eq!(site.work().await, 1);
    }

    async fn asking_again_or_sending_nothing_more_makes_the_file_once_the_store_is_back(site: Site) {
        let store = Away::of(site).await;
        contest(site, |yaml| yaml.replace("        formats: [jpeg]\n", "        formats: [jpeg]\n        count: { min: 1, max: 3 }\n")).await;
        let mut browser = site.browser();
        let code = draft(&mut browser).await;
        for (n, asks) in [true, false].into_iter().enumerate() {
            let photo = picture(600, 400, 30 + u8::try_from(n).unwrap(), ImageFormat::Jpeg);
            let to = start(&mut browser, &code, photo.len(), &[]).await.location.expect("its address");
            store.goes();
            assert_eq!(patch(&mut browser, &to, 0, &photo).await.status, StatusCode::SERVICE_UNAVAILABLE);
            store.comes();
            if asks {
                assert_eq!(offset(&mut browser, &to).await, photo.len());
            } else {
                assert_eq!(patch(&mut browser, &to, photo.len(), &[]).await.status, StatusCode::NO_CONTENT);
            }
            assert_eq!(files(site).await, n + 1);
        }
        // All at once, while it is away: it is there to be asked for.
        let photo = picture(600, 400, 33, ImageFormat::Jpeg);
        let told = format!("filename {},slot {}", b64(b"a.jpg"), b64(b"photo"));
        let length = photo.len().to_string();
        let headers = [("tus-resumable", "1.0.0"), ("content-type", BODY), ("upload-length", &*length), ("upload-metadata", &*told)];
        store.goes();
        let sent = browser.send(Method::POST, &format!("/drafts/{code}/uploads"), &headers, photo.clone()).await;
        assert_eq!((sent.status, number(&sent, "upload-offset")), (StatusCode::CREATED, photo.len()));
        store.comes();
        assert_eq!(offset(&mut browser, &sent.location.expect("its address")).await, photo.len());
        assert_eq!(files(site).await, 3);
        site.work().await;
    }

    async fn after_the_deadline_no_upload_begins_and_what_was_under_way_does_not_shut_the_page(site: Site) {
        contest(site, |yaml| yaml).await;
        let mut browser = site.browser();
        let code = draft(&mut browser).await;
        let photo = picture(600, 400, 22, ImageFormat::Jpeg);
        let whole = start(&mut browser, &code, photo.len(), &[]).await.location.expect("its address");
        let half = start(&mut browser, &code, photo.len(), &[]).await.location.expect("its address");
        std::fs::write(bytes_of(&site.app.config.data.folder, &whole), &photo).unwrap();
        site.set_clock("2026-04-10T10:31:00Z");

        let late = start(&mut browser, &code, photo.len(), &[("accept", "application/json")]).await;
        assert_eq!(late.status, StatusCode::CONFLICT);
        assert_eq!(late.json()["errors"][0]["code"], "entry-closed");
        let sent = patch(&mut browser, &half, 0, &photo).await;
        assert_eq!(sent.status, StatusCode::CONFLICT);
        let work = format!("/drafts/{code}/work");
        let page = browser.get(&work).await;
        assert_eq!((page.status, page.all("[role=alert] p").len()), (StatusCode::OK, 1), "{}", page.text());
        assert_eq!(files(site).await, 0);
        assert_eq!(site.app.store.list("").await.unwrap(), Vec::<String>::new());
        // What came is not lost: the days may be extended.
        assert_eq!(offset(&mut browser, &whole).await, photo.len());
        assert_eq!(offset(&mut browser, &half).await, photo.len());
    }

    async fn what_came_in_time_is_taken_in_time_though_the_store_was_away_over_the_deadline(site: Site) {
        let store = Away::of(site).await;
        contest(site, |yaml| yaml).await;
        let mut browser = site.browser();
        let code = draft(&mut browser).await;
        let photo = picture(600, 400, 25, ImageFormat::Jpeg);
        let to = start(&mut browser, &code, photo.len(), &[]).await.location.expect("its address");
        store.goes();
        assert_eq!(patch(&mut browser, &to, 0, &photo).await.status, StatusCode::SERVICE_UNAVAILABLE);
        site.set_clock("2026-04-10T10:31:00Z");
        let work = format!("/drafts/{code}/work");
        assert_eq!(browser.get(&work).await.all("[role=alert] p").len(), 1);
        store.comes();

        assert_eq!(browser.get(&work).await.all("[role=alert] p").len(), 0);
        assert_eq!(files(site).await, 1);
        site.work().await;
    }

    async fn a_work_that_is_submitted_while_a_photo_waits_gets_it_from_its_receipt(site: Site) {
        let store = Away::of(site).await;
        let more = "        formats: [jpeg]\n        count: { min: 1, max: 3 }\n";
        contest(site, |yaml| yaml.replace("        formats: [jpeg]\n", more)).await;
        let mut browser = site.browser();
        let code = begin(&mut browser, 26).await;
        fill(&mut browser, &code, "Nguyễn Thị Hoa", "0912345678").await;
        let photo = picture(600, 400, 27, ImageFormat::Jpeg);
        let to = start(&mut browser, &code, photo.len(), &[]).await.location.expect("its address");
        store.goes();
        assert_eq!(patch(&mut browser, &to, 0, &photo).await.status, StatusCode::SERVICE_UNAVAILABLE);

        let receipt = format!("/receipts/{code}");
        assert_eq!(submit(&mut browser, &code).await.location.as_deref(), Some(receipt.as_str()));
        let told = browser.get(&receipt).await.all("[role=alert] p").join(" ");
        assert!(told.contains("“ảnh.jpg” đã gửi xong"), "{told}");
        assert!(site.browser().get(&receipt).await.all("[role=alert]").is_empty(), "nobody else is told");
        store.comes();

        assert!(browser.get(&receipt).await.all("[role=alert]").is_empty());
        assert_eq!(files(site).await, 2);
        site.work().await;
    }

    async fn what_a_slot_does_not_take_any_more_leaves_no_row_and_no_object(site: Site) {
        let one = "        formats: [jpeg]\n        count: { min: 1, max: 1 }\n";
        contest(site, |yaml| yaml.replace("        formats: [jpeg]\n", one)).await;
        let mut browser = site.browser();
        let code = draft(&mut browser).await;
        let photos = [23, 24].map(|seed| picture(600, 400, seed, ImageFormat::Jpeg));
        let mut begun = Vec::new();
        for photo in &photos {
            begun.push(start(&mut browser, &code, photo.len(), &[]).await.location.expect("its address"));
        }
        assert_eq!(patch(&mut browser, &begun[0], 0, &photos[0]).await.status, StatusCode::NO_CONTENT);
        let full = patch_with(&mut browser, &begun[1], 0, &photos[1], &[("accept", "application/json")]).await;
        assert_eq!(full.json()["errors"][0]["code"], "slot-full");
        assert_eq!(browser.get(&format!("/drafts/{code}/work")).await.status, StatusCode::OK);
        assert_eq!((files(site).await, site.app.store.list("").await.unwrap().len()), (1, 1));

        // The same by the form without scripts; and the same photograph again.
        let second = [("slot.photo", "b.jpg", &photos[1][..]), ("slot.photo", "a.jpg", &photos[0][..])];
        let answer = browser.post_files(&format!("/drafts/{code}/work"), &[], &second).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!((files(site).await, site.app.store.list("").await.unwrap().len()), (1, 1));
        site.work().await;
    }
}

#[tokio::test]
async fn what_uploads_of_other_works_still_have_to_bring_is_not_promised_twice() {
    let folder = tempfile::tempdir().unwrap();
    let disk = rustix::fs::statvfs(folder.path()).unwrap();
    let free = disk.f_bavail * disk.f_frsize;
    // Room for one and a half of them.
    let spool = Spool::at(folder.path().to_owned()).sparing(free - (3 << 29));
    let first = upload(1 << 30);
    let other = Upload { id: "b".repeat(26), entry: EntryId::new(), ..first.clone() };
    spool.begin(&first).unwrap();

    assert!(matches!(spool.begin(&other), Err(Error::NoRoom)));
    let held = spool.hold(&first.id, first.entry).await.unwrap();
    spool.remove(held).unwrap();
    spool.begin(&other).unwrap();
}
