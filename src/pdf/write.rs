//! A document as bytes.

use std::num::NonZeroU16;

use krilla::color::rgb;
use krilla::configure::{Accessibility, Archival, ConfigurationBuilder};
use krilla::destination::XyzDestination;
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::{DateTime, Metadata};
use krilla::num::NormalizedF32;
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::paint::Fill;
use krilla::surface::Surface;
use krilla::tagging::{
    Artifact, ArtifactType, ContentTag, Identifier, ListNumbering, Node, SpanTag, TableHeaderScope,
    Tag, TagGroup, TagKind, TagTree,
};
use krilla::{Document, SerializeSettings};

use super::book::{Book, Mark, Part, Role};
use super::{Colour, Error, face};

impl Book {
    /// Writes the document. Takes a while: not for an asynchronous thread.
    ///
    /// # Errors
    /// [`Error::Pages`] when it breaks a rule of PDF/A or PDF/UA.
    pub fn bytes(self) -> Result<Vec<u8>, Error> {
        let configuration = ConfigurationBuilder::new()
            .with_archival_validator(Archival::A2_A)
            .with_accessibility_validator(Accessibility::UA1)
            .finish()
            .map_err(|error| Error::Pages(format!("{error:?}")))?;
        let settings = SerializeSettings { configuration, ..SerializeSettings::default() };
        let mut document = Document::new_with(settings);
        let mut leaves: Vec<Vec<Identifier>> = self.parts.iter().map(|_| Vec::new()).collect();
        for sheet in &self.sheets {
            let size = PageSettings::from_wh(sheet.size.0, sheet.size.1);
            let mut page = document.start_page_with(size.unwrap_or_default());
            let mut surface = page.surface();
            for mark in &sheet.marks {
                if let Some((part, leaf)) = draw(&mut surface, mark) {
                    leaves[part].push(leaf);
                }
            }
            surface.finish();
            page.finish();
        }
        document.set_tag_tree(tree(&self.parts, leaves));
        document.set_outline(outline(&self));
        document.set_metadata(metadata(&self));
        document.finish().map_err(|error| Error::Pages(format!("{error:?}")))
    }
}

fn metadata(book: &Book) -> Metadata {
    let at = moment(book);
    Metadata::new()
        .title(face::clean(&book.head.title))
        .language(book.head.language.to_owned())
        .creation_date(at)
        .creator("Hội Thi".to_owned())
}

fn moment(book: &Book) -> DateTime {
    let at = book.head.at.timestamp().to_zoned_datetime(jiff::tz::TimeZone::UTC);
    let part = |part: i8| u8::try_from(part).unwrap_or(0);
    DateTime::new(u16::try_from(at.year()).unwrap_or(0))
        .month(part(at.month()))
        .day(part(at.day()))
        .hour(part(at.hour()))
        .minute(part(at.minute()))
        .second(part(at.second()))
        .utc_offset_hour(0)
        .utc_offset_minute(0)
}

fn outline(book: &Book) -> Outline {
    let mut outline = Outline::new();
    for chapter in &book.chapters {
        let place = XyzDestination::new(chapter.sheet, Point::from_xy(0.0, chapter.y));
        outline.push_child(OutlineNode::new(chapter.title.clone(), place));
    }
    outline
}

/// Draws a mark; answers to which part it belongs, and by which name the part calls it.
fn draw(surface: &mut Surface, mark: &Mark) -> Option<(usize, Identifier)> {
    let (part, colour) = match mark {
        Mark::Text { part, colour, .. } | Mark::Boxes { part, colour, .. } => (*part, *colour),
    };
    let tag = match (part, mark) {
        (None, Mark::Text { .. }) => {
            ContentTag::Artifact(Artifact::with_kind(ArtifactType::PageNumber))
        }
        (None, Mark::Boxes { .. }) => {
            ContentTag::Artifact(Artifact::with_kind(ArtifactType::Layout))
        }
        (Some(_), Mark::Text { .. }) => ContentTag::Span(SpanTag::empty()),
        (Some(_), Mark::Boxes { .. }) => ContentTag::Other,
    };
    let leaf = surface.start_tagged(tag);
    surface.set_fill(Some(fill(colour)));
    match mark {
        Mark::Text { at, text, weight, size, .. } => {
            let (start, letters) = (Point::from_xy(at.0, at.1), face::shape(text, *weight));
            surface.draw_glyphs(start, &letters, face::font(*weight), text, *size, false);
        }
        Mark::Boxes { boxes, .. } => {
            let mut path = PathBuilder::new();
            for [left, top, width, height] in boxes {
                if let Some(area) = Rect::from_xywh(*left, *top, *width, *height) {
                    path.push_rect(area);
                }
            }
            if let Some(path) = path.finish() {
                surface.draw_path(&path);
            }
        }
    }
    surface.end_tagged();
    Some((part?.0, leaf))
}

fn fill([red, green, blue]: Colour) -> Fill {
    let paint = rgb::Color::new(red, green, blue).into();
    Fill { paint, opacity: NormalizedF32::ONE, rule: krilla::paint::FillRule::NonZero }
}

/// The order in which the parts are read, each with its own parts and what was drawn for it.
fn tree(parts: &[Part], leaves: Vec<Vec<Identifier>>) -> TagTree {
    let mut groups: Vec<Option<TagGroup>> = parts
        .iter()
        .zip(leaves)
        .map(|(part, leaves)| {
            let children = leaves.into_iter().map(Node::Leaf).collect();
            Some(TagGroup::with_children(tag(&part.role), children))
        })
        .collect();
    let mut own: Vec<Vec<usize>> = parts.iter().map(|_| Vec::new()).collect();
    let mut roots = Vec::new();
    for (at, part) in parts.iter().enumerate() {
        match part.within {
            Some(within) => own[within.0].push(at),
            None => roots.push(at),
        }
    }
    // A part stands behind the one it belongs to, so from the last to the first each is whole
    // before it is put into another.
    for at in (0..parts.len()).rev() {
        for child in std::mem::take(&mut own[at]) {
            let child = groups[child].take();
            if let (Some(group), Some(child)) = (groups[at].as_mut(), child) {
                group.push(child);
            }
        }
    }
    let mut tree = TagTree::new();
    for root in roots {
        if let Some(group) = groups[root].take() {
            tree.push(group);
        }
    }
    tree
}

fn tag(role: &Role) -> TagKind {
    match role {
        Role::Heading(depth, title) => {
            let depth = NonZeroU16::new(*depth).unwrap_or(NonZeroU16::MIN);
            Tag::Hn(depth, Some(face::clean(title))).into()
        }
        Role::Paragraph => Tag::P.into(),
        Role::List => Tag::L(ListNumbering::Disc).into(),
        Role::Item => Tag::LI.into(),
        Role::Bullet => Tag::Lbl.into(),
        Role::Body => Tag::LBody.into(),
        Role::Table => Tag::Table.into(),
        Role::Row => Tag::TR.into(),
        Role::Head => Tag::TH(TableHeaderScope::Column).into(),
        Role::RowHead => Tag::TH(TableHeaderScope::Row).into(),
        Role::Cell => Tag::TD.into(),
        Role::Figure(words) => Tag::Figure(Some(face::clean(words))).into(),
    }
}
