//! Slips of the roll: made from a sheet, found by their number, voided when lost. A code is shown once,
//! in the file that answers; it is kept nowhere.

use actix_web::{HttpResponse, web};

use super::{Slip, Wrong, draw, has_vote};
use crate::app::App;
use crate::contest::Contest;
use crate::entry::code::grouped;
use crate::pdf::{A4, Book, Error, GREY, Head, INK, Letters, MM, Plate, RULE, Weight};
use crate::refusal::{Kind, Refused};
use crate::sheet::{Cell, Format, Writer};
use crate::voting::{lists, members};
use crate::web::form::Form;
use crate::web::member::{self, enrol};
use crate::web::organised::Organised;
use crate::web::pages::sheet;
use crate::web::{Failure, Result, View, pdf};
use crate::{db, unit};

/// Most slips of one document to print.
pub(super) const PRINTED: usize = 4000;
/// Slips of a page: in a row, and rows.
const GRID: (usize, usize) = (2, 4);

/// The slip with this number, as typed.
pub(super) async fn asked(
    app: &App,
    contest: &Contest,
    typed: &str,
) -> std::result::Result<Option<Slip>, Failure> {
    let Ok(number) = typed.parse::<i32>() else { return Ok(None) };
    let Some(row) = members::find(&app.db, contest.id(), number).await? else { return Ok(None) };
    let units = unit::names(&app.db, row.unit_id).await?;
    let unit = row.unit_id.and_then(|id| units.get(&id).cloned()).unwrap_or_default();
    Ok(Some(Slip { number, unit, used_at: row.used_at }))
}

/// Puts the members of a sheet on the roll and answers their slips; nobody is taken when a row of it
/// is wrong.
///
/// # Errors
/// Forbidden to anybody but organisers; what is wrong with the sheet is said on the page.
pub async fn create(
    app: web::Data<App>,
    v: View,
    Organised(contest, organiser): Organised,
    slug: web::Path<String>,
    form: Form,
) -> Result {
    has_vote(&contest)?;
    let rows = match sheet::sent(&form, "roll", lists::MOST).await {
        Ok(rows) => rows,
        Err(failure) => {
            let refused = failure.refused.into_iter().map(|refused| refused.at("roll"));
            return draw(&app, v, &contest, ("", form), Wrong::of(refused.collect())).await;
        }
    };
    let format = Format::of(form.text("as"));
    if format.is_none() && rows.len() > PRINTED + 1 {
        let refused = Refused::new(Kind::Invalid, "slips-too-many").at("roll");
        let refused = vec![refused.with("most", PRINTED)];
        return draw(&app, v, &contest, ("", form), Wrong::of(refused)).await;
    }
    let tx = db::begin(&app.db).await?;
    let places = match lists::places(&tx, &rows).await {
        Ok(places) => places,
        Err(faults) => {
            drop(tx);
            let wrong = Wrong::rows(&v, &rows, faults, "roll");
            return draw(&app, v, &contest, ("", form), wrong).await;
        }
    };
    let slips = enrol(&app, &tx, organiser.contest(), Some(organiser.user()), places).await?;
    tx.commit().await?;
    match format {
        Some(format) => written(&v, &slips, format, &slug),
        None => printed(&app, v, &contest, slips).await,
    }
}

/// Voids a slip that was lost, and answers the new one to print.
///
/// # Errors
/// Forbidden to anybody but organisers; what is wrong is said beside the field.
pub async fn renew(
    app: web::Data<App>,
    v: View,
    Organised(contest, organiser): Organised,
    form: Form,
) -> Result {
    has_vote(&contest)?;
    let (number, code) = (form.number::<i32>("number").unwrap_or(0), member::fresh());
    let hash = member::hash(&app, &code);
    let tx = db::begin(&app.db).await?;
    let done = members::renew(&tx, &organiser, (number, hash), form.text("words"), v.now).await;
    match done {
        Ok(row) => {
            tx.commit().await?;
            let place = lists::Place { unit: row.unit_id, ..lists::Place::default() };
            printed(&app, v, &contest, vec![member::Slip { number, place, code }]).await
        }
        Err(error) => {
            drop(tx);
            let wrong = Wrong::of(Failure::from(error).said()?);
            draw(&app, v, &contest, ("", form), wrong).await
        }
    }
}

/// Slips as a sheet.
fn written(v: &View, slips: &[member::Slip], format: Format, slug: &str) -> Result<HttpResponse> {
    let heads =
        ["voters-number", "export-unit-code", "session-name", "slip-code", "voters-address"];
    let heads: Vec<String> = heads.iter().map(|key| v.t(key)).collect();
    let title = v.t("export-slips");
    let mut writer = Writer::begin(format, &title, &heads).map_err(Failure::broken)?;
    for slip in slips {
        let row: [Cell; 5] = [
            slip.number.into(),
            slip.place.code.clone().into(),
            slip.place.name.clone().into(),
            grouped(&slip.code).into(),
            format!("{}/m/{}", v.base, slip.code).into(),
        ];
        writer.row(&row).map_err(Failure::broken)?;
    }
    let ending = if format == Format::Csv { "csv" } else { "xlsx" };
    sheet::send(writer, format, &format!("{title} {slug}.{ending}"))
}

