//! Films that are shown as they came, where there is no ffmpeg.

use super::*;

const NAME: &str = "Bimatkhaidanh";
const PLACE: &str = "+10.7769+106.7009";

fn has(bytes: &[u8], words: &str) -> bool {
    bytes.windows(words.len()).any(|window| window == words.as_bytes())
}

/// A film of a second, with subtitles, that says in every way whose it is and where it was filmed.
fn telling(folder: &Path, name: &str, more: &str) -> Option<PathBuf> {
    let subtitles = folder.join("a.srt");
    std::fs::write(&subtitles, format!("1\n00:00:00,000 --> 00:00:00,900\n{NAME}\n")).unwrap();
    let told = format!(
        "-f lavfi -i testsrc2=s=320x180:r=10:d=1 -f lavfi -i sine=d=1 -i {} -map 0 -map 1 -map 2 \
         -metadata title={NAME} -metadata artist={NAME} -metadata:s:v title={NAME} \
         -metadata location={PLACE}/ {more}",
        subtitles.display()
    );
    drawn(folder, name, &told)
}

#[test]
fn a_film_that_is_shown_as_it_came_tells_nothing_of_its_maker_and_plays_on() {
    let folder = tempfile::tempdir().unwrap();
    let (h264, vp8) = (
        "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a aac",
        "-c:v libvpx -deadline realtime -c:a libopus -c:s webvtt",
    );
    let films = [
        ("a.mkv", format!("{h264} -c:s srt")),
        ("a.webm", vp8.to_owned()),
        ("live.webm", format!("{vp8} -live 1")),
        ("a.mp4", format!("{h264} -c:s mov_text")),
        (
            "a.mov",
            format!(
                "{h264} -c:s mov_text -movflags use_metadata_tags -metadata com.apple.quicktime.location.ISO6709={PLACE}/"
            ),
        ),
    ];
    for (name, more) in films {
        let Some(path) = telling(folder.path(), name, &more) else { return };
        let bytes = std::fs::read(&path).unwrap();
        // ffmpeg writes no place into MP4.
        assert!(has(&bytes, NAME), "{name} tells it to begin with");
        assert!(has(&bytes, PLACE) || name == "a.mp4", "{name} tells it to begin with");

        let facts = media::read(&bytes).unwrap();
        assert_eq!((facts.width, facts.height), (Some(320), Some(180)), "{name}");
        let long = facts.milliseconds.is_some_and(|length| (900..1200).contains(&length));
        assert!(long || name == "live.webm", "{name}: {:?}", facts.milliseconds);

        let copies = media::copies(&bytes).unwrap();
        let [film] = &copies[..] else { panic!("{name}: {} copies", copies.len()) };
        assert_eq!((film.name, film.bytes.len()), ("film", bytes.len()), "{name}");
        for words in [NAME, PLACE, "ISO6709", "Lavf"] {
            assert!(!has(&film.bytes, words), "{name} still tells {words}");
        }
        std::fs::write(&path, &film.bytes).unwrap();
        let played = Command::new("ffmpeg")
            .args(["-v", "error", "-xerror", "-err_detect", "crccheck+explode", "-i"])
            .arg(&path)
            .args(["-map", "0:v", "-map", "0:a", "-f", "null", "-"])
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&played.stderr);
        assert!(played.status.success() && told.is_empty(), "{name}: {told}");

        assert!(media::copies(&bytes[..bytes.len() * 6 / 10]).is_err(), "half of {name}");
    }
}
