//! Films: drawn in turns, one entrant after the other; those of other sites in their own players.

mod kept;
mod made;

use std::path::{Path, PathBuf};
use std::process::Command;

use entity::file::{self, State};
use entity::id::{FileId, PartId};
use entity::part;
use hoithi::media::print::Print;
use hoithi::media::{Decoder, Error, Flaw};
use hoithi::{db, entry, media, worker};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, Set};

use super::child::decoder;
use super::entry::{begin, contest, fill, submit};
use super::media::film;
use crate::support::answers::{note, shared};
use crate::support::{Browser, Site, both};

/// A slot for films, to be put before the quotas of a contest.
const SLOT: &str =
    "      - { key: film, kind: video, label: Phim, count: { min: 0, max: 3 } }\nquotas:\n";

/// Puts one more film into an entry, and lets a second pass.
async fn add(site: &Site, code: &str, place: i32) -> FileId {
    let now = site.app.clock.now().plus_seconds(1);
    site.app.clock.set(now);
    add_this(site, code, place, film(30 + u32::try_from(place).unwrap())).await
}

async fn add_this(site: &Site, code: &str, place: i32, bytes: Vec<u8>) -> FileId {
    let now = site.app.clock.now();
    let facts = media::read(&bytes).unwrap();
    let kept = media::keep(&site.app.store, bytes.into(), "phim.mp4", facts).await.unwrap();
    let tx = db::begin(&site.app.db).await.unwrap();
    let id = media::record(&tx, kept, None, now).await.unwrap();
    let row = part::ActiveModel {
        id: Set(PartId::new()),
        entry_id: Set(entry::by_code(&tx, code).await.unwrap().id),
        slot_key: Set("film".to_owned()),
        position: Set(place),
        file_id: Set(Some(id)),
        ..Default::default()
    };
    part::Entity::insert(row).exec_without_returning(&tx).await.unwrap();
    tx.commit().await.unwrap();
    id
}

both! {
    async fn nobody_waits_behind_the_many_films_of_another(site: Site) {
        contest(site, |text| text).await;
        let many = begin(&mut site.browser(), 1).await;
        let one = begin(&mut site.browser(), 2).await;
        site.work().await;
        site.app.decoder = site.app.decoder.clone().with_programs("/nowhere");
        let mut films = Vec::new();
        for (code, place) in [(&many, 0), (&many, 1), (&many, 2), (&one, 0)] {
            films.push(add(site, code, place).await);
        }

        let order = drawn_in_turn(site, &films).await;

        assert_eq!(order, [films[0], films[3], films[1], films[2]]);
    }
}

/// The order in which these films are drawn.
async fn drawn_in_turn(site: &Site, films: &[FileId]) -> Vec<FileId> {
    let mut order = Vec::new();
    while worker::film(&site.app).await.unwrap() {
        let rows = file::Entity::find().all(&site.app.db).await.unwrap();
        let ready =
            |id: &&FileId| rows.iter().any(|row| row.id == **id && row.state == State::Ready);
        let new = films.iter().filter(ready).find(|id| !order.contains(*id)).copied();
        order.push(new.expect("a film was drawn"));
    }
    order
}

both! {
    async fn nobody_waits_behind_the_many_works_of_another(site: Site) {
        contest(site, |text| text).await;
        let mut busy = site.browser();
        let mut works = Vec::new();
        for seed in 1..4 {
            works.push(begin(&mut busy, seed).await);
        }
        let one = begin(&mut site.browser(), 4).await;
        // Two more of somebody who is known by a telephone number alone.
        let phoned = [begin(&mut site.browser(), 5).await, begin(&mut site.browser(), 6).await];
        for code in &phoned {
            entity::entry::Entity::update_many()
                .col_expr(entity::entry::Column::ResumeHash, Expr::value(None::<Vec<u8>>))
                .col_expr(entity::entry::Column::Phone, Expr::value("0912345678"))
                .filter(entity::entry::Column::Code.eq(code))
                .exec(&site.app.db)
                .await
                .unwrap();
        }
        site.work().await;
        site.app.decoder = site.app.decoder.clone().with_programs("/nowhere");
        let mut films = Vec::new();
        for (code, place) in works.iter().chain(&phoned).chain([&one]).zip(0..) {
            films.push(add(site, code, place).await);
        }

        let order = drawn_in_turn(site, &films).await;

        let wanted = [0, 3, 5, 1, 4, 2].map(|place: usize| films[place]);
        assert_eq!(order, wanted);
    }
}

