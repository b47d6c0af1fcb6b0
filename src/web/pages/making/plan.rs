//! The signed plan: the scan that an officer sends, and where the public reads it.

use actix_web::web;

use crate::app::App;
use crate::contest::definition::{Definition, Plan};
use crate::media::{self, Format};
use crate::refusal::{Kind, Refused};
use crate::web::form::Form;
use crate::web::pages::contest::public;
use crate::web::pages::media::{original, sent};
use crate::web::{Failure, Result, View};

/// The field that brings the scan.
pub(super) const SCAN: &str = "plan_scan";

/// Stores the scan that a form brings: a PDF, nothing else.
pub(super) async fn scan(app: &App, form: &Form) -> Result<Option<media::Kept>> {
    let kept = sent(app, form, SCAN).await?;
    if kept.as_ref().is_some_and(|kept| kept.facts.format != Format::Pdf) {
        return Err(Failure::of(Refused::new(Kind::Invalid, "plan-no-pdf").at(SCAN)));
    }
    Ok(kept)
}

fn path(slug: &str) -> String {
    format!("/contests/{slug}/plan")
}

/// Lets the definition name the scan that was sent here.
pub(super) fn put(definition: &mut Definition, v: &View, slug: &str) {
    let none = || Plan { number: String::new(), date: None, file: None };
    let plan = definition.plan.get_or_insert_with(none);
    plan.file = Some(format!("{}{}", v.base, path(slug)));
}

/// The scan, to be saved, as long as the definition names it.
///
/// # Errors
/// Not found without one, and while the contest is a draft.
pub async fn show(app: web::Data<App>, slug: web::Path<String>) -> Result {
    let contest = public(&app, &slug).await?;
    let named = contest.definition.plan.as_ref().and_then(|plan| plan.file.as_deref());
    let is_here = named.is_some_and(|file| file.ends_with(&path(&slug)));
    let file = contest.row.plan_file_id.filter(|_| is_here);
    let file = media::files(&app.db, file).await?.pop();
    original(&app, &file.ok_or_else(|| Failure::new(Kind::NotFound, "nothing-here"))?).await
}
