//! The demo's contests: a national final that is over, a provincial photo contest in its vote, an
//! essay contest in judging, one that takes entries and has some to screen, and one of films.

use std::collections::HashMap;

use anyhow::{Context, Result};
use entity::contest::State;
use entity::crew::{self, Role};
use entity::id::{CrewId, EntryId, UnitId, UserId};
use entity::instant::Instant;
use entity::unit as units;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, Set};
use tempfile::NamedTempFile;
use tokio::task::JoinHandle;

use super::cast;
use crate::app::{self, App};
use crate::contest::apply::{self, Change};
use crate::contest::definition::{Definition, Moment, PhaseKind};
use crate::contest::{self, Approver, Contest, Organiser, document};
use crate::web::pages::making::TEMPLATES;
use crate::{db, judging, results, words};

/// The national final, finished.
pub(super) const FINISHED: &str = "net-dep-toan-quoc";
/// The provincial photo contest, in its vote.
pub(super) const VOTING: &str = "net-dep-thi-diem";
/// The essay contest, in judging.
pub(super) const JUDGING: &str = "vong-tay-cong-doan";
/// The contest of films, in its vote; only where the machine makes films.
const FILMED: &str = "phim-an-toan";
/// The poster contest, taking entries.
pub(super) const OPEN: &str = "tranh-co-dong";

pub(super) const DAY: i64 = 24 * 3600;

/// Who runs the contests.
pub(super) struct Crew {
    pub(super) organiser: UserId,
    pub(super) approver: UserId,
    pub(super) screener: UserId,
    pub(super) judges: [UserId; 3],
}

pub(super) async fn finished(app: &App, crew: &Crew, now: Instant) -> Result<()> {
    let plan = Plan {
        template: "poster",
        slug: FINISHED,
        title: ("Nét đẹp công đoàn – vòng toàn quốc", "Beauty of the union – national final"),
        unit: "tong-lien-doan",
        days: [-70, -45, -44, -30, -25],
    };
    let contest = contest(app, crew, &plan, now).await?;
    accepted(app, crew, &contest, 0..12).await?;
    let judged = now.plus_seconds(-35 * DAY);
    open(app, crew, &contest, judged).await?;
    for judge in crew.judges {
        cast::judge(app, &contest, ("final", judge), 100, judged.plus_seconds(3600)).await?;
    }
    let told = now.plus_seconds(-24 * DAY);
    let tx = db::begin(&app.db).await?;
    let organiser = Organiser::of(&tx, &contest, crew.organiser, now).await?;
    judging::close(&tx, &organiser, "final", judging::Decision::default(), told).await?;
    settle(&tx, &contest, &organiser, told).await?;
    results::propose(&tx, &organiser, "", told).await?;
    let approver = Approver::of(&tx, &contest, crew.approver, now).await?;
    results::publish(&tx, &approver, None, told.plus_seconds(3600)).await?;
    tx.commit().await?;
    debug_assert_eq!(contest::by_id(&app.db, contest.id()).await?.row.state, State::Published);
    Ok(())
}

/// Records the jury's order wherever equals stand at the edge of a prize.
async fn settle(
    tx: &sea_orm::DatabaseTransaction,
    contest: &Contest,
    organiser: &Organiser,
    now: Instant,
) -> Result<()> {
    let inputs = results::gather(tx, contest, now).await?;
    for problem in results::outcome(&contest.definition, &inputs).problems {
        if let results::Problem::Tie(table, _, order) = problem {
            let among = order.clone();
            let subject = results::Subject { table, among, order, ..Default::default() };
            let reason = "Hội đồng giám khảo biểu quyết 3/3";
            let kind = entity::decision::Kind::Tie;
            results::decide(tx, organiser, kind, &subject, reason, now).await?;
        }
    }
    Ok(())
}

