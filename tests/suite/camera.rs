//! What cameras write into pictures: held against the rules, kept for screeners, told nobody else.

use entity::file;
use hoithi::media;
use image::codecs::jpeg::JpegEncoder;
use image::{ImageEncoder, ImageFormat};
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel, Set};

use super::entry::{contest, fill, picture, submit};
use crate::support::{Answer, Browser, both};

const PLACE: &str = "10.77690, 106.70090";

/// A list of EXIF's that begins at `start`: tag, kind, content.
fn list(start: usize, entries: &[(u16, u16, Vec<u8>)]) -> Vec<u8> {
    let mut data_at = start + 2 + 12 * entries.len() + 4;
    let mut head = u16::try_from(entries.len()).unwrap().to_le_bytes().to_vec();
    let mut data = Vec::new();
    for (tag, kind, content) in entries {
        let size = [1, 1, 1, 2, 4, 8][usize::from(*kind)];
        head.extend(tag.to_le_bytes());
        head.extend(kind.to_le_bytes());
        head.extend(u32::try_from(content.len() / size).unwrap().to_le_bytes());
        if content.len() <= 4 {
            head.extend([&content[..], &[0; 4][content.len()..]].concat());
        } else {
            head.extend(u32::try_from(data_at).unwrap().to_le_bytes());
            data.extend(content);
            data_at += content.len();
        }
    }
    [head, vec![0; 4], data].concat()
}

/// A photograph that a camera took at this moment in Ho Chi Minh City, and a program changed.
fn photo(taken: &str, offset: Option<&str>) -> Vec<u8> {
    let words = |words: &str| [words.as_bytes(), &[0]].concat();
    let number = |number: usize| u32::try_from(number).unwrap().to_le_bytes().to_vec();
    let degrees = |parts: [u32; 3]| -> Vec<u8> {
        let parts =
            parts.into_iter().zip([1, 1, 100]).flat_map(|(part, of): (u32, u32)| [part, of]);
        parts.flat_map(u32::to_le_bytes).collect()
    };
    let main = |times: usize, places: usize| {
        vec![
            (0x10f, 2, words("Bimat")),
            (0x110, 2, words("X1")),
            (0x131, 2, words("Bimatphanmem 3")),
            (0x8769, 4, number(times)),
            (0x8825, 4, number(places)),
        ]
    };
    let times_at = 8 + list(8, &main(0, 0)).len();
    let mut times = vec![(0x9003, 2, words(taken))];
    times.extend(offset.map(|offset| (0x9011, 2, words(offset))));
    let times = list(times_at, &times);
    let places_at = times_at + times.len();
    let places = list(
        places_at,
        &[
            (1, 2, words("N")),
            (2, 5, degrees([10, 46, 3684])),
            (3, 2, words("E")),
            (4, 5, degrees([106, 42, 324])),
        ],
    );
    let tiff = [b"II*\0\x08\0\0\0".to_vec(), list(8, &main(times_at, places_at)), times, places];
    let mut bytes = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut bytes, 90);
    encoder.set_exif_metadata(tiff.concat()).unwrap();
    let drawn = image::load_from_memory(&picture(600, 400, 9, ImageFormat::Jpeg)).unwrap();
    encoder.encode_image(&drawn.into_rgb8()).unwrap();
    bytes
}

#[test]
fn what_a_camera_wrote_is_read_in_vietnamese_time_unless_it_names_another() {
    let facts = media::read(&photo("2026:03:15 08:00:00", None)).unwrap();

    assert_eq!(facts.taken_at, Some("2026-03-15T01:00:00Z".parse().unwrap()));
    assert_eq!(facts.camera.as_deref(), Some("Bimat X1"));
    assert_eq!(facts.software.as_deref(), Some("Bimatphanmem 3"));
    assert_eq!((facts.has_place, facts.place.as_deref()), (true, Some(PLACE)));
    let elsewhere = media::read(&photo("2026:03:15 08:00:00", Some("+09:00"))).unwrap();
    assert_eq!(elsewhere.taken_at, Some("2026-03-14T23:00:00Z".parse().unwrap()));
    let never = media::read(&photo("2026:15:45 08:00:00", None)).unwrap();
    assert_eq!(never.taken_at, None);
}

async fn send(browser: &mut Browser, photo: &[u8]) -> Answer {
    let form = [("category", "photo"), ("unit", "td-cs-59")];
    browser.post_files("/contests/anh-dep/entries", &form, &[("slot.photo", "a.jpg", photo)]).await
}

