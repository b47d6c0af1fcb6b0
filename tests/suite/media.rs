//! Media: what files are, and what the public sees of them.

mod real;
mod unnamed;

use std::io::{Cursor, Write};

use hoithi::media::{self, Copy, Flaw, Format, text};
use image::codecs::jpeg::JpegEncoder;
use image::{ImageEncoder, ImageFormat, Rgb, RgbImage};
use proptest::prelude::*;

use super::child::decoder;
use super::entry::picture;

/// A picture whose top left quarter is red and the rest blue.
fn flag(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        if x < width / 2 && y < height / 2 { Rgb([220, 20, 20]) } else { Rgb([20, 20, 220]) }
    })
}

/// A JPEG with this EXIF orientation, and a place beside it.
pub fn oriented(picture: &RgbImage, orientation: u8) -> Vec<u8> {
    let mut tiff = b"II*\0\x08\0\0\0\x02\0".to_vec();
    tiff.extend([0x12, 0x01, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0]);
    tiff.extend([0x25, 0x88, 4, 0, 1, 0, 0, 0, 38, 0, 0, 0]);
    tiff.extend([0, 0, 0, 0]);
    tiff.extend([1, 0, 2, 0, 5, 0, 3, 0, 0, 0, 56, 0, 0, 0, 0, 0, 0, 0]);
    tiff.extend([10, 0, 0, 0, 1, 0, 0, 0].repeat(3));
    let mut bytes = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut bytes, 95);
    encoder.set_exif_metadata(tiff).expect("EXIF is taken");
    encoder.encode_image(picture).expect("a picture");
    bytes
}

fn named<'a>(copies: &'a [Copy], name: &str, format: &str) -> &'a Copy {
    copies.iter().find(|copy| copy.name == name && copy.format == format).expect("a copy")
}

fn is_red(copy: &Copy, x: f32, y: f32) -> bool {
    let drawn = image::load_from_memory(&copy.bytes).expect("a picture").into_rgb8();
    let at = |part: f32, side: u32| ((part * side as f32) as u32).min(side - 1);
    let pixel = drawn.get_pixel(at(x, drawn.width()), at(y, drawn.height()));
    pixel.0[0] > pixel.0[2]
}

#[test]
fn every_orientation_is_drawn_upright() {
    // Where the stored top left quarter lies when the picture is shown, and whether it is turned.
    let shown = [
        (1, 0.25, 0.25, false),
        (2, 0.75, 0.25, false),
        (3, 0.75, 0.75, false),
        (4, 0.25, 0.75, false),
        (5, 0.25, 0.25, true),
        (6, 0.75, 0.25, true),
        (7, 0.75, 0.75, true),
        (8, 0.25, 0.75, true),
        (0, 0.25, 0.25, false),
        (9, 0.25, 0.25, false),
    ];
    for (orientation, x, y, turned) in shown {
        let photo = oriented(&flag(480, 240), orientation);

        let facts = media::read(&photo).unwrap();
        let copies = media::copies(&photo).unwrap();
        let small = named(&copies, "320", "jpeg");

        let size = if turned { (Some(240), Some(480)) } else { (Some(480), Some(240)) };
        assert_eq!((facts.width, facts.height), size, "orientation {orientation}");
        let size = if turned { (160, 320) } else { (320, 160) };
        assert_eq!((small.width, small.height), size, "orientation {orientation}");
        assert!(is_red(small, x, y), "orientation {orientation}");
        assert!(!is_red(small, 1.0 - x, 1.0 - y), "orientation {orientation}");
    }
}

#[test]
fn copies_carry_no_word_of_metadata() {
    let photo = oriented(&flag(480, 240), 6);
    assert!(media::read(&photo).unwrap().has_place);

    for copy in media::copies(&photo).unwrap() {
        for mark in [&b"Exif"[..], b"EXIF", b"http://ns.adobe.com", b"ICC_PROFILE", b"ICCP"] {
            assert!(!copy.bytes.windows(mark.len()).any(|window| window == mark), "{}", copy.name);
        }
    }
}

