//! Prizes after they were published: accepted, declined, lapsed, passed on; certificates.

mod certificate;

pub use certificate::{
    Certificates, Check, create as certify, index as certificates, pdf as certificates_pdf,
    show as check,
};

use actix_web::web;
use askama::Template;
use entity::award::{Model, State};
use entity::id::AwardId;
use entity::instant::Instant;

use super::result::{Names, names};
use crate::app::App;
use crate::contest::Contest;
use crate::contest::definition::Prize;
use crate::db;
use crate::refusal::{Kind, Refused};
use crate::results::Error;
use crate::results::award::{self, Given, winner};
use crate::results::rank::Who;
use crate::web::form::Form;
use crate::web::organised::Organised;
use crate::web::{Failure, Result, View, page, see_other};

/// A prize with what became of it.
pub struct Line {
    /// Its row.
    pub row: Model,
    /// Its name.
    pub prize: String,
    /// Money, in đồng.
    pub amount: Option<u64>,
    /// The work, with its code.
    pub work: (String, Option<String>),
    /// State as a key of the words.
    pub state: &'static str,
    /// Until when it has to be accepted.
    pub due: Option<Instant>,
    /// Whether that has passed without an answer.
    pub is_overdue: bool,
    /// Whether something may still be noted.
    pub is_open: bool,
    /// Who is next in line, where somebody has to be: as JSON, and by name.
    pub heirs: Option<Vec<(String, String)>>,
}

/// The prizes of a contest.
#[derive(Template)]
#[template(path = "award/index.html")]
pub struct Index {
    /// Who looks.
    pub v: View,
    /// Name in addresses.
    pub slug: String,
    /// Title.
    pub title: String,
    /// The prizes, in the order of the rules.
    pub lines: Vec<Line>,
    /// How many certificates there are, and how many could be made.
    pub certificates: (usize, usize),
    /// What was wrong.
    pub refused: Vec<Refused>,
}

impl Index {
    /// In how many documents all certificates are.
    #[must_use]
    pub fn parts(&self) -> usize {
        self.certificates.0.div_ceil(certificate::MOST)
    }
}

/// Shows the prizes of the publication in force.
///
/// # Errors
/// Forbidden to anybody but organisers; not found before anything was published.
pub async fn index(app: web::Data<App>, v: View, Organised(contest, _): Organised) -> Result {
    draw(&app, v, &contest, Vec::new()).await
}

async fn given(app: &App, contest: &Contest) -> Result<Given> {
    match Given::of(&app.db, contest).await {
        Err(Error::Unknown) => Err(Failure::new(Kind::NotFound, "no-result-yet")),
        other => Ok(other?),
    }
}

async fn draw(app: &App, v: View, contest: &Contest, refused: Vec<Refused>) -> Result {
    let given = given(app, contest).await?;
    let names = names(app, contest).await?;
    let mut lines = Vec::new();
    for prize in &contest.definition.prizes {
        for row in given.awards.iter().filter(|row| row.prize_key == prize.key) {
            lines.push(line(&v, contest, (&given, &names), (prize, row)));
        }
    }
    let held = || given.awards.iter().filter(|row| award::holds(row));
    let made = held().filter(|row| row.certificate.is_some()).count();
    page(&Index {
        slug: contest.slug().to_owned(),
        title: contest.definition.title.read(v.lang.is_english()).to_owned(),
        lines,
        certificates: (made, held().count() - made),
        refused,
        v,
    })
}

fn line(
    v: &View,
    contest: &Contest,
    (given, names): (&Given, &Names),
    (prize, row): (&Prize, &Model),
) -> Line {
    let due = given.due(contest, row).filter(|_| row.state == State::Given);
    let passed = given.passed_on(row.id);
    let free = matches!(row.state, State::Declined | State::Lapsed) && !passed;
    let heirs = free.then(|| {
        let heirs = given.heirs(contest, row).into_iter();
        heirs
            .map(|who| (serde_json::to_string(&who).unwrap_or_default(), names.of(who).0))
            .collect()
    });
    let work = winner(row).map(|who| names.of(who));
    Line {
        prize: prize.label.read(v.lang.is_english()).to_owned(),
        amount: prize.amount,
        work: work.map(|(name, code, _)| (name, code)).unwrap_or_default(),
        state: if passed { "award-passed-on" } else { award_key(row.state) },
        is_overdue: due.is_some_and(|due| due <= v.now),
        due,
        is_open: row.state != State::Empty && !passed,
        heirs,
        row: row.clone(),
    }
}

/// Notes what became of a prize, or gives it to the next in line.
///
/// # Errors
/// Forbidden to anybody but organisers; what is wrong is said on the page.
pub async fn update(
    app: web::Data<App>,
    v: View,
    Organised(contest, by): Organised,
    path: web::Path<(String, String)>,
    form: Form,
) -> Result {
    let (slug, id) = path.into_inner();
    let id: AwardId = id.parse().map_err(|_| Error::Unknown)?;
    let reason = form.text("reason");
    let tx = db::begin(&app.db).await?;
    let done = match form.text("act") {
        "accepted" => award::note(&tx, &by, id, (State::Accepted, reason), v.now).await,
        "declined" => award::note(&tx, &by, id, (State::Declined, reason), v.now).await,
        "lapsed" => award::note(&tx, &by, id, (State::Lapsed, reason), v.now).await,
        _ => {
            let heir: Option<Who> = serde_json::from_str(form.text("heir")).ok();
            award::pass_on(&tx, &by, id, (heir, reason), v.now).await
        }
    };
    match done {
        Ok(()) => {
            tx.commit().await?;
            Ok(see_other(&format!("/desk/contests/{slug}/awards")))
        }
        Err(error) => {
            drop(tx);
            draw(&app, v, &contest, Failure::from(error).said()?).await
        }
    }
}

/// Key of the words for what became of a prize.
pub(super) fn award_key(state: State) -> &'static str {
    match state {
        State::Given => "award-given",
        State::Accepted => "award-accepted",
        State::Declined => "award-declined",
        State::Lapsed => "award-lapsed",
        State::Empty => "award-empty",
    }
}