pub(super) async fn voting(app: &App, crew: &Crew, now: Instant) -> Result<()> {
    let plan = Plan {
        template: "photo",
        slug: VOTING,
        title: ("Nét đẹp công đoàn và người lao động", "Beauty of the union and the worker"),
        unit: "ldld-thi-diem",
        days: [-25, -3, -2, 6, 7],
    };
    let contest = contest(app, crew, &plan, now).await?;
    let entered = accepted(app, crew, &contest, 20..44).await?;
    let votes = entered
        .iter()
        .enumerate()
        .flat_map(|(index, entry)| std::iter::repeat_n(*entry, (index * 13 + 5) % 17));
    cast::votes(app, &contest, &votes.collect::<Vec<_>>(), now.plus_seconds(-3600)).await?;
    open(app, crew, &contest, now.plus_seconds(-DAY)).await
}

pub(super) async fn essays(app: &App, crew: &Crew, now: Instant) -> Result<()> {
    let plan = Plan {
        template: "essay",
        slug: JUDGING,
        title: ("Vòng tay công đoàn", "The union's embrace"),
        unit: "ldld-thi-diem",
        days: [-30, -3, -2, 10, 12],
    };
    let contest = contest(app, crew, &plan, now).await?;
    accepted(app, crew, &contest, 60..72).await?;
    open(app, crew, &contest, now.plus_seconds(-DAY)).await?;
    for (judge, share) in crew.judges.into_iter().zip([60, 100, 30]) {
        let at = now.plus_seconds(-3600);
        cast::judge(app, &contest, ("final", judge), share, at).await?;
    }
    Ok(())
}

pub(super) async fn posters(app: &App, crew: &Crew, now: Instant) -> Result<()> {
    let plan = Plan {
        template: "poster",
        slug: OPEN,
        title: ("Vẽ tranh cổ động chào mừng Đại hội", "Posters for the congress"),
        unit: "ldld-thi-diem",
        days: [-3, 25, 26, 40, 42],
    };
    let contest = contest(app, crew, &plan, now).await?;
    entries(app, &contest, 80..92).await?;
    Ok(())
}

/// The films' contest; there is none where no films were drawn.
pub(super) async fn films(
    app: &App,
    crew: &Crew,
    drawn: [JoinHandle<Option<NamedTempFile>>; 2],
    now: Instant,
) -> Result<()> {
    let mut made = Vec::new();
    for film in drawn {
        let Some(film) = film.await? else { return Ok(()) };
        made.push(film);
    }
    let plan = Plan {
        template: "video",
        slug: FILMED,
        title: ("Phim ngắn về an toàn lao động", "Short films about safety at work"),
        unit: "ldld-thi-diem",
        days: [-25, -3, -2, 6, 7],
    };
    let contest = contest(app, crew, &plan, now).await?;
    let intake = contest.windows(PhaseKind::Intake).next().context("an intake")?;
    let units = workplaces(app).await?;
    for ((number, film), unit) in (100..).zip(made).zip(units) {
        let sent = intake.opens.plus_seconds(DAY);
        let work = (number, unit, Some(cast::Shot::Film(film)));
        let entry = cast::enter(app, &contest, work, sent).await?;
        cast::accept(app, &contest, entry, crew.screener, sent.plus_seconds(7200)).await?;
    }
    Ok(())
}
struct Plan<'a> {
    template: &'a str,
    slug: &'a str,
    title: (&'a str, &'a str),
    unit: &'a str,
    /// Days from now: first and last of intake, first and last of judging, the announcement.
    days: [i64; 5],
}

