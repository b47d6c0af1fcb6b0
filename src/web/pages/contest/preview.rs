//! The picture that chat apps show beside a contest's address where no poster was sent and no work
//! is to be seen: its title and who runs it, on its colour. A link that shows nothing is not tapped.

use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use image::RgbImage;
use sha2::{Digest, Sha256};
use tiny_skia::{Color, FillRule, Paint, PathBuilder, Pixmap, Rect, Transform};

use super::public;
use crate::app::App;
use crate::pdf::{self, Weight};
use crate::web::cache::Kept;
use crate::web::{Result, View};

/// Width and height, as chat apps show them.
const SIZE: (u32, u32) = (1200, 630);
/// White space to the left and to the right.
const EDGE: f32 = 80.0;
/// Sizes of the title, each with the most lines that it may take.
const SIZES: [(f32, usize); 5] = [(92.0, 2), (76.0, 3), (64.0, 4), (52.0, 5), (42.0, 6)];
/// The colours of posters, in the order of [`View::tint`].
const TINTS: [u32; 5] = [0x000a_3d75, 0x008f_1222, 0x000f_5a2e, 0x004b_2a86, 0x007a_3a06];
/// The band at the foot.
const GOLD: u32 = 0x00ff_d54a;

/// What a picture says.
#[derive(Clone, Debug)]
struct Said {
    title: String,
    unit: String,
    host: String,
    tint: u32,
}

impl Said {
    /// A name for what is said.
    fn tag(&self) -> String {
        let said = [&self.title, &self.unit, &self.host].map(String::as_str).join("\n");
        let hash = Sha256::digest(format!("{said}\n{}", self.tint));
        data_encoding::HEXLOWER.encode(&hash[..8])
    }
}

/// The picture of a contest, 1200 × 630 pixels.
///
/// # Errors
/// Not found while the contest is a draft.
pub async fn preview(
    app: web::Data<App>,
    kept: web::Data<Kept>,
    request: HttpRequest,
    v: View,
    slug: web::Path<String>,
) -> Result {
    let contest = public(&app, &slug).await?;
    let unit = crate::unit::by_id(&app.db, contest.row.unit_id).await?;
    // The words are Vietnamese for everybody: a chat keeps one picture for a whole group.
    let title = contest.definition.title.read(false).to_owned();
    let said = Said { title, unit: unit.name, host: v.host().to_owned(), tint: v.tint(&slug) };
    let tag = said.tag();
    let etag = format!("\"{tag}\"");
    let asked = request.headers().get(header::IF_NONE_MATCH).map(HeaderValue::as_bytes);
    let mut answer = HttpResponse::Ok();
    answer
        .content_type("image/jpeg")
        .insert_header((header::CACHE_CONTROL, "public, max-age=3600"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::ETAG, etag.as_str()));
    if asked == Some(etag.as_bytes()) {
        return Ok(answer.status(actix_web::http::StatusCode::NOT_MODIFIED).finish());
    }
    Ok(answer.body(kept.picture(&tag, move || draw(&said)).await?))
}

fn paint(colour: u32, alpha: u8) -> Paint<'static> {
    let [_, red, green, blue] = colour.to_be_bytes();
    let mut paint = Paint { anti_alias: true, ..Paint::default() };
    paint.set_color(Color::from_rgba8(red, green, blue, alpha));
    paint
}

/// Draws it as a JPEG.
fn draw(said: &Said) -> std::io::Result<Vec<u8>> {
    let (width, height) = (SIZE.0 as f32, SIZE.1 as f32);
    let mut map = Pixmap::new(SIZE.0, SIZE.1).expect("a picture has two sides");
    let ground = TINTS[said.tint as usize % TINTS.len()];
    let band = |y, height| Rect::from_xywh(0.0, y, width, height).expect("a band has two sides");
    map.fill_rect(band(0.0, height), &paint(ground, 255), Transform::identity(), None);
    rays(&mut map);
    map.fill_rect(band(height - 14.0, 14.0), &paint(GOLD, 255), Transform::identity(), None);

    let room = width - 2.0 * EDGE;
    let title = |(size, most): (f32, usize)| {
        let lines = pdf::lines(&said.title, Weight::Bold, size, room);
        (lines.len() <= most).then_some((size, lines))
    };
    let least = SIZES[SIZES.len() - 1];
    let (size, mut lines) = SIZES
        .into_iter()
        .find_map(title)
        .unwrap_or_else(|| (least.0, pdf::lines(&said.title, Weight::Bold, least.0, room)));
    lines.truncate(least.1);
    let leading = size * 1.22;
    // The title stands in the middle of what the two lines of small letters leave.
    let mut y = 345.0 - leading * (lines.len() as f32 - 1.0) / 2.0;
    for line in &lines {
        write(&mut map, line, (Weight::Bold, size), (EDGE, y), 255);
        y += leading;
    }
    let unit = pdf::lines(&said.unit, Weight::Regular, 34.0, room);
    for (line, y) in unit.iter().zip([104.0, 148.0]) {
        write(&mut map, line, (Weight::Regular, 34.0), (EDGE, y), 225);
    }
    write(&mut map, &said.host, (Weight::Bold, 30.0), (EDGE, height - 56.0), 235);
    let pixel = |x, y| {
        let colour = map.pixel(x, y).expect("a pixel of the picture").demultiply();
        image::Rgb([colour.red(), colour.green(), colour.blue()])
    };
    pixels::jpeg(&RgbImage::from_fn(SIZE.0, SIZE.1, pixel), 80.0)
}

/// Rays from the lower right corner, as on the site's own heads.
fn rays(map: &mut Pixmap) {
    let from = (SIZE.0 as f32 * 0.88, SIZE.1 as f32 * 1.08);
    let mut path = PathBuilder::new();
    for ray in 0..26_u8 {
        let edge = |degrees: f32| {
            let angle = degrees.to_radians();
            (from.0 + 2000.0 * angle.sin(), from.1 - 2000.0 * angle.cos())
        };
        let begins = f32::from(ray) * 14.0 - 8.0;
        let (one, two) = (edge(begins), edge(begins + 7.0));
        path.move_to(from.0, from.1);
        path.line_to(one.0, one.1);
        path.line_to(two.0, two.1);
        path.close();
    }
    if let Some(path) = path.finish() {
        let pale = paint(0x00ff_ffff, 14);
        map.fill_path(&path, &pale, FillRule::Winding, Transform::identity(), None);
    }
}

/// Writes a line in white; `at` is where its base line begins.
fn write(map: &mut Pixmap, line: &str, (weight, size): (Weight, f32), at: (f32, f32), alpha: u8) {
    let mut path = PathBuilder::new();
    pdf::trace(line, weight, size, at, &mut path);
    if let Some(path) = path.finish() {
        let white = paint(0x00ff_ffff, alpha);
        map.fill_path(&path, &white, FillRule::Winding, Transform::identity(), None);
    }
}