both! {
    async fn a_film_of_another_site_is_shown_only_to_who_asks_for_its_player(site: Site) {
        contest(site, |text| text).await;
        let mut browser = site.browser();
        let code = begin(&mut browser, 1).await;
        let tx = db::begin(&site.app.db).await.unwrap();
        let entry = entry::by_code(&tx, &code).await.unwrap();
        let row = part::ActiveModel {
            id: Set(PartId::new()),
            entry_id: Set(entry.id),
            slot_key: Set("story".to_owned()),
            position: Set(0),
            link: Set(Some("https://youtu.be/dQw4w9WgXcQ?si=1".to_owned())),
            ..Default::default()
        };
        part::Entity::insert(row).exec_without_returning(&tx).await.unwrap();
        let mut row = entry.into_active_model();
        (row.state, row.number) = (Set(entity::entry::State::Accepted), Set(Some(1)));
        row.update(&tx).await.unwrap();
        tx.commit().await.unwrap();
        let other = begin(&mut browser, 2).await;
        site.app.clock.set("2026-04-13T02:00:00Z".parse().unwrap());

        let page = browser.get(&format!("/entries/{code}")).await;
        let player = browser.get(&format!("/entries/{code}/player")).await;

        let policy = |answer: &crate::support::Answer| {
            let policy = answer.headers.get("content-security-policy").unwrap();
            policy.to_str().unwrap().to_owned()
        };
        assert!(page.all("iframe").is_empty() && !policy(&page).contains("frame-src"));
        assert_eq!(
            page.attributes("a.button.primary", "href"),
            [format!("/entries/{code}/player")]
        );
        let played = player.attributes("iframe", "src");
        assert_eq!(played, ["https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ"]);
        assert!(policy(&player).contains("frame-src https://www.youtube-nocookie.com "));
        assert_eq!(browser.get(&format!("/entries/{other}/player")).await.status.as_u16(), 404);
    }
}

/// What is told of a post that has to carry a hashtag.
const LOOK: &str = "Clip: bài đăng phải có #congdoan. Trang này không đọc được bài đăng ở nơi khác: hãy mở ra xem.";

both! {
    async fn a_film_elsewhere_enters_once_and_a_shortened_address_is_looked_at(site: Site) {
        let slot = "      - { key: clip, kind: link, label: Clip, hosts: [tiktok.com], hashtags: [\"#congdoan\"], count: { min: 0, max: 1 } }\nquotas:\n";
        contest(site, |text| text.replace("quotas:\n", slot).replace("max: 2 }", "max: 9 }")).await;
        let sent = [
            ("https://www.tiktok.com/@cd/video/7212345678901234567?is_from_webapp=1", "hợp lệ"),
            ("m.tiktok.com/v/7212345678901234567.html", "Tác phẩm ở đường dẫn này đã được gửi"),
            ("https://youtu.be/dQw4w9WgXcQ", "chỉ nhận đường dẫn của tiktok.com"),
            ("https://vt.tiktok.com/ZSabc/", "hợp lệ"),
        ];
        let mut last = String::new();
        for (n, (link, said)) in sent.into_iter().enumerate() {
            let mut browser = site.browser();
            let n = u8::try_from(n).unwrap();
            last = begin(&mut browser, n).await;
            let work = format!("/drafts/{last}/work");
            let kept = browser.post(&work, &[("slot.clip", link)]).await;
            assert_eq!(kept.status.as_u16(), 303, "{}", kept.text());
            fill(&mut browser, &last, "Nguyễn Thị Hoa", &format!("091234560{n}")).await;
            let check = browser.get(&format!("/drafts/{last}/check")).await;
            assert_eq!(check.all("p.notice"), [LOOK]);
            let answer = submit(&mut browser, &last).await;
            if said == "hợp lệ" {
                assert_eq!(answer.status.as_u16(), 303, "{link}: {}", answer.text());
            } else {
                assert!(answer.text().contains(said), "{link}: {}", answer.text());
            }
        }
        let mut screener = site.leads("ldld-thi-diem", "duyet@example.vn").await;
        let page = screener.get(&format!("/desk/contests/anh-dep/screening/{last}")).await;
        assert!(page.text().contains("đây là đường dẫn rút gọn"), "{}", page.text());
        assert!(page.all(".notice p").contains(&LOOK.to_owned()), "{:?}", page.all(".notice p"));
        site.work().await;
    }
}

