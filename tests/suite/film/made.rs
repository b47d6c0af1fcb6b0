//! What ffmpeg makes of films: a copy where every phone plays them, else another film.

use serde_json::Value;

use super::*;
use crate::support::Engine;

/// What ffprobe says of a film's picture.
fn probed(path: &Path) -> Value {
    let asked = "-v error -of json -select_streams v:0 -show_entries \
                 stream=codec_name,width,height,pix_fmt,color_transfer";
    let told = Command::new("ffprobe").args(asked.split_whitespace()).arg(path).output().unwrap();
    serde_json::from_slice::<Value>(&told.stdout).unwrap()["streams"][0].take()
}

/// A sum over a film's picture as it lies in the file, whatever lies around it.
fn packets(path: &Path) -> Vec<u8> {
    let asked = "-map 0:v:0 -c copy -bsf:v h264_mp4toannexb -f md5 -";
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-v", "error", "-i"]).arg(path).args(asked.split(' '));
    ffmpeg.output().unwrap().stdout
}

fn at(bytes: &[u8], words: &[u8]) -> Option<usize> {
    bytes.windows(words.len()).position(|window| window == words)
}

#[actix_web::test]
async fn a_film_that_every_phone_plays_is_copied_and_every_other_is_made_one() {
    let folder = tempfile::tempdir().unwrap();
    let decoder = decoder(&folder);
    let (tell, _told) = tokio::sync::watch::channel(0);
    let h264 = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p";
    let films = [
        ("fit.mp4", "640x360", format!("{h264} -c:a aac"), true, (640, 360)),
        (
            "bright.mp4",
            "640x360",
            format!(
                "{h264} -color_primaries bt2020 -color_trc arib-std-b67 -colorspace bt2020nc -c:a aac"
            ),
            false,
            (640, 360),
        ),
        ("boxed.mkv", "640x360", format!("{h264} -c:a aac"), false, (640, 360)),
        ("sung.mp4", "640x360", format!("{h264} -c:a libmp3lame"), false, (640, 360)),
        ("large.mp4", "1920x1080", "-c:v mpeg4 -c:a aac".to_owned(), false, (1280, 720)),
        ("tall.mov", "1080x1920", "-c:v mpeg4 -c:a aac".to_owned(), false, (720, 1280)),
    ];
    for (name, size, codecs, is_copied, (width, height)) in films {
        let source = format!("-f lavfi -i testsrc2=s={size}:r=10:d=0.6 -f lavfi -i sine=d=0.6");
        let Some(path) = drawn(folder.path(), name, &format!("{source} {codecs}")) else { return };

        let made = decoder.draw_film(&path, &tell).await.unwrap();

        let film = made.copies.iter().find(|copy| copy.file() == "film.mp4").expect("a film");
        let (film, drawn) = (made.path(film), (film.width, film.height));
        let told = probed(&film);
        assert_eq!(told["codec_name"], "h264", "{name}");
        assert_eq!(told["pix_fmt"], "yuv420p", "{name}");
        let side = |side: &str| told[side].as_u64().and_then(|side| u32::try_from(side).ok());
        assert_eq!((side("width"), side("height")), (Some(width), Some(height)), "{name}");
        assert_eq!(drawn, (width, height), "{name}");
        let bytes = std::fs::read(&film).unwrap();
        assert!(at(&bytes, b"moov") < at(&bytes, b"mdat"), "{name} begins to play at once");
        assert!(!packets(&film).is_empty());
        assert_eq!(packets(&film) == packets(&path), is_copied, "{name}");
    }
}

#[actix_web::test]
async fn a_film_of_many_brightnesses_is_shown_in_the_colours_of_a_common_screen() {
    let folder = tempfile::tempdir().unwrap();
    let decoder = decoder(&folder);
    let (tell, _told) = tokio::sync::watch::channel(0);
    let source = "-f lavfi -i color=c=0x409940:s=320x180:d=0.5:r=10 \
                  -vf scale=out_color_matrix=bt2020:out_range=tv,format=yuv420p10le -c:v libx265 \
                  -x265-params log-level=error -color_primaries bt2020 -color_trc arib-std-b67 \
                  -colorspace bt2020nc";
    let source = source.split_whitespace().collect::<Vec<_>>().join(" ");
    let Some(path) = drawn(folder.path(), "bright.mp4", &source) else { return };
    assert_eq!(probed(&path)["color_transfer"], "arib-std-b67");

    let made = decoder.draw_film(&path, &tell).await.unwrap();

    let of = |name: &str| made.path(made.copies.iter().find(|copy| copy.file() == name).unwrap());
    assert_eq!(probed(&of("film.mp4"))["pix_fmt"], "yuv420p");
    let face = image::open(of("320.jpeg")).unwrap().into_rgb8();
    let found = face.get_pixel(160, 90).0;
    // A green of BT.2020 lies outside of BT.709, which has neither red nor much blue in it; taken for
    // one of a common screen it would be 61, 150, 61.
    let [red, green, blue] = found;
    assert!(red < 16 && (135..170).contains(&green) && blue < 45, "{found:?}");
}

