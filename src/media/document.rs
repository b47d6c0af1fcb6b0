//! Documents: the text of a DOCX or TXT, for counting and for finding out what is none.
//!
//! A DOCX is an archive from strangers: members are counted, what is unpacked is counted while it
//! is read, a document type is refused, and nothing is ever written to a disk.

use std::io::{Cursor, Read};

use quick_xml::Reader;
use quick_xml::events::Event;

use super::flaw::Flaw;

/// The most members of a DOCX.
const MEMBERS: usize = 2000;

/// The most that its text may unpack into, in bytes.
const UNPACKED: u64 = 20 << 20;

/// The deepest that its elements may lie in one another.
const DEPTH: usize = 256;

/// The longest run of characters without white space that is a word and not an attack.
const LONGEST_WORD: usize = 10_000;

/// The text of a DOCX: paragraphs as lines.
///
/// # Errors
/// [`Flaw::Locked`] for what is no archive of ours, [`Flaw::Unsafe`] beyond the caps.
pub(super) fn docx(bytes: &[u8]) -> Result<String, Flaw> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|_| Flaw::Corrupt)?;
    if archive.len() > MEMBERS {
        return Err(Flaw::Unsafe);
    }
    let member = archive.by_name("word/document.xml").map_err(|error| match error {
        zip::result::ZipError::FileNotFound => Flaw::Unknown,
        _ => Flaw::Locked,
    })?;
    let mut xml = Vec::new();
    member.take(UNPACKED + 1).read_to_end(&mut xml).map_err(|_| Flaw::Corrupt)?;
    if xml.len() as u64 > UNPACKED {
        return Err(Flaw::Unsafe);
    }
    paragraphs(&xml)
}

fn paragraphs(xml: &[u8]) -> Result<String, Flaw> {
    let xml = std::str::from_utf8(xml).map_err(|_| Flaw::Corrupt)?;
    let mut reader = Reader::from_str(xml);
    let mut text = String::new();
    let (mut depth, mut in_text) = (0_usize, false);
    let mut twice = Twice::default();
    loop {
        match reader.read_event().map_err(|_| Flaw::Corrupt)? {
            Event::DocType(_) => return Err(Flaw::Unsafe),
            Event::Start(start) => {
                depth += 1;
                if depth > DEPTH {
                    return Err(Flaw::Unsafe);
                }
                twice.begins(start.local_name().as_ref(), depth);
                in_text = !twice.is_said() && start.local_name().as_ref() == "t";
            }
            Event::End(end) => {
                let is_said = twice.is_said();
                twice.ends(depth);
                depth = depth.saturating_sub(1);
                in_text = false;
                if !is_said && end.local_name().as_ref() == "p" {
                    text.push('\n');
                }
            }
            Event::Empty(empty) if !twice.is_said() => match empty.local_name().as_ref() {
                "tab" | "br" | "cr" => text.push(' '),
                "p" => text.push('\n'),
                _ => {}
            },
            Event::Text(run) if in_text => {
                text.push_str(&run.xml10_content());
            }
            Event::GeneralRef(name) if in_text => text.push(reference(&name)?),
            Event::Eof => return Ok(text),
            _ => {}
        }
    }
}

/// What a document says twice: for programs that know a drawing, and for those that do not. Text in
/// boxes stands in both; the first is read.
#[derive(Default)]
struct Twice {
    /// Alternatives that are open: how deep, and whether one of them was begun.
    open: Vec<(usize, bool)>,
    /// How deep the one lies that is passed over.
    passed: Option<usize>,
}

impl Twice {
    fn begins(&mut self, name: &str, depth: usize) {
        match name {
            "AlternateContent" => self.open.push((depth, false)),
            "Choice" | "Fallback" if self.passed.is_none() => {
                if let Some((_, was_begun)) = self.open.last_mut().filter(|(at, _)| at + 1 == depth)
                {
                    self.passed = was_begun.then_some(depth);
                    *was_begun = true;
                }
            }
            _ => {}
        }
    }

    fn ends(&mut self, depth: usize) {
        if self.passed == Some(depth) {
            self.passed = None;
        }
        if self.open.last().is_some_and(|(at, _)| *at == depth) {
            self.open.pop();
        }
    }

    fn is_said(&self) -> bool {
        self.passed.is_some()
    }
}

/// The character that `&amp;` and the like stand for.
fn reference(name: &quick_xml::events::BytesRef<'_>) -> Result<char, Flaw> {
    if let Some(character) = name.resolve_char_ref().map_err(|_| Flaw::Corrupt)? {
        return Ok(character);
    }
    match name.as_ref() {
        "amp" => Ok('&'),
        "lt" => Ok('<'),
        "gt" => Ok('>'),
        "quot" => Ok('"'),
        "apos" => Ok('\''),
        _ => Err(Flaw::Unsafe),
    }
}

/// A plain text: UTF-8, or UTF-16 that says so.
///
/// # Errors
/// [`Flaw::Unknown`] for bytes that are no text; [`Flaw::Unsafe`] for one endless word.
pub(super) fn txt(bytes: &[u8]) -> Result<String, Flaw> {
    let wide = |pair: fn([u8; 2]) -> u16| {
        let units = bytes[2..].chunks_exact(2).map(|two| pair([two[0], two[1]]));
        char::decode_utf16(units).collect::<Result<String, _>>().ok()
    };
    let text = match bytes {
        [0xff, 0xfe, ..] => wide(u16::from_le_bytes),
        [0xfe, 0xff, ..] => wide(u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8(rest.to_vec()).ok(),
        _ => String::from_utf8(bytes.to_vec()).ok(),
    };
    let text = text.filter(|text| !text.contains('\0')).ok_or(Flaw::Unknown)?;
    if text.split_whitespace().any(|word| word.len() > LONGEST_WORD) {
        return Err(Flaw::Unsafe);
    }
    Ok(text)
}

/// A text without letters that turn or hide others, in its composed form.
pub(super) fn plain(text: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    let shown = |letter: &char| {
        let hides = matches!(letter, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}' | '\u{feff}');
        !hides && (!letter.is_control() || matches!(letter, '\n' | '\t'))
    };
    text.chars().filter(shown).nfc().collect()
}