both! {
    async fn a_film_says_its_size_before_it_comes(site: Site) {
        contest(site, |text| text.replace("quotas:\n", SLOT)).await;
        let mut browser = site.browser();
        let code = begin(&mut browser, 1).await;
        site.app.decoder = site.app.decoder.clone().with_programs("/nowhere");
        add(site, &code, 0).await;
        site.work().await;
        while worker::film(&site.app).await.unwrap() {}
        let mut row = entry::by_code(&site.app.db, &code).await.unwrap().into_active_model();
        (row.state, row.number) = (Set(entity::entry::State::Accepted), Set(Some(1)));
        row.update(&site.app.db).await.unwrap();
        site.app.clock.set("2026-04-13T02:00:00Z".parse().unwrap());

        let page = browser.get(&format!("/entries/{code}")).await;

        let side = |name| page.attributes("video", name);
        assert_eq!((side("width"), side("height")), (vec!["720".to_owned()], vec!["1280".to_owned()]));
    }
}

/// What the step of the work says of files, and where the page asks again.
async fn told(browser: &mut Browser, code: &str) -> (String, Vec<String>) {
    let page = browser.get(&format!("/drafts/{code}/work")).await;
    (page.text().to_owned(), page.attributes("[data-still]", "data-still"))
}

both! {
    async fn whoever_waits_for_a_film_is_told_how_far_it_is_and_what_is_wrong_with_it(site: Site) {
        contest(site, |text| text.replace("quotas:\n", SLOT)).await;
        let (mut first, mut second) = (site.browser(), site.browser());
        let (one, other) = (begin(&mut first, 1).await, begin(&mut second, 2).await);
        site.work().await;
        add(site, &one, 0).await;
        add(site, &one, 1).await;
        let waits = add(site, &other, 0).await;

        // The second film of the first stands behind the first film of the second.
        assert!(told(&mut first, &one).await.0.contains("còn 2 phim được chuyển đổi trước"));
        let (text, asks) = told(&mut second, &other).await;
        assert!(text.contains("còn 1 phim được chuyển đổi trước"), "{text}");
        assert_eq!(asks, [format!("/drafts/{other}/work")]);

        let tx = db::begin(&site.app.db).await.unwrap();
        media::progressed(&tx, waits, 40).await.unwrap();
        tx.commit().await.unwrap();
        assert!(told(&mut second, &other).await.0.contains("đang chuyển đổi phim: 40 %"));

        let tx = db::begin(&site.app.db).await.unwrap();
        media::refused(&tx, waits, &Flaw::Truncated).await.unwrap();
        tx.commit().await.unwrap();
        let (text, asks) = told(&mut second, &other).await;
        assert!(text.contains("Tệp bị cụt") && !text.contains("40 %"), "{text}");
        assert_eq!(asks, Vec::<String>::new());
    }
}

/// A film drawn by the machine's ffmpeg; none where there is none, and it is said.
pub fn drawn(folder: &Path, name: &str, arguments: &str) -> Option<PathBuf> {
    let path = folder.join(name);
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-v", "error", "-y"]).args(arguments.split(' ')).arg(&path);
    match ffmpeg.status() {
        Ok(ended) => assert!(ended.success(), "{arguments}"),
        Err(_) => {
            note("ffmpeg is missing: no film is drawn");
            return None;
        }
    }
    Some(path)
}

