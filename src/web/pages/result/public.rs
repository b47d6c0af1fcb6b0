//! The public page of a result.

use std::collections::BTreeMap;

use actix_web::{HttpRequest, web};
use askama::Template;
use entity::award;
use entity::id::{EntryId, PublicationId};
use entity::publication::{self, State};

use super::winners::winners;
use super::{Place, Table, Winner, names, prize_label};
use crate::app::App;
use crate::contest::Contest;
use crate::refusal::Kind;
use crate::results;
use crate::results::rank::{Who, Worksheet};
use crate::voting::cases::SetAside;
use crate::web::cache::{Kept, Visitors};
use crate::web::pages::contest::public;
use crate::web::pages::worksheet;
use crate::web::{Failure, Result, View};

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
    /// Whether another took its place.
    pub is_replaced: bool,
    /// Other publications: number, whether in force, when.
    pub others: Vec<(i32, bool, entity::instant::Instant)>,
    /// The works that won, where the public is shown works.
    pub winners: Vec<Winner>,
    /// Its tables.
    pub tables: Vec<Table>,
    /// Votes by the level at which voters were known: key of the words, counted, not counted, taken
    /// back.
    pub levels: Vec<(String, i64, i64, i64)>,
    /// Votes that were disqualified; none where the publication says nothing of them.
    pub aside: Option<Vec<SetAside>>,
    /// SHA-256 over everything that decides.
    pub hash: String,
    /// Whether complaints are taken.
    pub takes_complaints: bool,
}

impl Show {
    /// The picture that chat apps show of the page: a winner's, or one that is drawn.
    fn preview(&self) -> String {
        let winner = self.winners.iter().find_map(|winner| winner.picture.clone());
        let drawn = || format!("/contests/{}", self.slug);
        format!("{}/preview.jpeg", winner.unwrap_or_else(drawn))
    }
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
    kept_page(&app, &kept, &request, &slug, None).await
}

/// Shows a publication that was replaced since, as it stood, with the way to the one in force.
///
/// # Errors
/// Not found where it was never published.
pub async fn past(
    app: web::Data<App>,
    kept: web::Data<Kept>,
    request: HttpRequest,
    path: web::Path<(String, i32)>,
) -> Result {
    let (slug, number) = path.into_inner();
    kept_page(&app, &kept, &request, &slug, Some(number)).await
}

async fn kept_page(
    app: &App,
    kept: &Kept,
    request: &HttpRequest,
    slug: &str,
    number: Option<i32>,
) -> Result {
    let tail = number.map(|number| format!("/{number}")).unwrap_or_default();
    let key = format!("/contests/{slug}/results{tail}");
    let version = async || Ok(public(app, slug).await?.row.public_version);
    let draw = async |v: View| {
        let contest = public(app, slug).await?;
        published(app, v, &contest, number).await?.render().map_err(Failure::broken)
    };
    kept.page(request, (&key, Visitors::Strangers), version, draw).await
}

pub(in crate::web::pages) async fn shown(
    app: &App,
    v: View,
    contest: &Contest,
) -> std::result::Result<Show, Failure> {
    published(app, v, contest, None).await
}

/// The publication with this number, or the one in force.
async fn published(
    app: &App,
    v: View,
    contest: &Contest,
    number: Option<i32>,
) -> std::result::Result<Show, Failure> {
    let mut history = results::history(&app.db, contest.id()).await?;
    history.retain(|row| matches!(row.state, State::Published | State::Replaced));
    let wanted = |row: &&publication::Model| match number {
        Some(number) => row.number == number,
        None => row.state == State::Published,
    };
    let row = history.iter().find(wanted).cloned();
    let row = row.ok_or_else(|| Failure::new(Kind::NotFound, "no-result-yet"))?;
    let others = history.iter().filter(|other| other.id != row.id);
    let others = others.map(|row| {
        (row.number, row.state == State::Published, row.approved_at.unwrap_or(row.proposed_at))
    });
    let others = others.collect();
    let mut awards = results::awards(&app.db, row.id).await?;
    awards.retain(results::award::holds);
    let tables = tables(app, &v, contest, (row.id, &awards)).await?;
    let winners = match row.state {
        State::Published => winners(app, &v, contest, &awards).await?,
        _ => Vec::new(),
    };
    let levels = levels(told(&row, "votes").unwrap_or_default());
    let aside = told(&row, "set_aside").filter(|_| !levels.is_empty());
    Ok(Show {
        slug: contest.slug().to_owned(),
        title: contest.definition.title.read(v.lang.is_english()).to_owned(),
        published: (row.number, row.approved_at.unwrap_or(row.proposed_at)),
        reason: row.reason.clone(),
        is_replaced: row.state == State::Replaced,
        others,
        winners,
        tables,
        levels,
        aside,
        hash: data_encoding::HEXLOWER.encode(&row.inputs_hash),
        takes_complaints: contest.takes_complaints(v.now).is_some(),
        v,
    })
}

/// What the summary of a publication says of something.
fn told<T: serde::de::DeserializeOwned>(row: &publication::Model, what: &str) -> Option<T> {
    serde_json::from_value(row.summary.get(what)?.clone()).ok()
}

/// Votes by level, from how many there are in each state and level, such as `counted-l0`.
fn levels(votes: BTreeMap<String, i64>) -> Vec<(String, i64, i64, i64)> {
    let mut levels: BTreeMap<String, (i64, i64, i64)> = BTreeMap::new();
    for (name, count) in votes {
        let Some((state, level)) = name.split_once("-l") else { continue };
        let sums = levels.entry(format!("level-{level}")).or_default();
        match state {
            "counted" => sums.0 += count,
            "withdrawn" => sums.2 += count,
            _ => sums.1 += count,
        }
    }
    levels
        .into_iter()
        .map(|(level, (counted, aside, back))| (level, counted, aside, back))
        .collect()
}

/// The tables of a publication, each place with what it won and how it came about.
async fn tables(
    app: &App,
    v: &View,
    contest: &Contest,
    (publication, awards): (PublicationId, &[award::Model]),
) -> std::result::Result<Vec<Table>, Failure> {
    let names = names(app, contest).await?;
    let standings = results::standings(&app.db, publication).await?;
    let table = |table: &crate::contest::definition::Table| {
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
            let sheet: Option<Worksheet> = serde_json::from_value(place.worksheet.clone()).ok();
            Place {
                place: place.place,
                name,
                code,
                by,
                millionths: place.millionths,
                points: v.places(place.millionths, table.places()),
                prizes: won.map(|award| prize_label(contest, &award.prize_key, v)).collect(),
                tie: sheet.as_ref().and_then(|sheet| worksheet::tie(v, contest, sheet)),
                worksheet: sheet
                    .map(|sheet| worksheet::lines(v, contest, &sheet))
                    .unwrap_or_default(),
            }
        });
        Table {
            key: table.key.clone(),
            title: table.title.read(v.lang.is_english()).to_owned(),
            formula: worksheet::formula(v, contest, table),
            places: places.collect(),
        }
    };
    Ok(contest.definition.tables.iter().map(table).collect())
}
