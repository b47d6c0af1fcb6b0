//! Files as cameras, phones and offices made them, where they are at hand.

use std::path::Path;

use hoithi::media::{self, Flaw};

use crate::child::decoder;
use crate::support::answers::{listed, shared};

/// Width and height as shown, from a list's row: stored size, orientation, rotation.
fn upright(row: &[String]) -> (Option<u32>, Option<u32>) {
    let (width, height) = (row[5].parse().ok(), row[6].parse().ok());
    let sideways = row[7].parse().is_ok_and(|orientation: u8| (5..=8).contains(&orientation))
        || row[8].parse().is_ok_and(|turn: i32| turn.rem_euclid(180) == 90);
    if sideways { (height, width) } else { (width, height) }
}

#[actix_web::test]
async fn real_files_are_read_and_drawn_as_their_list_says() {
    let Some(root) = shared("media") else { return };
    let folder = tempfile::tempdir().unwrap();
    let decoder = decoder(&folder);
    for row in listed(&root) {
        let (name, path) = (&row[0], root.join(&row[0]));
        if name == "doc/password_protected.pdf" {
            let refused = decoder.read(&path).await.unwrap_err();
            assert!(matches!(refused, media::Error::Flaw(Flaw::Locked)), "{refused}");
            continue;
        }
        let facts = decoder.read(&path).await.unwrap_or_else(|error| panic!("{name}: {error}"));
        if facts.format.kind() == media::Kind::Document {
            let words = facts.words.map(|words| words.to_string()).unwrap_or_default();
            assert_eq!(words, row[14], "{name}");
        } else {
            assert_eq!((facts.width, facts.height), upright(&row), "{name}");
        }
        if let Ok(seconds) = row[11].parse::<f64>() {
            let found = facts.milliseconds.unwrap_or(0) as f64 / 1000.0;
            assert!((found - seconds).abs() < 0.1, "{name}: {found} s, not {seconds}");
        }
        if row[9] == "yes" && row[3].starts_with("video") {
            let film = std::fs::read(&path).unwrap();
            assert!(PLACES.iter().any(|place| has(&film, place)), "{name}");
        } else {
            assert!(facts.has_place || row[9] != "yes", "{name}");
        }
        drawn_without_metadata(&decoder, name, &path, &facts).await;
    }
}

/// How films name the place where they were taken.
const PLACES: [&[u8]; 2] = [b"\xa9xyz", b"location.ISO6709"];

fn has(bytes: &[u8], words: &[u8]) -> bool {
    bytes.windows(words.len()).any(|window| window == words)
}

/// Draws a file and looks for what must not be in its copies, nor in a film's where there is no
/// ffmpeg.
async fn drawn_without_metadata(
    decoder: &media::Decoder,
    name: &str,
    path: &Path,
    facts: &media::Facts,
) {
    let is_film = facts.format.kind() == media::Kind::Video;
    let made = if is_film {
        let (tell, _told) = tokio::sync::watch::channel(0);
        decoder.draw_film(path, &tell).await
    } else {
        decoder.draw(path).await
    };
    let made = made.unwrap_or_else(|error| panic!("{name}: {error}"));
    let of = |wanted: &str| made.copies.iter().find(|copy| copy.name == wanted);
    let shown = if is_film { of("film") } else { of("1600") };
    if let (Some(shown), Some(width), Some(height)) = (shown, facts.width, facts.height) {
        assert_eq!(shown.width > shown.height, width > height, "{name} is drawn upright");
    }
    assert!(shown.is_some() || facts.words == Some(0), "{name}");
    let mut told = Vec::new();
    if is_film {
        let bare = media::copies(&std::fs::read(path).unwrap()).unwrap();
        told.extend(bare.into_iter().map(|copy| ("the film itself".to_owned(), copy.bytes)));
    }
    for copy in made.copies.iter().filter(|copy| copy.name != "text" && copy.name != "print") {
        told.push((copy.file(), std::fs::read(made.path(copy)).unwrap()));
    }
    let marks: [&[u8]; 4] = [b"Exif", b"EXIF", b"http://ns.adobe.com", b"ICC_PROFILE"];
    for (copy, bytes) in told {
        for mark in marks.iter().chain(&PLACES) {
            assert!(!has(&bytes, mark), "{name}: {copy} holds {}", String::from_utf8_lossy(mark));
        }
    }
}