/// The rules of the photograph, with more of them.
fn with(rules: &str) -> impl FnOnce(String) -> String {
    let formats = "        formats: [jpeg]\n";
    move |yaml| yaml.replace(formats, &format!("{formats}{rules}"))
}

both! {
    async fn a_photo_of_another_month_is_refused_with_its_own_day(site: Site) {
        let march = "        taken_since: 2026-03-01\n        taken_until: 2026-03-31\n";
        contest(site, with(march)).await;
        let mut browser = site.browser();

        // The last moments of February, in Vietnam; the first of April.
        let before = send(&mut browser, &photo("2026:02:28 23:59:59", None)).await;
        let after = send(&mut browser, &photo("2026:04:01 00:00:00", None)).await;
        let within = send(&mut browser, &photo("2026:03:01 00:00:00", None)).await;

        let told = |answer: &Answer| answer.all("[role=alert] p").join(" ");
        assert!(told(&before).contains("2026-02-28"), "{}", told(&before));
        assert!(told(&before).contains("2026-03-01"), "{}", told(&before));
        assert!(told(&after).contains("2026-04-01"), "{}", told(&after));
        assert!(told(&after).contains("2026-03-31"), "{}", told(&after));
        assert_eq!(within.status.as_u16(), 303, "{}", within.text());
        assert_eq!(file::Entity::find().all(&site.app.db).await.unwrap().len(), 1);
        site.work().await;
    }

    async fn where_a_photo_was_taken_is_kept_if_the_rules_ask_and_told_screeners_alone(site: Site) {
        contest(site, with("        place: true\n")).await;
        let mut browser = site.browser();
        let form = browser.get("/contests/anh-dep/entries/new?category=photo").await;
        assert!(form.text().contains("Nơi chụp do máy ghi trong ảnh được lưu lại"), "{}", form.text());
        let sent = send(&mut browser, &photo("2026:03:15 08:00:00", None)).await;
        let code = sent.location.expect("the next step").split('/').nth(2).unwrap().to_owned();
        fill(&mut browser, &code, "Nguyễn Thị Hoa", "0912345678").await;
        submit(&mut browser, &code).await;
        site.work().await;

        let row = file::Entity::find().one(&site.app.db).await.unwrap().unwrap();
        assert_eq!(row.facts["place"], PLACE);
        assert_eq!(row.taken_at, Some("2026-03-15T01:00:00Z".parse().unwrap()));
        let mut screener = site.leads("ldld-thi-diem", "duyet@example.vn").await;
        let page = screener.get(&format!("/desk/contests/anh-dep/screening/{code}")).await;
        let facts = page.all("figcaption").join(" ");
        for fact in ["Bimat X1", "15/3/2026", "Bimatphanmem 3", PLACE] {
            assert!(facts.contains(fact), "{fact}: {facts}");
        }

        let id = row.id;
        let entry = hoithi::entry::by_code(&site.app.db, &code).await.unwrap();
        let mut entry = entry.into_active_model();
        (entry.state, entry.number) = (Set(entity::entry::State::Accepted), Set(Some(1)));
        entry.update(&site.app.db).await.unwrap();
        site.app.clock.set("2026-04-13T02:00:00Z".parse().unwrap());
        let mut public = vec![site.browser().get(&format!("/entries/{code}")).await];
        for copy in ["320.jpeg", "320.webp", "800.jpeg", "1600.jpeg", "1600.webp", "preview.jpeg"] {
            public.push(site.browser().get(&format!("/media/{id}/{copy}")).await);
        }
        for answer in public {
            assert_eq!(answer.status.as_u16(), 200);
            for secret in ["10.7769", "Bimat", "2026:03:15", "15/3/2026"] {
                let told = answer.bytes.windows(secret.len()).any(|said| said == secret.as_bytes());
                assert!(!told, "{secret}");
            }
        }
    }

    async fn where_a_photo_was_taken_is_not_kept_unless_the_rules_ask(site: Site) {
        contest(site, |yaml| yaml).await;
        let mut browser = site.browser();
        let form = browser.get("/contests/anh-dep/entries/new?category=photo").await;
        assert!(!form.text().contains("Nơi chụp do máy ghi"), "{}", form.text());

        send(&mut browser, &photo("2026:03:15 08:00:00", None)).await;

        let row = file::Entity::find().one(&site.app.db).await.unwrap().unwrap();
        assert_eq!((&row.facts["place"], &row.facts["has_place"]), (&serde_json::Value::Null, &true.into()));
        site.work().await;
    }
}
