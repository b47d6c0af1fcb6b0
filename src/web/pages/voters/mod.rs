//! Who may vote, at the desk: links of groups and how many came by each, the roll and its slips.

mod group;
mod slip;

pub use group::{close, create as add_links};
pub use slip::{create as add_members, renew};

use actix_web::web;
use askama::Template;
use entity::id::UnitId;
use entity::instant::Instant;
use entity::vote_link;

use crate::app::App;
use crate::contest::Contest;
use crate::contest::definition::Level;
use crate::refusal::{Kind, Refused};
use crate::voting::lists::Fault;
use crate::voting::{self, members};
use crate::web::form::Form;
use crate::web::organised::Organised;
use crate::web::{Failure, Result, View, page};
use crate::{unit, words};

/// Most links that the page shows at once.
const SHOWN: usize = 50;

/// A link of the table.
pub struct Line {
    /// Number in the contest.
    pub number: i32,
    /// The group.
    pub label: String,
    /// Its unit.
    pub unit: String,
    /// Voters it is for.
    pub quota: i32,
    /// Voters who came by it.
    pub voters: i64,
    /// Until when it holds.
    pub expires_at: Instant,
    /// Whether somebody may still come by it.
    pub holds: bool,
    /// Whether it was closed before its time.
    pub closed: bool,
}

/// A slip that was asked for.
pub struct Slip {
    /// Number on the roll.
    pub number: i32,
    /// The unit.
    pub unit: String,
    /// When it was used first.
    pub used_at: Option<Instant>,
}

/// What is wrong with what was sent.
#[derive(Default)]
pub struct Wrong {
    /// Said beside the fields.
    refused: Vec<Refused>,
    /// Rows of a sheet: line, what is wrong.
    faulty: Vec<(usize, String)>,
    /// The sheet of those.
    sheet: String,
}

impl Wrong {
    fn of(refused: Vec<Refused>) -> Self {
        Self { refused, ..Self::default() }
    }

    /// What is wrong with rows of the sheet of a field; nothing of it is taken then.
    fn rows(v: &View, rows: &[Vec<String>], faults: Vec<Fault>, field: &str) -> Self {
        let mut wrong = Self::default();
        let mut back = Vec::new();
        for (at, refused) in faults {
            if at == 0 {
                wrong.refused.push(refused.at(field));
                continue;
            }
            let said = v.said(&refused);
            back.push((rows.get(at).cloned().unwrap_or_default(), said.clone()));
            wrong.faulty.push((at + 1, said));
        }
        if !back.is_empty() {
            let heads = rows.first().map(Vec::as_slice).unwrap_or_default();
            wrong.sheet = crate::sheet::faulty(heads, &back, &v.t("batch-fault"));
        }
        wrong
    }
}

/// Who may vote.
#[derive(Template)]
#[template(path = "voters/index.html")]
pub struct Index {
    /// Who looks.
    pub v: View,
    /// Name in addresses.
    pub slug: String,
    /// Title.
    pub title: String,
    /// Whether voters have to stand on the roll.
    pub by_roll: bool,
    /// All links: how many, for how many voters, how many came.
    pub links: (usize, i64, i64),
    /// Those that are shown.
    pub lines: Vec<Line>,
    /// What was searched for.
    pub asked: String,
    /// How many more there are than are shown.
    pub more: usize,
    /// Places on the roll, and how many slips were used.
    pub roll: (u64, u64),
    /// The slip that was asked for.
    pub slip: Option<Slip>,
    /// What was typed.
    pub typed: Form,
    /// What is wrong with which field.
    pub refused: Vec<Refused>,
    /// Rows that were not taken: line, what is wrong.
    pub faulty: Vec<(usize, String)>,
    /// The sheet of those.
    pub sheet: String,
}

impl Index {
    /// What is wrong with a field.
    #[must_use]
    pub fn wrong(&self, field: &str) -> Option<String> {
        let about = |refused: &&Refused| refused.field.as_deref() == Some(field);
        self.refused.iter().find(about).map(|refused| self.v.said(refused))
    }

