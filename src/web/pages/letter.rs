//! Letters that did not go out, and why; sent again by hand.

use actix_web::web;
use askama::Template;
use entity::id::{ContestId, LetterId};
use entity::letter::{Model, State};

use crate::app::App;
use crate::contest::{self, Organiser};
use crate::refusal::Kind;
use crate::web::organised::Organised;
use crate::web::signed::Signed;
use crate::web::{Failure, Result, View, page, see_other};
use crate::{account, db, letters};

/// Letters on one page.
const PAGE: u64 = 50;

/// The list of letters.
#[derive(Template)]
#[template(path = "letter/index.html")]
pub struct Index {
    /// Who looks.
    pub v: View,
    /// Address of this list, and of the page above it with its title.
    pub here: String,
    /// The page above.
    pub above: (String, String),
    /// How many letters are in each state: key of the words, value in addresses, count.
    pub states: Vec<(&'static str, &'static str, i64, bool)>,
    /// The letters, newest first.
    pub letters: Vec<Model>,
    /// Where the next page begins.
    pub next: Option<LetterId>,
    /// The state that is shown.
    pub state: &'static str,
}

/// What a list was asked for.
#[derive(serde::Deserialize)]
pub struct Asked {
    state: Option<String>,
    before: Option<LetterId>,
}

const STATES: [(&str, &str, State); 3] = [
    ("letters-failed", "failed", State::Failed),
    ("letters-queued", "queued", State::Queued),
    ("letters-sent", "sent", State::Sent),
];

/// Letters of the whole site.
///
/// # Errors
/// Forbidden to anybody but administrators.
pub async fn all(app: web::Data<App>, v: View, who: Signed, asked: web::Query<Asked>) -> Result {
    admin(&app, &who).await?;
    let above = ("/desk".to_owned(), v.t("desk"));
    draw(&app, v, None, ("/desk/letters".to_owned(), above), &asked).await
}

pub(super) async fn admin(app: &App, who: &Signed) -> Result<()> {
    if account::is_admin(&app.db, who.id()).await? {
        return Ok(());
    }
    Err(Failure::new(Kind::Forbidden, "not-allowed"))
}

/// Letters about a contest.
///
/// # Errors
/// Forbidden to anybody but organisers.
pub async fn index(
    app: web::Data<App>,
    v: View,
    Organised(contest, _): Organised,
    slug: web::Path<String>,
    asked: web::Query<Asked>,
) -> Result {
    let title = contest.definition.title.read(v.lang.is_english()).to_owned();
    let above = (format!("/desk/contests/{slug}"), title);
    let here = format!("/desk/contests/{slug}/letters");
    draw(&app, v, Some(contest.id()), (here, above), &asked).await
}

async fn draw(
    app: &App,
    v: View,
    contest: Option<ContestId>,
    (here, above): (String, (String, String)),
    asked: &Asked,
) -> Result {
    let counts = letters::counts(&app.db, contest).await?;
    let count = |state: State| counts.iter().find(|(own, _)| *own == state).map_or(0, |one| one.1);
    // What did not go out is looked at first, where there is any.
    let first = STATES.iter().find(|(_, _, state)| count(*state) > 0).unwrap_or(&STATES[0]);
    let wanted = asked.state.as_deref().unwrap_or(first.1);
    let shown = STATES.iter().find(|(_, value, _)| *value == wanted).unwrap_or(first);
    let mut letters = letters::list(&app.db, contest, shown.2, asked.before, PAGE + 1).await?;
    let more = letters.len() as u64 > PAGE;
    letters.truncate(usize::try_from(PAGE).unwrap_or(50));
    let states = STATES
        .iter()
        .map(|(words, value, state)| (*words, *value, count(*state), *value == shown.1));
    page(&Index {
        states: states.collect(),
        next: letters.last().map(|row| row.id).filter(|_| more),
        letters,
        state: shown.1,
        here,
        above,
        v,
    })
}

/// Sends a letter again that did not go out.
///
/// # Errors
/// Forbidden to anybody but administrators and organisers of the contest that it is about.
pub async fn again(app: web::Data<App>, v: View, who: Signed, id: web::Path<LetterId>) -> Result {
    let row = letters::by_id(&app.db, id.into_inner()).await?;
    let row = row.ok_or_else(|| Failure::new(Kind::NotFound, "nothing-here"))?;
    let to = match row.contest_id {
        Some(contest) if !account::is_admin(&app.db, who.id()).await? => {
            let contest = contest::by_id(&app.db, contest).await?;
            Organiser::of(&app.db, &contest, who.id(), v.now).await?;
            format!("/desk/contests/{}/letters", contest.slug())
        }
        _ => {
            admin(&app, &who).await?;
            "/desk/letters".to_owned()
        }
    };
    let tx = db::begin(&app.db).await?;
    letters::again(&tx, row.id, v.now).await?;
    tx.commit().await?;
    Ok(see_other(&to))
}