#[actix_web::test]
async fn whoever_waits_for_a_film_is_told_what_ffmpeg_reports_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let source = "-f lavfi -i testsrc2=s=1280x720:r=25:d=20 -c:v mpeg4 -q:v 12";
    let Some(path) = drawn(folder.path(), "long.mp4", source) else { return };
    let site = Site::new(Engine::Sqlite).await;
    contest(&site, |text| text.replace("quotas:\n", SLOT)).await;
    let mut browser = site.browser();
    let code = begin(&mut browser, 1).await;
    site.work().await;
    let id = add_this(&site, &code, 0, std::fs::read(path).unwrap()).await;

    let watched = async {
        loop {
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            let row = file::Entity::find_by_id(id).one(&site.app.db).await.unwrap().unwrap();
            if row.progress.is_some_and(|share| share > 0) || row.state == State::Ready {
                return (row.progress, told(&mut browser, &code).await.0);
            }
        }
    };
    let (done, (progress, page)) = tokio::join!(worker::film(&site.app), watched);

    assert!(done.unwrap());
    assert!(progress.is_some_and(|share| (1..=99).contains(&share)), "{progress:?}");
    assert!(page.contains("đang chuyển đổi phim: "), "{page}");
    let row = file::Entity::find_by_id(id).one(&site.app.db).await.unwrap().unwrap();
    assert_eq!((row.state, row.progress), (State::Ready, None));
}

both! {
    async fn a_film_that_is_too_long_too_small_or_wrongly_turned_is_told_so(site: Site) {
        let slot = "      - { key: film, kind: video, label: Phim, count: { min: 0, max: 1 }, seconds: { max: 1 }, short_side: { min: 720 }, aspect: \"9:16\" }\nquotas:\n";
        contest(site, |text| text.replace("quotas:\n", slot)).await;
        let folder = tempfile::tempdir().unwrap();
        // Stored upright, to be shown turned, as a camera writes it that is held wrongly.
        let source = "-f lavfi -i testsrc2=s=360x640:r=10:d=3 -c:v libx264 -preset ultrafast -pix_fmt yuv420p";
        let Some(upright) = drawn(folder.path(), "upright.mp4", source) else { return };
        let turn = format!("-i {} -c copy -metadata:s:v rotate=90", upright.display());
        let turned = drawn(folder.path(), "turned.mp4", &turn).unwrap();
        let good = "-f lavfi -i testsrc2=s=720x1280:r=10:d=1 -c:v libx264 -preset ultrafast -pix_fmt yuv420p";
        let good = drawn(folder.path(), "good.mp4", good).unwrap();
        let mut browser = site.browser();
        let code = begin(&mut browser, 1).await;
        let to = format!("/drafts/{code}/work");

        let wrong = std::fs::read(turned).unwrap();
        let wrong = browser.post_files(&to, &[], &[("slot.film", "a.mp4", &wrong)]).await;
        let good = std::fs::read(good).unwrap();
        let good = browser.post_files(&to, &[], &[("slot.film", "a.mp4", &good)]).await;

        let said = wrong.text();
        assert!(said.contains("dài 3 giây, tối đa 1 giây"), "{said}");
        assert!(said.contains("cạnh ngắn 360 điểm ảnh, tối thiểu 720"), "{said}");
        assert!(said.contains("khung hình phải là 9:16. Tệp này 640 × 360 điểm ảnh"), "{said}");
        assert!(!good.text().contains("Phim: "), "{}", good.text());
        let films = file::Entity::find().all(&site.app.db).await.unwrap();
        assert_eq!(films.iter().filter(|row| row.format == "mp4").count(), 1);
        site.jobs_may_wait();
    }

    async fn a_document_with_too_many_words_is_told_how_many_it_has(site: Site) {
        let slot = "      - { key: essay, kind: document, label: Bài viết, count: { min: 0, max: 1 }, words: { max: 5 } }\nquotas:\n";
        contest(site, |text| text.replace("quotas:\n", slot)).await;
        let mut browser = site.browser();
        let code = begin(&mut browser, 1).await;
        let to = format!("/drafts/{code}/work");

        let long = "một hai ba bốn năm sáu bảy".as_bytes();
        let long = browser.post_files(&to, &[], &[("slot.essay", "a.txt", long)]).await;
        let short = "một hai ba bốn năm".as_bytes();
        browser.post_files(&to, &[], &[("slot.essay", "a.txt", short)]).await;

        assert!(long.text().contains("Bài viết: có 7 chữ, tối đa 5 chữ."), "{}", long.text());
        let kept = file::Entity::find().all(&site.app.db).await.unwrap();
        let kept: Vec<_> = kept.iter().filter_map(|row| row.words).collect();
        assert_eq!(kept, [5]);
        site.work().await;
    }
}
