//! What a judge looks at beside the sheet: films that play, documents and texts that can be read,
//! and nothing in their bytes or addresses of who made them.

use std::process::Command;

use actix_web::http::StatusCode;
use entity::entry::State;
use entity::id::PartId;
use entity::{file, part};
use hoithi::pdf::{Flow, Head, Style};
use hoithi::{db, entry, media};
use sea_orm::sea_query::Expr;
use sea_orm::{EntityTrait, Set};

use super::story::{ORGANISER, seat, stage_of, staged};
use super::upload::away::Away;
use crate::support::{Answer, Browser, Site, both};

const ROUND: &str = "/desk/contests/san-khau/rounds/final";
const NAME: &str = "Bimatkhaidanh";
const ESSAY: &str = "Ca đêm ở xưởng dệt bắt đầu lúc mười giờ.";

fn rules(blind: bool) -> String {
    let photo = "{ key: photo, kind: photo, label: Ảnh dự thi }";
    let more = "{ key: film, kind: video, label: Phim, count: { min: 0, max: 1 } }, \
                { key: essay, kind: document, label: Bài viết, count: { min: 0, max: 2 } }, \
                { key: words, kind: text, label: Lời giới thiệu, count: { min: 0, max: 1 } }";
    let rounds = format!(
        "rounds:\n  - {{ key: final, title: Chung khảo, phase: final, blind: {blind}, criteria: \
         [{{ key: content, label: Nội dung, max: 10 }}] }}\n"
    );
    staged(&rounds).replace(photo, &format!("{photo}, {more}"))
}

/// A film of a second by a camera that writes whose it is.
fn film(name: &str) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join(name);
    let source = "testsrc=duration=1:size=320x240:rate=10";
    let told = ["-v", "error", "-f", "lavfi", "-i", source, "-pix_fmt", "yuv420p", "-metadata"];
    let (title, artist) = (format!("title={NAME}"), format!("artist={NAME}"));
    let mut ffmpeg = Command::new("ffmpeg");
    let done = ffmpeg.args(told).arg(&title).args(["-metadata", &artist]).arg(&out).status();
    assert!(done.expect("ffmpeg").success());
    std::fs::read(out).unwrap()
}

/// An essay whose file says whose it is, in its properties alone.
fn essay() -> Vec<u8> {
    let at = jiff::Timestamp::UNIX_EPOCH.into();
    let mut flow = Flow::new(Head { title: NAME.to_owned(), language: "vi", at });
    flow.text(Style::Text, ESSAY);
    flow.bytes("", |_, _| String::new()).unwrap()
}

/// Puts something more into an entry: a file, or a text.
async fn add(site: &Site, code: &str, slot: &str, (place, what): (i32, Result<Vec<u8>, &str>)) {
    let tx = db::begin(&site.app.db).await.unwrap();
    let (mut file, mut body) = (None, None);
    match what {
        Ok(bytes) => {
            let facts = if slot == "film" {
                media::read(&bytes).unwrap()
            } else {
                let folder = tempfile::tempdir().unwrap();
                let path = folder.path().join("file");
                std::fs::write(&path, &bytes).unwrap();
                site.app.decoder.read(&path).await.unwrap()
            };
            let named = format!("{NAME}.bin");
            let kept = media::keep(&site.app.store, bytes.into(), &named, facts).await.unwrap();
            let now = site.app.clock.now();
            file = Some(media::record(&tx, kept, None, now).await.unwrap());
        }
        Err(text) => body = Some(text.to_owned()),
    }
    let row = part::ActiveModel {
        id: Set(PartId::new()),
        entry_id: Set(entry::by_code(&tx, code).await.unwrap().id),
        slot_key: Set(slot.to_owned()),
        position: Set(place),
        file_id: Set(file),
        body: Set(body),
        ..Default::default()
    };
    part::Entity::insert(row).exec_without_returning(&tx).await.unwrap();
    tx.commit().await.unwrap();
}