/// Writes a contest from a template, gives it its crew, and announces it.
async fn contest(app: &App, crew: &Crew, plan: &Plan<'_>, now: Instant) -> Result<Contest> {
    let text = TEMPLATES.iter().find(|(key, _)| *key == plan.template).context("a template")?.1;
    let mut definition: Definition = document::read(text)?;
    plan.slug.clone_into(&mut definition.slug);
    plan.title.0.clone_into(&mut definition.title.vi);
    definition.title.en = Some(plan.title.1.to_owned());
    plan.unit.clone_into(&mut definition.unit);
    let [from, to, judged, done, told] = plan.days;
    for phase in &mut definition.phases {
        let (opens, closes) = match phase.kind {
            PhaseKind::Intake => (from, to),
            PhaseKind::Screening => (from, done),
            PhaseKind::Announcement => (told, told),
            PhaseKind::Complaint => (told, told + 14),
            _ => (judged, done),
        };
        phase.opens = Moment(day(now, opens));
        phase.closes = Moment(day(now, closes));
    }
    if plan.slug == VOTING {
        definition.voting.as_mut().context("a vote")?.counts =
            crate::contest::definition::CountsShown::Live;
    }
    // Drawn pictures are small and films short, so that the demo is there in seconds.
    for slot in definition.categories.iter_mut().flat_map(|category| &mut category.slots) {
        slot.long_side.min = slot.long_side.min.map(|_| 800);
        slot.short_side.min = slot.short_side.min.map(|_| 480);
        slot.seconds.min = slot.seconds.min.map(|_| 5);
    }
    let at = now.plus_seconds((from - 2) * DAY);
    let tx = db::begin(&app.db).await?;
    let change = Change::default();
    let id = apply::apply(&tx, &definition, Some(crew.organiser), &change, at).await?;
    for (user, role) in [(crew.approver, Role::Approver), (crew.screener, Role::Screener)] {
        let row = crew::ActiveModel {
            id: Set(CrewId::new()),
            contest_id: Set(id),
            user_id: Set(user),
            role: Set(role),
            granted_by: Set(Some(crew.organiser)),
            granted_at: Set(at),
            ended_at: Set(None),
        };
        crew::Entity::insert(row).exec_without_returning(&tx).await?;
    }
    let draft = contest::by_id(&tx, id).await?;
    let organiser = Organiser::of(&tx, &draft, crew.organiser, now).await?;
    apply::announce(&tx, &organiser, at).await?;
    tx.commit().await?;
    Ok(contest::by_id(&app.db, id).await?)
}

/// Days from now, as a contest file writes them.
fn day(now: Instant, days: i64) -> String {
    words::vietnam(now.plus_seconds(days * DAY)).date().to_string()
}

/// Workplaces of the demo's province.
async fn workplaces(app: &App) -> Result<Vec<UnitId>> {
    let rows = units::Entity::find()
        .filter(units::Column::TypeCode.eq("base"))
        .order_by_asc(units::Column::Code)
        .all(&app.db)
        .await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Enters works of the people with these numbers; says each with the time at which it came.
async fn entries(
    app: &App,
    contest: &Contest,
    numbers: std::ops::Range<u64>,
) -> Result<Vec<(EntryId, Instant)>> {
    let units = workplaces(app).await?;
    let window = contest.windows(PhaseKind::Intake).next().context("an intake")?;
    let photographs = cast::has_photographs(contest);
    let drawn = numbers.map(|number| (number, photographs.then(|| cast::photograph(number))));
    let mut entered = Vec::new();
    for (number, drawn) in drawn.collect::<Vec<_>>() {
        let drawn = match drawn {
            Some(drawn) => Some(drawn.await??),
            None => None,
        };
        let sent = window.opens.plus_seconds(3600 * (7 + i64::try_from(number % 20)? * 5));
        let unit = units[usize::try_from(number * 7)? % units.len()];
        entered.push((cast::enter(app, contest, (number, unit, drawn), sent).await?, sent));
    }
    Ok(entered)
}

/// The same, found valid two hours after they came.
async fn accepted(
    app: &App,
    crew: &Crew,
    contest: &Contest,
    numbers: std::ops::Range<u64>,
) -> Result<Vec<EntryId>> {
    let entered = entries(app, contest, numbers).await?;
    for (entry, sent) in &entered {
        cast::accept(app, contest, *entry, crew.screener, sent.plus_seconds(7200)).await?;
    }
    Ok(entered.into_iter().map(|(entry, _)| entry).collect())
}

/// Opens the one round with its three judges.
async fn open(app: &App, crew: &Crew, contest: &Contest, at: Instant) -> Result<()> {
    let tx = db::begin(&app.db).await?;
    let organiser = Organiser::of(&tx, contest, crew.organiser, app.clock.now()).await?;
    for (index, judge) in crew.judges.iter().enumerate() {
        judging::add(&tx, &organiser, "final", *judge, index == 0, at).await?;
    }
    let seed = u64::from_be_bytes(app::fresh::<8>());
    judging::open(&tx, &organiser, ("final", &HashMap::new()), seed, at).await?;
    tx.commit().await?;
    Ok(())
}