#[test]
fn display_p3_is_shown_in_its_true_colours() {
    let profile = moxcms::ColorProfile::new_display_p3().encode().unwrap();
    let square = RgbImage::from_pixel(64, 64, Rgb([200, 80, 60]));
    let mut bytes = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut bytes, 100);
    encoder.set_icc_profile(profile).unwrap();
    encoder.encode_image(&square).unwrap();

    let copies = media::copies(&bytes).unwrap();
    let drawn = image::load_from_memory(&named(&copies, "320", "jpeg").bytes).unwrap().into_rgb8();

    // Display P3 (200, 80, 60) is sRGB (215, 72, 48), to rounding.
    let found = drawn.get_pixel(32, 32).0.map(i32::from);
    for (channel, wanted) in found.into_iter().zip([215, 72, 48]) {
        assert!((channel - wanted).abs() <= 6, "{found:?}");
    }
}

#[test]
fn transparency_is_laid_on_white_and_the_preview_has_one_shape() {
    let clear = image::RgbaImage::from_pixel(300, 900, image::Rgba([0, 0, 0, 0]));
    let mut bytes = Cursor::new(Vec::new());
    clear.write_to(&mut bytes, ImageFormat::Png).unwrap();

    let copies = media::copies(bytes.get_ref()).unwrap();

    let drawn = image::load_from_memory(&named(&copies, "800", "jpeg").bytes).unwrap().into_rgb8();
    assert!(drawn.get_pixel(10, 10).0.iter().all(|channel| *channel > 250));
    let preview = named(&copies, "preview", "jpeg");
    assert_eq!((preview.width, preview.height), (1200, 630));
}

#[test]
fn what_is_cut_off_is_refused_and_a_missing_end_mark_is_not() {
    let photo = picture(800, 600, 3, ImageFormat::Jpeg);

    assert_eq!(media::copies(&photo[..photo.len() / 2]).unwrap_err(), Flaw::Truncated);
    assert!(media::copies(&photo[..photo.len() - 2]).is_ok());
    let png = picture(800, 600, 3, ImageFormat::Png);
    assert!(media::copies(&png[..png.len() / 2]).is_err());
    assert_eq!(media::read(b"").unwrap_err(), Flaw::Empty);
}

#[test]
fn pixels_are_counted_before_anything_is_decoded() {
    let mut png = picture(8, 8, 1, ImageFormat::Png);
    png[16..24].copy_from_slice(&[0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30]);
    let mut crc = flate2::Crc::new();
    crc.update(&png[12..29]);
    let sum = crc.sum().to_be_bytes();
    png[29..33].copy_from_slice(&sum);

    let refused = media::read(&png).unwrap_err();

    assert_eq!(refused, Flaw::TooManyPixels { width: 30_000, height: 30_000 });
}

#[test]
fn the_content_decides_what_a_file_is() {
    let cases: [(&[u8], Option<Format>); 9] = [
        (b"\xff\xd8\xff\xe0", Some(Format::Jpeg)),
        (b"\0\0\0\x18ftypheic", Some(Format::Heic)),
        (b"\0\0\0\x18ftypisom", Some(Format::Mp4)),
        (b"\0\0\0\x14ftypqt  ", Some(Format::Mov)),
        (b"%PDF-1.7", Some(Format::Pdf)),
        ("Chào các bạn".as_bytes(), Some(Format::Txt)),
        (b"<svg onload=x>", None),
        (b"#EXTM3U\nhttp://x", None),
        (b"MZ\0\x01", None),
    ];
    for (bytes, format) in cases {
        assert_eq!(Format::sniff(bytes), format, "{bytes:?}");
    }
    assert_eq!(Format::claimed_by("anh.JPG"), Some(Format::Jpeg));
}

fn boxed(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let mut whole = u32::try_from(body.len() + 8).unwrap().to_be_bytes().to_vec();
    whole.extend(kind);
    whole.extend(body);
    whole
}

