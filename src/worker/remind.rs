//! Reminders: of drafts before the deadline, of returned entries before their date, of sheets that
//! judges have not filled, of consents that guardians have not given. Each once for each deadline;
//! where a deadline is moved, once more.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use entity::contest::State as ContestState;
use entity::entry::{self, State};
use entity::id::{ContestId, EntryId};
use entity::instant::Instant;
use entity::{contest as contest_row, letter, phase, round, user};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QuerySelect};

use super::{guardian, tell};
use crate::app::App;
use crate::contest::definition::PhaseKind;
use crate::contest::{self, Contest};
use crate::letters::{self, Draft};
use crate::refusal::Arg;
use crate::words::{self, Lang};
use crate::{db, judging};

/// Seconds before the end of intake, and of a round, from which people are reminded.
const BEFORE_END: i64 = 48 * 3600;
/// Seconds before the date of a returned entry from which its entrant is reminded.
const BEFORE_REPAIR: i64 = 24 * 3600;

/// Writes every reminder that is due.
pub(super) async fn remind(app: &App) -> Result<()> {
    let now = app.clock.now();
    for id in running(&app.db, now).await? {
        // The lock keeps two workers from reminding the same people.
        let tx = db::begin(&app.db).await?;
        let contest = contest::lock(&tx, id).await?;
        drafts(app, &tx, &contest, now).await?;
        repairs(app, &tx, &contest, now).await?;
        sheets(app, &tx, &contest, now).await?;
        guardian::remind(app, &tx, &contest, now).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Contests in which something may be due: announced, with a phase that ends soon, an entry that has
/// to be mended soon or a guardian who has not answered.
async fn running(db: &impl ConnectionTrait, now: Instant) -> Result<BTreeSet<ContestId>, DbErr> {
    let soon = phase::Entity::find()
        .select_only()
        .column(phase::Column::ContestId)
        .filter(phase::Column::ClosesAt.gt(now))
        .filter(phase::Column::ClosesAt.lte(now.plus_seconds(BEFORE_END)))
        .into_tuple::<ContestId>()
        .all(db)
        .await?;
    let returned = entry::Entity::find()
        .select_only()
        .column(entry::Column::ContestId)
        .filter(entry::Column::State.eq(State::Returned))
        .filter(entry::Column::RepairUntil.gt(now))
        .filter(entry::Column::RepairUntil.lte(now.plus_seconds(BEFORE_REPAIR)))
        .into_tuple::<ContestId>()
        .all(db)
        .await?;
    let asked = guardian::running(db, now).await?;
    let ids: BTreeSet<ContestId> = soon.into_iter().chain(returned).chain(asked).collect();
    let announced = contest_row::Entity::find()
        .select_only()
        .column(contest_row::Column::Id)
        .filter(contest_row::Column::Id.is_in(ids))
        .filter(contest_row::Column::State.eq(ContestState::Announced));
    Ok(announced.into_tuple::<ContestId>().all(db).await?.into_iter().collect())
}

/// Whom letters of this kind went to since then: entries and addresses.
async fn reminded(
    db: &impl ConnectionTrait,
    contest: &Contest,
    kind: &str,
) -> Result<Vec<(Option<EntryId>, String, Instant)>, DbErr> {
    letter::Entity::find()
        .select_only()
        .column(letter::Column::EntryId)
        .column(letter::Column::Recipient)
        .column(letter::Column::CreatedAt)
        .filter(letter::Column::ContestId.eq(contest.id()))
        .filter(letter::Column::Kind.eq(kind))
        .into_tuple()
        .all(db)
        .await
}

async fn drafts(
    app: &App,
    tx: &sea_orm::DatabaseTransaction,
    contest: &Contest,
    now: Instant,
) -> Result<()> {
    let Some(window) = contest.open(PhaseKind::Intake, now) else { return Ok(()) };
    let from = window.closes.plus_seconds(-BEFORE_END);
    if now < from {
        return Ok(());
    }
    let known = reminded(tx, contest, "draft").await?;
    // Who began within these two days knows the deadline.
    let drafts = entry::Entity::find()
        .filter(entry::Column::ContestId.eq(contest.id()))
        .filter(entry::Column::State.eq(State::Draft))
        .filter(entry::Column::Email.is_not_null())
        .filter(entry::Column::CreatedAt.lt(from))
        .all(tx)
        .await?;
    for draft in drafts {
        if known.iter().any(|(entry, _, at)| *entry == Some(draft.id) && *at >= from) {
            continue;
        }
        tell::write(app, tx, (contest, &draft), "draft", Default::default()).await?;
    }
    Ok(())
}

async fn repairs(
    app: &App,
    tx: &sea_orm::DatabaseTransaction,
    contest: &Contest,
    now: Instant,
) -> Result<()> {
    let returned = entry::Entity::find()
        .filter(entry::Column::ContestId.eq(contest.id()))
        .filter(entry::Column::State.eq(State::Returned))
        .filter(entry::Column::Email.is_not_null())
        .filter(entry::Column::RepairUntil.gt(now))
        .filter(entry::Column::RepairUntil.lte(now.plus_seconds(BEFORE_REPAIR)))
        .all(tx)
        .await?;
    if returned.is_empty() {
        return Ok(());
    }
    let known = reminded(tx, contest, "repair").await?;
    for entry in returned {
        let from = entry.repair_until.map(|until| until.plus_seconds(-BEFORE_REPAIR));
        if known.iter().any(|(known, _, at)| *known == Some(entry.id) && Some(*at) >= from) {
            continue;
        }
        tell::write(app, tx, (contest, &entry), "repair", Default::default()).await?;
    }
    Ok(())
}

/// Judges who have sheets to fill in a round that ends soon.
async fn sheets(
    app: &App,
    tx: &sea_orm::DatabaseTransaction,
    contest: &Contest,
    now: Instant,
) -> Result<()> {
    let mut open: BTreeMap<entity::id::UserId, (i64, Instant)> = BTreeMap::new();
    for row in contest::rounds(tx, contest.id()).await? {
        let phase = contest.definition.round(&row.key).map(|round| round.phase.as_str());
        let window = phase.and_then(|phase| contest.window(phase));
        let Some(window) = window.filter(|_| row.state == round::State::Open) else { continue };
        if now < window.closes.plus_seconds(-BEFORE_END) || now >= window.closes {
            continue;
        }
        for judge in judging::progress(tx, row.id).await? {
            let left = i64::try_from(judge.all - judge.done).unwrap_or(i64::MAX);
            if left > 0 && judge.seat.left_at.is_none() {
                open.entry(judge.seat.user_id).or_insert((0, window.closes)).0 += left;
            }
        }
    }
    if open.is_empty() {
        return Ok(());
    }
    let known = reminded(tx, contest, "sheets").await?;
    let users = user::Entity::find().filter(user::Column::Id.is_in(open.keys().copied()));
    let base = app.config.server.base_url.trim_end_matches('/');
    for user in users.all(tx).await? {
        let (Some(email), Some((left, closes))) = (&user.email, open.get(&user.id)) else {
            continue;
        };
        let from = closes.plus_seconds(-BEFORE_END);
        if known.iter().any(|(_, to, at)| to == email && *at >= from) {
            continue;
        }
        let lang = Lang::of(&user.lang);
        let args = [
            ("contest", Arg::from(contest.definition.title.read(lang.is_english()))),
            ("count", Arg::from(*left)),
            ("until", Arg::from(words::deadline(lang, now, *closes))),
            ("address", Arg::from(format!("{base}/desk"))),
        ];
        let draft = Draft {
            kind: "sheets",
            to: email,
            lang,
            args: &args,
            contest: Some(contest.id()),
            entry: None,
        };
        letters::write(tx, &draft, now).await?;
    }
    Ok(())
}
