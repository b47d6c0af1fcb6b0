//! The limited child: what it can, and what it cannot.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use hoithi::media::child::Leaks;
use hoithi::media::{Decoder, Error, Flaw, Format};
use image::ImageFormat;
use tempfile::TempDir;

use super::entry::picture;
use super::media::film;

/// A decoder whose children write below a folder of the test's own.
pub fn decoder(folder: &TempDir) -> Decoder {
    Decoder::at(env!("CARGO_BIN_EXE_hoithi").into(), folder.path().join("work"))
}

/// A decoder whose children are this shell script instead of our binary.
fn scripted(folder: &TempDir, script: &str) -> Decoder {
    let program = folder.path().join("child");
    std::fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o700)).unwrap();
    Decoder::at(program, folder.path().join("work"))
}

fn photo(folder: &TempDir) -> PathBuf {
    let path = folder.path().join("photo");
    std::fs::write(&path, picture(640, 480, 5, ImageFormat::Jpeg)).unwrap();
    path
}

fn flaw(error: Error) -> Flaw {
    match error {
        Error::Flaw(flaw) => flaw,
        other => panic!("no flaw of the file: {other}"),
    }
}

fn left(folder: &Path) -> usize {
    std::fs::read_dir(folder.join("work")).map_or(0, Iterator::count)
}

#[actix_web::test]
async fn a_child_cannot_speak_write_read_or_grow_beyond_its_order() {
    let folder = tempfile::tempdir().unwrap();

    let leaks = decoder(&folder).leaks().await.unwrap();

    assert_eq!(leaks, Leaks::default());
}

#[actix_web::test]
async fn a_child_reads_and_draws_and_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let (decoder, photo) = (decoder(&folder), photo(&folder));

    let facts = decoder.read(&photo).await.unwrap();
    let made = decoder.draw(&photo).await.unwrap();

    assert_eq!((facts.format, facts.width, facts.height), (Format::Jpeg, Some(640), Some(480)));
    let mut names: Vec<String> = made.copies.iter().map(|copy| copy.file()).collect();
    names.retain(|name| name != "print.bin");
    names.sort();
    let wanted = ["1600.jpeg", "1600.webp", "320.jpeg", "320.webp", "800.jpeg", "800.webp"];
    assert_eq!(names, [&wanted[..], &["preview.jpeg"]].concat());
    for copy in &made.copies {
        assert_eq!(std::fs::metadata(made.path(copy)).unwrap().len(), copy.bytes);
    }
    assert_eq!(left(folder.path()), 1);
    drop(made);
    assert_eq!(left(folder.path()), 0);
}

#[actix_web::test]
async fn a_child_that_crashes_hangs_or_babbles_is_a_refusal_and_the_next_one_works() {
    let folder = tempfile::tempdir().unwrap();
    let photo = photo(&folder);

    for script in ["kill -SEGV $$", "exec sleep 1000", "cat /dev/zero", "exit 0", "echo '{}'"] {
        let broken = scripted(&folder, script).with_deadline(Duration::from_millis(300));
        assert_eq!(flaw(broken.read(&photo).await.unwrap_err()), Flaw::Stopped, "{script}");
    }

    assert!(decoder(&folder).read(&photo).await.is_ok());
    assert_eq!(left(folder.path()), 0);
}

#[actix_web::test]
async fn a_child_that_cannot_be_started_is_no_fault_of_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let nowhere = Decoder::at(folder.path().join("nothing"), folder.path().join("work"));

    let failed = nowhere.read(&photo(&folder)).await.unwrap_err();

    assert!(matches!(failed, Error::Child(_)), "{failed}");
}

#[actix_web::test]
async fn without_the_systems_programs_films_are_kept_and_it_is_said_what_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    let bare = decoder(&folder).with_programs("/nowhere");
    let path = folder.path().join("film");
    std::fs::write(&path, film(120)).unwrap();
    let (tell, _told) = tokio::sync::watch::channel(0);

    let facts = bare.read(&path).await.unwrap();
    let made = bare.draw_film(&path, &tell).await.unwrap();

    assert_eq!(facts.milliseconds, Some(4000));
    std::fs::write(&path, film(30 * 3700)).unwrap();
    let long = flaw(bare.read(&path).await.unwrap_err());
    assert_eq!(long, Flaw::TooLong { seconds: 3700, most: 3600 });
    assert_eq!(made.copies.iter().map(|copy| copy.file()).collect::<Vec<_>>(), ["film.mp4"]);
    assert_eq!(bare.missing(), ["ffmpeg", "ffprobe", "heif-convert", "pdftotext", "pdftoppm"]);
}