/// A slip as it is printed.
struct Printed {
    number: i32,
    unit: String,
    name: String,
    code: String,
}

/// Slips as a document to print.
async fn printed(app: &App, v: View, contest: &Contest, slips: Vec<member::Slip>) -> Result {
    let units = unit::names(&app.db, slips.iter().filter_map(|slip| slip.place.unit)).await?;
    let unit = |slip: &member::Slip| slip.place.unit.and_then(|id| units.get(&id).cloned());
    let slips = slips.into_iter().map(|slip| Printed {
        unit: unit(&slip).unwrap_or_default(),
        number: slip.number,
        name: slip.place.name,
        code: slip.code,
    });
    let slips: Vec<Printed> = slips.collect();
    let title = contest.definition.title.read(v.lang.is_english()).to_owned();
    let head = Head {
        title: format!("{} – {title}", v.t("voters-slips")),
        language: v.tag(),
        at: contest.row.created_at,
    };
    let name = format!("{}-slips", contest.slug());
    pdf::send(name, move || book(&v, head, &title, &slips)).await
}

fn book(
    v: &View,
    head: Head,
    title: &str,
    slips: &[Printed],
) -> std::result::Result<Vec<u8>, Error> {
    let mut book = Book::new(head);
    let (wide, high) = (A4.0 / 2.0, (A4.1 - 10.0 * MM) / 4.0);
    for slips in slips.chunks(GRID.0 * GRID.1) {
        let (first, last) = (slips.first().map_or(0, |s| s.number), slips.last());
        let chapter =
            v.t2("voters-slips-page", "first", first, "last", last.map_or(0, |slip| slip.number));
        let mut plate = Plate::new(&mut book, A4, &chapter);
        plate.y = 3.0 * MM;
        plate.heading(
            &chapter,
            Letters { weight: Weight::Regular, size: 8.0, colour: GREY },
            A4.0 - 20.0 * MM,
        );
        plate.bar([wide, 10.0 * MM, 0.5, A4.1 - 10.0 * MM], RULE);
        for (place, slip) in slips.iter().enumerate() {
            let (column, row) = (place % GRID.0, place / GRID.0);
            let down = |row: usize| f32::from(u8::try_from(row).unwrap_or(0));
            let (left, top) = (down(column) * wide, 10.0 * MM + down(row) * high);
            plate.bar([left, top, wide, 0.5], RULE);
            set(&mut plate, v, title, slip, (left, top))?;
        }
    }
    book.bytes()
}

/// Sets a slip into its field of the page.
fn set(
    plate: &mut Plate<'_>,
    v: &View,
    title: &str,
    slip: &Printed,
    (left, top): (f32, f32),
) -> std::result::Result<(), Error> {
    let letters = |weight, size, colour| Letters { weight, size, colour };
    let (plain, bold) = (Weight::Regular, Weight::Bold);
    let side = 36.0 * MM;
    let column = (left + 7.0 * MM, A4.0 / 2.0 - side - 18.0 * MM);
    plate.y = top + 6.0 * MM;
    plate.beside(title, letters(bold, 10.0, INK), column);
    plate.y += 1.5 * MM;
    for text in [&slip.unit, &slip.name].into_iter().filter(|text| !text.is_empty()) {
        plate.beside(text, letters(plain, 9.0, INK), column);
    }
    plate.y += 1.5 * MM;
    plate.beside(&v.t("voters-slip-code"), letters(plain, 8.0, GREY), column);
    plate.beside(&grouped(&slip.code), letters(bold, 13.0, INK), column);
    plate.y = plate.y.max(top + 46.0 * MM);
    let wide = (column.0, A4.0 / 2.0 - 14.0 * MM);
    plate.beside(&v.t1("voters-slip-where", "host", v.host()), letters(plain, 8.0, GREY), wide);
    plate.beside(
        &v.t1("voters-slip-number", "number", slip.number),
        letters(plain, 8.0, GREY),
        wide,
    );
    plate.beside(&v.t("voters-slip-once"), letters(plain, 8.0, GREY), wide);
    let address = format!("{}/m/{}", v.base, slip.code);
    let at = (left + A4.0 / 2.0 - side - 7.0 * MM, top + 6.0 * MM);
    plate.code(&address, at, side, &v.t1("poster-qr", "address", address.as_str()))
}
