//! Works that look or read alike are found, and others are not.

use std::path::Path;

use entity::id::{AwardId, PublicationId};
use entity::{award, duplicate, publication};
use hoithi::media::Decoder;
use hoithi::media::print::{Likeness, Print, Shape};
use image::{ImageFormat, RgbImage, imageops};
use sea_orm::{ActiveModelTrait, EntityTrait, Set};

use super::child::decoder;
use super::entry::{PHOTO, begin, contest, fill, picture, submit};
use super::film::drawn as filmed;
use super::media::oriented;
use crate::story::announce;
use crate::support::answers::{listed, shared};
use crate::support::{Site, both};

/// The fingerprint of a picture, as a child takes it.
async fn print(decoder: &Decoder, path: &Path) -> Option<Print> {
    let made = decoder.draw(path).await.unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let copy = made.copies.iter().find(|copy| copy.name == "print")?;
    Print::read(&std::fs::read(made.path(copy)).unwrap())
}

fn of(picture: &RgbImage) -> Print {
    let grey = imageops::grayscale(picture);
    let found = Print::of_picture(grey.as_raw(), grey.width() as usize, grey.height() as usize);
    found.expect("a picture that is not plain")
}

fn drawn(seed: u8) -> RgbImage {
    let bytes = picture(360, 240, seed, ImageFormat::Png);
    image::load_from_memory(&bytes).unwrap().into_rgb8()
}

#[test]
fn a_picture_is_known_again_turned_mirrored_and_cut() {
    let base = drawn(3);
    let known = of(&base);
    let shape = |picture: &RgbImage| of(picture).likeness(&known).map(|found| found.shape);

    assert_eq!(known.likeness(&known), Some(Likeness { shape: Shape::Whole, distance: 0 }));
    let turned = [
        imageops::rotate90(&base),
        imageops::rotate180(&base),
        imageops::rotate270(&base),
        imageops::flip_horizontal(&base),
        imageops::flip_vertical(&base),
        imageops::flip_horizontal(&imageops::rotate90(&base)),
        imageops::flip_vertical(&imageops::rotate90(&base)),
    ];
    for (place, picture) in turned.iter().enumerate() {
        assert_eq!(shape(picture), Some(Shape::Turned), "form {place}");
    }
    let cut = imageops::crop_imm(&base, 18, 12, 324, 216).to_image();
    assert!(matches!(shape(&cut), Some(Shape::Crop | Shape::Whole)));
    assert_eq!(Print::read(&known.bytes()), Some(known));
}

#[test]
fn a_plain_picture_has_no_print() {
    assert_eq!(Print::of_picture(&[128; 64 * 64], 64, 64), None);
    assert_eq!(Print::of_picture(&[1, 2, 3, 4], 2, 2), None);
}

#[test]
fn texts_are_alike_whatever_their_spelling_and_others_are_not() {
    let word = |number: u64| ["gió", "nắng", "biển", "đồng", "mẹ", "xưa"][number as usize % 6];
    // Steps of a congruential generator, so that two essays share no passage by chance.
    let next = |state: u64| state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
    let essay = |seed: u64| -> String {
        let states = std::iter::successors(Some(next(seed)), |state| Some(next(*state)));
        states
            .take(400)
            .map(|state| format!("{}{} ", word(state >> 33), (state >> 40) % 97))
            .collect()
    };
    let (one, other) = (essay(1), essay(2));
    let print = |text: &str| Print::of_text(text).unwrap();
    let hidden: String = one.to_uppercase().chars().flat_map(|c| [c, '\u{200b}']).collect();
    let words: Vec<&str> = one.split_whitespace().collect();
    let half = format!("{} {}", words[..200].join(" "), essay(9));

    let same = print(&hidden).likeness(&print(&one));
    assert_eq!(same, Some(Likeness { shape: Shape::Text, distance: 0 }));
    assert!(print(&half).likeness(&print(&one)).is_some());
    assert_eq!(print(&other).likeness(&print(&one)), None);
    assert_eq!(Print::of_text("quá ngắn"), None);
}

