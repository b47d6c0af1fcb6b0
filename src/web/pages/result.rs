//! Results: reckoned, decided, proposed and published by organisers; shown to everybody.

use std::collections::{BTreeMap, HashMap};

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use entity::decision::Kind as Decided;
use entity::id::{EntryId, UnitId};
use entity::publication::State;

use super::contest::public;
use super::desk::organised;
use crate::app::{self, App};
use crate::audit::{self, Verdict};
use crate::contest::{self, Approver, Auditor, Contest};
use crate::entry::code;
use crate::refusal::{Kind, Refusal, Refused};
use crate::results::rank::Who;
use crate::results::{self, Error, Problem};
use crate::web::cache::Kept;
use crate::web::form::Form;
use crate::web::signed::Signed;
use crate::web::{Failure, Result, View, page, see_other};
use crate::{account, db, reports, unit};

/// A place as it is shown.
pub struct Place {
    /// The place.
    pub place: i32,
    /// What won it: name, and address when it has one.
    pub name: String,
    /// Public code of the work.
    pub code: Option<String>,
    /// Whose it is.
    pub by: String,
    /// Points in millionths.
    pub millionths: i64,
    /// Prizes.
    pub prizes: Vec<String>,
    /// How it came about, one line each.
    pub worksheet: Vec<String>,
}

/// A table as it is shown.
pub struct Table {
    /// Its key.
    pub key: String,
    /// Its title.
    pub title: String,
    /// Its formula in words.
    pub formula: String,
    /// Places, first first.
    pub places: Vec<Place>,
}

/// Names of whoever may stand in a table.
struct Names {
    entries: HashMap<EntryId, entity::entry::Model>,
    units: HashMap<UnitId, String>,
}

async fn names(app: &App, contest: &Contest) -> std::result::Result<Names, Failure> {
    use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
    let rows = entity::entry::Entity::find()
        .filter(entity::entry::Column::ContestId.eq(contest.id()))
        .filter(entity::entry::Column::Number.is_not_null())
        .all(&app.db)
        .await?;
    let units = unit::names(&app.db, rows.iter().filter_map(|row| row.unit_id)).await?;
    Ok(Names { entries: rows.into_iter().map(|row| (row.id, row)).collect(), units })
}

impl Names {
    fn of(&self, who: Who) -> (String, Option<String>, String) {
        match who {
            Who::Unit(id) => {
                (self.units.get(&id).cloned().unwrap_or_default(), None, String::new())
            }
            Who::Entry(id) => self.entries.get(&id).map_or_else(Default::default, |entry| {
                let unit = entry.unit_id.and_then(|id| self.units.get(&id));
                let by = match unit {
                    Some(unit) => format!("{} · {unit}", entry.shown_name),
                    None => entry.shown_name.clone(),
                };
                (entry.title.clone(), Some(entry.code.clone()), by)
            }),
        }
    }
}

fn prize_label(contest: &Contest, key: &str, v: &View) -> String {
    let prize = contest.definition.prizes.iter().find(|prize| prize.key == key);
    prize.map(|prize| prize.label.read(v.lang.is_english()).to_owned()).unwrap_or_default()
}

/// The public page of a result.
#[derive(Template)]
#[template(path = "result/show.html")]
pub struct Show {
    /// Who looks.
    pub v: View,
    /// Name in addresses.
    pub slug: String,
    /// Title.
    pub title: String,
    /// Number of the publication, and when it was published.
    pub published: (i32, entity::instant::Instant),
    /// Why it replaces an older one.
    pub reason: Option<String>,
    /// Its tables.
    pub tables: Vec<Table>,
    /// What was counted, by kind.
    pub statement: Vec<(String, i64)>,
    /// SHA-256 over everything that decides.
    pub hash: String,
    /// Whether complaints are taken.
    pub takes_complaints: bool,
}

