//! Letters: which stand for a text, how wide they are, and where a line ends.

use std::sync::LazyLock;

use krilla::text::{Font, GlyphId, KrillaGlyph};
use rustybuzz::ttf_parser::{GlyphId as GlyphNumber, OutlineBuilder};
use rustybuzz::{Direction, UnicodeBuffer};

/// How heavy letters are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// As text is set.
    Regular,
    /// As headings are set.
    Bold,
}

struct Face {
    font: Font,
    shaper: rustybuzz::Face<'static>,
    /// An empty box, for letters that the font does not have.
    stand_in: GlyphId,
}

static REGULAR: LazyLock<Face> =
    LazyLock::new(|| face(include_bytes!("fonts/be-vietnam-pro-400.ttf")));
static BOLD: LazyLock<Face> =
    LazyLock::new(|| face(include_bytes!("fonts/be-vietnam-pro-700.ttf")));

fn face(bytes: &'static [u8]) -> Face {
    let shaper = rustybuzz::Face::from_slice(bytes, 0).expect("our font is one");
    let font = Font::new(bytes.into(), 0).expect("our font is one");
    let stand_in = shaper.glyph_index('\u{fffd}').map_or(0, |glyph| u32::from(glyph.0));
    Face { font, shaper, stand_in: GlyphId::new(stand_in) }
}

fn of(weight: Weight) -> &'static Face {
    match weight {
        Weight::Regular => &REGULAR,
        Weight::Bold => &BOLD,
    }
}

pub(super) fn font(weight: Weight) -> Font {
    of(weight).font.clone()
}

/// A text as it can be set: no control characters, none that archives refuse.
pub(super) fn clean(text: &str) -> String {
    let clean = |letter: char| match letter {
        '\n' => Some('\n'),
        '\u{feff}' | '\u{fffe}' | '\u{ffff}' | '\r' => None,
        '\u{202f}' => Some('\u{a0}'),
        '\u{e000}'..='\u{f8ff}' | '\u{f0000}'.. => Some('\u{fffd}'),
        letter if letter.is_control() => Some(' '),
        letter => Some(letter),
    };
    text.chars().filter_map(clean).collect()
}

/// The letters of one line. What the font does not have stands as an empty box, and is still copied
/// as what it is.
pub(super) fn shape(text: &str, weight: Weight) -> Vec<KrillaGlyph> {
    let face = of(weight);
    let mut buffer = UnicodeBuffer::new();
    buffer.push_str(text);
    buffer.set_direction(Direction::LeftToRight);
    buffer.guess_segment_properties();
    let shaped = rustybuzz::shape(&face.shaper, &[], buffer);
    let starts: Vec<usize> = shaped.glyph_infos().iter().map(|one| one.cluster as usize).collect();
    let end = |at: usize| {
        let later = starts[at..].iter().find(|start| **start != starts[at]);
        later.copied().unwrap_or(text.len())
    };
    let glyphs = shaped.glyph_infos().iter().zip(shaped.glyph_positions()).enumerate();
    let em = face.font.units_per_em();
    #[expect(clippy::cast_precision_loss, reason = "letters are thousands of units wide at most")]
    let part = |units: i32| units as f32 / em;
    let glyph =
        |(at, (info, place)): (usize, (&rustybuzz::GlyphInfo, &rustybuzz::GlyphPosition))| {
            let id = if info.glyph_id == 0 { face.stand_in } else { GlyphId::new(info.glyph_id) };
            let (x, y) = (part(place.x_offset), part(place.y_offset));
            let range = starts[at]..end(at);
            KrillaGlyph::new(id, part(place.x_advance), x, y, part(place.y_advance), range, None)
        };
    glyphs.map(glyph).collect()
}

/// How wide a line is, without white space at its end.
#[must_use]
pub fn width(text: &str, weight: Weight, size: f32) -> f32 {
    shape(text.trim_end(), weight).iter().map(|glyph| glyph.x_advance * size).sum()
}

/// Draws the outlines of a line's letters from where its base line begins; down is more.
pub(super) fn outline(
    text: &str,
    letters: (Weight, f32),
    from: (f32, f32),
    path: &mut tiny_skia::PathBuilder,
) {
    let (face, size) = (of(letters.0), letters.1);
    let scale = size / face.font.units_per_em();
    let mut x = from.0;
    for glyph in shape(text.trim_end(), letters.0) {
        let from = (x + glyph.x_offset * size, from.1 - glyph.y_offset * size);
        let id = u16::try_from(glyph.glyph_id.to_u32()).unwrap_or_default();
        face.shaper.outline_glyph(GlyphNumber(id), &mut Pen { path: &mut *path, scale, from });
        x += glyph.x_advance * size;
    }
}

/// Draws one letter's outline: a font's units go up, pixels go down.
struct Pen<'a> {
    path: &'a mut tiny_skia::PathBuilder,
    scale: f32,
    from: (f32, f32),
}

impl Pen<'_> {
    fn at(&self, x: f32, y: f32) -> (f32, f32) {
        (self.from.0 + x * self.scale, self.from.1 - y * self.scale)
    }
}

impl OutlineBuilder for Pen<'_> {
    fn move_to(&mut self, x: f32, y: f32) {
        let to = self.at(x, y);
        self.path.move_to(to.0, to.1);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        let to = self.at(x, y);
        self.path.line_to(to.0, to.1);
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        let (by, to) = (self.at(x1, y1), self.at(x, y));
        self.path.quad_to(by.0, by.1, to.0, to.1);
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        let (one, two, to) = (self.at(x1, y1), self.at(x2, y2), self.at(x, y));
        self.path.cubic_to(one.0, one.1, two.0, two.1, to.0, to.1);
    }

    fn close(&mut self) {
        self.path.close();
    }
}

/// A text in lines of at most this width: broken after spaces, inside a word only where the word
/// alone is wider. Lines that the text itself ends are kept. At least one line.
#[must_use]
pub fn lines(text: &str, weight: Weight, size: f32, width: f32) -> Vec<String> {
    clean(text).split('\n').flat_map(|line| broken(line, weight, width / size)).collect()
}

/// Breaks one line; `width` in parts of the size.
fn broken(text: &str, weight: Weight, width: f32) -> Vec<String> {
    let mut lines = Vec::new();
    // Where the line begins, and the last place where it may end, with how far that is.
    let (mut begin, mut end, mut x, mut x_end) = (0, 0, 0.0, 0.0);
    for glyph in shape(text, weight) {
        let at = glyph.text_range.start;
        let is_space = text[glyph.text_range.clone()].starts_with(' ');
        if x + glyph.x_advance > width && !is_space && at > begin {
            if end <= begin {
                (end, x_end) = (at, x);
            }
            lines.push(text[begin..end].to_owned());
            begin = end;
            x -= x_end;
            x_end = 0.0;
        }
        x += glyph.x_advance;
        if is_space {
            (end, x_end) = (glyph.text_range.end, x);
        }
    }
    lines.push(text[begin..].to_owned());
    lines
}
