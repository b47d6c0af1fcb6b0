//! The page of a contest.

use std::collections::HashMap;

use actix_web::{HttpRequest, web};
use askama::Template;
use entity::id::EntryId;
use entity::instant::Instant;

use super::conditions::conditions;
use super::seen::{gallery_is_open, names_are_shown, phase_now, poster, public};
use crate::app::App;
use crate::contest::definition::{Definition, PhaseKind};
use crate::contest::{self, Contest};
use crate::entry::{self, Card, Page as Paged};
use crate::markdown::{self, Markup};
use crate::web::cache::{Kept, Visitors};
use crate::web::pages::live;
use crate::web::{Failure, Result, View};

/// A phase on the timeline.
pub struct Step {
    /// Its name.
    pub title: String,
    /// First moment.
    pub opens: Instant,
    /// End.
    pub closes: Instant,
    /// Whether it is now.
    pub is_now: bool,
}

/// A prize in the list.
pub struct Prize {
    /// Its name.
    pub label: String,
    /// How many.
    pub count: u32,
    /// Money for each.
    pub amount: Option<u64>,
    /// What comes with it.
    pub in_kind: Option<String>,
    /// Days within which a winner has to accept it.
    pub days: Option<i64>,
}

/// The page of a contest.
#[derive(Template)]
#[template(path = "contest/show.html")]
pub struct Show {
    /// Who looks.
    pub v: View,
    /// Name in addresses.
    pub slug: String,
    /// Title.
    pub title: String,
    /// One or two sentences.
    pub summary: String,
    /// Who runs it.
    pub unit: String,
    /// Its poster: address of the pictures without size, width and height in pixels.
    pub poster: Option<(String, i32, i32)>,
    /// Its rules.
    pub rules: Option<Markup>,
    /// The signed plan: number, day, address of the document.
    pub plan: Option<(String, Option<String>, Option<String>)>,
    /// Who may enter, one condition each.
    pub conditions: Vec<String>,
    /// Who may not.
    pub excluded: Option<String>,
    /// Whom to ask: name, telephone number, e-mail address.
    pub contact: Option<(String, Option<String>, Option<String>)>,
    /// Addresses of the published rules that the contest follows.
    pub sources: Vec<String>,
    /// What is open now.
    pub phase: (&'static str, Option<Instant>),
    /// Whether entries are taken now.
    pub takes_entries: bool,
    /// Whether there is a gallery to see.
    pub has_gallery: bool,
    /// The timeline.
    pub steps: Vec<Step>,
    /// The prizes.
    pub prizes: Vec<Prize>,
    /// What was changed after it was announced.
    pub notices: Vec<(Instant, String)>,
    /// First works.
    pub cards: Vec<Card>,
    /// What is said of counts, where the public sees them.
    pub counts: Option<HashMap<EntryId, String>>,
    /// Whether names stand beside works.
    pub names: bool,
    /// Whether there is a public vote, with a log of its own.
    pub has_votes: bool,
}

impl Show {
    /// The picture that chat apps show of the page: the poster, a work, or one that is drawn.
    fn preview(&self) -> String {
        let work = || self.cards.first()?.cover().map(|file| format!("/media/{file}"));
        let poster = self.poster.as_ref().map(|(address, _, _)| address.clone());
        let sent = poster.or_else(work).unwrap_or_else(|| format!("/contests/{}", self.slug));
        format!("{sent}/preview.jpeg")
    }
}

/// A contest.
///
/// # Errors
/// Not found while it is a draft.
pub async fn show(
    app: web::Data<App>,
    kept: web::Data<Kept>,
    request: HttpRequest,
    slug: web::Path<String>,
) -> Result {
    let key = format!("/contests/{slug}");
    let version = async || Ok(public(&app, &slug).await?.row.public_version);
    let draw = async |v: View| {
        let contest = public(&app, &slug).await?;
        draw_show(&app, v, &contest).await
    };
    kept.page(&request, (&key, Visitors::Strangers), version, draw).await
}

async fn draw_show(app: &App, v: View, contest: &Contest) -> Result<String> {
    let english = v.lang.is_english();
    let definition = &contest.definition;
    let unit = crate::unit::by_id(&app.db, contest.row.unit_id).await?;
    let open = gallery_is_open(contest, &v);
    let first = Paged { after: 0, size: if open { 12 } else { 0 } };
    let entries = entry::gallery(&app.db, contest.id(), None, first).await?;
    let ids: Vec<_> = entries.iter().map(|entry| entry.id).collect();
    let prizes = definition.prizes.iter().map(|prize| Prize {
        label: prize.label.read(english).to_owned(),
        count: prize.count,
        amount: prize.amount,
        in_kind: prize.in_kind.as_ref().map(|text| text.read(english).to_owned()),
        days: prize.next_in_line_days.map(i64::from),
    });
    let page = Show {
        slug: contest.slug().to_owned(),
        title: definition.title.read(english).to_owned(),
        summary: definition
            .summary
            .as_ref()
            .map(|s| s.read(english).to_owned())
            .unwrap_or_default(),
        unit: unit.name,
        poster: poster(app, contest).await?.map(|file| {
            let (width, height) = (file.width.unwrap_or(3), file.height.unwrap_or(4));
            (format!("/media/{}", file.id), width, height)
        }),
        rules: definition.rules.as_ref().map(|rules| markdown::safe(rules.read(english))),
        plan: plan(definition),
        conditions: conditions(&app.db, &v, definition).await?,
        excluded: definition.excluded.as_ref().map(|text| text.text.read(english).to_owned()),
        contact: definition
            .contact
            .as_ref()
            .map(|one| (one.name.clone(), one.phone.clone(), one.email.clone())),
        sources: definition.sources.clone(),
        phase: phase_now(contest, &v),
        takes_entries: contest.is_running() && contest.open(PhaseKind::Intake, v.now).is_some(),
        has_gallery: !entries.is_empty(),
        steps: steps(&v, contest),
        prizes: prizes.collect(),
        notices: contest::notices(&app.db, contest.id()).await?,
        counts: live::counts(app, contest, &ids, &v).await?,
        cards: entry::cards(&app.db, entries).await?,
        names: names_are_shown(contest),
        has_votes: definition.voting.is_some(),
        v,
    };
    page.render().map_err(Failure::broken)
}

/// The phases, earliest first, as the timeline shows them.
fn steps(v: &View, contest: &Contest) -> Vec<Step> {
    let step = |phase: &entity::phase::Model| {
        let written = contest.definition.phase(&phase.key);
        let title = written.and_then(|written| written.title.as_ref());
        Step {
            title: title.map_or_else(
                || v.t(&format!("phase-kind-{}", phase.kind.replace('_', "-"))),
                |title| title.read(v.lang.is_english()).to_owned(),
            ),
            opens: phase.opens_at,
            closes: phase.closes_at.plus_seconds(-1),
            is_now: phase.opens_at <= v.now && v.now < phase.closes_at,
        }
    };
    contest.phases().iter().map(step).collect()
}

/// The signed plan: number, day, address of the document.
fn plan(definition: &Definition) -> Option<(String, Option<String>, Option<String>)> {
    let plan = definition.plan.as_ref()?;
    let day = plan.date.as_deref().and_then(|date| contest::moment::day(date).ok());
    let day = day.map(|day| format!("{}/{}/{}", day.day(), day.month(), day.year()));
    Some((plan.number.clone(), day, plan.file.clone()))
}
