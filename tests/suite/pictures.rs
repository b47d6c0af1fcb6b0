//! Pictures of other cameras, of printers and of the web: turned once, in their own colours.

use std::io::Cursor;
use std::path::Path;

use hoithi::media::print::{Print, Shape};
use hoithi::media::{Decoder, Format};
use image::codecs::gif::GifEncoder;
use image::imageops::FilterType;
use image::{Frame, RgbaImage};
use moxcms::{ColorProfile, Layout, TransformOptions};
use mozjpeg::{ColorSpace, Compress};

use super::child::decoder;
use crate::support::answers::shared;

/// A flag whose red quarter lies top left and which its file turns by a quarter; its camera wrote the
/// same turn once more, and a place.
const TURNED: &[u8] = include_bytes!("vectors/turned.heic");
/// The same flag, not turned.
const FLAG: &[u8] = include_bytes!("vectors/flag.avif");

/// The small copy of a picture, as a child draws it.
async fn small(decoder: &Decoder, path: &Path) -> image::RgbImage {
    let made = decoder.draw(path).await.unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let copy = made.copies.iter().find(|copy| copy.file() == "320.jpeg").expect("a copy");
    image::open(made.path(copy)).expect("a picture").into_rgb8()
}

/// Whether a copy is red at a place, in parts of its sides.
fn is_red(picture: &image::RgbImage, x: f32, y: f32) -> bool {
    let at = |part: f32, side: u32| (part * side as f32) as u32;
    let pixel = picture.get_pixel(at(x, picture.width()), at(y, picture.height()));
    pixel.0[0] > pixel.0[2]
}

#[actix_web::test]
async fn a_heic_is_turned_once_by_its_own_word_and_an_avif_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let decoder = decoder(&folder);
    if decoder.missing().contains(&"heif-convert") {
        return crate::support::answers::note("heif-convert is missing: no HEIC is drawn");
    }
    let files = [
        (TURNED, Format::Heic, (64, 128), (0.75, 0.25), (0.25, 0.75)),
        (FLAG, Format::Avif, (128, 64), (0.25, 0.25), (0.75, 0.75)),
    ];
    for (bytes, format, (width, height), red, blue) in files {
        let path = folder.path().join(format.name());
        std::fs::write(&path, bytes).unwrap();

        let facts = decoder.read(&path).await.unwrap();
        let drawn = small(&decoder, &path).await;

        assert_eq!((facts.format, facts.width, facts.height), (format, Some(width), Some(height)));
        assert_eq!(facts.has_place, format == Format::Heic);
        assert_eq!(drawn.dimensions(), (width, height), "{format:?}");
        assert!(is_red(&drawn, red.0, red.1) && !is_red(&drawn, blue.0, blue.1), "{format:?}");
    }
}

#[actix_web::test]
async fn of_several_pictures_in_a_heic_the_main_one_is_drawn() {
    let folder = tempfile::tempdir().unwrap();
    let decoder = decoder(&folder);
    let at = |name: &str| folder.path().join(name);
    for (name, colour) in [("red.png", [220, 20, 20]), ("blue.png", [20, 20, 220])] {
        image::RgbImage::from_pixel(320, 200, image::Rgb(colour)).save(at(name)).unwrap();
    }
    let mut encode = std::process::Command::new("heif-enc");
    encode.args(["-q", "90", "-o"]).args([at("both.heic"), at("red.png"), at("blue.png")]);
    if decoder.missing().contains(&"heif-convert")
        || !encode.output().is_ok_and(|o| o.status.success())
    {
        return crate::support::answers::note("heif-enc or heif-convert is missing");
    }
    let mut bytes = std::fs::read(at("both.heic")).unwrap();
    let place = |bytes: &[u8], words: &[u8]| {
        let places = bytes.windows(words.len()).enumerate();
        places.filter(|(_, window)| *window == words).map(|(at, _)| at).collect::<Vec<_>>()
    };
    let items: Vec<_> =
        place(&bytes, b"infe").iter().map(|at| bytes[at + 8..at + 10].to_vec()).collect();
    let main = place(&bytes, b"pitm")[0] + 8;
    assert_eq!(items.len(), 2, "two pictures and nothing beside them");

    for (item, is_first) in items.iter().zip([true, false]) {
        bytes[main..main + 2].copy_from_slice(item);
        std::fs::write(at("both.heic"), &bytes).unwrap();
        let drawn = small(&decoder, &at("both.heic")).await;
        assert_eq!(is_red(&drawn, 0.5, 0.5), is_first, "item {item:?}");
    }
}

