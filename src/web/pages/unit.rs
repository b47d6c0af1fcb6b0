//! Units: for whoever looks for one in a form, and the desk on which officers keep their own.

use actix_web::{HttpResponse, web};
use askama::Template;
use entity::id::OfficerId;
use entity::instant::Instant;
use entity::officer::Role;
use serde_json::json;

use crate::app::App;
use crate::refusal::{Kind, Refusal, Refused};
use crate::unit::{self, Error, Officer};
use crate::web::form::Form;
use crate::web::signed::Signed;
use crate::web::{Failure, Result, View, page, see_other};
use crate::{account, db};

/// Most units that are offered.
const MOST: u64 = 12;
/// Most units that a search on the desk shows.
const FOUND: u64 = 50;
/// Fewest letters that are a question.
const LETTERS: usize = 2;
/// Most bytes of a list.
const LIST: u64 = 10_000_000;

/// What was typed.
#[derive(serde::Deserialize)]
pub struct Asked {
    #[serde(default)]
    q: String,
}

/// Units whose names hold what was typed, in any spelling, as the form of an entry offers them.
///
/// # Errors
/// When the database fails.
pub async fn search(app: web::Data<App>, v: View, asked: web::Query<Asked>) -> Result {
    let typed = asked.q.trim();
    let found = match typed.chars().count() {
        ..LETTERS => Vec::new(),
        _ => unit::search(&app.db, typed, MOST).await?,
    };
    let said = match (typed.is_empty(), found.len()) {
        (true, _) => String::new(),
        (false, 0) => v.t("unit-not-found"),
        (false, count) => v.t1("unit-found", "count", count),
    };
    let units: Vec<_> = found.into_iter().map(|unit| [unit.code, unit.name]).collect();
    let answer = json!({ "units": units, "said": said });
    Ok(HttpResponse::Ok().insert_header(("Cache-Control", "private, max-age=60")).json(answer))
}

/// One's own units, and those that were sought.
#[derive(Template)]
#[template(path = "unit/index.html")]
pub struct Index {
    /// Who looks.
    pub v: View,
    /// What was typed.
    pub typed: String,
    /// Units found: code, name, whether one may act for it.
    pub found: Vec<(String, String, bool)>,
    /// Units in which one holds an office: code and name.
    pub own: Vec<(String, String)>,
}

/// Finds units; everybody may look, but only officers get further.
///
/// # Errors
/// When the database fails.
pub async fn index(app: web::Data<App>, v: View, who: Signed, asked: web::Query<Asked>) -> Result {
    let typed = asked.q.trim().to_owned();
    let found = match typed.chars().count() {
        ..LETTERS => Vec::new(),
        _ => unit::search(&app.db, &typed, FOUND).await?,
    };
    let reach = Reach::of(&app, &v, &who).await?;
    page(&Index {
        typed,
        found: found.into_iter().map(|unit| reach.named(unit)).collect(),
        own: reach.own.into_iter().map(|unit| (unit.code, unit.name)).collect(),
        v,
    })
}

/// Units for which somebody may act: those in which they hold an office, and all below.
struct Reach {
    own: Vec<entity::unit::Model>,
    all: bool,
}

impl Reach {
    async fn of(app: &App, v: &View, who: &Signed) -> Result<Self> {
        let offices = unit::offices(&app.db, who.id(), v.now).await?;
        let own = offices.into_iter().map(|(_, unit)| unit).collect();
        Ok(Self { own, all: account::is_admin(&app.db, who.id()).await? })
    }

    /// Code and name of a unit, and whether it is within reach.
    fn named(&self, unit: entity::unit::Model) -> (String, String, bool) {
        let within = self.all || self.own.iter().any(|own| unit.path.starts_with(&own.path));
        (unit.code, unit.name, within)
    }
}

/// Somebody who holds an office.
#[derive(Clone, Debug)]
pub struct Holder {
    /// Key of the office.
    pub id: OfficerId,
    /// Their name.
    pub name: String,
    /// Key of the words of the office.
    pub role: &'static str,
}

