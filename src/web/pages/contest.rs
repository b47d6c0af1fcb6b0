//! What the public sees of contests: the front page, a contest, its gallery.

use actix_web::{HttpRequest, web};
use askama::Template;
use entity::contest::State;
use entity::id::{CategoryId, FileId};

use crate::app::App;
use crate::contest::definition::{Definition, PhaseKind, Shown, SlotKind};
use crate::contest::{self, Contest};
use crate::entry::{self, Card, Page as Paged};
use crate::markdown::{self, Markup};
use crate::refusal::Kind;
use crate::web::cache::{Kept, Visitors};
use crate::web::{Failure, Result, View};

/// A contest in a list.
#[derive(Clone, Debug)]
pub struct Line {
    /// Name in addresses.
    pub slug: String,
    /// Its title.
    pub title: String,
    /// What is open now, as a key of the words.
    pub phase: &'static str,
    /// When that ends.
    pub until: Option<entity::instant::Instant>,
    /// Who runs it.
    pub unit: String,
    /// Icon of what is entered.
    pub icon: &'static str,
    /// Its first picture that the public may see.
    pub cover: Option<FileId>,
}

/// The front page.
#[derive(Template)]
#[template(path = "contest/index.html")]
pub struct Index {
    /// Who looks.
    pub v: View,
    /// Contests by what one can do there: key of the words, and contests, newest first.
    pub groups: Vec<(&'static str, Vec<Line>)>,
}

/// Icon of what is entered in a contest.
fn icon(contest: &Contest) -> &'static str {
    let slots = contest.definition.categories.iter().flat_map(|category| &category.slots);
    match slots.map(|slot| slot.kind).next() {
        Some(SlotKind::Photo) => "camera",
        Some(SlotKind::Video) => "video",
        Some(SlotKind::Link) => "link",
        _ => "pen-line",
    }
}

/// The group of the front page in which a contest stands.
fn group(phase: &str) -> &'static str {
    match phase {
        "phase-intake" | "phase-soon" => "home-enter",
        "phase-voting" => "home-vote",
        "phase-published" => "home-results",
        _ => "home-under-way",
    }
}

async fn line(app: &App, v: &View, row: entity::contest::Model) -> Result<Line> {
    let contest = contest::by_id(&app.db, row.id).await?;
    let (phase, until) = phase_now(&contest, v);
    let first = Paged { after: 0, size: u64::from(gallery_is_open(&contest, v)) };
    let cards = entry::cards(&app.db, entry::gallery(&app.db, row.id, None, first).await?).await?;
    let units = crate::unit::names(&app.db, [row.unit_id]).await?;
    Ok(Line {
        slug: row.slug,
        title: contest.definition.title.read(v.lang.is_english()).to_owned(),
        phase,
        until,
        unit: units.get(&row.unit_id).cloned().unwrap_or_default(),
        icon: icon(&contest),
        cover: cards.first().and_then(|card| card.picture.filter(|_| card.is_ready)),
    })
}

/// What is open in a contest now: the phase that the public cares for first.
pub(crate) fn phase_now(
    contest: &Contest,
    v: &View,
) -> (&'static str, Option<entity::instant::Instant>) {
    match contest.row.state {
        State::Draft => return ("phase-draft", None),
        State::Published => return ("phase-published", None),
        State::Closed => return ("phase-closed", None),
        State::Cancelled => return ("phase-cancelled", None),
        State::Announced => {}
    }
    for (kind, key) in [
        (PhaseKind::Intake, "phase-intake"),
        (PhaseKind::Voting, "phase-voting"),
        (PhaseKind::Round, "phase-round"),
        (PhaseKind::Screening, "phase-screening"),
    ] {
        if let Some(window) = contest.open(kind, v.now) {
            return (key, Some(window.closes));
        }
    }
    let next = contest.windows(PhaseKind::Intake).find(|window| v.now < window.opens);
    next.map_or(("phase-between", None), |window| ("phase-soon", Some(window.opens)))
}

/// Contests that the public may see.
///
/// # Errors
/// When the database fails.
pub async fn index(app: web::Data<App>, kept: web::Data<Kept>, request: HttpRequest) -> Result {
    let version = async || {
        let rows = contest::all(&app.db).await?;
        Ok(rows.iter().map(|row| row.public_version).sum())
    };
    let draw = async |v: View| {
        let keys = ["home-enter", "home-vote", "home-under-way", "home-results"];
        let mut groups = keys.map(|key| (key, Vec::new()));
        for row in
            contest::all(&app.db).await?.into_iter().filter(|r| r.state != State::Draft).take(60)
        {
            let line = line(&app, &v, row).await?;
            let mine = groups.iter_mut().find(|(key, _)| *key == group(line.phase));
            mine.into_iter().for_each(|(_, lines)| lines.push(line.clone()));
        }
        let groups = groups.into_iter().filter(|(_, lines)| !lines.is_empty()).collect();
        Index { v, groups }.render().map_err(Failure::broken)
    };
    kept.page(&request, ("/", Visitors::Strangers), version, draw).await
}

