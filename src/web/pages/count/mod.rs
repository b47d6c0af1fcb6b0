//! Outside counts at the desk: read elsewhere, typed by one officer, confirmed by another.

mod import;
mod typed;

pub use import::{Imported, create as import, sheet};

use std::collections::{BTreeMap, HashMap};

use actix_web::web;
use askama::Template;
use entity::id::{EntryId, FileId, OutsideCountId};
use entity::{entry, outside_count, part};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use self::typed::{note, one, proof, read_at};
use crate::app::App;
use crate::contest::definition::{OutsideKind, PhaseKind};
use crate::contest::{Contest, Organiser, Window};
use crate::entry::{Page as Paged, gallery};
use crate::refusal::{Kind, Refused};
use crate::results::outside::{self, Verdict};
use crate::web::form::Form;
use crate::web::organised::Organised;
use crate::web::{Failure, Result, View, page, see_other};
use crate::{account, db, media};

/// Entries on one page.
const PAGE: u64 = 50;
/// Counts that wait, on one page.
const WAITING: u64 = 300;

/// An entry with its counts.
pub struct Line {
    /// The entry.
    pub entry: entry::Model,
    /// Where the work is seen.
    pub link: Option<String>,
    /// Confirmed counts, in the order of the kinds.
    pub counts: Vec<Option<i64>>,
}

/// A count that waits for the second person.
pub struct Waiting {
    /// The count.
    pub row: outside_count::Model,
    /// Number and title of the entry.
    pub entry: (i32, String),
    /// Where the work is seen.
    pub link: Option<String>,
    /// Name of its kind.
    pub kind: String,
    /// Who typed it.
    pub by: String,
    /// Whether whoever looks typed it.
    pub is_own: bool,
}

/// The page.
#[derive(Template)]
#[template(path = "count/index.html")]
pub struct Index {
    /// Who looks.
    pub v: View,
    /// Name in addresses.
    pub slug: String,
    /// Title.
    pub title: String,
    /// When counts are read, by the rules.
    pub window: Option<Window>,
    /// Kinds: key and name.
    pub kinds: Vec<(String, String)>,
    /// Entries of this page.
    pub lines: Vec<Line>,
    /// Counts that wait.
    pub waiting: Vec<Waiting>,
    /// Behind which number the next page begins.
    pub next: Option<i32>,
    /// What was wrong.
    pub refused: Vec<Refused>,
    /// What was typed.
    pub typed: Form,
}

impl Index {
    fn typed_count(&self, kind: &str) -> &str {
        self.typed.text(&format!("count.{kind}"))
    }
}

/// What a list was asked for.
#[derive(Default, serde::Deserialize)]
pub struct Asked {
    #[serde(default)]
    after: i32,
}

/// The kinds that a contest counts.
fn kinds(contest: &Contest) -> Result<&[OutsideKind]> {
    let counted = contest.definition.outside_counts.as_ref();
    Ok(&counted.ok_or_else(|| Failure::new(Kind::NotFound, "counts-none"))?.kinds)
}

/// Shows counts, and those that wait for the second person.
///
/// # Errors
/// Forbidden to anybody but organisers; not found where the rules count nothing elsewhere.
pub async fn index(
    app: web::Data<App>,
    v: View,
    Organised(contest, by): Organised,
    asked: web::Query<Asked>,
) -> Result {
    draw(&app, v, (&contest, &by), asked.after, (Form::default(), Vec::new())).await
}

async fn draw(
    app: &App,
    v: View,
    (contest, by): (&Contest, &Organiser),
    after: i32,
    (typed, refused): (Form, Vec<Refused>),
) -> Result {
    let english = v.lang.is_english();
    let kinds = kinds(contest)?;
    let mut rows = gallery(&app.db, contest.id(), None, Paged { after, size: PAGE + 1 }).await?;
    let more = rows.len() as u64 > PAGE;
    rows.truncate(usize::try_from(PAGE).unwrap_or(50));
    let next = rows.last().and_then(|row| row.number).filter(|_| more);
    let waiting = waiting(app, contest, by, english).await?;
    let ids: Vec<EntryId> = rows.iter().map(|row| row.id).collect();
    let links = links(app, ids.clone()).await?;
    let counts = outside::confirmed(&app.db, contest.id(), Some(ids)).await?;
    let lines = rows.into_iter().map(|entry| {
        let own: Option<&BTreeMap<String, i64>> = counts.get(&entry.id);
        let count = |kind: &OutsideKind| own.and_then(|own| own.get(&kind.key)).copied();
        let counts = kinds.iter().map(count).collect();
        Line { link: links.get(&entry.id).cloned(), counts, entry }
    });
    page(&Index {
        slug: contest.slug().to_owned(),
        title: contest.definition.title.read(english).to_owned(),
        window: contest.windows(PhaseKind::OutsideCount).next(),
        kinds: kinds
            .iter()
            .map(|kind| (kind.key.clone(), kind.label.read(english).to_owned()))
            .collect(),
        lines: lines.collect(),
        waiting,
        next,
        refused,
        typed,
        v,
    })
}

