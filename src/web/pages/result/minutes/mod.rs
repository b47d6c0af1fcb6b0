//! The minutes of judging: what a committee signs, as a page and as a PDF. Both say the same.

mod pdf;
mod round;

use std::collections::HashMap;

use actix_web::web;
use askama::Template;
use entity::crew::Role;
use entity::decision::{self, Kind as Decided};
use entity::entry::State;
use entity::id::UserId;
use entity::instant::Instant;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use super::public::{Show, shown};
use super::{Table, prize_label};
use crate::app::App;
use crate::contest::{self, Contest};
use crate::refusal::Arg;
use crate::voting::cases::SetAside;
use crate::web::organised::Organised;
use crate::web::pages::entry::state_key;
use crate::web::{Failure, Result, View, page};
use crate::{account, results, screening, unit, words};

pub use pdf::pdf;
pub use round::{Judge, Round};

/// Most lines that the minutes have of what may be many; exports hold the rest.
const MOST: usize = 500;

/// The minutes of judging, for printing and signing.
#[derive(Template)]
#[template(path = "result/minutes.html")]
pub struct Minutes {
    /// Who looks.
    pub v: View,
    /// Name of the contest in addresses.
    pub slug: String,
    /// Title.
    pub title: String,
    /// Who runs the contest.
    pub unit: String,
    /// Number of the plan.
    pub plan: Option<String>,
    /// Number of the publication in force, and when it was published.
    pub published: Option<(i32, Instant)>,
    /// The last moment that the minutes tell of.
    pub at: Instant,
    /// Who took part: the part, and names.
    pub present: Vec<(String, String)>,
    /// How many entries that were sent in are in each state.
    pub counts: Vec<(&'static str, i64)>,
    /// Entries that do not count: number, title, state, reason.
    pub out: Vec<(i32, String, &'static str, String)>,
    /// How many more there are of those.
    pub more_out: usize,
    /// Rounds.
    pub rounds: Vec<Round>,
    /// Tables, and how many places more each has.
    pub tables: Vec<(Table, usize)>,
    /// How equals were put in order, a sentence each.
    pub ties: Vec<String>,
    /// How many more there are of those.
    pub more_ties: usize,
    /// Votes by level: key of the words, counted, not counted, taken back.
    pub levels: Vec<(String, i64, i64, i64)>,
    /// Votes that were disqualified.
    pub aside: Vec<SetAside>,
    /// Decisions, a sentence each.
    pub decisions: Vec<String>,
    /// SHA-256 over everything that decides, when published.
    pub hash: Option<String>,
}

impl Minutes {
    /// Everybody who signs: judges, once each, and in which part.
    #[must_use]
    pub fn signers(&self) -> Vec<(String, String)> {
        let part = |chairs| self.v.t(if chairs { "chair" } else { "judge" });
        signing(&self.rounds).into_iter().map(|(name, chairs)| (name, part(chairs))).collect()
    }

    /// Where and when they are signed: to be filled in by hand, as far as it is not known.
    #[must_use]
    pub fn place(&self) -> String {
        match self.published {
            Some((_, at)) => self.v.t1("certificate-place", "date", self.v.date(&at)),
            None => self.v.t("minutes-place"),
        }
    }
}

/// Shows the minutes.
///
/// # Errors
/// Forbidden to anybody but organisers.
pub async fn minutes(app: web::Data<App>, v: View, by: Organised) -> Result {
    page(&gathered(&app, v, by).await?)
}

async fn gathered(
    app: &App,
    v: View,
    Organised(contest, by): Organised,
) -> std::result::Result<Minutes, Failure> {
    app.votes.caught_up(&contest, v.now).await?;
    let screener = contest::Screener::of(&app.db, &contest, by.user(), v.now).await?;
    let english = v.lang.is_english();
    let mut rounds = Vec::new();
    for row in contest::rounds(&app.db, contest.id()).await? {
        rounds.extend(round::round(app, &v, &contest, &row).await?);
    }
    let counts = screening::counts(&app.db, &screener).await?;
    let (out, more_out) = out(app, &v, &contest).await?;
    let (decisions, decided) = decisions(app, &v, &contest).await?;
    let show = shown(app, v.clone(), &contest).await.ok();
    let published = show.as_ref().map(|show| show.published);
    let at = [published.map(|(_, at)| at), decided, Some(contest.row.created_at)];
    let mut minutes = Minutes {
        slug: contest.slug().to_owned(),
        title: contest.definition.title.read(english).to_owned(),
        unit: unit::by_id(&app.db, contest.row.unit_id).await?.name,
        plan: contest.definition.plan.as_ref().map(|plan| plan.number.clone()),
        published,
        at: at.into_iter().flatten().max().unwrap_or(v.now),
        present: present(app, &v, &contest, &rounds).await?,
        // What was never sent in is no entry.
        counts: counts
            .into_iter()
            .filter(|(state, _)| *state != State::Draft)
            .map(|(state, count)| (state_key(state), count))
            .collect(),
        out,
        more_out,
        rounds,
        tables: Vec::new(),
        ties: Vec::new(),
        more_ties: 0,
        levels: Vec::new(),
        aside: Vec::new(),
        decisions,
        hash: None,
        v,
    };
    if let Some(show) = show {
        minutes.tell(show);
    }
    Ok(minutes)
}

impl Minutes {
    /// Tells of the result in force.
    fn tell(&mut self, show: Show) {
        for table in &show.tables {
            for place in &table.places {
                let Some(tie) = &place.tie else { continue };
                let args = [
                    ("table", Arg::from(table.title.as_str())),
                    ("place", Arg::from(i64::from(place.place))),
                    ("name", Arg::from(place.name.as_str())),
                    ("tie", Arg::from(tie.as_str())),
                ];
                self.ties.push(words::say(self.v.lang, "minutes-tie", &args));
            }
        }
        self.more_ties = self.ties.len().saturating_sub(MOST);
        self.ties.truncate(MOST);
        let cut = |mut table: Table| {
            let more = table.places.len().saturating_sub(MOST);
            table.places.truncate(MOST);
            (table, more)
        };
        self.tables = show.tables.into_iter().map(cut).collect();
        self.levels = show.levels;
        self.aside = show.aside.unwrap_or_default();
        self.hash = Some(show.hash);
    }
}

/// Who took part: the chair, the judges and the crew, each part with its names.
async fn present(
    app: &App,
    v: &View,
    contest: &Contest,
    rounds: &[Round],
) -> std::result::Result<Vec<(String, String)>, Failure> {
    let crew = contest::crew(&app.db, contest.id()).await?;
    let names = account::names(&app.db, crew.iter().map(|row| row.user_id)).await?;
    let judges = signing(rounds);
    let of_panel = |is_chair: bool| {
        judges.iter().filter(move |(_, chairs)| *chairs == is_chair).map(|(name, _)| name.clone())
    };
    let of_crew = |role: Role| {
        let rows = crew.iter().filter(move |row| row.role == role);
        rows.filter_map(|row| names.get(&row.user_id).cloned())
    };
    let parts: [(&str, Vec<String>); 5] = [
        ("chair", of_panel(true).collect()),
        ("judges", of_panel(false).collect()),
        ("role-organiser", of_crew(Role::Organiser).collect()),
        ("role-approver", of_crew(Role::Approver).collect()),
        ("role-screener", of_crew(Role::Screener).collect()),
    ];
    let told = parts.into_iter().filter(|(_, names)| !names.is_empty());
    Ok(told.map(|(part, names)| (v.t(part), names.join(", "))).collect())
}

/// Judges who stayed, once each, with whether they chaired.
fn signing(rounds: &[Round]) -> Vec<(String, bool)> {
    let mut known: Vec<(String, bool)> = Vec::new();
    for judge in rounds.iter().flat_map(|round| &round.judges).filter(|one| !one.has_left) {
        match known.iter_mut().find(|(name, _)| *name == judge.name) {
            Some((_, chairs)) => *chairs |= judge.is_chair,
            None => known.push((judge.name.clone(), judge.is_chair)),
        }
    }
    known
}

/// Entries that do not count: number, title, state, reason; and how many more there are.
async fn out(
    app: &App,
    v: &View,
    contest: &Contest,
) -> std::result::Result<(Vec<(i32, String, &'static str, String)>, usize), Failure> {
    let all = results::left_out(&app.db, contest.id()).await?;
    let more = all.len().saturating_sub(MOST);
    let line = |one: results::LeftOut| {
        let reason = one.reason.map(|key| v.t(&key));
        let parts = [reason, Some(one.words).filter(|words| !words.is_empty())];
        let said = parts.into_iter().flatten().collect::<Vec<_>>().join(": ");
        // What somebody took back is theirs again: its title is not told.
        let title = if one.state == State::Withdrawn { String::new() } else { one.title };
        (one.number, title, state_key(one.state), said)
    };
    Ok((all.into_iter().take(MOST).map(line).collect(), more))
}

/// What was decided about results, a sentence each, and when last.
async fn decisions(
    app: &App,
    v: &View,
    contest: &Contest,
) -> std::result::Result<(Vec<String>, Option<Instant>), Failure> {
    let rows = decision::Entity::find()
        .filter(decision::Column::ContestId.eq(contest.id()))
        .order_by_asc(decision::Column::DecidedAt)
        .all(&app.db)
        .await?;
    let names: HashMap<UserId, String> =
        account::names(&app.db, rows.iter().map(|row| row.decided_by)).await?;
    let last = rows.last().map(|row| row.decided_at);
    let said = rows.into_iter().map(|row| {
        let what = match row.kind {
            Decided::Tie => v.t("decision-tie"),
            Decided::EmptyPrize => {
                let prize = row.subject["prize"].as_str().unwrap_or_default();
                v.t1("decision-empty-prize", "prize", prize_label(contest, prize, v).as_str())
            }
            Decided::Promotion => v.t("decision-promotion"),
            Decided::NextInLine => v.t("decision-next-in-line"),
            Decided::Disqualification => v.t("decision-disqualification"),
        };
        decision(v, row.decided_at, &what, names.get(&row.decided_by).cloned(), &row.reason)
    });
    Ok((said.collect(), last))
}

fn decision(v: &View, at: Instant, what: &str, by: Option<String>, reason: &str) -> String {
    let key = if by.is_some() { "minutes-decision" } else { "minutes-decision-system" };
    let args = [
        ("at", Arg::from(v.when(&at))),
        ("what", Arg::from(what)),
        ("by", Arg::from(by.unwrap_or_default())),
        ("reason", Arg::from(reason)),
    ];
    words::say(v.lang, key, &args)
}
