//! One entry and its sheet.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, web};
use askama::Template;
use entity::assignment::State as Work_;
use entity::id::{RoundId, SeatId};
use serde::Deserialize;

use super::exhibit::{Exhibit, exhibits};
use super::seat::{entity_of, seated};
use crate::app::App;
use crate::contest::definition::{Criterion, PhaseKind, RoundKind};
use crate::entry::Whole;
use crate::judging::{self, Error, Judge, Marks};
use crate::refusal::{Kind, Refused};
use crate::web::form::Form;
use crate::web::signed::Signed;
use crate::web::{Failure, Result, View, page, see_other};
use crate::{contest, db, unit};

const NEVER_KEPT: (&str, &str) = ("Cache-Control", "private, no-store");

/// A criterion on the sheet.
pub(super) struct Row {
    /// The criterion.
    pub criterion: Criterion,
    /// Its name.
    pub label: String,
    /// What to look for.
    pub hint: Option<String>,
    /// The mark, as typed or saved; empty where there is none.
    pub mark: String,
    /// The judge's words beside it.
    pub note: String,
    /// Whether it is a question that is answered yes or no.
    pub is_question: bool,
    /// What was wrong with it.
    pub wrong: Option<String>,
}

/// One entry and its sheet.
#[derive(Template)]
#[template(path = "judging/show.html")]
pub(super) struct Show {
    /// Who looks.
    pub v: View,
    /// Key of the round.
    pub round: RoundId,
    /// Key of the judge's own seat.
    pub seat: SeatId,
    /// By which the judge knows the entry.
    pub alias: String,
    /// Its title.
    pub title: String,
    /// Author and unit, where the round is not blind.
    pub by: Option<(String, String)>,
    /// What there is to look at.
    pub exhibits: Vec<Exhibit>,
    /// The criteria.
    pub rows: Vec<Row>,
    /// Words to the panel.
    pub comment: String,
    /// What the field for them is called: the author may read them later.
    pub comment_label: &'static str,
    /// Whether it is among the judge's favourites.
    pub favourite: bool,
    /// What the judge told the organisers.
    pub flag: String,
    /// Version of the sheet.
    pub version: i32,
    /// When it was saved.
    pub saved_at: Option<entity::instant::Instant>,
    /// The entry before, and the one after.
    pub around: (Option<String>, Option<String>),
    /// Place in the judge's order, and how many there are.
    pub place: (usize, usize),
    /// Whether all judges share it for calibration.
    pub is_shared: bool,
    /// What was wrong.
    pub refused: Vec<Refused>,
}

impl Show {
    /// Whether the sheet is one question that is answered yes or no.
    fn asks_question(&self) -> bool {
        self.rows.iter().any(|row| row.is_question)
    }
}

/// Shows an entry and its sheet.
///
/// # Errors
/// Not found to anybody else.
pub async fn show(
    app: web::Data<App>,
    v: View,
    who: Signed,
    path: web::Path<(String, String)>,
) -> Result {
    let (round, alias) = path.into_inner();
    let judge = seated(&app, &who, &round).await?;
    sheet(&app, v, &judge, &alias, &Form::default(), Vec::new()).await
}

