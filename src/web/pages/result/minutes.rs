//! The minutes of judging.

use actix_web::web;
use askama::Template;

use super::public::shown;
use super::{Table, counted};
use crate::account;
use crate::app::App;
use crate::contest;
use crate::refusal::Arg;
use crate::web::pages::entry::state_key;
use crate::web::signed::Signed;
use crate::web::{Result, View, page};
use crate::words;

/// The minutes of judging, for printing and signing.
#[derive(Template)]
#[template(path = "result/minutes.html")]
pub struct Minutes {
    /// Who looks.
    pub v: View,
    /// Title.
    pub title: String,
    /// Number of the plan.
    pub plan: Option<String>,
    /// Rounds: title, judges, criteria, entries.
    pub rounds: Vec<(String, Vec<String>, Vec<String>, usize)>,
    /// A sentence for each judge's sheets that were filled by hand.
    pub papers: Vec<String>,
    /// Tables.
    pub tables: Vec<Table>,
    /// Decisions: when, reason.
    pub decisions: Vec<(entity::instant::Instant, String)>,
    /// How many entries are in each state.
    pub counts: Vec<(&'static str, i64)>,
    /// SHA-256 over everything that decides, when published.
    pub hash: Option<String>,
}

/// Shows the minutes.
///
/// # Errors
/// Forbidden to anybody but auditors.
pub async fn minutes(app: web::Data<App>, v: View, who: Signed, slug: web::Path<String>) -> Result {
    use entity::{candidate, decision};
    use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};
    let (contest, _) = counted(&app, &v, &who, &slug).await?;
    let screener = contest::Screener::of(&app.db, &contest, who.id(), v.now).await?;
    let english = v.lang.is_english();
    let (mut rounds, mut papers) = (Vec::new(), Vec::new());
    for row in contest::rounds(&app.db, contest.id()).await? {
        let Some(round) = contest.definition.round(&row.key) else { continue };
        let panel = crate::judging::panel(&app.db, row.id).await?;
        let names = account::names(&app.db, panel.iter().map(|seat| seat.user_id)).await?;
        papers.extend(on_paper(&app, &v, &panel).await?);
        let judges = panel.iter().filter_map(|seat| names.get(&seat.user_id).cloned()).collect();
        let criteria = round.criteria.iter().map(|one| {
            let weight = one.weight.map(|weight| format!(", {weight} %")).unwrap_or_default();
            format!("{} (0–{}{weight})", one.label.read(english), one.max)
        });
        let entries = candidate::Entity::find()
            .filter(candidate::Column::RoundId.eq(row.id))
            .count(&app.db)
            .await?;
        let title = round.title.read(english).to_owned();
        rounds.push((title, judges, criteria.collect(), usize::try_from(entries).unwrap_or(0)));
    }
    let decisions = decision::Entity::find()
        .filter(decision::Column::ContestId.eq(contest.id()))
        .order_by_asc(decision::Column::DecidedAt)
        .all(&app.db)
        .await?;
    let counts = crate::screening::counts(&app.db, &screener).await?;
    let in_force = shown(&app, v.clone(), &contest).await.ok();
    page(&Minutes {
        title: contest.definition.title.read(english).to_owned(),
        plan: contest.definition.plan.as_ref().map(|plan| plan.number.clone()),
        rounds,
        papers,
        hash: in_force.as_ref().map(|show| show.hash.clone()),
        tables: in_force.map(|show| show.tables).unwrap_or_default(),
        decisions: decisions.into_iter().map(|row| (row.decided_at, row.reason)).collect(),
        counts: counts.into_iter().map(|(s, n)| (state_key(s), n)).collect(),
        v,
    })
}

/// Who keyed in, and who compared, the sheets of these seats that were filled by hand and count.
async fn on_paper(
    app: &App,
    v: &View,
    panel: &[entity::seat::Model],
) -> std::result::Result<Vec<String>, crate::web::Failure> {
    let papers = crate::judging::paper::papers(&app.db, panel.iter().map(|seat| seat.id)).await?;
    let people = papers.iter().flat_map(|row| [Some(row.keyed_by), row.checked_by]);
    let names = account::names(&app.db, people.flatten()).await?;
    let name = |id| Arg::from(names.get(&id).map(String::as_str).unwrap_or_default());
    let told = papers.iter().filter_map(|row| {
        let seat = panel.iter().find(|seat| seat.id == row.seat_id)?;
        let number = Arg::from(seat.number.to_string());
        let people = [("keyed", name(row.keyed_by)), ("checked", name(row.checked_by?))];
        let [keyed, checked] = people;
        Some(words::say(v.lang, "minutes-paper", &[("number", number), keyed, checked]))
    });
    Ok(told.collect())
}