async fn print(decoder: &Decoder, path: &Path) -> Print {
    let (tell, _told) = tokio::sync::watch::channel(0);
    let made = decoder.draw_film(path, &tell).await.unwrap();
    let copy = made.copies.iter().find(|copy| copy.name == "print").expect("a fingerprint");
    Print::read(&std::fs::read(made.path(copy)).unwrap()).unwrap()
}

#[actix_web::test]
async fn half_a_film_is_found_out_although_ffmpeg_ends_well_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let decoder = decoder(&folder);
    let source = "-f lavfi -i testsrc2=s=640x360:d=4 -f lavfi -i sine=d=4 -c:v libx264 -c:a aac";
    let faststart = format!("{source} -preset ultrafast -pix_fmt yuv420p -movflags +faststart");
    let Some(path) = drawn(folder.path(), "film.mp4", &faststart) else { return };
    let (tell, _told) = tokio::sync::watch::channel(0);

    let whole = decoder.draw_film(&path, &tell).await.unwrap();
    let facts = decoder.read(&path).await.unwrap();
    assert_eq!((facts.width, facts.height), (Some(640), Some(360)));
    assert!(facts.milliseconds.is_some_and(|length| (3900..4200).contains(&length)));
    let names: Vec<String> = whole.copies.iter().map(|copy| copy.file()).collect();
    assert!(
        ["film.mp4", "320.webp", "800.webp", "preview.jpeg"]
            .iter()
            .all(|n| names.contains(&(*n).to_owned())),
        "{names:?}"
    );

    let bytes = std::fs::read(&path).unwrap();
    std::fs::write(&path, &bytes[..bytes.len() * 6 / 10]).unwrap();
    let cut = decoder.draw_film(&path, &tell).await;
    assert!(matches!(cut, Err(Error::Flaw(Flaw::Truncated))), "{cut:?}");
}

#[actix_web::test]
async fn a_film_is_known_again_smaller_shorter_and_mirrored_and_another_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let decoder = decoder(&folder);
    let made = |name: &str, arguments: &str| {
        let ending = "-preset ultrafast -pix_fmt yuv420p";
        drawn(folder.path(), name, &format!("{arguments} {ending}"))
    };
    let source = "-f lavfi -i mandelbrot=s=480x360:end_pts=200:rate=10 -t 8";
    let Some(film) = made("film.mp4", source) else { return };
    let from = format!("-i {}", film.display());
    let variants = [
        made("small.mp4", &format!("{from} -vf scale=240:-2 -crf 35")),
        made("short.mp4", &format!("-ss 2 {from} -t 5")),
        made("mirrored.mp4", &format!("{from} -vf hflip")),
        made("other.webm", &format!("{from} -c:v libvpx -b:v 300k -deadline realtime")),
    ];
    let another = made("another.mp4", "-f lavfi -i testsrc2=s=480x360:r=10:d=8").unwrap();
    let known = print(&decoder, &film).await;

    for path in variants.into_iter().flatten() {
        let found = print(&decoder, &path).await.likeness(&known);
        assert!(found.is_some(), "{}", path.display());
    }
    assert_eq!(print(&decoder, &another).await.likeness(&known), None);
}

#[actix_web::test]
async fn a_copied_film_of_the_list_is_found() {
    let Some(root) = shared("media") else { return };
    let folder = tempfile::tempdir().unwrap();
    let decoder = decoder(&folder);
    let of = |name: &str| root.join("video").join(name);
    let known = print(&decoder, &of("h264_1080p_faststart.mp4")).await;
    for copy in ["neardup_of_h264_1080p_reencoded.mp4", "neardup_of_h264_1080p_trimmed.mp4"] {
        assert!(print(&decoder, &of(copy)).await.likeness(&known).is_some(), "{copy}");
    }
}