/// A contest with one work that has a photograph, a film, an essay as PDF, a long one as plain
/// text, and words; the judge, and the work's address.
async fn desk(site: &mut Site, blind: bool) -> (Browser, String) {
    let code = stage_of(site, &rules(blind), &["Ca đêm"]).await.remove(0);
    add(site, &code, "film", (0, Ok(film("film.mp4")))).await;
    add(site, &code, "essay", (0, Ok(essay()))).await;
    let long = format!("{}\nHết.", "Từng chữ một. ".repeat(6000));
    add(site, &code, "essay", (1, Ok(long.into_bytes()))).await;
    add(site, &code, "words", (0, Err("Một đêm, một người."))).await;
    site.work().await;
    let mut runs = site.signed_in(ORGANISER).await;
    let mut judge = seat(site, &mut runs, ROUND, &["gk@example.vn"]).await.remove(0);
    let round = judge.get("/desk").await.attributes("a[href^='/judging/']", "href").remove(0);
    let work = judge.get(&round).await.attributes(".cards a", "href").remove(0);
    (judge, work)
}

fn tells(answer: &Answer, secret: &str) -> bool {
    let mut all = format!("{:?}", answer.headers).into_bytes();
    all.extend_from_slice(&answer.bytes);
    all.windows(secret.len()).any(|window| window.eq_ignore_ascii_case(secret.as_bytes()))
}

