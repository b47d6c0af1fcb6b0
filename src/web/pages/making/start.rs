//! A new contest: from a form, or from one that was run before.

use actix_web::web;
use askama::Template;

use super::TEMPLATES;
use super::form::{Choices, Way, again, filled};
use super::origin::Origin;
use super::parents;
use crate::app::{self, App};
use crate::contest::apply::{self, Change};
use crate::contest::definition::{Definition, PhaseKind};
use crate::contest::{self, Contest, Organiser, document, outline};
use crate::refusal::{Kind, Refused};
use crate::web::form::Form;
use crate::web::pages::invite;
use crate::web::signed::Signed;
use crate::web::{Failure, Result, View, page, see_other};
use crate::{account, db, judging, unit};

/// The page on which a form is chosen.
#[derive(Template)]
#[template(path = "desk/new.html")]
pub struct New {
    /// Who looks.
    pub v: View,
    /// Forms: key, name, what an entry holds.
    pub templates: Vec<(&'static str, String, String)>,
    /// Contests to take up again: name in addresses, title.
    pub earlier: Vec<(String, String)>,
}

/// What a link to the form may say.
#[derive(Debug, serde::Deserialize)]
pub struct Asked {
    template: Option<String>,
    from: Option<String>,
    length: Option<String>,
}

/// Shows the forms to choose from, or the fields of the one that was chosen.
///
/// # Errors
/// When the database fails; forbidden for a contest that is somebody else's.
pub async fn new(app: web::Data<App>, v: View, who: Signed, asked: web::Query<Asked>) -> Result {
    let Asked { template, from, length } = asked.into_inner();
    if template.is_none() && from.is_none() {
        return choose(&app, v, &who).await;
    }
    let origin = Origin { template: template.unwrap_or_default(), from: from.unwrap_or_default() };
    let mut definition = origin.definition(&app, &v, &who).await?;
    let choices = choices(&app, &v, &who, &definition).await?;
    if origin.from.is_empty() {
        definition.title.vi.clear();
        if let Some((code, _)) = choices.units.first() {
            definition.unit.clone_from(code);
        }
    }
    let mut sent = outline::fields(&definition);
    let days = days(&v, length.as_deref().unwrap_or("month"));
    for (name, value) in &mut sent {
        if let Some((_, day)) = days.iter().find(|(field, _)| field == name) {
            value.clone_from(day);
        }
    }
    page(&filled(v, &definition, &choices, &sent, Vec::new(), Way::Make(&origin)))
}

async fn choose(app: &App, v: View, who: &Signed) -> Result {
    let mut earlier = Vec::new();
    for row in contest::all(&app.db).await?.into_iter().take(100) {
        let contest = contest::by_id(&app.db, row.id).await?;
        if Organiser::of(&app.db, &contest, who.id(), v.now).await.is_ok() {
            let title = contest.definition.title.read(v.lang.is_english()).to_owned();
            earlier.push((row.slug, title));
        }
    }
    let holds = |text: &str| {
        let read = document::read(text).map(|definition| {
            let slots = definition.categories.iter().flat_map(|one| one.slots.clone());
            let named = slots.map(|slot| slot.label.read(v.lang.is_english()).to_owned());
            named.collect::<Vec<_>>().join(", ")
        });
        read.unwrap_or_default()
    };
    let templates = TEMPLATES
        .iter()
        .map(|(key, text)| (*key, v.t(&format!("template-{key}")), holds(text)))
        .collect();
    page(&New { templates, earlier, v })
}

async fn choices(
    app: &App,
    v: &View,
    who: &Signed,
    like: &Definition,
) -> std::result::Result<Choices, Failure> {
    let parents = parents(app, v, ("", like.parent.as_deref())).await?;
    Ok(Choices { units: units(app, v, who).await?, parents })
}

/// Units that the contest may belong to: code and name.
async fn units(
    app: &App,
    v: &View,
    who: &Signed,
) -> std::result::Result<Vec<(String, String)>, Failure> {
    let offices = unit::offices(&app.db, who.id(), v.now).await?;
    let mut units: Vec<_> = offices.into_iter().map(|(_, unit)| (unit.code, unit.name)).collect();
    if units.is_empty() && account::is_admin(&app.db, who.id()).await? {
        let top = unit::by_code(&app.db, "tong-lien-doan").await?;
        units.push((top.code, top.name));
    }
    Ok(units)
}

/// Days to begin with: intake from today for a while, a week and a half for the jury and the vote.
fn days(v: &View, length: &str) -> Vec<(&'static str, String)> {
    let today = crate::words::vietnam(v.now).date();
    let after = |days: i64| {
        let span = jiff::Span::new().try_days(days);
        span.and_then(|span| today.checked_add(span)).unwrap_or(today).to_string()
    };
    let weeks = if length == "weeks" { 14 } else { 30 };
    vec![
        ("from", after(0)),
        ("to", after(weeks)),
        ("vote", after(weeks + 10)),
        ("announce", after(weeks + 12)),
    ]
}

/// Makes a draft from a form or an earlier contest.
///
/// # Errors
/// Forbidden without an office in the unit; findings are said beside the fields.
pub async fn create(app: web::Data<App>, v: View, who: Signed, form: Form) -> Result {
    let origin =
        Origin { template: form.text("template").to_owned(), from: form.text("source").to_owned() };
    let old = origin.definition(&app, &v, &who).await?;
    let slug = slug_of(form.text("title"));
    let year = |text: &str| text.get(..4).and_then(|year| year.parse::<i16>().ok());
    let began = old.phases_of(PhaseKind::Intake).filter_map(|phase| year(&phase.opens.0)).min();
    let years = year(form.text("from")).zip(began).map_or(0, |(new, old)| new - old);
    let mut definition = old.cloned_as(&slug, years);
    let choices = choices(&app, &v, &who, &old).await?;
    let refused = match made(&app, &v, &who, &mut definition, &form).await {
        Ok(()) => return Ok(see_other(&format!("/desk/contests/{slug}/check"))),
        Err(failure) => failure.said()?,
    };
    again(&filled(v, &old, &choices, form.texts(), refused, Way::Make(&origin)))
}

/// A name in addresses from a title, with a few letters that make it its own.
fn slug_of(title: &str) -> String {
    let tail = data_encoding::HEXLOWER.encode(&app::fresh::<3>());
    let plain = |c: char| if c.is_ascii_lowercase() || c.is_ascii_digit() { c } else { '-' };
    let slug: String = crate::words::fold(title).chars().map(plain).take(60).collect();
    let words: Vec<&str> = slug.split('-').filter(|word| !word.is_empty()).collect();
    [words.join("-").as_str(), tail.as_str()].join("-").trim_matches('-').to_owned()
}

async fn made(
    app: &App,
    v: &View,
    who: &Signed,
    definition: &mut Definition,
    form: &Form,
) -> std::result::Result<(), Failure> {
    let home = unit::by_code(&app.db, form.text("unit")).await?;
    unit::Officer::of(&app.db, home, who.id(), v.now).await?;
    outline::put(definition, form.texts()).map_err(Failure::all)?;
    let tx = db::begin(&app.db).await?;
    let id = apply::apply(&tx, definition, Some(who.id()), &Change::default(), v.now).await?;
    let contest = contest::by_id(&tx, id).await?;
    let organiser = Organiser::of(&tx, &contest, who.id(), v.now).await?;
    for line in form.text("judges").lines().map(str::trim).filter(|line| !line.is_empty()) {
        seat(&tx, v, (&contest, &organiser), line).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Name and address of a line such as `Lê Thị Bình <binh@example.vn>`; the name may be missing.
fn named(line: &str) -> (String, &str) {
    let edge = |c: char| "<>()[],;:\"".contains(c);
    let mut words: Vec<&str> =
        line.split(|c: char| c.is_whitespace() || ",;<".contains(c)).collect();
    let at = words.iter().position(|word| word.contains('@'));
    let address = at.map_or(line, |at| words.remove(at).trim_matches(edge));
    let name = words.iter().map(|word| word.trim_matches(edge)).filter(|word| !word.is_empty());
    (if at.is_some() { name.collect::<Vec<_>>().join(" ") } else { String::new() }, address)
}

/// Gives somebody a seat in every round, and writes to them.
async fn seat(
    tx: &sea_orm::DatabaseTransaction,
    v: &View,
    (contest, organiser): (&Contest, &Organiser),
    line: &str,
) -> std::result::Result<(), Failure> {
    let (name, written) = named(line);
    let to = account::email(written).map_err(|_| {
        let fault = Refused::new(Kind::Invalid, "judge-no-email").at("judges");
        Failure::of(fault.with("written", line))
    })?;
    let user = account::invite(tx, &name, &to, v.now).await?;
    for round in &contest.definition.rounds {
        judging::add(tx, organiser, &round.key, user, false, v.now).await?;
    }
    invite::write(tx, v, contest, ("seat", &to), |_| Vec::new()).await
}
