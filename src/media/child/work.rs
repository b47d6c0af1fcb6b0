//! What a child does once it is confined: one order, one answer.

use std::ffi::OsString;
use std::io::{Read, Write};
use std::process::ExitCode;

use super::confine::confine;
use super::order::{Answer, Ask, FRAMES, Leaks, Order, PRINT};
use super::programs::{keep_copy, program, run};
use super::{film, paper};
use crate::media::facts::{self, Facts};
use crate::media::flaw::Flaw;
use crate::media::format::{Format, Kind};
use crate::media::heif;
use crate::media::picture;
use crate::media::print::Print;
use crate::media::render::{self, Drawn};

/// Reads the order, gives up everything else, works and answers.
pub(super) fn serve(order: Option<OsString>) -> ExitCode {
    // A panic is an answer that is missing; nobody reads what it would say.
    std::panic::set_hook(Box::new(|_| {}));
    let order = order.and_then(|order| order.into_string().ok());
    let Some(order) = order.and_then(|order| serde_json::from_str::<Order>(&order).ok()) else {
        return ExitCode::from(2);
    };
    if confine(&order).is_err() {
        return ExitCode::from(3);
    }
    let done = std::panic::catch_unwind(|| work(&order));
    let answer = done.unwrap_or(Err(Flaw::Stopped)).unwrap_or_else(Answer::Flaw);
    let written = serde_json::to_vec(&answer).ok();
    match written.map(|answer| std::io::stdout().write_all(&answer)) {
        Some(Ok(())) => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}

fn work(order: &Order) -> Result<Answer, Flaw> {
    match order.ask {
        Ask::Try => Ok(Answer::Tried(Leaks::found(order))),
        Ask::Swell => {
            let swollen = std::fs::File::create(order.folder.join("swollen"));
            swollen
                .and_then(|file| file.set_len(order.bounds.file + 1))
                .map_err(|_| Flaw::Stopped)?;
            Ok(Answer::Tried(Leaks { file: true, ..Leaks::default() }))
        }
        Ask::Spin => loop {
            std::hint::spin_loop();
        },
        Ask::Read => read(order).map(Answer::Read),
        Ask::Draw => draw(order).map(Answer::Drawn),
    }
}

fn read(order: &Order) -> Result<Facts, Flaw> {
    let facts = facts::read_file(&order.file).map_err(|_| Flaw::Corrupt)??;
    match facts.format.kind() {
        Kind::Video => film::read(order, facts),
        Kind::Document => paper::read(order, facts),
        Kind::Picture => {
            if matches!(facts.format, Format::Heic | Format::Avif) {
                program(order, "heif-convert").ok_or(Flaw::NotRead(facts.format))?;
            }
            Ok(facts)
        }
    }
}

fn draw(order: &Order) -> Result<Vec<Drawn>, Flaw> {
    let mut head = Vec::new();
    let file = std::fs::File::open(&order.file).map_err(|_| Flaw::Corrupt)?;
    file.take(4096).read_to_end(&mut head).map_err(|_| Flaw::Corrupt)?;
    let format = Format::sniff(&head).ok_or(Flaw::Unknown)?;
    let (mut drawn, print) = match format.kind() {
        Kind::Video => {
            let drawn = film::draw(order, format)?;
            let frames = std::fs::read(order.folder.join(FRAMES)).unwrap_or_default();
            (drawn, Print::of_frames(&frames))
        }
        kind => {
            let bytes = std::fs::read(&order.file).map_err(|_| Flaw::Corrupt)?;
            if kind == Kind::Document {
                paper::draw(order, format, &bytes)?
            } else {
                photo(order, format, bytes)?
            }
        }
    };
    if let Some(print) = print {
        let bytes = print.bytes();
        let copy = render::Copy::bare(PRINT, "bin", bytes);
        drawn.push(keep_copy(order, &copy)?);
    }
    Ok(drawn)
}

fn photo(
    order: &Order,
    format: Format,
    bytes: Vec<u8>,
) -> Result<(Vec<Drawn>, Option<Print>), Flaw> {
    let picture = if matches!(format, Format::Heic | Format::Avif) {
        picture::probe(&bytes)?;
        decoded(order, format, &bytes)?
    } else {
        picture::open(&bytes, render::LARGEST)?
    };
    drop(bytes);
    let (grey, width, height) = render::grey(&picture)?;
    let print = Print::of_picture(&grey, width, height);
    let copies = render::copies_of(picture)?;
    let drawn: Result<_, _> = copies.iter().map(|copy| keep_copy(order, copy)).collect();
    Ok((drawn?, print))
}

/// Decodes HEIC and AVIF by the system's program, which turns the picture upright by itself. Where
/// the file holds several, it writes each and counts them; the main one is taken.
fn decoded(order: &Order, format: Format, file: &[u8]) -> Result<image::DynamicImage, Flaw> {
    let convert = program(order, "heif-convert").ok_or(Flaw::NotRead(format))?;
    let decoded = order.folder.join("decoded.jpg");
    let quality = ["--quiet", "-q", "96"].map(OsString::from);
    let paths = [order.file.clone().into_os_string(), decoded.clone().into_os_string()];
    run(order, &convert, quality.into_iter().chain(paths))?;
    let numbered = |number: usize| order.folder.join(format!("decoded-{number}.jpg"));
    let bytes = std::fs::read(decoded)
        .or_else(|_| std::fs::read(numbered(heif::place(file).unwrap_or(1))))
        .or_else(|_| std::fs::read(numbered(1)));
    let bytes = bytes.map_err(|_| Flaw::Corrupt)?;
    picture::open_upright(&bytes, render::LARGEST)
}
