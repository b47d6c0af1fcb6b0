//! The picture that chat apps show beside a contest's address where no poster was sent and no work
//! is to be seen: its title and who runs it, on its colour. A link that shows nothing is not tapped.

use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use sha2::{Digest, Sha256};

use super::public;
use crate::app::App;
use crate::pdf::{self, Canvas, Colour, Letters, Weight};
use crate::web::cache::Kept;
use crate::web::{Result, View};

/// Width and height, as chat apps show them.
const SIZE: (u32, u32) = (1200, 630);
/// White space to the left and to the right.
const EDGE: f32 = 80.0;
/// Sizes of the title, each with the most lines that it may take.
const SIZES: [(f32, usize); 5] = [(92.0, 2), (76.0, 3), (64.0, 4), (52.0, 5), (42.0, 6)];
/// The colours of posters, in the order of [`View::tint`].
const TINTS: [Colour; 5] = [
    [0x0a, 0x3d, 0x75],
    [0x8f, 0x12, 0x22],
    [0x0f, 0x5a, 0x2e],
    [0x4b, 0x2a, 0x86],
    [0x7a, 0x3a, 0x06],
];
/// The band at the foot.
const GOLD: Colour = [0xff, 0xd5, 0x4a];
const WHITE: Colour = [0xff; 3];
/// Small letters.
const PALE: Colour = [0xe8, 0xea, 0xf2];

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

/// Draws it as a JPEG.
fn draw(said: &Said) -> std::io::Result<Vec<u8>> {
    let (width, height) = (SIZE.0 as f32, SIZE.1 as f32);
    let mut canvas = Canvas::new(SIZE, TINTS[said.tint as usize % TINTS.len()]);
    rays(&mut canvas);
    let top = height - 14.0;
    canvas.fill(&[(0.0, top), (width, top), (width, height), (0.0, height)], GOLD, 255);

    let room = width - 2.0 * EDGE;
    let title = |(size, most): (f32, usize)| {
        let lines = pdf::lines(&said.title, Weight::Bold, size, room);
        (lines.len() <= most).then_some((size, lines))
    };
    let least = SIZES[SIZES.len() - 1];
    let smallest = || (least.0, pdf::lines(&said.title, Weight::Bold, least.0, room));
    let (size, mut lines) = SIZES.into_iter().find_map(title).unwrap_or_else(smallest);
    lines.truncate(least.1);
    let leading = size * 1.22;
    // The title stands in the middle of what the small letters leave.
    let mut y = 345.0 - leading * (lines.len() as f32 - 1.0) / 2.0;
    for line in &lines {
        let letters = Letters { weight: Weight::Bold, size, colour: WHITE };
        canvas.write(line, letters, (EDGE, y));
        y += leading;
    }
    let unit = pdf::lines(&said.unit, Weight::Regular, 34.0, room);
    for (line, y) in unit.iter().zip([104.0, 148.0]) {
        let letters = Letters { weight: Weight::Regular, size: 34.0, colour: PALE };
        canvas.write(line, letters, (EDGE, y));
    }
    let letters = Letters { weight: Weight::Bold, size: 30.0, colour: PALE };
    canvas.write(&said.host, letters, (EDGE, height - 56.0));
    pixels::jpeg(&canvas.picture(), 80.0)
}

/// Rays from the lower right corner, as on the heads of the site's pages.
fn rays(canvas: &mut Canvas) {
    let from = (SIZE.0 as f32 * 0.88, SIZE.1 as f32 * 1.08);
    let far = |degrees: f32| {
        let angle = degrees.to_radians();
        (from.0 + 2000.0 * angle.sin(), from.1 - 2000.0 * angle.cos())
    };
    for ray in 0..26_u8 {
        let begins = f32::from(ray) * 14.0 - 8.0;
        canvas.fill(&[from, far(begins), far(begins + 7.0)], WHITE, 14);
    }
}
