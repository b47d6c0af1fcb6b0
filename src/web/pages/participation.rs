//! How units take part in a contest: down the tree, unit by unit; for organisers also by day, how far
//! entries came, and votes from the units' links.

use actix_web::{HttpRequest, web};
use askama::Template;

use super::contest::public;
use super::pace::{Course, course};
use crate::app::App;
use crate::contest::Contest;
use crate::refusal::Kind;
use crate::reports::{self, Day, Funnel, Share};
use crate::web::cache::{Kept, Visitors};
use crate::web::organised::Organised;
use crate::web::{Failure, Result, View, page};
use crate::{db, unit};

/// Height of a row of the chart.
const ROW: u32 = 28;
/// Width of its longest bar.
const LONGEST: u32 = 300;
/// Width of a day in the timeline.
const DAY: u32 = 12;
/// Its height.
const HIGH: u32 = 120;

/// A unit of the table and of the chart.
#[derive(Clone, Debug)]
pub struct Bar {
    /// Code of the unit.
    pub code: String,
    /// Name of the unit.
    pub name: String,
    /// Entries.
    pub entries: u32,
    /// Entrants.
    pub entrants: u32,
    /// Votes from its links.
    pub votes: u32,
    /// Members, where known.
    pub members: Option<i32>,
    /// Entrants among a hundred members, in millionths.
    pub share: Option<i64>,
    /// Whether a unit below it takes part.
    pub opens: bool,
    /// Where its bar stands in the chart, and how long it is.
    pub at: (u32, u32),
}

/// What only organisers see.
#[derive(Clone, Debug)]
pub struct Inside {
    /// How far entries came.
    pub funnel: Funnel,
    /// Day by day: the day, where it stands, height of entries, height of votes.
    pub days: Vec<(Day, u32, u32, u32)>,
    /// How entries come in beside an earlier contest; none where nothing is taken in.
    pub course: Option<Course>,
}

/// Participation by unit.
#[derive(Template)]
#[template(path = "participation/show.html")]
pub struct Participation {
    /// Who looks.
    pub v: View,
    /// Address of the contest's page that leads here.
    pub home: String,
    /// Name in addresses.
    pub slug: String,
    /// Title.
    pub title: String,
    /// The unit whose parts are shown.
    pub unit: Option<Bar>,
    /// Units above it that can be looked at: code and name, the topmost first.
    pub above: Vec<(String, String)>,
    /// Units right below it.
    pub bars: Vec<Bar>,
    /// Entries of the unit itself, of none below it.
    pub own: u32,
    /// Height of the chart.
    pub high: u32,
    /// What only organisers see.
    pub inside: Option<Inside>,
}

/// Which unit.
#[derive(serde::Deserialize)]
pub struct Asked {
    unit: Option<String>,
    /// The earlier contest to look at beside it, by its name in addresses.
    with: Option<String>,
}

/// Shows participation of the units below one, each with all below it.
///
/// # Errors
/// Not found while the contest is a draft, and for a unit that takes no part.
pub async fn show(
    app: web::Data<App>,
    kept: web::Data<Kept>,
    request: HttpRequest,
    slug: web::Path<String>,
    asked: web::Query<Asked>,
) -> Result {
    let home = format!("/contests/{slug}");
    let unit = asked.unit.as_deref();
    let key = format!("{home}/participation?{}", unit.unwrap_or_default());
    // An entry that is handed in is seen within half a minute, when pages are drawn anew.
    let version = async || Ok(public(&app, &slug).await?.row.public_version);
    let draw = async |v: View| {
        let contest = public(&app, &slug).await?;
        let page = draw(&app, v, &contest, (home.clone(), unit), None).await?;
        page.render().map_err(Failure::broken)
    };
    kept.page(&request, (&key, Visitors::Strangers), version, draw).await
}

/// The same for organisers, with votes from links, days and how far entries came.
///
/// # Errors
/// Forbidden to anybody but organisers.
pub async fn desk(
    app: web::Data<App>,
    v: View,
    Organised(contest, organiser): Organised,
    slug: web::Path<String>,
    asked: web::Query<Asked>,
) -> Result {
    app.votes.caught_up(&contest, v.now).await?;
    let snapshot = db::snapshot(&app.db).await?;
    let funnel = reports::funnel(&snapshot, contest.id()).await?;
    let days = reports::days(&snapshot, contest.id()).await?;
    drop(snapshot);
    let course = course(&app, &v, (&contest, &organiser), asked.with.as_deref()).await?;
    let inside = Inside { funnel, days: drawn(days), course };
    let home = format!("/desk/contests/{slug}");
    page(&draw(&app, v, &contest, (home, asked.unit.as_deref()), Some(inside)).await?)
}

