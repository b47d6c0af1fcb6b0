//! The page on which a contest's document is written.

use actix_web::web;
use askama::Template;

use super::{parent, severity};
use crate::app::App;
use crate::contest::apply::{self, Change};
use crate::contest::document;
use crate::contest::lint::{self, Finding};
use crate::db;
use crate::refusal::{Kind, Refused};
use crate::web::form::Form;
use crate::web::organised::Organised;
use crate::web::{Failure, Result, View, page, see_other};

/// The page on which a contest is written.
#[derive(Template)]
#[template(path = "desk/edit.html")]
pub struct Edit {
    /// Who looks.
    pub v: View,
    /// Name in addresses; empty for a new one.
    pub slug: String,
    /// The document, as typed.
    pub text: String,
    /// Findings: line, severity as a key of the words, sentence.
    pub findings: Vec<(usize, &'static str, String)>,
    /// What else was wrong.
    pub refused: Vec<Refused>,
    /// Whether a reason and a notice are needed.
    pub is_announced: bool,
    /// Reason and notice, as typed.
    pub change: Change,
}

/// Shows the document to be changed.
///
/// # Errors
/// Forbidden to anybody but organisers.
pub async fn edit(v: View, Organised(contest, _): Organised, slug: web::Path<String>) -> Result {
    let text = document::write(&contest.definition);
    let is_announced = contest.is_public();
    let findings = findings(&v, &text, &lint::check(&contest.definition, None));
    let change = Change::default();
    page(&Edit {
        slug: slug.into_inner(),
        text,
        findings,
        refused: Vec::new(),
        is_announced,
        change,
        v,
    })
}

fn findings(v: &View, text: &str, found: &[Finding]) -> Vec<(usize, &'static str, String)> {
    let said = found.iter().map(|finding| {
        (document::place(text, &finding.path).0, severity(finding), v.said(&finding.refused()))
    });
    said.collect()
}

fn located(v: &View, found: &[document::Located]) -> Vec<(usize, &'static str, String)> {
    let said =
        found.iter().map(|one| (one.line, severity(&one.finding), v.said(&one.finding.refused())));
    said.collect()
}

/// Changes the contest to what the document says; what was typed stays.
///
/// # Errors
/// Forbidden to anybody but organisers; findings are said beside the lines.
pub async fn update(
    app: web::Data<App>,
    v: View,
    Organised(contest, by): Organised,
    slug: web::Path<String>,
    form: Form,
) -> Result {
    let text = form.text("text").to_owned();
    let change =
        Change { reason: form.text("reason").to_owned(), notice: form.text("notice").to_owned() };
    let is_announced = contest.is_public();
    let again = |findings, refused, change| Edit {
        slug: slug.to_string(),
        text: text.clone(),
        findings,
        refused,
        is_announced,
        change,
        v: v.clone(),
    };
    let parent = parent(&app, &contest).await?;
    let above = |slug: &str| {
        let parent = parent.as_ref().filter(|parent| parent.slug() == slug);
        parent.map(|parent| (*parent.definition).clone())
    };
    let examined = document::examine(&text, above);
    let usable = examined.is_usable();
    let told = located(&v, &examined.found);
    let definition = match examined.definition.filter(|_| usable) {
        Some(definition) if definition.slug == contest.slug() => definition,
        Some(_) => {
            let refused = vec![Refused::new(Kind::Invalid, "slug-stays")];
            return page(&again(told, refused, change));
        }
        None => return page(&again(told, Vec::new(), change)),
    };
    let tx = db::begin(&app.db).await?;
    match apply::apply(&tx, &definition, Some(by.user()), &change, v.now).await {
        Ok(_) => {
            tx.commit().await?;
            Ok(see_other(&format!("/desk/contests/{slug}/check")))
        }
        Err(apply::Error::Findings(found)) => {
            let findings = findings(&v, &text, &found);
            page(&again(findings, Vec::new(), change))
        }
        Err(error) => page(&again(Vec::new(), Failure::from(error).said()?, change)),
    }
}
