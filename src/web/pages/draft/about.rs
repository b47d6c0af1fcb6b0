//! About the work and about you.

use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use entity::contributor::Role;
use entity::entry::EntrantKind;
use entity::unit as unit_row;

use super::{Desk, kept};
use crate::app::App;
use crate::contest::definition::{DeclaredBy, EligibilityRule, Entrant};
use crate::entry::{self, Person};
use crate::refusal::{Kind, Refusal, Refused};
use crate::web::form::Form;
use crate::web::resume::Resume;
use crate::web::signed::MaybeSigned;
use crate::web::{Failure, Result, View, page, see_other};
use crate::words::{self, Lang};
use crate::{db, unit};

/// The page about the work and the person.
#[derive(Template)]
#[template(path = "enter/about.html")]
pub struct About {
    /// Who looks.
    pub v: View,
    /// The draft's code.
    pub code: String,
    /// The contest's name.
    pub contest: String,
    /// Version that the form is drawn from.
    pub version: i32,
    /// What is filled in.
    pub person: Person,
    /// Kinds of entrants to choose from: key of the words, value, whether chosen.
    pub kinds: Vec<(&'static str, &'static str, bool)>,
    /// `full`, `pen` or `hidden`.
    pub show: &'static str,
    /// Code of the chosen unit.
    pub unit: String,
    /// Its name.
    pub unit_name: String,
    /// What was typed to find a unit.
    pub sought: String,
    /// Units that were found: code, name.
    pub found: Vec<(String, String)>,
    /// Whether the birth date is asked for.
    pub asks_birth: bool,
    /// Whether a guardian is asked for: of an author under 16, or where one was named.
    pub asks_guardian: bool,
    /// Whether several names may be given.
    pub asks_others: bool,
    /// Names beside the author's, one a line.
    pub others: String,
    /// Name of the legal representative of an author under 16.
    pub guardian: String,
    /// What is wrong.
    pub refused: Vec<Refused>,
}

/// Names in a role, one a line.
fn names(whole: &entry::Whole, role: Role) -> String {
    let of = whole.people.iter().filter(|who| who.role == role);
    of.map(|who| who.name.clone()).collect::<Vec<_>>().join("\n")
}

/// What stands in the place of a name that its bearer wants hidden. The entry holds the Vietnamese
/// words, whatever language it was filled in in: most who see the work read these.
fn hidden_name(lang: Lang) -> String {
    words::say(lang, "enter-hidden-name", &[])
}

impl About {
    async fn of(app: &App, v: View, desk: &Desk) -> Result<Self> {
        let whole = entry::whole(&app.db, desk.author.entry.clone()).await?;
        let row = &whole.entry;
        let chosen = match row.unit_id {
            Some(id) => unit::by_id(&app.db, id).await.ok(),
            None => None,
        };
        let show = match row.shown_name.as_str() {
            shown if shown == row.entrant_name || shown.is_empty() => "full",
            shown if shown == hidden_name(Lang::Vi) || shown == hidden_name(Lang::En) => "hidden",
            _ => "pen",
        };
        let author = whole.people.iter().find(|who| who.role == Role::Author);
        let person = Person {
            title: row.title.clone(),
            kind: Some(row.entrant_kind),
            name: row.entrant_name.clone(),
            shown: if show == "pen" { row.shown_name.clone() } else { String::new() },
            unit: row.unit_id,
            phone: row.phone.clone().unwrap_or_default(),
            email: row.email.clone().unwrap_or_default(),
            birth_date: author.and_then(|who| who.birth_date.clone()).unwrap_or_default(),
            guardian_email: whole
                .people
                .iter()
                .find_map(|who| who.email.clone().filter(|_| who.role == Role::Guardian))
                .unwrap_or_default(),
            others: Vec::new(),
        };
        let (others, guardian) = (names(&whole, Role::CoAuthor), names(&whole, Role::Guardian));
        let mut about = Self::drawn(v, desk, person, show);
        (about.others, about.guardian) = (others, guardian);
        about.ask_guardian();
        about.choose(chosen);
        Ok(about)
    }

    fn drawn(v: View, desk: &Desk, person: Person, show: &'static str) -> Self {
        let definition = &desk.contest.definition;
        let by_age = |rule: &crate::contest::definition::Eligibility| {
            matches!(rule.rule, EligibilityRule::Age(_))
        };
        let minors = definition
            .declarations
            .iter()
            .any(|d| matches!(d.of, DeclaredBy::Guardian | DeclaredBy::Child));
        let kinds = desk.category.entrants.iter().map(|kind| {
            let (key, value, kind) = match kind {
                Entrant::Person => ("enter-kind-person", "person", EntrantKind::Person),
                Entrant::Team => ("enter-kind-team", "team", EntrantKind::Team),
                Entrant::Unit => ("enter-kind-unit", "unit", EntrantKind::Unit),
            };
            (key, value, person.kind == Some(kind))
        });
        Self {
            code: desk.author.entry.code.clone(),
            contest: definition.title.read(v.lang.is_english()).to_owned(),
            version: desk.author.entry.version,
            kinds: kinds.collect(),
            show,
            unit: String::new(),
            unit_name: String::new(),
            sought: String::new(),
            found: Vec::new(),
            asks_birth: minors || definition.eligibility.iter().any(by_age),
            asks_guardian: false,
            asks_others: desk.category.entrants.contains(&Entrant::Team),
            others: String::new(),
            guardian: String::new(),
            refused: Vec::new(),
            person,
            v,
        }
    }

    fn ask_guardian(&mut self) {
        let named = !self.guardian.is_empty() || !self.person.guardian_email.is_empty();
        let young = entry::is_under_16(&self.person.birth_date, self.v.now);
        self.asks_guardian = self.asks_birth && (young || named);
    }

