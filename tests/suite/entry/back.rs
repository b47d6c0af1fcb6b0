//! What is taken back: copies for the public, and what is held of an author.

use actix_web::http::StatusCode;
use entity::{contest as contest_row, entry, file, part, rendition};
use hoithi::{db, media};
use image::ImageFormat;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel, Set};

use super::{begin, contest, entered, picture};
use crate::support::{Browser, both};

/// Takes the one file out of a work.
async fn take_out(browser: &mut Browser, code: &str) {
    let work = format!("/drafts/{code}/work");
    let part = browser.get(&work).await.attributes("[name=remove]", "value").remove(0);
    let answer = browser.post(&work, &[("remove", part.as_str())]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
}

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

    async fn a_file_that_is_taken_out_of_the_work_is_gone_with_its_copies_and_its_object(site: Site) {
        contest(site, |text| text).await;
        let mut browser = site.browser();
        let code = begin(&mut browser, 1).await;
        site.work().await;
        let file = file::Entity::find().one(&site.app.db).await.unwrap().unwrap();
        let address = format!("/media/{}/preview.jpeg", file.id);
        assert_eq!(browser.get(&address).await.status, StatusCode::OK);

        take_out(&mut browser, &code).await;

        assert_eq!(browser.get(&address).await.status, StatusCode::NOT_FOUND);
        assert_eq!(file::Entity::find().all(&site.app.db).await.unwrap().len(), 0);
        assert_eq!(rendition::Entity::find().all(&site.app.db).await.unwrap().len(), 0);
        assert_eq!(site.app.store.list("").await.unwrap(), Vec::<String>::new());
        // One that is taken out before its copies are drawn leaves its work undone, and nothing else.
        let photo = [("slot.photo", "anh.jpg", &picture(600, 400, 2, ImageFormat::Jpeg)[..])];
        browser.post_files(&format!("/drafts/{code}/work"), &[], &photo).await;
        take_out(&mut browser, &code).await;
        site.work().await;
        assert_eq!(file::Entity::find().all(&site.app.db).await.unwrap().len(), 0);
        assert_eq!(site.app.store.list("").await.unwrap(), Vec::<String>::new());
    }

    async fn a_file_that_another_work_holds_too_stays_when_one_lets_it_go(site: Site) {
        contest(site, |text| text).await;
        let (mut one, mut other) = (site.browser(), site.browser());
        let code = begin(&mut one, 1).await;
        let held = part::Entity::find().one(&site.app.db).await.unwrap().unwrap();
        let second = begin(&mut other, 2).await;
        let second = hoithi::entry::by_code(&site.app.db, &second).await.unwrap();
        let mut row = held.clone().into_active_model().reset_all();
        row.id = Set(entity::id::PartId::new());
        row.entry_id = Set(second.id);
        row.position = Set(1);
        part::Entity::insert(row).exec_without_returning(&site.app.db).await.unwrap();

        take_out(&mut one, &code).await;

        let file = file::Entity::find_by_id(held.file_id.unwrap()).one(&site.app.db).await.unwrap();
        assert!(site.app.store.get(&file.unwrap().storage_key).await.is_ok());
        site.work().await;
    }

    async fn what_was_taken_out_of_a_work_is_not_left_behind_when_the_work_is_erased(site: Site) {
        let (mut browser, code) = entered(site).await;
        let photo = [("slot.photo", "anh.jpg", &picture(600, 400, 2, ImageFormat::Jpeg)[..])];
        take_out(&mut browser, &code).await;
        browser.post_files(&format!("/drafts/{code}/work"), &[], &photo).await;
        site.work().await;

        browser.post(&format!("/receipts/{code}/erasure"), &[]).await;

        assert_eq!(site.app.store.list("").await.unwrap(), Vec::<String>::new());
        let files = file::Entity::find().all(&site.app.db).await.unwrap();
        assert_eq!(files.iter().map(|file| file.name.as_str()).collect::<Vec<_>>(), [""]);
    }

    async fn files_that_earlier_versions_left_behind_are_found_and_no_others(site: Site) {
        let (_, code) = entered(site).await;
        let entry = hoithi::entry::by_code(&site.app.db, &code).await.unwrap();
        let now = site.app.clock.now();
        let mut ids = Vec::new();
        for seed in 3..7 {
            let bytes = picture(600, 400, seed, ImageFormat::Jpeg);
            let facts = media::read(&bytes).unwrap();
            let kept = media::keep(&site.app.store, bytes.into(), "a.jpg", facts).await.unwrap();
            let tx = db::begin(&site.app.db).await.unwrap();
            ids.push(media::record(&tx, kept, None, now).await.unwrap());
            tx.commit().await.unwrap();
        }
        let [loose, poster, plan, proof] = ids[..] else { panic!("four files") };
        contest_row::Entity::update_many()
            .col_expr(contest_row::Column::PosterFileId, Expr::value(poster))
            .col_expr(contest_row::Column::PlanFileId, Expr::value(plan))
            .exec(&site.app.db)
            .await
            .unwrap();
        let count = entity::outside_count::ActiveModel {
            id: Set(entity::id::OutsideCountId::new()),
            entry_id: Set(entry.id),
            kind_key: Set("likes".to_owned()),
            count: Set(1),
            read_at: Set(now),
            proof_file_id: Set(Some(proof)),
            typed_by: Set(site.admin("dem@example.vn").await),
            typed_at: Set(now),
            ..Default::default()
        };
        entity::outside_count::Entity::insert(count).exec_without_returning(&site.app.db).await.unwrap();
        site.work().await;

        assert_eq!(media::nobodys(&site.app.db, now).await.unwrap(), [], "what is young may be on its way");
        let nobodys = media::nobodys(&site.app.db, now.plus_seconds(1)).await.unwrap();
        assert_eq!(nobodys.into_iter().map(|(id, _)| id).collect::<Vec<_>>(), [loose]);
        let tx = db::begin(&site.app.db).await.unwrap();
        for id in ids {
            let keys = media::forget(&tx, id).await.unwrap();
            assert_eq!(keys.is_empty(), id != loose, "{id}");
        }
        tx.commit().await.unwrap();
        let held = media::objects(&site.app.db).await.unwrap();
        assert!(held.iter().all(|object| !object.key.contains(&loose.to_string())));
        assert_eq!(file::Entity::find().all(&site.app.db).await.unwrap().len(), 4);
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