/// A film of 30 frames a second, turned by a quarter, with a place in it and a header that lies.
pub fn film(frames: u32) -> Vec<u8> {
    let numbers = |numbers: &[u32]| -> Vec<u8> {
        numbers.iter().flat_map(|number| number.to_be_bytes()).collect()
    };
    let mut tkhd = numbers(&[7, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
    tkhd.extend(numbers(&[0, 0x1_0000, 0, 0xffff_0000, 0, 0, 0, 0, 0x4000_0000]));
    tkhd.extend(numbers(&[1280 << 16, 720 << 16]));
    let stts = boxed(b"stts", &numbers(&[0, 1, frames, 1000]));
    let mdia = [
        boxed(b"mdhd", &numbers(&[0, 0, 0, 30_000, 999_999_999, 0])),
        boxed(b"hdlr", &[&numbers(&[0, 0])[..], b"vide", &[0; 13]].concat()),
        boxed(b"minf", &boxed(b"stbl", &stts)),
    ];
    let trak = [boxed(b"tkhd", &tkhd), boxed(b"mdia", &mdia.concat())];
    let moov = [
        boxed(b"mvhd", &numbers(&[0, 0, 0, 1000, u32::MAX])),
        boxed(b"trak", &trak.concat()),
        boxed(b"udta", &boxed(b"\xa9xyz", b"\0\x12\x15\xc7+10.7769+106.7009/")),
        boxed(b"meta", &boxed(b"keys", b"mdtacom.apple.quicktime.location.ISO6709")),
    ];
    let parts = [
        boxed(b"ftyp", b"isom\0\0\0\x01isom"),
        boxed(b"mdat", b"frames"),
        boxed(b"moov", &moov.concat()),
    ];
    parts.concat()
}

#[test]
fn a_films_length_and_size_come_from_its_samples_and_its_copy_names_no_place() {
    let bytes = film(120);

    let facts = media::read(&bytes).unwrap();
    let copies = media::copies(&bytes).unwrap();
    let copy = named(&copies, "film", "mp4");

    assert_eq!(
        (facts.width, facts.height, facts.milliseconds),
        (Some(720), Some(1280), Some(4000))
    );
    assert_eq!(copy.bytes.len(), bytes.len());
    for words in [&b"+10.7769"[..], b"ISO6709"] {
        let has = |bytes: &[u8]| bytes.windows(words.len()).any(|window| window == words);
        assert!(has(&bytes) && !has(&copy.bytes));
    }
    assert_eq!(media::read(&copy.bytes).unwrap().milliseconds, Some(4000));
    assert_eq!(media::read(&bytes[..30]).unwrap_err(), Flaw::Truncated);
}

fn docx(xml: &str) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    writer.start_file("word/document.xml", zip::write::SimpleFileOptions::default()).unwrap();
    writer.write_all(xml.as_bytes()).unwrap();
    writer.finish().unwrap().into_inner()
}

#[test]
fn words_of_documents_are_counted_and_unsafe_ones_refused() {
    let good = "<w:document xmlns:w='x'><w:body><w:p><w:r><w:t>Vòng tay </w:t></w:r><w:r><w:t>công\
                 đoàn</w:t></w:r></w:p><w:p><w:r><w:t>năm &amp; mới</w:t></w:r></w:p></w:body></w:document>";
    assert_eq!(media::read(&docx(good)).unwrap().words, Some(6));
    let entity = "<!DOCTYPE x [<!ENTITY a 'b'>]><w:document><w:t>&a;</w:t></w:document>";
    assert_eq!(media::read(&docx(entity)).unwrap_err(), Flaw::Unsafe);
    let deep = format!("{}{}", "<a>".repeat(1000), "</a>".repeat(1000));
    assert_eq!(media::read(&docx(&deep)).unwrap_err(), Flaw::Unsafe);
    // A box with text, as Word writes it: for programs that know such boxes, and for those that do not.
    let said = "<w:drawing><w:t>trong khung</w:t></w:drawing>";
    let other = format!("<mc:Choice Requires='wpg'>{said}</mc:Choice>");
    for (kinds, words) in [
        (
            format!(
                "<mc:Choice Requires='wps'>{said}</mc:Choice>{other}<mc:Fallback>{said}</mc:Fallback>"
            ),
            4,
        ),
        (format!("<mc:Fallback>{said}</mc:Fallback>"), 4),
        (
            format!(
                "<mc:Choice><mc:AlternateContent>{other}<mc:Fallback>{said}</mc:Fallback></mc:AlternateContent></mc:Choice><mc:Fallback><w:p>{said}</w:p></mc:Fallback>"
            ),
            4,
        ),
    ] {
        let xml = format!(
            "<w:document xmlns:w='x'><w:p><w:t>Một </w:t><mc:AlternateContent>{kinds}</mc:AlternateContent><w:t> hai</w:t></w:p></w:document>"
        );
        assert_eq!(media::read(&docx(&xml)).unwrap().words, Some(words), "{xml}");
    }
    let wide = "Xin chào\n".encode_utf16().flat_map(u16::to_le_bytes);
    let wide: Vec<u8> = [0xff, 0xfe].into_iter().chain(wide).collect();
    assert_eq!(media::read(&wide).unwrap().words, Some(2));
    assert_eq!(media::read(b"one\xff\xffword").unwrap_err(), Flaw::Unknown);
}

#[actix_web::test]
async fn a_text_that_has_no_pages_is_drawn_as_one() {
    let folder = tempfile::tempdir().unwrap();
    let decoder = decoder(&folder);
    let line = "Vòng tay công đoàn ấm áp nghĩa tình người lao động. ";
    let long = format!("Bài viết\n{}", format!("{}\n", line.repeat(9)).repeat(60));
    let short =
        docx("<w:document xmlns:w='x'><w:p><w:t>Vòng tay công đoàn</w:t></w:p></w:document>");
    let empty = docx("<w:document xmlns:w='x'><w:p></w:p></w:document>");
    let mut dark = Vec::new();
    for (name, bytes) in [("dai.txt", long.into_bytes()), ("ngan.docx", short)] {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        let made = decoder.draw(&path).await.unwrap();
        let page = made.copies.iter().find(|copy| copy.file() == "1600.jpeg").expect("a page");
        let page = image::open(made.path(page)).unwrap().to_luma8();
        assert_eq!(page.dimensions(), (1132, 1600), "{name}");
        let thirds = [100..600, 600..1100, 1100..1600].map(|rows: std::ops::Range<u32>| {
            page.rows().skip(rows.start as usize).take(500).flatten().any(|dot| dot.0[0] < 100)
        });
        dark.push(thirds);
    }
    let path = folder.path().join("trong.docx");
    std::fs::write(&path, empty).unwrap();
    let none = decoder.draw(&path).await.unwrap();

    assert_eq!(dark, [[true, true, true], [true, false, false]]);
    assert!(none.copies.iter().all(|copy| copy.name != "1600"));
}

proptest! {
    #[test]
    fn words_are_the_parts_between_white_space(words in prop::collection::vec("[\\p{L}\\p{N}]{1,8}", 0..50), gap in "[ \t\n\u{a0}]{1,3}") {
        let written = words.join(&gap);
        prop_assert_eq!(text::words(&written) as usize, words.len());
        prop_assert_eq!(text::words(&format!("{gap}{written}{gap}")) as usize, words.len());
    }

    #[test]
    fn no_bytes_break_the_readers(bytes in prop::collection::vec(any::<u8>(), 0..400), head in 0..7_usize) {
        let heads: [&[u8]; 7] = [b"", b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"\0\0\0\x08ftypisom", b"PK\x03\x04", b"\x1a\x45\xdf\xa3", b"\x1a\x45\xdf\xa3\x80\x16\x54\xae\x6b\xff\xae"];
        let whole = [heads[head], &bytes].concat();
        if head > 4 {
            let _ = media::copies(&whole);
        }
        let _ = media::read(&whole);
        let _ = media::without_metadata(&whole);
    }
}