/// Shows the result in force.
///
/// # Errors
/// Not found before there is one.
pub async fn show(
    app: web::Data<App>,
    kept: web::Data<Kept>,
    request: HttpRequest,
    slug: web::Path<String>,
) -> Result {
    let key = format!("/contests/{slug}/results");
    let version = async || Ok(public(&app, &slug).await?.row.public_version);
    let draw = async |v: View| {
        let contest = public(&app, &slug).await?;
        let page = shown(&app, v, &contest).await?;
        page.render().map_err(Failure::broken)
    };
    kept.page(&request, &key, version, draw).await
}

async fn shown(app: &App, v: View, contest: &Contest) -> std::result::Result<Show, Failure> {
    use crate::contest::definition::PhaseKind;
    let row = results::in_force(&app.db, contest.id()).await?;
    let row = row.ok_or_else(|| Failure::new(Kind::NotFound, "no-result-yet"))?;
    let names = names(app, contest).await?;
    let awards = results::awards(&app.db, row.id).await?;
    let standings = results::standings(&app.db, row.id).await?;
    let mut tables = Vec::new();
    for table in &contest.definition.tables {
        let own = standings.iter().filter(|place| place.table_key == table.key);
        let places = own.map(|place| {
            let who = match (place.entry_id, place.unit_id) {
                (Some(id), _) => Who::Entry(id),
                (_, Some(id)) => Who::Unit(id),
                _ => Who::Entry(EntryId::new()),
            };
            let (name, code, by) = names.of(who);
            let won = awards.iter().filter(|award| {
                let prize = contest.definition.prizes.iter().find(|p| p.key == award.prize_key);
                let same = award.entry_id == place.entry_id && award.unit_id == place.unit_id;
                same && prize.is_some_and(|prize| prize.table == table.key)
            });
            let sheet = serde_json::from_value(place.worksheet.clone()).ok();
            Place {
                place: place.place,
                name,
                code,
                by,
                millionths: place.millionths,
                prizes: won.map(|award| prize_label(contest, &award.prize_key, &v)).collect(),
                worksheet: sheet
                    .map(|sheet| super::worksheet::lines(&v, contest, &sheet))
                    .unwrap_or_default(),
            }
        });
        let places = places.collect();
        let title = table.title.read(v.lang.is_english()).to_owned();
        let formula = super::worksheet::formula(&v, contest, table);
        tables.push(Table { key: table.key.clone(), title, formula, places });
    }
    let votes: BTreeMap<String, i64> = row
        .summary
        .get("votes")
        .cloned()
        .and_then(|v| serde_json::from_value(v).ok())
        .unwrap_or_default();
    Ok(Show {
        slug: contest.slug().to_owned(),
        title: contest.definition.title.read(v.lang.is_english()).to_owned(),
        published: (row.number, row.approved_at.unwrap_or(row.proposed_at)),
        reason: row.reason.clone(),
        tables,
        statement: votes.into_iter().collect(),
        hash: data_encoding::HEXLOWER.encode(&row.inputs_hash),
        takes_complaints: contest.open(PhaseKind::Complaint, v.now).is_some(),
        v,
    })
}

/// Files a complaint.
///
/// # Errors
/// Conflict outside of its window.
pub async fn complain(app: web::Data<App>, v: View, slug: web::Path<String>, form: Form) -> Result {
    let contest = public(&app, &slug).await?;
    let fresh = code::letters(&app::fresh::<8>());
    let tx = db::begin(&app.db).await?;
    let words = (form.text("name"), form.text("contact"), form.text("body"));
    let code = results::complain(&tx, &contest, words, fresh, v.now).await?;
    tx.commit().await?;
    page(&Complained { slug: slug.into_inner(), code, v })
}

/// Says that a complaint was filed.
#[derive(Template)]
#[template(path = "result/complained.html")]
pub struct Complained {
    /// Who looks.
    pub v: View,
    /// Name in addresses.
    pub slug: String,
    /// By which the answer is found.
    pub code: String,
}