    fn choose(&mut self, unit: Option<unit_row::Model>) {
        self.person.unit = unit.as_ref().map(|unit| unit.id);
        if let Some(unit) = unit {
            (self.unit, self.unit_name) = (unit.code, unit.name);
        }
    }

    /// What a form says, with the unit that it names or seeks.
    async fn typed(app: &App, v: View, desk: &Desk, form: &Form) -> Result<Self> {
        let show = match form.text("show") {
            "pen" => "pen",
            "hidden" => "hidden",
            _ => "full",
        };
        let kind = match form.text("kind") {
            "team" => Some(EntrantKind::Team),
            "unit" => Some(EntrantKind::Unit),
            "person" => Some(EntrantKind::Person),
            _ => None,
        };
        let person = Person {
            title: form.text("title").to_owned(),
            kind,
            name: form.text("name").to_owned(),
            shown: if show == "pen" { form.text("pen").to_owned() } else { String::new() },
            unit: None,
            phone: form.text("phone").to_owned(),
            email: form.text("email").to_owned(),
            birth_date: form.text("birth_date").to_owned(),
            guardian_email: form.text("guardian_email").to_owned(),
            others: Vec::new(),
        };
        let mut about = Self::drawn(v, desk, person, show);
        about.others = form.text("others").to_owned();
        about.guardian = form.text("guardian").to_owned();
        about.sought = form.text("sought").to_owned();
        about.ask_guardian();
        let named = match form.some("unit").filter(|_| about.sought.is_empty()) {
            Some(code) => unit::by_code(&app.db, &code).await.ok(),
            None => None,
        };
        let mut found = match about.sought.as_str() {
            "" => Vec::new(),
            sought => unit::search(&app.db, sought, 12).await?,
        };
        match (named, found.len()) {
            (Some(unit), _) => about.choose(Some(unit)),
            (None, 1) => about.choose(found.pop()),
            _ => {
                about.found = found.into_iter().map(|unit| (unit.code, unit.name)).collect();
            }
        }
        Ok(about)
    }

    /// What has to be said before the check; where units to choose from are shown, the unit is asked
    /// for by them.
    fn missing(&self, row: &entity::entry::Model, desk: &Desk) -> Vec<Refused> {
        let mut missing = entry::untold(row, &desk.category);
        missing.retain(|one| self.sought.is_empty() || one.field.as_deref() != Some("unit"));
        let young = entry::is_under_16(&self.person.birth_date, self.v.now);
        if self.asks_birth && young && self.guardian.is_empty() {
            missing.push(Refused::new(Kind::Invalid, "guardian-missing").at("guardian"));
        }
        missing
    }

    /// The person to be kept, with everybody beside the author.
    fn whole_person(&self) -> Person {
        let mut person = self.person.clone();
        if self.show == "hidden" {
            person.shown = hidden_name(Lang::Vi);
        }
        let lines = |text: &str, role: Role| -> Vec<(Role, String)> {
            let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
            lines.take(100).map(|line| (role, line.to_owned())).collect()
        };
        person.others = lines(&self.others, Role::CoAuthor);
        person.others.extend(lines(&self.guardian, Role::Guardian));
        if self.guardian.trim().is_empty() && !person.guardian_email.is_empty() {
            person.others.push((Role::Guardian, String::new()));
        }
        person
    }
}

/// Shows what is known of the work and the person.
///
/// # Errors
/// When it is not theirs.
pub async fn about(
    app: web::Data<App>,
    v: View,
    code: web::Path<String>,
    signed: MaybeSigned,
    resume: Resume,
) -> Result {
    let desk = Desk::at_work(&app, &app.db, &code, &signed, &resume, v.now).await?;
    page(&About::of(&app, v, &desk).await?)
}

/// Keeps what was typed and goes on to the check, or shows the units that were found.
///
/// # Errors
/// When it is not theirs.
pub async fn keep_about(
    app: web::Data<App>,
    v: View,
    code: web::Path<String>,
    form: Form,
    signed: MaybeSigned,
    resume: Resume,
) -> Result {
    let desk = Desk::at_work(&app, &app.db, &code, &signed, &resume, v.now).await?;
    let mut about = About::typed(&app, v, &desk, &form).await?;
    let tx = db::begin(&app.db).await?;
    let person = about.whole_person();
    let version = form.number("version");
    match entry::save(&tx, &desk.author, &desk.contest, &person, version, about.v.now).await {
        Ok(row) => {
            tx.commit().await?;
            about.version = row.version;
            about.refused = about.missing(&row, &desk);
        }
        Err(error) if about.v.is_script => return Err(error.into()),
        Err(error) => {
            about.refused.push(told(error)?);
            // What was typed stands on the page again; sent once more, it is kept over the other.
            drop(tx);
        }
    }
    if about.v.is_script {
        return Ok(kept(&about.v, &about.code, "about", Some(about.version)));
    }
    let seeks = !about.sought.is_empty() && about.unit.is_empty();
    if seeks && about.found.is_empty() {
        about.refused.push(Refused::new(Kind::Invalid, "unit-not-found").at("unit"));
    }
    if about.refused.is_empty() && !seeks {
        return Ok(see_other(&format!("/drafts/{}/check", about.code)));
    }
    let faulty = !about.refused.is_empty();
    let mut answer = page(&about)?;
    if faulty {
        *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(answer)
}

fn told(error: entry::Error) -> std::result::Result<Refused, Failure> {
    let refused = error.refusal();
    if refused.kind == Kind::Conflict { Ok(refused) } else { Err(error.into()) }
}
