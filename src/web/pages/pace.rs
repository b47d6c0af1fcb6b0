//! How entries come in beside an earlier contest: numbers for an SVG and for the table that says
//! the same.

use std::cmp::Reverse;
use std::fmt::Write;

use crate::app::App;
use crate::contest::definition::PhaseKind;
use crate::contest::{self, Contest, Organiser};
use crate::refusal::Kind;
use crate::reports::{self, Abreast, Pace};
use crate::web::{Failure, View};

/// Height of the chart.
const HIGH: u64 = 160;
/// Width of the chart, where days are neither very few nor very many.
const WIDE: u64 = 480;
/// Earlier contests among which can be chosen: those of the same unit first, the newest first.
const CHOICE: usize = 100;

/// How entries come in.
#[derive(Clone, Debug)]
pub struct Course {
    /// Earlier contests: name in addresses, and title.
    pub others: Vec<(String, String)>,
    /// The one that stands beside it, by its name in addresses.
    pub with: Option<String>,
    /// Its title.
    pub title: String,
    /// Day by day.
    pub days: Vec<Pace>,
    /// Where both stand now, as long after they began.
    pub abreast: Option<Abreast>,
    /// By how much this one is ahead, with its sign.
    pub ahead: String,
    /// Points of the line of all entries so far.
    pub line: String,
    /// The same of the earlier contest; empty where there is none.
    pub pale: String,
    /// Where the deadline stands.
    pub end: u64,
    /// Width of the chart.
    pub wide: u64,
}

impl Course {
    /// Name of the earlier contest in addresses; empty where there is none.
    #[must_use]
    pub fn named(&self) -> &str {
        self.with.as_deref().unwrap_or_default()
    }
}

/// How entries of a contest come in beside the earlier one that is asked for: by default the last
/// one of the same unit, none where nothing is named. None at all where nothing is taken in.
///
/// # Errors
/// Not found where the earlier one is none that this person runs.
pub(super) async fn course(
    app: &App,
    v: &View,
    (contest, by): (&Contest, &Organiser),
    asked: Option<&str>,
) -> Result<Option<Course>, Failure> {
    let Some(own) = reports::arrivals(&app.db, contest).await? else { return Ok(None) };
    let earlier = earlier(app, v, (contest, by)).await?;
    let chosen = match asked {
        Some("") => None,
        Some(slug) => {
            let found = earlier.iter().find(|one| one.slug() == slug);
            Some(found.ok_or_else(|| Failure::new(Kind::NotFound, "nothing-here"))?)
        }
        None => earlier.first().filter(|one| one.row.unit_id == contest.row.unit_id),
    };
    let before = match chosen {
        Some(chosen) => reports::arrivals(&app.db, chosen).await?,
        None => None,
    };
    let abreast = match &before {
        Some(before) => reports::abreast(&app.db, (&own, before), v.now).await?,
        None => None,
    };
    let days = reports::pace(&own, before.as_ref(), v.now);
    let title = |one: &Contest| one.definition.title.read(v.lang.is_english()).to_owned();
    let each = (WIDE / (days.len() as u64).max(1)).clamp(6, 48);
    let all = |day: &Pace| [day.own, day.before].into_iter().flatten().map(|of| of.1).max();
    let most = u64::from(days.iter().filter_map(all).max().unwrap_or(0).max(1));
    Ok(Some(Course {
        others: earlier.iter().map(|one| (one.slug().to_owned(), title(one))).collect(),
        with: chosen.map(|one| one.slug().to_owned()),
        title: chosen.map(title).unwrap_or_default(),
        ahead: abreast.map(|both| ahead(v, both)).unwrap_or_default(),
        line: line(days.iter().map_while(|day| day.own), (each, most)),
        pale: line(days.iter().map_while(|day| day.before), (each, most)),
        end: u64::from(own.until) * each,
        wide: days.len() as u64 * each + 4,
        abreast,
        days,
    }))
}

/// Contests that this person runs and that took entries in before this one did.
async fn earlier(
    app: &App,
    v: &View,
    (contest, by): (&Contest, &Organiser),
) -> Result<Vec<Contest>, Failure> {
    let opens = |one: &Contest| one.windows(PhaseKind::Intake).map(|window| window.opens).min();
    let mut earlier = contest::organised_by(&app.db, by.user(), v.now).await?;
    earlier.retain(|one| one.is_public() && opens(one).is_some_and(|at| Some(at) < opens(contest)));
    earlier.sort_by_key(|one| (one.row.unit_id != contest.row.unit_id, Reverse(opens(one))));
    earlier.truncate(CHOICE);
    Ok(earlier)
}

fn ahead(v: &View, both: Abreast) -> String {
    let ahead = i64::from(both.own) - i64::from(both.before);
    let sign = if ahead > 0 { "+" } else { "" };
    format!("{sign}{}", v.number(ahead))
}

/// A line from nothing, at the beginning of the first day, up to all so far at the end of each.
fn line(days: impl Iterator<Item = (u32, u32)>, (each, most): (u64, u64)) -> String {
    let mut points = String::new();
    for (place, (_, all)) in (1_u64..).zip(days) {
        if points.is_empty() {
            let _ = write!(points, "0,{HIGH}");
        }
        let high = u64::from(all) * HIGH / most;
        let _ = write!(points, " {},{}", place * each, HIGH - high);
    }
    points
}