#[actix_web::test]
async fn a_telephones_heic_is_shown_in_its_true_colours() {
    let Some(root) = shared("media") else { return };
    let folder = tempfile::tempdir().unwrap();
    let decoder = decoder(&folder);
    if decoder.missing().contains(&"heif-convert") {
        return crate::support::answers::note("heif-convert is missing: no HEIC is drawn");
    }
    let photo = root.join("heic/iphone7_12mp_gps.heic");
    let drawn = small(&decoder, &photo).await;
    // The same numbers as they are in the file, which are Display P3's, and what they are in sRGB.
    let raw = folder.path().join("raw.jpg");
    let done = std::process::Command::new("heif-convert").arg(&photo).arg(&raw).output().unwrap();
    assert!(done.status.success());
    let raw = image::open(&raw).unwrap();
    let raw = raw.resize_exact(drawn.width(), drawn.height(), FilterType::CatmullRom).into_rgb8();
    let (p3, srgb) = (ColorProfile::new_display_p3(), ColorProfile::new_srgb());
    let options = TransformOptions::default();
    let change = p3.create_transform_8bit(Layout::Rgb, &srgb, Layout::Rgb, options).unwrap();
    let mut true_colours = vec![0; raw.as_raw().len()];
    change.transform(raw.as_raw(), &mut true_colours).unwrap();

    let mut off = (0, 0, 0);
    for ((found, wanted), raw) in drawn.as_raw().iter().zip(&true_colours).zip(raw.as_raw()) {
        // Where it matters which of the two they are.
        if wanted.abs_diff(*raw) > 8 {
            off.0 += u32::from(found.abs_diff(*wanted));
            off.1 += u32::from(found.abs_diff(*raw));
            off.2 += 1;
        }
    }
    assert!(off.2 > 100, "a photograph with colours: {off:?}");
    assert!(off.0 * 2 < off.1, "{off:?}");
}

#[actix_web::test]
async fn colours_of_print_become_those_of_a_screen() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("print.jpg");
    // Stored upside down: all yellow and magenta, no cyan, no black.
    let mut encoder = Compress::new(ColorSpace::JCS_CMYK);
    encoder.set_size(64, 64);
    let mut started = encoder.start_compress(Vec::new()).unwrap();
    started.write_scanlines(&[255, 0, 0, 255].repeat(64 * 64)).unwrap();
    let upside_down = started.finish().unwrap();
    // Without Adobe's mark the same numbers are inks as they are: much cyan and black.
    let mark = upside_down.windows(2).position(|two| two == [0xff, 0xee]).expect("a mark");
    let plain = [&upside_down[..mark], &upside_down[mark + 16..]].concat();

    for (bytes, wanted) in [(upside_down, [255, 0, 0]), (plain, [0, 0, 0])] {
        std::fs::write(&path, bytes).unwrap();
        let drawn = small(&decoder(&folder), &path).await;
        let found = drawn.get_pixel(32, 32).0;
        let near =
            found.into_iter().zip(wanted).all(|(one, other): (u8, u8)| one.abs_diff(other) < 10);
        assert!(near, "{found:?}, not {wanted:?}");
    }
}

#[actix_web::test]
async fn of_a_moving_picture_the_first_frame_is_drawn() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("moving.gif");
    let mut bytes = Cursor::new(Vec::new());
    let mut encoder = GifEncoder::new(&mut bytes);
    for colour in [[220, 20, 20, 255], [20, 20, 220, 255]] {
        let frame = RgbaImage::from_pixel(48, 32, image::Rgba(colour));
        encoder.encode_frame(Frame::new(frame)).unwrap();
    }
    drop(encoder);
    std::fs::write(&path, bytes.into_inner()).unwrap();

    let drawn = small(&decoder(&folder), &path).await;

    assert!(is_red(&drawn, 0.5, 0.5));
}

#[actix_web::test]
async fn eight_files_of_one_photo_are_drawn_as_one() {
    let Some(root) = shared("media") else { return };
    let folder = tempfile::tempdir().unwrap();
    let decoder = decoder(&folder);
    let mut prints = Vec::new();
    for orientation in 1..=8 {
        let path = root.join(format!("jpeg/orientation_{orientation}_landscape.jpg"));
        let drawn = small(&decoder, &path).await;
        let grey = image::imageops::grayscale(&drawn);
        let (width, height) = (grey.width() as usize, grey.height() as usize);
        prints.push(Print::of_picture(grey.as_raw(), width, height).unwrap());
    }

    for (place, print) in prints.iter().enumerate() {
        let found = print.likeness(&prints[0]).map(|found| found.shape);
        assert_eq!(found, Some(Shape::Whole), "orientation {}", place + 1);
    }
}
