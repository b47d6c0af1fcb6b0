//! Certificates: printed all at once from one page or as a PDF, each with a code by which it is
//! checked.

mod pdf;

use actix_web::web;
use askama::Template;
use entity::award::Model;
use entity::id::AwardId;
use entity::instant::Instant;
use fast_qr::convert::{Builder, svg::SvgBuilder};
use fast_qr::qr::QRBuilder;

use super::given;
use crate::app::{self, App};
use crate::contest::{self, Contest};
use crate::entry::code;
use crate::refusal::Kind;
use crate::results::award::winner;
use crate::results::certificate;
use crate::web::form::Form;
use crate::web::organised::Organised;
use crate::web::pages::result::{names, prize_label};

use crate::web::{Failure, Result, View, page, see_other};
use crate::{db, unit};

pub(super) use pdf::MOST;
pub use pdf::pdf;

/// Numbers and codes for all prizes that somebody holds; those that have them keep them.
///
/// # Errors
/// Forbidden to anybody but organisers.
pub async fn create(
    app: web::Data<App>,
    v: View,
    Organised(_, by): Organised,
    slug: web::Path<String>,
    _: Form,
) -> Result {
    let tx = db::begin(&app.db).await?;
    let fresh = || code::letters(&app::fresh::<8>());
    certificate::certify(&tx, &by, fresh, v.now).await?;
    tx.commit().await?;
    Ok(see_other(&format!("/desk/contests/{slug}/awards")))
}

/// A certificate as it is printed.
pub struct Printed {
    /// Whose it is.
    pub name: String,
    /// How large the name is set, so that it fits on its lines: a class of the sheet.
    pub fit: &'static str,
    /// The prize.
    pub prize: String,
    /// The work.
    pub work: String,
    /// Number within the contest and year; empty on a preview.
    pub number: String,
    /// Its code; empty on a preview.
    pub code: String,
    /// Address of the page which checks it, and a drawing that leads there.
    pub check: (String, String),
}

/// All certificates of a contest, for printing.
#[derive(Template)]
#[template(path = "certificate/index.html")]
pub struct Certificates {
    /// Who looks.
    pub v: View,
    /// Name of the contest in addresses.
    pub slug: String,
    /// Title of the contest.
    pub title: String,
    /// Who gives them.
    pub unit: String,
    /// When the result was published.
    pub published: Instant,
    /// The certificates.
    pub all: Vec<Printed>,
    /// Whether it is a preview.
    pub is_preview: bool,
}

/// Which certificates are asked for.
#[derive(serde::Deserialize)]
pub struct Asked {
    award: Option<AwardId>,
    preview: Option<String>,
    part: Option<usize>,
}

/// Shows certificates for printing: all, one, or a preview of the longest and the shortest name.
///
/// # Errors
/// Forbidden to anybody but organisers.
pub async fn index(
    app: web::Data<App>,
    v: View,
    Organised(contest, _): Organised,
    asked: web::Query<Asked>,
) -> Result {
    page(&drawn(&app, v, &contest, &asked).await?)
}

async fn drawn(app: &App, v: View, contest: &Contest, asked: &Asked) -> Result<Certificates> {
    let given = given(app, contest).await?;
    let mut rows: Vec<&Model> = given.awards.iter().filter(|row| given.stands(row)).collect();
    let is_preview = asked.preview.is_some();
    if is_preview {
        rows.sort_by_key(|row| row.recipient.chars().count());
        let ends = [rows.last().copied(), rows.first().copied()];
        rows = ends.into_iter().flatten().collect();
        rows.dedup_by_key(|row| row.id);
    } else {
        rows.retain(|row| row.certificate.is_some());
        rows.retain(|row| asked.award.is_none_or(|id| id == row.id));
        rows.sort_by_key(|row| row.certificate_no);
    }
    let published = given.publication.approved_at.unwrap_or(given.publication.proposed_at);
    let names = names(app, contest).await?;
    let all = rows.into_iter().map(|row| {
        let work = winner(row).map(|who| names.of(who));
        let (work, code) = work.map(|(name, code, _)| (name, code)).unwrap_or_default();
        printed(&v, contest, row, code.map(|_| work).unwrap_or_default(), published)
    });
    let all = all.collect::<Result<Vec<Printed>>>()?;
    let title = contest.definition.title.read(v.lang.is_english()).to_owned();
    let unit = unit::by_id(&app.db, contest.row.unit_id).await?.name;
    let slug = contest.slug().to_owned();
    Ok(Certificates { slug, title, unit, published, all, is_preview, v })
}

fn printed(
    v: &View,
    contest: &Contest,
    row: &Model,
    work: String,
    published: Instant,
) -> Result<Printed> {
    let code = row.certificate.clone().unwrap_or_default();
    let year = crate::words::vietnam(published).year();
    let address = format!("{}/certificates/{code}", v.base);
    Ok(Printed {
        fit: fit(&row.recipient),
        name: row.recipient.clone(),
        prize: prize_label(contest, &row.prize_key, v),
        work,
        number: row.certificate_no.map(|number| format!("{number:03}/{year}")).unwrap_or_default(),
        check: (address.clone(), qr(&address)?),
        code,
    })
}

/// A class for the size of a name: large for the short, two lines for the longest.
fn fit(name: &str) -> &'static str {
    match name.chars().count() {
        0..=22 => "fit-1",
        23..=36 => "fit-2",
        37..=60 => "fit-3",
        61..=120 => "fit-4",
        _ => "fit-5",
    }
}

fn qr(address: &str) -> Result<String> {
    let broken = |_| Failure::new(Kind::Broken, "broken");
    let qr = QRBuilder::new(address).build().map_err(broken)?;
    Ok(SvgBuilder::default().margin(1).to_str(&qr))
}

/// What anybody may know of a certificate.
#[derive(Template)]
#[template(path = "certificate/show.html")]
pub struct Check {
    /// Who looks.
    pub v: View,
    /// Its code.
    pub code: String,
    /// Whether it holds.
    pub is_valid: bool,
    /// Whose it is.
    pub name: String,
    /// The prize.
    pub prize: String,
    /// Title of the contest, and its name in addresses.
    pub contest: (String, String),
    /// Who gave it.
    pub unit: String,
    /// Its number.
    pub number: i32,
    /// When the result was published.
    pub published: Instant,
}

/// Says whether a certificate holds.
///
/// # Errors
/// Not found where there is none.
pub async fn show(app: web::Data<App>, v: View, typed: web::Path<String>) -> Result {
    let code = code::meant(&typed);
    let found = certificate::certificate(&app.db, &code).await;
    let found = found.map_err(|error| match error {
        crate::results::Error::Unknown => Failure::new(Kind::NotFound, "certificate-unknown"),
        other => other.into(),
    })?;
    let contest = contest::by_id(&app.db, found.publication.contest_id).await?;
    let title = contest.definition.title.read(v.lang.is_english()).to_owned();
    page(&Check {
        code,
        is_valid: found.is_valid,
        name: found.award.recipient.clone(),
        prize: prize_label(&contest, &found.award.prize_key, &v),
        contest: (title, contest.slug().to_owned()),
        unit: unit::by_id(&app.db, contest.row.unit_id).await?.name,
        number: found.award.certificate_no.unwrap_or(0),
        published: found.publication.approved_at.unwrap_or(found.publication.proposed_at),
        v,
    })
}