/// A unit, as its officers see it.
#[derive(Template)]
#[template(path = "unit/show.html")]
pub struct Show {
    /// Who looks.
    pub v: View,
    /// The unit.
    pub unit: entity::unit::Model,
    /// Its type, in words.
    pub kind: String,
    /// Units above it: code, name and whether one may look at it; topmost first.
    pub above: Vec<(String, String, bool)>,
    /// Units right below it: code and name.
    pub below: Vec<(String, String)>,
    /// Members, and as of when.
    pub members: Option<(i32, Instant)>,
    /// Who holds an office in it.
    pub holders: Vec<Holder>,
    /// Whether one may change it.
    pub leads: bool,
    /// Types of units: code and words.
    pub kinds: Vec<(String, String)>,
    /// The unit that took it over.
    pub merged: Option<(String, String)>,
    /// What was wrong.
    pub refused: Vec<Refused>,
    /// Lines of a list that were not taken: number, sentence.
    pub faults: Vec<(u64, String)>,
    /// How many units of a list were taken.
    pub taken: Option<usize>,
}

async fn officer(
    app: &App,
    v: &View,
    who: &Signed,
    code: &str,
) -> std::result::Result<Officer, Failure> {
    let unit = unit::by_code(&app.db, code).await?;
    Ok(Officer::of(&app.db, unit, who.id(), v.now).await?)
}

/// Shows a unit to its officers and to those of the units above it.
///
/// # Errors
/// Forbidden to anybody else.
pub async fn show(app: web::Data<App>, v: View, who: Signed, code: web::Path<String>) -> Result {
    let by = officer(&app, &v, &who, &code).await?;
    page(&draw(&app, v, (&who, &by), Vec::new()).await?)
}

async fn draw(
    app: &App,
    v: View,
    (who, by): (&Signed, &Officer),
    refused: Vec<Refused>,
) -> std::result::Result<Show, Failure> {
    let unit = unit::by_id(&app.db, by.unit.id).await?;
    let english = v.lang.is_english();
    let label = |kind: &entity::unit_type::Model| {
        if english { kind.label_en.clone() } else { kind.label_vi.clone() }
    };
    let kinds = unit::types(&app.db).await?;
    let above = unit::above(&app.db, unit.id).await?;
    let mut above = unit::by_ids(&app.db, above).await?;
    above.retain(|one| one.id != unit.id);
    let reach = Reach::of(app, &v, who).await?;
    let below = unit::children(&app.db, unit.id).await?;
    let held = unit::holders(&app.db, unit.id, v.now).await?;
    let names = account::names(&app.db, held.iter().map(|row| row.user_id)).await?;
    let merged = match unit.merged_into {
        Some(id) => Some(unit::by_id(&app.db, id).await?),
        None => None,
    };
    let holder = |row: &entity::officer::Model| Holder {
        id: row.id,
        name: names.get(&row.user_id).cloned().unwrap_or_default(),
        role: match row.role {
            Role::Lead => "office-lead",
            Role::Staff => "office-staff",
        },
    };
    Ok(Show {
        kind: kinds.iter().find(|kind| kind.code == unit.type_code).map(label).unwrap_or_default(),
        above: above.into_iter().map(|unit| reach.named(unit)).collect(),
        below: below.into_iter().map(|unit| (unit.code, unit.name)).collect(),
        members: unit::counted(&app.db, unit.id, v.now).await?,
        holders: held.iter().map(holder).collect(),
        leads: by.leads() && unit.valid_to.is_none(),
        kinds: kinds.iter().map(|kind| (kind.code.clone(), label(kind))).collect(),
        merged: merged.map(|unit| (unit.code, unit.name)),
        refused,
        faults: Vec::new(),
        taken: None,
        unit,
        v,
    })
}

/// Changes a unit: its names, its members, its officers, its place; or adds one below it.
///
/// # Errors
/// Forbidden to anybody but leading officers; what is wrong is said on the page.
pub async fn update(
    app: web::Data<App>,
    v: View,
    who: Signed,
    code: web::Path<String>,
    form: Form,
) -> Result {
    let by = officer(&app, &v, &who, &code).await?;
    if !by.leads() {
        return Err(Error::NotAllowed.into());
    }
    let tx = db::begin(&app.db).await?;
    match change(&tx, &v, &by, &form).await {
        Ok(()) => {
            tx.commit().await?;
            Ok(see_other(&format!("/desk/units/{code}")))
        }
        Err(refused) if refused.kind == Kind::Broken => Err(Failure::of(refused)),
        Err(refused) => {
            drop(tx);
            page(&draw(&app, v, (&who, &by), vec![refused]).await?)
        }
    }
}

