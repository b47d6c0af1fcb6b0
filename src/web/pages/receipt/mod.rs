//! Receipts: what became of an entry, for people who may have no e-mail.

pub(super) mod own;
mod view;

use actix_web::{HttpResponse, web};
use askama::Template;
use entity::entry::State;
use fast_qr::convert::{Builder, svg::SvgBuilder};
use fast_qr::qr::QRBuilder;

use super::draft::Desk;
use super::upload::gather;
use crate::app::App;
use crate::entry::{self, code};
use crate::refusal::{Kind, Refused};
use crate::web::form::Form;
use crate::web::resume::Resume;
use crate::web::signed::MaybeSigned;
use crate::web::{Failure, Result, View, page, see_other};
use crate::{contact, contest};

pub use own::{erase, export, original, withdraw};
pub use view::{Mend, Proof, Said, Show};

/// The form that asks for a code.
#[derive(Template)]
#[template(path = "receipt/index.html")]
pub struct Index {
    /// Who looks.
    pub v: View,
    /// What was typed.
    pub code: String,
    /// What is wrong.
    pub refused: Vec<Refused>,
}

/// Asks for a code.
///
/// # Errors
/// When the page cannot be drawn.
pub async fn index(v: View) -> Result {
    page(&Index { v, code: String::new(), refused: Vec::new() })
}

/// Looks an entry up: by its code and the end of a telephone number, or by a resume code, which
/// brings its drafts back into this browser.
///
/// # Errors
/// When it was tried too often.
pub async fn look_up(app: web::Data<App>, v: View, form: Form) -> Result {
    let typed = code::meant(form.text("code"));
    app.limits.passwords(&format!("receipt:{typed}"))?;
    if let Some(resume) = Resume::typed(&typed) {
        let known = entry::newest_of(&app.db, resume.hash(&app)).await?;
        if let Some(known) = known {
            let to = match known.state {
                State::Draft => format!("/drafts/{}/work", known.code),
                _ => format!("/receipts/{}", known.code),
            };
            let mut answer = see_other(&to);
            resume.keep(&app, &mut answer);
            return Ok(answer);
        }
    }
    let entry = entry::by_code(&app.db, &typed).await.ok();
    let entry = entry.filter(|entry| entry.submitted_at.is_some());
    let Some(entry) = entry else {
        let refused = vec![Refused::new(Kind::NotFound, "receipt-unknown").at("code")];
        return page(&Index { v, code: form.text("code").to_owned(), refused });
    };
    let contest = contest::by_id(&app.db, entry.contest_id).await?;
    let (knows_end, knows) = known(&entry, form.text("phone"));
    let mendable = entry.state == State::Returned
        && (entry::changeable(&contest, &entry, v.now).is_ok() && entry.phone.is_some());
    let asked = form.text("act") == "mend";
    if mendable && knows && asked {
        let mut answer = see_other(&format!("/drafts/{}/work", entry.code));
        Resume::lend(&app, &entry, &mut answer);
        return Ok(answer);
    }
    let proof = if knows_end { Proof::Phone } else { Proof::Code };
    let mut receipt = Show::of(&app, v, &contest, entry, proof).await?;
    let mend = || Mend { phone: form.text("phone").to_owned(), refused: asked };
    receipt.mend = (mendable && (knows_end || asked)).then(mend);
    page(&receipt)
}

/// Whether somebody knows the last four digits of an entry's telephone number, and whether all.
fn known(entry: &entity::entry::Model, typed: &str) -> (bool, bool) {
    let (Some(phone), digits) = (&entry.phone, contact::phone(typed)) else {
        return (false, false);
    };
    let end = |digits: &str| digits.get(digits.len().saturating_sub(4)..).map(str::to_owned);
    (digits.len() >= 4 && end(&digits) == end(phone), digits == *phone)
}

/// Shows a receipt.
///
/// # Errors
/// When there is no such entry.
pub async fn show(
    app: web::Data<App>,
    v: View,
    typed: web::Path<String>,
    signed: MaybeSigned,
    resume: Resume,
) -> Result {
    if let Ok(desk) = Desk::of(&app, &app.db, &typed, &signed, &resume, v.now).await {
        if desk.author.entry.state == State::Draft {
            return Ok(see_other(&format!("/drafts/{}/work", desk.author.entry.code)));
        }
        let by_browser = desk.author.entry.resume_hash.is_some() && !resume.is_fresh();
        let entry = desk.author.entry.clone();
        let told = gather(&app, &v, &desk).await;
        let mut receipt = Show::of(&app, v, &desk.contest, entry, Proof::Author).await?;
        receipt.told = told;
        receipt.resume = by_browser.then(|| resume.shown());
        return page(&receipt);
    }
    let entry = entry::by_code(&app.db, &code::meant(&typed)).await?;
    if entry.submitted_at.is_none() {
        return Err(entry::Error::Unknown.into());
    }
    let contest = contest::by_id(&app.db, entry.contest_id).await?;
    page(&Show::of(&app, v, &contest, entry, Proof::Code).await?)
}

/// A QR code that leads to the receipt.
///
/// # Errors
/// When the address is too long for one.
pub async fn qr(v: View, typed: web::Path<String>) -> Result {
    let address = format!("{}/receipts/{}", v.base, code::meant(&typed));
    let broken = || Failure::new(Kind::Broken, "broken");
    let qr = QRBuilder::new(address).build().map_err(|_| broken())?;
    let drawn = SvgBuilder::default().margin(4).to_str(&qr);
    Ok(HttpResponse::Ok()
        .content_type("image/svg+xml")
        .insert_header(("Cache-Control", "public, max-age=86400"))
        .insert_header(("X-Content-Type-Options", "nosniff"))
        .body(drawn))
}
