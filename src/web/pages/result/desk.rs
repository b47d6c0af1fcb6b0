//! The desk's page of a result: what would be published now.

use actix_web::web;
use askama::Template;
use entity::id::UserId;
use entity::instant::Instant;
use entity::publication::{self, State};

use super::{Names, Place, Table, names, prize_label};
use crate::app::App;
use crate::contest::{self, Approver, Auditor, Contest, Organiser};
use crate::refusal::Refused;
use crate::results::{self, Inputs, Outcome, Problem};
use crate::web::form::Form;
use crate::web::pages::worksheet;
use crate::web::signed::Signed;
use crate::web::{Result, View, page};
use crate::{account, db};

/// A publication, or what was proposed to become one.
pub struct Past {
    /// Its row.
    pub row: publication::Model,
    /// State as a key of the words.
    pub state: &'static str,
    /// Who proposed it.
    pub proposer: String,
    /// Who approved it.
    pub approver: Option<String>,
}

/// A proposal that waits for the second person.
pub struct Proposal {
    /// Who proposed it, and when.
    pub by: (String, Instant),
    /// Whether whoever looks proposed it, and so cannot approve it.
    pub is_own: bool,
    /// Whether whoever looks may approve it at all.
    pub approves: bool,
    /// Whether nothing that decides changed since: what is shown is what was proposed.
    pub is_unchanged: bool,
    /// SHA-256 over everything that decides.
    pub hash: String,
}

/// An entry that somebody wants struck out.
#[derive(Clone, Debug)]
pub struct Striking {
    /// Its code.
    pub code: String,
    /// Its title.
    pub title: String,
    /// Why.
    pub reason: String,
    /// Who wants it, and since when.
    pub by: (String, entity::instant::Instant),
    /// Whether it was oneself.
    pub is_own: bool,
}

/// A prize that the rules let stay empty.
pub struct Emptiable {
    /// Its key.
    pub key: String,
    /// Its name.
    pub label: String,
    /// How many there are of it.
    pub count: u32,
    /// How many of them stay empty as decided so far.
    pub empty: u32,
}

/// Equals whose order is to be decided.
pub struct Equals {
    /// Key of the table.
    pub table: String,
    /// Who they are: key, name, the place that was typed.
    pub among: Vec<(String, String, String)>,
    /// The reason that was typed.
    pub reason: String,
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
    /// Ties to be decided.
    pub ties: Vec<Equals>,
    /// Prizes of which some may stay empty.
    pub emptiable: Vec<Emptiable>,
    /// Publications so far, newest first.
    pub history: Vec<Past>,
    /// Entries that somebody wants struck out.
    pub strikes: Vec<Striking>,
    /// Whether one may approve.
    pub approves: bool,
    /// The proposal that waits for the second person.
    pub proposal: Option<Proposal>,
    /// Whether whoever looks may propose and decide.
    pub organises: bool,
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
    draw_desk(&app, v, (&contest, who.id()), (&Form::default(), Vec::new())).await
}

/// The page, with what was typed and what stood in the way.
pub(super) async fn draw_desk(
    app: &App,
    v: View,
    (contest, who): (&Contest, UserId),
    (typed, refused): (&Form, Vec<Refused>),
) -> Result {
    let organises = Organiser::of(&app.db, contest, who, v.now).await.is_ok();
    app.votes.caught_up(contest, v.now).await?;
    let snapshot = db::snapshot(&app.db).await?;
    let inputs = results::gather(&snapshot, contest, v.now).await?;
    let outcome = results::reckon(&snapshot, contest, &inputs).await?;
    drop(snapshot);
    let names = names(app, contest).await?;
    let english = v.lang.is_english();
    // Until a round is closed nobody has won anything, and equals are not equals yet.
    let early = outcome.problems.iter().any(|one| matches!(one, Problem::RoundNotClosed(_)));
    let tables = tables(&v, contest, (&outcome, early), &names);
    let all = outcome.problems.iter();
    let problems = all.filter(|one| !early || !matches!(one, Problem::Tie(..)));
    let ties = problems.clone().filter_map(|problem| match problem {
        Problem::Tie(table, _, who) => {
            // What was typed for one table stands at that one alone.
            let own = typed.text("table") == table;
            let said = |field: &str| if own { typed.text(field).to_owned() } else { String::new() };
            let among = who.iter().map(|one| {
                let key = serde_json::to_string(one).unwrap_or_default();
                let place = said(&format!("order.{key}"));
                (key, names.of(*one).0, place)
            });
            let (table, among) = (table.clone(), among.collect());
            Some(Equals { table, among, reason: said("reason") })
        }
        _ => None,
    });
    let history = results::history(&app.db, contest.id()).await?;
    let (history, proposal) = past(app, &v, (contest, who), history, &inputs.hash()).await?;
    page(&Desk {
        slug: contest.slug().to_owned(),
        title: contest.definition.title.read(english).to_owned(),
        tables,
        problems: problems.map(|problem| said(&v, contest, problem)).collect(),
        ties: ties.collect(),
        emptiable: emptiable(contest, &inputs, english),
        strikes: strikes(app, contest, who).await?,
        approves: Approver::of(&app.db, contest, who, v.now).await.is_ok(),
        proposal,
        organises,
        is_correction: history.iter().any(|past| past.row.state == State::Published),
        history,
        refused,
        v,
    })
}

