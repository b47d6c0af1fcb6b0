//! Check, agree, submit.

use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;

use super::{Desk, Machine, Place, places};
use crate::app::App;
use crate::contest::definition::{DeclaredBy, Slot};
use crate::entry;
use crate::refusal::{Kind, Refused};
use crate::web::form::Form;
use crate::web::pages::contest::declared;
use crate::web::pages::upload::gather;
use crate::web::resume::Resume;
use crate::web::signed::MaybeSigned;
use crate::web::{Failure, Result, View, page, see_other};
use crate::{db, unit};

/// A text that has to be agreed to.
#[derive(Debug)]
pub struct Agreement {
    /// Its key.
    pub key: String,
    /// Whose agreement it is: key of the words.
    pub whose: &'static str,
    /// What is agreed to.
    pub text: String,
    /// Whether it is ticked.
    pub ticked: bool,
}

/// The page on which everything is looked at once more.
#[derive(Template)]
#[template(path = "enter/check.html")]
pub struct Check {
    /// Who looks.
    pub v: View,
    /// The entry.
    pub entry: entity::entry::Model,
    /// The contest's name.
    pub contest: String,
    /// What it holds.
    pub places: Vec<Place>,
    /// Name of its unit.
    pub unit: Option<String>,
    /// Conditions that hold by the word of whoever submits.
    pub conditions: Vec<String>,
    /// What the rules ask of works elsewhere.
    pub reminders: Vec<Refused>,
    /// What has to be agreed to.
    pub agreements: Vec<Agreement>,
    /// What is wrong: the sentence, and the step where it is mended.
    pub refused: Vec<(Refused, &'static str)>,
}

/// The step on which a fault is mended.
fn step(refused: &Refused) -> &'static str {
    match refused.field.as_deref() {
        Some(field) if field.starts_with("slot.") => "work",
        Some(field) if field.starts_with("agree.") => "check",
        Some("quota") | None => "check",
        Some(_) => "about",
    }
}

/// Whose word a text is, as a key: of those who send the work in themselves, or of those for whom
/// an officer does.
fn whose(of: DeclaredBy, for_somebody: bool) -> &'static str {
    match (of, for_somebody) {
        (DeclaredBy::Author, false) => "enter-agree-author",
        (DeclaredBy::Shown, false) => "enter-agree-shown",
        (DeclaredBy::Guardian, false) => "enter-agree-guardian",
        (DeclaredBy::Child, false) => "enter-agree-child",
        (DeclaredBy::Author, true) => "enter-agreed-author",
        (DeclaredBy::Shown, true) => "enter-agreed-shown",
        (DeclaredBy::Guardian, true) => "enter-agreed-guardian",
        (DeclaredBy::Child, true) => "enter-agreed-child",
    }
}

impl Check {
    async fn of(
        app: &App,
        v: View,
        desk: &Desk,
        agreed: &[String],
        refused: Vec<Refused>,
    ) -> Result<Self> {
        let whole = entry::whole(&app.db, desk.author.entry.clone()).await?;
        let unit = match whole.entry.unit_id {
            Some(id) => unit::by_id(&app.db, id).await.ok().map(|unit| unit.name),
            None => None,
        };
        let english = v.lang.is_english();
        let lang = crate::words::Lang::of(&whole.entry.lang);
        let for_somebody = whole.entry.entered_by.is_some();
        let agreements = entry::asked(&desk.contest.definition, lang);
        let young = whole.people.iter().find_map(|who| who.birth_date.as_deref());
        let young = young.is_some_and(|date| entry::is_under_16(date, v.now));
        let of_minors = |of: DeclaredBy| matches!(of, DeclaredBy::Guardian | DeclaredBy::Child);
        let agreements = agreements.into_iter().filter(|one| young || !of_minors(one.of));
        let agreements = agreements.map(|asked| Agreement {
            ticked: agreed.contains(&asked.key),
            whose: whose(asked.of, for_somebody),
            key: asked.key,
            // What somebody else says is told in quotes.
            text: if for_somebody { format!("“{}”", asked.text) } else { asked.text },
        });
        let held = |slot: &Slot| {
            let parts = whole.parts.iter().filter(|part| part.slot_key == slot.key);
            entry::unseen(slot, &parts.collect::<Vec<_>>())
        };
        Ok(Self {
            reminders: desk.category.slots.iter().filter_map(held).collect(),
            contest: desk.contest.definition.title.read(english).to_owned(),
            places: places(&v, &desk.category, Some(&whole), &Machine::default()),
            unit,
            conditions: declared(&v, &desk.contest.definition),
            agreements: agreements.collect(),
            refused: refused
                .into_iter()
                .map(|fault| {
                    let step = step(&fault);
                    (fault, step)
                })
                .collect(),
            entry: whole.entry,
            v,
        })
    }
}

/// Shows everything once more, with what is to be agreed to.
///
/// # Errors
/// When it is not theirs.
pub async fn check(
    app: web::Data<App>,
    v: View,
    code: web::Path<String>,
    signed: MaybeSigned,
    resume: Resume,
) -> Result {
    let desk = Desk::at_work(&app, &app.db, &code, &signed, &resume, v.now).await?;
    page(&Check::of(&app, v, &desk, &[], Vec::new()).await?)
}

/// Submits the entry.
///
/// # Errors
/// When it is not theirs.
pub async fn submit(
    app: web::Data<App>,
    v: View,
    code: web::Path<String>,
    form: Form,
    signed: MaybeSigned,
    resume: Resume,
) -> Result {
    let desk = Desk::at_work(&app, &app.db, &code, &signed, &resume, v.now).await?;
    let waiting = gather(&app, &v, &desk).await;
    let agreed: Vec<String> = form.all("agree").map(str::to_owned).collect();
    let tx = db::begin(&app.db).await?;
    match entry::submit(&tx, &desk.author, &agreed, v.now).await {
        Ok(row) => {
            tx.commit().await?;
            Ok(see_other(&format!("/receipts/{}", row.code)))
        }
        Err(error) => {
            drop(tx);
            let mut refused = Failure::from(error).said()?;
            refused.extend(waiting);
            let conflict = refused.iter().any(|refused| refused.kind == Kind::Conflict);
            let mut answer = page(&Check::of(&app, v, &desk, &agreed, refused).await?)?;
            *answer.status_mut() =
                if conflict { StatusCode::CONFLICT } else { StatusCode::UNPROCESSABLE_ENTITY };
            Ok(answer)
        }
    }
}
