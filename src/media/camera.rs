//! What the camera wrote beside the picture. Kept privately, never shown to the public.

use std::io::Cursor;

use entity::instant::Instant;
use exif::{In, Tag, Value};

/// What the camera wrote.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Camera {
    /// EXIF orientation, 1 to 8; anything else counts as 1.
    pub orientation: u8,
    /// When the picture was taken.
    pub taken_at: Option<Instant>,
    /// Make and model.
    pub model: Option<String>,
    /// The program that wrote or changed it, where it says so.
    pub software: Option<String>,
    /// Whether a place was written.
    pub has_place: bool,
    /// That place: degrees north and east.
    pub place: Option<String>,
    /// Whether there was anything at all.
    pub present: bool,
}

/// Reads what the camera wrote. What cannot be read is as if it were not there.
#[must_use]
pub(super) fn read(bytes: &[u8]) -> Camera {
    let mut camera = Camera { orientation: 1, ..Camera::default() };
    let Ok(exif) = exif::Reader::new().read_from_container(&mut Cursor::new(bytes)) else {
        return camera;
    };
    camera.present = true;
    let number =
        exif.get_field(Tag::Orientation, In::PRIMARY).and_then(|field| field.value.get_uint(0));
    if let Some(orientation @ 1..=8) = number {
        camera.orientation = u8::try_from(orientation).unwrap_or(1);
    }
    camera.has_place = exif.get_field(Tag::GPSLatitude, In::PRIMARY).is_some();
    camera.place = place(&exif);
    camera.taken_at = text(&exif, Tag::DateTimeOriginal)
        .or_else(|| text(&exif, Tag::DateTime))
        .and_then(|written| taken(&written, text(&exif, Tag::OffsetTimeOriginal).as_deref()));
    camera.software = text(&exif, Tag::Software);
    let (make, model) = (text(&exif, Tag::Make), text(&exif, Tag::Model));
    camera.model = match (make, model) {
        (Some(make), Some(model)) if !model.starts_with(&make) => Some(format!("{make} {model}")),
        (make, model) => model.or(make),
    };
    camera
}

/// Degrees north and east, to about a metre.
fn place(exif: &exif::Exif) -> Option<String> {
    let degrees = |tag, side, back: &str| {
        let Value::Rational(parts) = &exif.get_field(tag, In::PRIMARY)?.value else { return None };
        let parts = parts.iter().zip([1.0, 60.0, 3600.0]).map(|(part, per)| part.to_f64() / per);
        let turned = text(exif, side).is_some_and(|side| side.eq_ignore_ascii_case(back));
        let degrees = parts.sum::<f64>() * if turned { -1.0 } else { 1.0 };
        (degrees.abs() <= 180.0).then_some(degrees)
    };
    let north = degrees(Tag::GPSLatitude, Tag::GPSLatitudeRef, "S")?;
    let east = degrees(Tag::GPSLongitude, Tag::GPSLongitudeRef, "W")?;
    Some(format!("{north:.5}, {east:.5}"))
}

fn text(exif: &exif::Exif, tag: Tag) -> Option<String> {
    let Value::Ascii(parts) = &exif.get_field(tag, In::PRIMARY)?.value else {
        return None;
    };
    let text: String = String::from_utf8_lossy(parts.first()?)
        .chars()
        .filter(|character| !character.is_control())
        .take(100)
        .collect();
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// `2026:04:30 07:15:00`, in the offset that the camera names, else in Vietnamese time.
fn taken(written: &str, offset: Option<&str>) -> Option<Instant> {
    let (day, time) = written.split_once(' ')?;
    let day = day.replace(':', "-");
    let offset = offset.filter(|text| text.len() == 6).unwrap_or("+07:00");
    format!("{day}T{time}{offset}").parse().ok()
}