/// A mark as a person writes it: 8, 8,5 or 8.5; `None` for an empty field.
pub(in crate::web::pages) fn hundredths(typed: &str) -> std::result::Result<Option<i32>, ()> {
    let typed = typed.trim().replace(',', ".");
    if typed.is_empty() {
        return Ok(None);
    }
    let (whole, part) = typed.split_once('.').unwrap_or((&typed, ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if part.len() > 2 || !digits(part) || !digits(whole) || whole.is_empty() || whole.len() > 5 {
        return Err(());
    }
    let part: i32 = format!("{part:0<2}").parse().map_err(|_| ())?;
    Ok(Some(whole.parse::<i32>().map_err(|_| ())? * 100 + part))
}

/// Hundredths of a point as a person writes them.
pub(in crate::web::pages) fn written(v: &View, hundredths: i32) -> String {
    let text = crate::words::millionths(v.lang, i64::from(hundredths) * 10_000, 2);
    text.trim_end_matches('0').trim_end_matches([',', '.']).to_owned()
}

async fn sheet(
    app: &App,
    v: View,
    judge: &Judge,
    alias: &str,
    typed: &Form,
    refused: Vec<Refused>,
) -> Result {
    let contest = contest::by_id(&app.db, judge.round.contest_id).await?;
    let round = contest.definition.round(&judge.round.key).ok_or(Error::Unknown)?;
    let work = judging::work(&app.db, judge).await?;
    let index = work.iter().position(|one| one.alias == alias).ok_or(Error::Unknown)?;
    let one = &work[index];
    let whole = entity_of(app, one).await?;
    let english = v.lang.is_english();
    let notes = one.sheet.as_ref().map(judging::notes).unwrap_or_default();
    let sheet = round.sheet();
    let rows = sheet.iter().map(|criterion| {
        let is_question = round.kind != RoundKind::Score;
        let field = format!("mark.{}", criterion.key);
        let saved = one.marks.get(&criterion.key).map(|mark| written(&v, *mark));
        let kept = typed.texts().iter().find(|(name, _)| *name == field);
        let wrong = refused.iter().find(|refused| refused.field.as_ref() == Some(&field));
        Row {
            label: if is_question {
                v.t(&format!("mark-{}", criterion.key))
            } else {
                criterion.label.read(english).to_owned()
            },
            note: noted(typed, &notes, &criterion.key),
            hint: criterion.hint.as_ref().map(|hint| hint.read(english).to_owned()),
            is_question,
            mark: kept.map(|(_, text)| text.clone()).or(saved).unwrap_or_default(),
            wrong: wrong.map(|refused| v.said(refused)),
            criterion: criterion.clone(),
        }
    });
    let near =
        |index: Option<usize>| index.and_then(|at| work.get(at)).map(|one| one.alias.clone());
    let by = if round.blind { None } else { Some(named(app, &whole).await?) };
    let comment = one.sheet.as_ref().and_then(|sheet| sheet.comment.clone()).unwrap_or_default();
    page(&Show {
        round: judge.round.id,
        seat: judge.seat.id,
        alias: alias.to_owned(),
        title: whole.entry.title.clone(),
        by,
        exhibits: exhibits(app, &contest, &whole, (round.blind, english)).await?,
        rows: rows.collect(),
        comment: typed.some("comment").unwrap_or(comment),
        comment_label: match contest.windows(PhaseKind::Feedback).next() {
            Some(_) => "comment-shown",
            None => "comment",
        },
        favourite: one.assignment.favourite,
        flag: one.assignment.flag.clone().unwrap_or_default(),
        version: one.sheet.as_ref().map_or(0, |sheet| sheet.version),
        saved_at: one.sheet.as_ref().map(|sheet| sheet.saved_at),
        around: (near(index.checked_sub(1)), near(Some(index + 1))),
        is_shared: one.is_shared(),
        place: (index + 1, work.len()),
        refused,
        v,
    })
}

/// Words beside a criterion, as typed or as held.
fn noted(typed: &Form, held: &BTreeMap<String, String>, key: &str) -> String {
    let typed = typed.some(&format!("note.{key}"));
    typed.or_else(|| held.get(key).cloned()).unwrap_or_default()
}

async fn named(app: &App, whole: &Whole) -> std::result::Result<(String, String), Failure> {
    let units = unit::names(&app.db, whole.entry.unit_id).await?;
    let unit = whole.entry.unit_id.and_then(|id| units.get(&id).cloned()).unwrap_or_default();
    Ok((whole.entry.shown_name.clone(), unit))
}

/// Saves a sheet and goes on to the next entry.
///
/// # Errors
/// Not found to anybody else; everything else is said on the sheet, and what was typed stays.
pub async fn save(
    app: web::Data<App>,
    v: View,
    who: Signed,
    path: web::Path<(String, String)>,
    form: Form,
) -> Result {
    let (round, alias) = path.into_inner();
    let judge = seated(&app, &who, &round).await?;
    let (mut marks, mut notes) = (BTreeMap::new(), BTreeMap::new());
    let mut refused = Vec::new();
    for (name, text) in form.texts() {
        if let Some(key) = name.strip_prefix("note.") {
            notes.insert(key.to_owned(), text.clone());
        }
        let Some(key) = name.strip_prefix("mark.") else { continue };
        match hundredths(text) {
            Ok(mark) => {
                marks.insert(key.to_owned(), mark);
            }
            Err(()) => {
                refused.push(Refused::new(Kind::Invalid, "mark-unreadable").at(name.clone()))
            }
        }
    }
    if !refused.is_empty() {
        return sheet(&app, v, &judge, &alias, &form, refused).await;
    }
    let said = Marks { marks, notes, comment: Some(form.text("comment").to_owned()) };
    let version = form.number("version").unwrap_or(0);
    let tx = db::begin(&app.db).await?;
    match judging::save(&tx, &judge, &alias, &said, version, v.now).await {
        Ok(_) => tx.commit().await?,
        Err(error) => {
            drop(tx);
            let refused = Failure::from(error).said()?;
            return sheet(&app, v, &judge, &alias, &form, refused).await;
        }
    }
    let work = judging::work(&app.db, &judge).await?;
    let after = work.iter().skip_while(|one| one.alias != alias).skip(1);
    let next = after.chain(work.iter()).find(|one| one.assignment.state == Work_::Open);
    let next = next.map(|one| format!("/{}", one.alias)).unwrap_or_default();
    Ok(see_other(&format!("/judging/{round}{next}")))
}

/// Marks as the browser's own module sends them.
#[derive(Deserialize)]
pub struct Sent {
    version: i32,
    #[serde(default)]
    marks: BTreeMap<String, Option<i32>>,
    /// Words by criterion; those under the empty key are about the whole.
    #[serde(default)]
    notes: BTreeMap<String, String>,
}

/// Saves marks and answers with the sheet's version; a conflict answers with the one that is held.
///
/// # Errors
/// Not found to anybody else.
pub async fn put(
    app: web::Data<App>,
    v: View,
    who: Signed,
    path: web::Path<(String, String)>,
    sent: web::Json<Sent>,
) -> Result {
    let (round, alias) = path.into_inner();
    let judge = seated(&app, &who, &round).await?;
    let Sent { version, marks, mut notes } = sent.into_inner();
    let comment = notes.remove("");
    let said = Marks { marks, notes, comment };
    let tx = db::begin(&app.db).await?;
    let answer = match judging::save(&tx, &judge, &alias, &said, version, v.now).await {
        Ok(saved) => {
            tx.commit().await?;
            HttpResponse::Ok().insert_header(NEVER_KEPT).json(serde_json::json!({
                "version": saved.version, "done": saved.is_done, "saved_at": v.second(&v.now),
            }))
        }
        Err(Error::Stale(version)) => {
            drop(tx);
            let work = judging::work(&app.db, &judge).await?;
            let held = work.iter().find(|one| one.alias == alias);
            let sheet = held.and_then(|one| one.sheet.as_ref());
            let mut notes = sheet.map(judging::notes).unwrap_or_default();
            notes.extend(
                sheet.and_then(|one| one.comment.clone()).map(|said| (String::new(), said)),
            );
            HttpResponse::Conflict().insert_header(NEVER_KEPT).json(serde_json::json!({
                "code": "sheet-stale", "detail": v.t("sheet-stale"),
                "version": version, "marks": held.map(|one| &one.marks), "notes": notes,
            }))
        }
        Err(error) => return Err(error.into()),
    };
    Ok(answer)
}
