//! Certificates as a PDF.

use actix_web::web::{Data, Query};

use super::{Asked, Certificates, Printed, drawn};
use crate::app::App;
use crate::pdf::{A4, Book, Error, Head, INK, Letters, MM, Plate, RED, Weight};
use crate::refusal::Kind;
use crate::web;
use crate::web::organised::Organised;
use crate::web::{Failure, Result, View};

/// Most certificates in one document; more are asked for part by part.
pub(in crate::web::pages::award) const MOST: usize = 500;

/// Sizes of a name, with how many lines it may take in each.
const NAME: &[(f32, usize)] = &[(38.0, 1), (32.0, 1), (26.0, 1), (22.0, 2), (17.0, 2), (13.0, 4)];

/// Sends certificates as a PDF: all, a part of very many, one, or a preview.
///
/// # Errors
/// Forbidden to anybody but organisers; not found before certificates were made.
pub async fn pdf(
    app: Data<App>,
    v: View,
    Organised(contest, _): Organised,
    asked: Query<Asked>,
) -> Result {
    let mut drawn = drawn(&app, v, &contest, &asked).await?;
    let part = asked.part.unwrap_or(1).max(1);
    let before = (part - 1).saturating_mul(MOST).min(drawn.all.len());
    drawn.all.drain(..before);
    drawn.all.truncate(MOST);
    if drawn.all.is_empty() {
        return Err(Failure::new(Kind::NotFound, "certificates-none"));
    }
    let name = format!("{}-giay-chung-nhan-{part}", contest.slug());
    web::pdf::send(name, move || written(&drawn)).await
}

fn written(all: &Certificates) -> std::result::Result<Vec<u8>, Error> {
    let v = &all.v;
    let title = format!("{} – {}", v.t("certificates"), all.title);
    let mut book = Book::new(Head { title, language: v.tag(), at: all.published });
    for one in &all.all {
        set(&mut book, all, one)?;
    }
    book.bytes()
}

/// Sets one certificate on a page of A4, lying.
fn set(book: &mut Book, all: &Certificates, one: &Printed) -> std::result::Result<(), Error> {
    let v = &all.v;
    let (wide, high) = (A4.1, A4.0);
    let text = wide - 60.0 * MM;
    let letters = |weight, size| Letters { weight, size, colour: INK };
    let (plain, bold) = (Weight::Regular, Weight::Bold);
    let mut plate = Plate::new(book, (wide, high), &one.name);
    plate.frame(8.0 * MM, 1.2, RED);
    plate.frame(9.2 * MM, 0.5, RED);
    plate.y = 17.0 * MM;
    plate.text(&all.unit, letters(bold, 15.0), text);
    plate.y += 2.0 * MM;
    let red = Letters { colour: RED, ..letters(bold, 32.0) };
    plate.heading(&v.t("certificate-title"), red, text);
    plate.y += 1.0 * MM;
    plate.text(&v.t("certificate-given-to"), letters(plain, 14.0), text);
    plate.y += 1.0 * MM;
    plate.fit(&one.name, letters(bold, 38.0), NAME, text);
    plate.y += 1.0 * MM;
    let prize = v.t1("certificate-won", "prize", one.prize.as_str());
    plate.fit(&prize, letters(bold, 20.0), &[(20.0, 1), (16.0, 1), (13.0, 2)], text);
    if !one.work.is_empty() {
        let work = v.t1("certificate-work", "work", one.work.as_str());
        plate.fit(&work, letters(plain, 14.0), &[(14.0, 1), (12.0, 2), (10.0, 3)], text);
    }
    let contest = v.t1("certificate-contest", "contest", all.title.as_str());
    plate.fit(&contest, letters(plain, 14.0), &[(14.0, 1), (12.0, 2), (10.0, 3)], text);
    let (left, side, bottom) = (18.0 * MM, 26.0 * MM, high - 16.0 * MM);
    let beside = (left + side + 4.0 * MM, 80.0 * MM);
    if all.is_preview {
        plate.y = bottom - 16.0;
        plate.beside(&v.t("certificate-preview"), letters(bold, 11.0), (left, 120.0 * MM));
    } else {
        let words = v.t1("certificate-qr", "address", one.check.0.as_str());
        plate.code(&one.check.0, (left, bottom - side), side, &words)?;
        plate.y = bottom - 3.0 * 9.0 * 1.4;
        let number = v.t1("certificate-number", "number", one.number.as_str());
        plate.beside(&number, letters(plain, 9.0), beside);
        plate.beside(&one.check.0, letters(plain, 9.0), beside);
    }
    plate.y = bottom - 40.0 * MM;
    let seal = (wide - 18.0 * MM - 45.0 * MM, 90.0 * MM);
    let place = v.t1("certificate-place", "date", v.date(&all.published));
    plate.around(&place, letters(plain, 11.0), seal);
    plate.around(&v.t("certificate-signer"), letters(bold, 11.0), seal);
    plate.around(&v.t("certificate-sign"), letters(plain, 9.0), seal);
    Ok(())
}