#[actix_web::test]
async fn every_variant_of_a_real_photo_is_found_and_no_other_photo_is() {
    let Some(root) = shared("media") else { return };
    let folder = tempfile::tempdir().unwrap();
    let decoder = decoder(&folder);
    let mut prints = Vec::new();
    for row in listed(&root).iter().filter(|row| row[3].starts_with("image")) {
        // Eight files of one picture, turned as their orientation says.
        if row[0].contains("orientation") && !row[0].ends_with("1_landscape.jpg") {
            continue;
        }
        prints.extend(print(&decoder, &root.join(&row[0])).await.map(|p| (row[0].clone(), p)));
    }
    let base = prints.iter().find(|(name, _)| name == "neardup/base.jpg").unwrap().1.clone();
    let is_variant = |name: &str| {
        let made = name.starts_with("neardup/") && !name.contains("different");
        made || name == "jpeg/drone_9mp_gps_mpf.jpg"
    };

    let mut wrong = Vec::new();
    for (name, print) in &prints {
        let found = print.likeness(&base);
        if is_variant(name) && found.is_none() {
            wrong.push(format!("{name} is not found"));
        }
        for (other, theirs) in &prints {
            let same = is_variant(name) && is_variant(other);
            // Two drawings of one scene, with and without a palette.
            let drawings = name.contains("drawing_") && other.contains("drawing_");
            if name < other
                && !same
                && !drawings
                && let Some(found) = print.likeness(theirs)
            {
                wrong.push(format!("{name} and {other}: {found:?}"));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn a_copied_essay_is_found_and_another_is_not() {
    let Some(root) = shared("media") else { return };
    let read = |name: &str| std::fs::read_to_string(root.join("text").join(name)).unwrap();
    let print = |name: &str| Print::of_text(&read(name)).unwrap();
    let essay = print("essay_a.txt");

    assert!(print("essay_a_nodiacritics.txt").likeness(&essay).is_some());
    assert!(print("essay_a_half_copied.txt").likeness(&essay).is_some());
    assert_eq!(print("essay_b_different.txt").likeness(&essay), None);
}

both! {
    async fn a_mirrored_work_stands_beside_the_first_before_the_screener_and_nothing_is_decided(site: Site) {
        contest(site, |text| text.replace("max: 2 }", "max: 99 }")).await;
        let mut first = site.browser();
        let code = begin(&mut first, 3).await;
        fill(&mut first, &code, "Nguyễn Thị Hoa", "0912345601").await;
        submit(&mut first, &code).await;
        let photo = image::load_from_memory(&picture(600, 400, 3, ImageFormat::Png)).unwrap();
        // Its camera wrote a place.
        let mirrored = oriented(&photo.fliph().into_rgb8(), 1);
        let mut second = site.browser();
        let form = [("category", "photo"), ("unit", "td-cs-59")];
        let files = [("slot.photo", "khác.jpg", &mirrored[..])];
        let begun = second.post_files("/contests/anh-dep/entries", &form, &files).await;
        let code = begun.location.unwrap().split('/').nth(2).unwrap().to_owned();
        fill(&mut second, &code, "Trần Văn An", "0912345602").await;
        submit(&mut second, &code).await;
        site.work().await;
        let mut screener = site.leads("ldld-thi-diem", "duyet@example.vn").await;

        let page = screener.get(&format!("/desk/contests/anh-dep/screening/{code}")).await;

        let found = duplicate::Entity::find().all(&site.app.db).await.unwrap();
        assert_eq!(found.iter().map(|row| row.shape.as_str()).collect::<Vec<_>>(), ["turned"]);
        assert_eq!(page.all("#alike img").len(), 2, "{}", page.text());
        assert!(page.text().contains("xoay hoặc lật"), "{}", page.text());
        assert!(page.text().contains("có ghi vị trí chụp"), "{}", page.text());
        let states = entity::entry::Entity::find().all(&site.app.db).await.unwrap();
        assert!(states.iter().all(|entry| entry.state == entity::entry::State::Submitted));
    }

    async fn films_and_texts_stand_side_by_side_before_the_screener_with_how_alike_they_are(site: Site) {
        let slot = "      - { key: film, kind: video, label: Phim, count: { min: 0, max: 1 } }\nquotas:\n";
        contest(site, |text| text.replace("quotas:\n", slot)).await;
        let folder = tempfile::tempdir().unwrap();
        let source = "-f lavfi -i mandelbrot=s=320x180:end_pts=100:rate=10 -t 3 -c:v libx264 -preset ultrafast -pix_fmt yuv420p";
        let Some(film) = filmed(folder.path(), "film.mp4", source) else { return };
        let copy = format!("-i {} -vf scale=160:-2 -crf 30", film.display());
        let copy = filmed(folder.path(), "copy.mp4", &copy).unwrap();
        let own: String = (0..60).map(|n| format!("tiếng{n} máy{} ", n * n)).collect();
        let half: String = own.split(' ').take(90).chain((0..20).map(|_| "khác")).map(|w| format!("{w} ")).collect();
        let mut last = String::new();
        for (n, (story, film)) in [(&own, film), (&half, copy)].into_iter().enumerate() {
            let mut browser = site.browser();
            last = begin(&mut browser, if n == 0 { 1 } else { 9 }).await;
            fill(&mut browser, &last, "Nguyễn Thị Hoa", &format!("091234560{n}")).await;
            let film = std::fs::read(film).unwrap();
            let files = [("slot.film", "phim.mp4", &film[..])];
            let work = format!("/drafts/{last}/work");
            browser.post_files(&work, &[("slot.story", story.as_str())], &files).await;
            let sent = submit(&mut browser, &last).await;
            assert_eq!(sent.status.as_u16(), 303, "{}", sent.text());
        }
        site.work().await;
        let mut screener = site.leads("ldld-thi-diem", "duyet@example.vn").await;

        let page = screener.get(&format!("/desk/contests/anh-dep/screening/{last}")).await;

        let told = page.all("#alike > p").join(" ");
        let found = duplicate::Entity::find().all(&site.app.db).await.unwrap();
        for (shape, words) in [("film", "cùng đoạn phim"), ("text", "cùng đoạn văn")] {
            let row = found.iter().find(|row| row.shape == shape).expect(shape);
            let share = format!("{words} · giống {} %", 100 - row.distance);
            assert!(told.contains(&share) && row.distance < 70, "{share}: {told}");
        }
        let faces = page.attributes("#alike .pair img", "src");
        assert_eq!(faces.len(), 2, "{faces:?}");
        for face in faces {
            assert_eq!(screener.get(&face).await.status.as_u16(), 200, "{face}");
        }
        let texts = page.all("#alike .pair .written");
        assert_eq!(texts, [half.trim(), own.trim()]);
    }

    async fn a_text_that_becomes_anothers_after_it_was_compared_is_compared_again(site: Site) {
        contest(site, |text| text.replace("max: 2 }", "max: 99 }")).await;
        let essay = |word: &str| -> String { (0..60).map(|n| format!("{word}{n} máy{} ", n * n)).collect() };
        let mut last = (site.browser(), String::new());
        for (n, word) in ["tiếng", "mùa"].into_iter().enumerate() {
            let mut browser = site.browser();
            let code = begin(&mut browser, if n == 0 { 1 } else { 9 }).await;
            fill(&mut browser, &code, "Nguyễn Thị Hoa", &format!("091234560{n}")).await;
            browser.post(&format!("/drafts/{code}/work"), &[("slot.story", &essay(word))]).await;
            assert_eq!(submit(&mut browser, &code).await.status.as_u16(), 303);
            last = (browser, code);
        }
        site.work().await;
        let pairs = async || duplicate::Entity::find().all(&site.app.db).await.unwrap().len();
        assert_eq!(pairs().await, 0);
        let (mut browser, code) = last;
        let work = format!("/drafts/{code}/work");

        browser.post(&work, &[("slot.story", &essay("tiếng"))]).await;
        site.work().await;
        assert_eq!(pairs().await, 1, "changed while it may be, and not handed in again");
        browser.post(&work, &[("slot.story", &essay("mùa"))]).await;
        assert_eq!(pairs().await, 0, "the text that was alike is no more");
        site.work().await;
        assert_eq!(pairs().await, 0);

        let mut screener = site.leads("ldld-thi-diem", "duyet@example.vn").await;
        let back = [("verdict", "return"), ("reason", "reason-blurred"), ("note", "Viết lại"), ("until", "2026-04-20")];
        let back = screener.post(&format!("/desk/contests/anh-dep/screening/{code}"), &back).await;
        assert_eq!(back.status.as_u16(), 303, "{}", back.text());
        site.set_clock("2026-04-15T01:00:00Z");
        browser.post(&work, &[("slot.story", &essay("tiếng"))]).await;
        assert_eq!(submit(&mut browser, &code).await.status.as_u16(), 303);
        site.work().await;
        assert_eq!(pairs().await, 1, "sent back, and handed in again");
    }

    async fn a_fingerprint_of_words_that_changed_meanwhile_is_not_kept(site: Site) {
        let (mut browser, code) = super::entry::entered(site).await;
        let work = format!("/drafts/{code}/work");
        browser.post(&work, &[("slot.story", "Bản đầu")]).await;
        let seen = entity::part::Entity::find().all(&site.app.db).await.unwrap();
        let seen = seen.into_iter().find(|part| part.slot_key == "story").unwrap();
        let words: String = (0..60).map(|n| format!("tiếng{n} ")).collect();
        let found = Print::of_text(&words).unwrap();
        let kept = async || {
            let tx = hoithi::db::begin(&site.app.db).await.unwrap();
            hoithi::entry::keep_print(&tx, &seen, &found).await.unwrap();
            tx.commit().await.unwrap();
            entity::print::Entity::find_by_id(seen.id).one(&site.app.db).await.unwrap().is_some()
        };

        assert!(kept().await);
        browser.post(&work, &[("slot.story", "Bản sau")]).await;
        assert!(!kept().await, "forgotten with the words, and not kept for others");
    }

    async fn a_work_that_won_an_earlier_contest_is_known_again_in_the_next_one(site: Site) {
        contest(site, |text| text).await;
        let mut first = site.browser();
        let won = begin(&mut first, 3).await;
        fill(&mut first, &won, "Nguyễn Thị Hoa", "0912345601").await;
        submit(&mut first, &won).await;
        site.work().await;
        wins(site, &won).await;
        announce(site, &PHOTO.replace("anh-dep", "anh-dep-moi").replace("Ảnh đẹp", "Ảnh mới")).await;
        let mut second = site.browser();
        let again = picture(600, 400, 3, ImageFormat::Png);
        let again = image::load_from_memory(&again).unwrap().crop_imm(30, 20, 540, 360);
        let again = oriented(&again.into_rgb8(), 1);
        let form = [("category", "photo"), ("unit", "td-cs-59")];
        let files = [("slot.photo", "mới.jpg", &again[..])];
        let begun = second.post_files("/contests/anh-dep-moi/entries", &form, &files).await;
        let code = begun.location.unwrap().split('/').nth(2).unwrap().to_owned();
        fill(&mut second, &code, "Trần Văn An", "0912345602").await;
        submit(&mut second, &code).await;
        site.work().await;
        let mut screener = site.leads("ldld-thi-diem", "duyet@example.vn").await;

        let page = screener.get(&format!("/desk/contests/anh-dep-moi/screening/{code}")).await;

        assert_eq!(page.all("#alike img").len(), 2, "{}", page.text());
        assert!(page.text().contains("· Ảnh đẹp công đoàn)"), "{}", page.text());
        assert_eq!(page.all("#alike .tag"), ["đã đoạt giải"]);
    }
}

/// Publishes a result in which this work alone wins.
async fn wins(site: &Site, code: &str) {
    let entry = hoithi::entry::by_code(&site.app.db, code).await.unwrap();
    let now = site.app.clock.now();
    let published = publication::ActiveModel {
        id: Set(PublicationId::new()),
        contest_id: Set(entry.contest_id),
        number: Set(1),
        state: Set(publication::State::Published),
        proposed_by: Set(site.admin("ketqua@example.vn").await),
        proposed_at: Set(now),
        inputs_hash: Set(vec![0; 32]),
        summary: Set(serde_json::json!({})),
        ..Default::default()
    };
    let published = published.insert(&site.app.db).await.unwrap();
    let award = award::ActiveModel {
        id: Set(AwardId::new()),
        publication_id: Set(published.id),
        prize_key: Set("first".to_owned()),
        position: Set(1),
        entry_id: Set(Some(entry.id)),
        recipient: Set("Nguyễn Thị Hoa".to_owned()),
        state: Set(award::State::Given),
        ..Default::default()
    };
    award::Entity::insert(award).exec_without_returning(&site.app.db).await.unwrap();
}
