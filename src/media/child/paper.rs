//! Documents: their text, and a picture of the first page; that of a PDF by the system's poppler.

use std::ffi::OsString;
use std::io::Read;

use image::DynamicImage;
use memchr::memmem;

use super::order::Order;
use super::programs::{keep_copy, program, run};
use crate::media::document;
use crate::media::facts::Facts;
use crate::media::flaw::Flaw;
use crate::media::format::Format;
use crate::media::leaf;
use crate::media::picture;
use crate::media::print::Print;
use crate::media::render::{self, Drawn};
use crate::media::text;

/// Pages that are read, at most.
const PAGES: &str = "500";

/// What all streams of a PDF may unpack into, in bytes.
const UNPACKED: u64 = 256 << 20;

/// The most text that is kept, in bytes.
const TEXT: usize = 4 << 20;

/// The text of a document; `None` for a PDF where no program reads it.
///
/// # Errors
/// A [`Flaw`] for what is damaged, locked or not safe.
pub(super) fn text(order: &Order, format: Format, bytes: &[u8]) -> Result<Option<String>, Flaw> {
    let text = match format {
        Format::Docx => Some(document::docx(bytes)?),
        Format::Txt => Some(document::txt(bytes)?),
        _ => pdf(order, bytes)?,
    };
    Ok(text.map(|text| document::plain(&text)))
}

/// Adds to `facts` how many words a document has.
///
/// # Errors
/// As [`text()`].
pub(super) fn read(order: &Order, mut facts: Facts) -> Result<Facts, Flaw> {
    if facts.format == Format::Pdf {
        let bytes = std::fs::read(&order.file).map_err(|_| Flaw::Corrupt)?;
        facts.words = text(order, facts.format, &bytes)?.map(|text| text::words(&text));
    }
    Ok(facts)
}

/// Draws what the public and judges see of a document: its bare text, and its first page.
///
/// # Errors
/// As [`text()`].
pub(super) fn draw(
    order: &Order,
    format: Format,
    bytes: &[u8],
) -> Result<(Vec<Drawn>, Option<Print>), Flaw> {
    let (mut drawn, mut print, mut page) = (Vec::new(), None, None);
    if let Some(mut text) = text(order, format, bytes)? {
        let end = text.floor_char_boundary(TEXT);
        text.truncate(end);
        print = Print::of_text(&text);
        if format != Format::Pdf {
            page = leaf::draw(&text).map(DynamicImage::from);
        }
        drawn.push(keep_copy(order, &render::Copy::bare("text", "txt", text.into_bytes()))?);
    }
    if let (Format::Pdf, Some(program)) = (format, program(order, "pdftoppm")) {
        let to = order.folder.join("page");
        let told = ["-png", "-singlefile", "-f", "1", "-l", "1", "-scale-to", "1600"];
        let paths = [order.file.clone().into_os_string(), to.clone().into_os_string()];
        run(order, &program, told.map(OsString::from).into_iter().chain(paths))?;
        let picture = std::fs::read(to.with_extension("png")).map_err(|_| Flaw::Corrupt)?;
        page = Some(picture::open(&picture, render::LARGEST)?);
    }
    for copy in page.map(render::copies_of).transpose()?.unwrap_or_default() {
        drawn.push(keep_copy(order, &copy)?);
    }
    Ok((drawn, print))
}

fn pdf(order: &Order, bytes: &[u8]) -> Result<Option<String>, Flaw> {
    unpacks(bytes)?;
    let Some(program) = program(order, "pdftotext") else { return Ok(None) };
    let out = order.folder.join("pdf.txt");
    let told = ["-q", "-enc", "UTF-8", "-l", PAGES].map(OsString::from);
    let paths = [order.file.clone().into_os_string(), out.clone().into_os_string()];
    match run(order, &program, told.into_iter().chain(paths)) {
        Err(Flaw::Corrupt) if memmem::find(bytes, b"/Encrypt").is_some() => {
            return Err(Flaw::Locked);
        }
        other => other?,
    }
    let text = std::fs::read(out).map_err(|_| Flaw::Corrupt)?;
    Ok(Some(String::from_utf8_lossy(&text).replace('\u{c}', "\n")))
}

/// Checks that the streams of a PDF unpack into a bearable size, and that none is packed twice,
/// which only bombs are.
fn unpacks(pdf: &[u8]) -> Result<(), Flaw> {
    let (mut rest, mut unpacked) = (pdf, 0_u64);
    while let Some(at) = memmem::find(rest, b"stream") {
        let head = &rest[..at];
        let dictionary = &head[head.len().saturating_sub(1000)..];
        let start = memmem::rfind(dictionary, b" obj").unwrap_or(0);
        let packed = memmem::find_iter(&dictionary[start..], b"/Fl").count();
        rest = &rest[at + b"stream".len()..];
        if head.ends_with(b"end") || packed == 0 {
            continue;
        }
        if packed > 1 {
            return Err(Flaw::Unsafe);
        }
        let body = rest.trim_ascii_start();
        let mut body = flate2::read::ZlibDecoder::new(body).take(UNPACKED + 1 - unpacked);
        unpacked += std::io::copy(&mut body, &mut std::io::sink()).unwrap_or(0);
        if unpacked > UNPACKED {
            return Err(Flaw::Unsafe);
        }
    }
    Ok(())
}