/// The tables as they stand; nobody has won anything where that would be too `early`.
fn tables(
    v: &View,
    contest: &Contest,
    (outcome, early): (&Outcome, bool),
    names: &Names,
) -> Vec<Table> {
    let english = v.lang.is_english();
    let given = if early { &[][..] } else { &outcome.prizes };
    let all = contest.definition.tables.iter().filter_map(|table| {
        let ranking = outcome.tables.get(&table.key)?;
        let places = ranking.iter().take(200).map(|placed| {
            let (name, code, by) = names.of(placed.who);
            let won = given.iter().filter(|given| {
                let prize = contest.definition.prizes.iter().find(|p| p.key == given.prize);
                given.who == Some(placed.who) && prize.is_some_and(|p| p.table == table.key)
            });
            Place {
                place: i32::try_from(placed.place).unwrap_or(i32::MAX),
                name,
                code,
                by,
                millionths: placed.millionths,
                points: v.places(placed.millionths, table.places()),
                prizes: won.map(|given| prize_label(contest, &given.prize, v)).collect(),
                worksheet: worksheet::lines(v, contest, &placed.worksheet),
                tie: worksheet::tie(v, contest, &placed.worksheet),
            }
        });
        let title = table.title.read(english).to_owned();
        let formula = worksheet::formula(v, contest, table);
        Some(Table { key: table.key.clone(), title, formula, places: places.collect() })
    });
    all.collect()
}

fn emptiable(contest: &Contest, inputs: &Inputs, english: bool) -> Vec<Emptiable> {
    let prizes = contest.definition.prizes.iter().filter(|prize| prize.may_stay_empty);
    let prizes = prizes.map(|prize| Emptiable {
        key: prize.key.clone(),
        label: prize.label.read(english).to_owned(),
        count: prize.count,
        empty: inputs.empty.get(&prize.key).copied().unwrap_or(0),
    });
    prizes.collect()
}

/// Entries that somebody wants struck out: code, title, reason, who and when, whether oneself.
async fn strikes(app: &App, contest: &Contest, who: UserId) -> Result<Vec<Striking>> {
    let waiting = results::strikes(&app.db, contest.id()).await?;
    let names = account::names(&app.db, waiting.iter().map(|(strike, _)| strike.by)).await?;
    let line = |(strike, entry): (results::Strike, entity::entry::Model)| Striking {
        by: (names.get(&strike.by).cloned().unwrap_or_default(), strike.at),
        is_own: strike.by == who,
        code: entry.code,
        title: entry.title,
        reason: strike.reason,
    };
    Ok(waiting.into_iter().map(line).collect())
}

/// Publications with the names of people, and the proposal that waits.
async fn past(
    app: &App,
    v: &View,
    (contest, who): (&Contest, UserId),
    history: Vec<publication::Model>,
    hash: &[u8],
) -> Result<(Vec<Past>, Option<Proposal>)> {
    let people = history.iter().flat_map(|row| [Some(row.proposed_by), row.approved_by]).flatten();
    let names = account::names(&app.db, people).await?;
    let name = |id: UserId| names.get(&id).cloned().unwrap_or_default();
    let waiting = history.iter().find(|row| row.state == State::Proposed);
    let approves = Approver::of(&app.db, contest, who, v.now).await.is_ok();
    let proposal = waiting.map(|row| Proposal {
        by: (name(row.proposed_by), row.proposed_at),
        is_own: row.proposed_by == who,
        approves,
        is_unchanged: row.inputs_hash == hash,
        hash: data_encoding::HEXLOWER.encode(&row.inputs_hash),
    });
    let past = history.into_iter().map(|row| Past {
        state: state_key(row.state),
        proposer: name(row.proposed_by),
        approver: row.approved_by.map(name),
        row,
    });
    Ok((past.collect(), proposal))
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
