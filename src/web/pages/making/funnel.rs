//! The funnel of rounds on one page: its numbers, and what they come to before anything is dealt.

use std::collections::BTreeMap;

use actix_web::web;
use askama::Template;
use entity::entry::{self, State};
use entity::{round, seat};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};

use super::changed;
use crate::app::App;
use crate::contest::definition::{Definition, RoundKind};
use crate::contest::outline::{self, Added, Stage};
use crate::contest::{self, Contest};
use crate::refusal::Refused;
use crate::web::form::Form;
use crate::web::organised::Organised;
use crate::web::{Failure, Result, View, page, see_other};

/// Entries that are reckoned with while there are none.
const SUPPOSED: u64 = 100;

/// A round on the page.
pub struct Line {
    /// Its title.
    pub title: String,
    /// Key of the words for what judges do.
    pub kind: String,
    /// Key of the words for what that asks of the panel.
    pub work: &'static str,
    /// What it makes of the entries.
    pub stage: Stage,
    /// Its fields: name, key of the label, what stands there, what is wrong.
    pub fields: Vec<(String, &'static str, String, Option<String>)>,
    /// Whether it waits to be opened.
    pub is_waiting: bool,
}

/// The funnel.
#[derive(Template)]
#[template(path = "desk/funnel.html")]
pub struct Funnel {
    /// Who looks.
    pub v: View,
    /// Name of the contest in addresses.
    pub slug: String,
    /// Title of the contest.
    pub title: String,
    /// Entries that go in, and then that are left after each round.
    pub path: Vec<u64>,
    /// How many entries are valid now.
    pub accepted: u64,
    /// Entries that are reckoned with, as typed.
    pub supposed: String,
    /// The rounds.
    pub lines: Vec<Line>,
    /// Kinds of rounds that can be added, as definitions write them.
    pub kinds: [&'static str; 6],
    /// Whether the contest was announced, so that a change needs its reason.
    pub is_public: bool,
    /// What was typed.
    pub typed: Vec<(String, String)>,
    /// What is wrong.
    pub refused: Vec<Refused>,
}

impl Funnel {
    /// What was typed into a field.
    fn text(&self, field: &str) -> &str {
        self.typed.iter().find(|(name, _)| name == field).map_or("", |(_, text)| text)
    }
}

const KINDS: [(&str, RoundKind); 6] = [
    ("screen", RoundKind::Screen),
    ("score", RoundKind::Score),
    ("veto", RoundKind::Veto),
    ("rank", RoundKind::Rank),
    ("pairwise", RoundKind::Pairwise),
    ("deliberate", RoundKind::Deliberate),
];

fn kind_words(kind: RoundKind) -> String {
    let name = KINDS.iter().find(|(_, one)| *one == kind).map_or("score", |(name, _)| name);
    format!("round-kind-{name}")
}

/// Shows the funnel; numbers in the address are tried out and change nothing.
///
/// # Errors
/// Forbidden to anybody but organisers.
pub async fn funnel(
    app: web::Data<App>,
    v: View,
    Organised(contest, _): Organised,
    tried: web::Query<Vec<(String, String)>>,
) -> Result {
    let mut definition = (*contest.definition).clone();
    let refused = outline::put_rounds(&mut definition, &tried).err().unwrap_or_default();
    draw(&app, v, &contest, &definition, tried.into_inner(), refused).await
}

async fn draw(
    app: &App,
    v: View,
    contest: &Contest,
    definition: &Definition,
    typed: Vec<(String, String)>,
    refused: Vec<Refused>,
) -> Result {
    let found = accepted(app, contest).await?;
    let accepted: u64 = found.values().sum();
    let supposed = typed.iter().find(|(name, _)| name == "entries");
    let supposed = supposed.and_then(|(_, text)| text.trim().parse().ok());
    let supposed = supposed.or((accepted == 0).then_some(SUPPOSED));
    let entries = match supposed {
        Some(all) => spread(definition, all),
        None => found,
    };
    let rounds = contest::rounds(&app.db, contest.id()).await?;
    let stages = outline::funnel(definition, &entries, &panels(app, &rounds).await?);
    let fields = outline::round_fields(definition);
    let english = v.lang.is_english();
    let lines = definition.rounds.iter().zip(&stages).enumerate().map(|(at, (round, stage))| {
        let own = fields.iter().filter(|(name, _)| name.starts_with(&format!("round.{at}.")));
        let own = own.filter_map(|(name, held)| {
            let label = label(round.kind, name.rsplit('.').next()?)?;
            let kept = typed.iter().find(|(field, _)| field == name).map(|(_, text)| text);
            let wrong = refused.iter().find(|one| one.field.as_ref() == Some(name));
            let wrong = wrong.map(|one| v.said(one));
            Some((name.clone(), label, kept.unwrap_or(held).clone(), wrong))
        });
        let held = rounds.iter().find(|row| row.key == round.key);
        Line {
            title: round.title.read(english).to_owned(),
            kind: kind_words(round.kind),
            work: match round.kind {
                RoundKind::Pairwise => "funnel-comparisons",
                _ => "funnel-sheets",
            },
            stage: stage.clone(),
            fields: own.collect(),
            is_waiting: held.is_none_or(|row| row.state == round::State::Waiting),
        }
    });
    let lines: Vec<Line> = lines.collect();
    let first = stages.first().map_or(entries.values().sum(), |stage| stage.into);
    let path = std::iter::once(first).chain(stages.iter().map(|stage| stage.out)).collect();
    let supposed = supposed.map(|all| all.to_string()).unwrap_or_default();
    page(&Funnel {
        slug: contest.slug().to_owned(),
        title: definition.title.read(english).to_owned(),
        path,
        accepted,
        supposed,
        lines,
        kinds: KINDS.map(|(name, _)| name),
        is_public: contest.is_public(),
        typed,
        refused,
        v,
    })
}

/// Key of the label of a round's field; nothing where the round has no such number.
fn label(kind: RoundKind, field: &str) -> Option<&'static str> {
    let by_all = matches!(kind, RoundKind::Rank | RoundKind::Pairwise);
    match (field, kind) {
        ("goes_on", _) => Some("funnel-goes-on"),
        ("opens", _) => Some("funnel-opens"),
        ("closes", _) => Some("funnel-closes"),
        (_, RoundKind::Deliberate) => None,
        ("each", _) if by_all => None,
        ("each", _) => Some("funnel-each"),
        ("calibration", RoundKind::Score) => Some("funnel-calibration"),
        ("quorum", _) => Some("funnel-quorum"),
        ("needed", RoundKind::Screen) => Some("funnel-yes"),
        ("needed", RoundKind::Veto) => Some("funnel-vetoes"),
        ("needed", RoundKind::Pairwise) => Some("funnel-pairs"),
        ("settled", RoundKind::Pairwise) => Some("funnel-settled"),
        _ => None,
    }
}

/// Valid entries by category.
async fn accepted(
    app: &App,
    contest: &Contest,
) -> std::result::Result<BTreeMap<String, u64>, Failure> {
    let mut found = BTreeMap::new();
    for (key, id) in contest::category_ids(&app.db, contest.id()).await? {
        let own = entry::Entity::find()
            .filter(entry::Column::ContestId.eq(contest.id()))
            .filter(entry::Column::CategoryId.eq::<entity::id::CategoryId>(id))
            .filter(entry::Column::State.eq(State::Accepted));
        found.insert(key, own.count(&app.db).await?);
    }
    Ok(found)
}

/// So many entries, as evenly over the categories as they go.
fn spread(definition: &Definition, all: u64) -> BTreeMap<String, u64> {
    let count = definition.categories.len().max(1) as u64;
    let parts = definition.categories.iter().zip(0..).map(|(category, at)| {
        let more = u64::from(at < all % count);
        (category.key.clone(), all / count + more)
    });
    parts.collect()
}

/// Judges who sit on each round's panel, by its key.
async fn panels(
    app: &App,
    rounds: &[round::Model],
) -> std::result::Result<BTreeMap<String, u64>, Failure> {
    let seats = seat::Entity::find()
        .filter(seat::Column::RoundId.is_in(rounds.iter().map(|row| row.id)))
        .filter(seat::Column::LeftAt.is_null())
        .all(&app.db)
        .await?;
    let count = |row: &round::Model| seats.iter().filter(|seat| seat.round_id == row.id).count();
    Ok(rounds.iter().map(|row| (row.key.clone(), count(row) as u64)).collect())
}

/// Changes the funnel: its numbers, or `act=add` a round, or `act=remove` one.
///
/// # Errors
/// Forbidden to anybody but organisers; everything else is said on the page, and what was typed
/// stays.
pub async fn change_funnel(
    app: web::Data<App>,
    v: View,
    Organised(contest, by): Organised,
    slug: web::Path<String>,
    form: Form,
) -> Result {
    let mut definition = (*contest.definition).clone();
    let put = outline::put_rounds(&mut definition, form.texts());
    match form.text("act") {
        "add" => {
            let kind = KINDS.iter().find(|(name, _)| *name == form.text("kind"));
            let added = Added {
                kind: kind.map_or(RoundKind::Score, |(_, kind)| *kind),
                title: form.text("title"),
                days: (form.text("opens"), form.text("closes")),
                before: Some(form.text("before")).filter(|key| !key.is_empty()),
            };
            outline::add_round(&mut definition, &added);
        }
        "remove" => outline::remove_round(&mut definition, form.text("round")),
        _ => {}
    }
    let done = match put {
        Ok(()) => changed(&app, &v, (&definition, &by), (&form, Vec::new())).await,
        Err(refused) => Err(Failure::all(refused)),
    };
    let refused = match done {
        Ok(()) => return Ok(see_other(&format!("/desk/contests/{slug}/rounds"))),
        Err(failure) => failure.said()?,
    };
    draw(&app, v, &contest, &contest.definition, form.texts().to_vec(), refused).await
}
