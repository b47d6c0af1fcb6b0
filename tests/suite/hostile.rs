//! Hostile files: each gets the answer that its list names, from a child that leaves nothing.

use std::io::{Cursor, Write};

use flate2::Compression;
use flate2::write::ZlibEncoder;
use futures_util::StreamExt;
use hoithi::media::{Flaw, Format};
use image::ImageFormat;

use super::child::decoder;
use super::entry::picture;
use crate::support::answers::{answer, is_as_listed, listed, shared};

#[actix_web::test]
async fn every_hostile_file_gets_the_answer_that_its_list_names() {
    let Some(root) = shared("hostile") else { return };
    let folder = tempfile::tempdir().unwrap();
    let decoder = decoder(&folder);
    let rows = listed(&root);

    let answers = futures_util::stream::iter(rows.iter())
        .map(|row| {
            let (decoder, path) = (decoder.clone(), root.join(&row[0]));
            async move { (row, answer(&decoder, &path).await) }
        })
        .buffer_unordered(4);
    let wrong = answers
        .filter_map(|(row, answer)| async move {
            let wrong = !is_as_listed(&row[4], &row[0], &answer);
            wrong.then(|| format!("{}: {answer:?}, not {}", row[0], row[4]))
        })
        .collect::<Vec<_>>()
        .await;

    assert_eq!(wrong, Vec::<String>::new());
    assert_eq!(std::fs::read_dir(folder.path().join("work")).unwrap().count(), 0);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

/// The bytes of a picture with others put in before its last two, which end it.
fn before_the_end(photo: &[u8], more: &[u8]) -> Vec<u8> {
    let (start, end) = photo.split_at(photo.len() - 2);
    [start, more, end].concat()
}

/// A JPEG that says it is so large.
fn claiming(photo: &[u8], width: u16, height: u16) -> Vec<u8> {
    let mut bytes = photo.to_vec();
    let frame = bytes.windows(2).position(|two| two == [0xff, 0xc0]).expect("a frame") + 5;
    bytes[frame..frame + 2].copy_from_slice(&height.to_be_bytes());
    bytes[frame + 2..frame + 4].copy_from_slice(&width.to_be_bytes());
    bytes
}

/// A PNG with one more chunk behind its head.
fn with_chunk(png: &[u8], kind: [u8; 4], body: &[u8]) -> Vec<u8> {
    let mut crc = flate2::Crc::new();
    crc.update(&kind);
    crc.update(body);
    let length = u32::try_from(body.len()).unwrap().to_be_bytes();
    let chunk = [&length[..], &kind, body, &crc.sum().to_be_bytes()].concat();
    [&png[..33], &chunk, &png[33..]].concat()
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut packer = ZlibEncoder::new(Vec::new(), Compression::fast());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

fn archive(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        writer.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

pub fn docx(xml: &str, more: &[(&str, &[u8])]) -> Vec<u8> {
    archive(&[&[("word/document.xml", xml.as_bytes())][..], more].concat())
}

fn pdf(dictionary: &str, stream: &[u8]) -> Vec<u8> {
    let head = format!("%PDF-1.7\n1 0 obj\n<< {dictionary} >>\nstream\n");
    [head.as_bytes(), stream, b"\nendstream\nendobj\n%%EOF\n"].concat()
}

/// Files like those of the list, drawn here, so that none of their answers hangs on a folder.
fn drawn() -> Vec<(&'static str, Vec<u8>, Result<Format, Flaw>)> {
    let photo = picture(400, 300, 1, ImageFormat::Jpeg);
    let png = picture(40, 30, 2, ImageFormat::Png);
    let scan = [0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0, 0x55];
    let bomb = packed(&vec![0; 24 << 20]);
    let profile = [&b"bomb\0\0"[..], &bomb].concat();
    let remark = [&b"bomb\0\0\0\0\0"[..], &bomb].concat();
    let words = "<w:document xmlns:w='x'><w:p><w:r><w:t>hai chữ</w:t></w:r></w:p></w:document>";
    let dtd = "<!DOCTYPE x [<!ENTITY a 'ha'><!ENTITY b '&a;&a;'>]><w:document><w:t>&b;</w:t></w:document>";
    let deep = format!("{}{}", "<a>".repeat(100_000), "</a>".repeat(100_000));
    let wide = format!("<w:document><w:t>{}</w:t></w:document>", "a ".repeat(11 << 20));
    let macros =
        [("word/vbaProject.bin", &b"macro"[..]), ("word/_rels/settings.xml.rels", b"http://x")];
    let twice = packed(&packed(b"BT ET"));
    let webp = b"RIFF\x12\0\0\0WEBPVP8L\x05\0\0\0\x2f\xfe\xbf\xff\x0f\0".to_vec();
    let many = Flaw::TooManyPixels { width: 16_383, height: 16_383 };
    vec![
        ("nothing", Vec::new(), Err(Flaw::Empty)),
        ("one byte", vec![0xff], Err(Flaw::Unknown)),
        ("thousands of scans", before_the_end(&photo, &scan.repeat(2000)), Err(Flaw::TooManyScans)),
        ("a sea of grey", claiming(&photo, 12_000, 8_000), Err(Flaw::Truncated)),
        (
            "four thousand million pixels",
            claiming(&photo, 65_500, 65_500),
            Err(Flaw::TooManyPixels { width: 65_500, height: 65_500 }),
        ),
        ("a large WebP", webp, Err(many)),
        ("half a photo", photo[..photo.len() / 2].to_vec(), Err(Flaw::Truncated)),
        ("no end mark", photo[..photo.len() - 2].to_vec(), Ok(Format::Jpeg)),
        ("an archive behind", [&photo[..], &docx(words, &[])].concat(), Ok(Format::Jpeg)),
        ("a profile that unpacks", with_chunk(&png, *b"iCCP", &profile), Ok(Format::Png)),
        ("a remark that unpacks", with_chunk(&png, *b"iTXt", &remark), Ok(Format::Png)),
        ("a page", b"<html><script>x</script></html>".to_vec(), Err(Flaw::Unknown)),
        ("a drawing of vectors", b"<svg xmlns='x' onload='x'/>".to_vec(), Err(Flaw::Unknown)),
        ("a TIFF", b"II*\0\x08\0\0\0".to_vec(), Err(Flaw::Unknown)),
        ("a playlist", b"#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1/x\n".to_vec(), Err(Flaw::Unknown)),
        (
            "a list of files",
            b"ffconcat version 1.0\nfile /etc/passwd\n".to_vec(),
            Err(Flaw::Unknown),
        ),
        ("a session", b"v=0\no=- 0 0 IN IP4 127.0.0.1\n".to_vec(), Err(Flaw::Unknown)),
        ("a manifest", b"<?xml version='1.0'?><MPD/>".to_vec(), Err(Flaw::Unknown)),
        ("a film's first box", b"\0\0\0\x10ftypisom\0\0\0\0".to_vec(), Err(Flaw::Truncated)),
        ("entities", docx(dtd, &[]), Err(Flaw::Unsafe)),
        ("a deep document", docx(&deep, &[]), Err(Flaw::Unsafe)),
        ("a document that unpacks", docx(&wide, &[]), Err(Flaw::Unsafe)),
        ("macros and a far template", docx(words, &macros), Ok(Format::Docx)),
        ("an archive of something else", archive(&[("a.exe", b"MZ")]), Err(Flaw::Unknown)),
        ("an old document", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".repeat(99), Err(Flaw::Locked)),
        ("packed twice", pdf("/Filter [/FlateDecode /FlateDecode]", &twice), Err(Flaw::Unsafe)),
        ("a text with zeros", b"one\0two".to_vec(), Err(Flaw::Unknown)),
        ("an endless word", "a".repeat(1 << 20).into_bytes(), Err(Flaw::Unsafe)),
        ("hidden letters", "ch\u{202e}ữ\u{200b} hai".into(), Ok(Format::Txt)),
    ]
}

#[actix_web::test]
async fn hostile_files_that_are_drawn_here_get_their_answers_and_nothing_of_them_gets_through() {
    let folder = tempfile::tempdir().unwrap();
    let decoder = decoder(&folder);
    let path = folder.path().join("file");

    for (name, bytes, wanted) in drawn() {
        std::fs::write(&path, bytes).unwrap();
        assert_eq!(answer(&decoder, &path).await, wanted, "{name}");
        let Ok(made) = decoder.draw(&path).await else { continue };
        for copy in &made.copies {
            let bytes = std::fs::read(made.path(copy)).unwrap();
            for mark in ["PK\u{3}\u{4}", "macro", "http://", "\u{202e}", "\u{200b}", "iTXt"] {
                let found = bytes.windows(mark.len()).any(|window| window == mark.as_bytes());
                assert!(!found, "{name}: {} holds {mark:?}", copy.file());
            }
        }
    }
    assert_eq!(std::fs::read_dir(folder.path().join("work")).unwrap().count(), 0);
}