both! {
    async fn a_film_plays_and_essays_are_read_beside_the_sheet_and_nothing_says_whose_they_are(site: Site) {
        let (mut judge, work) = desk(site, true).await;

        let sheet = judge.get(&work).await;
        let film = sheet.attributes("video", "src").remove(0);
        let poster = sheet.attributes("video", "poster").remove(0);
        let whole = judge.get(&film).await;
        let piece = judge.get_with(&film, &[("range", "bytes=0-99")]).await;
        let texts = sheet.attributes("a[href*='/texts/']", "href");
        let mut served = vec![judge.get(work.rsplit_once('/').unwrap().0).await];
        for address in sheet.attributes(".picture img", "src").iter().chain([&poster]).chain(&texts) {
            served.push(judge.get(address).await);
        }
        let long = served.pop().unwrap();
        let original = judge.get(&film.replace("films", "originals")).await;
        let stranger = site.signed_in("khac@example.vn").await.get(&film).await;

        assert!(sheet.attributes("video", "autoplay").is_empty());
        assert_eq!(sheet.attributes("video", "preload"), ["none"], "the poster first");
        assert_eq!(whole.headers.get("content-type").unwrap(), "video/mp4");
        assert_eq!(&whole.bytes[4..8], b"ftyp");
        assert_eq!(piece.status, StatusCode::PARTIAL_CONTENT);
        assert_eq!(piece.bytes, whole.bytes[..100]);
        assert!(sheet.text().contains(ESSAY), "{}", sheet.text());
        assert!(sheet.all(".hint").contains(&"10 chữ".to_owned()), "{:?}", sheet.all(".hint"));
        assert!(sheet.all(".hint").contains(&"4 chữ".to_owned()), "typed words are counted too");
        assert_eq!(texts.len(), 1, "the long one goes on elsewhere");
        assert!(!sheet.text().contains("Hết.") && long.text().ends_with("Hết."));
        assert_eq!(original.status, StatusCode::NOT_FOUND, "blind");
        assert_eq!(stranger.status, StatusCode::NOT_FOUND);
        served.extend([sheet, whole, piece, long]);
        let mut secrets = vec![NAME.to_owned(), "Tác giả Ca đêm".to_owned()];
        for row in file::Entity::find().all(&site.app.db).await.unwrap() {
            secrets.extend([row.id.to_string(), data_encoding::HEXLOWER.encode(&row.sha256)]);
        }
        for (n, answer) in served.iter().enumerate() {
            assert!(answer.status.is_success(), "answer {n}");
            for secret in &secrets {
                assert!(!tells(answer, secret), "answer {n} tells {secret}");
            }
        }
    }

    async fn while_the_store_is_away_the_sheet_stands_and_files_are_promised_for_later(site: Site) {
        let store = Away::of(site).await;
        let (mut judge, work) = desk(site, false).await;
        let there = judge.get(&work).await;
        store.goes();

        let sheet = judge.get(&work).await;
        let mut files = there.attributes("a[href*='/originals/']", "href");
        files.extend(there.attributes(".picture img", "src"));
        files.extend(sheet.attributes("a[href*='/texts/']", "href"));
        let shown = file::Entity::find().one(&site.app.db).await.unwrap().unwrap().id;
        files.push(format!("/media/{shown}/320.jpeg"));

        assert_eq!(sheet.status, StatusCode::OK);
        assert!(there.text().contains(ESSAY) && !sheet.text().contains(ESSAY));
        assert_eq!(sheet.attributes("a[href*='/texts/']", "href").len(), 2, "the way to both texts");
        for address in &files {
            let answer = judge.get(address).await;
            assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{address}");
            assert!(answer.headers.contains_key("retry-after"), "{address}");
        }
        store.comes();
        for address in &files {
            assert_eq!(judge.get(address).await.status, StatusCode::OK, "{address}");
        }
    }

    async fn a_round_that_hides_nothing_lets_a_judge_have_files_as_they_came(site: Site) {
        let (mut judge, work) = desk(site, false).await;

        let sheet = judge.get(&work).await;
        let originals = sheet.attributes("a[href*='/originals/']", "href");
        let film = judge.get(&originals[1]).await;

        assert_eq!(originals.len(), 4);
        assert!(tells(&film, NAME), "as it came");
    }

    async fn without_ffmpeg_a_blind_judge_sees_films_as_they_came_and_not_whose_they_are(site: Site) {
        site.app.decoder = site.app.decoder.clone().with_programs("/nowhere");
        let code = stage_of(site, &rules(true), &["Ca đêm"]).await.remove(0);
        add(site, &code, "film", (0, Ok(film("film.mkv")))).await;
        add(site, &code, "film", (1, Ok(film("film.webm")))).await;
        site.work().await;
        let mut runs = site.signed_in(ORGANISER).await;
        let mut judge = seat(site, &mut runs, ROUND, &["gk@example.vn"]).await.remove(0);
        let round = judge.get("/desk").await.attributes("a[href^='/judging/']", "href").remove(0);
        let work = judge.get(&round).await.attributes(".cards a", "href").remove(0);

        let sheet = judge.get(&work).await;

        let films = sheet.attributes("video", "src");
        assert_eq!(sheet.attributes("a[download]", "href"), films, "for browsers that do not play it");
        assert_eq!(sheet.attributes("video", "width"), ["320", "320"]);
        for (address, kind) in films.iter().zip(["video/x-matroska", "video/webm"]) {
            let film = judge.get(address).await;
            assert_eq!(film.headers.get("content-type").unwrap(), kind);
            assert_eq!(&film.bytes[..4], b"\x1a\x45\xdf\xa3");
            assert!(!tells(&film, NAME));
            let original = judge.get(&address.replace("films", "originals")).await;
            assert_eq!(original.status, StatusCode::NOT_FOUND);
        }
        assert_eq!(films.len(), 2);
    }

    async fn a_work_that_left_the_contest_is_on_nobodys_desk_and_no_sheet_is_missed(site: Site) {
        let (mut judge, work) = desk(site, false).await;
        let sheet = judge.get(&work).await;
        let original = sheet.attributes("a[href*='/originals/']", "href").remove(0);
        let (room, alias) = work.rsplit_once('/').unwrap();
        let finish = format!("{room}/completion");
        let early = judge.post(&finish, &[]).await;

        let leaves = entity::entry::Entity::update_many()
            .col_expr(entity::entry::Column::State, Expr::value(State::Withdrawn));
        leaves.exec(&site.app.db).await.unwrap();

        assert!(early.text().contains("phiếu"), "it was missed: {}", early.text());
        for address in [&work, &original, &format!("{work}/pictures/0/800")] {
            assert_eq!(judge.get(address).await.status, StatusCode::NOT_FOUND, "{address}");
        }
        let list = judge.get(room).await;
        assert!(!list.text().contains(alias), "{}", list.text());
        assert_eq!(judge.post(&finish, &[]).await.status, StatusCode::SEE_OTHER);
    }

    async fn a_judge_who_stepped_aside_sees_nothing_of_the_work_any_more(site: Site) {
        let (mut judge, work) = desk(site, false).await;
        let sheet = judge.get(&work).await;
        let original = sheet.attributes("a[href*='/originals/']", "href").remove(0);
        assert_eq!(judge.get(&original).await.status, StatusCode::OK);

        judge.post(&format!("{work}/recusal"), &[("reason", "Người nhà")]).await;

        for address in [&work, &original, &format!("{work}/pictures/0/800")] {
            assert_eq!(judge.get(address).await.status, StatusCode::NOT_FOUND, "{address}");
        }
    }
}
