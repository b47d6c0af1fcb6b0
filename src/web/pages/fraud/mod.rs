//! Votes under review, at the desk: the queue, a case with what would change, and what people rule.

mod case;
mod chart;
mod finding;
mod rule;

pub use case::show;
pub use rule::{approve, rule};

use std::collections::HashMap;

use actix_web::web;
use askama::Template;
use entity::entry;
use entity::id::EntryId;
use entity::vote_case::{Model, State};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::voters::has_vote;
use crate::app::App;
use crate::contest::{self, Auditor, Contest, Organiser};
use crate::voting::cases;
use crate::web::organised::Organised;
use crate::web::signed::Signed;
use crate::web::{Failure, Result, View, page, see_other};
use crate::worker::watch;

/// A case in the queue.
pub struct Line {
    /// The case.
    pub case: Model,
    /// Number and title of its entry.
    pub entry: (i32, String),
    /// Votes in it.
    pub votes: usize,
    /// The weightiest finding, in a sentence.
    pub finding: String,
    /// State as a key of the words, and how it is marked.
    pub state: (&'static str, &'static str),
}

/// The queue.
#[derive(Template)]
#[template(path = "fraud/index.html")]
pub struct Index {
    /// Who looks.
    pub v: View,
    /// Name in addresses.
    pub slug: String,
    /// Title.
    pub title: String,
    /// Cases, those that wait for somebody first.
    pub lines: Vec<Line>,
    /// Whether some wait for a second person.
    pub waits: bool,
    /// Whether whoever looks may ask for a look.
    pub organises: bool,
}

/// State of a case as a key of the words, and the class of its mark.
fn state(state: State) -> (&'static str, &'static str) {
    match state {
        State::Open => ("fraud-state-open", "warn"),
        State::Held => ("fraud-state-held", "warn"),
        State::Proposed => ("fraud-state-proposed", "danger"),
        State::Struck => ("fraud-state-struck", ""),
        State::Appealed => ("fraud-state-appealed", "danger"),
        State::Restored => ("fraud-state-restored", "ok"),
        State::Released => ("fraud-state-released", "ok"),
        State::Dismissed => ("fraud-state-dismissed", "ok"),
    }
}

/// The contest, where it has a public vote, for whoever may read everything of it.
async fn read(
    app: &App,
    v: &View,
    who: &Signed,
    slug: &str,
) -> std::result::Result<Contest, Failure> {
    let contest = contest::by_slug(&app.db, slug).await?;
    Auditor::of(&app.db, &contest, who.id(), v.now).await?;
    has_vote(&contest)?;
    Ok(contest)
}

async fn entries(
    app: &App,
    ids: impl IntoIterator<Item = EntryId>,
) -> std::result::Result<HashMap<EntryId, entry::Model>, Failure> {
    let rows = entry::Entity::find().filter(entry::Column::Id.is_in(ids)).all(&app.db).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// Shows the queue.
///
/// # Errors
/// Forbidden to anybody who may not read everything of the contest.
pub async fn index(app: web::Data<App>, v: View, who: Signed, slug: web::Path<String>) -> Result {
    let contest = read(&app, &v, &who, &slug).await?;
    let organises = Organiser::of(&app.db, &contest, who.id(), v.now).await.is_ok();
    let rows = cases::of_contest(&app.db, contest.id()).await?;
    let entries = entries(&app, rows.iter().map(|case| case.entry_id)).await?;
    let line = |case: Model| {
        let entry = entries.get(&case.entry_id);
        let first = cases::findings(&case).into_iter().next();
        Line {
            entry: entry.map_or_else(Default::default, |entry| {
                (entry.number.unwrap_or(0), entry.title.clone())
            }),
            votes: cases::leaves(&case).len(),
            finding: first.map(|first| finding::said(&v, &first)).unwrap_or_default(),
            state: state(case.state),
            case,
        }
    };
    let lines: Vec<Line> = rows.into_iter().map(line).collect();
    page(&Index {
        slug: contest.slug().to_owned(),
        title: contest.definition.title.read(v.lang.is_english()).to_owned(),
        waits: lines
            .iter()
            .any(|line| matches!(line.case.state, State::Proposed | State::Appealed)),
        lines,
        organises,
        v,
    })
}

/// Looks through the votes now.
///
/// # Errors
/// Forbidden to anybody but organisers.
pub async fn look(app: web::Data<App>, Organised(contest, _): Organised) -> Result {
    has_vote(&contest)?;
    watch::look(&app, &contest).await?;
    Ok(see_other(&format!("/desk/contests/{}/votes", contest.slug())))
}
