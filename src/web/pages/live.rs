//! Counts as they move: one small answer a second for all who look, and a page for the screen in the
//! hall.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use actix_web::{HttpRequest, web};
use askama::Template;
use entity::id::EntryId;
use entity::instant::Instant;

use super::contest::seen::{gallery_is_open, names_are_shown, public};
use crate::app::App;
use crate::contest::Contest;
use crate::entry;
use crate::voting::{self, Seen, Told};
use crate::web::cache::{Kept, Visitors};
use crate::web::{Failure, Result, View};

/// Most works that are told of in one answer: those that lead.
const MOST: usize = 500;
/// Works on the screen.
const LINES: usize = 10;
/// Seconds between two looks of the screen.
const AGAIN: i64 = 4;

/// What is said of the counts of these entries, where the public sees them.
///
/// # Errors
/// When the database fails.
pub(super) async fn counts(
    app: &App,
    contest: &Contest,
    entries: &[EntryId],
    v: &View,
) -> std::result::Result<Option<HashMap<EntryId, String>>, Failure> {
    let told = told(app, contest, entries, v.now).await?;
    Ok(told.map(|told| told.into_iter().map(|(id, told)| (id, v.told(told))).collect()))
}

async fn told(
    app: &App,
    contest: &Contest,
    entries: &[EntryId],
    now: Instant,
) -> std::result::Result<Option<HashMap<EntryId, Told>>, Failure> {
    let seen = voting::seen(contest, now);
    app.votes.glance(contest, seen).await?;
    Ok(voting::told(&app.db, contest, seen, entries).await?)
}

/// A work and what is told of its votes.
struct Standing {
    entry: entry::Named,
    told: Told,
}

/// The works that lead, those that are told the same in the order of their numbers; none where
/// counts are hidden.
async fn leading(
    app: &App,
    contest: &Contest,
    most: usize,
    v: &View,
) -> std::result::Result<Option<Vec<Standing>>, Failure> {
    if !gallery_is_open(contest, v) || voting::seen(contest, v.now) == Seen::Hidden {
        return Ok(None);
    }
    let entries = entry::accepted(&app.db, contest.id()).await?;
    let ids: Vec<EntryId> = entries.iter().map(|entry| entry.id).collect();
    let Some(told) = told(app, contest, &ids, v.now).await? else { return Ok(None) };
    let mut standings: Vec<Standing> = entries
        .into_iter()
        .filter_map(|entry| told.get(&entry.id).map(|told| Standing { told: *told, entry }))
        .collect();
    standings.sort_by_key(|one| (Reverse(one.told), one.entry.number));
    standings.truncate(most);
    Ok(Some(standings))
}

/// What is said of the counts of the works that lead, by code: nothing where they are hidden.
///
/// # Errors
/// Not found while the contest is a draft.
pub async fn show(
    app: web::Data<App>,
    kept: web::Data<Kept>,
    request: HttpRequest,
    slug: web::Path<String>,
) -> Result {
    let key = format!("/contests/{slug}/counts.json");
    let now = app.clock.now();
    let version = async || Ok(version(&public(&app, &slug).await?, now, 1));
    let draw = async |v: View| {
        let contest = public(&app, &slug).await?;
        let leading = leading(&app, &contest, MOST, &v).await?.unwrap_or_default();
        let said: BTreeMap<&str, String> =
            leading.iter().map(|one| (one.entry.code.as_str(), v.told(one.told))).collect();
        serde_json::to_string(&said).map_err(Failure::broken)
    };
    kept.page(&request, (&key, Visitors::Scripts), version, draw).await
}

/// Another number whenever counts may have moved: each `seconds`, each minute where they are told
/// late, and with the contest.
fn version(contest: &Contest, now: Instant, seconds: i64) -> i64 {
    let step = match voting::seen(contest, now) {
        Seen::Hidden | Seen::Final => 0,
        Seen::Now => now.micros() / (seconds * 1_000_000),
        Seen::AsOf(moment) => moment.micros() / 60_000_000,
    };
    contest.row.public_version.wrapping_mul(1 << 40).wrapping_add(step)
}

/// A line of the screen.
pub struct Line {
    /// Place; the same for works that are told the same.
    pub place: usize,
    /// Number of the work.
    pub number: i32,
    /// Its title.
    pub title: String,
    /// Author, where names are shown.
    pub name: Option<String>,
    /// What is told of its votes.
    pub told: String,
    /// How long its bar is, in thousandths.
    pub long: i64,
}

/// The page for the screen in the hall: light on dark, without a script.
#[derive(Template)]
#[template(path = "live/screen.html")]
pub struct Screen {
    /// Who looks.
    pub v: View,
    /// The contest: name in addresses, and title.
    pub contest: (String, String),
    /// Seconds until it is asked for again.
    pub again: i64,
    /// Until when votes are taken, where they are.
    pub open: Option<Instant>,
    /// The works that lead; none where counts are hidden.
    pub lines: Option<Vec<Line>>,
}

/// The screen in the hall.
///
/// # Errors
/// Not found while the contest is a draft, or where it has no public vote.
pub async fn screen(
    app: web::Data<App>,
    kept: web::Data<Kept>,
    request: HttpRequest,
    slug: web::Path<String>,
) -> Result {
    let key = format!("/contests/{slug}/screen");
    let now = app.clock.now();
    let version = async || Ok(version(&public(&app, &slug).await?, now, AGAIN));
    let draw = async |v: View| {
        let contest = public(&app, &slug).await?;
        let voting = contest.definition.voting.as_ref().ok_or(voting::Error::Closed)?;
        let window = contest.window(&voting.phase);
        let names = names_are_shown(&contest);
        let leading = leading(&app, &contest, LINES, &v).await?;
        let page = Screen {
            contest: (
                contest.slug().to_owned(),
                contest.definition.title.read(v.lang.is_english()).to_owned(),
            ),
            again: AGAIN,
            open: window.filter(|w| contest.is_running() && w.contains(v.now)).map(|w| w.closes),
            lines: leading.map(|leading| lines(&v, leading, names)),
            v,
        };
        page.render().map_err(Failure::broken)
    };
    kept.page(&request, (&key, Visitors::Strangers), version, draw).await
}

fn lines(v: &View, leading: Vec<Standing>, names: bool) -> Vec<Line> {
    let most = leading.first().map_or(1, |first| first.told.from.max(1));
    let (mut lines, mut before): (Vec<Line>, Option<Told>) = (Vec::new(), None);
    for (index, one) in leading.into_iter().enumerate() {
        let same = before == Some(one.told);
        let place = lines.last().filter(|_| same).map_or(index + 1, |line| line.place);
        before = Some(one.told);
        lines.push(Line {
            place,
            number: one.entry.number,
            title: one.entry.title,
            name: names.then_some(one.entry.shown_name),
            told: v.told(one.told),
            long: one.told.from * 1000 / most,
        });
    }
    lines
}