/// A phase on the timeline.
pub struct Step {
    /// Its name.
    pub title: String,
    /// First moment.
    pub opens: entity::instant::Instant,
    /// End.
    pub closes: entity::instant::Instant,
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
    pub phase: (&'static str, Option<entity::instant::Instant>),
    /// Whether entries are taken now.
    pub takes_entries: bool,
    /// Whether there is a gallery to see.
    pub has_gallery: bool,
    /// The timeline.
    pub steps: Vec<Step>,
    /// The prizes.
    pub prizes: Vec<Prize>,
    /// What was changed after it was announced.
    pub notices: Vec<(entity::instant::Instant, String)>,
    /// First works.
    pub cards: Vec<Card>,
    /// What is said of counts, where the public sees them.
    pub counts: Option<std::collections::HashMap<entity::id::EntryId, String>>,
    /// Whether names stand beside works.
    pub names: bool,
}

/// The contest at a public address.
///
/// # Errors
/// Not found while it is a draft.
pub(crate) async fn public(app: &App, slug: &str) -> Result<Contest> {
    let contest = contest::by_slug(&app.db, slug).await?;
    if contest.is_public() {
        Ok(contest)
    } else {
        Err(Failure::new(Kind::NotFound, "contest-unknown"))
    }
}

/// Whether accepted works are shown now.
pub(crate) fn gallery_is_open(contest: &Contest, v: &View) -> bool {
    match contest.definition.gallery.shown {
        Shown::Accepted => true,
        Shown::Voting => contest.windows(PhaseKind::Voting).any(|window| v.now >= window.opens),
        Shown::Published => matches!(contest.row.state, State::Published | State::Closed),
        Shown::Never => false,
    }
}

/// Whether authors and units stand beside works now.
pub(crate) fn names_are_shown(contest: &Contest) -> bool {
    contest.definition.gallery.names
        || matches!(contest.row.state, State::Published | State::Closed)
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
        rules: definition.rules.as_ref().map(|rules| markdown::safe(rules.read(english))),
        plan: plan(definition),
        conditions: definition
            .eligibility
            .iter()
            .filter_map(|rule| Some(rule.text.as_ref()?.read(english).to_owned()))
            .collect(),
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
        counts: counts(app, contest, &entries, &v).await?,
        cards: entry::cards(&app.db, entries).await?,
        names: names_are_shown(contest),
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

/// A page of the gallery.
#[derive(Template)]
#[template(path = "contest/gallery.html")]
pub struct Gallery {
    /// Who looks.
    pub v: View,
    /// Name in addresses.
    pub slug: String,
    /// Title.
    pub title: String,
    /// Categories: key and name.
    pub categories: Vec<(String, String)>,
    /// The category that is shown; empty: all.
    pub category: String,
    /// Works.
    pub cards: Vec<Card>,
    /// What is said of counts, where the public sees them.
    pub counts: Option<std::collections::HashMap<entity::id::EntryId, String>>,
    /// Number behind which the next page begins.
    pub next: Option<i32>,
    /// Whether names stand beside works.
    pub names: bool,
}

const PAGE: u64 = 24;

/// Accepted works, by number.
///
/// # Errors
/// Not found while the contest is a draft or its gallery closed.
pub async fn gallery(
    app: web::Data<App>,
    kept: web::Data<Kept>,
    request: HttpRequest,
    slug: web::Path<String>,
) -> Result {
    let query: Vec<(String, String)> =
        serde_urlencoded::from_str(request.query_string()).unwrap_or_default();
    let find =
        |name: &str| query.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
    let category = find("category").unwrap_or_default();
    let after: i32 = find("after").and_then(|after| after.parse().ok()).unwrap_or(0);
    let key = format!("/contests/{slug}/gallery?{category}&{after}");
    let version = async || Ok(public(&app, &slug).await?.row.public_version);
    let draw = async |v: View| {
        let contest = public(&app, &slug).await?;
        if !gallery_is_open(&contest, &v) {
            return Err(Failure::new(Kind::NotFound, "gallery-closed"));
        }
        let ids = contest::category_ids(&app.db, contest.id()).await?;
        let id: Option<CategoryId> = ids.get(&category).copied();
        let paged = Paged { after, size: PAGE + 1 };
        let mut entries = entry::gallery(&app.db, contest.id(), id, paged).await?;
        let more = entries.len() as u64 > PAGE;
        entries.truncate(PAGE as usize);
        let next = entries.last().and_then(|last| last.number).filter(|_| more);
        let english = v.lang.is_english();
        let categories = contest.definition.categories.iter();
        let page = Gallery {
            slug: slug.to_string(),
            title: contest.definition.title.read(english).to_owned(),
            categories: categories
                .map(|c| (c.key.clone(), c.title.read(english).to_owned()))
                .collect(),
            category: category.clone(),
            counts: counts(&app, &contest, &entries, &v).await?,
            cards: entry::cards(&app.db, entries).await?,
            next,
            names: names_are_shown(&contest),
            v,
        };
        page.render().map_err(Failure::broken)
    };
    kept.page(&request, (&key, Visitors::Strangers), version, draw).await
}

/// What is said of the counts of these entries.
async fn counts(
    app: &App,
    contest: &Contest,
    entries: &[entity::entry::Model],
    v: &View,
) -> Result<Option<std::collections::HashMap<entity::id::EntryId, String>>> {
    let ids: Vec<_> = entries.iter().map(|entry| entry.id).collect();
    super::live::counts(app, contest, &ids, v).await
}
