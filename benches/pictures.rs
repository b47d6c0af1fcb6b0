//! A photograph of twelve million pixels into its copies, in turn with sharp.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use hoithi::media::Decoder;
use image::{DynamicImage, GrayImage};

use super::Figures;
use super::answers::shared;
use super::peers::{children_peak, children_seconds};

/// Turns; the medians of the pairs count.
const TURNS: usize = 5;

/// Measures it.
pub async fn measure(figures: &mut Figures) {
    let folder = tempfile::tempdir().expect("a folder");
    let photo = photo(folder.path());
    let decoder = Decoder::at(env!("CARGO_BIN_EXE_hoithi").into(), folder.path().join("work"));
    let peer = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/peers/sharp/sharp.mjs");
    let theirs = folder.path().join("sharp");
    std::fs::create_dir_all(&theirs).expect("a folder");
    let peak = Command::new(std::env::current_exe().expect("this program"))
        .args([OsStr::new("picture-memory"), photo.as_os_str(), folder.path().as_os_str()])
        .output()
        .expect("it starts");
    let told = String::from_utf8_lossy(&peak.stdout);
    let peak = told.trim().parse().unwrap_or_else(|_| panic!("no figure: {told}"));
    figures.at_most("peak memory of a picture", peak, 70.0, "MB");
    let (mut ratios, mut ours_seconds) = (Vec::new(), Vec::new());
    let mut made = None;
    for _ in 0..TURNS {
        let begun = children_seconds();
        made = Some(decoder.draw(&photo).await.expect("a photograph is drawn"));
        let ours = children_seconds() - begun;
        ours_seconds.push(ours);
        if peer.exists() {
            let begun = children_seconds();
            let done = Command::new("node").arg(&peer).arg(&photo).arg(&theirs).status();
            assert!(done.is_ok_and(|status| status.success()), "sharp runs");
            ratios.push(ours / (children_seconds() - begun));
        }
    }
    figures.note("processor time of a picture", median(&mut ours_seconds), "s");
    if shared("media").is_none() {
        figures.unmeasured("a photograph of a camera", "../shared/media; a drawn one was taken");
    }
    let Some(made) = made.filter(|_| peer.exists()) else {
        for name in ["processor time", "ssim of jpeg", "ssim of webp"] {
            let lacks = "npm's sharp, which scripts/bench pictures fetches";
            figures.unmeasured(&format!("{name} against sharp"), lacks);
        }
        return;
    };
    figures.at_most("processor time against sharp", median(&mut ratios), 0.60, "");
    let reference = reference(&photo);
    for format in ["jpeg", "webp"] {
        let copy = made.copies.iter().find(|c| c.name == "1600" && c.format == format);
        let ours = ssim(&reference, &grey(&made.path(copy.expect("a copy"))));
        let other = ssim(&reference, &grey(&theirs.join(format!("1600.{format}"))));
        figures.note(&format!("ssim of {format}"), ours, "");
        figures.at_most(&format!("ssim of {format} below sharp's"), other - ours, 0.003, "");
    }
}

/// Draws one photograph in a process that has nothing else in its memory, and prints the most that a
/// child of it had, its start included, in millions of bytes. What a process starts as counts for it
/// too, so that the measuring bench itself is too large to ask.
pub async fn memory(photo: &str, folder: &str) {
    let decoder = Decoder::at(env!("CARGO_BIN_EXE_hoithi").into(), Path::new(folder).join("work"));
    decoder.draw(Path::new(photo)).await.expect("a photograph is drawn");
    println!("{:.1}", children_peak());
}

/// A real photograph where one lies beside this repository, else a drawn one.
fn photo(folder: &Path) -> PathBuf {
    if let Some(root) = shared("media") {
        return root.join("jpeg/photo_12mp_portrait_progressive.jpg");
    }
    let path = folder.join("drawn.jpg");
    let wave = |x: u32, y: u32| ((x * y) % 251 + (x / 7 + y / 5) % 5) as u8;
    let drawn = image::RgbImage::from_fn(4032, 3024, |x, y| {
        image::Rgb([wave(x / 9, y / 11), wave(x / 31, y / 17), (x / 16) as u8])
    });
    drawn.save(&path).expect("a picture");
    path
}

fn grey(path: &Path) -> GrayImage {
    image::open(path).expect("a picture").into_luma8()
}

/// The photograph at 1600 pixels as no hurry would make it.
fn reference(photo: &Path) -> GrayImage {
    let whole: DynamicImage = image::open(photo).expect("a picture");
    whole.resize(1600, 1600, image::imageops::FilterType::Lanczos3).into_luma8()
}

/// Structural similarity, the mean over squares of eight pixels (Wang and others, 2004).
fn ssim(one: &GrayImage, other: &GrayImage) -> f64 {
    assert_eq!(one.dimensions(), other.dimensions(), "copies have one size");
    let (mut sum, mut count) = (0.0, 0.0);
    for y in (0..one.height() - 8).step_by(4) {
        for x in (0..one.width() - 8).step_by(4) {
            sum += square(one, other, x, y);
            count += 1.0;
        }
    }
    sum / count
}

fn square(one: &GrayImage, other: &GrayImage, x: u32, y: u32) -> f64 {
    let (mut a, mut b, mut aa, mut bb, mut ab) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for (dx, dy) in (0..64).map(|place| (place % 8, place / 8)) {
        let value = |of: &GrayImage| f64::from(of.get_pixel(x + dx, y + dy).0[0]);
        let (one, other) = (value(one), value(other));
        a += one;
        b += other;
        aa += one * one;
        bb += other * other;
        ab += one * other;
    }
    let (a, b) = (a / 64.0, b / 64.0);
    let (va, vb, cov) = (aa / 64.0 - a * a, bb / 64.0 - b * b, ab / 64.0 - a * b);
    let (c1, c2) = ((0.01 * 255.0_f64).powi(2), (0.03 * 255.0_f64).powi(2));
    (2.0 * a * b + c1) * (2.0 * cov + c2) / ((a * a + b * b + c1) * (va + vb + c2))
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