async fn change(
    tx: &sea_orm::DatabaseTransaction,
    v: &View,
    by: &Officer,
    form: &Form,
) -> std::result::Result<(), Refused> {
    let said = |error: Error| error.refusal();
    match form.text("act") {
        "add" => {
            let members = form.number::<i32>("members").filter(|count| *count >= 0);
            if members.is_none() && !form.text("members").is_empty() {
                let wanted = Refused::new(Kind::Invalid, "shape-number-wanted").at("members");
                return Err(wanted.with("written", form.text("members")));
            }
            let row = unit::Row {
                code: form.text("code").to_lowercase(),
                name: form.text("name").to_owned(),
                short_name: form.text("short_name").to_owned(),
                kind: form.text("type").to_owned(),
                parent: String::new(),
                members,
                source: form.text("source").to_owned(),
            };
            unit::add(tx, by, row, v.now).await.map(drop).map_err(said)
        }
        "move" => {
            let to = unit::by_code(tx, form.text("below")).await.map_err(said)?;
            let to = Officer::of(tx, to, by.user(), v.now).await.map_err(said)?;
            unit::put_below(tx, by, &to, v.now).await.map_err(said)
        }
        "rename" => {
            let names = (form.text("name"), form.text("short_name"));
            unit::rename(tx, by, names, v.now).await.map_err(said)
        }
        "members" => {
            let count = form.number::<i32>("members").filter(|count| *count >= 0);
            let wanted = || Refused::new(Kind::Invalid, "shape-number-wanted").at("members");
            let count = count.ok_or_else(|| wanted().with("written", form.text("members")))?;
            unit::record_members(tx, by, count, v.now).await.map_err(said)
        }
        "appoint" => {
            let role = if form.text("role") == "lead" { Role::Lead } else { Role::Staff };
            let (name, email) = (form.text("name"), form.text("email"));
            let user = account::invite(tx, name, email, v.now).await;
            let user = user.map_err(|error| error.refusal())?;
            unit::grant(tx, by, user, role, v.now).await.map_err(said)
        }
        "dismiss" => {
            let id: Option<OfficerId> = form.text("office").parse().ok();
            let id = id.ok_or_else(|| Refused::new(Kind::NotFound, "nothing-here"))?;
            unit::withdraw(tx, by, id, v.now).await.map_err(said)
        }
        "merge" => {
            let into = unit::by_code(tx, form.text("into")).await.map_err(said)?;
            // Whoever merges has to lead both.
            let into = Officer::of(tx, into, by.user(), v.now).await.map_err(said)?;
            unit::hand_over(tx, by, &into, form.text("from"), v.now).await.map_err(said)
        }
        _ => Err(Refused::new(Kind::Invalid, "nothing-chosen")),
    }
}

/// Takes in a list of units below this one, as CSV or as a workbook: all of it or nothing.
///
/// # Errors
/// Forbidden to anybody but leading officers; lines that cannot be taken are said on the page.
pub async fn import(
    app: web::Data<App>,
    v: View,
    who: Signed,
    code: web::Path<String>,
    form: Form,
) -> Result {
    let by = officer(&app, &v, &who, &code).await?;
    if !by.leads() {
        return Err(Error::NotAllowed.into());
    }
    let Some(sent) = form.files("list").next().filter(|sent| sent.bytes <= LIST) else {
        let refused = Refused::new(Kind::Invalid, "unit-list-missing").at("list");
        return page(&draw(&app, v, (&who, &by), vec![refused]).await?);
    };
    let bytes = tokio::fs::read(sent.file.path()).await.map_err(Failure::broken)?;
    let read = web::block(move || unit::read(&bytes)).await.map_err(Failure::broken)?;
    let Ok((rows, mut faults)) = read else {
        let refused = Refused::new(Kind::Invalid, "unit-list-unreadable").at("list");
        return page(&draw(&app, v, (&who, &by), vec![refused]).await?);
    };
    let count = rows.len();
    let tx = db::begin(&app.db).await?;
    faults.extend(unit::import_below(&tx, &by, rows, v.now).await?);
    if faults.is_empty() {
        tx.commit().await?;
    } else {
        drop(tx);
    }
    let mut shown = draw(&app, v, (&who, &by), Vec::new()).await?;
    faults.sort_by_key(|fault| fault.line);
    let sentence =
        |fault: &unit::Fault| (fault.line, shown.v.t1(fault.code, "value", fault.value.as_str()));
    shown.faults = faults.iter().map(sentence).collect();
    shown.taken = faults.is_empty().then_some(count);
    page(&shown)
}