/// The desk's page of a result.
#[derive(Template)]
#[template(path = "result/desk.html")]
pub struct Desk {
    /// Who looks.
    pub v: View,
    /// Name in addresses.
    pub slug: String,
    /// Title.
    pub title: String,
    /// Tables as they would be published now.
    pub tables: Vec<Table>,
    /// What stands in the way.
    pub problems: Vec<String>,
    /// Ties to be decided: key of the table, and who.
    pub ties: Vec<(String, Vec<(String, String)>)>,
    /// Publications so far: number, state as a key of the words, when.
    pub history: Vec<(i32, &'static str, entity::instant::Instant)>,
    /// Whether a proposal waits.
    pub is_proposed: bool,
    /// Whether a result is in force, so that a reason is needed.
    pub is_correction: bool,
    /// What was wrong.
    pub refused: Vec<Refused>,
}

fn state_key(state: State) -> &'static str {
    match state {
        State::Proposed => "publication-proposed",
        State::Published => "publication-published",
        State::Replaced => "publication-replaced",
        State::Dropped => "publication-dropped",
    }
}

/// Shows what would be published now.
///
/// # Errors
/// Forbidden to anybody but organisers and approvers.
pub async fn desk(app: web::Data<App>, v: View, who: Signed, slug: web::Path<String>) -> Result {
    let contest = contest::by_slug(&app.db, &slug).await?;
    Auditor::of(&app.db, &contest, who.id(), v.now).await?;
    draw_desk(&app, v, &contest, Vec::new()).await
}

async fn draw_desk(app: &App, v: View, contest: &Contest, refused: Vec<Refused>) -> Result {
    app.votes.caught_up(contest, v.now).await?;
    let snapshot = db::snapshot(&app.db).await?;
    let inputs = results::gather(&snapshot, contest, v.now).await?;
    drop(snapshot);
    let outcome = results::outcome(&contest.definition, &inputs);
    let names = names(app, contest).await?;
    let english = v.lang.is_english();
    let tables = contest.definition.tables.iter().filter_map(|table| {
        let ranking = outcome.tables.get(&table.key)?;
        let places = ranking.iter().take(200).map(|placed| {
            let (name, code, by) = names.of(placed.who);
            let won = outcome.prizes.iter().filter(|given| {
                let prize = contest.definition.prizes.iter().find(|p| p.key == given.prize);
                given.who == Some(placed.who) && prize.is_some_and(|p| p.table == table.key)
            });
            Place {
                place: i32::try_from(placed.place).unwrap_or(i32::MAX),
                name,
                code,
                by,
                millionths: placed.millionths,
                prizes: won.map(|given| prize_label(contest, &given.prize, &v)).collect(),
                worksheet: super::worksheet::lines(&v, contest, &placed.worksheet),
            }
        });
        let title = table.title.read(english).to_owned();
        let formula = super::worksheet::formula(&v, contest, table);
        Some(Table { key: table.key.clone(), title, formula, places: places.collect() })
    });
    let ties = outcome.problems.iter().filter_map(|problem| match problem {
        Problem::Tie(table, _, who) => {
            let named = who
                .iter()
                .map(|one| (serde_json::to_string(one).unwrap_or_default(), names.of(*one).0));
            Some((table.clone(), named.collect()))
        }
        _ => None,
    });
    let history = results::history(&app.db, contest.id()).await?;
    page(&Desk {
        slug: contest.slug().to_owned(),
        title: contest.definition.title.read(english).to_owned(),
        tables: tables.collect(),
        problems: outcome.problems.iter().map(|problem| said(&v, contest, problem)).collect(),
        ties: ties.collect(),
        is_proposed: history.iter().any(|row| row.state == State::Proposed),
        is_correction: history.iter().any(|row| row.state == State::Published),
        history: history
            .iter()
            .map(|row| {
                (row.number, state_key(row.state), row.approved_at.unwrap_or(row.proposed_at))
            })
            .collect(),
        refused,
        v,
    })
}