async fn waiting(
    app: &App,
    contest: &Contest,
    by: &Organiser,
    english: bool,
) -> Result<Vec<Waiting>> {
    let rows = outside::waiting(&app.db, contest.id(), WAITING).await?;
    let ids: Vec<EntryId> = rows.iter().map(|row| row.entry_id).collect();
    let entries = entry::Entity::find().filter(entry::Column::Id.is_in(ids.clone()));
    let entries: HashMap<EntryId, entry::Model> =
        entries.all(&app.db).await?.into_iter().map(|row| (row.id, row)).collect();
    let links = links(app, ids).await?;
    let names = account::names(&app.db, rows.iter().map(|row| row.typed_by)).await?;
    let kinds = kinds(contest)?;
    let one = |row: outside_count::Model| {
        let entry = entries.get(&row.entry_id);
        let kind = kinds.iter().find(|kind| kind.key == row.kind_key);
        Waiting {
            entry: entry.map_or_else(Default::default, |entry| {
                (entry.number.unwrap_or(0), entry.title.clone())
            }),
            link: links.get(&row.entry_id).cloned(),
            kind: kind.map_or_else(|| row.kind_key.clone(), |k| k.label.read(english).to_owned()),
            by: names.get(&row.typed_by).cloned().unwrap_or_default(),
            is_own: row.typed_by == by.user(),
            row,
        }
    };
    Ok(rows.into_iter().map(one).collect())
}

/// The first link of each entry that has one.
async fn links(app: &App, entries: Vec<EntryId>) -> Result<HashMap<EntryId, String>> {
    let rows = part::Entity::find()
        .filter(part::Column::EntryId.is_in(entries))
        .filter(part::Column::Link.is_not_null())
        .order_by_desc(part::Column::Position)
        .all(&app.db)
        .await?;
    Ok(rows.into_iter().filter_map(|row| Some((row.entry_id, row.link?))).collect())
}

/// Notes the counts of one entry.
///
/// # Errors
/// Forbidden to anybody but organisers; what is wrong is said beside what was typed.
pub async fn create(
    app: web::Data<App>,
    v: View,
    Organised(contest, by): Organised,
    slug: web::Path<String>,
    form: Form,
) -> Result {
    let noted = async {
        let readings = one(&app, &contest, &form).await?;
        let read = (read_at(&form)?, proof(&app, &form).await?);
        Ok(note(&app, &v, &by, &readings, read).await?)
    };
    match noted.await {
        Ok(_) => Ok(see_other(&format!("/desk/contests/{slug}/counts"))),
        Err(failure) => {
            let failure: Failure = failure;
            draw(&app, v, (&contest, &by), 0, (form, failure.said()?)).await
        }
    }
}

/// Confirms or refuses counts that another has typed.
///
/// # Errors
/// Forbidden to anybody but organisers; whoever typed a count is told that another has to look.
pub async fn settle(
    app: web::Data<App>,
    v: View,
    Organised(contest, by): Organised,
    slug: web::Path<String>,
    form: Form,
) -> Result {
    let ids: Vec<OutsideCountId> = form.all("count").filter_map(|id| id.parse().ok()).collect();
    let verdict = match form.text("act") {
        "refuse" => Verdict::Refused(form.text("reason")),
        _ => Verdict::Confirmed,
    };
    let tx = db::begin(&app.db).await?;
    match outside::settle(&tx, &by, &ids, verdict, v.now).await {
        Ok(_) => {
            tx.commit().await?;
            Ok(see_other(&format!("/desk/contests/{slug}/counts")))
        }
        Err(error) => {
            drop(tx);
            draw(&app, v, (&contest, &by), 0, (form, Failure::from(error).said()?)).await
        }
    }
}

/// The proof of a count, to be saved.
///
/// # Errors
/// Forbidden to anybody but organisers; not found where it proves nothing in this contest.
pub async fn proof_file(
    app: web::Data<App>,
    Organised(contest, _): Organised,
    path: web::Path<(String, FileId)>,
) -> Result {
    let (_, file) = path.into_inner();
    let nothing = || Failure::new(Kind::NotFound, "nothing-here");
    if !outside::is_proof(&app.db, contest.id(), file).await? {
        return Err(nothing());
    }
    let file = media::files(&app.db, [file]).await?.pop().ok_or_else(nothing)?;
    super::media::original(&app, &file).await
}
