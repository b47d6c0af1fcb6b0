//! The first page of a text that has no pages of its own: what stands in a list for an essay.

use image::RgbImage;

use crate::pdf::{self, Canvas, INK, Letters, Weight};

/// Width and height of A4, in pixels.
const SIDES: (u32, u32) = (1132, 1600);

/// White space on all sides.
const EDGE: f32 = 116.0;

/// Between two paragraphs.
const GAP: f32 = 16.0;

/// How a first line is set that is short enough to be a heading, and how everything else is.
const HEADING: Letters = Letters { weight: Weight::Bold, size: 38.0, colour: INK };
const TEXT: Letters = Letters { weight: Weight::Regular, size: 27.0, colour: INK };

/// The most characters of a heading.
const SHORT: usize = 90;

/// The most of a text that is looked at, in bytes: more than a page holds.
const MOST: usize = 16_000;

/// Draws the page; nothing of an empty text.
pub(super) fn draw(text: &str) -> Option<RgbImage> {
    let text = &text[..text.floor_char_boundary(MOST)];
    let mut paragraphs = text.lines().map(str::trim).filter(|line| !line.is_empty()).peekable();
    paragraphs.peek()?;
    let (room, end) = (SIDES.0 as f32 - 2.0 * EDGE, SIDES.1 as f32 - EDGE);
    let mut canvas = Canvas::new(SIDES, [0xff; 3]);
    let mut y = EDGE;
    for (at, paragraph) in paragraphs.enumerate() {
        let is_heading = at == 0 && paragraph.chars().count() <= SHORT;
        let letters = if is_heading { HEADING } else { TEXT };
        for line in pdf::lines(paragraph, letters.weight, letters.size, room) {
            y += letters.size * 1.45;
            if y > end {
                return Some(canvas.picture());
            }
            canvas.write(&line, letters, (EDGE, y));
        }
        y += GAP;
    }
    Some(canvas.picture())
}