/// Where each day stands, and how high it is: entries and votes each by their own highest day.
fn drawn(days: Vec<Day>) -> Vec<(Day, u32, u32, u32)> {
    let most = |of: fn(&Day) -> u32| days.iter().map(of).max().unwrap_or(0).max(1);
    let (entries, votes) = (most(|day| day.entries), most(|day| day.votes));
    let high = |count: u32, most: u32| {
        u32::try_from(u64::from(count) * u64::from(HIGH) / u64::from(most)).unwrap_or(HIGH)
    };
    let place = |(at, day): (u32, Day)| {
        let (one, other) = (high(day.entries, entries), high(day.votes, votes));
        (day, at * DAY, one, other)
    };
    (0..).zip(days).map(place).collect()
}

async fn draw(
    app: &App,
    v: View,
    contest: &Contest,
    (home, asked): (String, Option<&str>),
    inside: Option<Inside>,
) -> std::result::Result<Participation, Failure> {
    let shares = reports::participation(&app.db, contest.id(), v.now, inside.is_some()).await?;
    let top = match asked {
        Some(code) => {
            let found = shares.iter().find(|share| share.unit.code == code);
            Some(found.ok_or_else(|| Failure::new(Kind::NotFound, "nothing-here"))?)
        }
        None => {
            let unit = unit::by_id(&app.db, contest.row.unit_id).await?;
            widest(&shares, &unit.path)
        }
    };
    let path = top.map_or("/", |share| share.unit.path.as_str());
    let is_below = |share: &&Share| {
        share.unit.path.strip_prefix(path).is_some_and(|rest| rest.matches('/').count() == 1)
    };
    let mut below: Vec<&Share> = shares.iter().filter(is_below).collect();
    below.sort_by(|a, b| b.entries.cmp(&a.entries).then_with(|| a.unit.name.cmp(&b.unit.name)));
    let most = below.iter().map(|share| share.entries).max().unwrap_or(0).max(1);
    let bars: Vec<Bar> =
        (0..).zip(&below).map(|(at, share)| bar(share, &shares, (at, most))).collect();
    let parts: u32 = below.iter().map(|share| share.entries).sum();
    let above =
        shares.iter().filter(|share| path != share.unit.path && path.starts_with(&share.unit.path));
    let high = u32::try_from(bars.len()).unwrap_or(0) * ROW;
    Ok(Participation {
        slug: contest.slug().to_owned(),
        title: contest.definition.title.read(v.lang.is_english()).to_owned(),
        above: above
            .map(|share| (share.unit.code.clone(), unit::label(&share.unit).to_owned()))
            .collect(),
        own: top.map_or(0, |share| share.entries.saturating_sub(parts)),
        unit: top.map(|share| bar(share, &shares, (0, 1))),
        bars,
        high,
        home,
        inside,
        v,
    })
}

/// Of the unit that runs the contest and those above it, the lowest in which all take part.
fn widest<'a>(shares: &'a [Share], path: &str) -> Option<&'a Share> {
    let mut above = shares.iter().filter(|share| path.starts_with(&share.unit.path));
    let most = above.clone().map(|share| (share.entries, share.votes)).max()?;
    let mut same = above.by_ref().filter(|share| (share.entries, share.votes) == most);
    same.by_ref().max_by_key(|share| share.unit.path.len())
}

fn bar(share: &Share, all: &[Share], (at, most): (u32, u32)) -> Bar {
    let members = share.members.filter(|members| *members > 0);
    let path = &share.unit.path;
    Bar {
        code: share.unit.code.clone(),
        name: unit::label(&share.unit).to_owned(),
        entries: share.entries,
        entrants: share.entrants,
        votes: share.votes,
        members: share.members,
        share: members.map(|all| i64::from(share.entrants) * 100_000_000 / i64::from(all)),
        opens: all.iter().any(|one| one.unit.path != *path && one.unit.path.starts_with(path)),
        at: (at * ROW, share.entries * LONGEST / most.max(1)),
    }
}