/// What stands in the way, with titles where the room knows keys.
fn said(v: &View, contest: &Contest, problem: &Problem) -> String {
    let english = v.lang.is_english();
    let definition = &contest.definition;
    let named = match problem {
        Problem::Tie(key, place, who) => {
            let title = definition.table(key).map(|table| table.title.read(english).to_owned());
            Problem::Tie(title.unwrap_or_else(|| v.t("promotion")), *place, who.clone())
        }
        Problem::RoundNotClosed(key) => {
            let title = definition.round(key).map(|round| round.title.read(english).to_owned());
            Problem::RoundNotClosed(title.unwrap_or_else(|| key.clone()))
        }
        other => other.clone(),
    };
    v.said(&named.refused())
}

/// Records a decision between equals: `order` names them, first first.
///
/// # Errors
/// Forbidden to anybody but organisers.
pub async fn decide(
    app: web::Data<App>,
    v: View,
    who: Signed,
    slug: web::Path<String>,
    form: Form,
) -> Result {
    let (contest, organiser) = counted(&app, &v, &who, &slug).await?;
    let listed = || {
        form.texts().iter().filter_map(|(name, text)| {
            let who: Who = serde_json::from_str(name.strip_prefix("order.")?).ok()?;
            Some((text.trim().parse::<u32>().ok(), who))
        })
    };
    let mut ranked: Vec<(u32, Who)> =
        listed().filter_map(|(place, who)| Some((place?, who))).collect();
    ranked.sort();
    let subject = results::Subject {
        table: form.text("table").to_owned(),
        prize: form.text("prize").to_owned(),
        count: form.number("count").unwrap_or(0),
        among: listed().map(|(_, who)| who).collect(),
        order: ranked.into_iter().map(|(_, who)| who).collect(),
        award: None,
    };
    let kind = if form.ticked("prize") { Decided::EmptyPrize } else { Decided::Tie };
    let tx = db::begin(&app.db).await?;
    match results::decide(&tx, &organiser, kind, &subject, form.text("reason"), v.now).await {
        Ok(()) => {
            tx.commit().await?;
            Ok(see_other(&format!("/desk/contests/{slug}/results")))
        }
        Err(error @ Error::NoReason) => {
            drop(tx);
            draw_desk(&app, v, &contest, error.refusals()).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Proposes the result.
///
/// # Errors
/// Forbidden to anybody but organisers; what stands in the way is said on the page.
pub async fn propose(
    app: web::Data<App>,
    v: View,
    who: Signed,
    slug: web::Path<String>,
    form: Form,
) -> Result {
    let (contest, organiser) = counted(&app, &v, &who, &slug).await?;
    let tx = db::begin(&app.db).await?;
    let done = if form.text("act") == "drop" {
        results::drop_proposal(&tx, &organiser, v.now).await
    } else {
        results::propose(&tx, &organiser, form.text("reason"), v.now).await.map(drop)
    };
    finish(&app, v, &contest, tx, done).await
}

/// Publishes the proposal; whoever proposed it cannot.
///
/// # Errors
/// Forbidden to anybody but approvers; what stands in the way is said on the page.
pub async fn publish(app: web::Data<App>, v: View, who: Signed, slug: web::Path<String>) -> Result {
    let contest = contest::by_slug(&app.db, &slug).await?;
    let approver = Approver::of(&app.db, &contest, who.id(), v.now).await?;
    app.votes.caught_up(&contest, v.now).await?;
    let tx = db::begin(&app.db).await?;
    let done = results::publish(&tx, &approver, v.now).await;
    let published = done.is_ok();
    let answer = finish(&app, v, &contest, tx, done).await?;
    if published && contest.definition.voting.is_some() {
        app.votes.bundle(&app.db, contest.id()).await?;
    }
    Ok(answer)
}

async fn finish(
    app: &App,
    v: View,
    contest: &Contest,
    tx: sea_orm::DatabaseTransaction,
    done: std::result::Result<(), Error>,
) -> Result {
    match done {
        Ok(()) => {
            tx.commit().await?;
            Ok(see_other(&format!("/desk/contests/{}/results", contest.slug())))
        }
        Err(error @ Error::Database(_)) => Err(error.into()),
        Err(error) => {
            drop(tx);
            draw_desk(app, v, contest, error.refusals()).await
        }
    }
}

/// The audit log of a contest.
#[derive(Template)]
#[template(path = "result/audit.html")]
pub struct Log {
    /// Who looks.
    pub v: View,
    /// Name in addresses.
    pub slug: String,
    /// Whether the whole log is as it was written.
    pub is_whole: bool,
    /// Rows: number, when, who, act, subject.
    pub rows: Vec<(i64, entity::instant::Instant, String, String, String)>,
}

/// Shows the audit log of a contest and checks the whole chain.
///
/// # Errors
/// Forbidden to anybody but auditors.
pub async fn log(app: web::Data<App>, v: View, who: Signed, slug: web::Path<String>) -> Result {
    use entity::audit_log;
    use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
    let contest = contest::by_slug(&app.db, &slug).await?;
    Auditor::of(&app.db, &contest, who.id(), v.now).await?;
    let rows = audit_log::Entity::find()
        .filter(audit_log::Column::ContestId.eq(contest.id()))
        .order_by_desc(audit_log::Column::Seq)
        .limit(500)
        .all(&app.db)
        .await?;
    let names = account::names(&app.db, rows.iter().filter_map(|row| row.actor_id)).await?;
    let is_whole = matches!(audit::verify(&app.db).await?, Verdict::Whole(_));
    let rows = rows.into_iter().map(|row| {
        let who = row.actor_id.and_then(|id| names.get(&id).cloned()).unwrap_or(row.role);
        (row.seq, row.happened_at, who, row.act, row.subject)
    });
    page(&Log { slug: slug.into_inner(), is_whole, rows: rows.collect(), v })
}

/// The minutes of judging, for printing and signing.
#[derive(Template)]
#[template(path = "result/minutes.html")]
pub struct Minutes {
    /// Who looks.
    pub v: View,
    /// Title.
    pub title: String,
    /// Number of the plan.
    pub plan: Option<String>,
    /// Rounds: title, judges, criteria, entries.
    pub rounds: Vec<(String, Vec<String>, Vec<String>, usize)>,
    /// Tables.
    pub tables: Vec<Table>,
    /// Decisions: when, reason.
    pub decisions: Vec<(entity::instant::Instant, String)>,
    /// How many entries are in each state.
    pub counts: Vec<(&'static str, i64)>,
    /// SHA-256 over everything that decides, when published.
    pub hash: Option<String>,
}

/// Shows the minutes.
///
/// # Errors
/// Forbidden to anybody but auditors.
pub async fn minutes(app: web::Data<App>, v: View, who: Signed, slug: web::Path<String>) -> Result {
    use entity::{candidate, decision};
    use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};
    let (contest, _) = counted(&app, &v, &who, &slug).await?;
    let screener = contest::Screener::of(&app.db, &contest, who.id(), v.now).await?;
    let english = v.lang.is_english();
    let mut rounds = Vec::new();
    for row in contest::rounds(&app.db, contest.id()).await? {
        let Some(round) = contest.definition.round(&row.key) else { continue };
        let panel = crate::judging::panel(&app.db, row.id).await?;
        let names = account::names(&app.db, panel.iter().map(|seat| seat.user_id)).await?;
        let judges = panel.iter().filter_map(|seat| names.get(&seat.user_id).cloned()).collect();
        let criteria = round.criteria.iter().map(|one| {
            let weight = one.weight.map(|weight| format!(", {weight} %")).unwrap_or_default();
            format!("{} (0–{}{weight})", one.label.read(english), one.max)
        });
        let entries = candidate::Entity::find()
            .filter(candidate::Column::RoundId.eq(row.id))
            .count(&app.db)
            .await?;
        let title = round.title.read(english).to_owned();
        rounds.push((title, judges, criteria.collect(), usize::try_from(entries).unwrap_or(0)));
    }
    let decisions = decision::Entity::find()
        .filter(decision::Column::ContestId.eq(contest.id()))
        .order_by_asc(decision::Column::DecidedAt)
        .all(&app.db)
        .await?;
    let counts = crate::screening::counts(&app.db, &screener).await?;
    let in_force = shown(&app, v.clone(), &contest).await.ok();
    page(&Minutes {
        title: contest.definition.title.read(english).to_owned(),
        plan: contest.definition.plan.as_ref().map(|plan| plan.number.clone()),
        rounds,
        hash: in_force.as_ref().map(|show| show.hash.clone()),
        tables: in_force.map(|show| show.tables).unwrap_or_default(),
        decisions: decisions.into_iter().map(|row| (row.decided_at, row.reason)).collect(),
        counts: counts.into_iter().map(|(s, n)| (super::entry::state_key(s), n)).collect(),
        v,
    })
}

/// A bar of a chart.
pub struct Bar {
    /// Name of the unit.
    pub name: String,
    /// Depth in the tree.
    pub depth: usize,
    /// Entries.
    pub entries: u32,
    /// Entrants.
    pub entrants: u32,
    /// Members, where known.
    pub members: Option<i32>,
}

/// Participation by unit.
#[derive(Template)]
#[template(path = "result/participation.html")]
pub struct Participation {
    /// Who looks.
    pub v: View,
    /// Name in addresses.
    pub slug: String,
    /// Title.
    pub title: String,
    /// Units, down the tree.
    pub bars: Vec<Bar>,
    /// The most entries of a unit.
    pub most: u32,
}

/// Shows participation by unit, summed up the tree.
///
/// # Errors
/// Not found while the contest is a draft.
pub async fn participation(app: web::Data<App>, v: View, slug: web::Path<String>) -> Result {
    let contest = public(&app, &slug).await?;
    app.votes.caught_up(&contest, v.now).await?;
    let shares = reports::participation(&app.db, contest.id(), v.now).await?;
    let most = shares.iter().map(|share| share.entries).max().unwrap_or(0);
    let bars = shares.into_iter().map(|share| Bar {
        depth: share.unit.path.matches('/').count().saturating_sub(2).min(4),
        name: unit::label(&share.unit).to_owned(),
        entries: share.entries,
        entrants: share.entrants,
        members: share.members,
    });
    let title = contest.definition.title.read(v.lang.is_english()).to_owned();
    page(&Participation { slug: slug.into_inner(), title, bars: bars.collect(), most, v })
}

/// A cell that no spreadsheet takes for a formula.
fn cell(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

/// Exports as CSV: entries, sheets, votes for each entry, standings, participation.
///
/// # Errors
/// Forbidden to anybody but organisers.
pub async fn export(
    app: web::Data<App>,
    v: View,
    who: Signed,
    path: web::Path<(String, String)>,
) -> Result {
    let (slug, what) = path.into_inner();
    let (contest, _) = counted(&app, &v, &who, &slug).await?;
    let rows = match what.as_str() {
        "entries.csv" => entries(&app, &v, &contest).await?,
        "sheets.csv" => sheets(&app, &contest).await?,
        "votes.csv" => votes(&app, &contest).await?,
        "standings.csv" => standings(&app, &v, &contest).await?,
        "participation.csv" => units(&app, &v, &contest).await?,
        _ => return Err(Failure::new(Kind::NotFound, "nothing-here")),
    };
    let mut csv = csv::Writer::from_writer(vec![0xef, 0xbb, 0xbf]);
    for row in rows {
        csv.write_record(row.iter().map(|text| cell(text))).map_err(Failure::broken)?;
    }
    let bytes = csv.into_inner().map_err(|error| Failure::broken(error.into_error()))?;
    Ok(HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header(("Cache-Control", "private, no-store"))
        .insert_header(("Content-Disposition", format!("attachment; filename=\"{slug}-{what}\"")))
        .body(bytes))
}

type Rows = Vec<Vec<String>>;

fn head(names: &[&str]) -> Rows {
    vec![names.iter().map(|name| (*name).to_owned()).collect()]
}

async fn entries(app: &App, v: &View, contest: &Contest) -> std::result::Result<Rows, Failure> {
    let names = names(app, contest).await?;
    let mut rows = head(&[
        "number",
        "code",
        "state",
        "title",
        "entrant",
        "shown_name",
        "unit",
        "phone",
        "email",
        "submitted_at",
    ]);
    let mut all: Vec<_> = names.entries.values().collect();
    all.sort_by_key(|entry| entry.number);
    for entry in all {
        rows.push(vec![
            entry.number.map(|n| n.to_string()).unwrap_or_default(),
            entry.code.clone(),
            v.t(super::entry::state_key(entry.state)),
            entry.title.clone(),
            entry.entrant_name.clone(),
            entry.shown_name.clone(),
            entry.unit_id.and_then(|id| names.units.get(&id).cloned()).unwrap_or_default(),
            entry.phone.clone().unwrap_or_default(),
            entry.email.clone().unwrap_or_default(),
            entry.submitted_at.map(|at| v.second(&at)).unwrap_or_default(),
        ]);
    }
    Ok(rows)
}

async fn sheets(app: &App, contest: &Contest) -> std::result::Result<Rows, Failure> {
    let names = names(app, contest).await?;
    let mut rows = head(&["round", "judge", "number", "criterion", "mark"]);
    for round in contest::rounds(&app.db, contest.id()).await? {
        for outcome in crate::judging::result_of(&app.db, &round).await?.unwrap_or_default() {
            let number =
                names.entries.get(&outcome.entry).and_then(|entry| entry.number).unwrap_or(0);
            let sheets =
                outcome.worksheet.get("sheets").and_then(|sheets| sheets.as_array().cloned());
            for sheet in sheets.unwrap_or_default() {
                let marks = sheet.get("hundredths").and_then(|marks| marks.as_object().cloned());
                for (criterion, mark) in marks.unwrap_or_default() {
                    rows.push(vec![
                        round.key.clone(),
                        sheet.get("judge").map(ToString::to_string).unwrap_or_default(),
                        number.to_string(),
                        criterion,
                        format!("{:.2}", mark.as_f64().unwrap_or(0.0) / 100.0),
                    ]);
                }
            }
        }
    }
    Ok(rows)
}

async fn votes(app: &App, contest: &Contest) -> std::result::Result<Rows, Failure> {
    let names = names(app, contest).await?;
    let counts = crate::voting::counts(&app.db, contest.id()).await?;
    let mut rows = head(&["number", "code", "title", "votes"]);
    let mut all: Vec<_> = names.entries.values().collect();
    all.sort_by_key(|entry| entry.number);
    for entry in all {
        let count = counts.get(&entry.id).copied().unwrap_or(0);
        let number = entry.number.unwrap_or(0).to_string();
        rows.push(vec![number, entry.code.clone(), entry.title.clone(), count.to_string()]);
    }
    Ok(rows)
}

async fn standings(app: &App, v: &View, contest: &Contest) -> std::result::Result<Rows, Failure> {
    let mut rows = head(&["table", "place", "work", "by", "points", "prizes"]);
    for table in shown(app, v.clone(), contest).await?.tables {
        for place in table.places {
            rows.push(vec![
                table.key.clone(),
                place.place.to_string(),
                place.name,
                place.by,
                v.points(&place.millionths),
                place.prizes.join(", "),
            ]);
        }
    }
    Ok(rows)
}

async fn units(app: &App, v: &View, contest: &Contest) -> std::result::Result<Rows, Failure> {
    let mut rows = head(&["code", "unit", "entries", "entrants", "votes", "members"]);
    for share in reports::participation(&app.db, contest.id(), v.now).await? {
        rows.push(vec![
            share.unit.code.clone(),
            share.unit.name.clone(),
            share.entries.to_string(),
            share.entrants.to_string(),
            share.votes.to_string(),
            share.members.map(|members| members.to_string()).unwrap_or_default(),
        ]);
    }
    Ok(rows)
}

/// Proves the right to run the contest, and lets its votes be counted first.
async fn counted(
    app: &App,
    v: &View,
    who: &Signed,
    slug: &str,
) -> std::result::Result<(Contest, contest::Organiser), Failure> {
    let (contest, organiser) = organised(app, v, who, slug).await?;
    app.votes.caught_up(&contest, v.now).await?;
    Ok((contest, organiser))
}