    /// Whether slips were asked for as a sheet.
    #[must_use]
    pub fn sheet_is_asked(&self) -> bool {
        matches!(self.typed.text("as"), "csv" | "xlsx")
    }

    /// The days for which new links hold, as typed.
    #[must_use]
    pub fn days(&self) -> &str {
        if self.typed.text("days").is_empty() { "60" } else { self.typed.text("days") }
    }
}

/// What is looked for.
#[derive(Debug, Default, serde::Deserialize)]
pub struct Asked {
    /// A group's name, or a link's number.
    #[serde(default)]
    q: String,
    /// A slip's number.
    #[serde(default)]
    number: String,
}

/// Not found unless the contest has a public vote.
pub(super) fn has_vote(contest: &Contest) -> std::result::Result<(), Failure> {
    let nothing = || Failure::new(Kind::NotFound, "nothing-here");
    contest.definition.voting.as_ref().map(drop).ok_or_else(nothing)
}

/// Shows links and the roll.
///
/// # Errors
/// Forbidden to anybody but organisers.
pub async fn index(
    app: web::Data<App>,
    v: View,
    Organised(contest, _): Organised,
    asked: web::Query<Asked>,
) -> Result {
    has_vote(&contest)?;
    app.votes.caught_up(&contest, v.now).await?;
    let typed = Form::of(&[("number", &asked.number)]);
    draw(&app, v, &contest, (&asked.q, typed), Wrong::default()).await
}

/// Draws the page, with what was typed and what is wrong with it.
async fn draw(
    app: &App,
    v: View,
    contest: &Contest,
    (asked, typed): (&str, Form),
    mut wrong: Wrong,
) -> Result {
    let rows = voting::links(&app.db, contest.id()).await?;
    let voters = voting::voters_by_link(&app.db, contest.id()).await?;
    let asked = asked.trim().to_owned();
    let folded = words::fold(&asked);
    let fits = |row: &&vote_link::Model| {
        row.number.to_string() == asked || words::fold(&row.label).contains(&folded)
    };
    let quota = rows.iter().map(|row| i64::from(row.quota)).sum();
    let links = (rows.len(), quota, voters.values().sum());
    let found: Vec<_> = rows.into_iter().filter(|row| fits(&row)).collect();
    let more = found.len().saturating_sub(SHOWN);
    let units =
        unit::names(&app.db, found.iter().take(SHOWN).filter_map(|row| row.unit_id)).await?;
    let named = |id: Option<UnitId>| id.and_then(|id| units.get(&id).cloned()).unwrap_or_default();
    let lines = found.into_iter().take(SHOWN).map(|row| Line {
        unit: named(row.unit_id),
        voters: voters.get(&row.number).copied().unwrap_or(0),
        holds: row.closed_at.is_none() && row.expires_at > v.now,
        closed: row.closed_at.is_some(),
        number: row.number,
        label: row.label,
        quota: row.quota,
        expires_at: row.expires_at,
    });
    let slip = slip::asked(app, contest, typed.text("number")).await?;
    let is_known = wrong.refused.iter().any(|refused| refused.field.as_deref() == Some("number"));
    if slip.is_none() && !is_known && !typed.text("number").is_empty() {
        wrong.refused.push(Refused::new(Kind::NotFound, "slip-unknown").at("number"));
    }
    page(&Index {
        slug: contest.slug().to_owned(),
        title: contest.definition.title.read(v.lang.is_english()).to_owned(),
        by_roll: contest.definition.voting.as_ref().is_some_and(|v| v.level == Level::Member),
        links,
        lines: lines.collect(),
        asked,
        more,
        roll: (
            members::count(&app.db, contest.id()).await?,
            members::count_used(&app.db, contest.id()).await?,
        ),
        slip,
        typed,
        refused: wrong.refused,
        faulty: wrong.faulty,
        sheet: wrong.sheet,
        v,
    })
}
